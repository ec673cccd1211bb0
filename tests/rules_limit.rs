//! Attempt budgets, held against counting by hand.

use backboard::limit::{Budget, Full};
use backboard::moment::Moment;
use proptest::prelude::*;

fn budgets() -> impl Strategy<Value = Budget> {
    (1_u32..8, 1_u32..60).prop_map(|(burst, every)| Budget { burst, every })
}

/// Attempts at these times; the moments of those that were allowed.
fn allowed(budget: Budget, times: &[i64]) -> Vec<i64> {
    let mut state: Full = None;
    let mut allowed = Vec::new();
    for &time in times {
        if let Ok(full) = budget.take(state, Moment(time)) {
            state = Some(full);
            allowed.push(time);
        }
    }
    allowed
}

fn times() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(0_i64..40, 1..200).prop_map(|steps| {
        let mut time = 0;
        steps
            .into_iter()
            .map(|step| {
                time += step;
                time
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn no_window_holds_more_than_the_burst_and_what_came_back_in_it(budget in budgets(), times in times()) {
        let allowed = allowed(budget, &times);
        for (place, from) in allowed.iter().enumerate() {
            for (count, until) in (1..).zip(&allowed[place..]) {
                let back = (until - from) / i64::from(budget.every);
                prop_assert!(i64::from(count) <= i64::from(budget.burst) + back, "{:?} {:?}", budget, allowed);
            }
        }
    }

    #[test]
    fn the_burst_may_come_at_once_and_not_one_more(budget in budgets(), now in -1_000_000_i64..4_000_000_000) {
        let times = vec![now; budget.burst as usize + 5];
        prop_assert_eq!(allowed(budget, &times).len(), budget.burst as usize);
    }

    #[test]
    fn a_refused_attempt_costs_nothing(budget in budgets(), times in times(), doubled in 1_usize..5) {
        let once = allowed(budget, &times);
        // Whoever hammers gets exactly the attempts that somebody patient gets, as soon as they are back.
        let mut state: Full = None;
        for &time in &times {
            let alone = budget.take(state, Moment(time));
            if alone.is_err() {
                for _ in 0..doubled {
                    prop_assert_eq!(budget.take(state, Moment(time)), alone);
                }
            }
            state = alone.ok().or(state);
        }
        let patient: Vec<i64> = once.clone();
        prop_assert_eq!(allowed(budget, &patient), once);
    }

    #[test]
    fn the_wait_is_exact_and_never_longer_than_one_attempt_takes_to_come_back(budget in budgets(), times in times()) {
        let mut state: Full = None;
        for &time in &times {
            match budget.take(state, Moment(time)) {
                Ok(full) => state = Some(full),
                Err(wait) => {
                    prop_assert!((1..=budget.every).contains(&wait));
                    let then = Moment(time).plus(i64::from(wait));
                    prop_assert!(budget.take(state, then).is_ok());
                    prop_assert!(budget.take(state, then.plus(-1)).is_err());
                }
            }
        }
    }

    #[test]
    fn a_budget_left_alone_is_full_again(budget in budgets(), times in times()) {
        let last = times.last().copied().unwrap_or_default();
        let mut state: Full = None;
        for &time in &times {
            state = budget.take(state, Moment(time)).ok().or(state);
        }
        let rested = Moment(last).plus(budget.room());
        let mut left = 0;
        while let Ok(full) = budget.take(state, rested) {
            state = Some(full);
            left += 1;
        }
        prop_assert_eq!(left, budget.burst);
    }

    #[test]
    fn a_clock_that_ran_ahead_keeps_nobody_waiting(budget in budgets(), ahead in 2 * 86_400_i64..4_000_000_000) {
        let mut state: Full = None;
        while let Ok(full) = budget.take(state, Moment(ahead)) {
            state = Some(full);
        }
        let mut left = 0;
        while let Ok(full) = budget.take(state, Moment(0)) {
            state = Some(full);
            left += 1;
        }
        prop_assert_eq!(left, budget.burst);
    }

    #[test]
    fn times_makes_a_budget_as_many_times_larger(budget in budgets(), factor in 0_u32..1_000) {
        let larger = budget.times(factor);
        prop_assert_eq!(larger.burst, budget.burst * factor.max(1));
        prop_assert!(larger.every >= 1 && larger.every <= budget.every);
        let now = Moment(0);
        let mut state: Full = None;
        let mut taken = 0;
        while let Ok(full) = larger.take(state, now) {
            state = Some(full);
            taken += 1;
        }
        prop_assert_eq!(taken, larger.burst);
    }

    #[test]
    fn no_budget_state_or_clock_panics(burst in any::<u32>(), every in any::<u32>(), state in any::<Option<i64>>(), now in any::<i64>(), factor in any::<u32>()) {
        let budget = Budget { burst, every }.times(factor);
        let _ = budget.take(state.map(Moment), Moment(now));
        let _ = Budget::per(burst, every).take(None, Moment(now));
    }
}

#[test]
fn so_many_per_span_means_all_at_once_and_one_back_for_each_share_of_it() {
    assert_eq!(Budget::per(5, 24 * 3600), Budget { burst: 5, every: 17_280 });
    assert_eq!(Budget::per(0, 0), Budget { burst: 1, every: 1 });
    assert_eq!(Budget::per(10, 5), Budget { burst: 10, every: 1 });
}
