// The account's own page: the password, the question, other devices, what happened.
import { expect, test, Visitor } from "./portal";

test.use({ agency: "demo" });

const password = "Kayak over 7 rivers";
const another = "Tent on 9 lakes";
const question = "What was the name of your first pet?";

test("a medic changes the password, stays signed in, and everybody else is out", async ({ visitor, portal, anotherVisitor }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  const other = await anotherVisitor();
  await other.signIn(person.username, password);
  await other.arrive("/home", "What Would You Like to Do?");
  await visitor.follow("Your account and its security");
  await visitor.arrive("/security", "Security");
  await visitor.follow("Change Password");
  await visitor.arrive("/change-password", "Change Password");
  await expect(visitor.main).not.toContainText("Your password has expired");

  for (const [current, first, second, sentence] of [
    ["not the password", another, another, "That is not the password you signed in with."],
    [password, password, password, "That is a password you have already."],
    [password, "short", "short", "Use 8 to 64 characters."],
    [password, another, `${another}!`, "The two passwords are not the same."],
    [password, `${person.username} 12`, `${person.username} 12`, "Leave your username out of the password."],
  ] as const) {
    await visitor.type("Current password", current);
    await visitor.choose("/api/password/change", first, second);
    await visitor.refused(sentence);
    for (const label of ["Current password", "New Password", "New Password, once more"]) await expect(visitor.field(label)).toHaveValue("");
  }
  await visitor.type("Current password", password);
  await visitor.choose("/api/password/change", another);
  await visitor.reads("Your password is saved");
  await visitor.arrive("/change-password", "Change Password");
  await portal.mail(person.email, 2, "your password was set");
  await other.open("/home");
  await other.arrive("/sign-in", "Login");
  await visitor.page.reload();
  await visitor.arrive("/change-password", "Change Password");
  await visitor.follow("Home");
  await visitor.arrive("/home", "What Would You Like to Do?");
});

test("a security question is set with the password, and what anybody could guess is refused", async ({ visitor, portal }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  await visitor.open("/security");
  await visitor.reads("You have not set one up yet.");
  await visitor.follow("Set up a question");
  await visitor.arrive("/security/question/new", "Security question");
  await visitor.press("Save");
  for (const sentence of ["Choose one of the questions.", "Enter your answer.", "Enter your password again."]) await visitor.refused(sentence);
  for (const [answer, again, sentence] of [
    ["ab", password, "Use at least 3 letters or digits in the answer."],
    ["aaaa", password, "That is one of the first answers anyone would try."],
    ["First pet", password, "That stands in the question itself."],
    [person.username, password, "Leave your username out of the answer."],
    [password, password, "The answer and the password must have nothing in common."],
    ["Señor Biscuit", "not the password", "That is not the password you signed in with."],
  ] as const) {
    await visitor.field("Question").selectOption({ label: question });
    await visitor.type("Answer", answer);
    await visitor.type("Current password", again);
    await visitor.press("Save");
    await visitor.refused(sentence);
    await expect(visitor.field("Current password")).toHaveValue("");
    await expect(visitor.field("Question")).toHaveValue("first-pet");
  }
  await visitor.type("Answer", "Señor Biscuit");
  await visitor.type("Current password", password);
  await visitor.press("Save");
  await visitor.arrive("/security", "Security");
  await visitor.reads("Your security question is saved.");
  await visitor.reads(question);
  await expect(visitor.main).not.toContainText("Biscuit");
  await portal.mail(person.email, 1, "your security question was set");
  await visitor.page.reload();
  await expect(visitor.main).not.toContainText("Your security question is saved.");
});

test("every page of a session says whose it is and has Sign out, and afterwards none does", async ({ visitor, portal }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  for (const path of ["/home", "/security", "/security/question/new", "/security/history", "/change-password", "/claim", "/nothing"]) {
    await visitor.open(path);
    await visitor.isSignedInAs(person.username);
    await expect(visitor.page.getByRole("button", { name: "Sign out", exact: true })).toHaveCount(1);
  }
  await visitor.open("/security/history");
  await visitor.signOut();
  await visitor.arrive("/sign-in", "Login");
  await expect(visitor.page.getByText("You are signed in as")).toHaveCount(0);
  await visitor.open("/security");
  await visitor.arrive("/sign-in", "Login");
});

