//! Mailed links and the codes beside them.
//!
//! A link is 256 random bits, hashed at rest, good for 60 minutes. Up to three of an account may be
//! live; any of them works until one is used, then all die (mails arrive late and out of order).
//! The code in the same mail has 8 digits, is bound to the browser that asked, and allows five tries.

use serde::{Deserialize, Serialize};

use crate::identity::is_gap;
use crate::moment::Moment;
use crate::refused::{Refused, codes};

/// How long a link works, in seconds.
pub const LINK_SECONDS: i64 = 60 * 60;
/// Of how many requests for one account the links may be live at once. A request mails one link, or for a shared
/// account one to each address.
pub const LINKS_LIVE: u32 = 3;
/// How long a flow may take from the link to its last step, in seconds.
pub const FLOW_SECONDS: i64 = 60 * 60;
/// Digits of a code.
pub const CODE_DIGITS: usize = 8;
/// Wrong answers to the challenge question after which a link takes no more.
pub const ANSWER_TRIES: u32 = 5;
/// Wrong codes after which a browser's code is dead.
pub const CODE_TRIES: u32 = 5;
/// Characters of a token in a URL: 32 bytes, base64url without padding.
pub const TOKEN_CHARACTERS: usize = 43;

codes! {
    /// What a link or flow is for. A link of one purpose is refused by every other journey.
    Purpose {
        Claim = "claim",
        /// A forgotten password.
        Reset = "reset",
    }
}

codes! {
    /// Where a flow stands. Steps are only ever taken forward, by one conditional UPDATE.
    Step {
        /// Somebody asked; a mail may be on its way.
        Asked = "asked",
        /// The link or the code proved the mailbox; the challenge question is asked.
        Challenge = "challenge",
        /// Everything asked was proved; a password may be chosen.
        Password = "password",
        Done = "done",
    }
}

/// What is known of a link at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkFate {
    pub expires: Moment,
    pub spent: bool,
    /// Another link of the account was used, or too many newer ones were asked for.
    pub superseded: bool,
}

impl LinkFate {
    /// Whether the link still works.
    ///
    /// # Errors
    /// Why it does not, the most telling reason first.
    pub const fn live(self, now: Moment) -> Result<(), Refused> {
        if self.spent {
            Err(Refused::LinkSpent)
        } else if self.superseded {
            Err(Refused::LinkSuperseded)
        } else if now.0 >= self.expires.0 {
            Err(Refused::LinkExpired)
        } else {
            Ok(())
        }
    }
}

/// A code as typed: eight digits, with any spaces and dashes people put between them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code(String);

impl Code {
    /// # Errors
    /// [`Refused::Missing`] or [`Refused::CodeDigits`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let kept: String =
            text.chars().filter(|c| !is_gap(*c) && !matches!(c, '-' | '\u{2010}'..='\u{2015}')).collect();
        if kept.is_empty() {
            return Err(Refused::Missing);
        }
        if kept.len() != CODE_DIGITS || !kept.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refused::CodeDigits);
        }
        Ok(Self(kept))
    }

    /// A code from random bits. The bias of the remainder is below 2⁻³⁷.
    #[must_use]
    pub fn from_random(bits: u64) -> Self {
        Self(format!("{:08}", bits % 100_000_000))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is written in a mail: two groups of four.
    #[must_use]
    pub fn grouped(&self) -> String {
        let (first, second) = self.0.split_at(CODE_DIGITS / 2);
        format!("{first} {second}")
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Code(…)")
    }
}
