use backboard::account::{AccountState, Frozen};
use backboard::expiry::Schedule;
use backboard::moment::Moment;
use backboard::service::records::Account;

use super::{Bench, HOUR, NOW, together, yes};
use crate::seed::NewAccount;

/// Expired at `NOW`; nobody is to be reminded.
const OVER: Schedule = Schedule { expires: Some(NOW), remind: None };

pub async fn a_saved_password_makes_the_account_active(bench: Bench) {
    let id = bench.account("ada.lovelace").await;
    let other = bench.account("grace.hopper").await;
    let mut unit = bench.begin().await;
    unit.save_password(id, "$first$", NOW, Schedule::NEVER).await.unwrap();
    unit.save_password(id, "$second$", NOW.plus(1), Schedule::NEVER).await.unwrap();
    unit.save().await.unwrap();

    let account = found(&bench, id).await;
    assert_eq!(account.state, AccountState::Active);
    assert_eq!(account.password_hash.as_deref(), Some("$second$"));
    assert_eq!(account.password_set, Some(NOW.plus(1)));
    let other = found(&bench, other).await;
    assert_eq!((other.state, other.password_hash), (AccountState::Unclaimed, None));
}

pub async fn a_saved_password_begins_its_days_and_gives_the_grace_back(bench: Bench) {
    let id = with_password(&bench, "ada.lovelace", OVER).await;
    let days = Schedule { expires: Some(NOW.plus(90)), remind: Some(NOW.plus(76)) };
    let mut unit = bench.begin().await;
    assert!(unit.spend_grace(id, NOW).await.unwrap());
    assert!(unit.find_account(id).await.unwrap().unwrap().grace_spent);
    unit.save_password(id, "$new$", NOW, days).await.unwrap();
    let account = unit.find_account(id).await.unwrap().unwrap();
    assert_eq!((account.schedule, account.grace_spent), (days, false));
    unit.save_password(id, "$newer$", NOW, Schedule::NEVER).await.unwrap();
    assert_eq!(unit.find_account(id).await.unwrap().unwrap().schedule, Schedule::NEVER);
}

pub async fn a_voided_password_takes_its_days_along(bench: Bench) {
    let due = Schedule { expires: Some(NOW), remind: Some(NOW) };
    let (id, other) = (with_password(&bench, "ada.lovelace", due).await, with_password(&bench, "grace", due).await);
    let mut unit = bench.begin().await;
    assert!(unit.spend_grace(id, NOW).await.unwrap());
    unit.void_password(id).await.unwrap();
    let account = unit.find_account(id).await.unwrap().unwrap();
    assert_eq!((account.password_hash, account.password_set), (None, None));
    assert_eq!((account.schedule, account.grace_spent), (Schedule::NEVER, false));
    assert_eq!(account.state, AccountState::Active);
    assert_eq!(ids(&unit.find_reminders(NOW, 9).await.unwrap()), [other]);
    assert!(unit.find_unscheduled(9).await.unwrap().is_empty());
    assert!(unit.find_account(other).await.unwrap().unwrap().password_hash.is_some());
}

pub async fn a_change_to_no_account_is_a_fault(bench: Bench) {
    bench.begin().await.save_password(7, "$hash$", NOW, Schedule::NEVER).await.unwrap_err();
    bench.begin().await.void_password(7).await.unwrap_err();
    bench.begin().await.save_state(7, AccountState::Active).await.unwrap_err();
    bench.begin().await.save_frozen(7, None).await.unwrap_err();
    bench.begin().await.save_schedule(7, Schedule::NEVER).await.unwrap_err();
    assert!(!bench.begin().await.spend_grace(7, NOW).await.unwrap());
}

pub async fn a_saved_state_comes_back(bench: Bench) {
    let (id, other) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    for state in AccountState::ALL {
        let mut unit = bench.begin().await;
        unit.save_state(id, *state).await.unwrap();
        unit.save().await.unwrap();
        assert_eq!(found(&bench, id).await.state, *state);
        assert_eq!(found(&bench, other).await.state, AccountState::Unclaimed);
    }
}

