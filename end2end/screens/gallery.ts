// Pictures of pages, in the order in which they are taken.
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
    await page.screenshot({ path: join(folder, `${info.title}-${`${++number}`.padStart(2, "0")}-${name}.png`), fullPage: true, animations: "disabled" });
  };
}
