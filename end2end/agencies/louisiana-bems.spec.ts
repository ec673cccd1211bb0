// The help page of Louisiana's Bureau of EMS, sentence by sentence, from top to bottom.
import { expect, temporaryIn, test, Visitor, type Mail, type Person, type Portal } from "../portal";

test.use({ agency: "louisiana-bems" });

const password = "Rope4Canoe&Tea";
const sender = "EML-SVC-PROD-BEMS@LA.GOV";
const expired = "Your password has expired, please change the password to proceed";

/** A medic with an account, and a temporary password that the office has mailed. */
async function helped(portal: Portal): Promise<[Person, Mail]> {
  const [person] = portal.enrol({ status: "active" });
  await portal.mailTemporary(person!.username);
  return [person!, await portal.mail(person!.email)];
}

async function signsIn(visitor: Visitor, person: Person, temporary: string) {
  await visitor.signIn(person.username, temporary);
  await visitor.arrive("/change-password", "Change Password");
}

async function assisted(visitor: Visitor) {
  for (const phone of ["225-925-4022", "225-925-7216"]) {
    await expect(visitor.main.getByRole("link", { name: phone })).toHaveAttribute("href", `tel:${phone.replaceAll("-", "")}`);
  }
  await expect(visitor.main.getByRole("link", { name: "EMS.Credentialing@la.gov" }).last()).toHaveAttribute("href", "mailto:EMS.Credentialing@la.gov");
  await visitor.reads("during business hours");
}

