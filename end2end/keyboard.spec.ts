// Everything can be done with the keyboard alone. Whatever Tab comes to on the way is looked at by keyboard.ts: its focus is
// seen (WCAG 2.4.7, 1.4.11), and nothing hides it (2.4.11).
import type { Page } from "@playwright/test";
import { jumps, Keyboard } from "./keyboard";
import { anybody, asMember, asStaff, desk, go, own, password, question } from "./member";
import { expect, linkIn, test } from "./portal";

test.use({ agency: "demo" });

// Nothing is on its way to its place when it is looked at.
test.beforeEach(async ({ page }) => page.emulateMedia({ reducedMotion: "reduce" }));

const focusedId = (page: Page) => page.evaluate(() => document.activeElement!.id);

test("a medic claims an account, comes and goes, and resets the password, without a mouse", async ({ page, portal, visitor }) => {
  const keys = new Keyboard(page);
  const person = portal.enrol({})[0]!;
  const [year, month, day] = person.date_of_birth.split("-");
  const vouch = async () => {
    await keys.check("I'm not a robot");
    await expect(page.getByRole("status")).toHaveText("Done. You are not a robot.", { timeout: 60_000 });
  };

  await test.step("from YES to the home page", async () => {
    await visitor.open("/sign-in");
    await keys.follow("YES Claim Your Account/Find Username");
    await visitor.arrive("/claim", "Find Username");
    await keys.type("Month", `${Number(month)}`);
    await keys.type("Day", `${Number(day)}`);
    await keys.type("Year", year!);
    await keys.type("Last Name", person.last_name);
    await keys.to(page.locator("summary"));
    await page.keyboard.press("Space");
    await keys.type("Certificate or license number", person.certificate_number);
    await vouch();
    await keys.press("Lookup");
    await visitor.arrive("/claim/sent", "Look in your mail");
    // The mail program opens it.
    await visitor.open(linkIn(await portal.mail(person.email)));
    await keys.press("Go on", "Space");
    await visitor.arrive("/claim/password", "Create a password");
    await keys.type("Password", password);
    await keys.type("Password, once more", password);
    await page.keyboard.press("Enter");
    await visitor.arrive("/home", "What Would You Like to Do?");
  });

  await test.step("a security question, chosen with the arrows", async () => {
    await keys.follow("Your account and its security");
    await visitor.arrive("/security", "Security");
    await keys.follow("Set up a question");
    await visitor.arrive("/security/question/new", "Security question");
    await keys.to(visitor.field("Question"));
    const chosen = () => visitor.field("Question").evaluate((list) => (list as HTMLSelectElement).selectedOptions[0]!.text);
    for (let presses = 0; presses < 8 && await chosen() !== question; presses++) await page.keyboard.press("ArrowDown");
    expect(await chosen()).toBe(question);
    await keys.type("Answer", "Señor Biscuit");
    await keys.type("Current password", password);
    await keys.press("Save");
    await visitor.reads("Your security question is saved.");
  });

  await test.step("out, by going back to the top, and in again", async () => {
    await visitor.open("/security");
    await keys.to(page.getByRole("link", { name: "Change Password" }));
    await keys.to(page.getByRole("banner").getByRole("button", { name: "Sign out" }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await visitor.arrive("/sign-in", "Login");
    await keys.type("Username", person.username);
    await keys.type("Password", password);
    await page.keyboard.press("Enter");
    await visitor.arrive("/home", "What Would You Like to Do?");
    await keys.to(page.getByRole("banner").getByRole("button", { name: "Sign out" }));
    await page.keyboard.press("Space");
    await visitor.arrive("/sign-in", "Login");
  });

  await test.step("the forgotten password, behind the question", async () => {
    const before = portal.mails(person.email);
    await keys.follow("Forgot Password?");
    await visitor.arrive("/forgot-password", "Reset Your Password");
    await keys.type("Email or Username", person.username);
    await vouch();
    await keys.press("Continue");
    await visitor.arrive("/forgot-password/sent", "Look in your mail");
    await visitor.open(linkIn(await portal.nextMail(person.email, before, "reset your password")));
    await keys.press("Go on");
    await visitor.arrive("/reset/challenge", "Password Challenge");
    await keys.type("Answer", "senor biscuit");
    await page.keyboard.press("Enter");
    await visitor.arrive("/reset/password", "Set Up Password");
    await keys.type("New Password", "Tent on 9 lakes");
    await keys.type("Verify Password", "Tent on 9 lakes");
    await keys.press("Submit");
    await visitor.arrive("/reset/done", "Your password was successfully reset");
    await keys.follow("Go to the login page");
    await visitor.arrive("/sign-in", "Login");
  });
});

test("Tab comes to everything on every page, in the order in which it is read, and out again", async ({ page, portal, visitor }) => {
  const keys = new Keyboard(page);
  const wide = page.viewportSize()!;
  const walk = async (address: string) => {
    await go(visitor, address);
    expect(await keys.around(address), address).toBeGreaterThan(3);
    expect(await jumps(page, true), `${address}: order`).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await jumps(page, false), `${address}: order in one column`).toEqual([]);
    await page.setViewportSize(wide);
  };
  for (const address of anybody) await walk(address);
  await asMember(visitor);
  for (const address of own) await walk(address);
  const account = await asStaff(page, portal);
  for (const address of [...desk, account, `${account}/caller`]) await walk(address);
});

test("the first stop of a page skips to its main part", async ({ page, visitor }) => {
  const keys = new Keyboard(page);
  for (const address of ["/sign-in", "/claim", "/nowhere", "/desk/sign-in"]) {
    await go(visitor, address);
    const first = await keys.tab();
    expect(first!.what, address).toContain("Skip to main content");
    await page.keyboard.press("Enter");
    await expect(page.locator("main"), address).toBeFocused();
    // The next one is in there, and what stands above it is passed over.
    await keys.tab();
    expect(await page.evaluate(() => !!document.activeElement!.closest("main")), address).toBe(true);
  }
});

test("after a refusal the focus is on the summary, and each of its links leads into its field", async ({ page, visitor }) => {
  const keys = new Keyboard(page);
  await visitor.open("/claim");
  await keys.press("Lookup");
  await expect(visitor.alert).toBeFocused();
  const links = await visitor.alert.getByRole("link").evaluateAll((all) => all.map((link) => link.getAttribute("href")!.slice(1)));
  expect(links).toEqual(["birth_month", "birth_day", "birth_year", "last_name", "ssn", "robot"]);
  for (const [place, id] of links.entries()) {
    await keys.to(visitor.alert.getByRole("link").nth(place), place === 0 ? "Tab" : "Shift+Tab");
    await page.keyboard.press("Enter");
    expect(await focusedId(page)).toBe(id);
    await keys.look();
  }
  // What is wrong at a field is heard there, beside its hint.
  await expect(visitor.field("Last Name")).toHaveAccessibleDescription("As the office knows it. An earlier name works too. Enter your last name.");
});

test("without a script, too, a refused form begins at its summary", async ({ page, portal }) => {
  await page.route("**/*.{js,wasm}", (route) => route.abort());
  const keys = new Keyboard(page);
  for (const [address, button] of [["/sign-in", "Login"], ["/claim", "Lookup"], ["/forgot-username", "Continue"], ["/desk/sign-in", "Go on"]] as const) {
    await page.goto(portal.url + address);
    await keys.press(button);
    await expect(page.getByRole("alert")).toBeFocused();
    await keys.to(page.getByRole("alert").getByRole("link").first());
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement!.matches("input:invalid, [aria-invalid=true]")), address).toBe(true);
  }
});

