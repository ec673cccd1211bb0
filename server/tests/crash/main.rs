//! The program itself, as an operator runs it, killed at any moment.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod import;
mod kill;
mod rotation;

use testkit::program::{Plan, Program};

/// A program with this roster.
async fn program(rows: &str) -> Program {
    let plan = Plan { rows: rows.to_owned(), log: "info", ..Plan::default() };
    Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await
}
