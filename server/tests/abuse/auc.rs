//! Whether two kinds of answers can be told apart by the time they take: the area under the ROC curve.

/// Samples of each kind in a run, after those that warm up.
pub const SAMPLES: usize = 1_000;
pub const WARM: usize = 50;
pub const RUNS: usize = 3;
/// Within these an attacker is as well off with a coin.
pub const SAFE: std::ops::RangeInclusive<f64> = 0.45..=0.55;

/// The chance that a sample of the second kind takes longer than one of the first; a tie counts half (Mann and
/// Whitney). 0.5: nothing can be told. 0 or 1: everything.
pub fn auc(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> =
        first.iter().map(|time| (*time, false)).chain(second.iter().map(|time| (*time, true))).collect();
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut ranks = 0.0;
    let mut place = 0;
    while place < all.len() {
        let ties = all[place..].iter().take_while(|(time, _)| *time == all[place].0).count();
        // Those of one time share the middle one of their ranks, which count from 1.
        let rank = (2 * place + ties + 1) as f64 / 2.0;
        ranks += rank * all[place..place + ties].iter().filter(|(_, is_second)| *is_second).count() as f64;
        place += ties;
    }
    let (first, second) = (first.len() as f64, second.len() as f64);
    (ranks - second * (second + 1.0) / 2.0) / (first * second)
}

/// The middle one.
pub fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[test]
fn kinds_that_never_meet_are_told_apart_always() {
    assert_eq!(auc(&[1.0, 2.0, 3.0], &[4.0, 5.0]), 1.0);
    assert_eq!(auc(&[4.0, 5.0], &[1.0, 2.0, 3.0]), 0.0);
}

#[test]
fn like_kinds_and_ties_are_a_coin() {
    assert_eq!(auc(&[1.0, 1.0], &[1.0, 1.0, 1.0]), 0.5);
    assert_eq!(auc(&[1.0, 2.0], &[1.0, 2.0]), 0.5);
}

#[test]
fn each_pair_counts_once() {
    // Of the six pairs (first, second) four are in order, one is a tie, one is not.
    assert!((auc(&[1.0, 3.0], &[2.0, 3.0, 5.0]) - 4.5 / 6.0).abs() < 1e-12);
}

#[test]
fn a_shift_that_is_a_tenth_of_the_spread_is_seen_among_a_thousand() {
    // Evenly spread over 1, shifted by 0.1: the area is 1 - 0.9²/2.
    let first: Vec<f64> = (0..1_000).map(|number| f64::from(number) / 1_000.0).collect();
    let second: Vec<f64> = first.iter().map(|time| time + 0.1).collect();
    assert!((auc(&first, &second) - 0.595).abs() < 0.001, "{}", auc(&first, &second));
    assert!(!SAFE.contains(&auc(&first, &second)));
}
