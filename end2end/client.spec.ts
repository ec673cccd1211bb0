// What the script adds. Nothing here is needed to get in.
import { expect, fillIn, linkIn, live, lookUp, test } from "./portal";

test("links between pages do not load the document again, and Back and Forward work", async ({ page }) => {
  await page.goto("/sign-in");
  await live(page, true);
  await page.evaluate(() => { (window as unknown as { same: boolean }).same = true; });
  const same = () => page.evaluate(() => (window as unknown as { same?: boolean }).same === true);
  await page.getByRole("link", { name: "YES" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Find Username");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page).toHaveTitle(/^Claim Your Account/);
  await page.getByRole("link", { name: "Back to the login page" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Login");
  await page.getByRole("link", { name: "Forgot Password?" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Reset Your Password");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Login");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Find Username");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Login");
  await page.goForward();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Find Username");
  expect(await same()).toBe(true);
});

test("nothing is lost when the network drops in the middle of a form", async ({ page, context, portal }) => {
  const person = portal.take("unclaimed");
  await page.goto("/claim");
  await live(page, true);
  await page.getByLabel("Month").evaluate((field, date) => {
    const data = new DataTransfer();
    data.setData("text", date);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, person.date_of_birth);
  await expect(page.getByLabel("Year")).toHaveValue(person.date_of_birth.slice(0, 4));
  await page.getByLabel("Last Name").fill(person.last_name);
  await page.getByLabel("Social Security Number").fill(person.ssn);
  await page.getByLabel("I'm not a robot").check();
  await expect(page.getByRole("status")).toHaveText("Done. You are not a robot.");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Lookup" }).click();
  await expect(page.getByRole("alert")).toContainText("You seem to be offline.");
  await expect(page.getByLabel("Last Name")).toHaveValue(person.last_name);
  await expect(page.getByLabel("Social Security Number")).toHaveValue(person.ssn);
  await context.setOffline(false);
  await page.getByRole("button", { name: "Lookup" }).click();
  await expect(page).toHaveURL(/\/claim\/sent$/);
  await portal.mail(person.email);
});

test("the button waits for the proof of work, whose progress is seen, and is not pressed twice", async ({ page, portal }) => {
  const person = portal.take("unclaimed");
  await page.goto("/claim");
  await live(page, true);
  await fillIn(page, person);
  let posts = 0;
  page.on("request", (request) => { if (request.url().endsWith("/api/claim/lookup")) posts++; });
  await page.getByLabel("I'm not a robot").check();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await page.getByRole("button", { name: "Lookup" }).click();
  await page.getByRole("button", { name: "Sending…" }).click({ force: true });
  await expect(page).toHaveURL(/\/claim\/sent$/);
  expect(posts).toBe(1);
});

test("leaving the page while the proof of work runs breaks nothing", async ({ page, portal }) => {
  await page.goto("/claim");
  await live(page, true);
  const [worker] = await Promise.all([page.waitForEvent("worker"), page.getByLabel("I'm not a robot").check()]);
  const ended = worker.waitForEvent("close");
  await page.getByRole("link", { name: "Back to the login page" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Login");
  // It ends itself when it is told the answer, with nobody left to hear it.
  await ended;
  const person = portal.take("unclaimed");
  await lookUp(page, person, true);
  await portal.mail(person.email);
});

test("Show SSN shows it, and hides it again", async ({ page }) => {
  await page.goto("/claim");
  await live(page, true);
  const field = page.getByLabel("Social Security Number");
  await field.fill("912-01-2345");
  await expect(field).toHaveAttribute("type", "password");
  await page.getByLabel("Show SSN").click();
  await expect(field).toHaveAttribute("type", "text");
  await page.getByLabel("Show SSN").click();
  await expect(field).toHaveAttribute("type", "password");
});

test("text typed before the script takes over is still there", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((done) => { release = done; });
  await page.route("**/*.wasm", async (route) => { await held; await route.continue(); });
  await page.goto("/sign-in", { waitUntil: "domcontentloaded" });
  await page.getByLabel("Username", { exact: true }).fill("early.bird");
  release();
  await live(page, true);
  await expect(page.getByLabel("Username", { exact: true })).toHaveValue("early.bird");
});

test("a form sent before the script takes over shows its refusal once", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((done) => { release = done; });
  await page.route("**/*.wasm", async (route) => { await held; await route.continue(); });
  await page.goto("/sign-in", { waitUntil: "domcontentloaded" });
  await page.getByRole("button", { name: "Login" }).click();
  await expect(page.getByRole("alert")).toContainText("Enter your username.");
  release();
  await live(page, true);
  await expect(page.getByRole("alert")).toContainText("Enter your username.");
  await page.getByRole("link", { name: "YES" }).click();
  await page.getByRole("link", { name: "Back to the login page" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Login");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("the proof of work is made anew for who takes long, and the box stays checked", async ({ page, portal }) => {
  const person = portal.take("unclaimed");
  let challenges = 0;
  page.on("request", (request) => { if (request.url().endsWith("/api/captcha/challenge")) challenges++; });
  await page.clock.install();
  await page.goto("/claim");
  await live(page, true);
  await page.getByLabel("I'm not a robot").check();
  await expect(page.getByRole("status")).toHaveText("Done. You are not a robot.");
  await page.clock.fastForward("04:10");
  await expect.poll(() => challenges).toBe(2);
  await expect(page.getByRole("status")).toHaveText("Done. You are not a robot.");
  await expect(page.getByLabel("I'm not a robot")).toBeChecked();
  await fillIn(page, person);
  await page.getByRole("button", { name: "Lookup" }).click();
  await expect(page).toHaveURL(/\/claim\/sent$/);
  await portal.mail(person.email);
});

test("a box checked before the script takes over is proven all the same", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((done) => { release = done; });
  await page.route("**/backboard*.wasm", async (route) => { await held; await route.continue(); });
  await page.goto("/claim", { waitUntil: "domcontentloaded" });
  await page.getByLabel("I'm not a robot").check();
  release();
  await live(page, true);
  await expect(page.getByRole("status")).toHaveText("Done. You are not a robot.");
});

test("a box unchecked while the proof of work runs stays unproven", async ({ page }) => {
  await page.goto("/claim");
  await live(page, true);
  const [worker] = await Promise.all([page.waitForEvent("worker"), page.getByLabel("I'm not a robot").check()]);
  await page.getByLabel("I'm not a robot").uncheck();
  await worker.waitForEvent("close");
  await expect(page.getByRole("status")).toHaveText("");
  await expect(page.locator("#captcha")).toHaveValue("");
});

test("a link of the summary puts the cursor into its field, also into one that was folded away", async ({ page }) => {
  await page.goto("/claim");
  await live(page, true);
  await page.getByRole("button", { name: "Lookup" }).click();
  await page.getByRole("alert").getByRole("link", { name: "Enter your last name." }).press("Enter");
  await expect(page.getByLabel("Last Name")).toBeFocused();
  await page.getByText("I would rather use my certificate number").click();
  await page.getByLabel("Certificate or license number").fill("!");
  await page.getByRole("button", { name: "Lookup" }).click();
  await page.getByRole("alert").getByRole("link", { name: "A certificate number has" }).press("Enter");
  await expect(page.getByLabel("Certificate or license number")).toBeFocused();
});

test("a login page left open in a second tab leads home after signing in", async ({ page, portal }) => {
  const person = portal.take("unclaimed");
  const other = await page.context().newPage();
  await other.goto("/sign-in");
  await live(other, true);
  await lookUp(page, person, true);
  await page.goto(linkIn(await portal.mail(person.email)));
  await live(page, true);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page).toHaveURL(/\/claim\/password$/);
  await page.getByLabel("Password", { exact: true }).fill("Kayak over 7 rivers");
  await page.getByLabel("Password, once more").fill("Kayak over 7 rivers");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page).toHaveURL(/\/home$/);
  await other.getByLabel("Username", { exact: true }).fill(person.username);
  await other.getByLabel("Password", { exact: true }).fill("Kayak over 7 rivers");
  await other.getByRole("button", { name: "Login" }).click();
  await expect(other).toHaveURL(/\/home$/);
});
