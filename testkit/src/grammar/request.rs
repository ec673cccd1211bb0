//! One request.

use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus as Dice;
use rand::seq::IndexedRandom as _;

use super::body::Body;
use super::oddity;
use super::wire::Jar;
use super::words::{Operation, Session, World, token};

/// A request as it goes over the wire, and what may be expected of it.
pub struct Made {
    pub bytes: Vec<u8>,
    /// The answer has no body.
    pub head: bool,
    /// No whole request: its connection ends with it.
    pub odd: bool,
    /// Odd, and the other side is to end it.
    pub is_waiting: bool,
    /// How many answers there may be.
    pub asked: usize,
    /// Whether the connection may answer in place of the portal.
    pub may_be_turned_off: bool,
    /// What must not stand in the answer.
    pub secrets: Vec<String>,
}

const METHODS: [&str; 12] = [
    "GET",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "post",
    "PROPFIND",
    "X",
    "POSTPOSTPOSTPOSTPOST",
];
const LANGUAGES: [&str; 6] = ["en", "es", "es-MX,es;q=0.9,en;q=0.8", "*", "xx-YY;q=zz,,;=", "en;q=0, es"];
const ADDRESSES: [&str; 14] = [
    "a",
    "",
    "1.2.3.4:5",
    "[::1]",
    "1.2.3.4,",
    "999.1.1.1",
    "::ffff:1.2.3.4",
    "2001:db8::1",
    "127.0.0.1",
    "unknown",
    "1.2.3.4, 5.6.7.8",
    "0x7f.1",
    "1.2.3.4;",
    "10.0.0.1, 10.0.0.2, 10.0.0.3",
];
/// Further lines that decide nothing.
const LINES: [&str; 22] = [
    "X-Forwarded-Host: evil.test",
    "X-Forwarded-Proto: https",
    "Forwarded: host=evil.test;for=9.9.9.9;proto=https",
    "X-Original-URL: /home",
    "X-Rewrite-URL: /home",
    "X-HTTP-Method-Override: DELETE",
    "X-Real-IP: 9.9.9.9",
    "CF-Connecting-IP: 9.9.9.9",
    "Referer: https://evil.test/?__err=x",
    "Referer: not a url \u{e9}",
    "Content-Encoding: gzip",
    "Content-Encoding: identity",
    "Range: bytes=0-1,2-3,9999999999-",
    "If-None-Match: *",
    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
    "Upgrade: websocket",
    "Upgrade: h2c",
    "Sec-Purpose: prefetch",
    "Authorization: Basic YTpi",
    "Accept-Charset: utf-7",
    "TE: trailers",
    "X-Long: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
];

impl Made {
    pub fn of(dice: &mut Dice, world: &World, jar: &Jar) -> Self {
        match dice.random_range(0..100) {
            0..72 => Self::operation(dice, world, jar),
            72..92 => Self::page(dice, world, jar),
            _ => {
                let plain = if dice.random_bool(0.7) {
                    Self::operation(dice, world, jar)
                } else {
                    Self::page(dice, world, jar)
                };
                oddity::made(dice, world, &plain)
            }
        }
    }

    /// A request that is right, for steps of preparing.
    pub const fn plain(bytes: Vec<u8>) -> Self {
        let secrets = Vec::new();
        Self { bytes, head: false, odd: false, is_waiting: false, asked: 1, may_be_turned_off: false, secrets }
    }

