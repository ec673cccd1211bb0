//! What a policy's values are held against.
#![cfg(feature = "service")]

use std::collections::BTreeSet;

use backboard::agency::{Agency, ChallengePolicy, PasswordText, Policy, Product, TemporaryPolicy};
use backboard::challenge::Asking;
use backboard::password::{PasswordPolicy, Preset, Requirement};
use backboard::policy::{Explained, Hashing, Source, Stands, explain, explain_fixed};
use proptest::prelude::*;

const PRESETS: [Preset; 3] = [Preset::LegacyState, Preset::Modern, Preset::Bridge];
const HASHING: Hashing = Hashing { kibibytes: 19 * 1024, passes: 2, lanes: 1 };

fn of(preset: Preset) -> Vec<Explained> {
    explain(&plain(preset))
}

fn plain(preset: Preset) -> Policy {
    Policy::of(preset, preset.password(), Vec::new())
}

fn product(name: &str, password: PasswordText) -> Product {
    Product { name: name.to_owned(), password }
}

/// `shortest NIST SP 800-63B-4 3.1.1.2 (1)`, for each rule that is departed from.
fn departures(explained: &[Explained]) -> Vec<String> {
    explained
        .iter()
        .flat_map(|value| value.verdicts.iter().map(move |verdict| (value.name, verdict)))
        .filter(|(_, verdict)| matches!(verdict.stands, Stands::Departs(_)))
        .map(|(name, verdict)| format!("{name} {} {}", verdict.rule.source.title(), verdict.rule.place))
        .collect()
}

#[test]
fn every_value_of_every_preset_is_explained_without_a_gap() {
    for preset in PRESETS {
        let explained = of(preset);
        // The keys as a profile writes them, from the type itself.
        let keys = serde_json::to_value(preset.password()).unwrap();
        let tables = ["challenge", "temporary"];
        let keys: BTreeSet<&str> = keys.as_object().unwrap().keys().map(String::as_str).chain(tables).collect();
        assert_eq!(explained.iter().map(|value| value.name).collect::<BTreeSet<_>>(), keys, "{preset:?}");
        for value in explained.iter().chain(&explain_fixed(HASHING)) {
            assert!(!value.value.is_empty() && !value.verdicts.is_empty(), "{preset:?} {}", value.name);
            assert!(!value.own, "{preset:?} {}: a preset is its own preset", value.name);
            assert!(
                value.verdicts.iter().any(|verdict| verdict.rule.source == Source::Asvs),
                "{preset:?} {}",
                value.name
            );
            for verdict in &value.verdicts {
                assert!(verdict.rule.asks.ends_with('.') && !verdict.rule.place.is_empty());
                if let Stands::Departs(control) = verdict.stands {
                    assert!(control.ends_with('.'), "{}: {control}", value.name);
                }
            }
        }
    }
}

#[test]
fn modern_departs_nowhere() {
    assert_eq!(departures(&of(Preset::Modern)), Vec::<String>::new());
}

