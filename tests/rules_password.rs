//! Password policies.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::password::{LONGEST_TYPED, Met, Password, PasswordPolicy, Preset, Requirement};
use backboard::refused::Refused;
use proptest::prelude::*;

fn policies() -> impl Strategy<Value = PasswordPolicy> {
    (1_u32..20, 0_u32..60, any::<[bool; 4]>(), prop::sample::select(vec!["", "!@#$&", "é☂"])).prop_map(
        |(shortest, more, [uppercase, lowercase, digit, blocklist], special)| PasswordPolicy {
            shortest,
            longest: shortest + more,
            uppercase,
            lowercase,
            digit,
            special: special.to_owned(),
            blocklist,
            expires_days: 0,
        },
    )
}

fn check(policy: &PasswordPolicy, typed: &str) -> Result<(), Vec<Refused>> {
    policy.check(&Password::parse(typed).unwrap(), "ada.lovelace")
}

proptest! {
    #[test]
    fn the_list_that_is_shown_and_the_check_that_is_enforced_agree(policy in policies(), typed in "[a-zA-Z0-9!@#$&é☂ ]{1,40}") {
        let shown: Vec<Refused> = policy.requirements().into_iter()
            .filter_map(|requirement| match policy.met(requirement, &typed, "ada.lovelace") {
                Met::No(refused) => Some(refused),
                Met::Yes | Met::ServerTells => None,
            })
            .collect();
        let enforced = check(&policy, &typed).err().unwrap_or_default();
        prop_assert!(enforced.starts_with(&shown));
        let only_the_server_tells = &enforced[shown.len()..];
        prop_assert!(only_the_server_tells.iter().all(|refused| matches!(refused, Refused::PasswordCommon | Refused::PasswordPatterned)));
        prop_assert!(policy.blocklist || only_the_server_tells.is_empty());
    }

    #[test]
    fn length_is_counted_in_code_points_and_nothing_is_cut_off(policy in policies(), letter in prop::sample::select(vec!['a', 'é', '☂', '😀']), length in 1_usize..=LONGEST_TYPED) {
        let policy = PasswordPolicy { uppercase: false, lowercase: false, digit: false, special: String::new(), blocklist: false, ..policy };
        let typed: String = std::iter::repeat_n(letter, length).collect();
        let asked = match length {
            length if length < policy.shortest as usize => Err(vec![Refused::PasswordTooShort]),
            length if length > policy.longest as usize => Err(vec![Refused::PasswordTooLong]),
            _ => Ok(()),
        };
        prop_assert_eq!(check(&policy, &typed), asked);
        let password = Password::parse(&typed).unwrap();
        prop_assert_eq!(password.typed(), typed.as_str());
    }

    #[test]
    fn two_passwords_that_differ_at_their_end_are_two_passwords(start in "[a-z]{1,126}", one in "[a-z]", other in "[A-Z]") {
        let parse = |end: &str| Password::parse(&format!("{start}{end}")).unwrap();
        prop_assert_ne!(parse(&one).normalised(), parse(&other).normalised());
        prop_assert_ne!(parse(&one).normalised(), parse("").normalised());
    }

    #[test]
    fn random_passwords_of_the_legacy_preset_are_accepted(upper in "[BDFHJK]{2}", digits in "[0-9]{2}", lower in "[bcdfghjkz]{2,8}", mark in "[!@#$&]") {
        prop_assert_eq!(check(&Preset::LegacyState.password(), &format!("{upper}{digits}{lower}{mark}x")), Ok(()));
    }

    #[test]
    fn random_long_passwords_are_accepted_without_any_class(typed in "[bcdfghjklmnpqrtvwxz]{8}[a-z0-9 ]{4,12}[bcdfghjkmz]{8}") {
        let mut distinct: Vec<char> = typed.chars().collect();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assume!(distinct.len() > 2);
        prop_assert_eq!(check(&Preset::Modern.password(), &typed), Ok(()));
    }

    #[test]
    fn a_common_word_with_digits_and_marks_around_it_is_refused(
        word in prop::sample::select(vec!["Welcome", "P@ssw0rd", "Summer", "w3lcom3", "$ecret", "Paramedic", "LETMEIN", "Louisian4"]),
        before in "[0-9!]{0,3}", after in "[0-9!@#$&]{0,6}"
    ) {
        let policy = PasswordPolicy { shortest: 1, ..Preset::Bridge.password() };
        let wrong = check(&policy, &format!("{before}{word}{after}")).unwrap_err();
        prop_assert!(wrong.contains(&Refused::PasswordPatterned), "{:?}", wrong);
    }

    #[test]
    fn the_username_in_any_case_is_refused_inside_a_password(before in "[a-z]{0,9}", after in "[a-z]{0,9}", upper: bool) {
        let name = if upper { "ADA.LOVELACE" } else { "ada.lovelace" };
        let wrong = check(&Preset::Bridge.password(), &format!("{before}{name}{after}")).unwrap_err();
        prop_assert!(wrong.contains(&Refused::PasswordHasUsername));
    }

    #[test]
    fn arbitrary_text_never_panics_and_debug_says_nothing(text in any::<String>(), username in any::<String>()) {
        if let Ok(password) = Password::parse(&text) {
            for preset in [Preset::LegacyState, Preset::Modern, Preset::Bridge] {
                let _ = preset.password().check(&password, &username);
            }
            prop_assert_eq!(format!("{password:?}"), "Password(…)");
        }
    }
}

#[test]
fn the_patterns_that_the_old_pages_recommended_are_refused() {
    let legacy = Preset::LegacyState.password();
    for typed in
        ["Welcome1!", "Welcome2!", "P@ssw0rd1", "Summer2026!", "Welcom3!1", "$ummer2026", "Paramedic1!", "1Secret!!"]
    {
        assert!(check(&legacy, typed).unwrap_err().contains(&Refused::PasswordPatterned), "{typed}");
    }
    let bridge = Preset::Bridge.password();
    assert_eq!(check(&bridge, "password123"), Err(vec![Refused::PasswordPatterned]));
    for typed in ["12345678", "87654321", "aaaaaaaa", "abcdefgh", "qwertyuiop", "abababab"] {
        assert!(check(&bridge, typed).unwrap_err().contains(&Refused::PasswordCommon), "{typed}");
    }
}

#[test]
fn the_presets_ask_what_their_sources_ask() {
    let legacy = Preset::LegacyState.password();
    assert_eq!((legacy.shortest, legacy.longest, legacy.expires_days), (8, 15, 90));
    assert_eq!(check(&legacy, "Tr0mbone&Kazo"), Ok(()));
    assert_eq!(check(&legacy, "Tr0mbone&KazooXY"), Err(vec![Refused::PasswordTooLong]));
    assert_eq!(
        check(&legacy, "ééé"),
        Err(vec![
            Refused::PasswordTooShort,
            Refused::PasswordUppercase,
            Refused::PasswordDigit,
            Refused::PasswordSpecial,
            Refused::PasswordCommon,
        ])
    );
    assert_eq!(
        Preset::Modern.password().requirements(),
        [Requirement::Length, Requirement::NotUsername, Requirement::NotCommon]
    );
    assert_eq!(Password::parse(&"x".repeat(LONGEST_TYPED + 1)), Err(Refused::PasswordTooLong));
}
