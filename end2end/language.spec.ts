// A medic whose phone speaks Spanish, from the lookup to the home page and back in; and whoever changes the language.
import { expectAccessible } from "./axe";
import { expect, linkIn, live, test } from "./portal";

const password = "Kayak over 7 rivers";
const another = "Tent on 9 lakes";

test.use({ agency: "demo" });

test.describe("a phone that speaks Spanish", () => {
  test.use({ locale: "es-MX" });

  test("claims an account and resets its password in Spanish", async ({ page, portal, visitor, scripts }) => {
    const check = async (name: string) => {
      await live(page, visitor.scripts);
      await expect(page.locator("html")).toHaveAttribute("lang", "es");
      // Its words are Spanish to its last corner: no sentence of ours is left in English.
      await expect(page.locator("body")).not.toContainText(/\b(the|your|you|please|password)\b/i);
      if (scripts) await expectAccessible(page, name);
    };
    const refused = async (operation: string, name: string) => {
      await visitor.send(operation);
      await expect(visitor.alert).toBeVisible();
      await check(`${name}, refused`);
    };
    const person = portal.enrol({})[0]!;
    const [year, month, day] = person.date_of_birth.split("-");

    await visitor.open("/sign-in");
    await check("sign-in");
    await refused("/api/sign-in/password", "sign-in");
    await visitor.open("/nowhere");
    await check("missing");
    await visitor.open("/claim");
    await check("claim");
    await refused("/api/claim/lookup", "claim");
    await visitor.type("Mes", `${Number(month)}`);
    await visitor.type("Día", `${Number(day)}`);
    await visitor.type("Año", year!);
    await visitor.type("Apellido", person.last_name);
    await page.getByText("Prefiero usar mi número de certificado").click();
    await visitor.type("Número de certificado o de licencia", person.certificate_number);
    await visitor.field("No soy un robot").check();
    if (visitor.scripts) await expect(page.getByRole("status")).toHaveText("Listo. Usted no es un robot.", { timeout: 60_000 });
    await visitor.send("/api/claim/lookup");
    await visitor.arrive("/claim/sent", "Revise su correo");
    await check("sent");

    const claim = await portal.mail(person.email);
    expect(claim.text).toMatch(/^Hola:/m);
    expect(claim.text).toContain("de lunes a viernes");
    await visitor.open(linkIn(claim));
    await check("link");
    await visitor.send("/api/claim/start");
    await visitor.arrive("/claim/password", "Crear una contraseña");
    await check("password");
    await refused("/api/claim/password", "password");
    await visitor.choose("/api/claim/password", password);
    await expect(page).toHaveURL(/\/home$/);
    await check("home");
    await visitor.open("/security");
    await check("security");
    await visitor.open("/security/history");
    await check("history");
    await visitor.open("/home");
    await visitor.send("/api/sign-in/out");
    await expect(page).toHaveURL(/\/sign-in/);

    await visitor.open("/forgot-password");
    await check("forgot password");
    await page.locator("#login").fill(person.username);
    await visitor.field("No soy un robot").check();
    if (visitor.scripts) await expect(page.getByRole("status")).toHaveText("Listo. Usted no es un robot.", { timeout: 60_000 });
    await visitor.send("/api/reset/request");
    await visitor.arrive("/forgot-password/sent", "Revise su correo");
    await visitor.open(linkIn(await portal.mail(person.email, 1, "restablecer")));
    await visitor.send("/api/reset/start");
    await visitor.arrive("/reset/password", "Crear contraseña");
    await visitor.choose("/api/reset/password", another);
    await visitor.arrive("/reset/done", "Su contraseña se restableció correctamente");
    await check("done");
  });
});

test("the language is changed by a link, on the page where one is, and stays", async ({ page, visitor }) => {
  await visitor.open("/sign-in");
  await page.getByRole("link", { name: "Español" }).click();
  await visitor.arrive("/sign-in", "Iniciar sesión");
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  // The router goes on without a new document, and the link goes with it.
  await page.getByRole("link", { name: "Reclamar su cuenta" }).first().click();
  await visitor.arrive("/claim", "Buscar nombre de usuario");
  await page.getByRole("link", { name: "English" }).click();
  await visitor.arrive("/claim", "Find Username");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});
