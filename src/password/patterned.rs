//! Passwords that follow a pattern everyone follows: `Welcome1!`, then `Welcome2!`.

use super::words::WORDS;

/// Digits and marks around a word that still do not make it a password of its own.
const MOST_AROUND: usize = 12;
/// The same around any word of the dictionary, of which there are many more.
#[cfg(feature = "service")]
const MOST_AROUND_ANY_WORD: usize = 6;
/// Digits and marks beside the letters that may stand for letters themselves (`$ummer1`, `Welcom3!`).
const LOOK_ALIKES: usize = 3;
/// How many listed words in a row are still one pattern (`paramedicpassword`); four are a passphrase.
const MOST_WORDS: usize = 3;
/// Shorter parts of a name stand in too many words.
const SHORTEST_NAME: usize = 3;

/// Whether the letters of the password are one to three listed words or `names`, with only digits and marks
/// around and between them; or any one word of the dictionary with a few.
///
/// `names` are texts whose words count as listed: the username, the agency's name.
pub fn is_patterned(lower: &str, names: &[&str]) -> bool {
    let names: Vec<String> = names.iter().flat_map(|name| words_of(name)).collect();
    spellings(lower).iter().any(|word| is_listed(word, &names, MOST_WORDS))
}

/// Whether the password is one word of any dictionary with a few digits and marks before and behind it.
#[cfg(feature = "service")]
pub fn is_word_and_marks(lower: &str) -> bool {
    let letters = lower.trim_matches(|c: char| !c.is_alphabetic());
    let around = lower.chars().count() - letters.chars().count();
    around <= MOST_AROUND_ANY_WORD && letters.chars().all(char::is_alphabetic) && super::common::is_word(letters)
}

/// The letters of a password, look-alikes resolved: without the digits and marks around them, and with
/// each few of those, because they may stand for letters too.
fn spellings(lower: &str) -> Vec<String> {
    let chars: Vec<char> = lower.chars().collect();
    let around = chars.iter().filter(|c| !c.is_alphabetic()).count();
    let (Some(first), Some(last)) =
        (chars.iter().position(|c| c.is_alphabetic()), chars.iter().rposition(|c| c.is_alphabetic()))
    else {
        return Vec::new();
    };
    if around > MOST_AROUND {
        return Vec::new();
    }
    let mut spellings = Vec::new();
    for start in first.saturating_sub(LOOK_ALIKES)..=first {
        for end in last + 1..=chars.len().min(last + 1 + LOOK_ALIKES) {
            let part = chars.get(start..end).unwrap_or_default();
            spellings.push(part.iter().copied().map(look_alike).filter(|c| c.is_alphabetic()).collect());
            // Digits between the letters may also be only digits: `ems2026pass`.
            spellings.push(part.iter().copied().filter(|c| c.is_alphabetic()).collect());
        }
    }
    spellings
}

fn is_listed(letters: &str, names: &[String], most: usize) -> bool {
    most > 0
        && WORDS.iter().copied().chain(names.iter().map(String::as_str)).any(|word| {
            letters.strip_prefix(word).is_some_and(|rest| rest.is_empty() || is_listed(rest, names, most - 1))
        })
}

fn words_of(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= SHORTEST_NAME).map(str::to_lowercase)
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
