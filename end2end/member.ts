// Somebody who is signed in already, for tests that look at pages and not at how one gets there; and those pages.
import type { BrowserContext, Page } from "@playwright/test";
import { takeSeat } from "./desk/app";
import type { Portal } from "./portal";
import type { Person } from "./roster";
import { live, lookUp, type Visitor } from "./visitor";

export const password = "Kayak over 7 rivers";
export const question = "What was the name of your first pet?";
export const answer = "Señor Biscuit";

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;
const members = new Map<Portal, { cookies: Cookies; person: Person }>();
const challenges = new Map<Portal, Cookies>();
const choices = new Map<Portal, { cookies: Cookies; person: Person }>();
const seats = new Map<Portal, { cookies: Cookies; account: string }>();

/** Signs this browser in as the portal's one member, who has claimed an account and set a question for the first of these
 * tests. Who it is. */
export async function asMember(visitor: Visitor): Promise<Person> {
  const context = visitor.page.context();
  let member = members.get(visitor.portal);
  if (!member) {
    const person = visitor.portal.enrol({})[0]!;
    await visitor.claim(person, password);
    await visitor.setQuestion(question, answer, password);
    member = { cookies: await context.cookies(), person };
    members.set(visitor.portal, member);
  }
  await context.addCookies(member.cookies);
  return member.person;
}

/** Signs this browser in at the desk, as an admin. The address of the page of somebody's account. */
export async function asStaff(page: Page, portal: Portal): Promise<string> {
  let seat = seats.get(portal);
  if (!seat) {
    const person = portal.enrol({ first_name: "Ines", last_name: "Whitcombe", earlier_names: "Okafor", status: "active" })[0]!;
    await takeSeat(page, portal, `pages-${process.pid}@office.example`);
    await page.goto("/desk/find");
    await page.locator("#term").fill(person.username);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Ines Whitcombe" }).click();
    await page.waitForURL(/\/desk\/account\/\d+$/);
    seat = { cookies: await page.context().cookies(), account: new URL(page.url()).pathname };
    seats.set(portal, seat);
  }
  await page.context().addCookies(seat.cookies);
  return seat.account;
}

/** Leads this browser, signed out, to the page where the member answers the question. */
export async function toChallenge(visitor: Visitor) {
  const context = visitor.page.context();
  const member = await asMember(visitor);
  await context.clearCookies();
  const begun = challenges.get(visitor.portal);
  if (begun) {
    await context.addCookies(begun);
    await visitor.open("/reset/challenge");
    await visitor.arrive("/reset/challenge", "Password Challenge");
  } else {
    const before = visitor.portal.mails(member.email);
    await visitor.forgot(member.username);
    await visitor.goOn(await visitor.portal.nextMail(member.email, before, "reset your password"));
    await visitor.arrive("/reset/challenge", "Password Challenge");
    challenges.set(visitor.portal, await context.cookies());
  }
}

/** Leads this browser to the page where somebody else chooses the first password. Who it is. */
export async function toPassword(visitor: Visitor): Promise<Person> {
  const { page, portal } = visitor;
  let choice = choices.get(portal);
  if (choice) {
    await page.context().addCookies(choice.cookies);
    await visitor.open("/claim/password");
    await visitor.arrive("/claim/password", "Create a password");
  } else {
    const person = portal.enrol({})[0]!;
    await lookUp(page, person, visitor.scripts);
    await visitor.goOn(await portal.mail(person.email));
    await visitor.arrive("/claim/password", "Create a password");
    choice = { cookies: await page.context().cookies(), person };
    choices.set(portal, choice);
  }
  return choice.person;
}

/** Opens a page. Those of the desk have no script to wait for. */
export async function go({ page, portal, scripts }: Visitor, address: string) {
  await page.goto(portal.url + address);
  if (!address.startsWith("/desk")) await live(page, scripts);
}

/** Pages that anybody may open, whatever the state of a journey. */
export const anybody = [
  "/sign-in", "/claim", "/claim/sent", "/forgot-username", "/forgot-username/sent", "/forgot-password", "/forgot-password/sent",
  "/code", "/reset/challenge", `/link/${"A".repeat(43)}`, "/not-me/done", "/nowhere",
];

/** Pages of a session. */
export const own = ["/home", "/security", "/security/question/new", "/security/history", "/change-password"];

/** Pages of the desk, for an admin; the page of an account comes besides. */
export const desk = ["/desk", "/desk/find", "/desk/dead-mail", "/desk/reports", "/desk/audit", "/desk/import", "/desk/staff", "/desk/own"];
