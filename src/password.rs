//! Passwords: what a policy asks, and whether a password meets it.
//!
//! The server enforces and the browser shows the same list, from this file. Length is counted in
//! Unicode code points and nothing is ever cut off (NIST SP 800-63B-4 section 3.1.1.2). A policy is
//! applied when a password is set; signing in takes any length up to [`LONGEST_TYPED`], so raising a
//! maximum later needs no migration.
//!
//! With `blocklist`, a new password is refused offline when
//!
//! | it is | for example | said as |
//! |---|---|---|
//! | fewer than four different characters, or a part repeated to its end | `aaaa1111`, `kx7kx7kx` | common |
//! | runs along the alphabet, the digits or the keyboard | `abcd1234`, `1qaz2wsx`, `qwertyuiop` | common |
//! | dates or years alone | `19840229`, `29.02.1984` | common |
//! | on a list of common passwords, words and names, or all but | `iloveyou2`, `trustno1` | common |
//! | up to three words of the trade, the calendar, the agency or the username, with digits and marks | `Welcome2!`, `Ems2026!` | patterned |
//! | one word of any dictionary with up to six digits and marks | `Trombone1!` | patterned |
//! | the username and anything else | `ada.lovelace-x` | has-username |
//!
//! The two lines that need lists are the server's alone, and are asked of passwords that have the right length.
//! That is all: it is a blocklist and no strength meter (NIST SP 800-63B-4 section 3.1.1.2).

#[cfg(feature = "service")]
mod common;
mod date;
mod patterned;
mod run;
#[cfg(feature = "service")]
mod temporary;
mod words;

use serde::{Deserialize, Serialize};

use crate::identity::readable;
use crate::refused::Refused;

#[cfg(feature = "service")]
pub use temporary::temporary;

/// The most characters a password field takes, whatever the policy.
pub const LONGEST_TYPED: usize = 128;

/// What a password must be like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Fewest code points.
    pub shortest: u32,
    /// Most code points.
    pub longest: u32,
    pub uppercase: bool,
    pub lowercase: bool,
    pub digit: bool,
    /// At least one of these characters; empty: not asked.
    pub special: String,
    /// Refuse common and patterned passwords, and those with the username in them.
    pub blocklist: bool,
    /// Days after which it must be changed; 0: never.
    pub expires_days: u32,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Preset::Modern.password()
    }
}

/// The policies a profile starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// 8 to 15 characters of four classes, 90 days: what Louisiana's system asks.
    LegacyState,
    /// 15 to 128, no classes, no expiry, blocklist: NIST SP 800-63B-4 section 3.1.1.2.
    #[default]
    Modern,
    /// 8 to 64, blocklist, 90 days: between the two.
    Bridge,
}

impl Preset {
    #[must_use]
    pub fn password(self) -> PasswordPolicy {
        let plain = |shortest, longest, expires_days| PasswordPolicy {
            shortest,
            longest,
            uppercase: false,
            lowercase: false,
            digit: false,
            special: String::new(),
            blocklist: true,
            expires_days,
        };
        match self {
            Self::LegacyState => PasswordPolicy {
                uppercase: true,
                lowercase: true,
                digit: true,
                special: "!@#$&".to_owned(),
                ..plain(8, 15, 90)
            },
            Self::Modern => plain(15, 128, 0),
            Self::Bridge => plain(8, 64, 90),
        }
    }
}

/// One line of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Between so many and so many characters.
    Length,
    Uppercase,
    Lowercase,
    Digit,
    Special,
    NotUsername,
    /// Not common or patterned. Only the server can tell.
    NotCommon,
}

/// Whether a requirement is met by what was typed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    Yes,
    No(Refused),
    /// Known when the form is sent.
    ServerTells,
}

impl PasswordPolicy {
    /// The checklist, in the order it is shown.
    #[must_use]
    pub fn requirements(&self) -> Vec<Requirement> {
        let asked = [
            (true, Requirement::Length),
            (self.uppercase, Requirement::Uppercase),
            (self.lowercase, Requirement::Lowercase),
            (self.digit, Requirement::Digit),
            (!self.special.is_empty(), Requirement::Special),
            (self.blocklist, Requirement::NotUsername),
            (self.blocklist, Requirement::NotCommon),
        ];
        asked.into_iter().filter_map(|(asked, requirement)| asked.then_some(requirement)).collect()
    }

