//! *Username*, *Password*, **Login**.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod expired;
mod question;
mod same_work;

use std::sync::Arc;

use backboard::account::AccountState;
use backboard::expiry::Schedule;
use backboard::form::sign_in::SignInForm;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::ports::{Fault, Hasher as _};
use backboard::service::sign_in::BY_NAME;
use backboard::service::{Declined, Token};
use testkit::fakes::{Resident, TestPortal, password};
use tokio::task::JoinSet;

const RIGHT: &str = "eleven quiet ambulances";
const WRONG: &str = "twelve loud ambulances";

async fn settled(state: AccountState) -> (TestPortal, i64) {
    let portal = TestPortal::default();
    let account = portal.settle(Resident { state, password: Some(RIGHT), ..Resident::default() }).await;
    (portal, account)
}

async fn sign_in(portal: &TestPortal, username: &str, typed: &str) -> Result<Token, Declined> {
    let form = SignInForm { username: username.to_owned(), password: typed.to_owned() };
    Ok(portal.portal.sign_in(&TestPortal::visitor(1), &form.read()?, None).await?.session)
}

fn problem<T: std::fmt::Debug>(answer: Result<T, Declined>) -> Problem {
    match answer {
        Err(Declined::Problems(problems)) => match problems.as_slice() {
            [problem] => *problem,
            problems => panic!("{problems:?}"),
        },
        other => panic!("not declined: {other:?}"),
    }
}

#[tokio::test]
async fn the_right_password_signs_in_and_only_the_username_ignores_case() {
    let (portal, account) = settled(AccountState::Active).await;
    for username in ["ada.lovelace", "ADA.Lovelace", " ada.lovelace "] {
        let token = sign_in(&portal, username, RIGHT).await.unwrap();
        assert_eq!(portal.portal.session(&token).await.unwrap().unwrap().account, account);
    }
    let answer = sign_in(&portal, "ada.lovelace", &RIGHT.to_uppercase()).await;
    assert_eq!(problem(answer), Problem::form(Refused::SignInWrong));
}

#[tokio::test]
async fn being_turned_away_by_a_full_queue_costs_no_try() {
    let (portal, _) = settled(AccountState::Active).await;
    portal.hasher.fill(true);
    for _ in 0..3 * BY_NAME.burst {
        let answer = sign_in(&portal, "ada.lovelace", RIGHT).await;
        assert!(matches!(answer, Err(Declined::Fault(Fault::Busy(_)))), "{answer:?}");
    }
    portal.hasher.fill(false);
    for _ in 0..BY_NAME.burst - 1 {
        assert_eq!(problem(sign_in(&portal, "ada.lovelace", WRONG).await), Problem::form(Refused::SignInWrong));
    }
    sign_in(&portal, "ada.lovelace", RIGHT).await.unwrap();
}

#[tokio::test]
async fn unknown_wrong_and_none_are_answered_alike_after_the_same_work() {
    let (portal, _) = settled(AccountState::Active).await;
    let unclaimed = Resident { username: "grace.hopper", ssn: Some("900-01-0002"), ..Resident::default() };
    portal.settle(unclaimed).await;
    let mut rows = 0;
    for (count, username) in ["ada.lovelace", "nobody.knows", "grace.hopper"].into_iter().enumerate() {
        let answer = sign_in(&portal, username, WRONG).await;
        assert_eq!(problem(answer), Problem::form(Refused::SignInWrong), "{username}");
        assert_eq!(portal.hasher.verified() as usize, count + 1, "{username}");
        let audit = portal.audit_rows().await;
        assert_eq!(audit.len(), rows + 1, "{username}");
        assert_eq!(audit[rows].action, "sign-in-refused", "{username}");
        rows = audit.len();
    }
}

#[tokio::test]
async fn the_state_of_an_account_is_told_only_after_the_right_password() {
    for (state, refused) in [
        (AccountState::Inactive, Refused::AccountInactive),
        (AccountState::Suspended, Refused::AccountSuspended),
        (AccountState::External, Refused::AccountExternal),
        (AccountState::Unclaimed, Refused::SignInWrong),
    ] {
        let (portal, _) = settled(state).await;
        assert_eq!(problem(sign_in(&portal, "ada.lovelace", WRONG).await), Problem::form(Refused::SignInWrong));
        assert_eq!(problem(sign_in(&portal, "ada.lovelace", RIGHT).await), Problem::form(refused));
        assert_eq!(portal.hasher.verified(), 2);
        assert!(!portal.actions().await.contains(&"signed-in".to_owned()));
    }
}

