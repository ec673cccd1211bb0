//! Passwords that follow a pattern everyone follows: `Welcome1!`, then `Welcome2!`.

use crate::refused::Refused;

/// Words that become a password by adding digits and marks. Lower case, look-alike digits resolved.
const WORDS: [&str; 52] = [
    "abc",
    "access",
    "admin",
    "administrator",
    "ambulance",
    "autumn",
    "baseball",
    "changeme",
    "default",
    "dragon",
    "emergency",
    "emresource",
    "emsis",
    "emt",
    "fall",
    "firefighter",
    "football",
    "guest",
    "hello",
    "iloveyou",
    "letmein",
    "login",
    "louisiana",
    "master",
    "medic",
    "michigan",
    "monday",
    "monkey",
    "newpassword",
    "nurse",
    "office",
    "paramedic",
    "pass",
    "passcode",
    "password",
    "princess",
    "qwerty",
    "qwertyuiop",
    "rescue",
    "secret",
    "shadow",
    "spring",
    "summer",
    "sunshine",
    "superman",
    "temp",
    "temporary",
    "test",
    "user",
    "welcome",
    "winter",
    "asdfgh",
];

/// Why the password is refused, if it is.
///
/// `PasswordPatterned`: a word of the list with only digits and marks around it, or the word twice.
/// `PasswordCommon`: one character repeated, or a run along the alphabet, the digits or the keyboard.
pub fn refused(typed: &str) -> Option<Refused> {
    let lower = typed.to_lowercase();
    if is_run(&lower) {
        return Some(Refused::PasswordCommon);
    }
    spellings(&lower).iter().any(|word| in_list(word)).then_some(Refused::PasswordPatterned)
}

/// The letters of a password, look-alikes resolved: without the digits and marks around them, and with
/// each few of those, because they may stand for letters too (`$ummer1`, `Welcom3!`).
fn spellings(lower: &str) -> Vec<String> {
    const KEPT: usize = 3;
    let chars: Vec<char> = lower.chars().collect();
    let (Some(first), Some(last)) =
        (chars.iter().position(|c| c.is_alphabetic()), chars.iter().rposition(|c| c.is_alphabetic()))
    else {
        return Vec::new();
    };
    let mut spellings = Vec::new();
    for start in first.saturating_sub(KEPT)..=first {
        for end in last + 1..=chars.len().min(last + 1 + KEPT) {
            let part = chars.get(start..end).unwrap_or_default();
            spellings.push(part.iter().copied().map(look_alike).filter(|c| c.is_alphabetic()).collect());
        }
    }
    spellings
}

fn in_list(word: &str) -> bool {
    if WORDS.contains(&word) {
        return true;
    }
    let (first, second) = word.split_at_checked(word.len() / 2).unwrap_or_default();
    !first.is_empty() && first == second && WORDS.contains(&first)
}

const fn look_alike(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        c => c,
    }
}

fn is_run(lower: &str) -> bool {
    const ROWS: [&str; 5] = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() <= 2 && !lower.is_empty() {
        return true;
    }
    let backwards: String = lower.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(lower) || row.contains(&backwards))
}
