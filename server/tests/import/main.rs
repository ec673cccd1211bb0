//! `backboard import`: a roster becomes people and accounts, and never undoes what happened since.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod accounts;
mod bench;
mod desk;
mod file;
mod forgotten;
mod kept;
mod rotation;
mod search;
