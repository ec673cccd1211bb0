import { expect, live, test } from "./portal";

// Where identity is asked for instead, the link on the login page leads to Find Username.
test.use({ agency: "demo" });

test("a medic who forgot the username gets it by mail, and never on screen", async ({ page, portal, scripts }) => {
  const person = portal.take("active");
  await page.goto("/sign-in");
  await live(page, scripts);
  await page.getByRole("link", { name: "Forgot Username?" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Forgot username?");
  await live(page, scripts);

  await test.step("a mistyped address is kept, and said", async () => {
    await page.getByLabel("E-mail address").fill("me at example");
    await page.getByLabel("I'm not a robot").check();
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByRole("alert")).toContainText("That does not look like an e-mail address.");
    await expect(page.getByLabel("E-mail address")).toHaveValue("me at example");
  });

  await live(page, scripts);
  await page.getByLabel("E-mail address").fill(person.email.toUpperCase());
  await page.getByLabel("I'm not a robot").check();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page).toHaveURL(/\/forgot-username\/sent$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Look in your mail");
  expect(await page.content()).not.toContain(person.username);
  const mail = await portal.mail(person.email);
  expect(mail.text).toContain(person.username);
  expect(mail.text).not.toContain("/link/");
});
