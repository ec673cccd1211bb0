//! Secrets that were sent, everything that came back, and where a secret stands that should not.
//!
//! Each is looked for as it is, in other writings (percent-encoded, Base64, hexadecimal, JSON, HTML), and an SSN with
//! and without dashes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mail_parser::MessageParser;
use testkit::program::{Answer, Program, Visitor};

use crate::canaries::{ASKED, NAME, email};
use crate::storage::files;

/// A kind of secret, and where it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SSN, password, answer.
    Nowhere,
    /// Token, code, temporary password: in mail to this person, by number.
    Mailed(usize),
    /// In a cookie's header alone.
    Cookie,
    /// In pages of its own session.
    Form,
    /// Name and address: in the database, in mails and on the roster, but in no log.
    NotLogged,
}

#[derive(Default)]
pub struct Secrets {
    pub known: BTreeMap<String, Kind>,
}

impl Secrets {
    pub fn add(&mut self, secret: &str, kind: Kind) {
        assert!(secret.len() >= 8, "{secret} is too short to be looked for");
        self.known.insert(secret.to_owned(), kind);
    }

    /// Every writing of every secret, with its kind.
    pub fn writings(&self) -> Vec<(String, String, Kind)> {
        let mut writings = Vec::new();
        for (secret, kind) in &self.known {
            for writing in writings_of(secret) {
                writings.push((writing, secret.clone(), *kind));
            }
        }
        writings
    }
}

fn writings_of(secret: &str) -> Vec<String> {
    let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let mut writings = vec![
        secret.to_owned(),
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        secret.replace(' ', "%20").replace('&', "%26"),
        secret.replace('&', "&amp;"),
        secret.replace('&', "\\u0026"),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        hex.to_uppercase(),
        hex,
        format!("{:?}", secret.as_bytes()),
    ];
    let digits: String = secret.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 9 && secret.len() == 11 {
        writings.extend([digits.clone(), secret.replace('-', " "), secret.replace('-', "."), STANDARD.encode(&digits)]);
    }
    if digits.len() == 8 && secret.len() == 8 {
        writings.push(format!("{} {}", &digits[..4], &digits[4..]));
    }
    // As an answer is hashed.
    if secret.contains(' ') {
        writings.extend([secret.to_lowercase(), secret.to_lowercase().replace(' ', "")]);
    }
    writings.sort_unstable();
    writings.dedup();
    writings
}

/// Everything that came back, with what was asked.
#[derive(Default)]
pub struct Heard {
    pub answers: Vec<(String, Answer)>,
}

impl Heard {
    pub async fn open(&mut self, visitor: &mut Visitor, path: &str) -> Answer {
        let answer = visitor.open(path).await;
        self.answers.push((path.to_owned(), answer.clone()));
        answer
    }

    /// As the browser and as the script send it: the first of them for good, the second to a copy of the jar.
    pub async fn submit(&mut self, visitor: &mut Visitor, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = visitor.submit(path, fields).await;
        self.answers.push((path.to_owned(), answer.clone()));
        answer
    }

    pub async fn call(&mut self, visitor: &mut Visitor, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = visitor.clone().scripted().submit(path, fields).await;
        self.answers.push((path.to_owned(), answer.clone()));
        answer
    }
}

/// Every place at which a secret stands that is not its own.
pub fn sweep(program: &Program, secrets: &Secrets, heard: &Heard, written: &[(String, String)]) -> Vec<String> {
    let writings = secrets.writings();
    let mut hits = Vec::new();
    for (name, text) in written {
        let is_database = name.starts_with("data/");
        for (writing, secret, kind) in &writings {
            if text.contains(writing.as_str()) && !(is_database && *kind == Kind::NotLogged) {
                hits.push(format!("{name} holds {kind:?} {secret}: {}", around(text, writing)));
            }
        }
    }
    for (asked, answer) in &heard.answers {
        let (head, body) = answer.text.split_once("\r\n\r\n").unwrap_or((&answer.text, ""));
        // Cookies travel in their header, and nothing else does.
        let head: String =
            head.lines().filter(|line| !line.starts_with("set-cookie: ")).map(|line| format!("{line}\n")).collect();
        for (writing, secret, kind) in &writings {
            // A path is what stands in the visitor's own address bar.
            let is_path = asked.contains(secret.as_str());
            let is_own = match kind {
                // A page behind a link holds its token; what it leads back to after a refusal too.
                Kind::Mailed(_) => head.contains(&format!("/link/{secret}#")),
                Kind::Form => true,
                // Who is signed in, or has asked, reads nothing of others: names and addresses stand on no page at all.
                Kind::Nowhere | Kind::Cookie | Kind::NotLogged => false,
            };
            let is_typed = *kind == Kind::NotLogged && asked.starts_with("/claim");
            if !is_path && !is_own && !is_typed && (body.contains(writing.as_str()) || head.contains(writing.as_str()))
            {
                hits.push(format!("the answer to {asked} holds {kind:?} {secret}: {}", around(&answer.text, writing)));
            }
        }
    }
    for entry in files(&program.path("mail")) {
        let bytes = std::fs::read(&entry).unwrap();
        let message = MessageParser::default().parse(&bytes).unwrap();
        let to = message.to().unwrap().first().unwrap().address().unwrap().to_owned();
        let mut text = String::from_utf8_lossy(&bytes).replace("=\r\n", "");
        for part in 0..2 {
            text += &message.body_text(part).unwrap_or_default();
            text += &message.body_html(part).unwrap_or_default();
        }
        if text.contains(ASKED) {
            hits.push(format!("a mail to {to} holds the question"));
        }
        for (writing, secret, kind) in &writings {
            let is_own = match kind {
                Kind::Mailed(number) => to == email(*number),
                Kind::NotLogged => secret == NAME || *secret == to,
                _ => false,
            };
            if !is_own && text.contains(writing.as_str()) {
                hits.push(format!("a mail to {to} holds {kind:?} {secret}: {}", around(&text, writing)));
            }
        }
    }
    hits
}

fn around(text: &str, found: &str) -> String {
    let place = text.find(found).unwrap_or_default();
    let from = text.floor_char_boundary(place.saturating_sub(120));
    let to = text.ceil_char_boundary((place + found.len() + 60).min(text.len()));
    text[from..to].replace('\n', "\\n")
}
