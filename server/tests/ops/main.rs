//! What an operator sees: the log, what is refused at start, and what `backboard doctor` says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

#[path = "../crash/program.rs"]
mod program;
#[path = "../crash/visitor.rs"]
mod visitor;

mod doctor;
mod lines;
mod log;
mod silent;
