//! Pages: finds out what a visit brings, then renders. Looking at a page changes nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use app::request::{REFUSED_COOKIE, SAVED_COOKIE, cookie};
use app::visit::{Page, Visit};
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{ALLOW, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::headers::Nonce;
use super::visits::{Shown, visit};
use super::{Web, cookies, desk};

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
        let mut response = dead_end(&web, StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if let Some(file) = web.assets.answer(path, request.headers()) {
        return file;
    }
    if desk::is_here(path) {
        return desk::show(&web, path, request.headers()).await;
    }
    match visit(&web, path, request.headers()).await {
        Ok(Shown::Page(status, visit)) => page(&web, status, &visit, request.headers(), &nonce),
        Ok(Shown::Elsewhere(path)) => Redirect::to(path).into_response(),
        Err(fault) => {
            tracing::error!(%fault, "page");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A page for a request that is refused whole. What is our own fault stays empty here: `trouble.rs` explains it.
#[must_use]
pub fn dead_end(web: &Web, status: StatusCode) -> Response {
    if status.is_server_error() {
        return status.into_response();
    }
    alone(web, status, "en", Page::Missing)
}

/// The page of something that broke, with the number that the office can find it under.
#[must_use]
pub fn broken(web: &Web, status: StatusCode, language: &str, number: String) -> Response {
    alone(web, status, language, Page::Broken { number })
}

/// A page that belongs to no address.
fn alone(web: &Web, status: StatusCode, language: &str, page: Page) -> Response {
    let (site, files) = web.site(language);
    (status, Html(app::shell::render_alone(page, site, files))).into_response()
}

fn page(web: &Web, status: StatusCode, visit: &Visit, headers: &HeaderMap, nonce: &str) -> Response {
    let (site, files) = web.site(web.language(headers));
    let mut response = (status, Html(app::shell::render(visit, site, files, nonce))).into_response();
    for shown_once in [REFUSED_COOKIE, SAVED_COOKIE] {
        if cookies::cookie(headers, shown_once).is_some()
            && let Ok(gone) = HeaderValue::from_str(&cookie(shown_once, "", Some(0)))
        {
            response.headers_mut().append(SET_COOKIE, gone);
        }
    }
    if visit.signed_in.is_some() {
        response.extensions_mut().insert(Private);
    }
    response
}