test("Sign out everywhere ends every session", async ({ visitor, portal, anotherVisitor }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  const other = await anotherVisitor();
  await other.signIn(person.username, password);
  await other.arrive("/home", "What Would You Like to Do?");
  await visitor.open("/security");
  await visitor.press("Sign out everywhere");
  await visitor.arrive("/sign-in", "Login");
  await visitor.reads("You are signed out on every phone and computer.");
  for (const each of [visitor, other]) {
    await each.open("/home");
    await each.arrive("/sign-in", "Login");
  }
});

test("the history tells in plain words what happened, newest first", async ({ visitor, portal }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  await visitor.setQuestion(question, "Señor Biscuit", password);
  await visitor.open("/home");
  await visitor.signOut();
  await visitor.signIn(person.username, "not the password");
  await visitor.refused("Username and password do not match.");
  await visitor.signIn(person.username, password);
  await visitor.arrive("/home", "What Would You Like to Do?");
  await visitor.open("/security");
  await visitor.follow("What happened to my account");
  await visitor.arrive("/security/history", "What happened to my account");
  const lines = await visitor.main.locator(".bb-history__what").allInnerTexts();
  expect(lines).toEqual([
    "Signed in.",
    "A sign-in was refused.",
    "Signed out.",
    "The security question was set.",
    "This account was claimed, and its first password was set.",
    "The link of a mail was opened to claim this account.",
    "Somebody looked this account up to claim it. We sent a mail to your address.",
  ]);
  await visitor.follow("Back to Security");
  await visitor.arrive("/security", "Security");
});

test("a double click on Save Password saves once, and the new password signs in", async ({ visitor, portal }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  await visitor.open("/change-password");
  await visitor.type("Current password", password);
  await visitor.type("New Password", another);
  await visitor.type("New Password, once more", another);
  await visitor.page.getByRole("button", { name: "Save Password" }).dblclick();
  await visitor.reads(/Your password is saved|Login/);
  await portal.mail(person.email, 2, "your password was set");
  await visitor.open("/sign-in");
  if (!visitor.page.url().endsWith("/home")) await visitor.signIn(person.username, another);
  await visitor.arrive("/home", "What Would You Like to Do?");
});

test("a page that was open when somebody signed out says so, and leads on", async ({ visitor, portal, context }) => {
  const person = portal.enrol({})[0]!;
  await visitor.claim(person, password);
  await visitor.open("/change-password");
  const second = new Visitor(await context.newPage(), portal, visitor.scripts);
  await second.open("/home");
  await second.signOut();
  await visitor.type("Current password", password);
  await visitor.choose("/api/password/change", another);
  await visitor.refused("You were signed out because some time has passed. Please log in again.");
  await visitor.signIn(person.username, password);
  await visitor.arrive("/home", "What Would You Like to Do?");
});

test("a page of one person, left open, does nothing to the next who signs in at this browser", async ({ visitor, portal, context }) => {
  const [one, two] = portal.enrol({}, {});
  await visitor.claim(two!, password);
  await visitor.signOut();
  await visitor.claim(one!, password);
  await visitor.open("/change-password");
  const second = new Visitor(await context.newPage(), portal, visitor.scripts);
  await second.open("/home");
  await second.signOut();
  await second.signIn(two!.username, password);
  await second.arrive("/home", "What Would You Like to Do?");
  await visitor.type("Current password", password);
  await visitor.choose("/api/password/change", another);
  await visitor.reads(/Change Password/);
  await expect(visitor.field("Username")).toHaveValue(two!.username);
  await expect(visitor.main).not.toContainText("Your password is saved");
  await second.open("/home");
  await second.signOut();
  await second.signIn(two!.username, another);
  await second.refused("Username and password do not match.");
});
