// node compare.js MODULE FOLDER: asks the browser's rules what probe-strings wrote down of the server's, and prints for
// each policy what differs. The last line is "N passed, N failed", one for each policy.
const fs = require("node:fs"), path = require("node:path");
const [module_, folder] = process.argv.slice(2);
const rules = require(path.resolve(module_));
const PRESETS = ["legacy-state", "modern", "bridge"];
// Fewer than this of a kind, and the comparison says nothing about that kind.
const FEWEST = 100;

const compare = (name) => {
  const [wire, ...lines] = fs.readFileSync(path.join(folder, `${name}.jsonl`), "utf8").trimEnd().split("\n");
  const wrong = [];
  const say = (what, line) => wrong.push(`${what}: ${line}`);
  if (PRESETS.includes(name) && rules.preset(name) !== wire) say("another preset", `${rules.preset(name)} ${wire}`);
  let taken = 0;
  // How often each line of the checklist was met and not met.
  const seen = [];
  for (const line of lines) {
    const [typed, username, server, takes] = JSON.parse(line);
    const browser = rules.checklist(wire, typed, username);
    if (browser !== server) say(`the browser says ${browser}`, line);
    if (takes && browser.includes("n")) say("the server takes what the browser calls unmet", line);
    if (takes) taken += 1;
    [...browser].forEach((letter, place) => {
      seen[place] ??= { y: 0, n: 0, "?": 0 };
      seen[place][letter] += 1;
    });
  }
  const rare = (one) => one["?"] === 0 && (one.y < FEWEST || one.n < FEWEST);
  if (taken < FEWEST || lines.length - taken < FEWEST || !seen.length || seen.some(rare)) say("too few of a kind", JSON.stringify([taken, seen]));
  console.log(`${name}: ${lines.length} strings, ${taken} taken, ${wrong.length} wrong`);
  wrong.slice(0, 10).forEach((each) => console.log(`  ${each}`));
  return wrong.length === 0 && lines.length > 0;
};

const policies = [...PRESETS, "louisiana-bems"];
const good = policies.filter(compare).length;
const bad = policies.length - good;
console.log(`${good} passed, ${bad} failed`);
process.exitCode = bad ? 1 : 0;
