// The desk's pages. They have no script, so nothing is waited for but the page.
import { takeSeat } from "../desk/app";
import { test } from "../portal";
import { gallery } from "./gallery";

test.use({ agency: "demo", locale: "en-US" });

test("desk", async ({ page, portal }, info) => {
  test.setTimeout(900_000);
  const picture = gallery(page, info);
  const at = async (path: string, name: string) => {
    await page.goto(path);
    await picture(name);
  };
  await at("/desk/sign-in", "desk-sign-in");
  await takeSeat(page, portal, `gallery-${info.project.name}@office.example`);
  await picture("desk-recovery-codes");
  const [person] = portal.enrol({ first_name: "Maren", last_name: "Okafor" });
  const wanted = info.project.name.split("-")[2]!;
  await page.goto(`/desk?lang=${wanted}`);
  await at("/desk", "desk");
  await at("/desk/find", "desk-find");
  await page.locator("input[name=term]").fill(person!.username);
  await page.keyboard.press("Enter");
  await page.waitForLoadState();
  await picture("desk-found");
  await page.locator("main table a").first().click();
  await page.waitForLoadState();
  await picture("desk-person");
  for (const part of ["dead-mail", "frozen", "reports", "audit", "import", "staff", "own"]) await at(`/desk/${part}`, `desk-${part}`);
});