#[test]
fn legacy_state_departs_in_length_classes_expiry_and_a_week_for_a_mailed_password_and_nowhere_else() {
    let class = |name: &str| [format!("{name} NIST SP 800-63B-4 3.1.1.2 (5)"), format!("{name} OWASP ASVS 5.0 6.2.5")];
    let asked: Vec<String> = [
        "shortest NIST SP 800-63B-4 3.1.1.2 (1)",
        "longest NIST SP 800-63B-4 3.1.1.2 (2)",
        "longest OWASP ASVS 5.0 6.2.9",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(["uppercase", "lowercase", "digit", "special"].into_iter().flat_map(class))
    .chain(
        [
            "expires_days NIST SP 800-63B-4 3.1.1.2 (6)",
            "expires_days OWASP ASVS 5.0 6.2.10",
            "expires_days NIST SP 800-63B-4 4.4",
            "temporary NIST SP 800-63B-4 4.2.1.2",
            "temporary OWASP ASVS 5.0 6.4.1",
        ]
        .map(str::to_owned),
    )
    .collect();
    assert_eq!(departures(&of(Preset::LegacyState)), asked);
}

#[test]
fn bridge_departs_in_its_shortest_length_and_in_expiry() {
    assert_eq!(
        departures(&of(Preset::Bridge)),
        [
            "shortest NIST SP 800-63B-4 3.1.1.2 (1)",
            "expires_days NIST SP 800-63B-4 3.1.1.2 (6)",
            "expires_days OWASP ASVS 5.0 6.2.10",
            "expires_days NIST SP 800-63B-4 4.4",
        ]
    );
}

#[test]
fn what_no_profile_can_change_says_the_numbers_in_force_and_where_it_departs() {
    let fixed = explain_fixed(HASHING);
    let value = |name: &str| fixed.iter().find(|value| value.name == name).unwrap().value.clone();
    assert_eq!(value("hashing"), "Argon2id, 19 MiB, 2 passes, 1 lane, salt and key");
    assert_eq!(value("mailed link"), "works 60 minutes");
    assert_eq!(value("links at once"), "3 of an account; the first use ends them all");
    assert_eq!(value("mailed code"), "8 digits, 5 tries, in the browser that asked");
    assert_eq!(
        value("sign-in tries"),
        "5 on a username at once, then one every 12 minutes; known browsers have as many of their own"
    );
    assert_eq!(value("idle session"), "ends after 30 minutes");
    assert_eq!(value("any session"), "ends after 8 hours");
    assert_eq!(value("reminders"), "14, 7, 3 and 1 days before the password's days are over");
    assert!(value("mailed password").starts_with("64 random bits or more"));
    assert_eq!(
        departures(&fixed),
        [
            "mailed link OWASP ASVS 5.0 6.5.5",
            "mailed code OWASP ASVS 5.0 6.5.5",
            "mailed password NIST SP 800-63B-4 3.1.1.2, storage",
            "mailed password OWASP ASVS 5.0 6.5.2",
            "sign-in tries NIST SP 800-63B-4 3.2.2",
        ]
    );
}

#[test]
fn a_challenge_question_departs_wherever_it_is_asked_and_says_how_often() {
    for (asking, confirm_days, said) in [
        (Asking::Off, 365, "no question"),
        (Asking::Optional, 0, "asked of those who have set a question"),
        (
            Asking::Required,
            365,
            "asked of everyone; without a question the office helps; the answer is given again at sign-in every 365 days",
        ),
    ] {
        let policy = Policy { challenge: ChallengePolicy { asking, confirm_days }, ..plain(Preset::Modern) };
        let explained = explain(&policy);
        let challenge = explained.iter().find(|value| value.name == "challenge").unwrap();
        assert_eq!(challenge.value, said);
        assert_eq!(challenge.own, asking != Asking::Off);
        let asked =
            ["challenge NIST SP 800-63B-4 3.1.1.2 (8)", "challenge OWASP ASVS 5.0 6.4.2"].map(str::to_owned).to_vec();
        assert_eq!(departures(&explained), if asking == Asking::Off { Vec::new() } else { asked });
    }
}

#[test]
fn a_mailed_password_departs_when_it_works_for_more_than_a_day() {
    for (hours, departing) in [(1, 0), (24, 0), (25, 2), (168, 2)] {
        let policy = Policy { temporary: TemporaryPolicy { hours }, ..plain(Preset::Modern) };
        let explained = explain(&policy);
        assert_eq!(departures(&explained).len(), departing, "{hours}");
        let temporary = explained.iter().find(|value| value.name == "temporary").unwrap();
        assert_eq!(
            (temporary.value.clone(), temporary.own),
            (format!("a mailed password works {hours} hours"), hours != 24)
        );
    }
}

#[test]
fn each_line_says_the_products_that_make_it_stricter_than_the_base_and_the_others() {
    let policy = Policy::of(
        Preset::Bridge,
        Preset::Bridge.password(),
        vec![
            product("eICS", PasswordText { shortest: Some(12), digit: Some(true), ..PasswordText::default() }),
            product(
                "EMResource",
                PasswordText { shortest: Some(10), longest: Some(32), digit: Some(true), ..PasswordText::default() },
            ),
            product("EMTrack", PasswordText { blocklist: Some(true), digit: Some(true), ..PasswordText::default() }),
        ],
    );
    assert_eq!((policy.password.shortest, policy.password.longest), (12, 32));
    assert_eq!(policy.asked_by(Requirement::Length), ["eICS", "EMResource"]);
    // All ask for a digit, so there is nothing to tell apart; the base has a blocklist whatever EMTrack asks.
    assert!(policy.asked_by(Requirement::Digit).is_empty());
    assert!(policy.asked_by(Requirement::NotCommon).is_empty());
    assert!(policy.asked_by(Requirement::Uppercase).is_empty());
    // An auditor is told all of them.
    let explained = explain(&policy);
    let asked_by = |name: &str| explained.iter().find(|value| value.name == name).unwrap().asked_by.clone();
    assert_eq!(asked_by("shortest"), ["eICS"]);
    assert_eq!(asked_by("longest"), ["EMResource"]);
    assert_eq!(asked_by("digit"), ["eICS", "EMResource", "EMTrack"]);
    assert!(asked_by("blocklist").is_empty());
}

#[test]
fn marks_are_asked_by_who_names_them_and_an_empty_list_asks_for_none() {
    let marks = |name: &str, special: &str| {
        product(name, PasswordText { special: Some(special.to_owned()), ..PasswordText::default() })
    };
    let policy = |base: &str, products: Vec<Product>| {
        Policy::of(Preset::Modern, PasswordPolicy { special: base.to_owned(), ..Preset::Modern.password() }, products)
    };
    let one = policy("!@#", vec![marks("narrow", "!?"), marks("wide", "#@!?"), marks("none", "")]);
    assert_eq!(one.password.special, "!");
    assert_eq!(one.asked_by(Requirement::Special), ["narrow"]);
    let one = policy("", vec![marks("some", "!?"), marks("none", "")]);
    assert_eq!(one.password.special, "!?");
    assert_eq!(one.asked_by(Requirement::Special), ["some"]);
}

#[test]
fn products_and_the_base_come_back_from_the_wire_as_they_went() {
    let profile = r#"id = "example"
name = "Example Bureau of EMS"
system = "Example Portal"
journeys = ["claim"]
contact = { phones = ["555 0100"], email = "help@example.gov", hours = "always" }
sender = { name = "Example Bureau of EMS", address = "noreply@example.gov" }
[policy]
preset = "bridge"
challenge = { asking = "optional", confirm_days = 90 }
password = { shortest = 9 }
[[policy.products]]
name = "eICS"
password = { shortest = 12, special = "!?" }
[[policy.products]]
name = "EMTrack"
"#;
    let agency = Agency::from_toml(profile).unwrap();
    assert_eq!((agency.policy.base.shortest, agency.policy.password.shortest), (9, 12));
    assert_eq!(agency.policy.asked_by(Requirement::Length), ["eICS"]);
    let wire = serde_json::to_string(&agency).unwrap();
    assert_eq!(serde_json::from_str::<Agency>(&wire).unwrap(), agency);
}

/// What a policy asks in one line of its list.
fn asked(requirement: Requirement, policy: &PasswordPolicy) -> String {
    match requirement {
        Requirement::Length => format!("{} {}", policy.shortest, policy.longest),
        Requirement::Special => policy.special.clone(),
        Requirement::Uppercase => policy.uppercase.to_string(),
        Requirement::Lowercase => policy.lowercase.to_string(),
        Requirement::Digit => policy.digit.to_string(),
        Requirement::NotUsername | Requirement::NotCommon => policy.blocklist.to_string(),
    }
}

/// Few values, so that they often meet.
fn rules() -> impl Strategy<Value = PasswordPolicy> {
    (1_u32..4, 10_u32..13, any::<[bool; 4]>(), "[!?#]{0,3}", 0_u32..3).prop_map(
        |(shortest, longest, [uppercase, lowercase, digit, blocklist], special, expires_days)| PasswordPolicy {
            shortest,
            longest,
            uppercase,
            lowercase,
            digit,
            special,
            blocklist,
            expires_days,
        },
    )
}

fn texts() -> impl Strategy<Value = PasswordText> {
    (rules(), any::<[bool; 8]>()).prop_map(|(rules, [a, b, c, d, e, f, g, h])| PasswordText {
        shortest: a.then_some(rules.shortest),
        longest: b.then_some(rules.longest),
        uppercase: c.then_some(rules.uppercase),
        lowercase: d.then_some(rules.lowercase),
        digit: e.then_some(rules.digit),
        special: f.then_some(rules.special),
        blocklist: g.then_some(rules.blocklist),
        expires_days: h.then_some(rules.expires_days),
    })
}

proptest! {
    #[test]
    fn a_verdict_follows_from_the_value_and_never_from_the_name_of_the_preset(
        preset in prop::sample::select(PRESETS.to_vec()), other in prop::sample::select(PRESETS.to_vec()),
        shortest in 1_u32..30, longest in 30_u32..128, classes in any::<[bool; 4]>(), blocklist: bool, expires_days in 0_u32..3
    ) {
        let [uppercase, lowercase, digit, marks] = classes;
        let special = if marks { "!?" } else { "" }.to_owned();
        let password = PasswordPolicy { shortest, longest, uppercase, lowercase, digit, special, blocklist, expires_days };
        let policy = Policy::of(preset, password.clone(), Vec::new());
        let explained = explain(&policy);
        let again = explain(&Policy { preset: other, ..policy.clone() });
        prop_assert_eq!(departures(&explained), departures(&again));
        let asked = usize::from(shortest < 15) + usize::from(shortest < 8) + usize::from(longest < 64) * 2
            + classes.iter().filter(|class| **class).count() * 2
            + usize::from(!blocklist) * 3 + usize::from(expires_days > 0) * 3
            + usize::from(preset == Preset::LegacyState) * 2;
        prop_assert_eq!(departures(&explained).len(), asked);
        let own = |name: &str| explained.iter().find(|value| value.name == name).unwrap().own;
        let base = preset.password();
        prop_assert_eq!(own("shortest"), shortest != base.shortest);
        prop_assert_eq!(own("special"), password.special != base.special);
        prop_assert_eq!(own("blocklist"), !blocklist);
        prop_assert_eq!(own("expires_days"), expires_days != base.expires_days);
    }

    #[test]
    fn the_products_that_are_named_make_the_line_as_strict_as_it_is(
        base in rules(), texts in prop::collection::vec(texts(), 1..4)
    ) {
        let products: Vec<Product> =
            texts.into_iter().enumerate().map(|(place, text)| product(&place.to_string(), text)).collect();
        // Lists of marks that share none are refused when a profile is read.
        let own = products.iter().filter_map(|product| product.password.special.as_deref());
        let lists: Vec<&str> = std::iter::once(base.special.as_str()).chain(own).filter(|marks| !marks.is_empty()).collect();
        prop_assume!(lists.is_empty() || "!?#".chars().any(|mark| lists.iter().all(|marks| marks.contains(mark))));
        let policy = Policy::of(Preset::Modern, base.clone(), products.clone());
        // Marks that share none are refused with the profile: no password meets that line, whoever asks.
        let own = products.iter().filter_map(|each| each.password.special.as_ref());
        let shared = own.chain([&base.special]).filter(|marks| !marks.is_empty());
        prop_assume!(shared.clone().next().is_none() || "!?#".chars().any(|mark| shared.clone().all(|marks| marks.contains(mark))));
        for requirement in policy.password.requirements() {
            let named: Vec<String> = policy.asked_by(requirement).into_iter().map(str::to_owned).collect();
            let over_base = |products: Vec<Product>| asked(requirement, &Policy::of(Preset::Modern, base.clone(), products).password);
            let (all, plain) = (asked(requirement, &policy.password), asked(requirement, &base));
            let (asking, others): (Vec<Product>, Vec<Product>) =
                products.iter().cloned().partition(|each| named.contains(&each.name));
            if named.is_empty() {
                // Either nobody goes beyond the base, or each of them does.
                let each = products.iter().all(|each| over_base(vec![each.clone()]) != plain);
                prop_assert!(all == plain || each, "{:?} {:?}", requirement, policy);
            } else {
                prop_assert_ne!(over_base(others), all, "{:?} {:?}", requirement, policy);
                for each in asking {
                    prop_assert_ne!(over_base(vec![each]), plain.clone(), "{:?} {:?}", requirement, policy);
                }
            }
        }
    }
}
