// The portal as an office runs it: a generated roster, imported; `backboard serve` with a mail folder.
// One for each test worker, on ports of its own, in a folder that is removed afterwards.
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const program = resolve(process.env.BACKBOARD_BIN ?? "target/debug/backboard");

export interface Person {
  person_id: string; last_name: string; first_name: string; suffix: string; earlier_names: string;
  date_of_birth: string; ssn: string; certificate_number: string; email: string; username: string; status: string;
}

export interface Mail { to: string; subject: string; text: string; messageId: string }

export class Portal {
  private constructor(readonly url: string, private readonly folder: string, private readonly server: ChildProcess,
    private readonly people: Person[]) {}

  static async start(people = 400, seed = 7): Promise<Portal> {
    const folder = mkdtempSync(join(tmpdir(), "backboard-"));
    const port = await freePort();
    const config = join(folder, "backboard.toml");
    writeFileSync(config, `
public_url = "http://127.0.0.1:${port}"
listen = "127.0.0.1:${port}"
agency = "michigan-emsis"
[database]
url = "sqlite:${join(folder, "data", "backboard.db")}"
[keys]
file = "${join(folder, "keys.toml")}"
[mail]
transport = "folder"
folder = "${join(folder, "mail")}"
[admin]
listen = "127.0.0.1:${await freePort()}"
[limits]
multiply = 1000
`);
    const roster = join(folder, "roster.csv");
    const run = (...words: string[]) => execFileSync(program, words, { cwd: folder, stdio: "pipe" });
    execFileSync("mkdir", ["-p", join(folder, "data"), join(folder, "mail")]);
    run("keys", "new", "--config", config);
    run("roster", "generate", "--people", `${people}`, "--seed", `${seed}`, "--out", roster);
    run("import", roster, "--config", config);
    const server = spawn(program, ["serve", "--config", config], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const log: string[] = [];
    server.stdout!.on("data", (chunk) => log.push(`${chunk}`));
    server.stderr!.on("data", (chunk) => log.push(`${chunk}`));
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/sign-in`, server, log);
    return new Portal(url, folder, server, csv(readFileSync(roster, "utf8")));
  }

  async stop() {
    const gone = new Promise((done) => this.server.once("exit", done));
    this.server.kill("SIGTERM");
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A person of the roster whom no other test has. Alone with their username, their mail address and their SSN. */
  take(status: string, wanted: (person: Person) => boolean = (person) => isAddress(person.email)): Person {
    const alone = (person: Person) => this.people.every((other) =>
      other === person || (other.email !== person.email && other.username !== person.username && other.ssn !== person.ssn));
    const place = this.people.findIndex((person) => person.status === status && wanted(person) && (!person.email || alone(person)));
    if (place < 0) throw new Error(`the roster has nobody left: ${status}`);
    const [person] = this.people.splice(place, 1);
    return person!;
  }

  mails(to: string): Mail[] {
    return readdirSync(join(this.folder, "mail")).filter((name) => name.endsWith(".eml")).sort()
      .map((name) => mail(readFileSync(join(this.folder, "mail", name), "utf8"))).filter((one) => one.to.includes(to));
  }

  /** Waits until an address has so many mails; the newest. */
  async mail(to: string, count = 1): Promise<Mail> {
    await expect.poll(() => this.mails(to).length, { message: `mails to ${to}`, timeout: 20_000 }).toBe(count);
    return this.mails(to).at(-1)!;
  }
}

interface Watched {
  /** Another browser, of the same kind as the test's own. */
  anotherBrowser: () => Promise<BrowserContext>;
  watched: void;
  wrong: string[];
}

export const test = base.extend<Watched, { portal: Portal }>({
  portal: [async ({}, use) => {
    const portal = await Portal.start();
    await use(portal);
    await portal.stop();
  }, { scope: "worker", timeout: 120_000 }],
  baseURL: async ({ portal }, use) => use(portal.url),
  // No error on the console and no violation of the Content-Security-Policy in any test, in any of its browsers.
  wrong: async ({}, use) => {
    const wrong: string[] = [];
    await use(wrong);
    expect(wrong, "console").toEqual([]);
  },
  watched: [async ({ context, wrong }, use) => {
    watch(context, wrong);
    await use();
  }, { auto: true }],
  anotherBrowser: async ({ browser, javaScriptEnabled, viewport, wrong }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ javaScriptEnabled, viewport });
      watch(context, wrong);
      contexts.push(context);
      return context;
    });
    for (const context of contexts) await context.close();
  },
});

function watch(context: BrowserContext, wrong: string[]) {
  context.on("console", (message) => {
    if (message.type() === "error" && !expected(message.text())) wrong.push(message.text());
  });
  context.on("weberror", (error) => wrong.push(`${error.error()}`));
}

export { expect };

/**
 * Chromium reports refused forms, dead links and pulled plugs on the console; they are part of the tests. So is the
 * frame that the mailbox shows a mail in: it lets no script run, not even this test driver's.
 */
const expected = (text: string) =>
  /status of (404|410|422|429)/.test(text) || /net::ERR_(INTERNET_DISCONNECTED|FAILED)/.test(text) ||
  /^Blocked script execution in '\S+\/mail\/\S+\/html'/.test(text);

/** Waits until the page is taken over by its script, where scripts run. */
export async function live(page: Page, javaScriptEnabled: boolean | undefined) {
  if (javaScriptEnabled !== false) await expect(page.locator("html")).toHaveAttribute("data-live", "");
}

/** Types a person's details into *Lookup*. */
export async function fillIn(page: Page, person: Person) {
  const [year, month, day] = person.date_of_birth.split("-");
  await page.getByLabel("Month").fill(`${Number(month)}`);
  await page.getByLabel("Day").fill(`${Number(day)}`);
  await page.getByLabel("Year").fill(year!);
  await page.getByLabel("Last Name").fill(person.last_name);
  await page.getByLabel("Social Security Number").fill(person.ssn);
}

/** Fills in *Lookup* and sends it. */
export async function lookUp(page: Page, person: Person, javaScriptEnabled: boolean | undefined) {
  await page.goto("/claim");
  await live(page, javaScriptEnabled);
  await fillIn(page, person);
  await page.getByLabel("I'm not a robot").check();
  await page.getByRole("button", { name: "Lookup" }).click();
  await expect(page).toHaveURL(/\/claim\/sent$/);
}

/** The link in a mail. */
export function linkIn(one: Mail): string {
  const link = /https?:\/\/\S+\/link\/[A-Za-z0-9_-]{43}/.exec(one.text)?.[0];
  if (!link) throw new Error(`no link in: ${one.text}`);
  return link;
}

/** The code in a mail. */
export function codeIn(one: Mail): string {
  const code = /\b\d{4} \d{4}\b/.exec(one.text)?.[0];
  if (!code) throw new Error(`no code in: ${one.text}`);
  return code;
}

const isAddress = (email: string) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email);

export async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

async function answers(url: string, server: ChildProcess, log: string[]) {
  await expect.poll(async () => {
    if (server.exitCode !== null) throw new Error(`the server ended:\n${log.join("")}`);
    return fetch(url).then((answer) => answer.status, () => 0);
  }, { timeout: 30_000, intervals: [50] }).toBe(200);
}

function csv(text: string): Person[] {
  const rows: string[][] = [];
  let row: string[] = [], cell = "", quoted = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (quoted && c === '"' && text[at + 1] === '"') { cell += '"'; at++; }
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ",") { row.push(cell); cell = ""; }
    else if (!quoted && c === "\n") { rows.push([...row, cell.replace(/\r$/, "")]); row = []; cell = ""; }
    else cell += c;
  }
  const [header, ...people] = rows;
  return people.map((cells) => Object.fromEntries(header!.map((name, place) => [name, cells[place] ?? ""])) as unknown as Person);
}

/** A mail's headers and its text part, decoded. */
function mail(raw: string): Mail {
  const unfolded = raw.replace(/\r?\n[ \t]+/g, " ");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(unfolded)?.[1]?.trim() ?? "";
  const part = raw.split(/\r?\n--/).find((one) => /content-type: text\/plain/i.test(one)) ?? raw;
  const [head, ...body] = part.split(/\r?\n\r?\n/);
  let text = body.join("\n\n");
  if (/quoted-printable/i.test(head!)) {
    text = Buffer.from(text.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString("utf8");
  } else if (/base64/i.test(head!)) {
    text = Buffer.from(text, "base64").toString("utf8");
  }
  return { to: header("To"), subject: header("Subject"), text, messageId: header("Message-ID") };
}
