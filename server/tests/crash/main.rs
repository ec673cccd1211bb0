//! The program itself, as an operator runs it: killed at any moment, and read for secrets afterwards.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod kill;
mod mails;
mod program;
mod rotation;
mod scan;
mod visitor;
