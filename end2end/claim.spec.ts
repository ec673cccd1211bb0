import { codeIn, expect, linkIn, live, lookUp, test, Visitor } from "./portal";

const password = "Kayak over 7 rivers";

test("a medic claims the account from the mail, in another browser, and stands on the home page", async ({ page, portal, anotherBrowser, scripts }) => {
  const person = portal.take("unclaimed");
  await lookUp(page, person, scripts);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Look in your mail");

  const mail = await portal.mail(person.email);
  expect(mail.text).toContain(person.username);
  const other = await (await anotherBrowser()).newPage();
  await other.goto(linkIn(mail));
  await live(other, scripts);
  await other.getByRole("button", { name: "Go on" }).click();
  await expect(other).toHaveURL(`${portal.url}/claim/password`);
  await live(other, scripts);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Create a password");
  await expect(other.getByLabel("Username", { exact: true })).toHaveValue(person.username);
  await other.getByLabel("Password", { exact: true }).fill(password);
  await other.getByLabel("Password, once more").fill(password);
  await other.getByRole("button", { name: "Submit" }).click();

  await expect(other).toHaveURL(`${portal.url}/home`);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("What Would You Like to Do?");
  await expect(other.getByText(`You are signed in as ${person.username}.`)).toBeVisible();
  const notice = await portal.mail(person.email, 1, "your password was set");
  expect(notice.text).not.toContain("/link/");

  await test.step("the link is spent, and says so", async () => {
    const answer = await page.goto(linkIn(mail));
    expect(answer?.status()).toBe(410);
    await expect(page.getByText("This link was already used.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Send me a new mail" })).toBeVisible();
  });

  await test.step("sign out, Back shows nothing, sign in again", async () => {
    await live(other, scripts);
    await other.getByRole("button", { name: "Sign out" }).click();
    await expect(other).toHaveURL(`${portal.url}/sign-in`);
    await other.goBack();
    await expect(other.getByText("You are signed in as")).toHaveCount(0);
    await other.goto("/sign-in");
    await live(other, scripts);
    await other.getByLabel("Username", { exact: true }).fill(person.username.toUpperCase());
    await other.getByLabel("Password", { exact: true }).fill(password);
    await other.getByRole("button", { name: "Login" }).click();
    await expect(other).toHaveURL(`${portal.url}/home`);
  });
});

test("the code in the mail works in the browser that asked", async ({ page, portal, scripts }) => {
  const person = portal.take("unclaimed");
  await lookUp(page, person, scripts);
  const mail = await portal.mail(person.email);
  await live(page, scripts);
  await page.getByLabel("Code from the mail").fill("1234");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toContainText("The code has 8 digits.");
  await live(page, scripts);
  await page.getByLabel("Code from the mail").fill(` ${codeIn(mail)} `);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page).toHaveURL(/\/claim\/password$/);
  await expect(page.getByLabel("Username", { exact: true })).toHaveValue(person.username);
});

test("whoever is looked up, the page is the same; only the mailbox on file knows", async ({ page, portal, scripts }) => {
  const pages: string[] = [];
  const nobody = { ...portal.take("unclaimed"), ssn: "912-01-9876" };
  const people = [portal.take("unclaimed"), portal.take("active"), portal.take("inactive"), portal.take("suspended"), portal.take("unclaimed", (one) => one.email === ""), nobody];
  for (const person of people) {
    await lookUp(page, person, scripts);
    pages.push(await page.locator("main").innerText());
  }
  expect(new Set(pages).size).toBe(1);
  const [unclaimed, active, inactive, suspended] = people;
  expect((await portal.mail(unclaimed!.email)).text).toContain("/link/");
  for (const person of [active, inactive, suspended]) {
    const mail = await portal.mail(person!.email);
    expect(mail.text).not.toContain("/link/");
    expect(mail.text).toContain(person!.username);
  }
  expect(portal.mails(nobody.email)).toEqual([]);
});

