// What a person does at a browser that is driven through WebDriver, as visitor.ts says it for Playwright's own.
import { expect } from "@playwright/test";
import { By, error, until, type WebElement } from "selenium-webdriver";
import { linkIn, type Mail } from "../mail";
import type { Portal } from "../portal";
import type { Person } from "../roster";
import type { Browser } from "./browser";

const patience = 20_000;
/** What drivers say when the page leaves while it is asked: WebKit's, that its frame is gone. */
const LEFT = [error.JavascriptError, error.NoSuchWindowError, error.NoSuchFrameError];

/** In XPath a string has no escapes; ours have one kind of quotation mark at most. */
const quoted = (text: string) => (text.includes('"') ? `'${text}'` : `"${text}"`);
const named = (kind: string, name: string) => By.xpath(`//${kind}[normalize-space(.)=${quoted(name)}]`);

export class Guest {
  constructor(readonly browser: Browser, readonly portal: Portal) {}

  /** Asks the page. Between two pages there is none to ask. */
  async ask<T>(script: string, ...words: string[]): Promise<T | undefined> {
    try {
      return await this.browser.driver.executeScript<T>(script, ...words);
    } catch (trouble) {
      if (LEFT.some((left) => trouble instanceof left)) return undefined;
      throw trouble;
    }
  }

  /** Opens an address, of the portal or whole. */
  async open(address: string) {
    await this.browser.driver.get(address.startsWith("/") ? this.portal.url + address : address);
  }

  /** Waits for an element, and scrolls to it: WebKit's driver does not always find its way below the window's edge. */
  async find(by: By): Promise<WebElement> {
    const found = await this.browser.driver.wait(until.elementLocated(by), patience);
    await this.browser.driver.executeScript("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", found);
    return found;
  }

  /** Waits for a page, and for its script, which says on the page that it has taken over. */
  async arrive(path: string, heading: string) {
    await this.isAt(path, heading, true);
  }

  /** Waits for a page of the desk's. None of them is taken over. */
  async arriveAtDesk(path: string, heading: string) {
    await this.isAt(path, heading, false);
  }

  private async isAt(path: string, heading: string, live: boolean) {
    const seen = () => this.ask(`return {
      url: location.origin + location.pathname,
      heading: document.querySelector("h1")?.innerText,
      hydrates: document.getElementById("visit") !== null,
      live: document.documentElement.hasAttribute("data-live"),
    }`);
    await expect.poll(seen, { message: `arrives at ${path}`, intervals: [50] }).toEqual({ url: this.portal.url + path, heading, hydrates: live, live });
    await this.settle();
  }

  /** The page puts the focus where reading goes on, after the next paint. Nobody types before that but a driver. */
  private async settle() {
    await this.ask("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
  }

  /** A part of the page shows this. */
  async shows(part: string, text: string) {
    const seen = async () => (await this.ask<string>("return document.querySelector(arguments[0])?.innerText", part)) ?? "";
    await expect.poll(seen, { message: part, intervals: [50] }).toContain(text);
  }

  async reads(text: string) { await this.shows("main", text); }

  /** The form was refused, in this sentence, in the summary at its top. */
  async refused(sentence: string) {
    await this.shows('[role="alert"]', sentence);
    await this.settle();
  }

  /** The id of the field with this label. */
  private async labelled(label: string): Promise<string> {
    return (await (await this.find(named("label", label))).getAttribute("for"))!;
  }

  async type(label: string, text: string) { await this.fill(`#${await this.labelled(label)}`, text); }

  /** WebKit's driver may answer before the last key has come. */
  async fill(field: string, text: string) {
    const box = await this.find(By.css(field));
    await box.clear();
    await box.sendKeys(text);
    await expect.poll(() => this.ask("return document.querySelector(arguments[0])?.value", field), { message: `types into ${field}`, intervals: [20] }).toBe(text);
  }

  async press(button: string) { await (await this.find(named("button", button))).click(); }

  async follow(link: string) { await (await this.find(named("a", link))).click(); }

  async choose(list: string, option: string) {
    await (await this.find(By.xpath(`//select[@id=${quoted(await this.labelled(list))}]/option[normalize-space(.)=${quoted(option)}]`))).click();
  }

  /** Checks *I'm not a robot*, unless it is still, and waits for the worker that solves the proof of work. */
  async vouch() {
    const box = await this.find(By.css("#robot"));
    if (!await box.isSelected()) await box.click();
    await expect.poll(() => this.ask("return document.querySelector('[role=status]')?.innerText"), { timeout: 60_000 })
      .toBe("Done. You are not a robot.");
  }

  async signIn(username: string, password: string) {
    await this.open("/sign-in");
    await this.arrive("/sign-in", "Login");
    await this.fill("#username", username);
    await this.fill("#password", password);
    await this.press("Login");
  }

  async signOut() {
    await this.press("Sign out");
    await this.arrive("/sign-in", "Login");
  }

  /** Types a new password twice. */
  async newPassword(password: string) {
    for (const field of ["#password", "#password_again"]) await this.fill(field, password);
  }

  /** Opens the link of a mail, and presses its button. */
  async goOn(mail: Mail) {
    const link = linkIn(mail);
    await this.open(link);
    await this.arrive(new URL(link).pathname, "Your link works");
    await this.press("Go on");
  }

  /** Claims an account, up to the home page. */
  async claim(person: Person, password: string) {
    const { email } = person;
    const before = this.portal.mails(email);
    await this.open("/sign-in");
    await this.arrive("/sign-in", "Login");
    await this.follow("YES Claim Your Account/Find Username");
    await this.arrive("/claim", "Find Username");
    const [year, month, day] = person.date_of_birth.split("-");
    await this.type("Month", `${Number(month)}`);
    await this.type("Day", `${Number(day)}`);
    await this.type("Year", year!);
    await this.type("Last Name", person.last_name);
    if (person.ssn) {
      await this.type("Social Security Number", person.ssn);
    } else {
      await (await this.find(named("summary", "I would rather use my certificate number"))).click();
      await this.type("Certificate or license number", person.certificate_number);
    }
    await this.vouch();
    await this.press("Lookup");
    await this.arrive("/claim/sent", "Look in your mail");
    await this.goOn(await this.portal.nextMail(email, before, "how to create a password"));
    await this.arrive("/claim/password", "Create a password");
    await this.newPassword(password);
    await this.press("Submit");
    await this.arrive("/home", "What Would You Like to Do?");
    await this.isSignedInAs(person.username);
    await this.portal.nextMail(email, before, "your password was set");
  }

  /** Every page of a session says in its header whose it is. */
  async isSignedInAs(username: string) {
    await this.shows("header", `You are signed in as ${username}.`);
  }
}
