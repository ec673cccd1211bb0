import { defineConfig, devices } from "@playwright/test";

// Every spec runs hydrated and with JavaScript off, on a desktop and on a 360 px phone.
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

export default defineConfig({
  testDir: ".",
  outputDir: "../target/end2end",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"], ["json", { outputFile: process.env.END2END_REPORT ?? "../target/end2end.json" }]],
  use: { trace: "retain-on-failure", locale: "en-US", actionTimeout: 10_000 },
  projects: [
    { name: "desktop", use: desktop },
    { name: "phone", use: phone },
    // client.spec.ts is about what the script adds; axe is a script itself, and its specs hold ours back.
    { name: "desktop, no script", testIgnore: ["client.spec.ts", "axe*.spec.ts"], use: { ...desktop, javaScriptEnabled: false } },
    { name: "phone, no script", testIgnore: ["client.spec.ts", "axe*.spec.ts"], use: { ...phone, javaScriptEnabled: false } },
  ],
});
