//! The demo's mailbox: every mail the portal sent, and the made-up people to try it with.
//!
//! It reads the folder that the folder transport fills; nothing else is kept. Mails are shown in a
//! sandboxed frame without scripts, whose links open in the whole window. It speaks English only,
//! because it is for whoever tries the program, not for the people the program serves.

mod mails;
mod page;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, StatusCode};

use super::staff::Seated;
use mails::FileName;

/// A made-up person, with everything that is needed to play them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demonstration {
    /// The state of the account.
    pub state: String,
    pub name: String,
    /// As one types it.
    pub born: String,
    pub ssn: String,
    pub certificate: String,
    pub username: String,
    pub opener: Opener,
    pub email: String,
    /// What to try, and what will happen.
    pub hint: String,
}

/// What a person logs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opener {
    Nothing,
    Password(String),
    /// A temporary password, which stands in a mail alone.
    Mailed,
}

struct Mailbox {
    folder: PathBuf,
    people: Vec<Demonstration>,
    staff: Vec<Seated>,
    portal: String,
    /// The policy of the mailbox's own pages.
    policy: HeaderValue,
}

/// A frame may show the mail and let a tap on a link leave; nothing else.
const FRAME_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; \
     sandbox allow-top-navigation-by-user-activation allow-popups",
);
const BARE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// The mailbox over a folder of `.eml` files. `portal` is where the portal itself is found.
pub fn router(folder: PathBuf, people: Vec<Demonstration>, staff: Vec<Seated>, portal: &str) -> Router {
    let policy = HeaderValue::from_str(&page::policy()).unwrap_or(BARE_POLICY);
    let mailbox = Arc::new(Mailbox { folder, people, staff, portal: portal.to_owned(), policy });
    Router::new()
        .route("/", get(home))
        .route("/mails", get(list))
        .route("/staff", get(desk))
        .route("/mail/{name}", get(mail))
        .route("/mail/{name}/html", get(frame))
        .route("/mail/{name}/source", get(source))
        .fallback(get(|State(mailbox): State<Arc<Mailbox>>| async move { missing(&mailbox) }))
        .with_state(mailbox)
}

async fn home(State(mailbox): State<Arc<Mailbox>>) -> Response {
    match mails::newest(&mailbox.folder).await {
        Ok(mails) => own(&mailbox, page::home(&mails, &mailbox.people, &mailbox.staff, &mailbox.portal)),
        Err(error) => broken(&error),
    }
}

async fn list(State(mailbox): State<Arc<Mailbox>>) -> Response {
    match mails::newest(&mailbox.folder).await {
        Ok(mails) => own(&mailbox, page::list(&mails)),
        Err(error) => broken(&error),
    }
}

async fn desk(State(mailbox): State<Arc<Mailbox>>) -> Response {
    own(&mailbox, page::desk(&mailbox.staff, &mailbox.portal))
}

async fn mail(State(mailbox): State<Arc<Mailbox>>, Path(name): Path<String>) -> Response {
    match find(&mailbox, &name).await {
        Ok(Some((name, bytes))) => match mails::Opened::of(&bytes) {
            Some(opened) => own(&mailbox, page::mail(&name, &opened)),
            None => missing(&mailbox),
        },
        Ok(None) => missing(&mailbox),
        Err(error) => broken(&error),
    }
}

async fn frame(State(mailbox): State<Arc<Mailbox>>, Path(name): Path<String>) -> Response {
    let found = match find(&mailbox, &name).await {
        Ok(found) => found,
        Err(error) => return broken(&error),
    };
    match found.and_then(|(_, bytes)| mails::Opened::of(&bytes)) {
        Some(opened) => {
            let mut headers = guarded(FRAME_POLICY, HTML);
            headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
            (headers, page::framed(&opened.html)).into_response()
        }
        None => missing(&mailbox),
    }
}

async fn source(State(mailbox): State<Arc<Mailbox>>, Path(name): Path<String>) -> Response {
    match find(&mailbox, &name).await {
        Ok(Some((_, bytes))) => (guarded(BARE_POLICY, TEXT), bytes).into_response(),
        Ok(None) => missing(&mailbox),
        Err(error) => broken(&error),
    }
}

async fn find(mailbox: &Mailbox, name: &str) -> std::io::Result<Option<(FileName, Vec<u8>)>> {
    let Some(name) = FileName::parse(name) else { return Ok(None) };
    Ok(mails::read(&mailbox.folder, &name).await?.map(|bytes| (name, bytes)))
}

fn own(mailbox: &Mailbox, html: String) -> Response {
    (guarded(mailbox.policy.clone(), HTML), html).into_response()
}

fn missing(mailbox: &Mailbox) -> Response {
    (StatusCode::NOT_FOUND, own(mailbox, page::missing())).into_response()
}

fn broken(error: &std::io::Error) -> Response {
    tracing::error!(%error, "the mail folder cannot be read");
    let sentence = "The mail folder cannot be read; the log says why.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, guarded(BARE_POLICY, TEXT), sentence).into_response()
}

fn guarded(policy: HeaderValue, kind: HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ])
}
