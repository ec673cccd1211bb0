// A portal, and people at browsers of the project's engine. Whatever a test is about, its browsers' consoles stay without an
// error and without a violation of the Content-Security-Policy.
import { test as base, expect, type TestInfo } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { Portal } from "../portal";
import type { Browser } from "./browser";
import { firefox } from "./firefox";
import { Fronts } from "./front";
import { Guest } from "./guest";
import { screen, webkit } from "./webkit";

export type Engine = "firefox" | "webkit";

interface Each {
  /** A portal of the test's own, whose days may pass. */
  calendar: Portal;
  /** A portal on loopback with nothing before it, as the demo is. */
  bare: Portal;
  /** Begins a browser: a new one, that knows nobody. */
  begin: (portal?: Portal) => Promise<Guest>;
  /** Somebody at a browser. */
  guest: Guest;
}

interface Worker { engine: Engine; agency: string; fronts: Fronts; portal: Portal; display: string }

export const test = base.extend<Each, Worker>({
  engine: ["firefox", { option: true, scope: "worker" }],
  agency: ["demo", { option: true, scope: "worker" }],
  fronts: [async ({}, use) => {
    const fronts = Fronts.make();
    await use(fronts);
    fronts.end();
  }, { scope: "worker" }],
  portal: [async ({ agency, fronts }, use) => {
    const portal = await Portal.start(agency, 20, 7, (port) => fronts.before(port));
    await use(portal);
    await portal.stop();
  }, { scope: "worker", timeout: 120_000 }],
  calendar: [async ({ agency, fronts }, use) => {
    const portal = await Portal.start(agency, 20, 7, (port) => fronts.before(port));
    await use(portal);
    await portal.stop();
  }, { timeout: 120_000 }],
  bare: [async ({ agency }, use) => {
    const portal = await Portal.start(agency, 20);
    await use(portal);
    await portal.stop();
  }, { timeout: 120_000 }],
  display: [async ({}, use) => {
    const { display, end } = await screen();
    await use(display);
    end();
  }, { scope: "worker" }],
  begin: async ({ engine, display, portal }, use, info) => {
    const browsers: Browser[] = [];
    await use(async (at = portal) => {
      const browser = await (engine === "firefox" ? firefox() : webkit(display));
      browsers.push(browser);
      return new Guest(browser, at);
    });
    const wrong: string[] = [];
    try {
      for (const [number, browser] of browsers.entries()) {
        // A test that has failed already shall say why, and not what its browsers would say of that.
        if (info.status === info.expectedStatus) wrong.push(...await browser.errors());
        else await keep(browser, info, number);
      }
    } finally {
      await Promise.all(browsers.map((browser) => browser.end()));
    }
    expect(wrong, "console").toEqual([]);
  },
  guest: async ({ begin }, use) => use(await begin()),
});

/** Keeps what a failed test's browser shows and says. */
async function keep({ driver, console }: Browser, info: TestInfo, number: number) {
  const picture = await driver.takeScreenshot().catch(() => "");
  writeFileSync(info.outputPath(`browser-${number}.png`), Buffer.from(picture, "base64"));
  writeFileSync(info.outputPath(`browser-${number}.txt`), [await driver.getCurrentUrl().catch(String), ...console()].join("\n"));
}

export { expect };
