// The smoke in other engines (script/engines). Playwright runs it and starts no browser: Debian's are driven through WebDriver.
import { defineConfig } from "@playwright/test";
import type { Engine } from "./fixtures";

export default defineConfig<object, { engine: Engine }>({
  testDir: ".",
  testMatch: "*.engines.ts",
  outputDir: "../../target/engines",
  timeout: 180_000,
  expect: { timeout: 20_000 },
  // One browser at a time: two of them and their proofs of work take a small machine's every core.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  projects: (["firefox", "webkit"] as const).map((engine) => ({ name: engine, use: { engine } })),
});
