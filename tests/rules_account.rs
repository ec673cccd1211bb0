//! Usernames.

use backboard::account::{AccountState, USERNAME_LONGEST, Username};
use backboard::refused::Refused;
use proptest::prelude::*;

proptest! {
    #[test]
    fn two_spellings_of_a_username_share_one_key(name in "[A-Za-z0-9._@+-]{3,64}") {
        let key = |text: &str| Username::parse(text).unwrap().key();
        prop_assert_eq!(key(&name), key(&name.to_uppercase()));
        prop_assert_eq!(key(&name), key(&format!(" {} ", name.to_lowercase())));
        prop_assert_eq!(key(key(&name).as_str()), key(&name));
    }

    #[test]
    fn a_username_is_kept_as_it_was_given_out(name in "[A-Za-z0-9._@+-]{3,64}") {
        let username = Username::parse(&name).unwrap();
        prop_assert_eq!(username.as_str(), name.as_str());
        prop_assert_eq!(username.to_string(), name);
    }

    #[test]
    fn a_suggested_username_can_always_be_used(first in any::<String>(), last in any::<String>(), number in any::<u32>()) {
        let suggested = Username::suggested(&first, &last, number);
        prop_assert_eq!(Username::parse(suggested.as_str()), Ok(suggested));
    }

    #[test]
    fn different_numbers_suggest_different_usernames(first in "[a-zé]{0,30}", last in "[a-zñ]{0,30}", one in 1_u32..2_000, other in 1_u32..2_000) {
        prop_assume!(one != other);
        prop_assert_ne!(Username::suggested(&first, &last, one), Username::suggested(&first, &last, other));
    }

    #[test]
    fn what_is_accepted_is_short_ascii(text in any::<String>()) {
        if let Ok(username) = Username::parse(&text) {
            prop_assert!(username.as_str().is_ascii() && (3..=USERNAME_LONGEST).contains(&username.as_str().len()));
        }
    }
}

#[test]
fn look_alikes_and_invisible_characters_are_refused() {
    for name in ["аdmin", "ad\u{200d}min", "\u{202e}nimda", "ad\u{a0}min", "ab", &"a".repeat(65), "a b c"] {
        assert_eq!(Username::parse(name), Err(Refused::UsernameUnusable), "{name:?}");
    }
    assert_eq!(Username::parse("ad\u{1}min"), Err(Refused::Unreadable));
    assert_eq!(Username::parse("ad\u{FFFD}min"), Err(Refused::Unreadable));
}

#[test]
fn suggestions_read_like_names() {
    assert_eq!(Username::suggested("María José", "O’Neil", 1).as_str(), "mariajose.oneil");
    assert_eq!(Username::suggested("María José", "O’Neil", 12).as_str(), "mariajose.oneil12");
    assert_eq!(Username::suggested("", "O", 1).as_str(), "o00");
    assert_eq!(Username::suggested("明", "李", 3).as_str(), "person3");
    assert_eq!(AccountState::ALL.len(), 5);
}

#[test]
fn short_names_never_come_out_alike_for_two_numbers() {
    for name in ["", "o", "li"] {
        let suggested: std::collections::HashSet<String> =
            (1..=3_000).map(|number| Username::suggested("", name, number).as_str().to_owned()).collect();
        assert_eq!(suggested.len(), 3_000, "{name:?}");
    }
}
