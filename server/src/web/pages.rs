//! Pages: finds out what a visit brings, then renders. Looking at a page changes nothing but, where
//! the address asks for it, the language in which the next one is.

use std::net::SocketAddr;
use std::sync::Arc;

use app::request::{LANGUAGE_COOKIE, REFUSED_COOKIE, SAVED_COOKIE, cookie};
use app::visit::{Page, Visit};
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{ALLOW, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use super::headers::Nonce;
use super::visits::{Shown, visit};
use super::{Web, cookies, desk};

/// Seconds for which a chosen language is kept: a year.
const LANGUAGE_KEPT: u32 = 365 * 24 * 3600;

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
    if let Some(chosen) = choose_language(&web, request.uri()) {
        return chosen;
    }
    if desk::is_here(path) {
        return desk::show(&web, path, request.headers(), &nonce).await;
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

/// `?lang=es` on any page keeps the choice in a cookie and leads to the same page without it: a link that works before
/// and without scripts, and one that an office may put on its own pages. It is a taste and nobody's state, so a GET may
/// change it.
fn choose_language(web: &Web, uri: &Uri) -> Option<Response> {
    // Alone `//x` would be the name of another host, and for browsers `/\x` too.
    let path = Some(uri.path()).filter(|path| !path.starts_with("//") && !path.contains('\\'))?;
    let language = uri.query()?.strip_prefix("lang=").filter(|language| web.speaks(language))?;
    let kept = HeaderValue::from_str(&cookie(LANGUAGE_COOKIE, language, Some(LANGUAGE_KEPT))).ok()?;
    let mut response = Redirect::to(path).into_response();
    response.headers_mut().append(SET_COOKIE, kept);
    Some(response)
}

/// A page for a request that is refused whole. What is our own fault stays empty here: `trouble.rs` explains it.
#[must_use]
pub fn dead_end(web: &Web, status: StatusCode) -> Response {
    if status.is_server_error() {
        return status.into_response();
    }
    alone(web, status, web.portal.agency.language(), Page::Missing)
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
