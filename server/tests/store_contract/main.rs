//! Each database is held to the contract of every store.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]
#![expect(clippy::duplicate_mod, reason = "each database has the same back door")]

mod postgres;
mod sqlite;