    /// Whether `typed` meets one requirement. `username` is the account's.
    #[must_use]
    pub fn met(&self, requirement: Requirement, typed: &str, username: &str) -> Met {
        let length = typed.chars().count();
        let (met, refused) = match requirement {
            Requirement::Length if length < self.shortest as usize => (false, Refused::PasswordTooShort),
            Requirement::Length => (length <= self.longest as usize, Refused::PasswordTooLong),
            Requirement::Uppercase => (typed.chars().any(char::is_uppercase), Refused::PasswordUppercase),
            Requirement::Lowercase => (typed.chars().any(char::is_lowercase), Refused::PasswordLowercase),
            Requirement::Digit => (typed.chars().any(|c| c.is_ascii_digit()), Refused::PasswordDigit),
            Requirement::Special => (typed.chars().any(|c| self.special.contains(c)), Refused::PasswordSpecial),
            Requirement::NotUsername => (!has_username(typed, username), Refused::PasswordHasUsername),
            Requirement::NotCommon => return Met::ServerTells,
        };
        if met { Met::Yes } else { Met::No(refused) }
    }

    /// The checklist of what stands in the field so far: read as the server will read it, without a line end or a tab
    /// that came with pasting.
    #[must_use]
    pub fn so_far(&self, typed: &str, username: &str) -> Vec<Met> {
        let read = readable(typed).unwrap_or(typed);
        self.requirements().into_iter().map(|requirement| self.met(requirement, read, username)).collect()
    }

    /// Everything that is wrong with a new password, in the order of the checklist.
    ///
    /// # Errors
    /// At least one reason.
    pub fn check(&self, password: &Password, username: &str) -> Result<(), Vec<Refused>> {
        self.check_beside(password, username, &[])
    }

    /// The same, where the words of `names` are as easily guessed as those of the list: the agency's own.
    ///
    /// # Errors
    /// At least one reason.
    pub fn check_beside(&self, password: &Password, username: &str, names: &[&str]) -> Result<(), Vec<Refused>> {
        let typed = password.typed();
        let mut wrong: Vec<Refused> = self
            .requirements()
            .into_iter()
            .filter_map(|requirement| match self.met(requirement, typed, username) {
                Met::No(refused) => Some(refused),
                Met::Yes | Met::ServerTells => None,
            })
            .collect();
        if self.blocklist {
            // A list is filtered to the policy: what is refused for its length is not looked up.
            let listed = self.met(Requirement::Length, typed, username) == Met::Yes;
            // What holds the whole username is told so once, and not again for its parts.
            let username = if wrong.contains(&Refused::PasswordHasUsername) { "" } else { username };
            wrong.extend(blocked(typed, username, names, listed));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

/// A password as typed. Case matters; nothing is trimmed but a line end that came with pasting.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::Unreadable`], or [`Refused::PasswordTooLong`] above [`LONGEST_TYPED`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = readable(text)?;
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        if text.chars().count() > LONGEST_TYPED {
            return Err(Refused::PasswordTooLong);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn typed(&self) -> &str {
        &self.0
    }

    /// The bytes that are hashed: one form for each text, however the keyboard composed it
    /// (NFC; NIST SP 800-63B-4 section 3.1.1.2 asks for a normalization before hashing).
    #[cfg(feature = "service")]
    #[must_use]
    pub fn normalised(&self) -> String {
        use unicode_normalization::UnicodeNormalization;
        self.0.nfc().collect()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Password(…)")
    }
}

/// Why the blocklist refuses a password, if it does. With `listed` it is also looked up in the lists, which
/// only the server has.
#[cfg_attr(not(feature = "service"), expect(unused_variables, reason = "the browser has no lists"))]
fn blocked(typed: &str, username: &str, names: &[&str], listed: bool) -> Option<Refused> {
    let lower = typed.to_lowercase();
    if run::is_run(&lower) || date::is_date(&lower) {
        return Some(Refused::PasswordCommon);
    }
    let names: Vec<&str> = std::iter::once(username).chain(names.iter().copied()).collect();
    if patterned::is_patterned(&lower, &names) {
        return Some(Refused::PasswordPatterned);
    }
    #[cfg(feature = "service")]
    if listed {
        if patterned::is_word_and_marks(&lower) {
            return Some(Refused::PasswordPatterned);
        }
        if common::is_common(typed) {
            return Some(Refused::PasswordCommon);
        }
    }
    None
}

/// Usernames of fewer than four letters stand in too many words to be refused inside a password.
fn has_username(typed: &str, username: &str) -> bool {
    let username = username.to_ascii_lowercase();
    let typed = typed.to_ascii_lowercase();
    let name = username.split('@').next().unwrap_or_default();
    name.len() >= 4 && typed.contains(name)
}
