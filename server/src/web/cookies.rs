//! Cookies of a request, and those of a portal that is reached over http.

use backboard::service::Token;
use http::header::{COOKIE, Entry, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// What the names of our cookies begin with. A browser takes them over https alone (RFC 6265bis, 4.1.3.2).
const HOST_ONLY: &str = "__Host-";
/// What they begin with over http, which is on loopback alone. Chromium and Firefox take loopback for safe and would keep
/// the others; Safari keeps no secure cookie there, so that nobody could sign in.
const LOOPBACK: &str = "loopback-";

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

/// Gives the cookies of a request over http the names that they are read by. Those that came by such a name are another
/// portal's.
pub(super) fn read_loopback(headers: &mut HeaderMap) {
    let rename = |pair: &[u8]| match pair.trim_ascii() {
        pair if pair.starts_with(HOST_ONLY.as_bytes()) => None,
        pair => Some(match pair.strip_prefix(LOOPBACK.as_bytes()) {
            Some(rest) => [HOST_ONLY.as_bytes(), rest].concat(),
            None => pair.to_vec(),
        }),
    };
    let Entry::Occupied(mut lines) = headers.entry(COOKIE) else { return };
    for line in lines.iter_mut() {
        let pairs: Vec<Vec<u8>> = line.as_bytes().split(|byte| *byte == b';').filter_map(rename).collect();
        *line = HeaderValue::from_bytes(&pairs.join(b"; ".as_slice())).unwrap_or(HeaderValue::from_static(""));
    }
}

/// Makes the cookies of an answer such that every browser keeps them that came over http.
pub(super) fn write_loopback(headers: &mut HeaderMap) {
    let Entry::Occupied(mut lines) = headers.entry(SET_COOKIE) else { return };
    for line in lines.iter_mut() {
        let Some(rest) = line.to_str().ok().and_then(|line| line.strip_prefix(HOST_ONLY)) else { continue };
        let kept = format!("{LOOPBACK}{}", rest.replacen("; Secure", "", 1));
        *line = HeaderValue::from_str(&kept).unwrap_or(HeaderValue::from_static(""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_http_a_cookie_has_another_name_and_comes_back_by_its_own() {
        let lines = ["loopback-session=ab; theme=d\u{e4}rk;__Host-session=cd", "loopback-flow=; =;;"];
        let mut asked: HeaderMap =
            lines.iter().map(|line| (COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap())).collect();
        read_loopback(&mut asked);
        assert_eq!(cookie(&asked, "__Host-session"), Some("ab"), "and not twice");
        assert_eq!(cookie(&asked, "__Host-flow"), Some(""));
        assert_eq!(cookie(&asked, "theme"), Some("d\u{e4}rk"));
        assert_eq!(cookie(&asked, "loopback-session"), None);

        let set = app::request::cookie("__Host-session", "", Some(0));
        let mut answered = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(&set).unwrap())]);
        answered.append(SET_COOKIE, HeaderValue::from_static("theme=dark; Secure"));
        write_loopback(&mut answered);
        let lines: Vec<&str> = answered.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
        assert_eq!(lines, ["loopback-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", "theme=dark; Secure"]);
    }

    #[test]
    fn a_cookie_with_a_tab_in_it_is_none() {
        let of = |line: &'static str| HeaderMap::from_iter([(COOKIE, http::HeaderValue::from_static(line))]);
        assert_eq!(cookie(&of("__Host-session=ab;\ttheme=dark"), "__Host-session"), Some("ab"));
        assert_eq!(cookie(&of("__Host-session=a\tb"), "__Host-session"), None);
    }
}
