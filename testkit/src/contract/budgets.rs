use std::collections::BTreeMap;

use backboard::limit::Budget;

use super::{Bench, HOUR, NOW, digest, together, yes};
use crate::fakes::SeededEntropy;

const FIVE: Budget = Budget { burst: 5, every: 60 };

pub async fn budgets_follow_the_pure_rule_step_by_step(bench: Bench) {
    let random = SeededEntropy::of(20_270_115);
    let (mut taken, mut refused) = (0, 0);
    for sequence in 0..40 {
        let budget = Budget { burst: draw(&random, 1, 6), every: draw(&random, 1, 90) };
        let mut now = NOW;
        let mut states = BTreeMap::new();
        let mut unit = bench.begin().await;
        for step in 0..60 {
            // A clock may be set back, too.
            now = now.plus(i64::from(draw(&random, 0, budget.every * 2)) - i64::from(budget.every) / 2);
            // Or run ahead for a while, longer than any budget.
            now = now.plus(match step {
                20 => 3 * 24 * HOUR,
                40 => -3 * 24 * HOUR,
                _ => 0,
            });
            let key = format!("{sequence}:{}", draw(&random, 1, 2));
            let should = budget.take(states.get(&key).copied(), now);
            let did = unit.take_budget(&key, budget, now).await.unwrap();
            assert_eq!(did, should.map(|_| ()), "{budget:?}, step {step} of sequence {sequence}");
            match should {
                Ok(full) => {
                    states.insert(key, full);
                    taken += 1;
                }
                Err(_) => refused += 1,
            }
        }
        unit.save().await.unwrap();
    }
    assert!(taken > 200 && refused > 200, "{taken} taken, {refused} refused: the draw shows too little");
}

pub async fn several_budgets_are_taken_from_as_one_after_the_other(bench: Bench) {
    let random = SeededEntropy::of(20_261_122);
    let mut states = BTreeMap::new();
    let (mut now, mut mixed) = (NOW, 0);
    let mut unit = bench.begin().await;
    for step in 0..150 {
        now = now.plus(i64::from(draw(&random, 0, 20)));
        let mut wanted: Vec<_> = ["one", "\"two\", \\", "three", "víer:all"].map(str::to_owned).into();
        wanted.rotate_left(draw(&random, 0, 3) as usize);
        wanted.truncate(draw(&random, 1, 4) as usize);
        let wanted: Vec<_> = wanted
            .into_iter()
            .map(|key| (key, Budget { burst: draw(&random, 1, 4), every: draw(&random, 1, 30) }))
            .collect();
        let should: Vec<_> = wanted.iter().map(|(key, budget)| budget.take(states.get(key).copied(), now)).collect();
        let did = unit.take_budgets(&wanted, now).await.unwrap();
        let as_told: Vec<_> = should.iter().map(|outcome| outcome.map(|_| ())).collect();
        assert_eq!(did, as_told, "{wanted:?}, step {step}");
        mixed += usize::from(did.contains(&Ok(())) && did.iter().any(Result::is_err));
        for ((key, _), outcome) in wanted.into_iter().zip(should) {
            if let Ok(full) = outcome {
                states.insert(key, full);
            }
        }
    }
    assert_eq!(unit.take_budgets(&[], now).await.unwrap(), []);
    assert!(mixed > 20, "{mixed}: the draw shows too little");
}

pub async fn a_budget_of_nothing_gives_nothing(bench: Bench) {
    let nothing = Budget { burst: 0, every: 60 };
    let mut unit = bench.begin().await;
    assert_eq!(unit.take_budget("key", nothing, NOW).await.unwrap(), Err(60));
    assert_eq!(unit.take_budget("key", FIVE, NOW).await.unwrap(), Ok(()));
    assert_eq!(unit.take_budget("key", nothing, NOW).await.unwrap(), Err(120));
}

pub async fn a_refilled_budget_is_full(bench: Bench) {
    let mut unit = bench.begin().await;
    for _ in 0..5 {
        assert_eq!(unit.take_budget("key", FIVE, NOW).await.unwrap(), Ok(()));
    }
    assert_eq!(unit.take_budget("key", FIVE, NOW).await.unwrap(), Err(60));
    unit.refill_budget("other").await.unwrap();
    assert_eq!(unit.take_budget("key", FIVE, NOW).await.unwrap(), Err(60));
    unit.refill_budget("key").await.unwrap();
    for _ in 0..5 {
        assert_eq!(unit.take_budget("key", FIVE, NOW).await.unwrap(), Ok(()));
    }
    assert_eq!(unit.take_budget("key", FIVE, NOW).await.unwrap(), Err(60));
}

pub async fn five_of_32_parallel_tries_get_through(bench: Bench) {
    let answers = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let taken = unit.take_budget("key", FIVE, NOW).await.unwrap().is_ok();
        unit.save().await.unwrap();
        taken
    })
    .await;
    assert_eq!(yes(&answers), 5);
}

pub async fn a_try_that_was_not_saved_costs_nothing(bench: Bench) {
    for _ in 0..7 {
        assert_eq!(bench.begin().await.take_budget("key", FIVE, NOW).await.unwrap(), Ok(()));
    }
}

pub async fn a_thing_is_good_once(bench: Bench) {
    for first in [true, false] {
        let mut unit = bench.begin().await;
        assert_eq!(unit.spend_once(&digest(1), NOW.plus(300)).await.unwrap(), first);
        unit.save().await.unwrap();
    }
    assert!(bench.begin().await.spend_once(&digest(2), NOW.plus(300)).await.unwrap());
}

pub async fn one_of_32_spends_what_is_good_once(bench: Bench) {
    let answers = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let first = unit.spend_once(&digest(1), NOW.plus(300)).await.unwrap();
        unit.save().await.unwrap();
        first
    })
    .await;
    assert_eq!(yes(&answers), 1);
}

pub async fn purging_takes_budgets_and_spent_things_before_the_moment(bench: Bench) {
    let mut unit = bench.begin().await;
    for (id, moment) in [(1, NOW.plus(-1)), (2, NOW), (3, NOW.plus(1))] {
        let taken = unit.take_budget(&format!("key-{id}"), FIVE, moment.plus(-60)).await.unwrap();
        assert_eq!(taken, Ok(()));
        assert!(unit.spend_once(&digest(id), moment).await.unwrap());
    }
    assert_eq!(unit.purge_budgets(NOW).await.unwrap(), 2);
    assert!(unit.spend_once(&digest(1), NOW).await.unwrap());
    assert!(!unit.spend_once(&digest(2), NOW).await.unwrap());
    assert!(!unit.spend_once(&digest(3), NOW).await.unwrap());
    assert_eq!(unit.purge_budgets(NOW).await.unwrap(), 0);
    assert_eq!(unit.purge_budgets(NOW.plus(1)).await.unwrap(), 3);
}

fn draw(random: &SeededEntropy, least: u32, most: u32) -> u32 {
    let span = u64::from(most - least) + 1;
    least + u32::try_from(random.number() % span).unwrap()
}
