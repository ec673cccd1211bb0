// Mails as the folder transport leaves them.
export interface Mail { to: string; from: string; subject: string; text: string; messageId: string }

/** A mail's headers and its text part, decoded. */
export function readMail(raw: string): Mail {
  const unfolded = raw.replace(/\r?\n[ \t]+/g, " ");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(unfolded)?.[1]?.trim() ?? "";
  const part = raw.split(/\r?\n--/).find((one) => /content-type: text\/plain/i.test(one)) ?? raw;
  const [head, ...body] = part.split(/\r?\n\r?\n/);
  let text = body.join("\n\n");
  if (/quoted-printable/i.test(head!)) {
    text = Buffer.from(text.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString("utf8");
  } else if (/base64/i.test(head!)) {
    text = Buffer.from(text, "base64").toString("utf8");
  }
  return { to: header("To"), from: header("From"), subject: header("Subject"), text: text.replaceAll("\r\n", "\n"), messageId: header("Message-ID") };
}

function found(one: Mail, pattern: RegExp, what: string): string {
  const text = pattern.exec(one.text)?.at(-1);
  if (!text) throw new Error(`no ${what} in: ${one.text}`);
  return text;
}

/** The link in a mail. */
export const linkIn = (one: Mail) => found(one, /https?:\/\/\S+\/link\/[A-Za-z0-9_-]{43}/, "link");

/** The code in a mail. */
export const codeIn = (one: Mail) => found(one, /\b\d{4} \d{4}\b/, "code");

/** The temporary password in a mail. */
export const temporaryIn = (one: Mail) => found(one, /^Your temporary password:\n(\S+)$/m, "temporary password");

/** The link of *This wasn't me* in a mail. */
export const notMeIn = (one: Mail) => found(one, /https?:\/\/\S+\/not-me\/\S+/, "link to say that this wasn't me");
