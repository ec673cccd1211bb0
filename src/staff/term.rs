//! What is typed into the desk's one search box, and what it may stand for.
//!
//! 1. A last name in any form: by the keys of the published rules (`src/identity/name.rs`), from its first letters on, so
//!    `OBrien` finds `O’Brien` and `loveL` finds `Lovelace`, `Lovelace Jr.` and who was called so before.
//! 2. With a given name before it, after it, or after a comma: `ada lovelace`, `Lovelace Ada`, `Lovelace, Ada`. Of several
//!    given names the first counts.
//! 3. A username or an e-mail address, from its first letters on, in any case. A given name alone finds the usernames
//!    that begin with it, and nobody else.
//! 4. A certificate number, from its first letters and digits on where it has a digit, else the whole one.
//!
//! What holds nine digits is refused: no SSN is ever looked for, so none gets into a query, an address or a digest.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::{CertificateNumber, fold, name_words, readable};
use crate::refused::{Refused, codes};
use crate::roster::may_hold_ssn;

/// The longest term, in characters: as long as an e-mail address may be.
pub const TERM_LONGEST: usize = 254;
/// Words of a name that are looked at in every order. More are taken as one name.
const MOST_WORDS: usize = 6;

codes! {
    /// What a term was looked for among.
    Kind {
        Name = "name",
        Username = "username",
        Certificate = "certificate",
        Email = "email",
    }
}

/// A readable term with at least two letters or digits. Not shown by `Debug`: who is looked for is nothing for a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Term {
    typed: String,
    lookups: Vec<Lookup>,
}

/// One way to find people with it, by keys as they are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    Name {
        last: Bounds,
        /// Of the given name.
        first: Bounds,
    },
    Username(Bounds),
    Certificate(Bounds),
    Email(Bounds),
}

/// Keys from one on and below another, byte by byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Bounds {
    pub from: String,
    pub below: String,
}

impl Term {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::TooLong`], [`Refused::Unreadable`], [`Refused::TermSsn`] or
    /// [`Refused::TermTooShort`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        // What is copied from a table has tabs.
        let spaced: String = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
        let text = readable(&spaced)?.trim();
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        if text.chars().count() > TERM_LONGEST {
            return Err(Refused::TooLong);
        }
        if may_hold_ssn(text) {
            return Err(Refused::TermSsn);
        }
        if fold(text).chars().filter(|c| c.is_alphanumeric()).take(2).count() < 2 {
            return Err(Refused::TermTooShort);
        }
        Ok(Self { typed: text.to_owned(), lookups: lookups(text) })
    }

    /// As it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// What to look for, the likeliest first.
    #[must_use]
    pub fn lookups(&self) -> &[Lookup] {
        &self.lookups
    }

    /// What it is looked for among, each once.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let has = |kind: &&Kind| self.lookups.iter().any(|lookup| lookup.kind() == **kind);
        Kind::ALL.iter().filter(has).copied().collect()
    }

    /// What two spellings of one term share, for the digest that the audit keeps: `Lovelace, Ada` and `ada lovelace`.
    #[must_use]
    pub fn normal(&self) -> String {
        let parts = self.typed.split(|c: char| c.is_whitespace() || c == ',');
        let letters = |part: &str| fold(part).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let mut words: Vec<String> = parts.map(letters).filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.join(" ")
    }
}

impl Lookup {
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Name { .. } => Kind::Name,
            Self::Username(_) => Kind::Username,
            Self::Certificate(_) => Kind::Certificate,
            Self::Email(_) => Kind::Email,
        }
    }
}

impl Bounds {
    /// Every key that begins so.
    #[must_use]
    pub fn prefix(key: &str) -> Self {
        Self { from: key.to_owned(), below: format!("{key}{}", char::MAX) }
    }

    /// This key alone: none has a control character.
    #[must_use]
    pub fn exactly(key: &str) -> Self {
        Self { from: key.to_owned(), below: format!("{key}\u{1}") }
    }

    #[must_use]
    pub fn any() -> Self {
        Self::prefix("")
    }

    #[must_use]
    pub fn hold(&self, key: &str) -> bool {
        *self.from <= *key && *key < *self.below
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Term(…)")
    }
}

impl fmt::Debug for Bounds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Bounds(…)")
    }
}

/// What somebody is called by exactly comes before what only begins so.
fn lookups(text: &str) -> Vec<Lookup> {
    let login = login(text);
    let username =
        login.clone().filter(|login| login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-@+".contains(&b)));
    let certificate = CertificateNumber::beginning(text);
    let numbered = certificate.clone().filter(|number| number.bytes().any(|byte| byte.is_ascii_digit()));
    let mut lookups = Vec::new();
    lookups.extend(username.as_deref().map(Bounds::exactly).map(Lookup::Username));
    lookups.extend(certificate.as_deref().map(Bounds::exactly).map(Lookup::Certificate));
    lookups.extend(login.as_deref().filter(|login| login.contains('@')).map(Bounds::exactly).map(Lookup::Email));
    if !text.contains('@') {
        lookups.extend(names(text));
    }
    lookups.extend(username.as_deref().map(Bounds::prefix).map(Lookup::Username));
    lookups.extend(numbered.as_deref().map(Bounds::prefix).map(Lookup::Certificate));
    lookups.extend(login.as_deref().map(Bounds::prefix).map(Lookup::Email));
    lookups
}

/// As usernames and addresses are compared.
fn login(text: &str) -> Option<String> {
    text.bytes().all(|byte| byte.is_ascii_graphic()).then(|| text.to_ascii_lowercase())
}

fn names(text: &str) -> Vec<Lookup> {
    if let Some((last, first)) = text.split_once(',') {
        let (last, first) = (name_words(last), name_words(first));
        if !last.is_empty() {
            return name(&last, &first).into_iter().collect();
        }
    }
    let words = name_words(text);
    let mut names: Vec<Lookup> = name(&words, &[]).into_iter().collect();
    if words.len() <= MOST_WORDS {
        let cuts = || (1..words.len()).map(|at| words.split_at(at));
        names.extend(cuts().filter_map(|(first, last)| name(last, first)));
        names.extend(cuts().filter_map(|(last, first)| name(last, first)));
    }
    names
}

fn name(last: &[String], first: &[String]) -> Option<Lookup> {
    let key = last.concat();
    let last = match key.chars().count() {
        _ if !key.contains(char::is_alphabetic) => return None,
        // A name of one letter is found whole, and with its given name: it begins half the others.
        1 if first.is_empty() => return None,
        1 => Bounds::exactly(&key),
        _ => Bounds::prefix(&key),
    };
    let first = first.first().map_or_else(Bounds::any, |first| Bounds::prefix(first));
    Some(Lookup::Name { last, first })
}
