//! Tokens of links and cookies.

use backboard::link::TOKEN_CHARACTERS;
use backboard::service::Token;

pub fn check(data: &[u8]) {
    if let Some(token) = std::str::from_utf8(data).ok().and_then(Token::parse) {
        assert_eq!(token.as_str().as_bytes(), data, "a token is what came in");
        assert!(data.len() == TOKEN_CHARACTERS && data.iter().all(|byte| is_plain(*byte)), "{data:?}");
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
    if let Some(bytes) = data.first_chunk::<32>() {
        let token = Token::from_bytes(bytes);
        assert!(Token::parse(token.as_str()) == Some(token.clone()), "a token that is made is none");
        for place in 0..32 {
            let mut other = *bytes;
            other.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 1);
            assert!(Token::from_bytes(&other) != token, "two tokens are one");
        }
    }
}

/// What stands in a URL and in a cookie as it is.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
