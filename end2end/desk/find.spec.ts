// Finding a person at the desk, and the page of an account: in a few steps, with nothing for axe to find, and without a
// script on any page.
import type { Page } from "@playwright/test";
import { expect, test } from "../portal";
import { look, takeSeat } from "./app";

test.use({ agency: "demo" });

let seats = 0;
const address = () => `find${++seats}-${process.pid}@office.example`;

async function find(page: Page, term: string) {
  await page.getByLabel("Name, username, e-mail address or certificate number").fill(term);
  await page.keyboard.press("Enter");
  await page.waitForLoadState();
}

test("a person is found in every form of the name, and the page of the account tells how it stands", async ({ page, portal, scripts }) => {
  const [person] = portal.enrol({ last_name: "O’Brien-Sørensen", first_name: "Zoë", earlier_names: "Whitlock" });
  const { username, email, certificate_number: certificate } = person!;
  await takeSeat(page, portal, address());
  await page.goto("/desk/find");
  await look(page, "find", scripts);
  for (const term of ["obrien-sorensen", "Zoe O'Brien", "SORENSEN, Zoë", "whitlock", username, email, certificate]) {
    await find(page, term);
    const found = page.getByRole("region", { name: "Find a person" }).getByRole("row").filter({ hasText: username });
    await expect(found, term).toHaveCount(1);
    expect(page.url(), term).not.toContain(term.slice(0, 4));
    await expect(page.locator("main")).not.toContainText(email.toUpperCase() === term.toUpperCase() ? "￿" : email);
  }
  await look(page, "found", scripts);
  await page.getByRole("link", { name: "Zoë O’Brien-Sørensen" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Zoë O’Brien-Sørensen");
  await expect(page.locator("main")).toContainText("not claimed yet");
  await expect(page.locator("main")).not.toContainText(email);
  await look(page, "account", scripts);

  // The keyboard alone from here: a reason, then the address.
  await page.getByLabel("Reason").focus();
  await page.keyboard.type("    ");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("at least five letters");
  await look(page, "reason refused", scripts);
  await page.getByLabel("Reason").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("caller spells it out");
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toContainText(email);
  await expect(page.locator("main")).toContainText("caller spells it out");
  await look(page, "address shown", scripts);

  // Back and reload show the same, and search for nobody anew.
  await page.goto("/desk/find");
  await find(page, "whitlock");
  const one = page.getByRole("heading", { level: 2 });
  await expect(one).toHaveText("1 person found for “whitlock”");
  await page.reload();
  await expect(one).toHaveText("1 person found for “whitlock”");
  await page.getByRole("link", { name: "Zoë O’Brien-Sørensen" }).click();
  await expect(page).toHaveURL(/\/desk\/account\/\d+$/);
  await page.goBack();
  await expect(one).toHaveText("1 person found for “whitlock”");
});

test("what cannot be searched for is said, and no SSN stays on the page", async ({ page, portal, scripts }) => {
  await takeSeat(page, portal, address());
  await page.goto("/desk/find");
  for (const [term, said, kept] of [
    ["", "", ""], ["%", "at least two letters", "%"], ["a", "at least two letters", "a"], ["a".repeat(300), "too long", "a".repeat(300)],
    ["900-12-3456", "never searched or shown", ""], ["Lovelace 900123456", "never searched or shown", ""],
  ] as const) {
    await find(page, term);
    await expect(page, term).toHaveURL(/\/desk\/find#problems$/);
    await expect(page.getByRole("alert")).toContainText(said);
    await expect(page.getByLabel("Name, username"), term).toHaveValue(kept);
    await expect(page.locator("body")).not.toContainText("3456");
  }
  await look(page, "refused", scripts);
  await find(page, "nobody of that name");
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("Nobody found for “nobody of that name”");
  await page.goto("/desk/find/AAAA");
  await expect(page.locator("main")).toContainText("This search is over. Search again.");
});
