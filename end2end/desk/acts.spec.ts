// What the desk does to an account: a call from the search to the mail, and every act with its mail and its row of the
// audit. The desk's pages need no script, so both kinds of browser see the same.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { tmpdir } from "node:os";
import type { Page } from "@playwright/test";
import { codeIn, temporaryIn } from "../mail";
import { expect, test, type Portal } from "../portal";
import { look, tabTo, takeSeat } from "./app";

// The demo's profile, where a colleague has to approve a new address.
const profile = join(tmpdir(), `backboard-second-${process.pid}.toml`);
writeFileSync(profile, `${readFileSync(resolve("agencies/demo.toml"), "utf8")}\n[desk]\nemail_second = true\n`);
test.use({ agency: profile });

let seats = 0;
const address = () => `acts${++seats}-${process.pid}@office.example`;
const reason = "lost her phone on a call";
const password = "Kestrel&42rowed";

interface Row { action: string; account: number | null; actor: string; detail: string }

/** The rows of the audit about an account that somebody of the staff made. */
function rows(portal: Portal, account: number): Row[] {
  const all = portal.run("audit", "export").trim().split("\n").map((line) => JSON.parse(line) as Row);
  return all.filter((row) => row.account === account && row.actor.startsWith("staff "));
}

const accountIn = (page: Page) => Number(/\/desk\/account\/(\d+)/.exec(page.url())![1]);

async function open(page: Page, username: string) {
  await page.goto("/desk/find");
  await page.getByLabel("Name, username").fill(username);
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("row").filter({ hasText: username }).getByRole("link").first().click();
  await expect(page.locator("main")).toContainText(username);
}

test("a call: from the search to the mail in eight interactions, the caller checked on the way", async ({ page, portal, scripts }) => {
  const [person] = portal.enrol({ last_name: "Whitcombe-Ashdown", first_name: "Ines", status: "active" });
  await takeSeat(page, portal, address(), "helpdesk", "Hana Help");
  await page.goto("/desk");
  let interactions = 0;
  const by = async (deed: Promise<unknown>) => {
    interactions++;
    await deed;
  };
  const before = portal.mails(person!.email);
  await by(page.getByLabel("Name, username").fill("whitcombe ashdown"));
  await by(page.keyboard.press("Enter"));
  await by(page.getByRole("link", { name: "Ines Whitcombe-Ashdown" }).click());
  await by(page.getByRole("link", { name: "Mail a temporary password" }).click());
  await expect(page.locator("main")).toContainText("Check who is calling first.");
  await by(page.getByRole("button", { name: "Mail a code" }).click());
  const code = codeIn(await portal.nextMail(person!.email, before, "on the phone with you"));
  await by(page.getByLabel("Code that the caller reads to you").fill(code));
  await by(page.getByLabel("Reason").fill(reason));
  await by(page.keyboard.press("Enter"));
  await expect(page.locator("main")).toContainText("A temporary password was mailed to every address on file.");
  expect(interactions).toBeLessThanOrEqual(8);
  temporaryIn(await portal.nextMail(person!.email, before, "your temporary password"));
  await look(page, "after the call", scripts);
});

test("the same call with the keyboard alone", async ({ page, portal, scripts }) => {
  const [person] = portal.enrol({ last_name: "Vandermolen", first_name: "Joost", status: "active" });
  await takeSeat(page, portal, address(), "helpdesk", "Hana Help");
  await page.goto("/desk");
  await look(page, "desk", scripts);
  const press = async (role: "link" | "button", name: string) => {
    await tabTo(page, role, name);
    // The page before is loaded too: what is looked at afterwards is the next one.
    const next = page.waitForEvent("framenavigated");
    await page.keyboard.press("Enter");
    await next;
    await page.waitForLoadState();
  };
  const type = async (name: string, text: string) => {
    await tabTo(page, "textbox", name);
    await page.keyboard.type(text);
  };
  const before = portal.mails(person!.email);
  await type("Name, username, e-mail address or certificate number", "vandermolen");
  await press("button", "Find");
  await press("link", "Joost Vandermolen");
  await look(page, "account", scripts);
  await press("link", "Give back tries");
  await look(page, "unlock, caller unchecked", scripts);
  await press("button", "Mail a code");
  const code = codeIn(await portal.nextMail(person!.email, before, "on the phone with you"));
  await expect(page.getByLabel("Reason")).toBeVisible();
  await look(page, "unlock, code mailed", scripts);
  await type("Code that the caller reads to you", code === "1111 1111" ? "22222222" : "11111111");
  await type("Reason", reason);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("That is not the code that was mailed.");
  await expect(page.getByLabel("Reason")).toHaveValue(reason);
  await look(page, "unlock, wrong code", scripts);
  await type("Code that the caller reads to you", code);
  await press("button", "Give back tries");
  await expect(page.locator("main")).toContainText("All tries were given back");
  await portal.nextMail(person!.email, before, "you can try again to sign in");
});

