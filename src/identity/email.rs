//! E-mail addresses.

use serde::{Deserialize, Serialize};

use crate::refused::Refused;

/// An address that mail can be sent to, kept byte for byte as the roster has it.
///
/// Refused are: quoted local parts, IP literals, non-ASCII characters, spaces and control characters,
/// any of `()<>[]:;\,"`, more than one `@`, a domain without a dot, more than 254 bytes in all or 64
/// before the `@` (RFC 5321 section 4.5.3.1). So no address can carry a second recipient or a header.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::TooLong`] or [`Refused::EmailUnusable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        if text.len() > 254 {
            return Err(Refused::TooLong);
        }
        let usable = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>[]:;\\,\"".contains(&byte));
        let Some((local, domain)) = text.split_once('@') else { return Err(Refused::EmailUnusable) };
        let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
        let labels = domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        if usable && !local.is_empty() && local.len() <= 64 && dots(local) && domain.contains('.') && labels {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::EmailUnusable)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a typed address and a stored one share: ASCII case does not count, nothing else is folded, so
    /// no look-alike letter ever matches. Mail still goes to the stored bytes alone.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// Logs show that there is an address, not which.
impl std::fmt::Debug for Email {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Email(…)")
    }
}
