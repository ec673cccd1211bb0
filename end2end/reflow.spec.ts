// Large text, little room and a reader's own settings: nothing is cut off, nothing is out of reach.
import type { Page } from "@playwright/test";
import { Keyboard } from "./keyboard";
import { crowded, low, resize, restyle, setFontSize, unbordered, unreadable } from "./measure";
import { anybody, asMember, asStaff, desk, go, own } from "./member";
import { expect, test, type Visitor } from "./portal";

test.use({ agency: "demo" });

test.beforeEach(async ({ page }) => page.emulateMedia({ reducedMotion: "reduce" }));

/** Leads to each page in turn: those that anybody may open, those of a session, those of the desk. The forms of some are
 * sent empty, for their refusals. */
async function everyPage(visitor: Visitor, look: (name: string) => Promise<void>) {
  const { page, portal } = visitor;
  for (const address of anybody) {
    await go(visitor, address);
    await look(address);
    if (!["/sign-in", "/claim"].includes(address)) continue;
    await page.locator("main form button").first().click();
    await expect(visitor.alert).toBeVisible();
    await look(`${address}, refused`);
  }
  await asMember(visitor);
  for (const address of own) {
    await go(visitor, address);
    await look(address);
  }
  const account = await asStaff(page, portal);
  for (const address of ["/desk/sign-in", ...desk, account, `${account}/caller`]) {
    await go(visitor, address);
    await look(address);
  }
}

/** 1280 × 1024 at 400 %. */
const zoomed = { width: 320, height: 256 };
const phone = { width: 360, height: 740 };

/** The least that WCAG 1.4.12 lets a reader ask for. */
const spaced = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }";

test("every page can be read at 320 px, with wider spacing and with larger text, and nothing is too small for a thumb", async ({ page, visitor }) => {
  await everyPage(visitor, async (name) => {
    const wide = page.viewportSize()!;
    await resize(page, zoomed);
    expect.soft(await unreadable(page), `${name}, 320 px`).toEqual([]);
    await restyle(page, spaced);
    expect.soft(await unreadable(page), `${name}, 320 px, spaced`).toEqual([]);
    await resize(page, wide);
    expect.soft(await unreadable(page), `${name}, spaced`).toEqual([]);
    await restyle(page, "");
    // Text of twice the size, and everything else as it is (1.4.4).
    await setFontSize(page, 32);
    expect.soft(await unreadable(page), `${name}, text of 200 %`).toEqual([]);
    await setFontSize(page, 16);
    await resize(page, phone);
    expect.soft(await crowded(page), `${name}: smaller than 24 px, and crowded`).toEqual([]);
    expect.soft(await low(page), `${name}: lower than 44 px`).toEqual([]);
    await resize(page, wide);
  });
});

test("at 400 % everything is reached with the keyboard, and nothing lies over what has the focus", async ({ page, portal, visitor }) => {
  const keys = new Keyboard(page);
  await asMember(visitor);
  const account = await asStaff(page, portal);
  for (const address of ["/sign-in", "/claim", "/home", "/change-password", "/desk", account]) {
    await go(visitor, address);
    // On a phone an empty page has a width of its own, so not before there is one of ours.
    await resize(page, zoomed);
    await keys.around(address);
  }
});

test("in colours that the browser forces, fields keep their borders and the focus its ring", async ({ page, portal, visitor }) => {
  const keys = new Keyboard(page);
  await asMember(visitor);
  const account = await asStaff(page, portal);
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  for (const [address, colorScheme] of [["/claim", "light"], ["/change-password", "dark"], ["/home", "light"], [account, "dark"]] as const) {
    await page.emulateMedia({ colorScheme });
    await go(visitor, address);
    expect.soft(await unbordered(page), `${address}, ${colorScheme}`).toEqual([]);
    await keys.around(address);
  }
  // A refusal and a box that is checked are seen without their colours.
  await visitor.open("/claim");
  await visitor.press("Lookup");
  await expect(visitor.alert).toBeFocused();
  await keys.look();
  const tick = () => page.locator("label[for=robot]").evaluate((label) => {
    const { opacity, borderRightColor } = getComputedStyle(label, "::after");
    return opacity === "1" && borderRightColor !== getComputedStyle(label, "::before").backgroundColor;
  });
  expect(await tick()).toBe(false);
  await page.locator("#robot").check();
  expect(await tick()).toBe(true);
});

test("the borders of fields stand out, in light and in dark", async ({ page, visitor }) => {
  await asMember(visitor);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const address of ["/claim", "/forgot-password", "/security/question", "/desk/sign-in"]) {
      await go(visitor, address);
      // A button is a colour with letters in it.
      expect.soft((await unbordered(page)).filter((one) => !one.startsWith("button")), `${address}, ${colorScheme}`).toEqual([]);
    }
  }
});

/** Does what sets things in motion, and tells what moved for longer than an instant. */
async function moved(page: Page, visitor: Visitor): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const long: string[] = [];
  session.on("Animation.animationStarted", ({ animation }) => {
    if (animation.source!.duration > 10) long.push(`${animation.type} ${animation.name}: ${animation.source!.duration} ms`);
  });
  await session.send("Animation.enable");
  await visitor.open("/claim");
  await page.keyboard.press("Tab");
  await page.locator("summary").click();
  await page.getByRole("button", { name: "Lookup" }).hover();
  await visitor.vouch();
  await page.getByRole("link", { name: "Back to the login page" }).hover();
  await page.locator(".bb-form__button").first().hover();
  await session.detach();
  return long;
}

test("whoever wants less motion sees none, and others do", async ({ page, visitor }) => {
  expect(await moved(page, visitor)).toEqual([]);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  expect((await moved(page, visitor)).length).toBeGreaterThan(2);
});