pub async fn a_freeze_comes_back_and_is_lifted(bench: Bench) {
    let seeded = NewAccount { frozen: Some(Frozen::Resets), ..NewAccount::unclaimed("grace.hopper") };
    let (id, seeded) = (bench.account("ada.lovelace").await, bench.seed.add_account(&seeded).await);
    assert_eq!(found(&bench, id).await.frozen, None);
    for frozen in [Some(Frozen::Resets), Some(Frozen::All), None] {
        let mut unit = bench.begin().await;
        unit.save_frozen(id, frozen).await.unwrap();
        unit.save().await.unwrap();
        assert_eq!(found(&bench, id).await.frozen, frozen);
        assert_eq!(found(&bench, seeded).await.frozen, Some(Frozen::Resets));
    }
}

pub async fn an_account_keeps_the_language_that_it_was_last_used_in(bench: Bench) {
    let (id, other) = (bench.account("ada.lovelace").await, bench.account("grace.hopper").await);
    assert_eq!(found(&bench, id).await.language, None);
    for language in ["es", "en"] {
        let mut unit = bench.begin().await;
        unit.save_language(id, language).await.unwrap();
        unit.save().await.unwrap();
        assert_eq!(found(&bench, id).await.language.as_deref(), Some(language));
    }
    assert_eq!(found(&bench, other).await.language, None);
    bench.begin().await.save_language(id + other + 1, "es").await.unwrap_err();
}

pub async fn a_password_hashed_anew_keeps_its_days_its_grace_and_its_moment(bench: Bench) {
    let (id, other) = (with_password(&bench, "ada.lovelace", OVER).await, with_password(&bench, "grace", OVER).await);
    let mut unit = bench.begin().await;
    assert!(unit.spend_grace(id, NOW).await.unwrap());
    unit.save_hash(id, "$anew$").await.unwrap();
    unit.save().await.unwrap();
    let account = found(&bench, id).await;
    assert_eq!((account.password_hash.as_deref(), account.password_set), (Some("$anew$"), Some(NOW)));
    assert_eq!((account.schedule, account.grace_spent, account.state), (OVER, true, AccountState::Active));
    assert_eq!(found(&bench, other).await.password_hash.as_deref(), Some("$hash$"));

    let unclaimed = bench.account("without.password").await;
    bench.begin().await.save_hash(unclaimed, "$anew$").await.unwrap_err();
    assert_eq!(found(&bench, unclaimed).await.password_hash, None);
}

pub async fn the_grace_of_an_expired_password_is_spent_once(bench: Bench) {
    let (id, other) = (with_password(&bench, "ada.lovelace", OVER).await, with_password(&bench, "grace", OVER).await);
    for first in [true, false] {
        let mut unit = bench.begin().await;
        assert_eq!(unit.spend_grace(id, NOW.plus(HOUR)).await.unwrap(), first);
        unit.save().await.unwrap();
    }
    assert!(found(&bench, id).await.grace_spent);
    assert!(!found(&bench, other).await.grace_spent);
}

pub async fn a_password_that_has_days_left_has_no_grace_to_spend(bench: Bench) {
    let id = with_password(&bench, "ada.lovelace", OVER).await;
    let never = with_password(&bench, "grace.hopper", Schedule::NEVER).await;
    let mut unit = bench.begin().await;
    assert!(!unit.spend_grace(never, NOW).await.unwrap());
    assert!(!unit.spend_grace(id, NOW.plus(-1)).await.unwrap());
    assert!(unit.spend_grace(id, NOW).await.unwrap());
}

pub async fn one_of_32_spends_the_grace(bench: Bench) {
    let id = with_password(&bench, "ada.lovelace", OVER).await;
    let answers = together(32, &bench, |_, store| async move {
        let mut unit = store.begin().await.unwrap();
        let first = unit.spend_grace(id, NOW).await.unwrap();
        unit.save().await.unwrap();
        first
    })
    .await;
    assert_eq!(yes(&answers), 1);
}