#[tokio::test]
async fn the_sixth_try_waits_alike_for_known_and_unknown_and_costs_no_hash() {
    let (portal, _) = settled(AccountState::Active).await;
    for (name, before) in [("ada.lovelace", 0), ("nobody.knows", 5)] {
        for _ in 0..5 {
            assert_eq!(problem(sign_in(&portal, name, WRONG).await).refused, Refused::SignInWrong);
        }
        assert_eq!(portal.hasher.verified(), before + 5);
        // Not even the right password is looked at.
        assert_eq!(problem(sign_in(&portal, name, RIGHT).await), Problem::wait(12 * 60));
        assert_eq!(problem(sign_in(&portal, &name.to_uppercase(), RIGHT).await), Problem::wait(12 * 60));
        assert_eq!(portal.hasher.verified(), before + 5);
    }
    portal.clock.pass(12 * 60 - 1);
    assert_eq!(problem(sign_in(&portal, "ada.lovelace", RIGHT).await), Problem::wait(1));
    portal.clock.pass(1);
    sign_in(&portal, "ada.lovelace", RIGHT).await.unwrap();
}

#[tokio::test]
async fn the_right_password_gives_all_tries_back() {
    let (portal, _) = settled(AccountState::Active).await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(problem(sign_in(&portal, "ada.lovelace", WRONG).await).refused, Refused::SignInWrong);
        }
        sign_in(&portal, "ada.lovelace", RIGHT).await.unwrap();
    }
}

#[tokio::test]
async fn thirty_tries_from_one_address_are_all_it_has_for_now() {
    let (portal, _) = settled(AccountState::Active).await;
    for number in 0..30 {
        let answer = sign_in(&portal, &format!("nobody{number}"), WRONG).await;
        assert_eq!(problem(answer).refused, Refused::SignInWrong);
    }
    assert_eq!(problem(sign_in(&portal, "ada.lovelace", RIGHT).await), Problem::wait(20));
    // What the address was refused did not touch her own budget.
    let form = SignInForm { username: "ada.lovelace".to_owned(), password: RIGHT.to_owned() };
    portal.portal.sign_in(&TestPortal::visitor(2), &form.read().unwrap(), None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_32_parallel_guesses_five_are_looked_at() {
    let (portal, _) = settled(AccountState::Active).await;
    let portal = Arc::new(portal);
    let mut guesses = JoinSet::new();
    for _ in 0..30 {
        let portal = portal.clone();
        guesses.spawn(async move { problem(sign_in(&portal, "ada.lovelace", WRONG).await).refused });
    }
    for number in 1..=2 {
        let portal = portal.clone();
        guesses.spawn(async move {
            let form = SignInForm { username: "Ada.Lovelace".to_owned(), password: WRONG.to_owned() };
            let visitor = TestPortal::visitor(100 + number);
            problem(portal.portal.sign_in(&visitor, &form.read().unwrap(), None).await).refused
        });
    }
    let answers = guesses.join_all().await;
    assert_eq!(portal.hasher.verified(), 5);
    assert_eq!(answers.iter().filter(|refused| **refused == Refused::SignInWrong).count(), 5);
    assert_eq!(answers.iter().filter(|refused| **refused == Refused::TooManyTries).count(), 27);
}

#[tokio::test]
async fn an_account_suspended_while_the_password_is_looked_at_is_not_signed_in() {
    let (portal, account) = settled(AccountState::Active).await;
    portal.hasher.meet(2);
    let suspending = async {
        portal.seed.save_state(account, AccountState::Suspended).await;
        portal.hasher.hash(&password("meet")).await.unwrap();
    };
    let (answer, ()) = tokio::join!(biased; sign_in(&portal, "ada.lovelace", RIGHT), suspending);
    assert_eq!(problem(answer), Problem::form(Refused::SignInWrong));
    assert!(!portal.actions().await.contains(&"signed-in".to_owned()));
}

#[tokio::test]
async fn an_old_password_does_not_sign_in_once_a_new_one_was_set_meanwhile() {
    let (portal, account) = settled(AccountState::Active).await;
    portal.hasher.meet(2);
    let changing = async {
        let mut unit = portal.portal.store.begin().await.unwrap();
        unit.save_password(account, "$new$", portal.portal.now(), Schedule::NEVER).await.unwrap();
        unit.save().await.unwrap();
        portal.hasher.hash(&password("meet")).await.unwrap();
    };
    let (answer, ()) = tokio::join!(biased; sign_in(&portal, "ada.lovelace", RIGHT), changing);
    assert_eq!(problem(answer), Problem::form(Refused::SignInWrong));
}

#[tokio::test]
async fn an_empty_field_is_said_and_nothing_else_about_the_form() {
    let read = |username: &str, password: &str| {
        SignInForm { username: username.to_owned(), password: password.to_owned() }.read().unwrap_err()
    };
    assert_eq!(
        read("", ""),
        [Problem::at(Field::Username, Refused::Missing), Problem::at(Field::Password, Refused::Missing)]
    );
    assert_eq!(read("no such shape!", RIGHT), [Problem::form(Refused::SignInWrong)]);
    assert_eq!(read("ada.lovelace", &"x".repeat(129)), [Problem::form(Refused::SignInWrong)]);
}
