//! In which forms a browser takes an answer: `Accept-Encoding`.
//!
//! Who refuses a plain answer and takes no other is answered plainly all the same, as RFC 9110 section 12.5.3 allows:
//! people sit behind such a client, and they cannot mend it. The compression layer would overwrite the status with
//! *406*, and only after the operation has done its work.

use axum::extract::Request;
use http::HeaderValue;
use http::header::ACCEPT_ENCODING;

/// The form that one part of the header names, and whether its weight of zero refuses it.
#[must_use]
pub fn named(part: &str) -> (&str, bool) {
    let (name, weight) = part.split_once(';').unwrap_or((part, ""));
    let weight = weight.trim().strip_prefix(['q', 'Q']).and_then(|weight| weight.strip_prefix('='));
    (name.trim(), weight.and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0))
}

/// Takes back that a plain answer is refused.
pub async fn allow_plain(mut request: Request) -> Request {
    let lines = request.headers().get_all(ACCEPT_ENCODING);
    let parts: Vec<&str> =
        lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    let kept: Vec<&str> = parts.iter().copied().filter(|part| !refuses_plain(part)).collect();
    if kept.len() < parts.len() {
        // What was read as text a moment ago is a value again.
        let kept = HeaderValue::from_str(&kept.join(","));
        match kept {
            Ok(kept) => request.headers_mut().insert(ACCEPT_ENCODING, kept),
            Err(_) => request.headers_mut().remove(ACCEPT_ENCODING),
        };
    }
    request
}

fn refuses_plain(part: &str) -> bool {
    let (name, refused) = named(part);
    refused && (name == "*" || name.eq_ignore_ascii_case("identity"))
}
