// Forgot password, and whatever goes wrong on the way: cut links, odd typing, double clicks, Back, reload, two tabs.
import { codeIn, expect, linkIn, test, Visitor, type Person, type Portal } from "./portal";

test.use({ agency: "demo" });

const password = "Kayak over 7 rivers";
const another = "Tent on 9 lakes";
const question = "What was the name of your first pet?";

/** A medic with an account, signed out again; with a security question where `answer` is given. */
async function member(visitor: Visitor, answer = "", told: Partial<Person> = {}): Promise<Person> {
  const person = visitor.portal.enrol(told)[0]!;
  await visitor.claim(person, password);
  if (answer) {
    await visitor.setQuestion(question, answer, password);
    await visitor.portal.mail(person.email, 1, "security question was set");
    await visitor.open("/home");
  }
  await visitor.signOut();
  return person;
}

const newest = (portal: Portal, person: Person, count = 1) => portal.mail(person.email, count, "reset your password");

test("a medic who forgot the password gets back in, and everybody else is out", async ({ visitor, portal, anotherVisitor }) => {
  const person = await member(visitor);
  const other = await anotherVisitor();
  await other.signIn(person.username, password);
  await other.arrive("/home", "What Would You Like to Do?");
  await visitor.forgot(person.username);
  await visitor.goOn(await newest(portal, person));
  await visitor.arrive("/reset/password", "Set Up Password");
  await expect(visitor.field("Username")).toHaveValue(person.username);
  await visitor.choose("/api/reset/password", "short", "shorter");
  await visitor.refused("Use 8 to 64 characters.");
  await visitor.choose("/api/reset/password", another);
  await visitor.arrive("/reset/done", "Your password was successfully reset");
  await other.open("/home");
  await other.arrive("/sign-in", "Login");
  await visitor.follow("Go to the login page");
  await visitor.signIn(person.username, password);
  await visitor.refused("Username and password do not match.");
  await visitor.signIn(person.username, another);
  await visitor.arrive("/home", "What Would You Like to Do?");
  expect((await portal.mail(person.email, 2, "your password was set")).text).not.toContain("/link/");
});

test("the page is the same whoever is asked for", async ({ visitor, portal }) => {
  const active = await member(visitor);
  const [unclaimed, inactive, external] = portal.enrol({}, { status: "inactive" }, { status: "external" });
  const pages = new Set<string>();
  for (const login of [active.username, active.email, unclaimed!.username, inactive!.email, external!.username, "nobody@example.org", "no.such.username"]) {
    await visitor.forgot(login);
    pages.add(await visitor.main.innerText());
  }
  expect(pages.size).toBe(1);
  expect((await portal.mail(unclaimed!.email)).text).toContain("claim");
  expect((await portal.mail(inactive!.email)).subject).toContain("inactive");
  expect((await portal.mail(external!.email)).subject).toContain("Demo Login Services");
  expect(portal.mails("nobody@example.org")).toEqual([]);
});

test("a link that a mail program cut off or lengthened says so, and the whole one still works", async ({ visitor, portal }) => {
  const person = await member(visitor);
  await visitor.forgot(person.username);
  const mail = await newest(portal, person);
  const link = linkIn(mail);
  for (const wrong of [link.slice(0, -7), link.slice(0, link.indexOf("/link/") + 7), `${link}.`, `${link}%3E`, `${link}/`, `${link}%20`, link.slice(0, -1) + (link.endsWith("A") ? "B" : "A")]) {
    const status = await visitor.open(wrong);
    if (status === 200) {
      // What a mail program put behind the link is taken off again.
      await visitor.reads("Your link works");
      continue;
    }
    expect([404, 410], wrong).toContain(status);
    await expect(visitor.main.getByRole("link", { name: "Go to the login page" })).toBeVisible();
    await expect(visitor.main.getByRole("link", { name: "help@ems-office.example" }).first()).toBeVisible();
    await visitor.reads(/cut off/);
  }
  await visitor.goOn(mail);
  await visitor.arrive("/reset/password", "Set Up Password");
});

