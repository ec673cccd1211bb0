// Passwords that sign in for one thing alone, to be replaced: a temporary one, and one that has expired.
import { temporaryIn, type Portal } from "../portal";
import { test } from "./fixtures";
import type { Guest } from "./guest";

test.use({ agency: "louisiana-bems" });

const password = "Rope4Canoe&Tea";

/** Somebody to whom the office mailed a temporary password replaces it. Their username. */
async function replaceTemporary(guest: Guest, portal: Portal): Promise<string> {
  const { username, email } = portal.enrol({ status: "active" })[0]!;
  await portal.mailTemporary(username);
  const temporary = temporaryIn(await portal.mail(email));
  await guest.signIn(username, temporary);
  await replace(guest, "Temporary Password", temporary, password);
  return username;
}

async function replace(guest: Guest, label: string, old: string, fresh: string) {
  await guest.arrive("/change-password", "Change Password");
  await guest.reads("Your password has expired, please change the password to proceed");
  await guest.open("/home");
  await guest.arrive("/change-password", "Change Password");
  await guest.type(label, old);
  await guest.newPassword(fresh);
  await guest.press("Save Password");
  await guest.reads("Your password is saved");
  await guest.follow("Home");
  await guest.arrive("/home", "What Would You Like to Do?");
  await guest.reads("Your password expires in 90 days.");
}

test("a temporary password from the office is replaced", async ({ guest, portal }) => {
  await replaceTemporary(guest, portal);
});

test("an expired password is replaced", async ({ begin, calendar }) => {
  const guest = await begin(calendar);
  const username = await replaceTemporary(guest, calendar);
  await calendar.pass(91);
  await guest.signIn(username, password);
  await replace(guest, "Current password", password, "Tent9Lake!Moon");
});
