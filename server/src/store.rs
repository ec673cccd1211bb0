//! Where people, flows, links and the rest are kept: the port `backboard::service::ports::Store`.
//!
//! One folder for each database, with the same file names and the same order of statements in each, so
//! that comparing two folders shows true differences of dialect and nothing else. All of them are held
//! to the one suite in `testkit::contract`.

pub mod sqlite;

pub use sqlite::{NEWEST_STEP, Pool, Sqlite};