test("the code goes with spaces and dashes, in the browser that asked", async ({ visitor, portal, anotherVisitor }) => {
  const person = await member(visitor);
  await visitor.forgot(person.username);
  const code = codeIn(await newest(portal, person));
  const other = await anotherVisitor();
  await other.open("/code");
  await other.type("Code from the mail", code);
  await other.press("Continue");
  await other.refused("This took too long, or it was begun in another browser.");
  await visitor.type("Code from the mail", "1234");
  await visitor.press("Continue");
  await visitor.refused("The code has 8 digits.");
  await visitor.open("/code");
  await visitor.type("Code from the mail", ` ${code.split("").join(" ")}-`);
  await visitor.press("Continue");
  await visitor.arrive("/reset/password", "Set Up Password");
  await expect(visitor.field("Username")).toHaveValue(person.username);
});

test("five wrong codes, and only the link works", async ({ visitor, portal }) => {
  const person = await member(visitor);
  await visitor.forgot(person.username);
  const mail = await newest(portal, person);
  const wrong = codeIn(mail).replace(/\d/g, (digit) => `${(Number(digit) + 1) % 10}`);
  for (let tries = 1; tries <= 5; tries++) {
    await visitor.open("/code");
    await visitor.type("Code from the mail", wrong);
    await visitor.press("Continue");
    await visitor.refused(tries < 5 ? "That code is not right." : "Too many wrong codes. Use the link in the mail, or ask for a new mail.");
  }
  await visitor.goOn(mail);
  await visitor.arrive("/reset/password", "Set Up Password");
});

test("the answer goes in another case, without accents, with a full stop", async ({ visitor, portal }) => {
  const person = await member(visitor, "St. John’s Señor");
  await visitor.forgot(person.username);
  await visitor.goOn(await newest(portal, person));
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await visitor.press("Submit");
  await visitor.refused("Enter your answer.");
  await visitor.type("Answer", "  st johns SENOR. ");
  await visitor.press("Submit");
  await visitor.arrive("/reset/password", "Set Up Password");
});

test("five wrong answers end the link, and a new mail asks the same question", async ({ visitor, portal }) => {
  const person = await member(visitor, "Señor Biscuit");
  await visitor.forgot(person.username);
  const mail = await newest(portal, person);
  await visitor.goOn(mail);
  for (let tries = 1; tries <= 5; tries++) {
    await visitor.arrive("/reset/challenge", "Password Challenge");
    await visitor.type("Answer", `Rex the ${tries}th`);
    await visitor.press("Submit");
    if (tries < 5) await visitor.refused("That is not the answer we have.");
    else await visitor.reads("Too many wrong answers. Ask for a new mail, or call the office.");
    if (tries < 5) await visitor.page.reload();
  }
  await test.step("the link has ended, and says why: no newer mail has taken its place", async () => {
    expect(await visitor.open(linkIn(mail))).toBe(410);
    await visitor.reads("Too many wrong answers. Ask for a new mail, or call the office.");
    await expect(visitor.main.getByRole("link", { name: "(555) 555-0142" })).toBeVisible();
    await visitor.follow("Send me a new mail");
    await visitor.arrive("/forgot-password", "Reset Your Password");
  });
  await visitor.forgot(person.email);
  await visitor.goOn(await portal.nextMail(person.email, [mail], "reset your password"));
  await visitor.reads(question);
  await visitor.type("Answer", "Señor Biscuit");
  await visitor.press("Submit");
  await visitor.arrive("/reset/password", "Set Up Password");
});

test("a password pasted with a trailing newline is the password", async ({ visitor, portal }) => {
  const person = await member(visitor);
  await visitor.forgot(person.username);
  await visitor.goOn(await newest(portal, person));
  await visitor.arrive("/reset/password", "Set Up Password");
  const paste = async (label: string, text: string) => {
    await visitor.field(label).click();
    await visitor.page.keyboard.insertText(text);
  };
  await paste("New Password", `${another}\n`);
  await paste("Verify Password", `${another}\r\n`);
  await visitor.press("Submit");
  await visitor.arrive("/reset/done", "Your password was successfully reset");
  await visitor.signIn(person.username, another);
  await visitor.arrive("/home", "What Would You Like to Do?");
  await visitor.signOut();
  await visitor.type("Username", person.username);
  await paste("Password", `${another}\n`);
  await visitor.press("Login");
  await visitor.arrive("/home", "What Would You Like to Do?");
});

