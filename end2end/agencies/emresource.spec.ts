// EMResource's help page, sentence by sentence, from top to bottom; the claim that comes first has a spec of its own.
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, linkIn, Portal, test, Visitor, type Mail } from "../portal";

test.use({ agency: "emresource" });

const password = "Kayak over 7 rivers";
const another = "Tent on 9 northern lakes";
const question = "What was the name of your first pet?";

test("Reset Forgotten Password?", async ({ visitor, portal, anotherVisitor }) => {
  test.setTimeout(300_000);
  const person = portal.enrol({ username: "okafor.maren@example.net", products: "eICS;EMResource;EMTrack" })[0]!;
  await visitor.claim(person, password);
  await visitor.setQuestion(question, "Señor Biscuit", password);
  await visitor.open("/home");
  await visitor.signOut();
  await portal.mail(person.email, 1, "security question was set");
  let reset: Mail;

  await test.step("To log in to EMResource you need two things: your **email or username** and **password**.", async () => {
    await visitor.arrive("/sign-in", "Log In");
    await visitor.type("Username", person.username.toUpperCase());
    await visitor.type("Password", password);
    await visitor.press("Log In");
    await visitor.arrive("/home", "What Would You Like to Do?");
    await visitor.signOut();
  });

  await test.step("If you forgot your username, use the **forgot username?** link to enter your email address and receive an email with the requested information.", async () => {
    const [second] = portal.enrol({ email: person.email.toUpperCase() });
    const before = portal.mails("");
    await visitor.follow("forgot username?");
    await visitor.arrive("/forgot-username", "Forgot username?");
    await visitor.type("E-mail address", person.email);
    await visitor.vouch();
    await visitor.press("Continue");
    await visitor.arrive("/forgot-username/sent", "Look in your mail");
    await expect(visitor.main).not.toContainText(person.username);
    await expect(visitor.main).not.toContainText(second!.username);
    await expect.poll(() => portal.mails("", "your username").length - before.filter((one) => one.subject.endsWith("your username")).length).toBeGreaterThan(0);
    const known = new Set(before.map((one) => one.messageId));
    const told = () => portal.mails("").filter((one) => !known.has(one.messageId)).map((one) => one.text).join("\n");
    await expect.poll(told).toContain(person.username);
    await expect.poll(told).toContain(second!.username);
  });

  await test.step("Otherwise, contact your administrator for assistance locating your credentials in the EMResource system.", async () => {
    await visitor.reads("Nothing after ten minutes? Check the address, or ask the office which one they have.");
    await expect(visitor.main.getByRole("link", { name: "administrator@emresource.example" })).toBeVisible();
  });

  await test.step("For more information, go to the procedure [Retrieve Forgotten Username](#).", async () => {
    await visitor.follow("Find it by date of birth and name instead");
    await visitor.arrive("/claim", "Find Username");
  });

  await test.step("If you forgot your password, use the **forgot password?** link to enter your email or username and receive an email with the requested information.", async () => {
    const before = portal.mails(person.email);
    await visitor.open("/sign-in");
    await visitor.follow("forgot password?");
    await visitor.arrive("/forgot-password", "Reset Your Password");
    await visitor.type("Email or Username", person.username);
    await visitor.vouch();
    await visitor.press("Continue");
    await visitor.arrive("/forgot-password/sent", "Look in your mail");
    reset = await portal.nextMail(person.email, before, "reset your password");
  });

  await test.step("The email contains a link to reset the password, click it and follow the instructions.", async () => {
    expect(reset.text).toContain(`Reset your password\n${linkIn(reset)}`);
    expect(reset.text).toContain(person.username);
    const other = await anotherVisitor();
    await other.open(linkIn(reset));
    await other.reads("The link keeps working until the password is saved");
    await expect(other.main).not.toContainText(question);
  });

  await test.step("When you click the link in the email, the system displays your password challenge question.", async () => {
    await visitor.goOn(reset);
    await visitor.arrive("/reset/challenge", "Password Challenge");
    await visitor.reads(question);
  });

  await test.step("When you provide the correct answer, a page opens allowing you to reset your password.", async () => {
    await visitor.type("Answer", "Bello");
    await visitor.press("Submit");
    await visitor.refused("That is not the answer we have.");
    await visitor.reads(question);
    await visitor.type("Answer", " senor  BISCUIT. ");
    await visitor.press("Submit");
    await visitor.arrive("/reset/password", "Set Up Password");
  });

  await test.step("The reset password link in the email is active for a limited time, so it is recommended that you reset your password right away.", async () => {
    expect(reset.text).toContain("The link works for a short time, so it is best to reset your password right away");
    expect(reset.text).toContain("60 minutes");
  });

  await test.step("- You must set up a password security question and answer within the application to enable the forgotten password feature.", async () => {
    const other = await anotherVisitor();
    const [fresh] = portal.enrol({});
    await other.claim(fresh!, password);
    await other.reads("Please set up your security question, so that you can reset your password yourself.");
    for (let times = 0; times < 2; times++) {
      await other.open("/home");
      await other.signOut();
      await other.signIn(fresh!.username, password);
      await other.arrive("/security/question", "Security question");
      await other.reads("If you have not set it up, you must contact your EMResource administrator to reset your password.");
      await other.follow("Not now");
      await other.arrive("/home", "What Would You Like to Do?");
    }
    await other.signOut();
  });

  await test.step("If you have not set this up and you forget your password, you must contact your EMResource administrator to reset your password.", async () => {
    const other = await anotherVisitor();
    const [fresh] = portal.enrol({});
    await other.claim(fresh!, password);
    const before = portal.mails(fresh!.email);
    await other.open("/home");
    await other.signOut();
    await other.forgot(fresh!.email);
    const mail = await portal.nextMail(fresh!.email, before, "please contact your administrator");
    expect(mail.text).not.toContain("/link/");
    expect(mail.text).toContain("You must contact your administrator to reset your password.");
    expect(mail.text).toContain("(555) 555-0162");
    expect(mail.text).toContain("administrator@emresource.example");
    await other.signIn(fresh!.username, password);
    await other.follow("Not now");
    await other.setQuestion(question, "Señor Biscuit", password);
    await other.open("/home");
    await expect(other.main).not.toContainText("Please set up your security question");
    await other.signOut();
    await other.signIn(fresh!.username, password);
    await other.arrive("/home", "What Would You Like to Do?");
  });

  await test.step("- Some organizations allow multiple individuals to share login credentials.", async () => {
    const other = await anotherVisitor();
    const [one, two] = portal.enrol({ username: "medic-12", email: "one@station12.example.org" }, { username: "medic-12", email: "two@station12.example.org" });
    await other.claim(one!, password);
    await portal.mail(two!.email, 1, "your password was set");
    await other.setQuestion(question, "Señor Biscuit", password);
    await portal.mail(two!.email, 1, "your security question was set");
    await other.open("/home");
    await other.signOut();
    await other.forgot("MEDIC-12");
    const mails = [await portal.mail(one!.email, 1, "reset your password"), await portal.mail(two!.email, 1, "reset your password")] as const;
    expect(linkIn(mails[0])).not.toBe(linkIn(mails[1]));
    for (const mail of mails) expect(mail.text).toContain("Everyone who shares it will be locked out until they know the new password");
    await other.goOn(mails[1]);
    await other.type("Answer", "senor biscuit");
    await other.press("Submit");
    await other.arrive("/reset/password", "Set Up Password");
    await other.reads("Several people use this account.");
    await other.choose("/api/reset/password", another);
    await other.arrive("/reset/done", "Your password was successfully reset");
    for (const each of [one!, two!]) await portal.mail(each.email, 2, "your password was set");
    expect(await other.open(linkIn(mails[0]))).toBe(410);
  });

  await test.step("With the forgotten password feature, nothing prevents one such user from changing the password, locking out all who share the username and do not know the new password.", async () => {
    const other = await anotherVisitor();
    await other.signIn("medic-12", password);
    await other.refused("Username and password do not match.");
    await other.signIn("medic-12", another);
    await other.arrive("/home", "What Would You Like to Do?");
  });

  await test.step("To ensure better overall security, Juvare recommends that each user be provided with their own unique EMResource username.", async () => {
    // Whoever has a username alone is not warned.
    expect(reset.text).not.toContain("You share this username");
    await visitor.open("/reset/password");
    await expect(visitor.main).not.toContainText("Several people use this account.");
  });

  await test.step("- Keep in mind, using this procedure will change your password for the following Juvare products to which you have access: eICS, EMResource, and EMTrack.", async () => {
    expect(reset.text).toContain("This changes your password for eICS, EMResource and EMTrack.");
    await visitor.reads("This changes your password for eICS, EMResource");
    await visitor.reads("EMTrack.");
    const other = await anotherVisitor();
    const [few] = portal.enrol({ products: "eICS;EMTrack" });
    await other.claim(few!, password);
    await other.setQuestion(question, "Señor Biscuit", password);
    await other.forgot(few!.email);
    const mail = await portal.mail(few!.email, 1, "reset your password");
    expect(mail.text).toContain("This changes your password for eICS and EMTrack.");
  });

  await test.step("1. Click the **forgot password?** link on the *Log In* page. The *Reset Your Password* page opens.", async () => {
    await visitor.open("/sign-in");
    await visitor.arrive("/sign-in", "Log In");
    await visitor.follow("forgot password?");
    await visitor.arrive("/forgot-password", "Reset Your Password");
  });

  await test.step("2. In **Email or Username**, enter the requested information.", async () => {
    await visitor.type("Email or Username", person.email.toUpperCase());
    await visitor.vouch();
  });

  const before = portal.mails(person.email, "reset your password");
  await test.step("3. Click **Continue**. An information page opens indicating an email message is being sent to you.", async () => {
    await visitor.press("Continue");
    await visitor.arrive("/forgot-password/sent", "Look in your mail");
    await visitor.reads("If what you entered matches our records, a mail is on its way.");
  });

  await test.step("4. Go to your email to view the new message.", async () => {
    reset = await portal.nextMail(person.email, before, "reset your password");
  });

  await test.step("5. Take one of these actions.", async () => {
    // The mail leaves no choice to be made: it has the one link or the other.
    expect(reset.text).toContain(linkIn(reset));
    expect(reset.text).not.toContain("Juvare Login Services");
  });

  await test.step("The email indicates that you should reset your password in the new Juvare Login Services,", async () => {
    const other = await anotherVisitor();
    const [moved] = portal.enrol({ status: "external" });
    await other.forgot(moved!.email);
    const mail = await portal.mail(moved!.email);
    expect(mail.text).toContain("You should reset your password in Juvare Login Services.");
    expect(mail.text).not.toContain("/link/");
    await test.step("a. Click the link and follow the instructions to reset your password.", async () => {
      expect(mail.text).toContain("Go to Juvare Login Services\nhttps://login.juvare.com/");
      const [moving] = portal.enrol({});
      await other.claim(moving!, password);
      await other.setQuestion(question, "Señor Biscuit", password);
      await other.forgot(moving!.username);
      const late = await portal.mail(moving!.email, 1, "reset your password");
      portal.enrol({ ...moving!, status: "external" });
      expect(await other.open(linkIn(late))).toBe(410);
      await other.reads("The password of this account is kept by Juvare Login Services.");
      await expect(other.main.getByRole("link", { name: "Go to Juvare Login Services" })).toHaveAttribute("href", "https://login.juvare.com/");
      await other.signIn(moving!.username, password);
      await other.refused("The password of this account is kept by Juvare Login Services.");
    });
  });

  await test.step("The link is included to reset your password,", async () => {
    await test.step("a. Click the application link in the email. The <i>Password Challenge</i> page opens.", async () => {
      await visitor.goOn(reset);
      await visitor.arrive("/reset/challenge", "Password Challenge");
      await visitor.reads(question);
    });
    await test.step("b. In Answer , enter your answer to the security question.", async () => {
      await visitor.type("Answer", "Señor Biscuit");
    });
    await test.step("c. Click Submit . The <i>Set Up Password</i> page opens.", async () => {
      await visitor.press("Submit");
      await visitor.arrive("/reset/password", "Set Up Password");
      await expect(visitor.field("Username")).toHaveValue(person.username);
      await expect(visitor.field("Username")).toHaveAttribute("autocomplete", "username");
      await visitor.reads("15 to 128 characters");
    });
    await test.step("d. In New Password , enter your new password, and enter it again in Verify Password .", async () => {
      await visitor.type("New Password", another);
      await visitor.type("Verify Password", another);
    });
    await test.step("e. Click Submit . An information page opens indicating your password was successfully reset.", async () => {
      await visitor.press("Submit");
      await visitor.arrive("/reset/done", "Your password was successfully reset");
      await portal.mail(person.email, 2, "your password was set");
    });
    await test.step("f. Open the login page again.", async () => {
      await visitor.open("/home");
      await visitor.arrive("/sign-in", "Log In");
    });
    await test.step("g. In Username , enter your username.", async () => {
      await visitor.type("Username", person.username);
    });
    await test.step("h. In Password , enter your password.", async () => {
      await visitor.type("Password", another);
    });
    await test.step("i. Click Log In . Your default view opens.", async () => {
      await visitor.press("Log In");
      await visitor.arrive("/home", "What Would You Like to Do?");
      for (const product of ["EMResource", "eICS", "EMTrack"]) await visitor.reads(product);
    });
  });
});

