// What a screen reader is told. Each file of aria/ is a page as it is read out, from top to bottom, and was read as one; what
// a snapshot does not hold - descriptions, and what speaks by itself - is asked for here.
import type { Page } from "@playwright/test";
import { asMember, asStaff, go, toChallenge, toPassword } from "./member";
import { expect, test } from "./portal";

test.use({ agency: "demo" });

/** The main part of the page reads as its file says. */
const reads = (page: Page, name: string) => expect(page.getByRole("main")).toMatchAriaSnapshot({ name: `${name}.aria.yml` });

/** What the page speaks by itself from now on, once for each change. */
async function hear(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    for (const region of document.querySelectorAll("main [aria-live], main [role=status]")) {
      new MutationObserver(() => heard.push(region.textContent!)).observe(region, { childList: true, characterData: true, subtree: true });
    }
  });
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}

/** The texts that the browser itself holds as live, each with how it interrupts. */
async function live(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const text = (id: string): string => {
    const node = nodes.find((one) => one.nodeId === id);
    return node?.role?.value === "StaticText" ? `${node.name?.value}` : (node?.childIds ?? []).map(text).join("");
  };
  const property = (node: (typeof nodes)[number], name: string) => node.properties?.find((one) => one.name === name)?.value;
  // What lies inside a live part is live too; only the parts themselves are wanted.
  const parts = nodes.filter((node) => property(node, "live") && !nodes.some((above) => above.childIds?.includes(node.nodeId) && property(above, "live")));
  return parts.map((node) => `${property(node, "live")!.value}: ${text(node.nodeId)}`);
}

test("the frame of every page, and the pages that anybody may open", async ({ page, visitor }) => {
  await visitor.open("/sign-in");
  await expect(page.locator("body")).toMatchAriaSnapshot({ name: "whole.aria.yml" });
  const pages = {
    "claim": "/claim", "claim-sent": "/claim/sent", "forgot-username": "/forgot-username", "forgot-username-sent": "/forgot-username/sent",
    "forgot-password": "/forgot-password", "forgot-password-sent": "/forgot-password/sent", "code": "/code", "not-me-done": "/not-me/done",
    "dead-link": `/link/${"A".repeat(43)}`, "begin-again": "/reset/challenge", "missing": "/nowhere",
  };
  for (const [name, address] of Object.entries(pages)) {
    await visitor.open(address);
    await reads(page, name);
    // The title is the first thing that is read; on a dead end it says so.
    if (name === "dead-link") await expect(page).toHaveTitle("This link does not work any more – EMS Accounts");
    if (name === "begin-again") await expect(page).toHaveTitle("Please begin again – EMS Accounts");
    if (name === "missing") await expect(page).toHaveTitle("Page not found – EMS Accounts");
  }
});

test("forms that were refused", async ({ page, visitor }) => {
  for (const [name, address] of [["sign-in-refused", "/sign-in"], ["claim-refused", "/claim"]] as const) {
    await visitor.open(address);
    await page.locator("main form button").first().click();
    await expect(visitor.alert).toBeFocused();
    await reads(page, name);
    expect(await live(page)).toContainEqual(expect.stringMatching(/^assertive: Please check this/));
  }
  await expect(visitor.field("Social Security Number")).toHaveAccessibleDescription(
    "We ask for it only to find your record. It is compared, never stored as a number, never shown and never mailed. Enter your Social Security Number, or your certificate number instead.");
  await expect(page.getByRole("group", { name: "Date of Birth" })).toHaveAccessibleDescription("For example 4 28 1986. You can paste a whole date.");
  await expect(visitor.field("I'm not a robot")).toHaveAccessibleDescription("Check the box next to “I'm not a robot”.");
});

test("I'm not a robot says that it works, that it is done, and that it could not", async ({ page, visitor }) => {
  let release = () => {};
  const held = new Promise<void>((done) => { release = done; });
  await page.route("**/solver*.wasm", async (route) => { await held; await route.continue(); });
  const working = "Checking… this takes a few seconds. You can go on typing.";
  await visitor.open("/forgot-username");
  const heard = await hear(page);
  await visitor.field("I'm not a robot").check();
  await expect(page.locator(".bb-robot")).toMatchAriaSnapshot(`
    - checkbox "I'm not a robot" [checked]
    - text: I'm not a robot
    - progressbar "${working}"
    - status: ${working}
  `);
  expect(await live(page)).toEqual([`polite: ${working}`]);
  release();
  await expect(page.locator(".bb-robot")).toMatchAriaSnapshot(`
    - checkbox "I'm not a robot" [checked]
    - text: I'm not a robot
    - status: Done. You are not a robot.
  `);
  expect(await heard()).toEqual([working, "Done. You are not a robot."]);
  await visitor.open("/forgot-username");
  await page.context().setOffline(true);
  await visitor.field("I'm not a robot").check();
  await expect(page.getByRole("status")).toHaveText("The check could not run in this browser. You can still send the form.");
  expect(await live(page)).toEqual(["polite: The check could not run in this browser. You can still send the form."]);
});

test("a new password says what it must have, and counts along while it is typed", async ({ page, visitor }) => {
  await toPassword(visitor);
  await reads(page, "password");
  await expect(visitor.field("Password")).toHaveAccessibleDescription(
    "Your password must have: Not met yet: 8 to 64 characters Not met yet: not your username in it not one that many people use (checked when you send it)");
  const heard = await hear(page);
  await visitor.field("Password").pressSequentially("Kayak");
  await reads(page, "password-typed");
  // Once, not at every letter: what has not changed is not said again.
  expect(await heard()).toEqual(["1 of 2 requirements met"]);
  await visitor.field("Password").pressSequentially(" over 7 rivers");
  await expect.poll(heard).toEqual(["1 of 2 requirements met", "2 of 2 requirements met"]);
  expect(await live(page)).toEqual(["polite: 2 of 2 requirements met"]);
});

test("the pages of a session, and the question behind a forgotten password", async ({ page, visitor }) => {
  await asMember(visitor);
  await visitor.open("/home");
  await expect(page.locator("body")).toMatchAriaSnapshot({ name: "home.aria.yml" });
  for (const [name, address] of [["security", "/security"], ["question", "/security/question/new"], ["history", "/security/history"], ["change-password", "/change-password"]] as const) {
    await visitor.open(address);
    await reads(page, name);
  }
  await toChallenge(visitor);
  await reads(page, "challenge");
});

test("a page in Spanish", async ({ page, visitor }) => {
  await visitor.open("/sign-in?lang=es");
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(page.getByRole("link", { name: "English" })).toHaveAttribute("lang", "en");
  await expect(page.locator("body")).toMatchAriaSnapshot({ name: "spanish.aria.yml" });
  await visitor.open("/claim");
  await reads(page, "spanish-claim");
});

test("the desk's sign-in, and the page of an account", async ({ page, portal, visitor }) => {
  await go(visitor, "/desk/sign-in");
  await expect(page.locator("body")).toMatchAriaSnapshot({ name: "desk-sign-in.aria.yml" });
  // On a phone the rows of its tables are cards, and each cell begins with the name of its column.
  await page.setViewportSize({ width: 1280, height: 720 });
  // Whose history nobody else makes longer.
  const person = portal.enrol({ first_name: "Joost", last_name: "Vandermolen", earlier_names: "Okafor", status: "active" })[0]!;
  await asStaff(page, portal);
  await go(visitor, "/desk/find");
  await page.locator("#term").fill(person.username);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Joost Vandermolen" }).click();
  await expect(page.locator("body")).toMatchAriaSnapshot({ name: "desk-person.aria.yml" });
});