test("every act with its mail and its row of the audit", async ({ page, portal, scripts, anotherBrowser, anotherVisitor }) => {
  test.setTimeout(300_000);
  const person = portal.take("unclaimed");
  const medic = await anotherVisitor();
  await medic.claim(person, password);
  await medic.setQuestion("What was the name of your first pet?", "Rover the Second", password);

  // An admin gives a supervisor the right to show temporary passwords.
  await takeSeat(page, portal, address());
  const email = address();
  const desk = await (await anotherBrowser()).newPage();
  await takeSeat(desk, portal, email, "supervisor", "Sven Supervisor");
  await page.goto("/desk/staff");
  await page.getByRole("row").filter({ hasText: email }).getByRole("link").click();
  await page.getByRole("button", { name: "Let show temporary passwords" }).click();
  await expect(page.getByRole("button", { name: "No more showing temporary passwords" })).toBeVisible();

  await open(desk, person.username || person.email);
  const account = accountIn(desk);
  let before = portal.mails(person.email);
  await desk.goto(`/desk/account/${account}/caller`);
  await look(desk, "caller", scripts);
  await desk.getByRole("button", { name: "Mail a code" }).click();
  await desk.getByLabel("Code that the caller reads to you").fill(codeIn(await portal.nextMail(person.email, before, "on the phone with you")));
  await desk.getByRole("button", { name: "Check" }).click();
  await expect(desk.locator("main")).toContainText("The caller is checked.");

  const acts: [act: string, name: string, done: string | null, subject: string][] = [
    ["send-link", "Mail a link", "A link was mailed", "set your password"],
    ["send-temporary", "Mail a temporary password", "A temporary password was mailed", "your temporary password"],
    ["show-temporary", "Show a temporary password", null, "the office gave out a temporary password"],
    ["unlock", "Give back tries", "All tries were given back", "you can try again to sign in"],
    ["end-sessions", "Sign out everywhere", "Everybody was signed out", "you were signed out everywhere"],
    ["clear-question", "Clear the security question", "The security question is forgotten", "took your security question away"],
    ["change-email", "Change the e-mail address", "The new address waits", "was asked to send mail elsewhere"],
    ["keep-email", "Keep the old e-mail address", "Mail goes on going where it goes", "your mail address stays"],
    ["suspend", "Suspend", "The account is suspended", "the office suspended your account"],
    ["reactivate", "Reactivate", "The account is open again", "the office opened your account again"],
    ["mark-external", "Mark as kept elsewhere", "The password is kept elsewhere now", "your password is kept elsewhere now"],
  ];
  for (const [act, name, done, subject] of acts) {
    before = portal.mails(person.email);
    await desk.goto(`/desk/account/${account}`);
    await desk.getByRole("link", { name, exact: true }).click();
    await expect(desk.getByRole("heading", { level: 1 })).toHaveText(name);
    await look(desk, act, scripts);
    if (act === "change-email") await desk.getByLabel("E-mail address").fill(`new-${person.email}`);
    await desk.getByLabel("Reason").fill(`${reason}, ${act}`);
    await desk.getByRole("button", { name, exact: true }).click();
    if (done) {
      await expect(desk.locator("main"), act).toContainText(done);
      await expect(desk.locator("main"), act).toContainText(`Reason: ${reason}, ${act}`);
    } else {
      await expect(desk).toHaveURL(new RegExp(`/desk/account/${account}/shown$`));
      const shown = (await desk.locator("#temporary").textContent())!;
      await look(desk, "a password shown", scripts);
      for (const again of [() => desk.reload(), async () => { await desk.goto(`/desk/account/${account}`); await desk.goBack(); }]) {
        await again();
        await expect(desk.locator("main")).not.toContainText(shown);
        await expect(desk.locator("main")).toContainText("It was shown already.");
      }
    }
    if (act === "send-link") await look(desk, "a link, mailed", scripts);
    await portal.nextMail(person.email, before, subject);
    const written = rows(portal, account).filter((row) => row.action === act);
    expect(written.length, act).toBe(1);
    expect(written[0]!.detail, act).toMatch(/caller=code@\d+/);
    expect(written[0]!.detail, act).not.toContain("phone");
  }

  await test.step("a new address is approved by a colleague", async () => {
    const [other] = portal.enrol({ status: "active" });
    await open(desk, other!.username);
    const number = accountIn(desk);
    before = portal.mails(other!.email);
    await desk.goto(`/desk/account/${number}/change-email`);
    await desk.getByRole("button", { name: "Mail a code" }).click();
    await desk.getByLabel("Code that the caller reads to you").fill(codeIn(await portal.nextMail(other!.email, before, "on the phone with you")));
    await desk.getByLabel("E-mail address").fill("moved@example.org");
    await desk.getByLabel("Reason").fill(reason);
    await desk.getByRole("button", { name: "Change the e-mail address" }).click();
    await expect(desk.getByRole("link", { name: "Approve the new e-mail address" })).toHaveCount(0);
    await page.goto(`/desk/account/${number}`);
    await page.getByRole("link", { name: "Approve the new e-mail address" }).click();
    await expect(page.locator("main")).toContainText("A new address, moved@example.org, waits until");
    await look(page, "approve", scripts);
    await page.getByLabel("Reason").fill("spoke to her too");
    await page.getByRole("button", { name: "Approve the new e-mail address" }).click();
    await expect(page.locator("main")).toContainText("and it is approved");
    await portal.nextMail(other!.email, before, "another mail address was approved");
    expect(rows(portal, number).filter((row) => row.action === "approve-email").length).toBe(1);
  });

  await test.step("a shared account is split, and two of one person become one", async () => {
    const shared = `engine${process.pid}`;
    const pair = portal.enrol({ username: shared, last_name: "Twelvetrees", status: "active" }, { username: shared, last_name: "Twelvetrees", status: "active" });
    await open(desk, shared);
    const number = accountIn(desk);
    await desk.getByRole("link", { name: "Split the shared account" }).click();
    await look(desk, "split", scripts);
    await desk.getByLabel("Reason").fill("each wants their own");
    await desk.getByRole("button", { name: "Split the shared account" }).click();
    await expect(desk.locator("main")).toContainText("Everybody has a username of their own now");
    await look(desk, "split, done", scripts);
    const names = [];
    for (const one of pair) names.push(/Your username:\n\s+(\S+)/.exec((await portal.mail(one.email, 1, "a username of your own now")).text)![1]!);
    expect(rows(portal, number).filter((row) => row.action === "split").length).toBe(1);
    await open(desk, names[0]!);
    const kept = accountIn(desk);
    await desk.getByRole("link", { name: "Put another account into this one" }).click();
    await desk.getByLabel("Username of the other account").fill(names[1]!);
    await desk.getByRole("button", { name: "Look at both" }).click();
    await look(desk, "merge", scripts);
    await desk.getByLabel("Reason").fill("the same person twice");
    await desk.getByRole("button", { name: "Put another account into this one" }).click();
    await expect(desk.locator("main")).toContainText("The other account was put into this one");
    expect(rows(portal, kept).filter((row) => row.action === "merge").length).toBe(1);
    for (const one of pair) await portal.mail(one.email, 1, "your two accounts are one now");
  });
});
