// Every page and state of the journey, hydrated and as the server sends it, light and dark: no finding of any impact.
import { expectAccessible } from "./axe";
import { expect, linkIn, live, lookUp, test } from "./portal";

const password = "Kayak over 7 rivers";

for (const scripts of [true, false]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing, ${colorScheme}, ${scripts ? "hydrated" : "before its script has loaded"}`, async ({ page, portal }) => {
      await page.emulateMedia({ colorScheme });
      if (!scripts) await page.route("**/*.{js,wasm}", (route) => route.abort());
      const check = async (name: string) => {
        await live(page, scripts);
        await expectAccessible(page, name);
      };
      await page.goto("/sign-in");
      await check("sign-in");
      await page.getByRole("button", { name: "Login" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await check("sign-in refused");
      await page.goto("/claim");
      await check("claim");
      await page.getByRole("button", { name: "Lookup" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await check("claim refused");
      await page.goto("/nowhere");
      await check("missing");
      await page.goto("/code");
      await check("code");
      await page.goto("/forgot-username");
      await check("forgot username");
      await page.getByRole("button", { name: "Continue" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await check("forgot username refused");
      await page.goto("/forgot-username/sent");
      await check("username sent");
      await page.goto("/forgot-password");
      await check("forgot password, by identity");
      await page.getByRole("button", { name: "Continue" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await check("forgot password, by identity, refused");
      const person = portal.take("unclaimed");
      await lookUp(page, person, scripts);
      await check("sent");
      const link = linkIn(await portal.mail(person.email));
      await page.goto(`${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`);
      await check("dead link");
      await page.goto(link);
      await check("link");
      await page.getByRole("button", { name: "Go on" }).click();
      await expect(page).toHaveURL(/\/claim\/password$/);
      await check("password");
      await page.getByRole("button", { name: "Submit" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await check("password refused");
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByLabel("Password, once more").fill(password);
      await page.getByRole("button", { name: "Submit" }).click();
      await expect(page).toHaveURL(/\/home$/);
      await check("home");
      await page.goto(link);
      await check("spent link");
    });
  }
}