test("a rule that one product asks for names it, and the strictest counts", async ({ page, scripts }) => {
  const folder = mkdtempSync(join(tmpdir(), "backboard-agency-"));
  const profile = readFileSync(resolve("agencies/emresource.toml"), "utf8").replace('name = "eICS"\n', 'name = "eICS"\npassword = { shortest = 20 }\n');
  expect(profile).toContain("shortest = 20");
  writeFileSync(join(folder, "own.toml"), profile);
  const portal = await Portal.start(join(folder, "own.toml"), 20);
  try {
    const visitor = new Visitor(page, portal, scripts);
    const [person] = portal.enrol({});
    await visitor.claim(person!, another);
    await visitor.open("/change-password");
    await visitor.reads("20 to 128 characters (eICS)");
    await visitor.type("Current password", another);
    await visitor.choose("/api/password/change", password);
    await visitor.refused("Use 20 to 128 characters.");
  } finally {
    await portal.stop();
    rmSync(folder, { recursive: true });
  }
});

test("the question is asked again after a year, so that its answer is still known", async ({ page, calendar, scripts }) => {
  const visitor = new Visitor(page, calendar, scripts);
  const [person] = calendar.enrol({});
  await visitor.claim(person!, password);
  await visitor.setQuestion(question, "Señor Biscuit", password);
  await calendar.pass(366);
  await visitor.signIn(person!.username, password);
  await visitor.arrive("/security/question", "Security question");
  await visitor.reads(question);
  await visitor.type("Answer", "Rex the dog");
  await visitor.press("Submit");
  await visitor.refused("That is not the answer we have.");
  await visitor.type("Answer", "senor biscuit");
  await visitor.press("Submit");
  await visitor.arrive("/security", "Security");
  await visitor.reads("Thank you. That is the right answer.");
});