test("Show SSN and Show password answer to the space bar, and say how they stand", async ({ page, visitor }) => {
  const keys = new Keyboard(page);
  for (const [address, label, show] of [["/claim", "Social Security Number", "Show SSN"], ["/sign-in", "Password", "Show password"]] as const) {
    await visitor.open(address);
    await keys.type(label, "912-01-2345");
    for (const [type, shown] of [["text", true], ["password", false]] as const) {
      await keys.check(show);
      await expect(visitor.field(label)).toHaveAttribute("type", type);
      await expect(visitor.field(show)).toBeChecked({ checked: shown });
      await expect(visitor.field(label)).toHaveValue("912-01-2345");
      expect(await focusedId(page)).toBe(await visitor.field(show).getAttribute("id"));
    }
  }
});

test("a page that comes in place of another is read from its heading, under its own title", async ({ page, visitor }) => {
  const keys = new Keyboard(page);
  const arrived = async (title: string, heading: string) => {
    await expect(page).toHaveTitle(`${title} – EMS Accounts`);
    await expect(page.getByRole("heading", { level: 1, name: heading, exact: true })).toBeFocused();
    expect(await page.evaluate(() => scrollY)).toBe(0);
  };
  await visitor.open("/sign-in");
  await keys.follow("Forgot Password?");
  await arrived("Reset Your Password", "Reset Your Password");
  await keys.follow("I forgot my username too");
  await arrived("Forgot username?", "Forgot username?");
  await keys.follow("Find it by date of birth and name instead");
  await arrived("Claim Your Account", "Find Username");
  await page.goBack();
  await arrived("Forgot username?", "Forgot username?");
});

test("the notice that a session ends keeps the focus, and gives it back", async ({ page, visitor }) => {
  await asMember(visitor);
  await page.clock.install();
  await visitor.open("/change-password");
  const keys = new Keyboard(page);
  const notice = page.getByRole("dialog", { name: "Your session is about to end" });
  const stay = notice.getByRole("button", { name: "Stay signed in" });
  await keys.type("Current password", "half typed");
  for (const leave of ["Enter", "Escape"]) {
    await page.clock.fastForward("27:15");
    await expect(stay).toBeFocused();
    await keys.look();
    // Nothing of the page behind it is reached, in either direction.
    for (const key of ["Tab", "Tab", "Shift+Tab", "Shift+Tab"]) {
      await keys.tab(key);
      expect(await page.evaluate(() => !document.activeElement!.closest("main, header, footer")), key).toBe(true);
    }
    await keys.to(stay);
    await page.keyboard.press(leave);
    await expect(notice).toBeHidden();
    await expect(visitor.field("Current password")).toBeFocused();
    await expect(visitor.field("Current password")).toHaveValue("half typed");
  }
});