test("e-mail address and username go in another case and with spaces around, and look-alikes are nobody", async ({ visitor, portal }) => {
  const person = await member(visitor, "", { email: "Renee.Okafor+EMS@Example.org", username: "ROkafor_7" });
  await visitor.forgot("  renee.okafor+ems@EXAMPLE.ORG ");
  expect((await newest(portal, person)).to).toContain("Renee.Okafor+EMS@Example.org");
  await visitor.forgot(" ROKAFOR_7");
  await newest(portal, person, 2);
  // The same address with its letters composed in another way, and one with a full-width letter.
  for (const odd of ["Rene\u0301e.Okafor+EMS@Example.org", "Ren\u00e9e.Okafor+EMS@Example.org", "\uff32enee.Okafor+EMS@Example.org"]) {
    await visitor.open("/forgot-password");
    await visitor.type("Email or Username", odd);
    await visitor.vouch();
    await visitor.press("Continue");
    await visitor.refused("That is neither an e-mail address nor a username.");
    await expect(visitor.field("Email or Username")).toHaveValue(odd);
  }
});

test("a double click on every button goes on as one click does", async ({ visitor, portal }) => {
  const person = await member(visitor, "Señor Biscuit");
  const twice = (name: string) => visitor.page.getByRole("button", { name, exact: true }).dblclick();
  await visitor.open("/forgot-password");
  await visitor.type("Email or Username", person.username);
  await visitor.vouch();
  await twice("Continue");
  await visitor.arrive("/forgot-password/sent", "Look in your mail");
  await expect.poll(() => portal.mails(person.email, "reset your password").length).toBeGreaterThan(0);
  await visitor.open(linkIn(portal.mails(person.email, "reset your password").at(-1)!));
  await twice("Go on");
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await visitor.type("Answer", "Señor Biscuit");
  await twice("Submit");
  await visitor.arrive("/reset/password", "Set Up Password");
  await visitor.type("New Password", another);
  await visitor.type("Verify Password", another);
  await twice("Submit");
  await visitor.arrive("/reset/done", "Your password was successfully reset");
  await visitor.signIn(person.username, another);
  await visitor.arrive("/home", "What Would You Like to Do?");
});

test("Back and reload at every step lose nothing", async ({ visitor, portal }) => {
  const person = await member(visitor, "Señor Biscuit");
  const { page } = visitor;
  await visitor.forgot(person.username);
  await page.reload();
  await visitor.arrive("/forgot-password/sent", "Look in your mail");
  await page.goBack();
  await visitor.arrive("/forgot-password", "Reset Your Password");
  await page.goForward();
  await visitor.arrive("/forgot-password/sent", "Look in your mail");
  const link = linkIn(await newest(portal, person));
  await visitor.open(link);
  await page.reload();
  await visitor.press("Go on");
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await page.reload();
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await page.goBack();
  await visitor.reads("Your link works");
  await visitor.press("Go on");
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await visitor.type("Answer", "wrong it is");
  await visitor.press("Submit");
  await visitor.refused("That is not the answer we have.");
  await page.reload();
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await visitor.type("Answer", "Señor Biscuit");
  await visitor.press("Submit");
  await visitor.arrive("/reset/password", "Set Up Password");
  await page.reload();
  await visitor.arrive("/reset/password", "Set Up Password");

  await test.step("Back from Set Up Password: the answer was right, and stays right", async () => {
    await page.goBack();
    await visitor.arrive("/reset/password", "Set Up Password");
  });

  await visitor.choose("/api/reset/password", another);
  await visitor.arrive("/reset/done", "Your password was successfully reset");
  await page.reload();
  await visitor.arrive("/reset/done", "Your password was successfully reset");
  await page.goBack();
  await expect(visitor.main.getByRole("link", { name: "Go to the login page" })).toBeVisible();
  expect(await visitor.open(link)).toBe(410);
  await visitor.reads("This link was already used. If it was you, just log in.");
  await visitor.signIn(person.username, another);
  await visitor.arrive("/home", "What Would You Like to Do?");
});

test("two people at one browser, in two tabs: nobody sets the other's password", async ({ visitor, portal, context }) => {
  const one = await member(visitor);
  const two = await member(visitor);
  const second = new Visitor(await context.newPage(), portal, visitor.scripts);
  await visitor.forgot(one.username);
  await second.forgot(two.username);
  await visitor.goOn(await newest(portal, one));
  await visitor.arrive("/reset/password", "Set Up Password");
  await expect(visitor.field("Username")).toHaveValue(one.username);
  await second.goOn(await newest(portal, two));
  await second.arrive("/reset/password", "Set Up Password");
  await expect(second.field("Username")).toHaveValue(two.username);

  await visitor.answered("/api/reset/password", () => visitor.choose("/api/reset/password", another));
  await test.step("the first tab did nothing to the second one", async () => {
    await second.signIn(two.username, another);
    await second.refused("Username and password do not match.");
    await second.signIn(two.username, password);
    await second.arrive("/home", "What Would You Like to Do?");
    await second.signOut();
  });
  await test.step("and nothing is lost: the first one's link still leads to the end", async () => {
    if (!/\/reset\/done$/.test(visitor.page.url())) {
      await visitor.goOn(await newest(portal, one));
      await visitor.choose("/api/reset/password", another);
    }
    await visitor.arrive("/reset/done", "Your password was successfully reset");
    await visitor.signIn(one.username, another);
    await visitor.arrive("/home", "What Would You Like to Do?");
  });
});

