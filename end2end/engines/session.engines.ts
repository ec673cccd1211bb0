// Signing in and out, *This wasn't me*, the other language, and an address that leads nowhere.
import { notMeIn } from "../portal";
import { expect, test } from "./fixtures";

const password = "Kayak over 7 rivers";

test("sign in and sign out: Back shows nothing", async ({ guest, portal }) => {
  const person = portal.enrol({})[0]!;
  await guest.claim(person, password);
  await guest.signOut();
  await guest.signIn(person.username, "not the password");
  await guest.refused("Username and password do not match.");
  await guest.signIn(person.username.toUpperCase(), password);
  await guest.arrive("/home", "What Would You Like to Do?");
  await guest.signOut();
  await guest.browser.driver.navigate().back();
  await guest.arrive("/sign-in", "Login");
  await guest.open("/home");
  await guest.arrive("/sign-in", "Login");
});

test("without TLS on loopback, as in the demo: claim, sign out, sign in", async ({ begin, bare }) => {
  expect(bare.url).toMatch(/^http:/);
  const guest = await begin(bare);
  const person = bare.enrol({})[0]!;
  await guest.claim(person, password);
  await guest.signOut();
  await guest.signIn(person.username, "not the password");
  await guest.refused("Username and password do not match.");
  await guest.signIn(person.username, password);
  await guest.arrive("/home", "What Would You Like to Do?");
});

test("this wasn't me: the button stops it, and signs out whoever is in", async ({ guest, begin, portal }) => {
  const person = portal.enrol({})[0]!;
  await guest.claim(person, password);
  const owner = await begin();
  await owner.open(notMeIn(await portal.mail(person.email, 1, "your password was set")));
  await owner.reads(person.username);
  await owner.press("This wasn't me: stop it");
  await owner.arrive("/not-me/done", "It is stopped");
  await portal.mail(person.email, 1, "your account is stopped for now");
  await guest.open("/home");
  await guest.arrive("/sign-in", "Login");
});

test("Spanish: by a link, on the page where one is, and it stays", async ({ guest }) => {
  const language = () => guest.ask("return document.documentElement.lang");
  await guest.open("/sign-in");
  await guest.arrive("/sign-in", "Login");
  expect(await language()).toBe("en");
  await guest.follow("Español");
  await guest.arrive("/sign-in", "Iniciar sesión");
  expect(await language()).toBe("es");
  await guest.open("/claim");
  await guest.arrive("/claim", "Buscar nombre de usuario");
  await guest.follow("English");
  await guest.arrive("/claim", "Find Username");
  expect(await language()).toBe("en");
});

test("an address that leads nowhere: says so, and leads on", async ({ guest, portal }) => {
  expect(await portal.ask("/nowhere")).toBe(404);
  await guest.open("/nowhere");
  await guest.arrive("/nowhere", "There is no page here");
  await guest.follow("Go to the login page");
  await guest.arrive("/sign-in", "Login");
});
