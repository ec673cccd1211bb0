// A browser and its console. What the console calls an error counts, and so does every violation of the
// Content-Security-Policy, which both engines write there as an error of their own.
import { expect } from "@playwright/test";
import type { WebDriver } from "selenium-webdriver";

export class Browser {
  private heard = 0;
  private marks = 0;

  /** `console` is every error so far, oldest first. */
  constructor(readonly driver: WebDriver, readonly console: () => string[], readonly end: () => Promise<void>) {}

  /**
   * The errors since this was last asked, ours left out. The console comes by another way than the driver's answers, and
   * later. So an error of each kind is made on the page, and waited for: what the page said before it has come by then, and a
   * console that nobody hears is not taken for a quiet one. The picture is refused by the policy and never asked for.
   */
  async errors(): Promise<string[]> {
    const mark = `mark${++this.marks}.invalid`;
    await this.driver.executeScript("console.error(arguments[0]); new Image().src = `https://${arguments[0]}/`;", mark);
    const marked = () => this.console().slice(this.heard).filter((one) => one.includes(mark));
    await expect.poll(() => [marked().some((one) => !isViolation(one)), marked().some(isViolation)], {
      message: "an error and a violation made for this reach the console", timeout: 20_000, intervals: [20],
    }).toEqual([true, true]);
    const news = this.console().slice(this.heard);
    this.heard += news.length;
    return news.filter((one) => !one.includes(".invalid") && !expected(one));
  }
}

/** "Refused to load … the Content Security Policy.", "Content-Security-Policy: The page’s settings blocked …" */
export const isViolation = (text: string) => /content.security.policy/i.test(text) && /refused to|blocked/i.test(text);

/** On every page WebKit says that it does not know `manifest-src`. WebKitGTK has no manifests: nothing is allowed or refused by it. */
const expected = (text: string) => /Unrecognized Content-Security-Policy directive 'manifest-src'\.$/.test(text);
