//! Cookies of a request.

use backboard::service::Token;
use http::HeaderMap;
use http::header::COOKIE;

/// The value of a cookie; none when it is there twice, because then somebody meddled, or has a control character.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        // One by one: a cookie of another application that is no ASCII must not take ours with it.
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(value), None) if !value.contains(char::is_control) => Some(value),
        _ => None,
    }
}

/// The token in a cookie, if it has the shape of one.
#[must_use]
pub fn token(headers: &HeaderMap, name: &str) -> Option<Token> {
    cookie(headers, name).and_then(Token::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_with_a_tab_in_it_is_none() {
        let of = |line: &'static str| HeaderMap::from_iter([(COOKIE, http::HeaderValue::from_static(line))]);
        assert_eq!(cookie(&of("__Host-session=ab;\ttheme=dark"), "__Host-session"), Some("ab"));
        assert_eq!(cookie(&of("__Host-session=a\tb"), "__Host-session"), None);
    }
}
