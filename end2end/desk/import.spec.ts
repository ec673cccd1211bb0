// A roster from the browser: brought, checked, shown, agreed to, imported, with nothing for axe to find in light and dark
// and with no script on any page but the one that says when a session ends; and what is no roster is said in a sentence.
import type { Page } from "@playwright/test";
import { expect, test } from "../portal";
import { writeRoster } from "../roster";
import { look, takeSeat } from "./app";

test.use({ agency: "demo" });

let seats = 0;
const address = () => `import${++seats}-${process.pid}@office.example`;

/** One of the roster's rows. */
const row = (number: number, more = {}) => ({
  person_id: `I-${number}`, last_name: "Okonkwo", first_name: "Ifeoma", suffix: "", earlier_names: "",
  date_of_birth: "1984-02-29", ssn: "", certificate_number: `I80${`${number}`.padStart(4, "0")}`, certification_level: "EMT",
  email: `okonkwo${number}@example.org`, username: `iokonkwo${number}`, status: "unclaimed", products: "", ...more,
});

async function bring(page: Page, name: string, text: string | Buffer) {
  await page.goto("/desk/import");
  await page.getByLabel("Roster (a CSV file)").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Check this roster" }).click();
  await expect(page).toHaveURL(/\/desk\/import\/\d+$/);
}

test("a roster is checked, shown, and imported when somebody says so, without a script", async ({ page, portal, scripts }) => {
  const base = 1_000 * ++seats + process.pid * 100;
  portal.enrol(row(base), row(base + 1));
  await takeSeat(page, portal, address());
  await page.goto("/desk");
  await page.getByRole("link", { name: "Import", exact: true }).first().click();
  await look(page, "import", scripts);

  const people = [
    row(base, { last_name: "Okonkwo-Bell" }), row(base + 1, { email: `moved${base}@example.org` }), row(base + 2),
    row(base + 3, { date_of_birth: "1984-13-01", last_name: "=cmd" }),
  ];
  await bring(page, "June.csv", writeRoster(people));
  // It loads itself anew until the check is done; nobody presses anything.
  await expect(page.getByRole("heading", { name: "Import these changes" })).toBeVisible();
  const line = (name: string) => page.getByRole("row", { name: new RegExp(`^${name} `) });
  await expect(line("New")).toContainText("1");
  await expect(line("Changed")).toContainText("2");
  await expect(line("Rejected")).toContainText("1");
  await expect(page.locator("main")).toContainText("o…@example.org → m…@example.org");
  await expect(page.locator("main")).toContainText("Ifeoma Okonkwo-Bell");
  await expect(page.locator("main")).not.toContainText(`moved${base}@`);
  await look(page, "checked", scripts);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "All rejected rows as a CSV file" }).click();
  expect((await download).suggestedFilename()).toMatch(/^import-\d+-rejected\.csv$/);

  // Nearly everybody of the portal's roster is not named, so it has to be agreed to; the keyboard alone from here.
  await page.getByLabel("Reason").focus();
  await page.keyboard.type("the roster of June");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("More than a fifth of the people");
  await expect(page.getByLabel("Reason")).toHaveValue("the roster of June");
  await look(page, "to be agreed to", scripts);
  await page.getByLabel("I agree to a change of this size").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toContainText("The roster is imported.");
  await expect(page.locator("main")).toContainText("the roster of June");
  await look(page, "done", scripts);

  // Back shows a form that does nothing any more.
  await page.goBack();
  await page.goto(page.url());
  await expect(page.getByRole("button", { name: "Import these changes" })).toHaveCount(0);
  await page.goto("/desk/find");
  await page.getByLabel("Name, username, e-mail address or certificate number").fill(`iokonkwo${base + 2}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Ifeoma Okonkwo" })).toBeVisible();

  // The very same again brings nothing, and can be left alone.
  await bring(page, "June.csv", writeRoster(people));
  await expect(page.locator("main")).toContainText("The very same file was imported before.");
  await expect(page.locator("main")).toContainText("This roster brings nothing new.");
  await page.getByRole("button", { name: "Do not import" }).click();
  await expect(page.locator("main")).toContainText("This roster was not imported");
  await page.getByRole("link", { name: "All imports" }).click();
  await expect(page.getByRole("region", { name: "Rosters brought here" }).getByRole("row").nth(1)).toContainText("not imported");
  await look(page, "list", scripts);
});

test("the page of an import can be kept from loading itself anew", async ({ page, portal }) => {
  await takeSeat(page, portal, address());
  const people = Array.from({ length: 4_000 }, (_, number) => row(number, { person_id: `S-${number}`, username: "", email: "", certificate_number: "" }));
  await bring(page, "large.csv", writeRoster(people));
  const still = page.getByRole("link", { name: "Stop loading anew" });
  await still.click();
  await expect(page).toHaveURL(/\/still$/);
  await expect(page.locator("main")).toContainText(/does not load itself anew|Import these changes/);
});

test("what is no roster, or no file, is said in a sentence", async ({ page, portal, scripts }) => {
  await takeSeat(page, portal, address());
  await page.goto("/desk/import");
  await page.getByRole("button", { name: "Check this roster" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose a CSV file");
  await look(page, "no file", scripts);
  for (const [name, bytes, said] of [
    ["photo.png", Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), "The roster photo.png is a picture"],
    ["June.xlsx", Buffer.from("PK\x03\x04", "latin1"), "The roster June.xlsx is an Excel workbook"],
    ["names.csv", Buffer.from("name,mail\nAda,ada@example.org\n"), "The roster lacks the columns person_id"],
  ] as const) {
    await bring(page, name, bytes);
    await expect(page.locator("main")).toContainText(said);
  }
  await look(page, "refused", scripts);
});
