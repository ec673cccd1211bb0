//! Mails as data. The sentences stand in `locales/`, and are put together when a mail is sent.

use serde::{Deserialize, Serialize};

use super::Token;
use crate::account::Username;
use crate::link::Code;

/// A mail as it lies sealed in the outbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    pub language: String,
    pub message: Message,
}

/// Everything the portal writes to people.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// *Claim Your Account/Find Username*: the username, a link to *Create a password*, and the code.
    ClaimLink { username: Username, token: MailedToken, code: Code },
    /// Somebody asked to claim an account that already has its password.
    AlreadyClaimed { username: Username },
    /// The account is inactive: no link, whom to ask.
    Inactive { username: Username },
    /// The account is suspended: no link, whom to ask.
    Suspended { username: Username },
    /// The password lives in another login service.
    External { username: Username },
    /// *forgot username?*: every username on the address.
    Usernames { usernames: Vec<Username> },
    /// Notice: a password was set.
    PasswordSet { username: Username },
    /// Notice to the old address: mail goes to another one from now on.
    EmailReplaced { username: Username },
    /// Notice to the new address.
    EmailNow { username: Username },
}

impl Message {
    /// The name of the kind, as the outbox and the locale files have it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ClaimLink { .. } => "claim-link",
            Self::AlreadyClaimed { .. } => "already-claimed",
            Self::Inactive { .. } => "inactive",
            Self::Suspended { .. } => "suspended",
            Self::External { .. } => "external",
            Self::Usernames { .. } => "usernames",
            Self::PasswordSet { .. } => "password-set",
            Self::EmailReplaced { .. } => "email-replaced",
            Self::EmailNow { .. } => "email-now",
        }
    }

    /// The usernames that the mail names: one, or all on an address.
    #[must_use]
    pub fn usernames(&self) -> &[Username] {
        match self {
            Self::Usernames { usernames } => usernames,
            Self::ClaimLink { username, .. }
            | Self::AlreadyClaimed { username }
            | Self::Inactive { username }
            | Self::Suspended { username }
            | Self::External { username }
            | Self::PasswordSet { username }
            | Self::EmailReplaced { username }
            | Self::EmailNow { username } => std::slice::from_ref(username),
        }
    }
}

/// A token on its way into a mail: the one place where it is written down, sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailedToken(String);

impl MailedToken {
    #[must_use]
    pub fn of(token: &Token) -> Self {
        Self(token.as_str().to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for MailedToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("MailedToken(…)")
    }
}
