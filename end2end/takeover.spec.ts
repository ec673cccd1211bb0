// How the script takes over a page: in steps, between which a phone may draw and hear its owner. The page has to work after
// each of them, and none may be seen.
import type { Page } from "@playwright/test";
import { asMember } from "./member";
import { expect, live, test } from "./portal";

test.use({ agency: "demo" });

interface Held extends Window { steps: (() => void)[] }

/** Opens a page of which the script takes over no more than `steps` steps; fewer where it has none left. */
async function open(page: Page, path: string, steps: number): Promise<number> {
  // Everything else that waits says for how long.
  await page.addInitScript(() => {
    const held = window as unknown as Held;
    const real = window.setTimeout.bind(window);
    held.steps = [];
    window.setTimeout = ((work: () => void, delay?: number, ...rest: unknown[]) =>
      delay === undefined ? held.steps.push(work) : real(work, delay, ...rest)) as typeof window.setTimeout;
  });
  await page.goto(path);
  for (let step = 0; step < steps; step++) {
    if (await page.locator("html[data-live]").count()) return step;
    await page.waitForFunction(() => (window as unknown as Held).steps.length > 0);
    await page.evaluate(() => (window as unknown as Held).steps.shift()!());
  }
  return steps;
}

test("after each step a link leads on and a form is answered", async ({ page, context }) => {
  const all = await open(page, "/sign-in", 99);
  expect(all).toBeGreaterThan(1);
  for (let steps = 0; steps <= all; steps++) {
    await test.step(`${steps} of ${all}`, async () => {
      const other = await context.newPage();
      await open(other, "/sign-in", steps);
      await other.getByRole("button", { name: "Login" }).click();
      await expect(other.getByRole("alert")).toContainText("Enter your username.");
      await open(other, "/sign-in", steps);
      await other.getByRole("link", { name: "YES" }).click();
      await expect(other.getByRole("heading", { level: 1 })).toHaveText("Find Username");
      await expect(other).toHaveURL(/\/claim$/);
      await other.close();
    });
  }
});

test("taking over changes nothing that the server sent", async ({ page, visitor }) => {
  await page.addInitScript(() => {
    const seen: string[] = [];
    (window as unknown as { seen: string[] }).seen = seen;
    const observer = new MutationObserver((changes) => {
      for (const { type, target, attributeName } of changes) {
        // The browser itself hides the nonces.
        if (attributeName !== "nonce") seen.push(`${type} ${target.nodeName} ${attributeName ?? ""}`.trim());
      }
    });
    // From when all of the document is read, and before the first script runs.
    document.addEventListener("readystatechange", () => {
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    }, { once: true });
  });
  const seen = async () => {
    await live(page, true);
    return page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  };
  for (const path of ["/sign-in", "/claim", "/forgot-username", "/forgot-password", "/code", "/nowhere"]) {
    await page.goto(path);
    expect(await seen(), path).toEqual(["attributes HTML data-live"]);
  }
  await asMember(visitor);
  for (const path of ["/home", "/security", "/security/question", "/security/history", "/change-password"]) {
    await page.goto(path);
    expect(await seen(), path).toEqual(["attributes HTML data-live"]);
  }
});

test("who goes back before the script takes over sees the page of the address", async ({ page }) => {
  await page.goto("/sign-in");
  await live(page, true);
  await page.getByRole("link", { name: "YES" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Find Username");
  let release = () => {};
  const held = new Promise<void>((done) => { release = done; });
  await page.route("**/*.wasm", async (route) => { await held; await route.continue(); });
  await page.reload({ waitUntil: "domcontentloaded" });
  await page.evaluate(() => new Promise((done) => { addEventListener("popstate", done, { once: true }); history.back(); }));
  release();
  await live(page, true);
  await expect(page).toHaveURL(/\/sign-in$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Login");
});
