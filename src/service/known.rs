//! Browsers that an account has signed in from before.
//!
//! Tries on a username and mails for it are limited whoever asks, so a stranger who keeps asking keeps the owner
//! waiting. A browser that the owner has signed in from carries a cookie that says so, and has limits of its own, which
//! no stranger can use up (after OWASP's device cookies). It opens nothing and proves nothing: whoever steals it may
//! guess as often as any stranger, no more.

use super::Portal;
use super::token::base64url;

/// Characters of the cookie's value at the most.
const LONGEST: usize = 200;
const PURPOSE: &str = "known";

/// The cookie's value. Its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Known(String);

impl Known {
    /// What came in; `None` unless it has the shape of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shape =
            text.len() <= LONGEST && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        shape.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Known(…)")
    }
}

/// A cookie that was made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownBy {
    pub account: i64,
    /// Tells this browser from others of the account.
    pub id: String,
}

impl Portal {
    /// The cookie of a browser that has signed in to an account: the one it has, if it is of that account.
    pub(super) fn know(&self, account: i64, had: Option<&Known>) -> Known {
        if let Some(had) = had
            && self.known_by(Some(had)).is_some_and(|known| known.account == account)
        {
            return had.clone();
        }
        let mut plain = account.to_be_bytes().to_vec();
        let mut id = [0_u8; 16];
        self.entropy.fill(&mut id);
        plain.extend(id);
        Known(self.vault.seal(PURPOSE, b"", &plain).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Who a browser's cookie says it has signed in as.
    pub(super) fn known_by(&self, known: Option<&Known>) -> Option<KnownBy> {
        let sealed: Option<Vec<u8>> = known?
            .0
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        let plain = self.vault.open(PURPOSE, b"", &sealed?)?;
        let (account, id) = plain.split_first_chunk::<8>()?;
        Some(KnownBy { account: i64::from_be_bytes(*account), id: base64url(id) })
    }
}
