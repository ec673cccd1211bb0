// An office with colours and a logo of its own: everything stays readable, in light and in dark.
import { resolve } from "node:path";
import { expectAccessible, expectContrast } from "../axe";
import { expect, test } from "../portal";

test.use({ agency: resolve("end2end/look/office.toml") });

test("an office's own colours and logo are worn, and can be read", async ({ page, visitor }) => {
  const logo = page.waitForResponse(/\/pkg\/logo\..*\.svg$/);
  await visitor.open("/sign-in");
  expect((await logo).status()).toBe(200);
  await expect(page.locator(".bb-header")).toHaveCSS("background-color", "rgb(122, 31, 43)");
  const schemes = ["light", "dark"] as const;
  for (const address of ["/sign-in", "/claim", "/forgot-username", "/forgot-password", "/nowhere"]) {
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await visitor.open(address);
      await expectAccessible(page, `${address}, ${colorScheme}`);
    }
  }
  await visitor.open("/sign-in");
  await visitor.send("/api/sign-in/password");
  await expect(visitor.alert).toBeVisible();
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await expectContrast(page, `refused, ${colorScheme}`);
  }
  const button = page.getByRole("button", { name: "Login" });
  await expect(button).toHaveCSS("background-color", "rgb(255, 176, 0)");
  await page.emulateMedia({ colorScheme: "light" });
  await expect(button).not.toHaveCSS("background-color", "rgb(255, 176, 0)");
});
