// A session that is about to end: who is there stays with one press and loses nothing, who is not is signed out.
import { expectAccessible, expectContrast } from "./axe";
import { expect, test } from "./portal";

test.use({ agency: "demo" });

const password = "Kayak over 7 rivers";

test("whoever is about to be signed out is asked, and stays without losing what was typed", async ({ page, portal, visitor }) => {
  await visitor.claim(portal.enrol({})[0]!, password);
  await page.clock.install();
  await visitor.open("/change-password");
  await visitor.type("Current password", "half typed");
  const notice = page.getByRole("dialog", { name: "Your session is about to end" });
  const stay = notice.getByRole("button", { name: "Stay signed in" });
  await page.clock.fastForward("26:30");
  await expect(notice).toBeHidden();
  await page.clock.fastForward("00:45");
  await expect(stay).toBeFocused();
  await expectAccessible(page, "session about to end");
  await page.emulateMedia({ colorScheme: "dark" });
  await expectContrast(page, "session about to end, dark");

  await page.context().setOffline(true);
  await stay.click();
  await expect(notice.getByRole("alert")).toHaveText(/You seem to be offline/);
  await page.context().setOffline(false);
  await stay.click();
  await expect(notice).toBeHidden();
  await expect(visitor.field("Current password")).toHaveValue("half typed");

  // Another half hour has begun.
  await page.clock.fastForward("26:30");
  await expect(notice).toBeHidden();
  await page.clock.fastForward("00:45");
  await expect(notice).toBeVisible();
  // Put away and not answered, it comes once more.
  await page.keyboard.press("Escape");
  await expect(notice).toBeHidden();
  await page.clock.fastForward("01:00");
  await expect(stay).toBeFocused();
});

test("a page that nobody is at asks the server anew, and shows nothing of the account once the session is over", async ({ page, portal, visitor, anotherVisitor }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  await page.clock.install();
  await visitor.open("/security");
  await expect(page.locator("body")).toContainText(person.username);
  // Elsewhere the session is ended: its time is over.
  const other = await anotherVisitor();
  await other.signIn(person.username, password);
  await other.arrive("/home", "What Would You Like to Do?");
  await other.open("/security");
  await other.press("Sign out everywhere");
  await other.arrive("/sign-in", "Login");
  await page.clock.fastForward("29:01");
  await visitor.arrive("/sign-in", "Login");
  await expect(page.locator("body")).not.toContainText(person.username);
});
