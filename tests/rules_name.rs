//! How names match, as `identity::name_keys` publishes it.

use backboard::identity::{LastName, NameKey, fold, name_keys};
use proptest::prelude::*;

const APOSTROPHES: [char; 10] = ['\'', '’', '‘', 'ʼ', 'ʻ', '`', '´', '′', '＇', 'ʹ'];
const HYPHENS: [&str; 8] = ["-", "‐", "‑", "–", "—", "−", " ", " - "];
const SUFFIXES: [&str; 12] = ["Jr", "Jr.", "jr", "SR", "Sr.", "II", "iii", "IV", "2nd", "3rd", "Junior", "Senior"];

/// A word of Latin letters, with and without accents, that is no suffix by itself.
fn word() -> impl Strategy<Value = String> {
    "[A-Za-zÀ-ÖØ-öø-žǍ-ǰƠơƯưẀ-ẅẠ-ỹ]{2,12}".prop_filter("a suffix", |word| {
        !["jr", "sr", "ii", "iii", "iv", "junior", "senior"].contains(&fold(word).as_str())
    })
}

fn key(name: &str) -> NameKey {
    NameKey::of(name).unwrap_or_else(|| panic!("{name:?} has no key"))
}

proptest! {
    #[test]
    fn case_does_not_count(name in word()) {
        prop_assert_eq!(key(&name), key(&name.to_uppercase()));
        prop_assert_eq!(key(&name), key(&name.to_lowercase()));
    }

    #[test]
    fn accents_do_not_count_however_they_are_encoded(name in "[A-Za-z]{2,12}", place in 0_usize..12, mark in prop::sample::select(vec!['\u{300}', '\u{301}', '\u{303}', '\u{308}', '\u{327}', '\u{30C}'])) {
        let (before, after) = name.split_at(place.min(name.len() - 1) + 1);
        let apart = format!("{before}{mark}{after}");
        use unicode_normalization::UnicodeNormalization as _;
        let whole: String = apart.nfc().collect();
        prop_assert_eq!(key(&apart), key(&name));
        prop_assert_eq!(key(&whole), key(&name));
    }

    #[test]
    fn apostrophes_of_any_kind_join(first in word(), second in word(), place in 0..APOSTROPHES.len()) {
        let name = format!("{first}{}{second}", APOSTROPHES[place]);
        prop_assert_eq!(name_keys(&name, []), name_keys(&format!("{first}{second}"), []));
    }

    #[test]
    fn hyphens_and_spaces_part_alike_and_do_not_count_in_the_whole(first in word(), second in word(), place in 0..HYPHENS.len()) {
        let name = format!("{first}{}{second}", HYPHENS[place]);
        prop_assert_eq!(key(&name), key(&format!("{first}{second}")));
        prop_assert_eq!(name_keys(&name, []), name_keys(&format!("{first} {second}"), []));
    }

    #[test]
    fn full_stops_do_not_count(first in word(), second in word()) {
        prop_assert_eq!(key(&format!("{first}. {second}.")), key(&format!("{first} {second}")));
    }

    #[test]
    fn a_suffix_does_not_count_typed_or_stored(name in word(), place in 0..SUFFIXES.len(), comma in any::<bool>()) {
        let suffixed = format!("{name}{} {}", if comma { "," } else { "" }, SUFFIXES[place]);
        prop_assert_eq!(key(&suffixed), key(&name));
        prop_assert_eq!(name_keys(&suffixed, []), name_keys(&name, []));
    }

    #[test]
    fn earlier_names_serve_as_well_as_the_present_one(now in word(), before in word(), first in word()) {
        let keys = name_keys(&now, [before.as_str(), first.as_str()]);
        for name in [&now, &before, &first] {
            prop_assert!(keys.contains(&key(name)));
        }
    }

    #[test]
    fn each_long_part_of_a_double_surname_serves_alone(first in "[A-Z][a-z]{3,9}", second in "[A-Z][a-z]{3,9}") {
        prop_assume!(!["junior", "senior"].contains(&second.to_lowercase().as_str()));
        let keys = name_keys(&format!("{first} {second}"), []);
        prop_assert!(keys.contains(&key(&first)) && keys.contains(&key(&second)));
    }

    #[test]
    fn a_name_matches_itself_and_nothing_longer(name in word(), more in word()) {
        let keys = name_keys(&name, []);
        prop_assert!(keys.contains(&key(&name)));
        let longer = key(&format!("{name}{more}"));
        prop_assert!(!keys.contains(&longer));
    }

    #[test]
    fn arbitrary_text_never_panics_and_a_key_is_never_empty(text in any::<String>()) {
        let _ = LastName::parse(&text);
        prop_assert!(NameKey::of(&text).is_none_or(|key| !key.as_str().is_empty()));
        prop_assert!(name_keys(&text, [text.as_str()]).iter().all(|key| !key.as_str().is_empty()));
    }

    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}

#[test]
fn the_published_examples_hold() {
    for (typed, stored) in [
        ("obrien", "O’Brien"),
        ("OBRIEN", "O´Brien"),
        ("delacruz", "De La Cruz"),
        ("MUNOZ", "Muñoz"),
        ("Weiss", "Weiß"),
        ("Smith", "Smith Jr."),
        ("Smith Jr.", "Smith"),
        ("Garcia", "García Márquez"),
        ("Jones", "Smith-Jones"),
        ("Lukasiewicz", "Łukasiewicz"),
        ("kaahumanu", "Kaʻahumanu"),
        ("Παππας", "ΠΑΠΠΑΣ"),
        ("null", "Null"),
        ("o", "O"),
    ] {
        assert!(name_keys(stored, []).contains(&key(typed)), "{typed} {stored}");
    }
}

#[test]
fn particles_short_parts_and_halves_of_joined_names_do_not_serve_alone() {
    for (typed, stored) in [
        ("van", "van Buren"),
        ("de", "de la Cruz"),
        ("la", "de la Cruz"),
        ("Ng", "Ng Li"),
        ("Brien", "O´Brien"),
        ("Jr", "Smith Jr"),
    ] {
        assert!(!name_keys(stored, []).contains(&key(typed)), "{typed} {stored}");
    }
    assert_eq!(key("Jr").as_str(), "jr");
}
