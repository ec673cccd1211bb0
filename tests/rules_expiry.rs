//! When a password expires, and who is reminded when.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::collections::BTreeMap;

use backboard::expiry::{DAY, REMINDER_DAYS, Schedule};
use backboard::moment::{Day, Moment};
use proptest::prelude::*;

const HOUR: i64 = 60 * 60;

/// Goes through rounds of the worker; when it sent a reminder.
fn reminders(mut schedule: Schedule, rounds: impl IntoIterator<Item = Moment>) -> (Vec<Moment>, Schedule) {
    let mut sent = Vec::new();
    for now in rounds {
        if schedule.remind.is_some_and(|due| due <= now) {
            sent.push(now);
            schedule = schedule.reminded(now);
        }
    }
    (sent, schedule)
}

/// Midnight of a day, UTC.
fn midnight(year: i32, month: u8, day: u8) -> Moment {
    let asked = Day::new(year, month, day).unwrap();
    (0..60_000).map(|days| Moment(days * DAY)).find(|moment| moment.day() == asked).unwrap()
}

proptest! {
    #[test]
    fn each_reminder_is_made_good_once_whenever_the_rounds_come(
        set in 0_i64..4_000_000_000, days in 1_u32..400, rounds in prop::collection::vec(0_i64..420 * DAY, 0..200), close in prop::collection::vec(-20 * DAY..3 * DAY, 0..60)
    ) {
        let set = Moment(set);
        let schedule = Schedule::of(set, days);
        let expires = schedule.expires.unwrap();
        let mut rounds: Vec<Moment> = rounds.into_iter().map(|after| set.plus(after)).chain(close.into_iter().map(|after| expires.plus(after))).filter(|now| *now >= set).collect();
        rounds.sort_unstable();
        // Whatever fell due between two rounds is told by the later one, and nothing else is told.
        let mut asked: Vec<Moment> = REMINDER_DAYS.iter().map(|left| expires.plus(-i64::from(*left) * DAY)).filter(|due| *due > set)
            .filter_map(|due| rounds.iter().copied().find(|now| *now >= due)).collect();
        asked.dedup();
        let (sent, after) = reminders(schedule, rounds.iter().copied());
        prop_assert!(sent.len() <= REMINDER_DAYS.len());
        prop_assert_eq!(sent, asked);
        prop_assert_eq!(after.expires, schedule.expires);
        let told = rounds.last().is_some_and(|last| *last >= expires.plus(-DAY));
        prop_assert!(!told || after.remind.is_none());
    }

    #[test]
    fn without_a_downtime_the_four_reminders_name_14_7_3_and_1_days(set in 0_i64..4_000_000_000, days in 15_u32..400) {
        let schedule = Schedule::of(Moment(set), days);
        let minute_rounds = (-15 * 24 * 60..24 * 60).map(|minute| schedule.expires.unwrap().plus(minute * 60));
        let (sent, after) = reminders(schedule, minute_rounds);
        let named: Vec<u32> = sent.iter().map(|now| schedule.days_left(*now).unwrap()).collect();
        prop_assert_eq!(named, REMINDER_DAYS);
        prop_assert_eq!(after.remind, None);
    }

    #[test]
    fn a_password_has_its_days_to_the_second(set in -4_000_000_000_i64..4_000_000_000, days in 1_u32..4_000, into in 0_i64..4_000 * DAY) {
        let schedule = Schedule::of(Moment(set), days);
        let end = Moment(set).plus(i64::from(days) * DAY);
        prop_assert_eq!(schedule.days_left(Moment(set)), Some(days));
        prop_assert!(!schedule.is_over(end.plus(-1)) && schedule.is_over(end));
        prop_assert_eq!((schedule.days_left(end.plus(-1)), schedule.days_left(end)), (Some(1), Some(0)));
        let now = Moment(set).plus(into);
        prop_assert_eq!(schedule.days_left(now) == Some(0), schedule.is_over(now));
    }

    #[test]
    fn nobody_comes_from_elsewhere_with_fewer_than_15_days_or_more_than_the_policy_gives(
        account: i64, set in 0_i64..4_000_000_000, now in 0_i64..4_000_000_000, recent in prop::option::of(0_i64..100 * DAY), days in 1_u32..400
    ) {
        let now = Moment(now);
        let set = recent.map_or(Moment(set), |ago| now.plus(-ago));
        let schedule = Schedule::spread(account, set, days, now);
        let left = schedule.expires.unwrap().since(now);
        prop_assert!(left >= 15 * DAY);
        prop_assert!(left <= i64::from(days.max(16)) * DAY);
        // All four reminders are still to come.
        prop_assert_eq!(schedule.remind, Some(schedule.expires.unwrap().plus(-14 * DAY)));
        prop_assert!(schedule.remind.unwrap() > now);
        // Whose own days go on long enough keeps them.
        let own = set.plus(i64::from(days) * DAY);
        if set <= now && own.since(now) >= 15 * DAY {
            prop_assert_eq!(schedule.expires, Some(own));
        }
    }

    #[test]
    fn times_and_days_at_the_ends_of_what_numbers_hold_never_panic(account: i64, set: i64, now: i64, days: u32) {
        for schedule in [Schedule::of(Moment(set), days), Schedule::spread(account, Moment(set), days, Moment(now))] {
            let _ = (schedule.is_over(Moment(now)), schedule.days_left(Moment(now)), schedule.reminded(Moment(now)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn sixty_thousand_accounts_at_once_are_reminded_and_expire_on_days_of_their_own(first in 0_i64..10_000_000, now in 0_i64..4_000_000_000, days in 30_u32..400) {
        const ACCOUNTS: i64 = 60_000;
        let now = Moment(now);
        let (mut told, mut ends): (BTreeMap<Day, i64>, BTreeMap<Day, i64>) = Default::default();
        for account in first..first + ACCOUNTS {
            let schedule = Schedule::spread(account, now.plus(-1_000 * DAY), days, now);
            *told.entry(schedule.remind.unwrap().day()).or_default() += 1;
            *ends.entry(schedule.expires.unwrap().day()).or_default() += 1;
        }
        let mean = ACCOUNTS / i64::from(days - 15);
        for a_day in told.values().chain(ends.values()) {
            // The first and the last day are begun ones; none may bring much more than its share.
            prop_assert!(*a_day <= mean * 3 / 2, "{a_day} where {mean} are the mean");
        }
        prop_assert!(told.len() >= days as usize - 15 && told.len() <= days as usize - 13);
    }
}

#[test]
fn leap_days_and_the_ends_of_years_are_ordinary_days() {
    for ((year, month, day), (to_year, to_month, to_day)) in [
        ((2028, 2, 29), (2028, 5, 29)),
        ((2027, 12, 1), (2028, 2, 29)),
        ((2027, 12, 31), (2028, 3, 30)),
        ((2026, 12, 31), (2027, 3, 31)),
        ((2100, 1, 1), (2100, 4, 1)),
        // The days on which clocks are put forward and back in the United States.
        ((2027, 3, 14), (2027, 6, 12)),
        ((2027, 11, 7), (2028, 2, 5)),
    ] {
        let set = midnight(year, month, day).plus(23 * HOUR + 3_599);
        let schedule = Schedule::of(set, 90);
        assert_eq!(schedule.expires.unwrap().day(), Day::new(to_year, to_month, to_day).unwrap());
        let (sent, _) = reminders(schedule, (0..400 * 24).map(|hour| set.plus(hour * HOUR)));
        let ago: Vec<i64> = sent.iter().map(|now| schedule.expires.unwrap().since(*now) / DAY).collect();
        assert_eq!(ago, [14, 7, 3, 1]);
    }
}

#[test]
fn after_a_downtime_one_mail_tells_the_days_that_are_left() {
    let set = midnight(2028, 2, 29);
    let schedule = Schedule::of(set, 90);
    let down = |from: i64, to: i64| {
        (0..100 * 24).map(|hour| set.plus(hour * HOUR)).filter(move |now| {
            let day = now.since(set) / DAY;
            day < from || day >= to
        })
    };
    for (from, to, named) in [
        (76, 78, vec![12, 7, 3, 1]),
        (76, 84, vec![6, 3, 1]),
        (80, 88, vec![14, 2, 1]),
        (0, 89, vec![1]),
        (0, 95, vec![0]),
        (84, 95, vec![14, 7, 0]),
        (89, 95, vec![14, 7, 3, 0]),
    ] {
        let (sent, after) = reminders(schedule, down(from, to));
        let left: Vec<u32> = sent.iter().map(|now| schedule.days_left(*now).unwrap()).collect();
        assert_eq!(left, named, "down from day {from} to day {to}");
        assert_eq!(after.remind, None);
    }
}

#[test]
fn a_password_without_days_never_expires_and_a_short_one_has_fewer_reminders() {
    assert_eq!(Schedule::of(Moment(0), 0), Schedule::NEVER);
    assert_eq!(Schedule::spread(7, Moment(0), 0, Moment(1)), Schedule::NEVER);
    assert!(!Schedule::NEVER.is_over(Moment(i64::MAX)));
    assert_eq!((Schedule::NEVER.days_left(Moment(0)), Schedule::NEVER.reminded(Moment(0))), (None, Schedule::NEVER));
    for (days, mails) in [(1, 0), (2, 1), (3, 1), (4, 2), (7, 2), (8, 3), (14, 3), (15, 4)] {
        let (sent, _) = reminders(Schedule::of(Moment(0), days), (0..500).map(|hour| Moment(hour * HOUR)));
        assert_eq!(sent.len(), mails, "{days} days");
    }
}