test("an empty form says what is missing, at the top and at each field", async ({ page, scripts }) => {
  await page.goto("/claim");
  await live(page, scripts);
  await page.getByRole("button", { name: "Lookup" }).click();
  const alert = page.getByRole("alert");
  for (const sentence of ["Enter the month of your birth.", "Enter your last name.", "Enter your Social Security Number, or your certificate number instead.", "Check the box next to"]) {
    await expect(alert).toContainText(sentence);
  }
  await expect(page.locator("#last_name-problem")).toHaveText("Enter your last name.");
  await expect(page.getByLabel("Last Name")).toHaveAttribute("aria-invalid", "true");
  if (scripts) await expect(alert).toBeFocused();
});

test("what was typed is kept, but never a secret", async ({ page, scripts }) => {
  await page.goto("/claim");
  await live(page, scripts);
  await page.getByLabel("Month").fill("2");
  await page.getByLabel("Day").fill("30");
  await page.getByLabel("Year").fill("1984");
  await page.getByLabel("Last Name").fill("<script>alert(1)</script>");
  await page.getByLabel("Social Security Number").fill("912-01-2345");
  await page.getByLabel("I'm not a robot").check();
  await page.getByRole("button", { name: "Lookup" }).click();
  await expect(page.getByRole("alert")).toContainText("There is no such day in that month.");
  await expect(page.getByLabel("Day")).toHaveValue("30");
  await expect(page.getByLabel("Last Name")).toHaveValue("<script>alert(1)</script>");
  await expect(page.getByLabel("Social Security Number")).toHaveValue("");
  expect(await page.content()).not.toMatch(/912-?01-?2345/);
});

test("a password that does not do is refused in words, and the next one does", async ({ page, portal, scripts }) => {
  const person = portal.take("unclaimed");
  await lookUp(page, person, scripts);
  await page.goto(linkIn(await portal.mail(person.email)));
  await live(page, scripts);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page).toHaveURL(/\/claim\/password$/);
  for (const [first, second, sentence] of [["short", "short", "Use 8 to 64 characters."], ["Welcome1!", "Welcome1!", "That is a word with a few digits or marks"], [password, "something else", "The two passwords are not the same."]]) {
    await live(page, scripts);
    await page.getByLabel("Password", { exact: true }).fill(first!);
    await page.getByLabel("Password, once more").fill(second!);
    await page.getByRole("button", { name: "Submit" }).click();
    await expect(page.getByRole("alert")).toContainText(sentence!);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  }
  await live(page, scripts);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Password, once more").fill(password);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page).toHaveURL(/\/home$/);
});

test("two people claim at one browser, in two tabs: nobody sets the other's password", async ({ visitor, portal, context }) => {
  const [one, two] = portal.enrol({}, {});
  const second = new Visitor(await context.newPage(), portal, visitor.scripts);
  for (const [at, person] of [[visitor, one!], [second, two!]] as const) {
    await lookUp(at.page, person, at.scripts);
    await at.goOn(await portal.mail(person.email));
    await at.arrive("/claim/password", "Create a password");
    await expect(at.field("Username")).toHaveValue(person.username);
  }
  await visitor.answered("/api/claim/password", () => visitor.choose("/api/claim/password", password));
  await expect(visitor.page.getByRole("banner")).not.toContainText(two!.username);

  await test.step("and nothing is lost: each link still leads to its own account", async () => {
    for (const person of [two!, one!]) {
      await visitor.page.context().clearCookies();
      if (portal.mails(person.email, "your password was set").length === 0) {
        await visitor.goOn(portal.mails(person.email)[0]!);
        await visitor.arrive("/claim/password", "Create a password");
        await visitor.choose("/api/claim/password", "Tent on 9 lakes");
        await visitor.arrive("/home", "What Would You Like to Do?");
        await visitor.isSignedInAs(person.username);
      }
    }
    expect((await portal.mail(two!.email, 1, "your password was set")).text).toContain(two!.username);
  });
  await visitor.page.context().clearCookies();
  await visitor.signIn(two!.username, "Tent on 9 lakes");
  await visitor.arrive("/home", "What Would You Like to Do?");
});
