//! Usernames and account states.

use serde::{Deserialize, Serialize};

#[cfg(feature = "service")]
use crate::identity::fold;
use crate::identity::readable;
use crate::refused::{Refused, codes};

codes! {
    /// What may be done with an account.
    AccountState {
        /// The roster knows the person; nobody has signed in yet.
        Unclaimed = "unclaimed",
        Active = "active",
        Inactive = "inactive",
        Suspended = "suspended",
        /// The password lives in another login service.
        External = "external",
    }
}

codes! {
    /// What *This wasn't me* stopped, until the office opens it again.
    Frozen {
        /// No link and no temporary password is mailed. The password itself works: nobody else has it.
        Resets = "resets",
        /// The password was changed by somebody else, so it opens nothing either.
        All = "all",
    }
}

/// The longest username, in characters.
pub const USERNAME_LONGEST: usize = 64;

/// A username as it was given out: 3 to 64 letters, digits and `. _ - @ +`, ASCII.
///
/// ASCII only, so that no look-alike letter can stand for another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::Unreadable`] or [`Refused::UsernameUnusable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = readable(text)?.trim();
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        let length = text.len();
        let letters = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte));
        if !letters || !(3..=USERNAME_LONGEST).contains(&length) {
            return Err(Refused::UsernameUnusable);
        }
        Ok(Self(text.to_owned()))
    }

    /// A username made from a name when the roster brings none: `ada.lovelace`, `ada.lovelace2`, …
    #[cfg(feature = "service")]
    #[must_use]
    pub fn suggested(first: &str, last: &str, number: u32) -> Self {
        let part = |text: &str| -> String { fold(text).chars().filter(char::is_ascii_alphanumeric).take(24).collect() };
        let (first, last) = (part(first), part(last));
        let mut name = match (first.is_empty(), last.is_empty()) {
            (false, false) => format!("{first}.{last}"),
            (true, true) => "person".to_owned(),
            _ => format!("{first}{last}"),
        };
        // Made long enough before the number, or 2 and 20 would come out alike.
        while name.len() < 3 {
            name.push('0');
        }
        if number > 1 {
            name.push_str(&number.to_string());
        }
        Self(name)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one username share: the login ID is not case sensitive.
    #[must_use]
    pub fn key(&self) -> UsernameKey {
        UsernameKey(self.0.to_ascii_lowercase())
    }
}

impl std::fmt::Display for Username {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// A username as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsernameKey(String);

impl UsernameKey {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
