// The pages that a visitor opens and the steps of a claim, as Lighthouse sees them on a simulated slow phone. The browser
// keeps its cookies from page to page, so that the steps of a journey are there. Pages that answer 404 or 410 are not
// among them: Lighthouse looks at none.
import { chromium, type Page } from "@playwright/test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, freePort, linkIn, lookUp, notMeIn, test, type Portal } from "../portal";

/** What is asked of a page, with its goal and how it is written. Seconds and milliseconds are simulated. */
const FIGURES = [
  { name: "performance", least: 95, of: (r: Report) => score(r, "performance") },
  { name: "accessibility", least: 100, of: (r: Report) => score(r, "accessibility") },
  { name: "practices", least: 100, of: (r: Report) => score(r, "best-practices") },
  { name: "seo", least: 100, of: (r: Report) => score(r, "seo") },
  { name: "paint s", most: 0.8, of: (r: Report) => r.audits["first-contentful-paint"]!.numericValue! / 1000 },
  { name: "interactive s", most: 1.6, of: (r: Report) => r.audits["interactive"]!.numericValue! / 1000 },
  { name: "blocked ms", most: 50, of: (r: Report) => r.audits["total-blocking-time"]!.numericValue! },
  { name: "shift", most: 0, of: (r: Report) => r.audits["cumulative-layout-shift"]!.numericValue! },
  { name: "KB", of: (r: Report) => r.audits["total-byte-weight"]!.numericValue! / 1024 },
];
/** What another run on a busier machine gives again. The others are measured, and only shown. */
const CERTAIN = ["accessibility", "practices", "seo", "shift"];
/** A search engine has nothing to look for at the desk, nor behind a mailed link or in the middle of a journey. */
const SOUGHT = ["/sign-in", "/claim", "/forgot-username", "/forgot-password"];

interface Report {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; numericValue?: number; title: string }>;
  runtimeError?: { code: string };
}

const score = (report: Report, category: string) => Math.round((report.categories[category]!.score ?? 0) * 100);

// Lighthouse opens the pages itself, in the browser of this file.
const own = test.extend<{ watched: void }>({ watched: [async ({}, use) => use(), { auto: true }] });
own.use({ agency: "demo" });

own("Lighthouse", async ({ portal }) => {
  const profile = mkdtempSync(join(tmpdir(), "lighthouse-"));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(profile, {
    baseURL: portal.url,
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", `--remote-debugging-port=${port}`],
  });
  const rows: { page: string; figures: number[]; wrong: string[] }[] = [];
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  const see = async (name: string, address: string) => {
    // As at a first visit. Lighthouse would clear the cookies too.
    await network.send("Network.clearBrowserCache");
    const report = await look(new URL(address, portal.url).href, port);
    const found = FIGURES.map((figure) => figure.of(report));
    rows.push({ page: name, figures: found, wrong: misses(name, report, found) });
    keep(name, report);
  };
  try {
    for (const path of ["/sign-in", "/claim", "/forgot-username", "/forgot-password", "/code", "/desk/sign-in"]) {
      await see(path, path);
    }
    await steps(page, portal, see);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
  show(rows);
  expect(rows.flatMap(({ page, wrong }) => wrong.map((one) => `${page}: ${one}`))).toEqual([]);
});

/** The pages that only a journey leads to, each when the journey has come to it. */
async function steps(page: Page, portal: Portal, see: (name: string, address: string) => Promise<void>) {
  const person = portal.take("unclaimed");
  await lookUp(page, person, true);
  await see("/claim/sent", "/claim/sent");
  const mail = await portal.mail(person.email);
  const link = linkIn(mail);
  await see("/link/…", link);
  await page.goto(link);
  await page.locator('form[action="/api/claim/start"] button[type="submit"]').click();
  await expect(page).toHaveURL(/\/claim\/password$/);
  await see("/claim/password", "/claim/password");
  await see("/not-me/…", notMeIn(mail));
}

/** One page, loaded as a slow phone would. One run in twenty finds no start of its own trace: Lighthouse says so, and is
 * asked again. */
async function look(address: string, port: number): Promise<Report> {
  const { default: lighthouse } = await import("lighthouse");
  for (;;) {
    const run = await lighthouse(address, {
      port, output: "json", logLevel: "error", formFactor: "mobile", throttlingMethod: "simulate", disableStorageReset: true,
    });
    const report = run!.lhr as unknown as Report;
    if (report.runtimeError?.code === "NO_NAVSTART") continue;
    if (report.runtimeError) throw new Error(JSON.stringify(report.runtimeError));
    return report;
  }
}

/** What is certain and not as it must be, with the audits behind it. */
function misses(page: string, report: Report, found: number[]): string[] {
  return FIGURES.flatMap((figure, at) => {
    const value = found[at]!;
    const met = value >= (figure.least ?? -Infinity) && value <= (figure.most ?? Infinity);
    if (met || !CERTAIN.includes(figure.name) || (figure.name === "seo" && !SOUGHT.includes(page))) return [];
    const category = { practices: "best-practices" }[figure.name] ?? figure.name;
    const behind = (report.categories[category]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && (report.audits[id]!.score ?? 1) < 1)
      .map(({ id }) => report.audits[id]!.title);
    return [`${figure.name} ${value}: ${behind.join("; ")}`];
  });
}

function keep(name: string, report: Report) {
  const folder = resolve(process.env.LIGHTHOUSE ?? "target/lighthouse");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name.replace(/\W+/g, "-").replace(/^-|-$/g, "")}.json`), JSON.stringify(report));
}

function show(rows: { page: string; figures: number[] }[]) {
  const line = (...cells: string[]) => console.log(`| ${cells.join(" | ")} |`);
  line("page", ...FIGURES.map(({ name }) => name));
  line("---", ...FIGURES.map(() => "---:"));
  line("asked", ...FIGURES.map(({ least, most }) => (least !== undefined ? `≥ ${least}` : most !== undefined ? `≤ ${most}` : "")));
  for (const { page, figures } of rows) line(page, ...figures.map((value) => `${Math.round(value * 100) / 100}`));
}
