// Every page and state on the way back in, hydrated and as the server sends it, light and dark.
import { expectAccessible } from "./axe";
import { expect, linkIn, live, notMeIn, temporaryIn, test, Visitor } from "./portal";

test.use({ agency: "demo" });

const password = "Kayak over 7 rivers";
const another = "Tent on 9 lakes";
const question = "What was the name of your first pet?";

for (const scripts of [true, false]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing on the way back in, ${colorScheme}, ${scripts ? "hydrated" : "before its script has loaded"}`, async ({ page, portal }) => {
      test.setTimeout(300_000);
      await page.emulateMedia({ colorScheme });
      if (!scripts) await page.route("**/*.{js,wasm}", (route) => route.abort());
      const visitor = new Visitor(page, portal, scripts);
      const check = async (name: string) => {
        await live(page, scripts);
        await expectAccessible(page, name);
      };
      const refused = async (operation: string, name: string) => {
        await visitor.send(operation);
        await expect(visitor.alert).toBeVisible();
        await check(`${name}, refused`);
      };
      const at = async (address: string, name: string) => {
        await visitor.open(address);
        await check(name);
      };

      const person = portal.enrol({})[0]!;
      const [first] = portal.enrol({ username: `crew${person.username}`, status: "active" }, { username: `crew${person.username}`, status: "active" });
      await visitor.claim(person, password);
      await check("home");
      await at("/security", "security, no question");
      await at("/security/question/new", "question");
      await refused("/api/security/question", "question");
      await visitor.setQuestion(question, "Señor Biscuit", password);
      await check("security, question saved");
      await at("/security/history", "history");
      await at("/change-password", "change password");
      await refused("/api/password/change", "change password");
      await visitor.type("Current password", password);
      await visitor.choose("/api/password/change", another);
      await visitor.reads("Your password is saved");
      await check("change password, saved");
      await visitor.open("/home");
      await visitor.signOut();

      await at("/forgot-password", "forgot password");
      await refused("/api/reset/request", "forgot password");
      await visitor.forgot(person.username);
      await check("sent");
      await refused("/api/reset/code", "sent");
      await at("/code", "code");
      const reset = await portal.mail(person.email, 1, "reset your password");
      await at(linkIn(reset), "link");
      await visitor.press("Go on");
      await visitor.arrive("/reset/challenge", "Password Challenge");
      await check("challenge");
      await visitor.type("Answer", "Rex the dog");
      await refused("/api/reset/answer", "challenge");
      await visitor.type("Answer", "Señor Biscuit");
      await visitor.press("Submit");
      await visitor.arrive("/reset/password", "Set Up Password");
      await check("set up password");
      await refused("/api/reset/password", "set up password");
      await visitor.choose("/api/reset/password", password);
      await visitor.arrive("/reset/done", "Your password was successfully reset");
      await check("done");
      await at(linkIn(reset), "spent link");
      await at(`${linkIn(reset).slice(0, -9)}`, "cut link");
      await at("/reset/password", "flow over");

      await visitor.forgot(first!.email);
      await visitor.open(linkIn(await portal.mail(first!.email, 1, "reset your password")));
      await visitor.press("Go on");
      await visitor.arrive("/reset/password", "Set Up Password");
      await check("set up password, shared");

      await portal.mailTemporary(person.username);
      await visitor.signIn(person.username, temporaryIn(await portal.mail(person.email, 1, "your temporary password")));
      await visitor.arrive("/change-password", "Change Password");
      await check("change password, forced");
      await refused("/api/password/change", "change password, forced");

      await visitor.signOut();

      const alarm = notMeIn(await portal.mail(person.email, 1, "your security question was set"));
      await at(alarm, "this wasn't me");
      await at(`${alarm.slice(0, -3)}`, "this wasn't me, cut off");
      await visitor.open(alarm);
      await visitor.press("This wasn't me: stop it");
      await visitor.arrive("/not-me/done", "It is stopped");
      await check("this wasn't me, done");
      await at(alarm, "this wasn't me, already");
      await visitor.signIn(person.username, password);
      await expect(visitor.alert).toBeVisible();
      await check("sign in, stopped");
    });
  }
}
