// Firefox, through geckodriver. Its console is heard by WebDriver BiDi, from before the first page on.
import { freePort } from "../portal";
import { Browser } from "./browser";
import { drive } from "./driver";

interface Entry { method?: string; params: { level?: string; text?: string } }

export async function firefox(): Promise<Browser> {
  const events = await freePort();
  const { driver, end } = await drive("geckodriver", (port) => ["--port", `${port}`, "--websocket-port", `${events}`], {
    browserName: "firefox",
    acceptInsecureCerts: true,
    webSocketUrl: true,
    "moz:firefoxOptions": { binary: process.env.FIREFOX, args: ["-headless"], prefs: { "intl.accept_languages": "en-US" } },
  });
  const errors: string[] = [];
  try {
    const bidi = await driver.getBidi();
    bidi.socket.addEventListener("message", ({ data }) => {
      const { method, params } = JSON.parse(`${data}`) as Entry;
      if (method === "log.entryAdded" && params.level === "error") errors.push(params.text ?? "");
    });
    await bidi.subscribe("log.entryAdded");
  } catch (error) {
    await end();
    throw error;
  }
  return new Browser(driver, () => errors, end);
}
