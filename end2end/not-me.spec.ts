// *This wasn't me*: the link in every mail about an account that stops what somebody else began.
import { expect, linkIn, notMeIn, test, Visitor, type Person } from "./portal";

test.use({ agency: "demo" });

const password = "Kayak over 7 rivers";
const another = "Tent on 9 lakes";

async function member(visitor: Visitor): Promise<Person> {
  const person = visitor.portal.enrol({})[0]!;
  await visitor.claim(person, password);
  return person;
}

test("somebody asked for a new password: the button stops it, until the office has looked", async ({ visitor, portal, anotherVisitor }) => {
  const person = await member(visitor);
  const stranger = await anotherVisitor();
  await stranger.forgot(person.username);
  const mail = await portal.mail(person.email, 1, "reset your password");

  const owner = await anotherVisitor();
  await test.step("opening it changes nothing", async () => {
    expect(await owner.open(notMeIn(mail))).toBe(200);
    await expect(owner.page.getByRole("heading", { level: 1 })).toHaveText("Was this not you?");
    await owner.reads(`A mail told you about the account ${person.username}.`);
    await owner.page.reload();
    await owner.follow("It was me. There is nothing to do.");
    await owner.arrive("/sign-in", "Login");
    expect(await owner.open(linkIn(mail))).toBe(200);
    await visitor.open("/home");
    await visitor.arrive("/home", "What Would You Like to Do?");
  });

  await test.step("the button stops it, tells so, and signs out whoever is in", async () => {
    await owner.open(notMeIn(mail));
    await owner.press("This wasn't me: stop it");
    await owner.arrive("/not-me/done", "It is stopped");
    await expect(owner.main.getByRole("link", { name: "(555) 555-0142" })).toBeVisible();
    await portal.mail(person.email, 1, "your account is stopped for now");
    expect(await owner.open(linkIn(mail))).toBe(410);
    await expect(owner.main.getByRole("link", { name: "(555) 555-0142" })).toBeVisible();
    await visitor.open("/home");
    await visitor.arrive("/sign-in", "Login");
  });

  await test.step("pressed again it changes nothing", async () => {
    await owner.open(notMeIn(mail));
    await owner.reads("This is stopped already. The office will look at it.");
    expect(portal.mails(person.email, "your account is stopped for now").length).toBe(1);
  });

  await test.step("no mail leads in any more, and the own password still does", async () => {
    await stranger.forgot(person.email);
    const told = await portal.mail(person.email, 2, "your account is stopped for now");
    expect(told.text).not.toContain("/link/");
    await visitor.signIn(person.username, password);
    await visitor.arrive("/home", "What Would You Like to Do?");
  });

  await test.step("the office opens it again", async () => {
    portal.run("account", "reactivate", person.username);
    await stranger.forgot(person.username);
    await owner.goOn(await portal.mail(person.email, 2, "reset your password"));
    await owner.arrive("/reset/password", "Set Up Password");
  });
});

test("a password was set by somebody else: the button closes the account to everybody", async ({ visitor, portal, anotherVisitor }) => {
  const person = await member(visitor);
  const notice = await portal.mail(person.email, 1, "your password was set");
  const owner = await anotherVisitor();
  await owner.open(notMeIn(notice));
  await owner.reads("Nobody can sign in or reset the password until the office has looked at it.");
  await owner.page.getByRole("button", { name: "This wasn't me: stop it" }).dblclick();
  await owner.arrive("/not-me/done", "It is stopped");
  await portal.mail(person.email, 1, "your account is stopped for now");
  await visitor.signIn(person.username, "not the password");
  await visitor.refused("Username and password do not match.");
  await visitor.signIn(person.username, password);
  await visitor.refused("Somebody told us that this account was used by someone else, so it is stopped.");
  await expect(visitor.main.getByRole("link", { name: "(555) 555-0142" })).toBeVisible();

  await test.step("the office opens it again, and the password that may be somebody else's opens nothing", async () => {
    portal.run("account", "reactivate", person.username);
    await visitor.signIn(person.username, password);
    await visitor.refused("Username and password do not match.");
    await visitor.forgot(person.username);
    await visitor.goOn(await portal.mail(person.email, 1, "reset your password"));
    await visitor.choose("/api/reset/password", another);
    await visitor.arrive("/reset/done", "Your password was successfully reset");
    await visitor.signIn(person.username, another);
    await visitor.arrive("/home", "What Would You Like to Do?");
  });
});

test("a link that a mail program cut off says so, and the whole one still works", async ({ visitor, portal }) => {
  const person = await member(visitor);
  const link = notMeIn(await portal.mail(person.email, 1, "your password was set"));
  for (const wrong of [link.slice(0, -5), link.slice(0, link.lastIndexOf(".")), `${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`]) {
    expect(await visitor.open(wrong)).toBe(410);
    await visitor.reads(/cut off/);
    await expect(visitor.main.getByRole("link", { name: "Go to the login page" })).toBeVisible();
    await expect(visitor.main.getByRole("link", { name: "(555) 555-0142" })).toBeVisible();
    // A new mail cannot be sent for it: nobody may be led to claim an account instead.
    await expect(visitor.main.getByRole("link", { name: "Send me a new mail" })).toHaveCount(0);
  }
  expect(await visitor.open(link)).toBe(200);
});

test("the link is good for ninety days, and no longer", async ({ page, calendar, scripts }) => {
  const visitor = new Visitor(page, calendar, scripts);
  const person = await member(visitor);
  const link = notMeIn(await calendar.mail(person.email, 1, "your password was set"));
  await calendar.pass(89);
  expect(await visitor.open(link)).toBe(200);
  await visitor.reads(person.username);
  await calendar.pass(2);
  expect(await visitor.open(link)).toBe(410);
  await expect(visitor.main.getByRole("link", { name: "(555) 555-0142" })).toBeVisible();
});

test("who is signed in as somebody else can still stop it, and stays who they are", async ({ visitor, portal, anotherVisitor }) => {
  const stolen = await member(await anotherVisitor());
  const person = await member(visitor);
  await visitor.open(notMeIn(await portal.mail(stolen.email, 1, "your password was set")));
  await visitor.reads(stolen.username);
  await visitor.press("This wasn't me: stop it");
  await visitor.arrive("/not-me/done", "It is stopped");
  await visitor.open("/home");
  await visitor.isSignedInAs(person.username);
});
