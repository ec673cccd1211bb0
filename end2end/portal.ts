// The portal as an office runs it: a generated roster, imported; `backboard serve` with a mail folder.
// One for each test worker, on ports of its own, in a folder that is removed afterwards.
import { test as base, expect, type BrowserContext } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readMail, type Mail } from "./mail";
import { isAddress, readRoster, writeRoster, type Person } from "./roster";
import { Visitor } from "./visitor";

export const program = resolve(process.env.BACKBOARD_BIN ?? "target/debug/backboard");

export class Portal {
  private server?: ChildProcess;
  private days = 0;
  private enrolled = 0;

  private constructor(readonly url: string, private readonly inside: string, private readonly folder: string, private readonly people: Person[]) {}

  /** `front` is told the port that the server listens at, and tells the address that people reach it under, if it is another. */
  static async start(agency: string, people = 400, seed = 7, front?: (port: number) => Promise<string>): Promise<Portal> {
    const folder = mkdtempSync(join(tmpdir(), "backboard-"));
    const port = await freePort();
    const inside = `http://127.0.0.1:${port}`;
    const url = (await front?.(port)) ?? inside;
    writeFileSync(join(folder, "backboard.toml"), `
public_url = "${url}"
listen = "127.0.0.1:${port}"
agency = "${agency}"
[database]
url = "sqlite:${join(folder, "data", "backboard.db")}"
[keys]
file = "${join(folder, "keys.toml")}"
[mail]
transport = "folder"
folder = "${join(folder, "mail")}"
bounces = "${join(folder, "reports")}"
[admin]
listen = "127.0.0.1:${await freePort()}"
[limits]
multiply = 1000
`);
    const roster = join(folder, "roster.csv");
    for (const name of ["data", "mail", "reports"]) mkdirSync(join(folder, name));
    execFileSync(program, ["roster", "generate", "--people", `${people}`, "--seed", `${seed}`, "--out", roster], { stdio: "pipe" });
    const portal = new Portal(url, inside, folder, readRoster(readFileSync(roster, "utf8")));
    portal.run("keys", "new");
    portal.run("import", roster);
    await portal.serve();
    return portal;
  }