pub async fn reminders_come_oldest_first_and_no_more_than_asked_for(bench: Bench) {
    let mut all = Vec::new();
    for (username, remind) in
        [("later", Some(1)), ("third", Some(0)), ("first", Some(-20)), ("never", None), ("fourth", Some(0))]
    {
        let remind = remind.map(|seconds| NOW.plus(seconds));
        all.push(with_password(&bench, username, Schedule { expires: Some(NOW.plus(HOUR)), remind }).await);
    }
    let [later, third, first, _, fourth] = all.try_into().unwrap();
    let mut unit = bench.read().await;
    assert_eq!(ids(&unit.find_reminders(NOW, 9).await.unwrap()), [first, third, fourth]);
    assert_eq!(ids(&unit.find_reminders(NOW, 2).await.unwrap()), [first, third]);
    assert_eq!(ids(&unit.find_reminders(NOW.plus(1), 9).await.unwrap()), [first, third, fourth, later]);
    assert!(unit.find_reminders(NOW.plus(-21), 9).await.unwrap().is_empty());
}

pub async fn a_reminder_that_is_moved_on_is_due_no_more(bench: Bench) {
    let days = Schedule { expires: Some(NOW.plus(HOUR)), remind: Some(NOW) };
    let (id, other) = (with_password(&bench, "ada.lovelace", days).await, with_password(&bench, "grace", days).await);
    let next = Schedule { remind: Some(NOW.plus(60)), ..days };
    let mut unit = bench.begin().await;
    unit.save_schedule(id, next).await.unwrap();
    unit.save().await.unwrap();
    assert_eq!(ids(&bench.read().await.find_reminders(NOW.plus(59), 9).await.unwrap()), [other]);
    assert_eq!(ids(&bench.read().await.find_reminders(NOW.plus(60), 9).await.unwrap()), [other, id]);
    let account = found(&bench, id).await;
    assert_eq!((account.schedule, account.password_hash.as_deref()), (next, Some("$hash$")));

    let mut unit = bench.begin().await;
    unit.save_schedule(id, Schedule { remind: None, ..days }).await.unwrap();
    assert_eq!(ids(&unit.find_reminders(Moment(i64::MAX), 9).await.unwrap()), [other]);
}

pub async fn moving_the_days_leaves_a_spent_grace_spent(bench: Bench) {
    let id = with_password(&bench, "ada.lovelace", OVER).await;
    let mut unit = bench.begin().await;
    assert!(unit.spend_grace(id, NOW).await.unwrap());
    unit.save_schedule(id, OVER).await.unwrap();
    assert!(!unit.spend_grace(id, NOW).await.unwrap());
}

pub async fn active_passwords_without_days_are_found_by_id(bench: Bench) {
    let days = Schedule { expires: Some(NOW), remind: None };
    let first = with_password(&bench, "first", Schedule::NEVER).await;
    bench.account("without.password").await;
    with_password(&bench, "has.days", days).await;
    let suspended = with_password(&bench, "suspended", Schedule::NEVER).await;
    let second = with_password(&bench, "second", Schedule::NEVER).await;
    let third = with_password(&bench, "third", Schedule::NEVER).await;
    bench.seed.save_state(suspended, AccountState::Suspended).await;
    let mut unit = bench.begin().await;
    assert_eq!(ids(&unit.find_unscheduled(9).await.unwrap()), [first, second, third]);
    assert_eq!(ids(&unit.find_unscheduled(2).await.unwrap()), [first, second]);
    unit.save_schedule(second, days).await.unwrap();
    assert_eq!(ids(&unit.find_unscheduled(9).await.unwrap()), [first, third]);
}

async fn with_password(bench: &Bench, username: &str, schedule: Schedule) -> i64 {
    let account = NewAccount {
        state: AccountState::Active,
        password_hash: Some("$hash$".to_owned()),
        password_set: Some(NOW),
        schedule,
        ..NewAccount::unclaimed(username)
    };
    bench.seed.add_account(&account).await
}

async fn found(bench: &Bench, id: i64) -> Account {
    bench.read().await.find_account(id).await.unwrap().unwrap()
}

fn ids(accounts: &[Account]) -> Vec<i64> {
    accounts.iter().map(|account| account.id).collect()
}
