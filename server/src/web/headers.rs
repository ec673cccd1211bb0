//! Security headers on every response, errors and files included.

use std::fmt::Write as _;
use std::sync::Arc;

use app::request::{DESK_COOKIE, SESSION_COOKIE};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, RETRY_AFTER, SERVER, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::{Web, cookies, desk};
use crate::robots::Widget;

/// Seconds after which a visitor may try again when the server is busy: *in a minute*, as the pages say.
const BUSY_SECONDS: u32 = 60;

/// What a browser forgets at sign-out. `cache` takes the pages that the Back button would bring back without asking us,
/// on a computer that a station shares; the files of every visitor go with them and are loaded once more. `storage` is
/// empty today, and stays so whatever is added. Not `cookies`: browsers would clear those of every other service of
/// the office's domain too, and ours are removed by name. Not `executionContexts`: it would reload under the answer.
const CLEARED: &str = "\"cache\", \"storage\"";

/// The desk's pages have no script, so none may run there, and nothing is fetched but style and pictures of ours.
const DESK_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; \
                           object-src 'none'; form-action 'self'; frame-ancestors 'none'";
/// But for the one that says that a session is about to end, on pages of a session: it asks us to carry it on.
const DESK_NOTICE: &str = "; connect-src 'self'; script-src ";

/// The nonce of one response's Content-Security-Policy. Every request brings it; an answer of the desk that has it runs a
/// script.
#[derive(Clone)]
pub struct Nonce(pub String);

/// Sets the headers, and refuses a Host that is not ours.
pub async fn protect(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let nonce = nonce(&web);
    let is_desk = desk::is_here(request.uri().path());
    if !web.secure {
        cookies::read_loopback(request.headers_mut());
    }
    let mut response = if is_our_host(&web, &request) {
        request.extensions_mut().insert(Nonce(nonce.clone()));
        next.run(request).await
    } else {
        let sentence = web.wrong_host();
        (StatusCode::MISDIRECTED_REQUEST, sentence).into_response()
    };
    let policy = match is_desk {
        true if response.extensions().get::<Nonce>().is_some() => format!("{DESK_POLICY}{DESK_NOTICE}'nonce-{nonce}'"),
        true => DESK_POLICY.to_owned(),
        false => policy(&nonce, web.hosted.as_ref()),
    };
    let is_busy = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.remove(SERVER);
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if web.secure {
        set(STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if is_busy && !headers.contains_key(RETRY_AFTER) {
        headers.insert(RETRY_AFTER, HeaderValue::from(BUSY_SECONDS));
    }
    if ends_session(headers) {
        headers.insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static(CLEARED));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if !web.secure {
        cookies::write_loopback(headers);
    }
    response
}

/// Whether an answer takes a session's cookie away.
fn ends_session(headers: &HeaderMap) -> bool {
    let removals = [SESSION_COOKIE, DESK_COOKIE].map(|name| format!("{name}=;"));
    let is_removal =
        |line: &HeaderValue| removals.iter().any(|removal| line.as_bytes().starts_with(removal.as_bytes()));
    headers.get_all(SET_COOKIE).iter().any(is_removal)
}

/// The Host must be the configured one, byte for byte but for case; so no header decides an address.
fn is_our_host(web: &Web, request: &Request) -> bool {
    let mut hosts = request.headers().get_all(http::header::HOST).iter();
    let header = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        (None, _) => request.uri().authority().map(http::uri::Authority::as_str),
        (Some(_), Some(_)) => None,
    };
    let uri = request.uri().authority().is_none_or(|authority| authority.as_str().eq_ignore_ascii_case(&web.host));
    uri && header.is_some_and(|host| host.eq_ignore_ascii_case(&web.host))
}

fn policy(nonce: &str, hosted: Option<&Widget>) -> String {
    let (script, frame, connect, style) = hosted.map_or(("", "'none'", "", ""), |one| {
        (one.script_origin, one.frame_origin, one.connect_origin, one.style_origin)
    });
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval' {script}; worker-src 'self'; style-src 'self' {style}; \
         img-src 'self' data:; font-src 'self'; connect-src 'self' {connect}; frame-src {frame}; manifest-src 'self'; base-uri 'none'; \
         object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

fn nonce(web: &Web) -> String {
    let mut bytes = [0_u8; 16];
    web.portal.entropy.fill(&mut bytes);
    bytes.iter().fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
