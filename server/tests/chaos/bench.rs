//! What every case begins with, and the place for its figure.

use std::path::PathBuf;

use testkit::cases::keep_figure;

/// Whether many rounds and minutes may be taken: `script/chaos --long`, `script/test --long`.
pub fn is_long() -> bool {
    std::env::var_os("CHAOS_LONG").is_some() || std::env::var_os("RACE_ROUNDS").is_some()
}

/// Rounds of a case: these few, or what `RACE_ROUNDS` says.
pub fn rounds(few: u32) -> u32 {
    std::env::var("RACE_ROUNDS").map_or(few, |rounds| rounds.parse().unwrap())
}

/// The seed of everything that happens by chance: one that `CHAOS_SEED` names, to see the same again.
pub fn seed() -> u64 {
    std::env::var("CHAOS_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap())
}

/// The program under faults: with `script/chaos --long` the one that is released.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("BACKBOARD_BIN").filter(|_| std::env::var_os("CHAOS_LONG").is_some());
    named.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_backboard")), PathBuf::from)
}

/// What was counted, in one line.
pub fn figure(case: &str, text: &str) {
    keep_figure("CHAOS_FIGURES", case, text);
}