    fn operation(dice: &mut Dice, world: &World, jar: &Jar) -> Self {
        let costs = |one: &&Operation| one.fields.iter().any(|field| field == "password");
        let first = world.operations.choose(dice);
        // Each password costs a hash, and hashes are what a server has least of.
        let another = first.filter(costs).filter(|_| dice.random_bool(0.6)).and_then(|_| world.operations.choose(dice));
        let Some(operation) = another.or(first) else { return Self::page(dice, world, jar) };
        let session = session(dice, world);
        let body = Body::of(dice, world, operation, session);
        let method = if dice.random_bool(0.96) { "POST" } else { METHODS.choose(dice).unwrap_or(&"GET") };
        let kind = match dice.random_range(0..100) {
            0..92 => body.kind.unwrap_or("application/x-www-form-urlencoded"),
            92..94 => "application/x-www-form-urlencoded; charset=UTF-8",
            94..95 => "application/x-www-form-urlencoded; charset=utf-7",
            95..96 => "text/plain",
            96..97 => "application/json",
            97..98 => "multipart/form-data",
            98..99 => "",
            _ => "application/x-www-form-urlencoded, text/plain",
        };
        let mut lines = vec![format!("Content-Type: {kind}")];
        if dice.random_bool(0.01) {
            lines.push("Content-Type: text/html".to_owned());
        }
        lines.extend(origin(dice, world));
        let target = target(&operation.path, dice, world);
        Self::whole(dice, world, jar, session, method, &target, lines, body.bytes, body.secrets)
    }

    fn page(dice: &mut Dice, world: &World, jar: &Jar) -> Self {
        let method = match dice.random_range(0..100) {
            0..85 => "GET",
            85..94 => "HEAD",
            _ => METHODS.choose(dice).unwrap_or(&"GET"),
        };
        let page = world.pages.choose(dice).cloned().unwrap_or_default();
        let page = match world.tokens.choose(dice) {
            Some(known) if dice.random_bool(0.5) => page.replace("{token}", known),
            _ => page.replace("{token}", &token(dice)),
        };
        let target = target(&page, dice, world);
        let session = session(dice, world);
        Self::whole(dice, world, jar, session, method, &target, Vec::new(), Vec::new(), Vec::new())
    }

    fn whole(
        dice: &mut Dice,
        world: &World,
        jar: &Jar,
        session: Option<&Session>,
        method: &str,
        target: &str,
        mut lines: Vec<String>,
        body: Vec<u8>,
        secrets: Vec<String>,
    ) -> Self {
        let accept = ["text/html", "application/json", "*/*", "text/html;q=0, application/xhtml+xml"];
        lines.push(format!("Accept: {}", accept.choose(dice).unwrap_or(&"*/*")));
        lines.push(format!("Accept-Language: {}", LANGUAGES.choose(dice).unwrap_or(&"en")));
        if dice.random_bool(0.5) {
            let codings = ["gzip", "br", "gzip, deflate, br, zstd", "identity", "zstd, br;q=9", "br;q=0, gzip"];
            // Who takes no form of an answer gets 406, and nothing is learnt of the rest.
            let none = dice.random_bool(0.01);
            lines.push(format!(
                "Accept-Encoding: {}",
                if none { "*;q=0" } else { codings.choose(dice).unwrap_or(&"br") }
            ));
        }
        lines.extend(cookies(dice, jar, session));
        if dice.random_bool(0.4) {
            let visitor = match ADDRESSES.choose(dice) {
                Some(garbage) if dice.random_bool(0.15) => (*garbage).to_owned(),
                _ => format!(
                    "198.{}.{}.{}",
                    dice.random_range(0..256),
                    dice.random_range(0..256),
                    dice.random_range(0..256)
                ),
            };
            lines.push(format!("X-Forwarded-For: {visitor}"));
        }
        while dice.random_bool(0.15) {
            lines.extend(LINES.choose(dice).map(|line| (*line).to_owned()));
        }
        let host = match dice.random_range(0..100) {
            0..96 => format!("Host: {}", world.host),
            96 => "Host: evil.test".to_owned(),
            97 => format!("Host: {}@evil.test", world.host),
            98 => format!("Host: {}\r\nHost: evil.test", world.host),
            _ => String::new(),
        };
        lines.insert(0, host);
        lines.retain(|line| !line.is_empty());
        let mut bytes = format!("{method} {target} HTTP/1.1\r\n{}\r\n", lines.join("\r\n")).into_bytes();
        let has_body = !body.is_empty() || method == "POST";
        if has_body && dice.random_bool(0.12) {
            bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            for chunk in body.chunks(dice.random_range(1..8_000)) {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else {
            if has_body {
                bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
            }
            bytes.extend_from_slice(b"\r\n");
            bytes.extend_from_slice(&body);
        }
        // No HTTP but for the rest of it: the connection may say so by itself.
        let is_http =
            target.len() < 8_000 && target.is_ascii() && !target.contains([' ', '<', '"', '{', '^', '`', '|', '\\']);
        let is_tunnel = method == "CONNECT";
        Self {
            bytes,
            head: method == "HEAD",
            odd: is_tunnel,
            is_waiting: false,
            asked: 1,
            may_be_turned_off: !is_http || is_tunnel,
            secrets,
        }
    }
}

fn session<'a>(dice: &mut Dice, world: &'a World) -> Option<&'a Session> {
    let change_only = dice.random_bool(0.3);
    let kind: Vec<&Session> = world.sessions.iter().filter(|session| session.change_only == change_only).collect();
    kind.choose(dice).copied().filter(|_| dice.random_bool(0.6))
}

