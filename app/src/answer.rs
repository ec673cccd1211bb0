//! What a server function answers a script: where to go, or what is wrong.

use backboard::refused::Problems;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Done; the next page.
    Go(String),
    /// Refused; nothing was lost.
    Problems(Problems),
    /// Data that a script asked for: a captcha challenge.
    Text(String),
}

/// An error that tells nothing: what broke is in the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("broken")
    }
}

impl leptos::server_fn::error::FromServerFnError for Broken {
    type Encoder = leptos::server_fn::codec::JsonEncoding;

    fn from_server_fn_error(_: leptos::server_fn::error::ServerFnErrorErr) -> Self {
        Self
    }
}
