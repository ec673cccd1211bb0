//! Weeks, days, axes and percentiles of the reports.

use backboard::expiry::DAY;
use backboard::moment::{Day, Moment};
use backboard::refused::Refused;
use backboard::report::{Attempt, Axis, Report, Span, WEEK, amounts, durations, percentile};
use backboard::staff::{Act, Role};
use proptest::prelude::*;

/// From 1970 to 2170.
fn moments() -> impl Strategy<Value = Moment> {
    (0_i64..6_311_520_000).prop_map(Moment)
}

/// The day of the week, Monday 1, by Zeller's congruence: another way than counting from the epoch.
fn weekday(day: Day) -> i64 {
    let (month, year) = match i64::from(day.month) {
        month @ 1..=2 => (month + 12, i64::from(day.year) - 1),
        month => (month, i64::from(day.year)),
    };
    let (century, rest) = (year / 100, year % 100);
    let saturday_first = (i64::from(day.day) + 13 * (month + 1) / 5 + rest + rest / 4 + century / 4 + 5 * century) % 7;
    (saturday_first + 5) % 7 + 1
}

proptest! {
    #[test]
    fn every_week_begins_on_a_monday_at_midnight_and_the_last_one_holds_now(now in moments(), weeks in 1_usize..60) {
        let span = Span::weeks_until(now, weeks);
        for place in 0..=weeks {
            let start = span.start(place);
            prop_assert_eq!(weekday(start.day()), 1);
            prop_assert_eq!(start.0 % DAY, 0);
        }
        prop_assert_eq!(span.place(now), Some(weeks - 1));
        prop_assert_eq!(Span::weeks_from(now, weeks).place(now), Some(0));
        prop_assert_eq!(Span::weeks_from(now, 1), Span::weeks_until(now, 1));
    }

    #[test]
    fn the_last_day_is_today(now in moments(), days in 1_usize..60) {
        let span = Span::days_until(now, days);
        prop_assert_eq!(span.start(days - 1).day(), now.day());
        prop_assert_eq!(span.place(now), Some(days - 1));
        prop_assert_eq!(span.start(days - 1).0 % DAY, 0);
    }

    #[test]
    fn a_moment_lies_at_the_place_that_begins_before_it_and_ends_after_it(now in moments(), at in moments(), steps in 1_usize..60) {
        let span = Span::weeks_until(now, steps);
        match span.place(at) {
            Some(place) => prop_assert!(span.start(place) <= at && at < span.start(place + 1) && place < steps),
            None => prop_assert!(at < span.from || at >= span.end()),
        }
        prop_assert_eq!(span.end().since(span.from), steps as i64 * WEEK);
    }

    #[test]
    fn a_day_begins_where_it_is_counted_from(now in moments()) {
        let begins = now.day().begins();
        prop_assert_eq!(begins.day(), now.day());
        prop_assert!(begins <= now && now < begins.plus(DAY));
    }

    #[test]
    fn an_axis_is_round_short_and_no_longer_than_it_has_to_be(largest in 0..u64::MAX / 100) {
        let Axis { step, top } = amounts(largest);
        prop_assert!(top >= largest);
        prop_assert!((2..=6).contains(&amounts(largest).numbers().count()));
        let mut lead = step;
        while lead.is_multiple_of(10) {
            lead /= 10;
        }
        prop_assert!([1, 2, 5].contains(&lead), "{step}");
        prop_assert_eq!(top % step, 0);
        prop_assert!(top - largest < step || largest == 0);
    }

    #[test]
    fn an_axis_of_time_steps_by_whole_units(longest in 0_u64..4_000_000_000) {
        let Axis { step, top } = durations(longest);
        prop_assert!(top >= longest && (1..=6).contains(&durations(longest).numbers().count()));
        let unit = [86_400, 3_600, 60, 1].into_iter().find(|unit| step % unit == 0).unwrap();
        // 1.5 hours or 90 seconds are no steps to count in.
        prop_assert!([1, 2, 5, 6, 10, 12, 15, 30].contains(&(step / unit)) || unit == 86_400, "{step}");
    }

    #[test]
    fn a_percentile_is_the_one_that_sorting_gives(values in prop::collection::vec(0_u64..50, 0..60), percent in 1_u64..=100) {
        let mut sorted = values.clone();
        sorted.sort_unstable();
        let mut counted: Vec<(u64, u64)> = Vec::new();
        for value in &sorted {
            match counted.last_mut() {
                Some((last, count)) if last == value => *count += 1,
                _ => counted.push((*value, 1)),
            }
        }
        let rank = (sorted.len() * percent as usize).div_ceil(100);
        prop_assert_eq!(percentile(&counted, percent), rank.checked_sub(1).map(|place| sorted[place]));
    }
}

#[test]
fn no_number_is_too_large_for_an_axis() {
    for largest in [u64::MAX / 50, u64::MAX - 1, u64::MAX] {
        for axis in [amounts(largest), durations(largest)] {
            assert!(axis.step > 0 && axis.numbers().count() < 1_000, "{axis:?}");
        }
    }
}

#[test]
fn the_numbers_of_an_axis_are_those_one_would_write() {
    let numbers = |axis: Axis| axis.numbers().collect::<Vec<_>>();
    for (largest, expected) in [
        (0, &[0, 1][..]),
        (1, &[0, 1]),
        (5, &[0, 1, 2, 3, 4, 5]),
        (6, &[0, 2, 4, 6]),
        (23, &[0, 5, 10, 15, 20, 25]),
        (100, &[0, 20, 40, 60, 80, 100]),
        (1_234, &[0, 500, 1_000, 1_500]),
    ] {
        assert_eq!(numbers(amounts(largest)), expected, "{largest}");
    }
    for (longest, expected) in [
        (4, &[0, 1, 2, 3, 4][..]),
        (61, &[0, 15, 30, 45, 60, 75]),
        (100, &[0, 30, 60, 90, 120]),
        (5_000, &[0, 1_800, 3_600, 5_400]),
        (260_000, &[0, 86_400, 172_800, 259_200, 345_600]),
    ] {
        assert_eq!(numbers(durations(longest)), expected, "{longest}");
    }
}

#[test]
fn a_refusal_has_the_kind_that_its_reason_tells() {
    for (detail, kind) in [
        ("signin too-many-tries", Attempt::Limit),
        ("reset.code code-wrong", Attempt::Link),
        ("claim.start link-expired", Attempt::Link),
        ("claim.lookup robot-expired", Attempt::Robot),
        ("reset.answer answer-dead", Attempt::Answer),
        ("desk.search too-many-tries", Attempt::Desk),
        ("claim.set flow-over", Attempt::Other),
        ("", Attempt::Other),
        ("something of a later version", Attempt::Other),
    ] {
        assert_eq!(Attempt::of(detail), kind, "{detail}");
    }
    for refused in Refused::ALL {
        assert_eq!(Attempt::of(&format!("desk.reveal {}", refused.code())), Attempt::Desk);
    }
}

#[test]
fn counts_are_for_everybody_of_the_desk_and_lists_and_the_audit_are_not() {
    for report in Report::ALL {
        let is_list = matches!(report, Report::Temporaries | Report::Imports);
        assert_eq!(Role::Helpdesk.may(report.act()), !is_list, "{report:?}");
        assert!(Role::Supervisor.may(report.act()), "{report:?}");
    }
    for (act, roles) in [(Act::Audit, [false, true, true]), (Act::ExportAudit, [false, false, true])] {
        assert_eq!([Role::Helpdesk, Role::Supervisor, Role::Admin].map(|role| role.may(act)), roles, "{act:?}");
    }
}