test("Bureau of EMS Information Management System Password Reset Help", async ({ visitor, portal, anotherVisitor }) => {
  test.setTimeout(300_000);
  const [person, first] = await helped(portal);
  const temporary = temporaryIn(first);
  let last = temporary;

  await test.step("To reset your password, please first refer to email that was sent to you from our IMS system.", async () => {
    expect(first.subject).toContain("EMS Information Management System: your temporary password");
    expect(first.text).toContain(person.username);
  });

  await test.step("This will be an auto generated email and may end up in your spam or junk folders.", async () => {
    expect(first.text).toContain("So that our mails do not land in your spam folder");
  });

  await test.step("Please add EML-SVC-PROD-BEMS@LA.GOV as an approved contact in your email.", async () => {
    expect(first.from).toContain(sender);
    expect(first.text).toContain(`add ${sender} to your contacts`);
  });

  await test.step("Some servers block the email but when it is listed as a contact then you will never have an issue.", async () => {
    await visitor.open("/forgot-password/sent");
    await visitor.reads(`It can land in spam or junk. Add this sender to your contacts: ${sender}`);
  });

  await test.step("Please only request one temporary as requesting multiple passwords can result in temporary passwords being received out of order.", async () => {
    for (const login of [person.username, person.email.toUpperCase()]) {
      const before = portal.mails(person.email);
      await visitor.open("/sign-in");
      await visitor.follow("Forgot Password?");
      await visitor.arrive("/forgot-password", "Reset Your Password");
      await visitor.type("Email or Login ID", login);
      await visitor.vouch();
      await visitor.press("Continue");
      await visitor.arrive("/forgot-password/sent", "Look in your mail");
      await visitor.reads("Every one of them works, in any order, until you have changed your password.");
      last = temporaryIn(await portal.nextMail(person.email, before, "your temporary password"));
    }
    expect(last).not.toBe(temporary);
  });

  await test.step("The temporary password will continue to work until it is successfully changed.", async () => {
    for (const each of [last, temporary, last]) {
      await signsIn(visitor, person, each);
      await visitor.signOut();
    }
  });

  await test.step("Click the link in the email to go to the login page, https://labems.ldh.la.gov/.", async () => {
    expect(first.text).toContain(`Go to the login page\n${portal.url}/sign-in`);
    expect(first.text).not.toContain("/link/");
    await visitor.open(`${portal.url}/sign-in`);
    await visitor.arrive("/sign-in", "Login");
  });

  await test.step("Enter your login ID: XXXXXX (not case sensitive)", async () => {
    await visitor.type("Login ID", person.username.toUpperCase());
  });

  await test.step("Enter your Temporary Password: XXXXX (case sensitive)", async () => {
    const otherCase = temporary.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
    await visitor.type("Password", otherCase);
    await visitor.press("Login");
    await visitor.refused("Please check both; the password is case sensitive.");
  });

  await test.step("• Please enter the password as it is shown with uppercase and lowercase letters", async () => {
    expect(first.text).toContain("enter it as it is shown, with uppercase and lowercase letters");
    await expect(visitor.field("Login ID")).toHaveValue(person.username.toUpperCase());
    await visitor.type("Password", temporary);
    await visitor.press("Login");
  });

  await test.step("Once you have logged in it will say \"your password has expired, please change the password to proceed\"", async () => {
    await visitor.arrive("/change-password", "Change Password");
    await visitor.reads(expired);
    for (const elsewhere of ["/home", "/security", "/security/history", "/claim", "/"]) {
      await visitor.open(elsewhere);
      await visitor.arrive("/change-password", "Change Password");
    }
  });

  await test.step("- Enter your temporary password again: XXXXXX", async () => {
    await visitor.type("Temporary Password", last);
  });

  await test.step("- Create a new password Must contain 8-15 characters of which at least one each of the following uppercase letter, lowercase letter, number, and one special character (!@#\\$&)", async () => {
    const asked = ["8 to 15 characters", "at least one uppercase letter", "at least one lowercase letter", "at least one number", "at least one of these: !@#$&"];
    for (const line of asked) await visitor.reads(line);
    await visitor.type("New Password", "kayakkayakkayak1");
    await visitor.type("New Password, once more", "kayakkayakkayak1");
    await visitor.press("Save Password");
    for (const sentence of ["Use no more than 15 characters.", "Use at least one uppercase letter.", "Use at least one of these: !@#$&"]) {
      await visitor.refused(sentence);
    }
  });

  await test.step("I suggest using something easy that you can change one character each time for example, Welcome1!", async () => {
    await visitor.type("Temporary Password", last);
    await visitor.choose("/api/password/change", "Welcome1!");
    await visitor.refused("That is a word with a few digits or marks, like Welcome1!: the first thing anyone tries.");
  });

  await test.step("You can change this the next time to be Welcome2! And so on.", async () => {
    await visitor.type("Temporary Password", last);
    await visitor.choose("/api/password/change", "Welcome2!");
    await visitor.refused("That is a word with a few digits or marks, like Welcome1!: the first thing anyone tries.");
  });

  await test.step("Whatever the password you choose may be save it in your email account or in the notes section on your phone.", async () => {
    // A password manager is the better place: the form tells it which field is which.
    await expect(visitor.field("Login ID")).toHaveValue(person.username);
    await expect(visitor.field("Login ID")).toHaveAttribute("autocomplete", "username");
    await expect(visitor.field("New Password")).toHaveAttribute("autocomplete", "new-password");
    await visitor.type("Temporary Password", last);
    await visitor.type("New Password", password);
  });

  await test.step("- Reenter the temporary password", async () => {
    // A slip of the help page: it is the new password that is entered twice.
    await visitor.type("New Password, once more", password);
  });

  await test.step("- Select/click on Save Password", async () => {
    await visitor.press("Save Password");
  });

  await test.step("Once you have saved the password you should remain on the same page.", async () => {
    await visitor.reads("Your password is saved");
    await visitor.arrive("/change-password", "Change Password");
    await portal.mail(person.email, 1, "your password was set");
    for (const each of [temporary, last]) {
      const other = await anotherVisitor();
      await other.signIn(person.username, each);
      await other.refused("Login ID and password do not match.");
    }
  });

  await test.step("- If you are kicked out to the login screen this is an indication that your internet connection was severed prior to saving and your **temporary password** can let you in again.", async () => {
    const other = await anotherVisitor();
    const [colleague, mail] = await helped(portal);
    await signsIn(other, colleague, temporaryIn(mail));
    await other.type("Temporary Password", temporaryIn(mail));
    await other.type("New Password", password);
    await other.type("New Password, once more", password);
    await other.page.context().setOffline(true);
    if (other.scripts) {
      await other.press("Save Password");
      await other.refused("You seem to be offline. Nothing you typed is lost");
      await expect(other.field("New Password")).toHaveValue(password);
    }
    await other.page.context().setOffline(false);
    await other.page.context().clearCookies();
    await other.open("/change-password");
    await other.arrive("/sign-in", "Login");
    await signsIn(other, colleague, temporaryIn(mail));
    await other.type("Temporary Password", temporaryIn(mail));
    await other.choose("/api/password/change", password);
    await other.reads("Your password is saved");
  });

  await test.step("- If you encounter an error it will be noted in red at the top of the page", async () => {
    await visitor.open("/change-password");
    await visitor.press("Save Password");
    await visitor.refused("Enter your password again.");
    await visitor.refused("Enter a password.");
    const place = await visitor.alert.evaluate((alert) => {
      const [red, green, blue] = getComputedStyle(alert).borderLeftColor.match(/\d+/g)!.map(Number);
      const fields = [...document.querySelectorAll("main input:not([type=hidden])")].map((field) => field.getBoundingClientRect().top);
      return { isRed: red! > 150 && green! < 100 && blue! < 100, isOnTop: fields.every((top) => alert.getBoundingClientRect().bottom <= top) };
    });
    expect(place).toEqual({ isRed: true, isOnTop: true });
    await expect(visitor.page.locator("#current_password-problem")).toHaveText("Enter your password again.");
    if (visitor.scripts) await expect(visitor.alert).toBeFocused();
  });

  await test.step("You can now select the \"Home\" button at the top of the page and you will be directed to your home page that states \"What Would You Like to Do? For Individuals: \"", async () => {
    await visitor.follow("Home");
    await visitor.arrive("/home", "What Would You Like to Do?");
    await expect(visitor.page.getByRole("heading", { name: "For Individuals" })).toBeVisible();
  });

  await test.step("From here please select from the options below to accomplish your desired task in the IMS system.", async () => {
    await expect(visitor.main.getByRole("link", { name: "Information Management System" })).toHaveAttribute("href", "https://labems.ldh.la.gov/");
    await expect(visitor.main.getByRole("link", { name: "Contact the Bureau of EMS" })).toHaveAttribute("href", "mailto:EMS.Credentialing@la.gov");
  });

  await test.step("If you need assistance, please call our office during business hours, 225-925-4022/ 225-925-7216 or email EMS.Credentialing@la.gov.", async () => {
    for (const place of ["/home", "/change-password", "/security"]) {
      await visitor.open(place);
      await assisted(visitor);
    }
    for (const text of ["225-925-4022", "225-925-7216", "EMS.Credentialing@la.gov", "business hours"]) expect(first.text).toContain(text);
    await visitor.open("/home");
    await visitor.signOut();
    for (const place of ["/sign-in", "/forgot-password", "/forgot-password/sent", "/forgot-username", "/claim", "/code", "/reset/password", "/not-me/cut-off", "/nowhere"]) {
      await visitor.open(place);
      await assisted(visitor);
    }
  });
});

