// The first visit: claim an account, and find out its username.
import { expect, test } from "./fixtures";

test("claim: look up, mail, link, password, home", async ({ guest, portal }) => {
  const person = portal.enrol({ ssn: "912-01-2345" })[0]!;
  await guest.claim(person, "Kayak over 7 rivers");
});

test("forgot username: it comes by mail, and never on screen", async ({ guest, portal }) => {
  const person = portal.enrol({ status: "active" })[0]!;
  await guest.open("/sign-in");
  await guest.arrive("/sign-in", "Login");
  await guest.follow("Forgot Username?");
  await guest.arrive("/forgot-username", "Forgot username?");
  await guest.type("E-mail address", "me at example");
  await guest.vouch();
  await guest.press("Continue");
  await guest.refused("That does not look like an e-mail address.");
  await guest.type("E-mail address", person.email.toUpperCase());
  await guest.vouch();
  await guest.press("Continue");
  await guest.arrive("/forgot-username/sent", "Look in your mail");
  expect(await guest.browser.driver.getPageSource()).not.toContain(person.username);
  expect((await portal.mail(person.email)).text).toContain(person.username);
});
