//! The lists of common passwords, words and names that come with the `zxcvbn` crate.
//!
//! They hold the 30,000 most used passwords of past leaks, 30,000 English words, 15,000 names and the words of
//! films. They are far too large for the browser, so only the server knows them (feature `service`).
//!
//! This is a blocklist, not a meter: whatever would not be among the very first guesses is left to the
//! person (NIST SP 800-63B-4 section 3.1.1.2). See docs/decisions/0006-a-blocklist-and-no-meter.md.

use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::zxcvbn;

/// Passwords that are among this many first guesses are refused. The longest list has 30,000 entries, so each
/// of them is refused as it stands, with a capital, and with a look-alike; and `10_000` is what any second part
/// costs, so that a password of three unrelated parts is never refused.
const FIRST_GUESSES: u64 = 100_000;
/// No list has a password or word that is longer; and the time an estimate takes grows with the square.
const LONGEST_LISTED: usize = 40;
/// Below this, a word of the lists is no more than a few letters of a random password.
const SHORTEST_WORD: usize = 4;

/// Whether the password is on a list, or a most common one with next to nothing added.
pub fn is_common(typed: &str) -> bool {
    typed.chars().count() <= LONGEST_LISTED && zxcvbn(typed, &[]).guesses() < FIRST_GUESSES
}

/// Whether these letters are one word of the lists, forwards or backwards.
pub fn is_word(letters: &str) -> bool {
    if !(SHORTEST_WORD..=LONGEST_LISTED).contains(&letters.chars().count()) {
        return false;
    }
    let estimate = zxcvbn(letters, &[]);
    matches!(estimate.sequence(), [one] if matches!(one.pattern, MatchPattern::Dictionary(_)))
}
