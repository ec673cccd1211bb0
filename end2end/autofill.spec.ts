// What a browser and a password manager may fill in: each field says what it wants (WCAG 1.3.5), a new password stands in a
// form with its username, and whatever is pasted stays whole (3.3.8).
import type { Locator, Page } from "@playwright/test";
import { asMember, asStaff, go, toChallenge, toPassword } from "./member";
import { expect, test } from "./portal";

test.use({ agency: "demo", permissions: ["clipboard-read", "clipboard-write"] });

/** Every field of the page that somebody fills in: `id type autocomplete inputmode`. A box says what it is alone. */
const fields = (page: Page) => page.locator("main :is(input:not([type=hidden]), select, textarea)").evaluateAll((all) =>
  (all as HTMLInputElement[]).map((one) => [one.id, one.type, one.autocomplete, one.type === "text" || one.type === "password" ? one.inputMode : ""].join(" ").trim()));

const birth = ["birth_month text bday-month numeric", "birth_day text bday-day numeric", "birth_year text bday-year numeric"];
const robot = "robot checkbox off";
const anew = ["password password new-password text", "password-show checkbox off", "password_again password new-password text"];
const code = "code text one-time-code numeric";

/** The fields that a text is pasted into. */
const typed = (page: Page): Locator => page.locator("main :is(input[type=text], input[type=password], textarea):not([readonly])");

/** Pastes more into each field than it is likely to take: nothing of it is cut off, held back or put right. */
async function pasteEverywhere(page: Page, name: string) {
  // 128 characters, the longest password that any policy takes: no figure, no date, signs of two alphabets.
  const secret = `Ünder 7 Brücken “šaty” ${"müßig-".repeat(17)}!§$`;
  expect(secret).toHaveLength(128);
  await page.evaluate((text) => navigator.clipboard.writeText(text), secret);
  for (const summary of await page.locator("main details:not([open]) > summary").all()) await summary.click();
  const all = await typed(page).all();
  expect(all.length, name).toBeGreaterThan(0);
  for (const field of all) {
    await field.focus();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.press("ControlOrMeta+V");
    await expect(field, `${name}: pasted`).toHaveValue(secret);
    expect(await field.getAttribute("maxlength"), `${name}: maxlength`).toBeNull();
  }
}

/** Where a password is set, the username stands before it in the same form, for the eye and for the password manager. */
async function expectOwner(page: Page, username: string) {
  for (const field of await page.locator("input[autocomplete=new-password]").all()) {
    const names = await field.evaluate((field) => {
      const all = [...(field as HTMLInputElement).form!.elements] as HTMLInputElement[];
      return all.slice(0, all.indexOf(field as HTMLInputElement)).filter((one) => one.autocomplete === "username").map((one) => one.value);
    });
    expect(names).toEqual([username]);
  }
  await expect(page.locator("input[autocomplete=username]")).toBeVisible();
}

test("each field of an open page says what it wants, and takes what is pasted", async ({ page, visitor }) => {
  const identity = [...birth, "last_name text family-name text", "ssn password off numeric", "ssn-show checkbox off", "certificate text off text", robot];
  const pages: [address: string, wanted: string[]][] = [
    ["/sign-in", ["username text username text", "password password current-password text", "password-show checkbox off"]],
    ["/claim", identity],
    ["/claim/sent", [code]],
    ["/code", [code]],
    ["/forgot-username", ["email text email email", robot]],
    ["/forgot-password", ["login text username text", robot]],
    ["/forgot-password/sent", [code]],
  ];
  for (const [address, wanted] of pages) {
    await visitor.open(address);
    expect(await fields(page), address).toEqual(wanted);
    await pasteEverywhere(page, address);
  }
});

test("where a password is set, its manager is told whose it is", async ({ page, visitor }) => {
  const owner = "username text username";
  const person = await toPassword(visitor);
  expect(await fields(page)).toEqual([owner, ...anew]);
  await expectOwner(page, person.username);
  await pasteEverywhere(page, "create a password");

  await page.context().clearCookies();
  const member = await asMember(visitor);
  await visitor.open("/change-password");
  expect(await fields(page)).toEqual([owner, "current_password password current-password text", "current_password-show checkbox off", ...anew]);
  await expectOwner(page, member.username);
  await pasteEverywhere(page, "change password");
  await visitor.open("/security/question/new");
  expect(await fields(page)).toEqual(["question select-one off", "answer text off text", "current_password password current-password text", "current_password-show checkbox off"]);
  await pasteEverywhere(page, "security question");
  // An answer is nothing that a browser should remember.
  await toChallenge(visitor);
  expect(await fields(page)).toEqual(["answer text off text"]);
  await pasteEverywhere(page, "challenge");
});

test("at the desk a browser fills in what is the member's own, and nothing about anybody else", async ({ page, portal, visitor }) => {
  await go(visitor, "/desk/sign-in");
  expect(await fields(page)).toEqual(["email text username email", "password password current-password text"]);
  await pasteEverywhere(page, "desk sign-in");
  await go(visitor, "/desk/forgot");
  expect(await fields(page)).toEqual(["email text username email"]);
  const account = await asStaff(page, portal);
  await go(visitor, "/desk/own");
  expect(await fields(page)).toEqual(["email text username", "current_password password current-password text", ...anew]);
  await expectOwner(page, `pages-${process.pid}@office.example`);
  // A caller's date of birth is not that of who sits here.
  const about: [address: string, wanted: string[]][] = [
    ["/desk/find", ["term text off text"]],
    [account, ["reason text off text"]],
    [`${account}/caller`, ["birth_month text off numeric", "birth_day text off numeric", "birth_year text off numeric", "certificate text off text"]],
    ["/desk/staff", ["staff_name text off text", "email text off email", "role select-one off"]],
  ];
  for (const [address, wanted] of about) {
    await go(visitor, address);
    expect(await fields(page), address).toEqual(wanted);
    await pasteEverywhere(page, address);
  }
});
