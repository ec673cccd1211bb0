// Cases of the abuse suite that only a browser can show. That no page of any test breaks its policy or logs an error
// is watched by portal.ts besides.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, linkIn, test } from "../portal";

test.use({ agency: "demo" });

const password = "Kestrel&42rowed";

/** Another site. The portal is at 127.0.0.1, so localhost is another site and not only another port. */
async function elsewhere(html: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}

test("c09 a mailed token goes to no other request, no Referer and no history", async ({ visitor, portal }) => {
  const { page } = visitor;
  const person = portal.take("unclaimed");
  await visitor.claim(person, password);
  await visitor.signOut();
  const before = portal.mails(person.email);
  await visitor.forgot(person.username);
  const link = linkIn(await portal.nextMail(person.email, before, "reset your password"));
  const token = link.split("/link/")[1]!;
  const carried: string[] = [];
  page.on("request", (request) => {
    const { referer } = request.headers();
    if (request.url() !== link && request.url().includes(token)) carried.push(request.url());
    if (referer?.includes(token)) carried.push(`Referer of ${request.url()}`);
  });
  await visitor.open(link);
  const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((one) => one.getAttribute("href")!));
  for (const href of new Set(links)) {
    await visitor.open(link);
    await page.locator(`a[href='${href}']`).first().click();
    await expect(page).not.toHaveURL(link);
  }
  await visitor.open(link);
  await visitor.press("Go on");
  await visitor.arrive("/reset/password", "Set Up Password");
  expect(await page.evaluate(() => document.referrer)).not.toContain(token);
  expect(await page.content()).not.toContain(token);
  expect(carried).toEqual([]);
});

test("e04 after signing out the Back button shows nothing of the account", async ({ visitor, portal, context }) => {
  const { page } = visitor;
  const person = portal.take("unclaimed");
  await visitor.claim(person, password);
  for (const path of ["/security", "/security/history", "/change-password", "/home"]) await visitor.open(path);
  const session = async () => (await context.cookies()).map((cookie) => cookie.name).filter((name) => name.endsWith("-session"));
  expect(await session()).toEqual(["loopback-session"]);
  await visitor.signOut();
  expect(await session()).toEqual([]);
  for (let back = 0; back < 4; back += 1) {
    await page.goBack();
    await expect(page.getByText(person.username)).toHaveCount(0);
    expect(await page.content()).not.toContain(person.username);
  }
});

test("e10 another site cannot sign a visitor in", async ({ browser, portal }) => {
  const context = await browser.newContext();
  const fields = `<input name="username" value="attacker"><input name="password" value="${password}">`;
  for (const more of ["", "enctype='text/plain'", "enctype='multipart/form-data'"]) {
    const { url, server } = await elsewhere(`<form method="post" action="${portal.url}/api/sign-in/password" ${more}>${fields}<button>go</button></form>`);
    // A page for each: what the one before shows in the end is none of this one's affair.
    const page = await context.newPage();
    await page.goto(url);
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.url().endsWith("/api/sign-in/password")),
      page.locator("button").evaluate((button: HTMLElement) => button.click()),
    ]);
    expect([403, 415]).toContain(answer.status());
    expect(answer.headers()["location"]).toBeUndefined();
    expect(await context.cookies(portal.url)).toEqual([]);
    await page.close();
    server.close();
  }
  await context.close();
});

test("e13 another site cannot show a page in a frame", async ({ browser, portal }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const paths = ["/sign-in", "/claim", "/missing", "/icon.svg"];
  const shown = (path: string) => `<iframe src="${portal.url}${path}"></iframe><object data="${portal.url}${path}"></object>`;
  const { url, server } = await elsewhere(paths.map(shown).join(""));
  const blocked: string[] = [];
  page.on("console", (message) => blocked.push(message.text()));
  await page.goto(url);
  await expect.poll(() => blocked.filter((text) => /frame|ERR_BLOCKED_BY_RESPONSE/i.test(text)).length).toBeGreaterThanOrEqual(paths.length);
  // A frame that is refused holds the browser's own page of errors.
  const inside = page.frames().filter((one) => one !== page.mainFrame()).map((one) => one.url());
  expect(inside.filter((address) => address.startsWith(portal.url))).toEqual([]);
  server.close();
  await context.close();
});

test("e14 every page hydrates without one violation of its policy", async ({ visitor, portal }) => {
  const { page } = visitor;
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`violates ${event.violatedDirective}`));
  });
  for (const path of [
    "/sign-in", "/claim", "/claim/sent", "/forgot-username", "/forgot-username/sent", "/forgot-password", "/forgot-password/sent",
    "/code", "/reset/challenge", "/reset/password", "/reset/done", "/missing", "/link/none", "/not-me/none", "/claim/password",
  ]) await visitor.open(path);
  await visitor.claim(portal.take("unclaimed"), password);
  for (const path of ["/home", "/security", "/security/question/new", "/security/history", "/change-password"]) await visitor.open(path);
});
