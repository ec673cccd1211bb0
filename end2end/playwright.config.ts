import { defineConfig, devices } from "@playwright/test";

// Specs run hydrated, with JavaScript off and without the wasm, on a desktop and on a 360 px phone.
const chromium = {
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  },
};
const desktop = { ...devices["Desktop Chrome"], ...chromium };
const phone = { ...devices["Pixel 7"], ...chromium, viewport: { width: 360, height: 740 } };

// By default each journey runs hydrated on a desktop and without a script on a phone; the first ones, which everybody walks,
// also without the wasm and hydrated on a phone. The desk's pages need no script, so that one browser does for them. With
// script/test --long everything runs in all of them.
const long = !!process.env.END2END_LONG;
const ways = ["agencies/**", "reset.spec.ts", "security.spec.ts", "not-me.spec.ts", "axe-back-in.spec.ts", "abuse/**"];
const twice = long ? [] : [...ways, "desk/**"];
const once = long ? [] : ["desk/**"];
const first = long ? {} : { testMatch: ["claim.spec.ts", "client.spec.ts", "takeover.spec.ts", "language.spec.ts", "session.spec.ts"] };
// How pages are reached, read aloud, enlarged and filled in: measured in the page, by scripts. Hydrated on a desktop, with
// --long on a phone too.
const perceived = ["keyboard.spec.ts", "aria.spec.ts", "reflow.spec.ts", "autofill.spec.ts"];
// client.spec.ts and takeover.spec.ts are about what the script adds; axe is a script itself, and its specs hold ours back.
const scripted = ["client.spec.ts", "takeover.spec.ts", "axe*.spec.ts", "look/**", ...perceived];
// A session's end is announced by a script of its own, which needs no wasm.
const announced = ["session.spec.ts"];

export default defineConfig<{ wasm: boolean }>({
  testDir: ".",
  outputDir: "../target/end2end",
  timeout: 180_000,
  expect: {
    timeout: 20_000,
    // What a screen reader is told: the whole of it, in files that people read.
    toMatchAriaSnapshot: { pathTemplate: "{testDir}/aria/{arg}{ext}", children: "deep-equal" },
  },
  fullyParallel: false,
  // Much of a journey is waiting for mails, which leave at a moment of their own.
  workers: 3,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"], ["json", { outputFile: process.env.END2END_REPORT ?? "../target/end2end.json" }]],
  // A film of every test would cost a sixth of its time; the steps and pages are kept all the same.
  use: { trace: { mode: "retain-on-failure", screenshots: false }, locale: "en-US", actionTimeout: 20_000 },
  projects: [
    { name: "desktop", use: desktop },
    { name: "phone", ...first, use: phone },
    ...(long ? [{ name: "desktop, no script", testIgnore: [...scripted, ...announced], use: { ...desktop, javaScriptEnabled: false } }] : []),
    // What a page does whose script came and whose wasm did not: everything that it does without a script.
    { name: "desktop, no wasm", testIgnore: [...scripted, ...twice], use: { ...desktop, wasm: false } },
    { name: "phone, no script", testIgnore: [...scripted, ...announced, ...once], use: { ...phone, javaScriptEnabled: false } },
  ],
});
