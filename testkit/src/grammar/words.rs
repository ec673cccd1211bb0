//! What the grammar knows: operations, pages, and values that are right, nearly right and hostile.

use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus as Dice;
use rand::seq::IndexedRandom as _;

/// An operation as `docs/operations.toml` lists it.
pub struct Operation {
    pub name: String,
    pub path: String,
    pub fields: Vec<String>,
}

/// A session that a person has.
#[derive(Clone)]
pub struct Session {
    pub cookie: String,
    pub csrf: String,
    pub change_only: bool,
}

/// Everything that requests are made from.
pub struct World {
    pub host: String,
    pub operations: Vec<Operation>,
    pub pages: Vec<String>,
    pub sessions: Vec<Session>,
    /// Of mails: links, and *This wasn't me*.
    pub tokens: Vec<String>,
    pub usernames: Vec<String>,
    /// Last name, date of birth, SSN of people of the roster.
    pub people: Vec<(String, String, String)>,
}

/// Pages beside those that forms name.
const PAGES: [&str; 20] = [
    "/",
    "/sign-in",
    "/claim",
    "/claim/sent",
    "/claim/password",
    "/code",
    "/forgot-username",
    "/forgot-username/sent",
    "/forgot-password",
    "/forgot-password/sent",
    "/reset/challenge",
    "/reset/password",
    "/reset/done",
    "/change-password",
    "/home",
    "/security",
    "/security/question",
    "/security/question/new",
    "/security/history",
    "/not-me/done",
];
const FILES: [&str; 6] = ["/icon.svg", "/pkg/", "/pkg/backboard.js", "/robots.txt", "/favicon.ico", "/.env"];

/// The operations, and every page.
pub fn listed() -> Result<(Vec<Operation>, Vec<String>), String> {
    let table: toml::Table = include_str!("../../../docs/operations.toml")
        .parse()
        .map_err(|error| format!("docs/operations.toml: {error}"))?;
    let all = table.get("operation").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text =
        |value: &toml::Value, key: &str| value.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let operations: Vec<Operation> = all
        .iter()
        .map(|one| Operation {
            name: text(one, "name"),
            path: text(one, "path"),
            fields: one.get("fields").and_then(toml::Value::as_array).map_or_else(Vec::new, |fields| {
                fields.iter().filter_map(|field| field.as_str().map(str::to_owned)).collect()
            }),
        })
        .collect();
    if operations.is_empty() {
        return Err("docs/operations.toml lists no operation".to_owned());
    }
    let pages =
        PAGES.iter().chain(&FILES).map(|page| (*page).to_owned()).chain(all.iter().map(|one| text(one, "page")));
    Ok((operations, pages.collect()))
}

/// Text that no field is prepared for.
const HOSTILE: [&str; 40] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\u{FFFD}",
    "\u{202E}evil",
    "a\u{200D}b",
    "\r\nX-Injected: 1",
    "a\r\nBcc: b@evil.test",
    "\u{1b}[31m",
    "'\"><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea></title><svg/onload=alert(1)>",
    "{{7*7}}${7*7}#{7*7}",
    "%00%ff%2e%2e",
    "../../../../etc/passwd",
    "' OR 1=1 --",
    "1); DROP TABLE accounts; --",
    "=HYPERLINK(\"http://evil.test\")",
    "javascript:alert(1)",
    "//evil.test/",
    "\\\\evil.test\\",
    "https://evil.test",
    "null",
    "undefined",
    "true",
    "-1",
    "0",
    "99999999999999999999999",
    "1e309",
    "NaN",
    "[]",
    "{}",
    "٢٩",
    "９００１２３４５６",
    "mıke@example.org",
    "ſ",
    "ﷺﷺﷺﷺﷺﷺﷺﷺ",
    "Ω≈ç√∫˜µ≤≥÷",
    "🦉🦉🦉🦉🦉🦉🦉🦉",
];

impl World {
    /// A value for a field: right, of another field, hostile, or long.
    pub fn value(&self, field: &str, dice: &mut Dice) -> String {
        match dice.random_range(0..100) {
            0..68 => self.right(field, dice),
            68..78 => {
                let other = ["birth_year", "last_name", "ssn", "email", "username", "password", "token", "code"];
                self.right(other.choose(dice).unwrap_or(&"ssn"), dice)
            }
            78..94 => HOSTILE.choose(dice).copied().unwrap_or_default().to_owned(),
            94..97 => HOSTILE.choose(dice).copied().unwrap_or_default().repeat(dice.random_range(2..40)),
            97..99 => "A".repeat(dice.random_range(60..3_000)),
            _ => (0..dice.random_range(1..60)).filter_map(|_| char::from_u32(dice.random_range(0..0x3000))).collect(),
        }
    }

    fn right(&self, field: &str, dice: &mut Dice) -> String {
        let (name, born, ssn) = self.people.choose(dice).cloned().unwrap_or_default();
        let mut born = born.split('-').map(str::to_owned);
        let mut part = |place| born.nth(place).unwrap_or_default();
        let plain = |text: &str| text.to_owned();
        match field {
            "birth_year" => part(0),
            "birth_month" => part(1),
            "birth_day" => part(2),
            "last_name" => name,
            "ssn" => ssn,
            "certificate" => format!("P{}", dice.random_range(100..100_000)),
            "robot" => plain("on"),
            "code" => format!("{:08}", dice.random_range(0..100_000_000)),
            "token" => match self.tokens.choose(dice) {
                Some(token) if dice.random_bool(0.5) => token.clone(),
                _ => token(dice),
            },
            "email" => format!("{}@example.org", self.usernames.choose(dice).cloned().unwrap_or_default()),
            "login" | "username" => match self.usernames.choose(dice) {
                Some(name) if dice.random_bool(0.9) => name.clone(),
                _ => format!("nobody{}", dice.random_range(0..1_000_000)),
            },
            "question" => plain("first-pet"),
            "answer" => plain("Mr. Whiskers"),
            "csrf" | "flow" => token(dice),
            field if field.starts_with("password") || field == "current_password" => {
                plain(["Correct7-Horse-Battery", "short", "Welcome1!", "P4ssword!"].choose(dice).unwrap_or(&""))
            }
            _ => String::new(),
        }
    }
}

/// What has the shape of a token.
pub fn token(dice: &mut Dice) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..43).filter_map(|_| LETTERS.choose(dice).map(|letter| char::from(*letter))).collect()
}