test("two people at one browser, in two tabs: the wrong one's answer opens nothing", async ({ visitor, portal, context }) => {
  const one = await member(visitor, "Señor Biscuit");
  const two = await member(visitor, "Madame Crumpet");
  const second = new Visitor(await context.newPage(), portal, visitor.scripts);
  await visitor.forgot(one.username);
  await visitor.goOn(await newest(portal, one));
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await second.forgot(two.username);
  await second.goOn(await newest(portal, two));
  await second.arrive("/reset/challenge", "Password Challenge");
  await visitor.type("Answer", "Señor Biscuit");
  await visitor.answered("/api/reset/answer", () => visitor.press("Submit"));
  await expect(visitor.field("New Password")).toHaveCount(0);
  await second.type("Answer", "Madame Crumpet");
  await second.press("Submit");
  await second.arrive("/reset/password", "Set Up Password");
  await expect(second.field("Username")).toHaveValue(two.username);
  await visitor.goOn(await newest(portal, one));
  await visitor.type("Answer", "Señor Biscuit");
  await visitor.press("Submit");
  await visitor.arrive("/reset/password", "Set Up Password");
  await expect(visitor.field("Username")).toHaveValue(one.username);
});

test("of three mails each works until one is used; a fourth request within the hour brings none", async ({ visitor, portal, anotherVisitor }) => {
  const person = await member(visitor);
  const mails = [];
  for (const login of [person.username, person.email, person.username]) {
    const before = portal.mails(person.email);
    await visitor.forgot(login);
    mails.push(await portal.nextMail(person.email, before, "reset your password"));
  }
  await visitor.forgot(person.email);
  const links = mails.map(linkIn);
  for (const link of links) expect(await visitor.open(link)).toBe(200);
  const other = await anotherVisitor();
  await other.open(links[2]!);
  await other.press("Go on");
  await visitor.open(links[0]!);
  await visitor.press("Go on");
  await visitor.choose("/api/reset/password", another);
  await visitor.arrive("/reset/done", "Your password was successfully reset");
  for (const link of links) expect(await visitor.open(link)).toBe(410);
  await other.choose("/api/reset/password", "Somebody else 12");
  await expect(other.main.getByRole("link", { name: "Send me a new mail" }).or(other.alert)).toBeVisible();
  await other.signIn(person.username, another);
  await other.arrive("/home", "What Would You Like to Do?");
  await portal.mail(person.email, 2, "your password was set");
  expect(portal.mails(person.email, "reset your password").length).toBe(3);
});

test("no step can be skipped by its address", async ({ visitor, portal }) => {
  const person = await member(visitor, "Señor Biscuit");
  for (const address of ["/reset/challenge", "/reset/password"]) {
    expect(await visitor.open(address)).toBe(410);
    await visitor.follow("Send me a new mail");
    await visitor.arrive("/forgot-password", "Reset Your Password");
  }
  await visitor.forgot(person.username);
  expect(await visitor.open("/reset/password")).toBe(410);
  await visitor.goOn(await newest(portal, person));
  await visitor.arrive("/reset/challenge", "Password Challenge");
  await visitor.open("/reset/password");
  await expect(visitor.field("New Password")).toHaveCount(0);
});

test("a link of yesterday says how long links work, and offers a new mail", async ({ page, calendar, scripts }) => {
  const visitor = new Visitor(page, calendar, scripts);
  const person = await member(visitor);
  await visitor.forgot(person.username);
  const link = linkIn(await newest(calendar, person));
  await calendar.pass(1);
  expect(await visitor.open(link)).toBe(410);
  await visitor.reads("Links work for 60 minutes, and this one is older.");
  await visitor.follow("Send me a new mail");
  await visitor.arrive("/forgot-password", "Reset Your Password");
});