test("Passwords have to be updated every 90 days however your account will allow you to sign in with the expired password one time to change it for future access.", async ({ page, calendar, scripts }) => {
  test.setTimeout(300_000);
  const visitor = new Visitor(page, calendar, scripts);
  const [person, mail] = await helped(calendar);
  await signsIn(visitor, person, temporaryIn(mail));
  await visitor.type("Temporary Password", temporaryIn(mail));
  await visitor.choose("/api/password/change", password);
  await visitor.reads("Your password is saved");
  await visitor.follow("Home");
  await visitor.arrive("/home", "What Would You Like to Do?");
  await visitor.reads("Your password expires in 90 days.");

  const reminders = () => calendar.mails(person.email, "expire").map((one) => one.subject);
  const reminded: string[] = [];
  // The days of the third reminder pass while the server is down: it is made good by one mail, with the days that are left.
  for (const [days, left] of [[76, "in 14 days"], [7, "in 7 days"], [5, "in 2 days"], [1, "within a day"]] as const) {
    await test.step(`a reminder: it expires ${left}`, async () => {
      await calendar.pass(days);
      reminded.push(`EMS Information Management System: your password expires ${left}`);
      await expect.poll(reminders, { timeout: 20_000 }).toEqual(reminded);
      await visitor.signIn(person.username, password);
      await visitor.arrive("/home", "What Would You Like to Do?");
      await visitor.reads(`Your password expires ${left}.`);
    });
  }

  await test.step("after the last day it signs in once, and only to change it", async () => {
    await calendar.pass(1);
    await visitor.signIn(person.username, password);
    await visitor.arrive("/change-password", "Change Password");
    await visitor.reads(expired);
    await visitor.open("/home");
    await visitor.arrive("/change-password", "Change Password");
    await visitor.signOut();
    await visitor.signIn(person.username, "not the password");
    await visitor.refused("Login ID and password do not match.");
    await visitor.signIn(person.username, password);
    await visitor.refused("Your password has expired, and its one extra sign-in is used.");
    expect(reminders()).toEqual(reminded);
  });

  await test.step("Forgot Password leads back in, and the new password has its 90 days", async () => {
    const before = calendar.mails(person.email);
    await visitor.forgot(person.username);
    const again = temporaryIn(await calendar.nextMail(person.email, before, "your temporary password"));
    await signsIn(visitor, person, again);
    await visitor.type("Temporary Password", again);
    await visitor.choose("/api/password/change", password);
    await visitor.refused("That is a password you have already.");
    await visitor.type("Temporary Password", again);
    await visitor.choose("/api/password/change", "Tent9Lake!Moon");
    await visitor.reads("Your password is saved");
    await visitor.follow("Home");
    await visitor.reads("Your password expires in 90 days.");
  });
});

