// Pictures of pages, in the order in which they are taken, and what axe finds on each.
import AxeBuilder from "@axe-core/playwright";
import type { Page, TestInfo } from "@playwright/test";
import { join, resolve } from "node:path";
import { expect } from "../portal";

/** Takes pictures of a page as it is now, whole, into a folder for each size, colour scheme and language. */
export function gallery(page: Page, info: TestInfo) {
  const folder = join(resolve(process.env.SCREENS ?? "target/screens"), info.project.name);
  let number = 0;
  return async (name: string) => {
    await page.waitForLoadState("load");
    const wanted = info.project.name.split("-")[2]!;
    if (!name.startsWith("desk-sign-in") && !name.startsWith("desk-recovery")) await expect(page.locator("html")).toHaveAttribute("lang", wanted);
    const found = (await new AxeBuilder({ page }).analyze()).violations;
    // All of them are wanted at once, not the first alone.
    expect.soft(found.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`), name).toEqual([]);
    await page.screenshot({ path: join(folder, `${info.title}-${`${++number}`.padStart(2, "0")}-${name}.png`), fullPage: true, animations: "disabled" });
  };
}
