//! Who is forgotten, and who never.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::sync::Arc;

use backboard::account::AccountState;
use backboard::expiry::DAY;
use backboard::keep::{PEOPLE_DAYS, named_last_by};
use backboard::moment::Moment;
use backboard::service::ports::Clock as _;
use proptest::prelude::*;
use testkit::fakes::TestPortal;
use testkit::seed::{NewAccount, NewPerson};

/// A person: the state of the account, and the seconds before now at which imports named them.
fn people() -> impl Strategy<Value = Vec<(AccountState, Vec<i64>)>> {
    let state = prop::sample::select(AccountState::ALL);
    // Around the whole days of the small numbers that are drawn below.
    let ago = (0_i64..6, -1_i64..=1).prop_map(|(days, seconds)| (days * DAY + seconds).max(0));
    prop::collection::vec((state, prop::collection::vec(ago, 1..4)), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_ones_who_left_long_enough_ago_go_and_nobody_else(people in people(), days in 0_u32..5) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (left, forgotten) = runtime.block_on(after_rounds(&people, days));
        // An import names many people at once, so the newest of all is the newest of any.
        let newest = people.iter().flat_map(|(_, ago)| ago).min();
        for (number, (state, ago)) in people.iter().enumerate() {
            let last = ago.iter().min().unwrap();
            let is_over = days > 0 && *last >= i64::from(days) * DAY && Some(last) > newest;
            let is_used = matches!(state, AccountState::Active | AccountState::Suspended | AccountState::External);
            prop_assert_eq!(left.contains(&number), is_used || !is_over, "{}", number);
        }
        prop_assert_eq!(forgotten, people.len() - left.len());
    }

    #[test]
    fn the_day_is_never_before_the_days_are_over(days in 1_u32.., named in any::<i64>(), after in 0_i64..i64::from(u32::MAX) * DAY) {
        let named = named / 4;
        let over = named_last_by(days, Moment(named + after)).unwrap() >= Moment(named);
        prop_assert_eq!(over, after >= i64::from(days) * DAY);
    }
}

#[test]
fn days_of_0_are_for_good_and_3_years_are_what_is_meant_otherwise() {
    assert_eq!(named_last_by(0, Moment(i64::MAX)), None);
    assert_eq!(PEOPLE_DAYS, 1_095);
}

/// Who is left when housekeeping has gone round, and how many rows of the audit tell of the others.
async fn after_rounds(people: &[(AccountState, Vec<i64>)], days: u32) -> (Vec<usize>, usize) {
    let mut test = TestPortal::default();
    Arc::get_mut(&mut test.portal).unwrap().people_days = days;
    let now = test.clock.now();
    let mut accounts = Vec::new();
    for (number, (state, ago)) in people.iter().enumerate() {
        let account = NewAccount { state: *state, ..NewAccount::unclaimed(&format!("person{number}")) };
        let account = test.seed.add_account(&account).await;
        let named = ago.iter().map(|ago| now.plus(-ago)).max().unwrap();
        test.seed.add_person(&NewPerson { named, ..NewPerson::of(account, &format!("P-{number}")) }).await;
        accounts.push(account);
    }
    while test.portal.forget().await.unwrap() {}
    let mut work = test.portal.store.read().await.unwrap();
    let mut left = Vec::new();
    for (number, account) in accounts.iter().enumerate() {
        let people = work.find_people_of(*account).await.unwrap().len();
        // Of a person who is gone, the account is gone too.
        assert_eq!(work.find_account(*account).await.unwrap().is_some(), people == 1);
        left.extend((people == 1).then_some(number));
    }
    let rows = work.find_audit_after(0, 100).await.unwrap();
    (left, rows.iter().filter(|row| row.action == "person-forgotten").count())
}
