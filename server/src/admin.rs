//! Health, on a listener of its own that the public never reaches.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use backboard::service::ports::Store;
use http::StatusCode;

/// `/healthz`: the process answers. `/readyz`: the store answers too.
pub fn router(store: Arc<dyn Store>) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state(store)
}

async fn ready(State(store): State<Arc<dyn Store>>) -> (StatusCode, &'static str) {
    let asked = async { store.read().await?.next_due().await };
    match asked.await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}
