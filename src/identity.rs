//! Who somebody says they are: names, dates of birth, numbers, addresses, and how they match.
//!
//! Matching finds a record; it never proves anything. The proof is the mailbox on file.

mod date_of_birth;
mod email;
#[cfg(feature = "service")]
mod name;
mod number;

pub use date_of_birth::{DateOfBirth, DateOrder, split_pasted};
pub use email::Email;
#[cfg(feature = "service")]
pub(crate) use name::is_apostrophe;
#[cfg(feature = "service")]
pub use name::{NameKey, fold, name_keys, name_words, searched};
pub use number::{CertificateNumber, Ssn};

use serde::{Deserialize, Serialize};

use crate::refused::Refused;

/// The longest name, in characters.
pub const NAME_LONGEST: usize = 100;

/// Text that a person can have typed: no NUL, no control character, nothing that was not UTF-8.
///
/// # Errors
/// [`Refused::Unreadable`]. U+FFFD counts: decoders put it where bytes were broken, and two broken
/// inputs must never become equal.
pub fn readable(text: &str) -> Result<&str, Refused> {
    let trimmed = text.trim_matches(['\r', '\n', '\t']);
    if trimmed.chars().any(|c| c.is_control() || c == '\u{FFFD}') { Err(Refused::Unreadable) } else { Ok(trimmed) }
}

/// A space of any kind, or a tab or line end that came with pasting. Other control characters part nothing, so that
/// they are seen and refused.
pub(crate) fn is_gap(c: char) -> bool {
    c.is_whitespace() && (!c.is_control() || matches!(c, '\t' | '\r' | '\n'))
}

/// A last name as typed: 1 to 100 characters with at least one letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LastName(String);

impl LastName {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::TooLong`], [`Refused::Unreadable`] or [`Refused::NameUnusable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = readable(text)?.trim();
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        if text.chars().count() > NAME_LONGEST {
            return Err(Refused::TooLong);
        }
        if !text.chars().any(char::is_alphabetic) || text.contains(['<', '>', '@']) {
            return Err(Refused::NameUnusable);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