  async stop() {
    await this.halt();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** So many days go by in which the server is down. Its clock is put on by libfaketime: it has no hook of its own. */
  async pass(days: number) {
    await this.halt();
    this.days += days;
    await this.serve();
  }

  /** Runs a command of the program beside the running server. */
  run(...words: string[]): string {
    return execFileSync(program, [...words, "--config", "backboard.toml"], { cwd: this.folder, env: this.clock(), encoding: "utf8", stdio: "pipe" });
  }

  /** The office mails a temporary password. */
  async mailTemporary(username: string) {
    this.run("account", "temporary-password", username);
    await this.wake();
  }

  /** Left alone, the server finds a mail of a command within a minute; any visitor's request wakes it at once. */
  async wake() {
    const form = new URLSearchParams({ email: `nobody${++this.enrolled}@example.org`, robot: "on" });
    await this.ask("/api/username/request", `${form}`);
  }

  /** Asks the server itself, under the name that people know it by; where there is a form, posts that. The status, or 0. */
  async ask(path: string, form?: string): Promise<number> {
    const headers = { host: new URL(this.url).host, origin: this.url, accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
    return new Promise((done) => {
      request(this.inside + path, { method: form ? "POST" : "GET", headers }, (answer) => done(answer.resume().statusCode!))
        .once("error", () => done(0)).end(form);
    });
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

  /** Puts people into the roster, or news of people who are in it. What is not told is made up. */
  enrol(...told: Partial<Person>[]): Person[] {
    const people = told.map((one) => {
      const number = `${++this.enrolled}`.padStart(4, "0");
      return {
        person_id: `X-${number}`, last_name: "Okafor", first_name: "Maren", suffix: "", earlier_names: "",
        date_of_birth: "1984-02-29", ssn: "", certificate_number: `X70${number}`, certification_level: "Paramedic",
        email: `okafor${number}@example.org`, username: `mokafor${number}`, status: "unclaimed", products: "", ...one,
      };
    });
    const roster = join(this.folder, `roster-${this.enrolled}.csv`);
    writeFileSync(roster, writeRoster(people));
    this.run("import", roster);
    return people;
  }

  /** What the host's mail server does with a report that comes to the sender's address: whole, or not there. */
  putReport(name: string, text: string) {
    const fresh = join(this.folder, "reports", `.${name}`);
    writeFileSync(fresh, text);
    renameSync(fresh, join(this.folder, "reports", name));
  }

  /** The mails to an address; those with these words in their subject. Oldest first, to the second. */
  mails(to: string, subject = ""): Mail[] {
    return readdirSync(join(this.folder, "mail")).filter((name) => name.endsWith(".eml")).sort()
      .map((name) => readMail(readFileSync(join(this.folder, "mail", name), "utf8")))
      .filter((one) => one.to.includes(to) && one.subject.includes(subject));
  }

  /** Waits until an address has so many mails, of all or of those with these words in their subject; the newest. */
  async mail(to: string, count = 1, subject = ""): Promise<Mail> {
    await expect.poll(() => this.mails(to, subject).length, { message: `mails to ${to}: ${subject}`, timeout: 40_000 }).toBe(count);
    return this.mails(to, subject).at(-1)!;
  }

  /** Waits for one more mail with these words in its subject than an address had; that one. Two of a second are told apart
   * by their ids, and a notice that left later than what caused it by its subject. */
  async nextMail(to: string, before: Mail[], subject: string): Promise<Mail> {
    const known = new Set(before.map((one) => one.messageId));
    const news = () => this.mails(to, subject).filter((one) => !known.has(one.messageId));
    await expect.poll(() => news().length, { message: `a new mail to ${to}: ${subject}`, timeout: 40_000 }).toBe(1);
    return news()[0]!;
  }

  private async serve() {
    const server = spawn(program, ["serve", "--config", "backboard.toml"], { cwd: this.folder, env: this.clock(), stdio: ["ignore", "pipe", "pipe"] });
    const log: string[] = [];
    server.stdout!.on("data", (chunk) => log.push(`${chunk}`));
    server.stderr!.on("data", (chunk) => log.push(`${chunk}`));
    this.server = server;
    await expect.poll(() => {
      if (server.exitCode !== null) throw new Error(`the server ended:\n${log.join("")}`);
      return this.ask("/sign-in");
    }, { timeout: 30_000, intervals: [50] }).toBe(200);
  }

  private async halt() {
    const server = this.server;
    if (!server || server.exitCode !== null) return;
    const gone = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await gone;
  }

  private clock(): NodeJS.ProcessEnv {
    if (this.days === 0) return process.env;
    const preload = execFileSync("faketime", ["-m", "-f", "+0d", "printenv", "LD_PRELOAD"], { encoding: "utf8" }).trim();
    // Waiting is left alone: only the calendar moves.
    return { ...process.env, LD_PRELOAD: preload, FAKETIME: `+${this.days}d`, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  }
}

interface Watched {
  /** Whether the browser's share arrives. Without it a page goes on as the server sent it. */
  wasm: boolean;
  /** Whether pages are taken over by the browser's share. */
  scripts: boolean;
  /** Somebody at the test's own page. */
  visitor: Visitor;
  /** Another browser, of the same kind as the test's own. */
  anotherBrowser: () => Promise<BrowserContext>;
  /** Somebody at another browser. */
  anotherVisitor: () => Promise<Visitor>;
  /** A portal of the test's own, whose days may pass. */
  calendar: Portal;
  watched: void;
  wrong: string[];
}

export const test = base.extend<Watched, { agency: string; portal: Portal }>({
  agency: ["michigan-emsis", { option: true, scope: "worker" }],
  portal: [async ({ agency }, use) => {
    const portal = await Portal.start(agency);
    await use(portal);
    await portal.stop();
  }, { scope: "worker", timeout: 120_000 }],
  calendar: [async ({ agency }, use) => {
    const portal = await Portal.start(agency, 20);
    await use(portal);
    await portal.stop();
  }, { timeout: 120_000 }],
  wasm: [true, { option: true }],
  scripts: async ({ javaScriptEnabled, wasm }, use) => use(javaScriptEnabled !== false && wasm),
  baseURL: async ({ portal }, use) => use(portal.url),
  // No error on the console and no violation of the Content-Security-Policy in any test, in any of its browsers.
  wrong: async ({}, use) => {
    const wrong: string[] = [];
    await use(wrong);
    expect(wrong, "console").toEqual([]);
  },
  watched: [async ({ context, wrong, wasm }, use) => {
    await watch(context, wrong, wasm);
    await use();
  }, { auto: true }],
  visitor: async ({ page, portal, scripts }, use) => use(new Visitor(page, portal, scripts)),
  anotherBrowser: async ({ browser, javaScriptEnabled, viewport, wrong, wasm }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ javaScriptEnabled, viewport });
      await watch(context, wrong, wasm);
      contexts.push(context);
      return context;
    });
    for (const context of contexts) await context.close();
  },
  anotherVisitor: async ({ anotherBrowser, portal, scripts }, use) =>
    use(async () => new Visitor(await (await anotherBrowser()).newPage(), portal, scripts)),
});

async function watch(context: BrowserContext, wrong: string[], wasm: boolean) {
  if (!wasm) await context.route("**/pkg/*.wasm", (route) => route.abort());
  context.on("console", (message) => {
    if (message.type() === "error" && !expected(message.text())) wrong.push(message.text());
  });
  context.on("weberror", (error) => wrong.push(`${error.error()}`));
}

/**
 * Chromium reports refused forms, dead links and pulled plugs on the console; they are part of the tests. So is the
 * frame that the mailbox shows a mail in: it lets no script run, not even this test driver's.
 */
const expected = (text: string) =>
  /status of (403|404|410|422|429)/.test(text) || /net::ERR_(INTERNET_DISCONNECTED|FAILED)/.test(text) ||
  /^Blocked script execution in '\S+\/mail\/\S+\/html'/.test(text);

/** A port that nobody listens at, below those that the kernel gives to outgoing connections: while a portal is down for a
 * restart, no connection of another test may come to sit on its port. Each test worker has a thousand of its own. */
export async function freePort(): Promise<number> {
  const first = 12_000 + 1_000 * (Number(process.env.TEST_PARALLEL_INDEX ?? 0) % 20);
  for (;;) {
    const port = first + (nextPort++ % 1_000);
    if (await isFree(port)) return port;
  }
}

let nextPort = Math.floor(Math.random() * 1_000);

async function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer().once("error", () => done(false)).listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

export { expect };
export { fillIn, live, lookUp, Visitor } from "./visitor";
export { codeIn, linkIn, notMeIn, temporaryIn, type Mail } from "./mail";
export type { Person } from "./roster";
