// A member of staff's mail and authenticator app.
import { createHmac } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectContrast } from "../axe";
import type { Mail, Portal } from "../portal";

export const password = "seven herons over a quiet weir";

/** The link of a mail to the desk. */
export const deskLinkIn = (mail: Mail) => /https?:\/\/\S+\/desk\/link\/[A-Za-z0-9_-]{43}/.exec(mail.text)![0];

/** The time step of now. */
export const step = () => Math.floor(Date.now() / 30_000);

/** What an authenticator app shows in a time step (RFC 6238). */
export function codeOf(key: string, step: number): string {
  const bits = [...key.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", bytes).update(counter).digest();
  const number = mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff;
  return `${number % 1_000_000}`.padStart(6, "0");
}

/** Moves to a field, link or button with Tab alone. */
export async function tabTo(page: Page, role: "textbox" | "link" | "button", name: string) {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  for (let presses = 0; presses < 60; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${role} ${name}`);
}

/** Nothing for axe to find, no script but the one that says when a session ends, no style of its own, and nothing wider than
 * the window. */
export async function look(page: Page, name: string, scripted: boolean) {
  expect(await page.locator('script:not([src^="/pkg/stay."])').count(), `${name}: a script`).toBe(0);
  expect(await page.locator("[style]").count(), `${name}: a style of its own`).toBe(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth).catch(() => 0);
  expect(wide, `${name}: wider than the window`).toBeLessThanOrEqual(0);
  // Axe is a script itself.
  if (!scripted) return;
  await expectAccessible(page, name);
  for (const media of [{ colorScheme: "dark" }, { forcedColors: "active" }] as const) {
    await page.emulateMedia(media);
    await expectContrast(page, `${name}, ${JSON.stringify(media)}`);
  }
  await page.emulateMedia({ colorScheme: null, forcedColors: null });
}

/** Invites a member, an admin unless another role is named, who takes the invitation up in this browser and is at the
 * desk then. */
export async function takeSeat(page: Page, portal: Portal, email: string, role = "admin", name = "Ada Admin") {
  portal.run("staff", "invite", "--email", email, "--role", role, "--name", name);
  await portal.wake();
  await page.goto(deskLinkIn(await portal.mail(email, 1)));
  for (const field of ["#password", "#password_again"]) await page.locator(field).fill(password);
  await page.getByRole("button", { name: "Set password" }).click();
  const key = (await page.locator("#key").textContent())!;
  await page.getByLabel("Code of the app").fill(codeOf(key, step()));
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page).toHaveURL(/\/desk\/recovery$/);
}
