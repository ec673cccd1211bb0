//! What must be true of every answer, whatever was asked.

use super::request::Made;
use super::wire::Answer;

pub enum Verdict {
    Fine(u16),
    /// 503 that says when to come back.
    Busy,
    /// The connection itself turned it off: it was no HTTP, and the portal never saw it.
    TurnedOff,
    Wrong(String),
}

/// What stands on every answer of the portal, errors and files included.
const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Every header there is; one that is not listed came from a visitor, or tells what nobody needs to know.
const KNOWN: [&str; 23] = [
    "allow",
    "cache-control",
    "clear-site-data",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "location",
    "permissions-policy",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
];

/// Statuses with which the connection turns off what is no HTTP, with nothing in the body.
const PROTOCOL: [u16; 6] = [400, 408, 413, 414, 431, 505];

/// What the inside of the program would say.
const INSIDE: [&str; 6] = ["panicked", "/.cargo/", "sqlx", "RUST_BACKTRACE", "ServerFnError", "SQLITE"];

pub fn judge(answer: &Answer, made: &Made) -> Verdict {
    if answer.header("content-security-policy").is_none() {
        return if made.may_be_turned_off && PROTOCOL.contains(&answer.status) && answer.body.is_empty() {
            Verdict::TurnedOff
        } else {
            Verdict::Wrong(format!("status {} without security headers", answer.status))
        };
    }
    let is_busy = answer.status == 503 && answer.header("retry-after").is_some();
    match wrong(answer, made) {
        Some(why) => Verdict::Wrong(format!("status {}: {why}", answer.status)),
        None if is_busy => Verdict::Busy,
        None if answer.status >= 500 => Verdict::Wrong(format!("status {}", answer.status)),
        None => Verdict::Fine(answer.status),
    }
}

fn wrong(answer: &Answer, made: &Made) -> Option<String> {
    for (name, value) in ALWAYS {
        if answer.header(name) != Some(value.as_bytes()) {
            return Some(format!("no {name}: {value}"));
        }
    }
    if answer.header("cache-control").is_none() {
        return Some("nothing says whether it may be kept".to_owned());
    }
    if let Some((name, _)) = answer.headers.iter().find(|(name, _)| !KNOWN.contains(&name.as_str())) {
        return Some(format!("an unknown header {name}"));
    }
    if let Some(location) = answer.header("location") {
        let text = String::from_utf8_lossy(location);
        let is_local = text.starts_with('/') && !text.starts_with("//") && !text.contains(['\\', '\u{FFFD}']);
        if !is_local || text.contains("__err") {
            return Some(format!("it leads to {text}"));
        }
    }
    for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
        let text = String::from_utf8_lossy(line);
        if !text.starts_with("__Host-") || !text.contains("; Path=/; Secure; HttpOnly; SameSite=Lax") {
            return Some(format!("a cookie without its marks: {text}"));
        }
    }
    let holds = |text: &str| answer.body.windows(text.len()).any(|part| part == text.as_bytes());
    if let Some(inside) = INSIDE.iter().find(|inside| holds(inside)) {
        return Some(format!("the body tells {inside:?}"));
    }
    made.secrets.iter().find(|secret| holds(secret)).map(|_| "the body repeats a secret".to_owned())
}
