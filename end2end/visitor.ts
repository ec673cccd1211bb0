// What a person does at a browser, with scripts and without.
import { expect, type Locator, type Page } from "@playwright/test";
import { linkIn, type Mail } from "./mail";
import type { Portal } from "./portal";
import type { Person } from "./roster";

/** Waits until the page is taken over by its script, where scripts run. */
export async function live(page: Page, scripts: boolean) {
  if (scripts) await expect(page.locator("html")).toHaveAttribute("data-live", "");
}

/** Types a person's details into *Lookup*. */
export async function fillIn(page: Page, person: Person) {
  const [year, month, day] = person.date_of_birth.split("-");
  await page.getByLabel("Month").fill(`${Number(month)}`);
  await page.getByLabel("Day").fill(`${Number(day)}`);
  await page.getByLabel("Year").fill(year!);
  await page.getByLabel("Last Name").fill(person.last_name);
  if (person.ssn) {
    await page.getByLabel("Social Security Number").fill(person.ssn);
  } else {
    await page.getByText("I would rather use my certificate number").click();
    await page.getByLabel("Certificate or license number").fill(person.certificate_number);
  }
}

/** Fills in *Lookup* and sends it. */
export async function lookUp(page: Page, person: Person, scripts: boolean) {
  await page.goto("/claim");
  await live(page, scripts);
  await fillIn(page, person);
  await page.getByLabel("I'm not a robot").check();
  await page.getByRole("button", { name: "Lookup" }).click();
  await expect(page).toHaveURL(/\/claim\/sent$/);
}

/** Somebody at a browser. Each deed waits for the page to be ready for it. */
export class Visitor {
  constructor(readonly page: Page, readonly portal: Portal, readonly scripts: boolean) {}

  get main(): Locator { return this.page.locator("main"); }
  get alert(): Locator { return this.page.getByRole("alert"); }

  /** Opens an address, of the portal or whole; its status. */
  async open(address: string): Promise<number | undefined> {
    const answer = await this.page.goto(address.startsWith("/") ? this.portal.url + address : address);
    await live(this.page, this.scripts);
    return answer?.status();
  }

  field(label: string): Locator { return this.page.getByLabel(label, { exact: true }); }

  async type(label: string, text: string) {
    await live(this.page, this.scripts);
    await this.field(label).fill(text);
  }

  async press(button: string) {
    await live(this.page, this.scripts);
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  async follow(link: string) {
    await live(this.page, this.scripts);
    await this.page.getByRole("link", { name: link, exact: true }).click();
  }

  /** Checks *I'm not a robot*. How long the proof of work takes is the machine's affair, so it is waited for apart. */
  async vouch() {
    await live(this.page, this.scripts);
    await this.field("I'm not a robot").check();
    if (this.scripts) await expect(this.page.getByRole("status")).toHaveText("Done. You are not a robot.", { timeout: 60_000 });
  }

  /** Waits for a page, and for its script. */
  async arrive(path: string, heading: string) {
    await expect(this.page).toHaveURL((url) => url.origin + url.pathname === this.portal.url + path);
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText(heading);
    await live(this.page, this.scripts);
  }

  /** The form was refused, in this sentence, in the summary at its top. */
  async refused(sentence: string) {
    await expect(this.alert).toContainText(sentence);
    await live(this.page, this.scripts);
  }

  async reads(text: string | RegExp) {
    await expect(this.main).toContainText(text);
  }

  /** Presses the button of the form that posts to an operation, whatever the agency calls it. */
  async send(operation: string) {
    await live(this.page, this.scripts);
    await this.page.locator(`form[action="${operation}"] button[type="submit"]`).click();
  }

  /** Does something that posts to an operation, and waits for the answer, whatever it is. */
  async answered(operation: string, deed: () => Promise<void>) {
    const answer = this.page.waitForResponse((one) => one.url() === this.portal.url + operation);
    await deed();
    await answer;
  }

  async signIn(username: string, password: string) {
    await this.open("/sign-in");
    await this.page.locator("#username").fill(username);
    await this.page.locator("#password").fill(password);
    await this.send("/api/sign-in/password");
  }

  /** Types a new password twice, and sends it. */
  async choose(operation: string, password: string, again = password) {
    await live(this.page, this.scripts);
    await this.page.locator("#password").fill(password);
    await this.page.locator("#password_again").fill(again);
    await this.send(operation);
  }

  /** *forgot password?*, by *Email or Username*, up to the page that a mail is on its way. */
  async forgot(login: string) {
    await this.open("/forgot-password");
    await this.page.locator("#login").fill(login);
    await this.vouch();
    await this.send("/api/reset/request");
    await this.arrive("/forgot-password/sent", "Look in your mail");
  }

  /** Opens the link of a mail, and presses its button. */
  async goOn(mail: Mail) {
    await this.open(linkIn(mail));
    await this.press("Go on");
  }

  /** Claims an account, up to the home page. */
  async claim(person: Person, password: string) {
    const before = this.portal.mails(person.email);
    await this.open("/claim");
    await fillIn(this.page, person);
    await this.vouch();
    await this.send("/api/claim/lookup");
    await this.arrive("/claim/sent", "Look in your mail");
    await this.goOn(await this.portal.nextMail(person.email, before, "how to create a password"));
    await this.arrive("/claim/password", "Create a password");
    await this.choose("/api/claim/password", password);
    await this.arrive("/home", "What Would You Like to Do?");
    await this.portal.mail(person.email, before.length + 2);
  }

  /** Every page of a session says in its header whose it is. */
  async isSignedInAs(username: string) {
    await expect(this.page.getByRole("banner")).toContainText(`You are signed in as ${username}.`);
  }

  async signOut() {
    await this.press("Sign out");
    await expect(this.page).toHaveURL(`${this.portal.url}/sign-in`);
    await live(this.page, this.scripts);
  }

  /** Chooses a security question while signed in. */
  async setQuestion(question: string, answer: string, password: string) {
    await this.open("/security/question/new");
    await this.field("Question").selectOption({ label: question });
    await this.type("Answer", answer);
    await this.type("Current password", password);
    await this.press("Save");
    await this.reads("Your security question is saved.");
  }
}
