//! Temporary passwords.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::collections::{BTreeMap, BTreeSet};

use backboard::password::{LONGEST_TYPED, Met, Password, PasswordPolicy, Preset, Requirement, temporary};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const PRESETS: [Preset; 3] = [Preset::LegacyState, Preset::Modern, Preset::Bridge];
const LOOK_ALIKES: &str = "Il1|O0o";

fn draw(policy: &PasswordPolicy, random: &mut StdRng) -> Password {
    temporary(policy, &mut |bytes| random.fill_bytes(bytes))
}

fn policies() -> impl Strategy<Value = PasswordPolicy> {
    let marks = vec!["", "!@#$&", "!!!", "-", "é☂", "~ ", "'\"<>", "!@#$%^&*()_+-=[]{}|;:,.<>?/~"];
    (1_u32..40, 0_u32..120, any::<[bool; 4]>(), prop::sample::select(marks)).prop_map(
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

fn kinds(policy: &PasswordPolicy) -> u32 {
    [policy.uppercase, policy.lowercase, policy.digit, !policy.special.is_empty()].map(u32::from).iter().sum()
}

fn unmet(policy: &PasswordPolicy, typed: &str) -> Vec<Requirement> {
    let met = |requirement: &Requirement| !matches!(policy.met(*requirement, typed, ""), Met::No(_));
    policy.requirements().into_iter().filter(|requirement| !met(requirement)).collect()
}

proptest! {
    #[test]
    fn one_is_inside_any_policy_that_can_be_met(policy in policies(), seed: u64) {
        prop_assume!(policy.longest >= kinds(&policy));
        let password = draw(&policy, &mut StdRng::seed_from_u64(seed));
        prop_assert_eq!(unmet(&policy, password.typed()), vec![], "{:?}", password.typed());
        // Whatever has fewer than six characters is among the first guesses.
        if policy.longest >= 6 {
            prop_assert_eq!(policy.check(&password, ""), Ok(()), "{:?}", password.typed());
        }
        // Typed as it was mailed, it is the same password.
        prop_assert_eq!(Password::parse(password.typed()), Ok(password.clone()));
        prop_assert_eq!(password.normalised(), password.typed());
    }

    #[test]
    fn nothing_in_one_looks_like_something_else_and_its_marks_are_the_policys(policy in policies(), seed: u64) {
        let password = draw(&policy, &mut StdRng::seed_from_u64(seed));
        for c in password.typed().chars() {
            prop_assert!(!LOOK_ALIKES.contains(c), "{:?}", password.typed());
            prop_assert!(c.is_ascii_alphanumeric() || policy.special.contains(c), "{:?}", password.typed());
        }
        if !policy.uppercase && policy.longest >= 17 && policy.shortest <= 17 {
            prop_assert!(!password.typed().contains(|c: char| c.is_uppercase()), "{:?}", password.typed());
        }
    }

    #[test]
    fn a_source_that_is_stuck_or_a_policy_that_contradicts_itself_still_comes_to_an_end(policy in policies(), byte: u8, longest in 0_u32..300) {
        let stuck = temporary(&policy, &mut |bytes| bytes.fill(byte));
        prop_assert!(policy.longest < kinds(&policy) || unmet(&policy, stuck.typed()).is_empty(), "{:?}", stuck.typed());
        let policy = PasswordPolicy { longest, ..policy };
        let narrow = draw(&policy, &mut StdRng::seed_from_u64(u64::from(byte)));
        prop_assert!((1..=LONGEST_TYPED).contains(&narrow.typed().chars().count()));
    }
}

/// Bits of the characters that were seen at each place, as if they were drawn evenly; the test below holds that
/// they are.
fn bits(drawn: &[String]) -> f64 {
    let longest = drawn.iter().map(|typed| typed.chars().count()).max().unwrap();
    let at = |place: usize| drawn.iter().filter_map(move |typed| typed.chars().nth(place)).collect::<BTreeSet<_>>();
    (0..longest).map(|place| f64::from(u32::try_from(at(place).len()).unwrap()).log2()).sum()
}

/// Ten thousand of a policy. The blocklist, which takes its time, refuses too few to be seen in them.
fn ten_thousand(policy: PasswordPolicy) -> Vec<String> {
    let policy = PasswordPolicy { blocklist: false, ..policy };
    let mut random = StdRng::seed_from_u64(7);
    (0..10_000).map(|_| draw(&policy, &mut random).typed().to_owned()).collect()
}

#[test]
fn ten_thousand_are_ten_thousand_different_ones_of_64_bits_or_more() {
    let legacy = Preset::LegacyState.password();
    let twelve = PasswordPolicy { longest: 12, ..legacy.clone() };
    let plain_twelve = PasswordPolicy { shortest: 1, longest: 12, ..Preset::Bridge.password() };
    for policy in PRESETS.map(Preset::password).into_iter().chain([twelve, plain_twelve]) {
        let drawn = ten_thousand(policy.clone());
        assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), drawn.len());
        assert!(bits(&drawn) >= 65.0, "{policy:?}: {}", bits(&drawn));
        assert_eq!(drawn.iter().map(|typed| typed.chars().count()).collect::<BTreeSet<_>>().len(), 1);
    }
}

