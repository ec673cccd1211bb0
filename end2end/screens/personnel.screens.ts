// Every page and state of the personnel's half. What is pressed is named by what it does, not by what it reads.
import { gallery } from "./gallery";
import { expect, linkIn, notMeIn, test } from "../portal";

const password = "Kayak over 7 rivers";
const another = "Tent on 9 lakes";
const answer = "Señor Biscuit";

test.use({ agency: "demo" });

test("personnel", async ({ page, portal, visitor, context }, info) => {
  test.setTimeout(900_000);
  const picture = gallery(page, info);
  const refused = async (operation: string, name: string) => {
    await visitor.send(operation);
    await expect(visitor.alert).toBeVisible();
    await picture(name);
  };
  const vouched = async () => {
    await page.locator("#robot").check();
    await expect(page.locator("#captcha")).not.toHaveValue("", { timeout: 60_000 });
  };
  const at = async (path: string, name: string) => {
    await visitor.open(path);
    await picture(name);
  };
  /** The newest mail, once there are so many. */
  const mail = (count: number) => portal.mail(person.email, count);

  const person = portal.enrol({ first_name: "Maren", last_name: "Okafor" })[0]!;
  const [year, month, day] = person.date_of_birth.split("-");

  await at("/sign-in", "sign-in");
  await refused("/api/sign-in/password", "sign-in-refused");
  await at("/claim", "claim");
  await refused("/api/claim/lookup", "claim-refused");
  await page.locator("#birth_month").fill(`${Number(month)}`);
  await page.locator("#birth_day").fill(`${Number(day)}`);
  await page.locator("#birth_year").fill(year!);
  await page.locator("#last_name").fill(person.last_name);
  await page.locator("details summary").first().click();
  await page.locator("#certificate").fill(person.certificate_number);
  await vouched();
  await picture("claim-filled-in");
  await visitor.send("/api/claim/lookup");
  await expect(page).toHaveURL(/\/claim\/sent$/);
  await picture("claim-sent");
  await refused("/api/claim/code", "claim-code-refused");
  const claim = linkIn(await mail(1));
  await at(claim, "claim-link");
  await at(`${claim.slice(0, -1)}${claim.endsWith("A") ? "B" : "A"}`, "link-unknown");
  await visitor.open(claim);
  await visitor.send("/api/claim/start");
  await expect(page).toHaveURL(/\/claim\/password$/);
  await picture("claim-password");
  await refused("/api/claim/password", "claim-password-refused");
  await page.locator("#password").fill("Kayak over");
  await picture("claim-password-checklist");
  await visitor.choose("/api/claim/password", password);
  await expect(page).toHaveURL(/\/home$/);
  await picture("home");
  await at(claim, "link-spent");
  await at("/security", "security");
  await at("/security/question/new", "question");
  await refused("/api/security/question", "question-refused");
  await page.locator("#question").selectOption({ index: 2 });
  await page.locator("#answer").fill(answer);
  await page.locator("#current_password").fill(password);
  await visitor.send("/api/security/question");
  await expect(page).toHaveURL(/\/security$/);
  await picture("question-saved");
  await at("/security/history", "history");
  await at("/change-password", "change-password");
  await refused("/api/password/change", "change-password-refused");
  await page.locator("#stay").evaluate((notice) => (notice as HTMLDialogElement).showModal());
  await picture("session-ends");
  await visitor.open("/home");
  await visitor.send("/api/sign-in/out");
  await expect(page).toHaveURL(/\/sign-in/);

  await at("/forgot-username", "forgot-username");
  await at("/forgot-username/sent", "forgot-username-sent");
  await at("/forgot-password", "forgot-password");
  await refused("/api/reset/request", "forgot-password-refused");
  const before = portal.mails(person.email).length;
  await page.locator("#login").fill(person.username);
  await vouched();
  await visitor.send("/api/reset/request");
  await expect(page).toHaveURL(/\/forgot-password\/sent$/);
  await picture("forgot-password-sent");
  const reset = await mail(before + 1);
  await at(linkIn(reset), "reset-link");
  await visitor.send("/api/reset/start");
  await expect(page).toHaveURL(/\/reset\/challenge$/);
  await picture("challenge");
  await page.locator("#answer").fill("Rex the dog");
  await refused("/api/reset/answer", "challenge-refused");
  await page.locator("#answer").fill(answer);
  await visitor.send("/api/reset/answer");
  await expect(page).toHaveURL(/\/reset\/password$/);
  await picture("reset-password");
  await visitor.choose("/api/reset/password", another);
  await expect(page).toHaveURL(/\/reset\/done$/);
  await picture("reset-done");
  await at("/reset/password", "flow-over");
  await at("/code", "code");

  await at(notMeIn(reset), "not-me");
  await visitor.send("/api/not-me/freeze");
  await expect(page).toHaveURL(/\/not-me\/done$/);
  await picture("not-me-done");
  for (let tries = 0; tries < 6; tries++) await visitor.signIn(person.username, "somebody else's guess");
  await expect(visitor.alert).toBeVisible();
  await picture("too-many-tries");
  await at("/nowhere", "missing");

  await visitor.open("/sign-in");
  await context.setOffline(true);
  await page.locator("#username").fill(person.username);
  await page.locator("#password").fill(password);
  await refused("/api/sign-in/password", "offline");
  await context.setOffline(false);
});
