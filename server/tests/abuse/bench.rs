//! What every case begins with: the program, its sink of mails, and the place for its figure.

use std::path::PathBuf;

use testkit::cases::keep_figure;
use testkit::program::{Plan, Program};
pub use testkit::smtp::Sink;

/// Whether minutes may be taken: script/abuse --long.
pub fn is_long() -> bool {
    std::env::var_os("ABUSE_LONG").is_some()
}

/// Rounds of a race: these few, or what `RACE_ROUNDS` says.
pub fn rounds(few: u32) -> u32 {
    std::env::var("RACE_ROUNDS").map_or(few, |rounds| rounds.parse().unwrap())
}

/// The program under attack: in a long run the one that is released.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("BACKBOARD_BIN").filter(|_| is_long());
    named.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_backboard")), PathBuf::from)
}

/// A program that serves.
pub async fn begin(plan: &Plan) -> Program {
    let mut program = Program::prepare(&binary(), plan).await;
    program.start().await;
    program
}

/// What was counted, in one line.
pub fn figure(case: &str, text: &str) {
    keep_figure("ABUSE_FIGURES", case, text);
}
