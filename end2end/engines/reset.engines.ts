// The way back in by a mail and a question.
import { test } from "./fixtures";

const password = "Kayak over 7 rivers";

test("forgot password: mail, link, challenge question, new password", async ({ guest, portal }) => {
  const question = "What was the name of your first pet?";
  const person = portal.enrol({})[0]!;
  await guest.claim(person, password);
  await guest.open("/security/question/new");
  await guest.arrive("/security/question/new", "Security question");
  await guest.choose("Question", question);
  await guest.type("Answer", "Señor Biscuit");
  await guest.type("Current password", password);
  await guest.press("Save");
  await guest.arrive("/security", "Security");
  await guest.reads("Your security question is saved.");
  await guest.signOut();

  await guest.follow("Forgot Password?");
  await guest.arrive("/forgot-password", "Reset Your Password");
  await guest.type("Email or Username", person.email);
  await guest.vouch();
  await guest.press("Continue");
  await guest.arrive("/forgot-password/sent", "Look in your mail");
  await guest.goOn(await portal.mail(person.email, 1, "reset your password"));
  await guest.arrive("/reset/challenge", "Password Challenge");
  await guest.reads(question);
  await guest.type("Answer", "Rex the dog");
  await guest.press("Submit");
  await guest.refused("That is not the answer we have.");
  await guest.type("Answer", "senor biscuit");
  await guest.press("Submit");
  await guest.arrive("/reset/password", "Set Up Password");
  await guest.newPassword("Tent on 9 lakes");
  await guest.press("Submit");
  await guest.arrive("/reset/done", "Your password was successfully reset");
  await guest.signIn(person.username, "Tent on 9 lakes");
  await guest.arrive("/home", "What Would You Like to Do?");
});
