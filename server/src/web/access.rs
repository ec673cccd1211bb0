//! The id of a request, and its line in the log.
//!
//! The id stands in the span around everything that is logged for the request, in the answer's `x-request-id`, and,
//! shortened, on the page of something that broke. A visitor's own is ignored; that of a trusted proxy is taken when
//! it is well formed, so that its log and ours can be laid side by side.
//!
//! The line says method, route, status and milliseconds. It holds no path as it was asked, because people mistype
//! addresses that hold a token; no query; and nothing about the visitor: no address, no browser. The proxy in front
//! knows the address, under the same id and its own rules for keeping it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::address::is_trusted;
use super::operations::operation_at;
use super::{Web, visits};
use crate::metrics::{UnderWay, metrics};

/// The header that carries an id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of the id that a person reads to the office. They are the last ones: ids that proxies give may begin
/// with the time.
const SPOKEN: usize = 8;

/// The id of one request: 128 random bits in hexadecimal digits, or what a trusted proxy said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// What is read to the office: `09ab 7c1d`.
    #[must_use]
    pub fn spoken(&self) -> String {
        let last = self.0.len().saturating_sub(SPOKEN);
        let (first, second) =
            self.0.get(last..).and_then(|short| short.split_at_checked(SPOKEN / 2)).unwrap_or_default();
        format!("{first} {second}")
    }

    fn of(web: &Web, request: &Request) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let by_proxy = peer.is_some_and(|ConnectInfo(peer)| is_trusted(peer.ip(), &web.trusted));
        by_proxy.then(|| forwarded(request.headers())).flatten().unwrap_or_else(|| Self::random(web))
    }

    fn random(web: &Web) -> Self {
        let mut bytes = [0_u8; 16];
        web.portal.entropy.fill(&mut bytes);
        Self(bytes.iter().fold(String::with_capacity(32), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }
}

/// One header, of 16 to 64 letters, digits, dashes and underscores; else none.
fn forwarded(headers: &HeaderMap) -> Option<RequestId> {
    let mut ids = headers.get_all(REQUEST_ID).iter();
    let (Some(id), None) = (ids.next(), ids.next()) else { return None };
    let id = id.to_str().ok()?;
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (plain && (16..=64).contains(&id.len())).then(|| RequestId(id.to_owned()))
}

/// Gives the request its id, and logs it when it is answered.
pub async fn note(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&web, &request);
    // An error's level, so that the id stands beside what is logged in every filter.
    let span = tracing::error_span!("request", id = id.0);
    let mut line = Line {
        span: span.clone(),
        method: known(request.method()),
        place: place(&web, request.uri().path()),
        _under_way: metrics().requests.begin(),
        since: Instant::now(),
        status: None,
    };
    let header = HeaderValue::from_str(&id.0);
    request.extensions_mut().insert(id);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(id) = header {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    line.status = Some(response.status());
    response
}

/// What is logged when it goes out of scope: also when the visitor left before the answer.
struct Line {
    span: Span,
    method: &'static str,
    place: Place,
    _under_way: UnderWay,
    since: Instant,
    status: Option<StatusCode>,
}

/// An address as the program knows it.
struct Place {
    /// For the log: the path, without what a link holds.
    route: &'static str,
    /// For the metrics: the operation's name, or the page.
    operation: &'static str,
}

impl Drop for Line {
    fn drop(&mut self) {
        let Self { span, method, place: Place { route, operation }, since, status, .. } = self;
        metrics().requests.end(operation, method, status.map(|status| status.as_u16()), *since);
        let ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.in_scope(|| match status {
            Some(status) => tracing::info!(target: "access", method, route, status = status.as_u16(), ms, "answered"),
            None => tracing::info!(target: "access", method, route, ms, "left before the answer"),
        });
    }
}

/// Only methods that we know by name: another one is a text of the visitor's.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn place(web: &Web, path: &str) -> Place {
    if let Some(operation) = operation_at(path) {
        return Place { route: &operation.path, operation: &operation.name };
    }
    match visits::route(path).or_else(|| web.assets.holds(path).then_some("file")) {
        Some(page) => Place { route: page, operation: page },
        None => Place { route: "unknown", operation: "other" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_well_formed_id_is_taken() {
        let taken = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(REQUEST_ID, HeaderValue::from_static(line));
            }
            forwarded(&headers).map(|id| id.0)
        };
        let good = "018f2b9c-7b1e-7c3d-9a54-0c1f00aa22bb";
        assert_eq!(taken(&[good]).as_deref(), Some(good));
        for bad in [&[][..], &[""], &["short"], &[good, good], &["0123456789abcdef\"}"], &["0123456789abcdef 1"]] {
            assert_eq!(taken(bad), None, "{bad:?}");
        }
        let long: &'static str = Box::leak("a".repeat(65).into_boxed_str());
        assert_eq!(taken(&[long]), None);
    }

    #[test]
    fn the_end_of_an_id_can_be_read_out() {
        assert_eq!(RequestId("00112233445566778899aabb09ab7c1d".to_owned()).spoken(), "09ab 7c1d");
    }
}
