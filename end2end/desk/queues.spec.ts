// What waits for the office: people whom no mail reaches, one of them through a report that the mail server puts into the
// portal's folder, and an account that its owner stopped. Light and dark, with nothing for axe to find.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../portal";
import { look, takeSeat } from "./app";

test.use({ agency: "demo" });

let seats = 0;
const address = () => `queue${++seats}-${process.pid}@office.example`;

/** A report as Postfix writes one, about this mail. */
function report(to: string, messageId: string): string {
  const text = readFileSync(resolve("fuzz/corpus/report/postfix"), "utf8");
  return text.replaceAll("ada@example.org", to).replaceAll("MAIL-ID", messageId.replace(/^<|@.*$/g, ""));
}

test("who gets no mail waits until somebody has seen to it, and Undo puts them back", async ({ page, portal, visitor, scripts }) => {
  const [back, silent] = portal.enrol({ last_name: "Whitlock", first_name: "Zoë" }, { last_name: "Ferris", first_name: "Max", email: "" });
  for (const person of [back!, silent!]) await visitor.forgot(person.username);
  const mail = await portal.mail(back!.email);
  portal.putReport("report.eml", report(back!.email, mail.messageId));
  await takeSeat(page, portal, address());
  // The folder is read once a minute.
  await expect(async () => {
    await page.goto("/desk/dead-mail");
    await expect(page.getByRole("row").filter({ hasText: "Whitlock" })).toHaveCount(1, { timeout: 1_000 });
  }).toPass({ timeout: 90_000, intervals: [2_000] });

  const list = page.getByRole("region", { name: "Dead e-mail" });
  await expect(list.getByRole("row").filter({ hasText: back!.username })).toContainText("nobody has this address (5.1.1)");
  await expect(list.getByRole("row").filter({ hasText: silent!.username })).toContainText("there is no address on file");
  await expect(page.locator("main")).not.toContainText(back!.email);
  await look(page, "dead mail", scripts);

  await page.getByRole("link", { name: "Zoë Whitlock" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Zoë Whitlock");
  await look(page, "entry", scripts);
  // The keyboard alone.
  await page.getByLabel("Reason").focus();
  await page.keyboard.type("  ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("at least five letters");
  await look(page, "entry refused", scripts);
  await page.getByLabel("Reason").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("called, found the new address");
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toContainText("Taken off the list.");
  await look(page, "entry taken off", scripts);
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(list.getByRole("row").filter({ hasText: "Whitlock" })).toHaveCount(0);
  const lately = page.getByRole("region", { name: "Taken off within a day" });
  await expect(lately.getByRole("row").filter({ hasText: "Whitlock" })).toContainText("Ada Admin");
  await look(page, "dead mail, one taken off", scripts);
  await lately.getByRole("link", { name: "Zoë Whitlock" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("main")).toContainText("It is back on the list.");

  await page.getByRole("link", { name: "Open the account" }).click();
  await expect(page.locator("main")).toContainText("nobody has this address (5.1.1)");
  await expect(page.locator("main")).toContainText("Took somebody off the list of dead e-mail");
  await look(page, "account", scripts);
});

test("an account that its owner stopped waits, and the first page counts it", async ({ page, portal, visitor, scripts }) => {
  const [person] = portal.enrol({ last_name: "Okafor", first_name: "Ines" });
  await visitor.forgot(person!.username);
  const mail = await portal.mail(person!.email);
  await page.goto(/https?:\/\/\S+\/not-me\/\S+/.exec(mail.text)![0]);
  await page.locator("main form button").click();
  await takeSeat(page, portal, address());
  await page.goto("/desk");
  await expect(page.getByRole("link", { name: /^Frozen accounts \([1-9]\d*\)$/ })).toBeVisible();
  await look(page, "start", scripts);
  await page.getByRole("link", { name: /^Frozen accounts \(/ }).click();
  const line = page.getByRole("region", { name: "Frozen accounts" }).getByRole("row").filter({ hasText: person!.username });
  await expect(line).toContainText("new passwords by mail");
  await look(page, "frozen", scripts);
  await line.getByRole("link", { name: "Ines Okafor" }).click();
  await expect(page.locator("main")).toContainText("Waits for the office");
});
