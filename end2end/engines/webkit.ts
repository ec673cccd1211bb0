// WebKitGTK, through its WebKitWebDriver. It shows its window on a screen that nobody sees.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "./browser";
import { drive } from "./driver";

/** "https://127.0.0.1:1/:1:21: CONSOLE SECURITY ERROR Refused to …"; what a message says in further lines is left out. */
const error = /^(?:\S+: )?CONSOLE (?:[A-Z-]+ )*ERROR .*$/gm;

export async function webkit(display: string): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), "backboard-webkit-"));
  const profile = join(folder, "profile"), ear = join(folder, "console");
  let said = "";
  // Every process of the browser writes to the one connection, so its end is the end of them all.
  const server = createServer((console) => console.setEncoding("utf8").on("data", (text) => { said += text; }));
  const silent = new Promise((done) => server.once("close", done));
  await new Promise<void>((ready) => server.listen(ear, ready));
  const { driver, end } = await drive("WebKitWebDriver", (port) => [`--port=${port}`], {
    browserName: "WebKitGTK",
    acceptInsecureCerts: true,
    "webkitgtk:browserOptions": { binary: join(__dirname, "web-view.py"), args: [profile, ear] },
  }, { DISPLAY: display, GDK_BACKEND: "x11", NO_AT_BRIDGE: "1", LANG: "C.UTF-8" });
  return new Browser(driver, () => said.match(error) ?? [], async () => {
    await end();
    server.close();
    await silent;
    rmSync(folder, { recursive: true });
  });
}

/** A screen of its own number, until it is ended. */
export async function screen(): Promise<{ display: string; end: () => void }> {
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const number = await new Promise<string>((known, failed) => {
    let said = "", complaint = "";
    server.stdio[2]!.on("data", (chunk) => { complaint += chunk; });
    server.stdio[3]!.on("data", (chunk) => { if ((said += chunk).endsWith("\n")) known(said.trim()); });
    server.once("error", failed);
    server.once("exit", () => failed(new Error(`Xvfb ended: ${complaint}`)));
  });
  const end = () => { server.kill("SIGTERM"); };
  process.once("exit", end);
  return { display: `:${number}`, end };
}
