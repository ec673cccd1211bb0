//! What every parser of strangers' input must keep to, whatever it is given.
//!
//! Each target is a function of bytes that panics when a parser breaks its word: what was parsed prints and parses
//! again to the same value, normalising twice changes nothing, nothing unreadable passes, a refusal repeats no secret.
//! `script/fuzz` gives them to a fuzzer; the test beside them replays `corpus/`, which holds one file an interesting
//! form and one for each mistake that was ever found.
#![expect(clippy::expect_used, reason = "a target says what broke by panicking")]

pub mod config;
pub mod cookies;
pub mod date_of_birth;
pub mod desk;
pub mod email;
pub mod form;
pub mod forwarded;
pub mod keys;
pub mod name;
pub mod number;
pub mod profile;
pub mod report;
pub mod roster;
pub mod token;

use backboard::moment::Day;

/// A target: panics when a promise is broken.
pub type Check = fn(&[u8]);

/// Every target by the name of its corpus.
pub const TARGETS: &[(&str, Check)] = &[
    ("config", config::check),
    ("cookies", cookies::check),
    ("date_of_birth", date_of_birth::check),
    ("desk", desk::check),
    ("email", email::check),
    ("form", form::check),
    ("forwarded", forwarded::check),
    ("keys", keys::check),
    ("name", name::check),
    ("number", number::check),
    ("profile", profile::check),
    ("report", report::check),
    ("roster", roster::check),
    ("token", token::check),
];

/// The day on which every date is read.
fn today() -> Day {
    Day::new(2026, 11, 21).expect("a day of the calendar")
}

/// The input as text in so many lines; the last takes the rest, line ends included.
fn lines<const N: usize>(data: &[u8]) -> Option<[&str; N]> {
    let mut parts = std::str::from_utf8(data).ok()?.splitn(N, '\n');
    Some(std::array::from_fn(|_| parts.next().unwrap_or_default()))
}

/// Whether a person can have typed it: no broken bytes, no control character but those that come with pasting.
fn is_readable(text: &str) -> bool {
    !text.chars().any(|c| c == '\u{FFFD}' || c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

/// Panics unless it is one line that a terminal shows as it is.
#[track_caller]
fn assert_one_line(sentence: &str) {
    assert!(!sentence.is_empty() && !sentence.chars().any(char::is_control), "no plain line: {sentence:?}");
}
