//! Tokens: 256 random bits as they travel in URLs and cookies.

use crate::link::TOKEN_CHARACTERS;

/// A token. Its `Debug` says nothing; the store knows only its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(base64url(bytes))
    }

    /// A token as it came in; `None` unless it has the exact shape of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == TOKEN_CHARACTERS
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        shape.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Token(…)")
    }
}

/// Base64url without padding (RFC 4648 section 5).
pub fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * place) & 63) as usize;
            text.extend(LETTERS.get(index).map(|letter| char::from(*letter)));
        }
    }
    text
}
