//! An SMTP server that records what it gets and fails as it is told.
//!
//! It runs as a process of its own, `smtp-sink`, so that what is tested speaks to a real socket:
//!
//! ```text
//! smtp-sink --folder DIR [--listen 127.0.0.1:0] [--tls off|starttls|implicit] [--user NAME --password WORD]
//! ```
//!
//! **On stdout** it says what happens, one event a line, so that nobody has to wait by the clock:
//! `listening PORT`, `connected`, `mail`, `refused`, `greylisted`, `rejected`, `accepted N`, `dropped N`,
//! `hung N`, `left`.
//!
//! **In the folder** lie, for each mail whose content arrived:
//! - `N.accepted.eml`, `N.dropped.eml` or `N.hung.eml`: the raw bytes, and what became of them;
//! - `N.envelope`: `from:`, `to:` (one line each), `tls:`, `user:`, `arrived:` (milliseconds since 1970).
//!
//! With TLS, `ca.pem` is the certificate to trust; it is good for `localhost` and `127.0.0.1`.
//!
//! **The file `mode`** in the folder says how to behave; it is read anew at each step.
//!
//! | mode | what happens |
//! |---|---|
//! | `accept` (or no file) | all is well |
//! | `refuse` | 421 instead of a greeting |
//! | `greylist` | 450 at RCPT |
//! | `reject` | 550 at RCPT, with the recipient in the text as real servers do |
//! | `hang` | takes the content and never answers |
//! | `drop` | takes the content and cuts the connection before the 250 |
//! | `slow` | waits a moment before each answer |

mod certificate;
mod dialogue;
mod inside;
mod memory;
mod mode;
mod process;
mod record;
mod sink;

pub use inside::Sink;
pub use memory::Mailbox;
pub use mode::Mode;
pub use process::{Received, SinkProcess, received};
pub use sink::{Protection, Settings, serve};