fn origin(dice: &mut Dice, world: &World) -> Vec<String> {
    let own = format!("Origin: https://{}", world.host);
    let lines: &[&str] = match dice.random_range(0..100) {
        0..75 => &["Sec-Fetch-Site: same-origin"],
        75..90 => &[own.as_str()],
        90..92 => &["Sec-Fetch-Site: cross-site"],
        92..94 => &["Sec-Fetch-Site: same-site", "Origin: null"],
        94..96 => &["Origin: https://evil.test"],
        96..97 => &["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: same-origin"],
        97..98 => &["Sec-Fetch-Site: none"],
        _ => &[],
    };
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn cookies(dice: &mut Dice, jar: &Jar, session: Option<&Session>) -> Vec<String> {
    let mut pairs: Vec<String> =
        session.map(|session| format!("__Host-session={}", session.cookie)).into_iter().collect();
    pairs.extend(jar.0.iter().filter(|_| dice.random_bool(0.7)).map(|(name, value)| format!("{name}={value}")));
    match dice.random_range(0..100) {
        0..4 => pairs.push(format!("__Host-session={}", token(dice))),
        4..8 => pairs.push(format!("__Host-flow={}", token(dice))),
        8..10 => pairs.push("__Host-refused=".to_owned() + &"0f".repeat(dice.random_range(0..1_800))),
        10..12 => pairs.push("__Host-refused=+f0a-1zz".to_owned()),
        12..14 => pairs.push("__Host-saved=/api/password/change".to_owned()),
        14..15 => pairs.push("__Host-saved=//evil.test".to_owned()),
        15..17 => pairs.push("theme=d\u{e9}j\u{e0}; ;;; =; a".to_owned()),
        17..18 => pairs.push("x=".to_owned() + &"y".repeat(dice.random_range(0..7_000))),
        _ => {}
    }
    if pairs.is_empty() { Vec::new() } else { vec![format!("Cookie: {}", pairs.join("; "))] }
}

/// The path, one time in ten not quite.
fn target(path: &str, dice: &mut Dice, world: &World) -> String {
    match dice.random_range(0..200) {
        0 => format!("{path}/"),
        1 => format!("/{path}"),
        2 => format!("{path};a.js"),
        3 => format!("{path}%2f..%2fpkg"),
        4 => format!("{path}?next=//evil.test&__err=x"),
        5 => format!("{path}?{}", "a=b&".repeat(dice.random_range(1..400))),
        6 => path.to_uppercase(),
        7 => format!("{path}%00"),
        8 => format!("{path}%0d%0aX-Injected:1"),
        9 => format!("http://{}{path}", world.host),
        10 => format!("http://evil.test{path}"),
        11 => "*".to_owned(),
        12 => format!("{path}%ff%fe"),
        13 => format!("/./{path}/../{path}"),
        14 => format!("{path}#x"),
        15 => format!("{path}\u{e9}"),
        16 => format!("{path}{}", "/a".repeat(dice.random_range(1..2_000))),
        17 => format!("/link/{}", dice.random_range(0..u64::MAX)),
        18 => "/api/".to_owned() + &token(dice),
        19 => format!("{path}?\"<>`{{}}|\\^"),
        _ => path.to_owned(),
    }
}
