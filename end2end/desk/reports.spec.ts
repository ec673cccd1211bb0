// Reports and the audit at the desk: what happened is in the plot's table and in the file, in light, dark and forced
// colours with nothing for axe to find; and the audit's rows with their reasons, by a filter and as a file.
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { expect, test } from "../portal";
import { look, takeSeat } from "./app";

test.use({ agency: "demo" });

let seats = 0;
const address = () => `reports${++seats}-${process.pid}@office.example`;

const counts = ["claims", "resets", "mails", "expiring", "refused"];
const lists = ["temporaries", "imports"];

/** What is downloaded by a link. */
async function taken(page: Page, link: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: link }).click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}

test("what happened stands in plot, table and file", async ({ page, portal, scripts }) => {
  const [person] = portal.enrol({ status: "active" });
  // Two requests and a refused sign-in.
  const form = (fields: Record<string, string>) => ({ method: "POST", headers: { origin: portal.url, accept: "application/json" }, body: new URLSearchParams(fields) });
  for (const login of [person!.username, "nobody.at.all"]) await fetch(`${portal.url}/api/reset/request`, form({ login, robot: "on" }));
  await portal.mail(person!.email, 1);
  await fetch(`${portal.url}/api/sign-in/password`, form({ username: person!.username, password: "certainly not this" }));
  await takeSeat(page, portal, address());

  await page.goto("/desk");
  await page.getByRole("navigation").getByRole("link", { name: "Reports" }).click();
  await look(page, "reports", scripts);
  for (const report of [...counts, ...lists]) {
    await page.goto(`/desk/reports/${report}`);
    await look(page, report, scripts);
  }

  await page.goto("/desk/reports/resets");
  await expect(page.getByRole("img", { name: "Password resets per week" })).toBeVisible();
  const cells = page.getByRole("region", { name: "Password resets per week" }).getByRole("row").nth(1).getByRole("cell");
  const [asked, mailed] = (await cells.allTextContents()).map(Number);
  expect(asked).toBeGreaterThanOrEqual(2);
  expect(mailed).toBeGreaterThanOrEqual(1);
  const { name, text } = await taken(page, "Download as CSV");
  expect(name).toMatch(/^resets-\d{4}-\d\d-\d\d\.csv$/);
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toBe("Week of (UTC),Asked,Mailed,Link opened,Password set,Link expired,Refused");
  expect(lines.at(-1)!.split(",").slice(1, 3)).toEqual([`${asked}`, `${mailed}`]);
  await page.goto("/desk/reports/refused");
  await expect(page.getByRole("region", { name: "Refused attempts per day" })).toContainText("so far");
  await page.goto("/desk/reports/imports");
  await page.getByRole("region", { name: "Imports" }).getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Import");
  await look(page, "import", scripts);
});

test("the audit is filtered, tells the reasons, and is taken away", async ({ page, portal, scripts }) => {
  const [person] = portal.enrol({ last_name: "Adeyemi", first_name: "Tola" });
  await takeSeat(page, portal, address());
  await page.goto("/desk/find");
  await page.getByLabel("Name, username").fill(person!.username);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Tola Adeyemi" }).click();
  await page.getByLabel("Reason").fill("caller spells the address");
  await page.getByRole("button", { name: "Show the address" }).click();
  await expect(page.locator("main")).toContainText("caller spells the address");

  await page.goto("/desk/audit");
  await expect(page.locator("main")).toContainText("Each row on this page is tied to the row before it");
  await look(page, "audit", scripts);
  await page.getByLabel("Username, or number of the account").fill(person!.username);
  await page.getByLabel("What happened").selectOption({ label: "Had an address shown" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/\/desk\/audit\/filter\/[\w-]+$/);
  expect(page.url()).not.toContain(person!.username);
  const rows = page.getByRole("region", { name: "Audit" }).getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("Reason: caller spells the address");
  await expect(page.getByLabel("Username, or number of the account")).toHaveValue(person!.username);
  await look(page, "audit filtered", scripts);
  const { name, text } = await taken(page, "Download as JSON lines");
  expect(name).toMatch(/^audit-\d{4}-\d\d-\d\d\.jsonl$/);
  const [row] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(row).toMatchObject({ action: "reveal", reason: "caller spells the address", reason_state: "kept" });

  await page.getByLabel("From").fill("2026-02-30");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("Write a day of the calendar");
  await look(page, "audit refused", scripts);
  await page.getByLabel("From").fill("2020-01-01");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.locator("main")).toContainText("The audit begins on");
  await page.goto("/desk/audit/filter/AAAA");
  await expect(page.locator("main")).toContainText("This filter belongs to an earlier session");
});