#[test]
fn every_character_has_its_even_share_at_every_place() {
    for (preset, size, letters) in [(Preset::LegacyState, 4, 41), (Preset::Modern, 5, 20), (Preset::Bridge, 5, 20)] {
        let drawn: Vec<Vec<char>> =
            ten_thousand(preset.password()).iter().map(|typed| typed.chars().collect()).collect();
        let (mut all, mut everywhere) = (BTreeMap::<(usize, char), usize>::new(), BTreeMap::<usize, usize>::new());
        for place in 0..3 * size + 2 {
            let mut seen: BTreeMap<char, usize> = BTreeMap::new();
            for typed in &drawn {
                *seen.entry(typed[place]).or_default() += 1;
            }
            let kinds = match place {
                _ if place == size => 8,
                _ if place == 2 * size + 1 && preset == Preset::LegacyState => 5,
                _ if place == 2 * size + 1 => 8,
                _ => letters,
            };
            assert_eq!(seen.len(), kinds, "{preset:?} at {place}: {seen:?}");
            are_even(&seen, drawn.len() / kinds);
            *everywhere.entry(kinds).or_default() += 1;
            for (c, times) in seen {
                *all.entry((kinds, c)).or_default() += times;
            }
        }
        // A leaning too small to be seen at one place adds up over all.
        for (kinds, places) in everywhere {
            let seen = all.iter().filter(|((of, _), _)| *of == kinds).map(|((_, c), times)| (*c, *times)).collect();
            are_even(&seen, places * drawn.len() / kinds);
        }
    }
}

/// Within five times the spread that chance has.
fn are_even(seen: &BTreeMap<char, usize>, share: usize) {
    for (c, times) in seen {
        assert!((*times as f64 - share as f64).abs() < 5.0 * (share as f64).sqrt(), "{c} {times} times, not {share}");
    }
}

#[test]
fn the_presets_have_the_shapes_that_the_page_shows() {
    let mut random = StdRng::seed_from_u64(3);
    for (preset, shape) in [
        (Preset::LegacyState, "aaaa9aaaa!aaaa"),
        (Preset::Modern, "aaaaa9aaaaa9aaaaa"),
        (Preset::Bridge, "aaaaa9aaaaa9aaaaa"),
    ] {
        let seen: String = draw(&preset.password(), &mut random)
            .typed()
            .chars()
            .map(|c| match c {
                c if c.is_ascii_digit() => '9',
                c if c.is_alphabetic() => 'a',
                _ => '!',
            })
            .collect();
        assert_eq!(seen, shape);
    }
}
