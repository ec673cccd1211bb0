// Staff, from the command line's invitation to the recovery code: with the keyboard alone, with nothing for axe to find,
// and with no script on any page but the one that says when a session ends.
import type { Page } from "@playwright/test";
import { expect, test, type Portal } from "../portal";
import { codeOf, deskLinkIn, look, password, step, tabTo } from "./app";

test.use({ agency: "demo" });

let invited = 0;

async function type(page: Page, name: string, text: string) {
  await tabTo(page, "textbox", name);
  await page.keyboard.type(text);
}

async function press(page: Page, name: string) {
  await tabTo(page, "button", name);
  await page.keyboard.press("Enter");
}

/** Invites an admin from the command line, and waits for the link. */
async function invite(portal: Portal): Promise<{ email: string; link: string }> {
  const email = `ada${++invited}-${process.pid}@office.example`;
  const said = portal.run("staff", "invite", "--email", email, "--role", "admin", "--name", "Ada Admin");
  expect(said).toContain(email);
  expect(said).not.toContain("/link/");
  await portal.wake();
  return { email, link: deskLinkIn(await portal.mail(email, 1)) };
}

async function setUp(page: Page, link: string, scripts = false): Promise<{ key: string; codes: string[]; used: number }> {
  await page.goto(link);
  await look(page, "invitation", scripts);
  // Empty, to see what it says.
  await press(page, "Set password");
  await expect(page.getByRole("alert")).toContainText("Enter a password");
  await look(page, "invitation refused", scripts);
  // The address is there for the password manager; the two fields come after it.
  await page.locator("#password").focus();
  await page.keyboard.type(password);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await press(page, "Set password");
  await expect(page).toHaveURL(/\/desk\/enrol$/);
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await look(page, "authenticator", scripts);
  const key = (await page.locator("#key").textContent())!;
  expect(key).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
  const used = step();
  await type(page, "Code of the app", codeOf(key, used));
  await press(page, "Set up");
  await expect(page).toHaveURL(/\/desk\/recovery$/);
  await look(page, "recovery codes", scripts);
  return { key, used, codes: await page.locator("#recovery code").allTextContents() };
}

async function firstStep(page: Page, email: string) {
  await page.goto("/desk/sign-in");
  await type(page, "E-mail address", email);
  await page.locator("#password").focus();
  await page.keyboard.type(password);
  await press(page, "Go on");
  await expect(page).toHaveURL(/\/desk\/second$/);
}

test("an invited admin sets up password and app, signs out, and comes back with a code and with a recovery code", async ({ page, portal, scripts }) => {
  const { email, link } = await invite(portal);
  const { key, codes, used } = await setUp(page, link, scripts);
  expect(codes).toHaveLength(10);
  await page.reload();
  for (const code of codes) await expect(page.locator("main")).not.toContainText(code);
  await page.goto("/desk");
  await page.goBack();
  await expect(page.locator("main")).not.toContainText(codes[0]!);

  await page.goto("/desk");
  await look(page, "desk", scripts);
  await expect(page.getByRole("link", { name: "Ada Admin (Admin)" })).toBeVisible();
  for (const [path, name] of [["/desk/staff", "staff"], ["/desk/own", "own"], ["/desk/staff/1", "member"]] as const) {
    await page.goto(path);
    await look(page, name, scripts);
  }
  await page.goto("/desk");
  await press(page, "Sign out");
  await expect(page).toHaveURL(/\/desk\/sign-in$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/desk\/sign-in$/);
  await look(page, "sign-in", scripts);

  await firstStep(page, email);
  await look(page, "second step", scripts);
  await type(page, "Code of your authenticator app", "000000");
  await press(page, "Sign in");
  await expect(page.getByRole("alert")).toContainText("not the code your authenticator app shows now");
  await look(page, "second step refused", scripts);
  // The step of the set-up is taken; the one after it counts already.
  await type(page, "Code of your authenticator app", codeOf(key, Math.max(step(), used + 1)));
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/desk$/);
  await press(page, "Sign out");
  await expect(page).toHaveURL(/\/desk\/sign-in$/);

  await firstStep(page, email);
  await type(page, "Code of your authenticator app", codes[0]!);
  await press(page, "Sign in");
  await expect(page).toHaveURL(/\/desk$/);
  await portal.mail(email, 1, "recovery code was used");
  await page.goto("/desk/own");
  await expect(page.locator("main")).toContainText("Recovery codes left: 9 of 10.");
});

test("an admin invites a colleague, who may not see the staff", async ({ page, portal, anotherBrowser }) => {
  const { email, link } = await invite(portal);
  await setUp(page, link);
  await page.goto("/desk/staff");
  const colleague = `hana-${email}`;
  await page.getByLabel("Name", { exact: true }).fill("Hana Help");
  await page.getByLabel("E-mail address").fill(colleague);
  await page.getByLabel("Role").selectOption("helpdesk");
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.locator("main")).toContainText("The invitation is on its way");
  const other = await (await anotherBrowser()).newPage();
  await setUp(other, deskLinkIn(await portal.mail(colleague, 1)));
  await other.goto("/desk");
  await expect(other.getByRole("navigation")).not.toContainText("Staff");
  await other.goto("/desk/staff");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Not for your role");
  await page.goto("/desk/staff");
  await page.getByRole("link", { name: "Hana Help" }).last().click();
  await page.getByRole("button", { name: "Suspend" }).click();
  await expect(page.locator("main")).toContainText("Done. The member was told by mail.");
  await other.goto("/desk");
  await expect(other).toHaveURL(/\/desk\/sign-in$/);
  await portal.mail(colleague, 1, "access to the desk is suspended");
});
