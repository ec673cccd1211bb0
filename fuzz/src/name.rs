//! Names: one as typed, then a record's last name, then its earlier ones with `;` between them.

use backboard::identity::{LastName, NAME_LONGEST, NameKey, fold, name_keys};

use crate::{is_readable, lines};

pub fn check(data: &[u8]) {
    let Some([typed, last, earlier]) = lines(data) else { return };
    if let Ok(name) = LastName::parse(typed) {
        let text = name.as_str();
        assert!((1..=NAME_LONGEST).contains(&text.chars().count()) && text.trim() == text);
        assert!(is_readable(text) && !text.contains(char::is_control) && !text.contains(['<', '>', '@']), "{text:?}");
        assert_eq!(LastName::parse(text).as_ref(), Ok(&name));
        // Somebody whose name has a plain letter can always be found by it.
        assert!(NameKey::of(text).is_some() || !text.contains(|c: char| c.is_ascii_alphabetic()), "{text:?}");
    }
    for text in [typed, last, earlier] {
        matches_itself(text);
    }
    let keys = name_keys(last, earlier.split(';'));
    for name in std::iter::once(last).chain(earlier.split(';')) {
        assert!(NameKey::of(name).is_none_or(|key| keys.contains(&key)), "{name:?} does not find its own record");
    }
    assert!(keys.iter().all(|key| !key.as_str().is_empty()), "an empty key finds everybody");
}

/// The published rules, each as a change of spelling that changes nothing.
fn matches_itself(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folding twice differs");
    let key = NameKey::of(text);
    assert_eq!(NameKey::of(&text.replace(' ', "-")), key, "a hyphen counts in {text:?}");
    assert_eq!(NameKey::of(&text.replace('\'', "\u{2019}")), key, "the kind of apostrophe counts in {text:?}");
    // Beyond these letters capitals do not always lead back: an iota below a letter becomes one beside it.
    if text.chars().all(|c| c < '\u{250}') {
        assert_eq!(NameKey::of(&text.to_uppercase()), key, "capitals count in {text:?}");
    }
    if let Some(key) = key {
        let text = key.as_str();
        assert!(!text.is_empty() && text.chars().all(char::is_alphanumeric), "{text:?}");
        assert_eq!(NameKey::of(text).as_ref(), Some(&key), "a key is no key of itself");
    }
}
