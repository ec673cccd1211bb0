// A session at the desk that is about to end: who works there is told, and stays with one press.
import { expectAccessible } from "../axe";
import { expect, test } from "../portal";
import { takeSeat } from "./app";

test("whoever is about to be signed out at the desk is asked, and stays without losing what was typed", async ({ page, portal }) => {
  await takeSeat(page, portal, "stays@office.example", "helpdesk", "Hilda Helpdesk");
  await page.clock.install();
  await page.goto("/desk/find");
  await page.getByLabel("Name, username, e-mail address or certificate number").fill("Okaf");
  const notice = page.getByRole("dialog", { name: "Your session is about to end" });
  const stay = notice.getByRole("button", { name: "Stay signed in" });
  await page.clock.fastForward("11:30");
  await expect(notice).toBeHidden();
  await page.clock.fastForward("00:45");
  await expect(stay).toBeFocused();
  await expectAccessible(page, "session at the desk about to end");
  await stay.click();
  await expect(notice).toBeHidden();
  await expect(page.getByLabel("Name, username, e-mail address or certificate number")).toHaveValue("Okaf");
  // Another quarter of an hour has begun. Who does nothing is signed out, and nobody reads what stood there.
  await page.clock.fastForward("11:30");
  await expect(notice).toBeHidden();
  portal.run("staff", "suspend", "stays@office.example");
  await page.clock.fastForward("02:31");
  await expect(page).toHaveURL(/\/desk\/sign-in$/);
});

test("a file that is on its way is not cut off when the time of its page is over", async ({ page, portal }) => {
  await takeSeat(page, portal, "sends@office.example", "supervisor", "Sven Supervisor");
  await page.clock.install();
  await page.goto("/desk/import");
  const file = { name: "roster.csv", mimeType: "text/csv", buffer: Buffer.from("person_id\n") };
  await page.getByLabel("Roster (a CSV file)").setInputFiles(file);
  await page.clock.fastForward("11:30");
  // It leaves, and no answer comes: what the page would do meanwhile. Playwright waits for a page that is on its way.
  await page.evaluate(() => document.addEventListener("submit", (event) => event.preventDefault()));
  await page.getByRole("button", { name: "Check this roster" }).click();
  await page.clock.fastForward("10:00");
  await expect(page.getByRole("dialog")).toBeHidden();
  expect(await page.getByLabel("Roster (a CSV file)").evaluate((field: HTMLInputElement) => field.files!.length)).toBe(1);
});
