//! How names match.
//!
//! A typed last name matches a record when its key equals one of the record's keys:
//!
//! 1. Case, accents, apostrophes of any kind, hyphens, full stops and spaces do not count:
//!    `O’Brien` = `obrien`, `De La Cruz` = `delacruz`, `Muñoz` = `MUNOZ`, `Weiß` = `Weiss`.
//! 2. A suffix at the end does not count, typed or stored: `Smith Jr.` = `Smith`.
//! 3. Of a double surname each part that has three letters or more serves alone:
//!    `García Márquez` = `Garcia`, `Smith-Jones` = `Jones`. Particles (`de`, `van`, …) do not.
//! 4. Earlier names serve as well as the present one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const SUFFIXES: [&str; 10] = ["jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th", "junior", "senior"];
const PARTICLES: [&str; 12] = ["del", "las", "los", "van", "von", "der", "den", "ten", "ter", "dos", "das", "bin"];

/// A name as it is compared. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameKey(String);

impl NameKey {
    /// The key of a whole name; `None` when no letter is left of it.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let words = words(name);
        let key: String = without_suffix(&words).concat();
        (!key.is_empty()).then_some(Self(key))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Every key that finds a record with this last name and these earlier ones.
#[must_use]
pub fn name_keys<'a>(last: &'a str, earlier: impl IntoIterator<Item = &'a str>) -> Vec<NameKey> {
    let mut keys = Vec::new();
    for name in std::iter::once(last).chain(earlier) {
        keys.extend(NameKey::of(name));
        let words = words(name);
        let words = without_suffix(&words);
        if words.len() > 1 {
            let alone = words.iter().filter(|word| word.chars().count() >= 3 && !PARTICLES.contains(&word.as_str()));
            keys.extend(alone.map(|word| NameKey(word.clone())));
        }
    }
    keys
}

/// The words of a typed name, as [`name_keys`] has them, without a suffix at the end.
#[must_use]
pub fn name_words(name: &str) -> Vec<String> {
    let words = words(name);
    without_suffix(&words).to_vec()
}

/// What the desk's search finds a person by: each key of the last names, with the given name as it is compared.
#[must_use]
pub fn searched<'a>(last: &'a str, earlier: impl IntoIterator<Item = &'a str>, first: &str) -> Vec<(String, String)> {
    let given = name_words(first).concat();
    let mut keys: Vec<String> = name_keys(last, earlier).into_iter().map(|NameKey(key)| key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().map(|key| (key, given.clone())).collect()
}

/// Lower case, without accents; ligatures and crossed letters written out.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            // A sigma at the end of a word comes out otherwise when it was a capital.
            'ς' => folded.push('σ'),
            // Lowercasing İ leaves a combining dot behind.
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// The words of a name. An apostrophe joins (`O'Brien` is one word); hyphens and spaces part.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    // Taken out before folding too: a lone accent would fold into a space.
    let joined: String = name.chars().filter(|c| !is_apostrophe(*c)).collect();
    for c in fold(&joined).chars() {
        if is_apostrophe(c) {
            continue;
        }
        if c.is_alphanumeric() {
            if let Some(word) = words.last_mut() {
                word.push(c);
            }
        } else if c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | ',') {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Everything that keyboards, phones and old systems put for an apostrophe, modifier letters included,
/// which count as letters elsewhere.
pub(crate) const fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{2035}' | '\u{02B9}'..='\u{02BF}' | '\u{02C8}'
            | '\u{02CA}' | '\u{02CB}' | '\u{A78B}' | '\u{A78C}' | '\u{FF07}'
    )
}

fn without_suffix(words: &[String]) -> &[String] {
    match words {
        [before @ .., last] if !before.is_empty() && SUFFIXES.contains(&last.as_str()) => before,
        words => words,
    }
}
