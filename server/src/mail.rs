//! Mails: from a sealed letter in the outbox to the recipient's server.
//!
//! - A [`Stationery`] turns a letter into a message. What it writes into headers comes from the profile
//!   and the configuration, never from a request; the recipient is the stored address, byte for byte.
//! - A [`Transport`] takes messages: an SMTP relay, a folder, or memory. It says of each whether it was
//!   sent, may be tried again, or never will be.
//! - The [`Worker`] does the queued jobs and empties the outbox. Every attempt at one mail carries the
//!   same bytes and the same `Message-ID`, so that a repeated one can be told.
//! - [`Bounces`] reads the reports of mails that came back.
//!
//! **Nothing here logs a recipient, a body or a token**: ids, kinds and reply codes only.

mod backoff;
pub mod bounces;
mod departures;
mod draft;
mod folder;
mod html;
mod relay;
pub mod report;
mod sentences;
mod stationery;
mod text;
mod transport;
mod worker;

pub use backoff::GIVEN_UP_AFTER;
pub use bounces::Bounces;
pub use folder::Folder;
pub use relay::{Credentials, Patience, Relay, RelayAt, Tls};
pub use stationery::Stationery;
pub use transport::{Batch, Delivered, Outcome, Transport};
pub use worker::Worker;

/// A setting that cannot work, in one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(String);

impl Unusable {
    pub(crate) fn because(sentence: impl std::fmt::Display) -> Self {
        Self(one_line(&sentence.to_string()))
    }
}

/// Text for one line of a header or a log: no control character gets through, nor a line or paragraph
/// separator of Unicode, nor more than 300 characters.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.trim().chars().take(300).map(plain).collect()
}
