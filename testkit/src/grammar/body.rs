//! Bodies: the fields of an operation, right but for what is not.

use std::fmt::Write as _;

use rand::RngExt as _;
use rand::rngs::Xoshiro256PlusPlus as Dice;
use rand::seq::IndexedRandom as _;

use super::words::{Operation, Session, World};

/// Fields whose content must never come back.
const SECRET: [&str; 5] = ["ssn", "password", "password_again", "current_password", "answer"];

pub struct Body {
    pub bytes: Vec<u8>,
    /// What was typed as a secret and nowhere else.
    pub secrets: Vec<String>,
    /// The content type that fits, where it is not a form's.
    pub kind: Option<&'static str>,
}

impl Body {
    /// A form of the operation. `ends` keeps the session's own mark out of forms that would end it.
    pub fn of(dice: &mut Dice, world: &World, operation: &Operation, session: Option<&Session>) -> Self {
        match dice.random_range(0..1_000) {
            0..15 => {
                return Self::strange(b"{\"username\":{\"$ne\":1},\"ssn\":[1,2],\"robot\":true}", "application/json");
            }
            15..25 => return Self::strange(&nested(dice), "application/x-www-form-urlencoded"),
            25..40 => return Self::multipart(dice),
            40..50 => return Self::strange(&[], "application/x-www-form-urlencoded"),
            50..60 => return Self::strange(&noise(dice), "application/octet-stream"),
            60..66 => {
                return Self::strange(&b"&=".repeat(dice.random_range(1..20_000)), "application/x-www-form-urlencoded");
            }
            66..67 => return Self::strange(&keys(150_000), "application/x-www-form-urlencoded"),
            67..72 => return Self::strange(&b"ssn=".repeat(8_193), "application/x-www-form-urlencoded"),
            _ => {}
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for field in &operation.fields {
            if dice.random_bool(0.96) {
                fields.push((field.clone(), world.value(field, dice)));
            }
        }
        if let Some(session) = session.filter(|_| dice.random_bool(0.85)) {
            // A run needs its sessions: they are ended now and then, not by every twentieth request.
            let ends = operation.name.starts_with("signout");
            if !ends || dice.random_bool(0.002) {
                fields.push(("csrf".to_owned(), session.csrf.clone()));
            }
        }
        match dice.random_range(0..100) {
            0..3 => fields.push(("is_staff".to_owned(), "true".to_owned())),
            3..6 => fields.extend(fields.clone().choose(dice).cloned()),
            6..8 => fields.iter_mut().take(1).for_each(|(name, _)| name.push_str("[]")),
            8..10 => fields.push(("flow".to_owned(), super::words::token(dice))),
            10..11 => fields.push(("g-recaptcha-response".to_owned(), "x".to_owned())),
            11..13 => fields.push((world.value("last_name", dice), "x".to_owned())),
            13..15 => fields.reverse(),
            _ => {}
        }
        let others = |name: &str, value: &str| fields.iter().any(|(other, text)| other != name && text.contains(value));
        let secrets = fields
            .iter()
            .filter(|(name, value)| {
                SECRET.contains(&name.as_str()) && value.len() >= 10 && value.is_ascii() && !others(name, value)
            })
            .map(|(_, value)| value.clone())
            .collect();
        let broken = dice.random_bool(0.04);
        let mut bytes = Vec::new();
        for (place, (name, value)) in fields.iter().enumerate() {
            if place > 0 {
                bytes.push(b'&');
            }
            encode(name, &mut bytes, dice);
            bytes.push(b'=');
            encode(value, &mut bytes, dice);
            if broken && dice.random_bool(0.3) {
                bytes.extend(
                    ["%", "%zz", "%ff", "%c0%80", "%ed%a0%80", "%00", "%0d%0a", "%u0041", "+%"]
                        .choose(dice)
                        .unwrap_or(&"%")
                        .bytes(),
                );
            }
        }
        Self { bytes, secrets, kind: None }
    }

    fn strange(bytes: &[u8], kind: &'static str) -> Self {
        Self { bytes: bytes.to_vec(), secrets: Vec::new(), kind: Some(kind) }
    }

    fn multipart(dice: &mut Dice) -> Self {
        let kinds = [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=x",
            "multipart/mixed; boundary=\"x",
        ];
        let part = b"--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nada\r\n--x--\r\n";
        Self::strange(
            if dice.random_bool(0.7) { part } else { b"--x" },
            kinds.choose(dice).copied().unwrap_or_default(),
        )
    }
}

/// As a browser writes it; now and then a letter that needs no escape has one.
fn encode(text: &str, out: &mut Vec<u8>, dice: &mut Dice) {
    let all = dice.random_bool(0.02);
    for byte in text.bytes() {
        match byte {
            b' ' => out.push(b'+'),
            byte if !all && (byte.is_ascii_alphanumeric() || b"-_.*[]".contains(&byte)) => out.push(byte),
            byte => {
                let mut escape = String::new();
                let _ = write!(escape, "%{byte:02X}");
                out.extend_from_slice(escape.as_bytes());
            }
        }
    }
}

fn nested(dice: &mut Dice) -> Vec<u8> {
    let depth = dice.random_range(1..1_000);
    if dice.random_bool(0.5) {
        [b"a".to_vec(), b"[b]".repeat(depth), b"=1".to_vec()].concat()
    } else {
        [b"[".repeat(depth), b"]".repeat(depth)].concat()
    }
}

fn keys(count: u32) -> Vec<u8> {
    (0..count).flat_map(|number| format!("k{number}=v&").into_bytes()).collect()
}

pub fn noise(dice: &mut Dice) -> Vec<u8> {
    (0..dice.random_range(0..400)).map(|_| dice.random_range(0..=255)).collect()
}
