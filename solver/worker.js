// Solves the proof of work away from the page. A module worker: it is sent one message,
//   { challenge, js, wasm }   the challenge as the server sent it (text or object), and where the solver's two files are,
// and answers with
//   { kind: "expected", milliseconds }   how long it will probably take on this machine
//   { kind: "done", payload }            what goes into the form's field
//   { kind: "failed" }                   no proof; the form can be sent without one.

// Milliseconds to measure for: long enough for a clock that is coarse on purpose, and for the browser's compiler to warm up.
const MEASURED = 100;
const ROUND = 8;

const solveFrom = (solver, { algorithm, cost, keyLength, keyPrefix, nonce, salt }) =>
  solver.solve(algorithm, cost, keyLength, keyPrefix, nonce, salt);

// The milliseconds of one derivation. An empty prefix fits the first key, so each call is exactly one derivation.
// The fastest round counts, because the first ones run before the compiler has done its best.
const measure = (solver, parameters) => {
  const one = { ...parameters, keyPrefix: "" };
  let total = 0, rounds = 0, fastest = Infinity;
  while (total < MEASURED) {
    const begun = performance.now();
    for (let done = 0; done < ROUND; done += 1) solveFrom(solver, one);
    const took = performance.now() - begun;
    total += took;
    rounds += 1;
    if (took > 0) fastest = Math.min(fastest, took);
  }
  return Math.min(fastest, total / rounds) / ROUND;
};

const work = async ({ challenge: sent, js, wasm }) => {
  const challenge = typeof sent === "string" ? JSON.parse(sent) : sent;
  const solver = await import(js);
  await solver.default({ module_or_path: wasm });

  const { parameters } = challenge;
  const milliseconds = measure(solver, parameters) * parameters.data.expected;
  postMessage({ kind: "expected", milliseconds });

  const begun = performance.now();
  const found = solveFrom(solver, parameters);
  if (!found) throw new Error("the challenge cannot be read");
  const solution = { ...JSON.parse(found), time: performance.now() - begun };
  // Everything in it is ASCII, so btoa can take it.
  postMessage({ kind: "done", payload: btoa(JSON.stringify({ challenge, solution })) });
};

addEventListener("message", ({ data }) => {
  work(data).catch((problem) => {
    console.error("solver:", problem);
    postMessage({ kind: "failed" });
  });
});
