//! What broke, was too slow or is too busy becomes an answer that helps: for a browser a page with the office's phone
//! and a number to tell it, for a script the JSON that it reads. Without this a time-out or a panic would be an empty
//! page.

use std::sync::Arc;

use app::answer::Answer;
use axum::body::HttpBody as _;
use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use backboard::refused::{Problem, Refused};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};

use super::access::RequestId;
use super::guard::wants_page;
use super::operations::operation_at;
use super::{Web, pages};

/// Gives a request its time, and whoever is answered with an error of ours and nothing beside it, a way out.
pub async fn explain(
    State(web): State<Arc<Web>>,
    Extension(id): Extension<RequestId>,
    request: Request,
    next: Next,
) -> Response {
    let is_page = !request.uri().path().starts_with("/api/") || wants_page(request.headers());
    let language = web.language(request.headers()).to_owned();
    let brings_file = operation_at(request.uri().path()).is_some_and(|operation| operation.file.is_some());
    let patience = if brings_file { web.file_patience } else { web.patience };
    let response = tokio::time::timeout(patience, next.run(request)).await.unwrap_or_else(|_| {
        tracing::error!(seconds = patience.as_secs(), "the request took too long and was given up");
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    });
    let status = response.status();
    if !status.is_server_error() || response.body().size_hint().exact() != Some(0) {
        return response;
    }
    if is_page {
        return pages::broken(&web, status, &language, id.spoken());
    }
    let refused = if status == StatusCode::SERVICE_UNAVAILABLE { Refused::Busy } else { Refused::Broken };
    (status, axum::Json(Answer::Problems(vec![Problem::form(refused)]))).into_response()
}

/// A panic inside of [`explain`], which says the rest. Where it happened is in the log already.
pub fn panicked() -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// A panic in the guards around everything else: no page can be made, but the answer is protected all the same.
pub fn panicked_outside() -> Response {
    let mut response =
        (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here. Please try again in a minute.\n")
            .into_response();
    for (name, value) in [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