test("the one sign-in with an expired password is enough to change it", async ({ page, calendar, scripts }) => {
  const visitor = new Visitor(page, calendar, scripts);
  const [person, mail] = await helped(calendar);
  await signsIn(visitor, person, temporaryIn(mail));
  await visitor.type("Temporary Password", temporaryIn(mail));
  await visitor.choose("/api/password/change", password);
  await visitor.reads("Your password is saved");
  await calendar.pass(91);
  await visitor.signIn(person.username, password);
  await visitor.arrive("/change-password", "Change Password");
  await visitor.type("Current password", password);
  await visitor.choose("/api/password/change", "Tent9Lake!Moon");
  await visitor.reads("Your password is saved");
  await visitor.follow("Home");
  await visitor.arrive("/home", "What Would You Like to Do?");
});

test("a temporary password is over after a week, and says nothing about whose it was", async ({ page, calendar, scripts }) => {
  const visitor = new Visitor(page, calendar, scripts);
  const [person, mail] = await helped(calendar);
  expect(mail.text).toContain("works for 7 days");
  await calendar.pass(8);
  await visitor.signIn(person.username, temporaryIn(mail));
  await visitor.refused("Login ID and password do not match.");
});

test("a medic who forgot the login ID gets it by mail", async ({ visitor, portal }) => {
  const [person] = portal.enrol({ status: "active" });
  await visitor.open("/sign-in");
  await visitor.follow("Forgot Login ID?");
  await visitor.arrive("/forgot-username", "Forgot Login ID?");
  await visitor.type("E-mail address", person!.email);
  await visitor.vouch();
  await visitor.press("Continue");
  await visitor.arrive("/forgot-username/sent", "Look in your mail");
  await expect(visitor.main).not.toContainText(person!.username);
  expect((await portal.mail(person!.email)).text).toContain(person!.username);
});
