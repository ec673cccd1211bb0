//! No night brings everybody's mail.

use std::collections::BTreeMap;

use backboard::expiry::Schedule;
use backboard::moment::Moment;
use testkit::fakes::SeededEntropy;

use crate::DAY;

const NOW: Moment = Moment(1_803_859_200);
const ACCOUNTS: i64 = 60_000;

/// How many passwords end in each night, and how many mails go out in each.
fn nights(schedules: impl Iterator<Item = Schedule>) -> (BTreeMap<i64, u32>, BTreeMap<i64, u32>) {
    let (mut ends, mut mails) = (BTreeMap::new(), BTreeMap::new());
    for schedule in schedules {
        let over = schedule.expires.unwrap();
        *ends.entry(over.0.div_euclid(DAY)).or_default() += 1;
        for days in [14, 7, 3, 1] {
            *mails.entry((over.0 - days * DAY).div_euclid(DAY)).or_default() += 1;
        }
    }
    (ends, mails)
}

fn no_night_is_crowded(nights: &BTreeMap<i64, u32>, days: u32) {
    let (all, most) = (nights.values().sum::<u32>(), nights.values().copied().max().unwrap());
    assert!(most * days <= 3 * all, "{most} in one night, {all} in {days}");
}

#[test]
fn sixty_thousand_accounts_that_get_days_at_once_are_spread_over_the_nights() {
    let draw = SeededEntropy::of(7);
    let random = |below: i64| draw.number().cast_signed().rem_euclid(below);
    // Passwords of years, of the last months, and of one single day long ago; ids with and without gaps.
    for (oldest, newest, step) in [(2_000, 0, 1), (120, 0, 1), (400, 400, 1), (400, 399, 7), (89, 76, 1_024)] {
        let accounts: Vec<Schedule> = (1..=ACCOUNTS)
            .map(|number| {
                let set = NOW.plus(-newest * DAY - random((oldest - newest).max(1) * DAY));
                Schedule::spread(number * step, set, 90, NOW)
            })
            .collect();
        let (ends, mails) = nights(accounts.iter().copied());
        no_night_is_crowded(&ends, 75);
        no_night_is_crowded(&mails, 88);
        assert!(mails.first_key_value().unwrap().0 * DAY >= NOW.0, "nobody's reminder is over already");
    }
}
