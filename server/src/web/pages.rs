//! Pages: finds out what a visit brings, then renders. Looking at a page changes nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use app::request::{BROWSER_COOKIE, REFUSED_COOKIE, SESSION_COOKIE, cookie, open};
use app::visit::{Page, SignedIn, Visit};
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use backboard::refused::Refused;
use backboard::service::Declined;
use backboard::service::ports::Fault;
use backboard::service::records::Session;
use http::header::{ALLOW, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::headers::Nonce;
use super::{Web, cookies};

/// Signed-in pages are not compressed: what a visitor can put into a page must not lie beside the
/// session's token in one compressed stream.
#[derive(Clone)]
pub struct Private;

/// A page, or a file.
pub async fn show(
    State(web): State<Arc<Web>>,
    ConnectInfo(_): ConnectInfo<SocketAddr>,
    Extension(Nonce(nonce)): Extension<Nonce>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = dead_end(&web, StatusCode::METHOD_NOT_ALLOWED, &nonce);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if let Some(file) = web.assets.answer(path, request.headers()) {
        return file;
    }
    match visit(&web, path, request.headers()).await {
        Ok(Shown::Page(status, visit)) => page(&web, status, &visit, request.headers(), &nonce),
        Ok(Shown::Elsewhere(path)) => Redirect::to(path).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "page");
            dead_end(&web, StatusCode::SERVICE_UNAVAILABLE, &nonce)
        }
    }
}

/// A page for a request that is refused whole.
#[must_use]
pub fn dead_end(web: &Web, status: StatusCode, nonce: &str) -> Response {
    let page = if status.is_server_error() { Page::Broken } else { Page::Missing };
    let visit = Visit { path: "/missing".to_owned(), page, ..Visit::default() };
    let (site, files) = web.site("en");
    (status, Html(app::shell::render(&visit, site, files, nonce))).into_response()
}

enum Shown {
    Page(StatusCode, Box<Visit>),
    Elsewhere(&'static str),
}

async fn visit(web: &Web, path: &str, headers: &HeaderMap) -> Result<Shown, Fault> {
    let token = cookies::token(headers, SESSION_COOKIE);
    let session = match &token {
        Some(token) => web.portal.session(token).await?,
        None => None,
    };
    let browser = cookies::token(headers, BROWSER_COOKIE);
    let (status, data) = match path {
        "/" => return Ok(Shown::Elsewhere(if session.is_some() { "/home" } else { "/sign-in" })),
        "/home" if session.is_none() => return Ok(Shown::Elsewhere("/sign-in")),
        "/sign-in" if session.is_some() => return Ok(Shown::Elsewhere("/home")),
        "/sign-in" | "/claim" | "/claim/sent" | "/code" | "/forgot-username" | "/forgot-username/sent" | "/home" => {
            (StatusCode::OK, Page::Plain)
        }
        "/claim/password" => alive(web.portal.claim_choosing(browser.as_ref()).await.map(|choosing| Page::Choosing {
            username: choosing.username.as_str().to_owned(),
            shared: choosing.shared,
        }))?,
        path => match path.strip_prefix("/link/") {
            Some(token) if !token.is_empty() && !token.contains('/') => {
                alive(web.portal.link(token).await.map(|_| Page::Link { token: token.to_owned() }))?
            }
            _ => (StatusCode::NOT_FOUND, Page::Missing),
        },
    };
    let refused = cookies::cookie(headers, REFUSED_COOKIE).and_then(|value| open(&web.portal, value));
    let signed_in = session.map(|session| signed_in(web, &session));
    Ok(Shown::Page(status, Box::new(Visit { path: path.to_owned(), signed_in, refused, page: data })))
}

/// A page that may be dead: the reason is the page, a fault is not.
fn alive(found: Result<Page, Declined>) -> Result<(StatusCode, Page), Fault> {
    match found {
        Ok(page) => Ok((StatusCode::OK, page)),
        Err(Declined::Problems(problems)) => {
            let refused = problems.first().map_or(Refused::FlowOver, |problem| problem.refused);
            Ok((StatusCode::GONE, Page::Dead { refused }))
        }
        Err(Declined::Fault(fault)) => Err(fault),
    }
}

fn signed_in(web: &Web, session: &Session) -> SignedIn {
    SignedIn { username: session.username.as_str().to_owned(), csrf: web.portal.csrf(session) }
}

fn page(web: &Web, status: StatusCode, visit: &Visit, headers: &HeaderMap, nonce: &str) -> Response {
    let (site, files) = web.site(web.language(headers));
    let mut response = (status, Html(app::shell::render(visit, site, files, nonce))).into_response();
    if cookies::cookie(headers, REFUSED_COOKIE).is_some()
        && let Ok(gone) = HeaderValue::from_str(&cookie(REFUSED_COOKIE, "", Some(0)))
    {
        response.headers_mut().append(SET_COOKIE, gone);
    }
    if visit.signed_in.is_some() {
        response.extensions_mut().insert(Private);
    }
    response
}
