//! What the office types at the server: accounts and the audit, against a real database.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod account;
mod audit;
mod backup;
mod bench;
mod gone;
mod keys;
mod staff;
