// That errors and violations are counted: a page that has them does not get by.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "./fixtures";
import { isViolation } from "./browser";

test("the console is heard: what a page says while it loads, and later", async ({ guest }) => {
  await test.step("the portal's own page says nothing", async () => {
    await guest.open("/sign-in");
    await guest.arrive("/sign-in", "Login");
    expect(await guest.browser.errors()).toEqual([]);
  });

  await test.step("a script put into it is a violation, one more with each", async () => {
    for (const script of ["first", "second"]) {
      await guest.ask("const script = document.createElement('script'); script.textContent = arguments[0]; document.body.append(script);", `window.${script} = 1`);
      const errors = await guest.browser.errors();
      expect(errors.map(isViolation)).toEqual([true]);
    }
    expect(await guest.ask("return window.first ?? window.second ?? 'neither'")).toBe("neither");
  });

  await test.step("an error and an exception are errors", async () => {
    await guest.ask("console.error('said'); return new Promise((done) => setTimeout(() => { setTimeout(done); throw new Error('thrown') }))");
    const errors = await guest.browser.errors();
    for (const word of ["said", "thrown"]) expect(errors.filter((one) => one.includes(word))).toHaveLength(1);
    expect(errors).toHaveLength(2);
  });

  await test.step("so is what a page holds before any driver could look at it", async () => {
    const server = createServer((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.setHeader("content-security-policy", "default-src 'none'; script-src 'nonce-ours'");
      answer.end('<!doctype html><title>Wrong</title><script>theirs</script><p style="color: red">Wrong</p><script nonce="ours">missing()</script>');
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    await guest.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const errors = await guest.browser.errors();
    expect(errors.filter(isViolation).map((one) => /script|style/.exec(one)?.[0])).toEqual(["script", "style"]);
    expect(errors.filter((one) => one.includes("missing"))).toHaveLength(1);
    await new Promise((done) => server.close(done));
  });
});
