//! The items of the standards: none is left out, and whatever departs has its control.
#![cfg(feature = "service")]

use std::collections::BTreeSet;

use backboard::agency::{ChallengePolicy, Policy, TemporaryPolicy};
use backboard::challenge::Asking;
use backboard::password::{PasswordPolicy, Preset};
use backboard::policy::standard::{Answer, Item, SECTIONS, standing};
use backboard::policy::{Explained, Hashing, Source, Stands, explain, explain_fixed};

const HASHING: Hashing = Hashing { kibibytes: 19 * 1024, passes: 2, lanes: 1 };

/// A policy whose every value departs from something.
fn worst() -> Policy {
    let password = PasswordPolicy { shortest: 1, longest: 10, blocklist: false, ..Preset::LegacyState.password() };
    Policy {
        challenge: ChallengePolicy { asking: Asking::Required, confirm_days: 365 },
        temporary: TemporaryPolicy { hours: 8_760 },
        ..Policy::of(Preset::LegacyState, password, Vec::new())
    }
}

fn items() -> impl Iterator<Item = &'static Item> {
    SECTIONS.into_iter().flatten().flat_map(|section| section.items)
}

#[test]
fn whatever_departs_has_a_control_in_whole_sentences() {
    let worst = explain(&worst());
    assert!(worst.iter().all(Explained::departs), "{worst:?}");
    let fixed = explain_fixed(HASHING);
    let values =
        worst.iter().chain(&fixed).flat_map(|value| &value.verdicts).filter_map(|verdict| match verdict.stands {
            Stands::Departs(control) => Some((verdict.rule.place, control)),
            Stands::Meets => None,
        });
    let program = items().filter_map(|item| match item.answer {
        Answer::Departs { how, instead } => {
            assert!(how.ends_with(['.', ')']) && how.len() > 10, "{}: {how}", item.rule.place);
            Some((item.rule.place, instead))
        }
        _ => None,
    });
    for (place, control) in values.chain(program) {
        assert!(control.ends_with('.') && control.split(' ').count() >= 8, "{place}: {control:?} is no control");
        assert!(!control.starts_with("None"), "{place}: {control:?}");
    }
}

#[test]
fn every_rule_of_a_value_is_an_item_of_the_standards_and_every_item_has_its_answer() {
    let values: Vec<Explained> = explain(&worst()).into_iter().chain(explain_fixed(HASHING)).collect();
    for value in &values {
        for verdict in &value.verdicts {
            let listed = items().filter(|item| item.rule == *verdict.rule && item.answer == Answer::Values).count();
            assert_eq!(listed, 1, "{}: {} {}", value.name, verdict.rule.source.title(), verdict.rule.place);
        }
    }
    let mut seen = BTreeSet::new();
    for item in items() {
        let (source, place) = (item.rule.source.title(), item.rule.place);
        assert!(seen.insert((source, place, item.rule.asks)), "{source} {place} is there twice");
        assert!(item.rule.asks.ends_with('.'), "{source} {place}: {}", item.rule.asks);
        let weights: &[&str] = match item.rule.source {
            Source::Nist => &["SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "MAY"],
            Source::Asvs => &["L1", "L2", "L3"],
        };
        assert!(weights.contains(&item.weight), "{source} {place}: {}", item.weight);
        match item.answer {
            Answer::Values => assert!(standing(&item.rule, &values).is_some(), "{source} {place}: no value"),
            Answer::Meets(by) | Answer::Nothing(by) | Answer::Host(by) => assert!(by.ends_with(['.', ')']), "{by}"),
            Answer::Departs { .. } => {}
        }
    }
}

/// The chapters that are held have no gap: the numbers of each part run from 1 without a hole.
#[test]
fn no_item_of_a_part_of_asvs_is_left_out() {
    // As OWASP counts them in version 5.0.0: part and items.
    let parts = [
        ("3.1", 1),
        ("3.2", 3),
        ("3.3", 5),
        ("3.4", 8),
        ("3.5", 8),
        ("3.6", 1),
        ("3.7", 5),
        ("6.1", 3),
        ("6.2", 12),
        ("6.3", 8),
        ("6.4", 6),
        ("6.5", 8),
        ("6.6", 4),
        ("6.7", 2),
        ("6.8", 4),
        ("7.1", 3),
        ("7.2", 4),
        ("7.3", 2),
        ("7.4", 5),
        ("7.5", 3),
        ("7.6", 2),
        ("11.1", 4),
        ("11.2", 5),
        ("11.3", 5),
        ("11.4", 4),
        ("11.5", 2),
        ("11.6", 2),
        ("11.7", 2),
        ("14.1", 2),
        ("14.2", 8),
        ("14.3", 3),
        ("16.1", 1),
        ("16.2", 5),
        ("16.3", 4),
        ("16.4", 3),
        ("16.5", 4),
    ];
    let wanted: BTreeSet<String> =
        parts.into_iter().flat_map(|(part, count)| (1..=count).map(move |number| format!("{part}.{number}"))).collect();
    let mut listed = BTreeSet::new();
    for item in items().filter(|item| item.rule.source == Source::Asvs) {
        let (first, last) = item.rule.place.split_once(" to ").unwrap_or((item.rule.place, item.rule.place));
        let (part, from) = first.rsplit_once('.').unwrap();
        let to = last.rsplit_once('.').unwrap().1;
        listed.extend((from.parse::<u32>().unwrap()..=to.parse().unwrap()).map(|number| format!("{part}.{number}")));
    }
    assert_eq!(listed, wanted);
}
