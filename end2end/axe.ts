// No finding of any impact, and no sideways scrolling. A page is looked at once its styles are there: its words are found
// before.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Checks what another colour scheme can change: the contrast of every text. */
export async function expectContrast(page: Page, name: string) {
  await page.waitForLoadState("load");
  const found = (await new AxeBuilder({ page }).withRules(["color-contrast"]).analyze()).violations;
  expect(found.map((one) => `${name}: ${one.nodes.map((node) => node.target).join(" ")}`)).toEqual([]);
}

/** Checks the page as it is now. */
export async function expectAccessible(page: Page, name: string) {
  await page.waitForLoadState("load");
  const found = (await new AxeBuilder({ page }).analyze()).violations;
  expect(found.map((one) => `${name}: ${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`)).toEqual([]);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(width, `${name}: sideways scrolling`).toBe(0);
}
