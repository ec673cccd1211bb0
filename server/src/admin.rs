//! Health and figures, on a listener of its own that the public never reaches.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::health::Health;
use crate::metrics::outstanding::Asked;
use crate::metrics::{CONTENT_TYPE as METRICS, metrics};

/// `/healthz`: the process answers, and asks nobody. `/readyz`: it should be sent visitors. `/metrics`: its figures.
pub fn router(health: Arc<Health>, asked: Asked) -> Router {
    let ready = Router::new().route("/readyz", get(ready)).with_state(health);
    let figures = Router::new().route("/metrics", get(scrape)).with_state(Arc::new(asked));
    Router::new().route("/healthz", get(|| async { "ok\n" })).merge(ready).merge(figures)
}

/// One reason a line.
async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, String) {
    let found = health.look().await;
    if found.is_empty() {
        return (StatusCode::OK, "ready\n".to_owned());
    }
    (StatusCode::SERVICE_UNAVAILABLE, found.iter().map(|unready| format!("{unready}\n")).collect())
}

async fn scrape(State(asked): State<Arc<Asked>>) -> Response {
    match metrics().scrape(&asked.registry().await) {
        Ok(text) => ([(CONTENT_TYPE, METRICS)], text).into_response(),
        Err(why) => {
            tracing::error!(why, "the metrics cannot be written down");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
