// The gallery that script/screens writes: every page and state, on a phone and on a desktop, light, dark and in colours that
// the browser forces, in both languages. Nothing is compared: people look at it; but on each of them axe finds nothing.
import { devices } from "@playwright/test";
import whole from "../playwright.config";

const { launchOptions } = whole.projects![0]!.use!;
const desktop = { ...devices["Desktop Chrome"], launchOptions, viewport: { width: 1280, height: 860 } };
const phone = { ...devices["Pixel 7"], launchOptions, viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 };

export default {
  ...whole,
  testDir: ".",
  testMatch: "*.screens.ts",
  outputDir: "../../target/screens-run",
  reporter: [["line"]],
  projects: Object.entries({ phone, desktop }).flatMap(([size, use]) =>
    Object.entries({ light: { colorScheme: "light" }, dark: { colorScheme: "dark" }, forced: { contextOptions: { forcedColors: "active" } } }).flatMap(([mode, colours]) =>
      Object.entries({ en: "en-US", es: "es-MX" }).map(([language, locale]) =>
        ({ name: `${size}-${mode}-${language}`, use: { ...use, ...colours, locale } })))),
};
