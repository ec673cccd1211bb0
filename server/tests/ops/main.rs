//! What an operator sees: the log, what is refused at start, and what `backboard doctor` says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod doctor;
mod health;
mod lines;
mod log;
mod metrics;
mod silent;
mod watching;

use testkit::program::{Plan, Program};

/// A program with this roster.
async fn program(rows: &str, log: &'static str) -> Program {
    let plan = Plan { rows: rows.to_owned(), log, ..Plan::default() };
    Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await
}
