// The desk: an invitation, an authenticator app, signing in with it, and finding a person.
import { By } from "selenium-webdriver";
import { codeOf, deskLinkIn, password, step } from "../desk/app";
import { test } from "./fixtures";

test("the desk: signing in with an authenticator app, and finding a person", async ({ guest, portal }) => {
  const email = "ada@office.example";
  const person = portal.enrol({ last_name: "O’Brien-Sørensen", first_name: "Zoë" })[0]!;
  portal.run("staff", "invite", "--email", email, "--role", "admin", "--name", "Ada Admin");
  await portal.wake();
  const link = deskLinkIn(await portal.mail(email));
  await guest.open(link);
  await guest.arriveAtDesk(new URL(link).pathname, "Welcome to the desk");
  await guest.newPassword(password);
  await guest.press("Set password");
  await guest.arriveAtDesk("/desk/enrol", "Set up your authenticator app");
  const key = await (await guest.find(By.css("#key"))).getText();
  const used = step();
  await guest.type("Code of the app", codeOf(key, used));
  await guest.press("Set up");
  await guest.arriveAtDesk("/desk/recovery", "Recovery codes");

  await guest.open("/desk");
  await guest.press("Sign out");
  await guest.arriveAtDesk("/desk/sign-in", "Sign in to the desk");
  await guest.type("E-mail address", email);
  await guest.type("Password", password);
  await guest.press("Go on");
  await guest.arriveAtDesk("/desk/second", "Your second step");
  // The step of the set-up is taken; the one after it counts already.
  await guest.type("Code of your authenticator app", codeOf(key, Math.max(step(), used + 1)));
  await guest.press("Sign in");
  await guest.shows("header", "Ada Admin");

  await guest.open("/desk/find");
  await guest.arriveAtDesk("/desk/find", "Find a person");
  await guest.type("Name, username, e-mail address or certificate number", "obrien-sorensen");
  await guest.press("Find");
  await guest.reads("1 person found for “obrien-sorensen”");
  await guest.follow("Zoë O’Brien-Sørensen");
  await guest.shows("h1", "Zoë O’Brien-Sørensen");
  await guest.reads(person.username);
  await guest.reads("not claimed yet");
});
