import { defineConfig } from "@playwright/test";

// Started by script/lighthouse. One page after the other: what a page costs the processor is part of the figures.
export default defineConfig({
  testDir: ".",
  testMatch: "*.lighthouse.ts",
  outputDir: "../../target/lighthouse-run",
  timeout: 1_800_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: [["line"]],
});
