//! Cookie headers, one a line.

use http::HeaderMap;
use http::HeaderValue;
use http::header::COOKIE;
use server::web::cookies::{cookie, token};

const OURS: [&str; 4] = ["__Host-session", "__Host-flow", "__Host-refused", "__Host-saved"];

pub fn check(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, value);
        }
    }
    for name in OURS {
        let found = cookie(&headers, name);
        if let Some(value) = found {
            assert!(!value.contains(';') && !value.contains(char::is_control), "{value:?}");
            let pair = format!("{name}={value}");
            let holds = |line: &HeaderValue| line.as_bytes().windows(pair.len()).any(|part| part == pair.as_bytes());
            assert!(headers.get_all(COOKIE).iter().any(holds), "{value:?} was never sent");
            let mut twice = headers.clone();
            twice.append(
                COOKIE,
                HeaderValue::from_static("__Host-session=a; __Host-flow=a; __Host-refused=a; __Host-saved=a"),
            );
            assert_eq!(cookie(&twice, name), None, "the first of two was taken");
        }
        if let Some(token) = token(&headers, name) {
            assert_eq!(Some(token.as_str()), found);
            assert_eq!(token.as_str().len(), 43);
        }
        // What another application left there changes nothing.
        let mut more = headers.clone();
        let others = HeaderValue::from_bytes(b"theme=\xff; __host-session=x; a; __Host-session2=y; =").ok();
        others.map(|others| more.append(COOKIE, others));
        assert_eq!(cookie(&more, name), found, "another cookie took ours with it");
    }
}
