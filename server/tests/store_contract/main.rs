//! Each database is held to the contract of every store.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod postgres;
mod sqlite;
