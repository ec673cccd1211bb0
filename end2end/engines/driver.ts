// The program that a browser is driven through: one for each browser, because WebKit's serves one at a time.
import { expect } from "@playwright/test";
import { spawn } from "node:child_process";
import { Builder, type WebDriver } from "selenium-webdriver";
import { freePort } from "../portal";

export interface Driven { driver: WebDriver; end: () => Promise<void> }

/** Starts a driver on a port of its own, and through it a browser. `asked` is what the browser shall be like. */
export async function drive(command: string, words: (port: number) => string[], asked: object, env: NodeJS.ProcessEnv = {}): Promise<Driven> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const said: string[] = [];
  // A group of its own: with the driver ends whatever it started, also where a worker of Playwright's ends in the middle.
  const server = spawn(command, words(port), { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const gone = new Promise((done) => server.once("close", done));
  const kill = () => { if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, "SIGTERM"); };
  process.once("exit", kill);
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => said.push(`${chunk}`));
  server.once("error", (error) => said.push(`${error}`));
  const stop = async () => {
    kill();
    await gone;
    process.off("exit", kill);
  };
  try {
    await expect.poll(async () => {
      if (server.pid === undefined || server.exitCode !== null) throw new Error(`${command} ended`);
      return fetch(`${url}/status`).then((answer) => answer.ok, () => false);
    }, { timeout: 20_000, intervals: [50] }).toBe(true);
    const driver = await new Builder().disableEnvironmentOverrides().usingServer(url).withCapabilities(asked).build();
    return { driver, end: () => driver.quit().finally(stop) };
  } catch (error) {
    await stop();
    throw new Error(`${command}: ${error}\n${said.join("")}`);
  }
}
