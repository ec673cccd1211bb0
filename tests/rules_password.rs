//! Password policies.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::password::{LONGEST_TYPED, Met, Password, PasswordPolicy, Preset, Requirement};
use backboard::refused::Refused;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

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

const PRESETS: [Preset; 3] = [Preset::LegacyState, Preset::Modern, Preset::Bridge];

/// A password that meets the preset, from all characters it takes, as a password keeper makes them.
fn random(preset: Preset, random: &mut StdRng) -> String {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let policy = preset.password();
    let marks = if policy.special.is_empty() { "-_ .,:;!?@#$&" } else { &policy.special };
    let from: Vec<char> = LETTERS.chars().chain(marks.chars()).collect();
    let length = random.random_range(policy.shortest..=policy.longest.min(24));
    loop {
        let typed: String = (0..length).map(|_| *from.get(random.random_range(0..from.len())).unwrap()).collect();
        let meets = |requirement: &Requirement| !matches!(policy.met(*requirement, &typed, "ada.lovelace"), Met::No(_));
        if policy.requirements().iter().all(meets) {
            return typed;
        }
    }
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
        prop_assume!(distinct.len() > 5);
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
            for preset in PRESETS {
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

#[test]
fn of_thirty_thousand_random_passwords_that_meet_their_preset_hardly_any_is_refused() {
    let mut seeded = StdRng::seed_from_u64(911);
    for preset in PRESETS {
        let policy = preset.password();
        let refused: Vec<String> =
            (0..10_000).map(|_| random(preset, &mut seeded)).filter(|typed| check(&policy, typed).is_err()).collect();
        // One in a thousand would already be felt.
        assert!(refused.len() <= 2, "{preset:?}: {} refused: {refused:?}", refused.len());
    }
}

#[test]
fn the_browsers_list_and_the_servers_check_agree_on_a_hundred_thousand_strings_but_for_the_blocklist() {
    const FROM: [&str; 12] = ["a", "B", "7", "!", "é", " ", "ß", "Welcome", "ada.", "lovelace", "ADA.", "1984"];
    let mut seeded = StdRng::seed_from_u64(912);
    let mut seen = [0_u32; 3];
    for case in 0..100_000 {
        let policy = PRESETS[case % 3].password();
        let parts = seeded.random_range(1..=9);
        let typed: String = (0..parts).map(|_| FROM[seeded.random_range(0..FROM.len())]).collect();
        let Ok(password) = Password::parse(&typed) else { continue };
        let shown: Vec<Refused> = policy
            .requirements()
            .into_iter()
            .filter_map(|requirement| match policy.met(requirement, password.typed(), "ada.lovelace") {
                Met::No(refused) => Some(refused),
                Met::Yes => None,
                Met::ServerTells => {
                    assert_eq!(requirement, Requirement::NotCommon);
                    None
                }
            })
            .collect();
        let enforced = policy.check(&password, "ada.lovelace").err().unwrap_or_default();
        let (same, servers) = enforced.split_at(shown.len());
        assert_eq!(same, shown, "{typed:?}");
        assert!(
            matches!(servers, [] | [Refused::PasswordCommon | Refused::PasswordPatterned]),
            "{typed:?}: {servers:?}"
        );
        seen[usize::from(!shown.is_empty()) + usize::from(shown.is_empty() && !servers.is_empty()) * 2] += 1;
    }
    assert!(
        seen.iter().all(|cases| *cases > 100),
        "accepted, refused by the list, refused by the server alone: {seen:?}"
    );
}

#[test]
fn every_family_of_patterns_is_refused_in_every_preset() {
    let mut seeded = StdRng::seed_from_u64(913);
    let pick = |from: &[&'static str], seeded: &mut StdRng| from[seeded.random_range(0..from.len())];
    let cased = |word: &str, seeded: &mut StdRng| match seeded.random_range(0..3) {
        0 => word.to_owned(),
        1 => word.to_uppercase(),
        _ => word[..1].to_uppercase() + &word[1..],
    };
    const WORDS: [&str; 8] =
        ["welcome", "paramedic", "ems", "password", "medic", "bienvenido", "backboard", "contrasena"];
    const SEASONS: [&str; 8] = ["summer", "winter", "verano", "october", "feb", "enero", "monday", "viernes"];
    const ORDINARY: [&str; 6] = ["trombone", "kitchen", "elephant", "jennifer", "gonzalez", "enobmort"];
    const WALKS: [&str; 8] =
        ["qwertyui", "1qaz2wsx", "asdf1234", "zxcvbnm,./", "!QAZ@WSX", "poiuytrewq", "1q2w3e4r5t", "abcd4321"];
    const COMMON: [&str; 6] = ["iloveyou2", "trustno1", "qazwsxedc", "letmein!", "starwars1", "dragon69"];
    for case in 0..6_000 {
        let year = seeded.random_range(1930..2031);
        let (month, day) = (seeded.random_range(1..=12), seeded.random_range(1..=28));
        let (digits, mark) = (seeded.random_range(0..9_999), pick(&["!", "$", "!!", "#", "&", ""], &mut seeded));
        let typed = match case % 10 {
            0 => format!("{}{digits}{mark}", cased(pick(&WORDS, &mut seeded), &mut seeded)),
            1 => format!("{}{year}{mark}", cased(pick(&SEASONS, &mut seeded), &mut seeded)),
            2 => format!("{mark}{}{digits}", cased(pick(&ORDINARY, &mut seeded), &mut seeded)),
            3 => format!("{}{}{digits}", cased(pick(&WORDS, &mut seeded), &mut seeded), pick(&SEASONS, &mut seeded)),
            4 => cased(pick(&WALKS, &mut seeded), &mut seeded),
            5 => format!("{year}{month:02}{day:02}{mark}"),
            6 => format!(
                "{month:02}{}{day:02}{}{year}{mark}",
                pick(&["", "/", "-", ". "], &mut seeded),
                pick(&["", "/", "-"], &mut seeded)
            ),
            7 => {
                let part: String = (0..seeded.random_range(1..=7)).map(|_| seeded.random_range('0'..='z')).collect();
                part.repeat(seeded.random_range(2..=5))
            }
            8 => pick(&COMMON, &mut seeded).to_owned(),
            _ => format!("{}{digits}{mark}", pick(&["Lovelace", "adalovelace", "LOVELACE", "ada"], &mut seeded)),
        };
        for preset in PRESETS {
            assert!(check(&preset.password(), &typed).is_err(), "{preset:?} takes {typed:?}");
            // Whatever else is asked, the pattern alone is reason enough.
            let length = PasswordPolicy { shortest: 1, longest: 128, ..preset.password() };
            let wrong = check(&length, &typed).unwrap_err();
            assert!(
                wrong.iter().any(|refused| matches!(refused, Refused::PasswordCommon | Refused::PasswordPatterned)),
                "{preset:?} takes {typed:?} but for {wrong:?}"
            );
        }
    }
}

#[test]
fn the_agencys_own_names_are_refused_and_only_where_they_are_its_own() {
    let policy = Preset::Bridge.password();
    for typed in ["Okefenokee7!", "okefenokeeEMS2026", "0kef3nokee!!"] {
        let password = Password::parse(typed).unwrap();
        let names = ["okefenokee-county", "Okefenokee County EMS", "Swamp Portal"];
        assert_eq!(policy.check_beside(&password, "ada", &names), Err(vec![Refused::PasswordPatterned]), "{typed}");
        assert_eq!(policy.check_beside(&password, "ada", &[]), Ok(()), "{typed}");
    }
}

#[test]
fn dates_are_refused_and_other_numbers_are_not_dates() {
    for preset in PRESETS {
        for typed in [
            "19840229",
            "29021984",
            "02291984",
            "1984-02-29",
            "29.02.1984",
            "840229!!",
            "1984 2026",
            "1984022920010911",
        ] {
            assert!(check(&preset.password(), typed).unwrap_err().contains(&Refused::PasswordCommon), "{typed}");
        }
    }
    for typed in ["83920174", "77041956", "839201746528"] {
        assert_eq!(check(&Preset::Bridge.password(), typed), Ok(()), "{typed}");
    }
}

#[test]
fn a_long_password_is_judged_in_no_time_however_it_is_made() {
    // The estimate behind the list grows with the square of the length, so it is never asked about these.
    for typed in ["pa55w0rd".repeat(16), "@$5$0o1!|".repeat(14), "abcdefg7".repeat(16)] {
        let _ = check(&Preset::Modern.password(), &typed);
    }
    let passphrase = "seven herons argue over the last dry ambulance in Baton Rouge";
    assert_eq!(check(&Preset::Modern.password(), passphrase), Ok(()));
}
