// What README promises a newcomer: `backboard demo`, its mailbox page, and a claim within a minute.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, freePort, live, program, test } from "./portal";

test("a newcomer plays a made-up medic: look up, mail in the mailbox page, password, home", async ({ anotherBrowser, scripts }) => {
  const data = mkdtempSync(join(tmpdir(), "backboard-demo-"));
  const [portal, mailbox] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const demo = spawn(program, ["demo", "--listen", portal, "--mailbox", mailbox, "--data", data], { stdio: ["ignore", "pipe", "pipe"] });
  const gone = new Promise((done) => demo.once("exit", done));
  await new Promise<void>((ready, failed) => {
    let said = "";
    demo.stdout!.on("data", (chunk) => { said += chunk; if (said.includes("Ctrl-C ends it.")) ready(); });
    demo.once("exit", () => failed(new Error(said)));
  });
  const context = await anotherBrowser();
  const page = await context.newPage();

  await page.goto(`http://${mailbox}/`);
  await expect(page.getByText("This is a demo.")).toBeVisible();
  const row = page.locator("tr", { hasText: "unclaimed" }).first();
  const cell = async (head: string) => (await row.locator(`[data-head="${head}"]`).innerText()).trim();
  const [name, born, ssn, username] = [await cell("Name"), await cell("Date of birth"), await cell("SSN"), await cell("Username")];
  const email = await cell("Mail");
  for (const state of ["password expired", "5 days left", "temporary password", "shared by two"]) {
    await expect(page.locator("tr", { hasText: state }).first()).toBeVisible();
  }
  await page.getByRole("link", { name: "Open the portal" }).click();
  await live(page, scripts);
  await page.getByRole("link", { name: "YES" }).click();
  await expect(page).toHaveURL(`http://${portal}/claim`);
  const [year, month, day] = born.split("-");
  await page.getByLabel("Month").fill(month!);
  await page.getByLabel("Day").fill(day!);
  await page.getByLabel("Year").fill(year!);
  await page.getByLabel("Last Name").fill(name.split(",")[0]!);
  await page.getByLabel("Social Security Number").fill(ssn);
  await page.getByLabel("I'm not a robot").check();
  await page.getByRole("button", { name: "Lookup" }).click();
  await expect(page).toHaveURL(`http://${portal}/claim/sent`);

  const mails = await context.newPage();
  await expect(async () => {
    await mails.goto(`http://${mailbox}/`);
    await mails.locator("#mails a", { hasText: email }).first().click({ timeout: 1_000 });
  }).toPass();
  await expect(mails.frameLocator("iframe").getByText(username).first()).toBeVisible();
  await mails.frameLocator("iframe").getByRole("link").first().click();
  await expect(mails).toHaveURL(/\/link\//);
  await live(mails, scripts);
  await mails.getByRole("button", { name: "Go on" }).click();
  await expect(mails).toHaveURL(`http://${portal}/claim/password`);
  await live(mails, scripts);
  await mails.getByLabel("Password", { exact: true }).fill("Kayak over 7 rivers");
  await mails.getByLabel("Password, once more").fill("Kayak over 7 rivers");
  await mails.getByRole("button", { name: "Submit" }).click();
  await expect(mails.getByText(`You are signed in as ${username}.`)).toBeVisible();

  demo.kill("SIGTERM");
  await gone;
  expect(demo.exitCode).toBe(0);
  rmSync(data, { recursive: true, force: true });
});
