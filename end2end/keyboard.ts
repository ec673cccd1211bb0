// A person who has a keyboard and nothing else. Wherever Tab comes to, the focus is seen and nothing hides it.
import { expect, type Locator, type Page } from "@playwright/test";

export interface Stop {
  /** For messages. */
  what: string;
  /** Its place among all controls in the order of the document; -1 for what is none of them. */
  place: number;
  /** The width of the ring, and how far its colour stands out from what it is drawn on. */
  ring: number;
  contrast: number;
  /** Whether it lies in the window, with nothing over its middle. */
  seen: boolean;
}

export class Keyboard {
  constructor(readonly page: Page) {}

  /** Presses Tab, or another key; what has the focus then, or nothing where it has left the page. */
  async tab(key = "Tab"): Promise<Stop | null> {
    await this.page.keyboard.press(key);
    return this.look();
  }

  /** What has the focus. It can be seen. */
  async look(): Promise<Stop | null> {
    const stop = await measure(this.page, focused);
    if (stop) {
      expect(stop.seen, `${stop.what} is in the window, and nothing lies over it`).toBe(true);
      expect(stop.ring, `${stop.what} has a ring`).toBeGreaterThanOrEqual(2);
      expect(stop.contrast, `the ring of ${stop.what} stands out`).toBeGreaterThanOrEqual(3);
    }
    return stop;
  }

  /** Goes to a control with Tab, or with Shift+Tab. */
  async to(wanted: Locator, key = "Tab") {
    for (let presses = 0; presses < 80; presses++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await this.tab(key);
    }
    throw new Error(`${key} does not reach ${wanted}`);
  }

  /** Types into a field, in place of what stood there. */
  async type(label: string, text: string) {
    await this.to(this.page.getByLabel(label, { exact: true }));
    await this.page.keyboard.press("ControlOrMeta+A");
    await this.page.keyboard.type(text);
  }

  /** Checks a box, or unchecks it. */
  async check(label: string) {
    await this.to(this.page.getByLabel(label, { exact: true }));
    await this.page.keyboard.press("Space");
  }

  async press(button: string, key = "Enter") {
    await this.to(this.page.locator("main, dialog").getByRole("button", { name: button, exact: true }));
    await this.page.keyboard.press(key);
  }

  async follow(link: string) {
    await this.to(this.page.getByRole("link", { name: link, exact: true }));
    await this.page.keyboard.press("Enter");
  }

  /**
   * Once around a page that was just opened: Tab comes to every control, in the order of the document, and out again behind
   * the last one. Nothing holds it back, and nothing is left out. How many there were.
   */
  async around(name: string): Promise<number> {
    const all = await measure(this.page, (list) => list.length);
    const places: number[] = [];
    for (let stop = await this.tab(); stop && places.length <= all; stop = await this.tab()) places.push(stop.place);
    expect(places, `${name}: every control in its order, and out`).toEqual(Array.from({ length: all }, (_, place) => place));
    return all;
  }
}

/** Every control that Tab should come to, in the order of the document. In the page. */
function controls(): HTMLElement[] {
  const all = document.querySelectorAll<HTMLElement>("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']");
  return [...all].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(":disabled"));
}

/** How far a colour stands out from what lies behind an element. In the page. */
function contrast(colour: string, node: Element | null): number {
  const numbers = (colour: string) => colour.match(/[\d.]+/g)!.map(Number);
  const ground = (node: Element | null): number[] => {
    if (!node) return [255, 255, 255];
    const colour = numbers(getComputedStyle(node).backgroundColor);
    return colour[3] === 0 ? ground(node.parentElement) : colour;
  };
  const light = (colour: number[]) => {
    const [red, green, blue] = colour.map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [one, other] = [light(numbers(colour)), light(ground(node))];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

export type Contrast = typeof contrast;

/** Measures the page's controls, in the page and in one go. */
export function measure<Found, Wanted>(page: Page, found: (list: HTMLElement[], contrast: Contrast, wanted: Wanted) => Found, wanted?: Wanted): Promise<Found> {
  return page.evaluate(`(${found})((${controls})(), ${contrast}, ${JSON.stringify(wanted)})`);
}

/** Pairs of controls of which the second comes next and stands before the first for the eye. `columns` may stand beside each
 * other, and then the second begins anew at the top. */
export const jumps = (page: Page, columns: boolean): Promise<string[]> =>
  measure(page, (list, _, columns) => {
    const boxes = list.map((one) => one.getBoundingClientRect());
    const text = (one: HTMLElement) => `${one.localName}#${one.id} ${one.textContent!.trim().slice(0, 30)}`;
    return list.slice(1).flatMap((next, place) => {
      const [one, other] = [boxes[place]!, boxes[place + 1]!];
      const shared = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      const beside = shared > Math.min(one.height, other.height) / 2;
      const good = beside ? other.left >= one.left : other.top > one.top || (columns && other.left >= one.right);
      return good ? [] : [`${text(list[place]!)} → ${text(next)}`];
    });
  }, columns);

/** What has the focus, in the page. */
function focused(list: HTMLElement[], contrast: Contrast): Stop | null {
  const element = document.activeElement as HTMLElement | null;
  if (!element || element === document.body) return null;
  const box = [...element.getClientRects()].find((one) => one.width > 0 && one.height > 0) ?? element.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  // A table that is taller than the window begins in it.
  const fits = box.width <= innerWidth && box.height <= innerHeight;
  const whole = fits ? right - left > box.width - 2 && bottom - top > box.height - 2 : right - left > 24 && bottom - top > 24;
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const label = (element as HTMLInputElement).labels?.[0];
  // The ring is drawn around the control, around the row that it covers, or around the box that stands for it.
  const own = getComputedStyle(element);
  const rings = [own.opacity === "0" ? null : own, getComputedStyle(element, "::after"), label ? getComputedStyle(label, "::before") : null];
  const width = (style: CSSStyleDeclaration | null) => style && style.outlineStyle !== "none" && style.content !== "none" ? parseFloat(style.outlineWidth) : 0;
  const ring = rings.find((style) => width(style) > 0) ?? null;
  const inside = ring && parseFloat(ring.outlineOffset) < 0;
  return {
    what: `${element.localName}#${element.id} “${element.textContent!.trim().slice(0, 40)}”`,
    place: list.indexOf(element),
    ring: width(ring),
    contrast: ring ? contrast(ring.outlineColor, inside ? element : element.parentElement) : 0,
    seen: whole && !!over && (element.contains(over) || !!label?.contains(over)),
  };
}
