// What can be measured on a page: what is cut off, what lies over what, and what is too small to hit.
import type { Page } from "@playwright/test";
import { measure } from "./keyboard";

/** Gives the window another size, and waits until the page has taken note of it. */
export async function resize(page: Page, size: { width: number; height: number }) {
  await page.setViewportSize(size);
  await page.waitForFunction(({ width, height }) => matchMedia(`(width: ${width}px) and (height: ${height}px)`).matches, size);
}

/** The size of text that the browser is set to; 16 px where nobody has changed it. */
export async function setFontSize(page: Page, size: number) {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setFontSizes", { fontSizes: { standard: size, fixed: size } });
  await session.detach();
  await page.waitForFunction((size) => getComputedStyle(document.documentElement).fontSize === `${size}px`, size);
}

/** A style sheet of the reader's own, as a browser's extension brings it. The page's policy has no say in it. */
export async function restyle(page: Page, rules: string) {
  await page.evaluate((rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
  }, rules);
}

/** Everything that cannot be read: text out of the window or of the box that it stands in, text over other text, and boxes
 * that cut off what is in them. What scrolls by itself may be wider than the window, if it can be reached with the keyboard. */
export function unreadable(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // Once it is drawn: between a change of the window and the next picture, some boxes still have their height of before.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
    const forEars = (one: Element): boolean =>
      one.matches(".usa-skipnav") || getComputedStyle(one).clipPath === "inset(50%)" || (!!one.parentElement && forEars(one.parentElement));
    const shown = [...document.body.querySelectorAll<HTMLElement>("*")].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !forEars(one));
    for (const one of shown) {
      const { overflowX, overflowY } = getComputedStyle(one);
      const [wide, high] = [one.scrollWidth > one.clientWidth + 1, one.scrollHeight > one.clientHeight + 1];
      // What stands in a field scrolls with the cursor.
      const cuts = (overflow: string) => (overflow === "hidden" || overflow === "clip") && one.localName !== "input";
      if ((wide && cuts(overflowX)) || (high && cuts(overflowY))) found.push(`cut off: ${one.localName}.${one.className}`);
      if (wide && overflowX === "auto" && one.tabIndex < 0) found.push(`scrolls for the mouse alone: ${one.localName}.${one.className}`);
    }
    // Each line of text where it is drawn.
    const lines: { text: string; box: DOMRect; node: Node }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const holder = node.parentElement!;
      if (!node.textContent!.trim() || !shown.includes(holder) || holder.closest("script, svg, select")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 1) lines.push({ text: node.textContent!.trim().slice(0, 40), box, node });
    }
    const scrolls = (node: Node) => !!node.parentElement!.closest(".bb-table-frame, .bb-plot-frame");
    for (const { text, box, node } of lines) {
      if (scrolls(node)) continue;
      if (box.left < -1 || box.right > root.clientWidth + 1) found.push(`out of the window: ${text}`);
      const around = node.parentElement!.closest("button, .usa-button, .usa-alert, .bb-card, .bb-help, header, footer");
      const frame = around?.getBoundingClientRect();
      if (frame && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)) {
        found.push(`out of its box: ${text}`);
      }
    }
    // Lines of one text may touch; those of two may not.
    lines.forEach((one, place) => lines.slice(place + 1).forEach((other) => {
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (one.node !== other.node && across > 2 && down > Math.min(one.box.height, other.box.height) / 3) found.push(`over each other: ${one.text} | ${other.text}`);
    }));
    return [...new Set(found)];
  });
}

/** Controls that a finger can miss: smaller than 24 by 24 px, not in a sentence, and with another one in the 24 px around
 * their middle (WCAG 2.5.8). */
export const crowded = (page: Page): Promise<string[]> =>
  measure(page, (list) => {
    // What a link covers beyond its words belongs to it: its row, where the style sheet lays it over one.
    const boxes = list.filter((one) => one.tabIndex >= 0 && one.matches("a, button, input, select, textarea, summary")).map((one) => {
      const covers = getComputedStyle(one, "::after").position === "absolute" && getComputedStyle(one).position === "static";
      return { one, box: (covers ? one.offsetParent! : one).getBoundingClientRect() };
    });
    const inSentence = (one: HTMLElement) => getComputedStyle(one).display === "inline" && one.parentElement!.textContent!.trim() !== one.textContent!.trim();
    const small = boxes.filter(({ one, box }) => (box.width < 24 || box.height < 24) && !inSentence(one));
    const middle = (box: DOMRect) => [box.left + box.width / 2, box.top + box.height / 2] as const;
    return small.flatMap(({ one, box }) => {
      const [x, y] = middle(box);
      const near = boxes.filter((other) => {
        if (other.one === one) return false;
        const [left, top] = [Math.max(other.box.left - x, 0, x - other.box.right), Math.max(other.box.top - y, 0, y - other.box.bottom)];
        const [otherX, otherY] = middle(other.box);
        const bothSmall = small.some((another) => another.one === other.one) && Math.hypot(otherX - x, otherY - y) < 24;
        return Math.hypot(left, top) < 12 || bothSmall;
      });
      return near.map((other) => `${one.textContent!.trim() || one.id} (${Math.round(box.width)} × ${Math.round(box.height)}) beside ${other.one.textContent!.trim() || other.one.id}`);
    });
  });

/** Buttons and fields, and the rows that lead on, that are lower than a thumb is wide. */
export const low = (page: Page): Promise<string[]> =>
  measure(page, (list) => list
    .filter((one) => one.matches("button, .usa-button, input, select, textarea, summary, .bb-card__more a, .bb-contact a"))
    .filter((one) => one.getBoundingClientRect().height < 44)
    .map((one) => `${one.localName}#${one.id} ${one.textContent!.trim()}: ${one.getBoundingClientRect().height}`));

/** Fields and buttons without a line around them that stands out from what they stand on. */
export const unbordered = (page: Page): Promise<string[]> =>
  measure(page, (list, contrast) => list.filter((one) => one.matches("button, .usa-button, input, select, textarea")).flatMap((one) => {
    const line = one.matches("[type=checkbox]") ? getComputedStyle((one as HTMLInputElement).labels![0]!, "::before") : getComputedStyle(one);
    const drawn = line.borderTopStyle !== "none" && parseFloat(line.borderTopWidth) >= 1;
    return drawn && contrast(line.borderTopColor, one.parentElement) >= 3 ? [] : [`${one.localName}#${one.id} ${one.textContent!.trim()}`];
  }));
