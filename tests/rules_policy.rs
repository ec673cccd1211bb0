//! What a policy's values are held against.
#![cfg(feature = "service")]

use std::collections::BTreeSet;

use backboard::agency::Policy;
use backboard::password::{PasswordPolicy, Preset};
use backboard::policy::{Explained, Hashing, Source, Stands, explain, explain_fixed};
use proptest::prelude::*;

const PRESETS: [Preset; 3] = [Preset::LegacyState, Preset::Modern, Preset::Bridge];
const HASHING: Hashing = Hashing { kibibytes: 19 * 1024, passes: 2, lanes: 1 };

fn of(preset: Preset) -> Vec<Explained> {
    explain(&Policy { preset, password: preset.password() })
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
        let keys: BTreeSet<&str> = keys.as_object().unwrap().keys().map(String::as_str).collect();
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
fn legacy_state_departs_in_length_classes_and_expiry_and_nowhere_else() {
    let class = |name: &str| [format!("{name} NIST SP 800-63B-4 3.1.1.2 (5)"), format!("{name} OWASP ASVS 5.0 6.2.5")];
    let asked: Vec<String> = [
        "shortest NIST SP 800-63B-4 3.1.1.2 (1)",
        "longest NIST SP 800-63B-4 3.1.1.2 (2)",
        "longest OWASP ASVS 5.0 6.2.9",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(["uppercase", "lowercase", "digit", "special"].into_iter().flat_map(class))
    .chain(["expires_days NIST SP 800-63B-4 3.1.1.2 (6)", "expires_days OWASP ASVS 5.0 6.2.10"].map(str::to_owned))
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
        ]
    );
}

#[test]
fn what_no_profile_can_change_says_the_numbers_in_force_and_departs_only_in_the_cap_on_tries() {
    let fixed = explain_fixed(HASHING);
    let value = |name: &str| fixed.iter().find(|value| value.name == name).unwrap().value.clone();
    assert_eq!(value("hashing"), "Argon2id, 19 MiB, 2 passes, 1 lane, salt and key");
    assert_eq!(value("mailed link"), "works 60 minutes");
    assert_eq!(value("links at once"), "3 of an account; the first use ends them all");
    assert_eq!(value("mailed code"), "8 digits, 5 tries, in the browser that asked");
    assert_eq!(value("sign-in tries"), "5 on a username at once, then one every 12 minutes");
    assert_eq!(value("idle session"), "ends after 30 minutes");
    assert_eq!(value("any session"), "ends after 8 hours");
    assert_eq!(departures(&fixed), ["sign-in tries NIST SP 800-63B-4 3.2.2"]);
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
        let explained = explain(&Policy { preset, password: password.clone() });
        let again = explain(&Policy { preset: other, password: password.clone() });
        prop_assert_eq!(departures(&explained), departures(&again));
        let asked = usize::from(shortest < 15) + usize::from(shortest < 8) + usize::from(longest < 64) * 2
            + classes.iter().filter(|class| **class).count() * 2
            + usize::from(!blocklist) * 3 + usize::from(expires_days > 0) * 2;
        prop_assert_eq!(departures(&explained).len(), asked);
        let own = |name: &str| explained.iter().find(|value| value.name == name).unwrap().own;
        let base = preset.password();
        prop_assert_eq!(own("shortest"), shortest != base.shortest);
        prop_assert_eq!(own("special"), password.special != base.special);
        prop_assert_eq!(own("blocklist"), !blocklist);
        prop_assert_eq!(own("expires_days"), expires_days != base.expires_days);
    }
}
