// The claim page of Michigan's EMS eLicensing portal, sentence by sentence, from top to bottom.
import { expect, fillIn, linkIn, test, type Person, type Visitor } from "../portal";

test.use({ agency: "michigan-emsis" });

const password = "Kayak over 7 rivers";

/** The colour of a button's ground: which of red, green and blue is the strongest. */
async function colour(visitor: Visitor, role: "link" | "button", name: string): Promise<string> {
  const ground = await visitor.page.getByRole(role, { name }).evaluate((button) => getComputedStyle(button).backgroundColor);
  const [red, green, blue] = ground.match(/\d+/g)!.map(Number) as [number, number, number];
  return green > red && green > blue ? "green" : blue > red && blue > green ? "blue" : `red or grey: ${ground}`;
}

/** Verifies who asks, on *Reset Your Password*. */
async function forgets(visitor: Visitor, person: Person) {
  await visitor.open("/sign-in");
  await visitor.follow("Forgot Password?");
  await visitor.arrive("/forgot-password", "Reset Your Password");
  await fillIn(visitor.page, person);
  await visitor.vouch();
  await visitor.press("Continue");
  await visitor.arrive("/forgot-password/sent", "Look in your mail");
}

test("Claim Your EMS eLicensing Account", async ({ visitor, portal, anotherVisitor }) => {
  test.setTimeout(300_000);
  const person = portal.take("unclaimed");
  const [year, month, day] = person.date_of_birth.split("-").map(Number);
  let before = portal.mails(person.email);
  let username = "";

  await test.step("This option is used for existing personnel that are logging into the public portal for the first time.", async () => {
    await visitor.open("/");
    await visitor.arrive("/sign-in", "Login");
    await visitor.reads("Is this your first time here, or don't you know your username?");
  });

  await test.step("Navigate to the eLicensing portal @ www.mi-emsis.org/lms/public/.", async () => {
    await expect(visitor.page.getByRole("banner")).toContainText("EMS eLicensing");
    await expect(visitor.page).toHaveTitle("Login – EMS eLicensing");
  });

  await test.step("- Step 1: Click on the green YES button next to Claim Your Account/Find Username.", async () => {
    const offer = visitor.main.getByRole("region", { name: "Claim Your Account/Find Username" });
    await expect(offer.getByRole("link", { name: "YES" })).toBeVisible();
    expect(await colour(visitor, "link", "YES")).toBe("green");
    await offer.getByRole("link", { name: "YES" }).click();
  });

  await test.step("- Step 2: Enter your information", async () => {
    await visitor.arrive("/claim", "Find Username");
    await expect(visitor.page).toHaveTitle(/^Claim Your Account/);
  });

  await test.step("In order for the system to locate your account in the database, enter your information in the required fields provided.", async () => {
    await visitor.press("Lookup");
    for (const sentence of ["Enter the day of your birth.", "Enter the month of your birth.", "Enter the year of your birth.", "Enter your last name.", "Enter your Social Security Number, or your certificate number instead."]) {
      await visitor.refused(sentence);
    }
  });

  await test.step("Be sure to check the box next to I'm not a robot, then click the blue Lookup button.", async () => {
    await visitor.refused("Check the box next to “I'm not a robot”.");
    expect(await colour(visitor, "button", "Lookup")).toBe("blue");
  });

  await test.step("IMPORTANT NOTE: Please verify your DOB is entered as DD/MM/YYYY and all information is correct before hitting submit.", async () => {
    await visitor.open("/claim");
    const order = await visitor.page.getByRole("group", { name: "Date of Birth" }).locator("input").evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).labels![0]!.textContent));
    expect(order).toEqual(["Day", "Month", "Year"]);
    await visitor.type("Day", "4");
    await visitor.type("Month", "28");
    await visitor.type("Year", "1986");
    await visitor.press("Lookup");
    await visitor.refused("The month must be between 1 and 12.");
    await expect(visitor.page.locator("#birth_month-problem")).toBeVisible();
    await expect(visitor.page.locator("#birth_day-problem")).toHaveCount(0);
  });

  await test.step("Find Username", async () => {
    await visitor.open("/claim");
    await expect(visitor.page.getByRole("heading", { level: 1 })).toHaveText("Find Username");
  });

  await test.step("Search for your username by entering the following information:", async () => {
    await visitor.reads("Search for your username by entering the following information.");
  });

  await test.step("* Date of Birth: / / ", async () => {
    if (visitor.scripts) {
      await visitor.field("Day").evaluate((field, date) => {
        const data = new DataTransfer();
        data.setData("text", date);
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      }, `${day}/${month}/${year}`);
    } else {
      await visitor.type("Day", `${day}`);
      await visitor.type("Month", `${month}`);
      await visitor.type("Year", `${year}`);
    }
    await expect(visitor.field("Day")).toHaveValue(`${day}`);
    await expect(visitor.field("Month")).toHaveValue(`${month}`);
    await expect(visitor.field("Year")).toHaveValue(`${year}`);
  });

  await test.step("* Last Name:", async () => {
    await visitor.type("Last Name", person.last_name);
  });

  await test.step("* Social Security Number: - - Show SSN", async () => {
    const field = visitor.field("Social Security Number");
    await field.fill(person.ssn);
    await expect(field).toHaveAttribute("type", "password");
    if (visitor.scripts) {
      await visitor.page.getByText("Show SSN").click();
      await expect(field).toHaveAttribute("type", "text");
      await expect(field).toHaveValue(person.ssn);
    }
    await visitor.reads("It is compared, never stored as a number, never shown and never mailed.");
  });

  await test.step("I'm not a robot", async () => {
    await visitor.vouch();
    await visitor.press("Lookup");
    await visitor.arrive("/claim/sent", "Look in your mail");
    expect(await visitor.page.content()).not.toContain(person.email);
  });

  await test.step("- Step 2: Create a password", async () => {
    const mail = await portal.nextMail(person.email, before, "how to create a password");
    username = person.username || /Your username:\n\s+(\S+)/.exec(mail.text)![1]!;
    await visitor.open(linkIn(mail));
    await visitor.press("Go on");
    await visitor.arrive("/claim/password", "Create a password");
  });

  await test.step("Once your account has been found, the system will send an email to the email address associated with your account.", async () => {
    expect(portal.mails(person.email).length).toBe(before.length + 1);
    const nobody = await anotherVisitor();
    await nobody.open("/claim");
    await fillIn(nobody.page, { ...person, last_name: "Nobody" });
    await nobody.vouch();
    await nobody.press("Lookup");
    await nobody.arrive("/claim/sent", "Look in your mail");
  });

  await test.step("Please note that your username cannot be changed.", async () => {
    expect(portal.mails(person.email).at(-1)!.text).toContain("This username is yours to keep. It cannot be changed.");
    await visitor.reads("This is your username. It cannot be changed.");
    await expect(visitor.field("Username")).toHaveValue(username);
    await expect(visitor.field("Username")).toHaveAttribute("readonly", "");
  });

  await test.step("Follow the password requirements to create or change your password.", async () => {
    await visitor.reads("8 to 64 characters");
    await visitor.choose("/api/claim/password", "Welcome1!");
    await visitor.refused("That is a word with a few digits or marks, like Welcome1!");
    await visitor.type("Password", password);
    await visitor.type("Password, once more", password);
  });

  await test.step("Click Submit when you are ready to proceed, and this action will login you into your user homepage.", async () => {
    await visitor.press("Submit");
    await visitor.arrive("/home", "What Would You Like to Do?");
    await visitor.isSignedInAs(username);
    await expect(visitor.main.getByRole("link", { name: "Public portal" })).toHaveAttribute("href", "https://www.mi-emsis.org/lms/public/");
    await visitor.signOut();
  });

  await test.step("If you have forgotten your username or password, you can click the designated link and follow the instructions.", async () => {
    await expect(visitor.main.getByRole("link", { name: "Forgot Username?" })).toBeVisible();
    await expect(visitor.main.getByRole("link", { name: "Forgot Password?" })).toBeVisible();
  });

  await test.step("- Title: Login", async () => {
    await expect(visitor.page.getByRole("heading", { level: 1 })).toHaveText("Login");
  });

  await test.step("- Input field: Username", async () => {
    await expect(visitor.field("Username")).toBeEditable();
  });

  await test.step("- Input field: Password", async () => {
    await expect(visitor.field("Password")).toHaveAttribute("type", "password");
  });

  await test.step("- Link: Forgot Username or Forgot Password? (indicated by two red arrows)", async () => {
    await visitor.follow("Forgot Username?");
    await visitor.arrive("/claim", "Find Username");
    await visitor.open("/sign-in");
    await visitor.follow("Forgot Password?");
    await visitor.arrive("/forgot-password", "Reset Your Password");
    await visitor.open("/sign-in");
  });

  await test.step("- Buttons: Login and Create Account", async () => {
    await expect(visitor.page.getByRole("button", { name: "Login", exact: true })).toBeVisible();
    await visitor.follow("Create Account");
    await visitor.arrive("/claim", "Find Username");
  });

  await test.step("After selecting a link you will be prompted to enter information to verify your identity.", async () => {
    before = portal.mails(person.email);
    await visitor.open("/forgot-password");
    await visitor.reads("Enter the information below to verify who you are.");
    await forgets(visitor, person);
  });

  await test.step("You will then receive an email from noreply@imagetrend.com with information on how to proceed.", async () => {
    const mail = await portal.nextMail(person.email, before, "reset your password");
    expect(mail.from).toContain("noreply@imagetrend.com");
    expect(mail.text).toContain(username);
    await visitor.goOn(mail);
    await visitor.arrive("/reset/password", "Set Up Password");
    await expect(visitor.field("Username")).toHaveValue(username);
    await visitor.choose("/api/reset/password", "Tent on 9 lakes");
    await visitor.arrive("/reset/done", "Your password was successfully reset");
    await visitor.open("/home");
    await visitor.arrive("/sign-in", "Login");
    before = portal.mails(person.email);
    await visitor.follow("Forgot Username?");
    await visitor.arrive("/claim", "Find Username");
    await fillIn(visitor.page, person);
    await visitor.vouch();
    await visitor.press("Lookup");
    await visitor.arrive("/claim/sent", "Look in your mail");
    expect((await portal.nextMail(person.email, before, "ready to use")).text).toContain(username);
    await visitor.signIn(username, "Tent on 9 lakes");
    await visitor.arrive("/home", "What Would You Like to Do?");
    await visitor.signOut();
  });

  await test.step("NOTE: If you are redirected to the Account Login page with a message that your account is inactive, or suspended, you will need to contact the EMS office to unlock your account by email @ MDHHS-MichiganEMS@michigan.gov or by phone (517) 241-3025.", async () => {
    const contact = async (at: Visitor) => {
      await expect(at.main.getByRole("link", { name: "MDHHS-MichiganEMS@michigan.gov" }).first()).toBeVisible();
      await expect(at.main.getByRole("link", { name: "(517) 241-3025" }).first()).toBeVisible();
    };
    for (const [close, sentence] of [
      [() => portal.run("account", "suspend", username), "Your account is suspended. Please contact the office: they can unlock it."],
      [() => portal.enrol({ ...person, username, status: "inactive" }), "Your account is inactive. Please contact the office: they can unlock it."],
    ] as const) {
      const state = sentence.includes("suspended") ? "suspended" : "inactive";
      before = portal.mails(person.email);
      await forgets(visitor, person);
      const mail = await portal.nextMail(person.email, before, "reset your password");
      close();
      await visitor.signIn(username, "not the password");
      await visitor.refused("Username and password do not match.");
      await expect(visitor.main).not.toContainText(state);
      await visitor.signIn(username, "Tent on 9 lakes");
      await visitor.arrive("/sign-in", "Login");
      await visitor.refused(sentence);
      await contact(visitor);
      expect(await visitor.open(linkIn(mail))).toBe(410);
      await visitor.reads(sentence);
      await contact(visitor);
      portal.run("account", "reactivate", username);
    }
  });
});
