//! An answer of the portal, and what must be true of every one of them.

use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, RETRY_AFTER, SERVER, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

pub struct Answer {
    /// Method and path, for messages.
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A cookie that an answer sets or removes.
#[derive(Debug, PartialEq, Eq)]
pub struct SetCookie {
    pub name: String,
    pub value: String,
    pub max_age: Option<u32>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn location(&self) -> Option<&str> {
        self.header(LOCATION.as_str())
    }

    pub fn retry_after(&self) -> Option<u32> {
        self.header(RETRY_AFTER.as_str()).map(|seconds| seconds.parse().unwrap())
    }

    pub fn cookies(&self) -> Vec<SetCookie> {
        self.headers.get_all(SET_COOKIE).iter().map(|line| SetCookie::read(line.to_str().unwrap())).collect()
    }

    /// The problems of a JSON answer: field, reason.
    pub fn problems(&self) -> Vec<(String, String)> {
        let json = self.json();
        let problems = json["problems"].as_array().unwrap_or_else(|| panic!("{}: {json}", self.asked));
        let text = |problem: &Value, name: &str| problem[name].as_str().unwrap().to_owned();
        problems.iter().map(|problem| (text(problem, "field"), text(problem, "refused"))).collect()
    }

    /// Whether there is exactly this problem.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, field: &str, refused: &str) {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        assert_eq!(self.problems(), [(field.to_owned(), refused.to_owned())], "{}", self.asked);
    }

    #[track_caller]
    pub fn assert_goes(&self, to: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}: {}", self.asked, self.text());
        assert_eq!(self.location(), Some(to), "{}", self.asked);
    }

    /// Refused, so back to the form's page, where its problems are.
    #[track_caller]
    pub fn assert_back_to(&self, page: &str) {
        self.assert_goes(&format!("{page}#problems"));
    }

    #[track_caller]
    pub fn assert_json_goes(&self, to: &str) {
        assert_eq!(self.status, StatusCode::OK, "{}: {}", self.asked, self.text());
        assert_eq!(self.json(), serde_json::json!({ "go": to }), "{}", self.asked);
    }

    /// The token that forms on this page carry for the session.
    pub fn csrf(&self) -> String {
        self.attribute("name=\"csrf\" value=\"").unwrap_or_else(|| panic!("{}: no csrf: {}", self.asked, self.text()))
    }

    /// What stands in the page between this and the next quotation mark.
    pub fn attribute(&self, before: &str) -> Option<String> {
        Some(self.text().split_once(before)?.1.split('"').next()?.to_owned())
    }

    /// The problems that a page shows at the top of its form, as HTML.
    pub fn summary(&self) -> Option<String> {
        let text = self.text();
        let (_, after) = text.split_once("id=\"problems\"")?;
        Some(after.split("</ul>").next()?.to_owned())
    }

    /// Whether a text stands anywhere in the headers or the body.
    pub fn holds(&self, text: &str) -> bool {
        let in_bytes = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        in_bytes(&self.body) || self.headers.values().any(|value| in_bytes(value.as_bytes()))
    }

    /// The nonce of its Content-Security-Policy.
    pub fn nonce(&self) -> String {
        let policy = self.header(CONTENT_SECURITY_POLICY.as_str()).unwrap();
        policy.split_once("'nonce-").unwrap().1.split('\'').next().unwrap().to_owned()
    }

    /// The desk's pages have no script of any kind, but for the one on pages of a session that says when this ends.
    fn check_desk(&self, nonce: Option<&str>) {
        let (asked, text) = (&self.asked, self.text());
        assert!(!text.contains(" style=") && !text.contains("javascript:"), "{asked}");
        let scripts: Vec<&str> = text.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
        let Some(nonce) = nonce else { return assert!(scripts.is_empty(), "{asked}: {scripts:?}") };
        let ours = format!(" type=\"module\" nonce=\"{nonce}\" src=\"/pkg/stay.");
        assert!(matches!(*scripts, [one] if one.starts_with(&ours)), "{asked}: {scripts:?}");
        assert!(text.contains("data-seconds=\"") && text.contains("/api/desk/sign-out"), "{asked}: no session");
    }

    /// What holds for every answer, whatever was asked. Gives the nonce; a page of the desk has none where no script runs.
    pub fn check(&self) -> Option<String> {
        let asked = &self.asked;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ] {
            let lines: Vec<_> = self.headers.get_all(name).iter().collect();
            assert_eq!(lines, [value], "{asked}: {name}");
        }
        assert!(self.header("permissions-policy").unwrap().contains("camera=()"), "{asked}");
        assert_eq!(self.headers.get_all(CONTENT_SECURITY_POLICY).iter().count(), 1, "{asked}");
        let policy = self.header(CONTENT_SECURITY_POLICY.as_str()).unwrap();
        for part in [
            "default-src 'none'",
            "base-uri 'none'",
            "object-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{asked}: {policy}");
        }
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{asked}: {policy}");
        let path = asked.split(' ').nth(1).unwrap_or_default();
        let is_desk = path == "/desk" || path.starts_with("/desk/") || path.starts_with("/desk?");
        assert_eq!(policy.contains("'wasm-unsafe-eval'"), !is_desk, "{asked}: {policy}");
        let nonce = policy.contains("script-src").then(|| self.nonce());
        if is_desk {
            self.check_desk(nonce.as_deref());
        } else {
            assert!(nonce.is_some(), "{asked}: {policy}");
        }
        assert!(nonce.as_ref().is_none_or(|nonce| nonce.len() >= 22), "{asked}: {policy}");

        let id = self.header("x-request-id").unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{asked}: {id}");
        assert_eq!(self.headers.get(SERVER), None, "{asked}");
        assert!(!self.headers.contains_key("serverfnerror"), "{asked}");
        assert!(!self.headers.contains_key("access-control-allow-origin"), "{asked}");
        let cache = self.header(CACHE_CONTROL.as_str()).unwrap();
        // The browser's share knows the word; no page and no answer of a form does.
        assert!(cache != "no-store" || !self.holds("__err"), "{asked}");
        assert!(cache == "no-store" || cache.starts_with("public, max-age="), "{asked}: {cache}");
        if cache != "no-store" {
            assert_eq!(self.headers.get(SET_COOKIE), None, "{asked}: a cookie on a file");
        }
        if matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            assert!(self.retry_after().is_some_and(|seconds| seconds > 0), "{asked}: {}", self.status);
        }
        if let Some(location) = self.location() {
            let local = location.starts_with('/') && !location.starts_with("//") && !location.contains(['\\', '?']);
            assert!(local && self.status == StatusCode::SEE_OTHER, "{asked}: {} {location}", self.status);
        }
        self.cookies();
        nonce
    }

    /// The document is HTML in UTF-8.
    pub fn is_page(&self) -> bool {
        self.header(CONTENT_TYPE.as_str()) == Some("text/html; charset=utf-8")
    }
}

impl SetCookie {
    /// Reads the header, and holds it to the flags of every cookie, set or removed.
    fn read(line: &str) -> Self {
        let mut parts = line.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let mut flags: Vec<&str> = parts.collect();
        let max_age = flags.iter().position(|flag| flag.starts_with("Max-Age="));
        let max_age = max_age.map(|place| flags.remove(place).split_once('=').unwrap().1.parse().unwrap());
        assert!(name.starts_with("__Host-"), "{line}");
        assert_eq!(flags, ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"], "{line}");
        Self { name: name.to_owned(), value: value.to_owned(), max_age }
    }

    pub fn is_removal(&self) -> bool {
        self.value.is_empty() && self.max_age == Some(0)
    }
}
