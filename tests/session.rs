//! Sessions: how long they last and what ends them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::account::AccountState;
use backboard::form::sign_in::SignInForm;
use backboard::service::Token;
use backboard::service::session::{ABSOLUTE_SECONDS, IDLE_SECONDS};
use testkit::fakes::{Resident, TestPortal};

const PASSWORD: &str = "eleven quiet ambulances";

async fn settled() -> TestPortal {
    let portal = TestPortal::default();
    let ada = Resident { state: AccountState::Active, password: Some(PASSWORD), ..Resident::default() };
    portal.settle(ada).await;
    portal
}

async fn sign_in(portal: &TestPortal, old: Option<&Token>) -> Token {
    let form = SignInForm { username: "ada.lovelace".to_owned(), password: PASSWORD.to_owned() };
    portal.portal.sign_in(&TestPortal::visitor(1), &form.read().unwrap(), old).await.unwrap().session
}

async fn lives(portal: &TestPortal, token: &Token) -> bool {
    portal.portal.session(token).await.unwrap().is_some()
}

#[tokio::test]
async fn a_session_is_over_after_thirty_idle_minutes() {
    for (passed, alive) in [(IDLE_SECONDS - 1, true), (IDLE_SECONDS, false)] {
        let portal = settled().await;
        let token = sign_in(&portal, None).await;
        portal.clock.pass(passed);
        assert_eq!(lives(&portal, &token).await, alive);
    }
    assert_eq!(IDLE_SECONDS, 30 * 60);
}

#[tokio::test]
async fn each_use_begins_the_idle_time_anew() {
    let portal = settled().await;
    let token = sign_in(&portal, None).await;
    for _ in 0..3 {
        portal.clock.pass(IDLE_SECONDS - 1);
        assert!(lives(&portal, &token).await);
    }
    portal.clock.pass(IDLE_SECONDS);
    assert!(!lives(&portal, &token).await);
}

#[tokio::test]
async fn a_busy_session_is_over_after_eight_hours() {
    let portal = settled().await;
    let token = sign_in(&portal, None).await;
    for _ in 0..8 * 3 - 1 {
        portal.clock.pass(20 * 60);
        assert!(lives(&portal, &token).await);
    }
    portal.clock.pass(20 * 60 - 1);
    assert!(lives(&portal, &token).await);
    portal.clock.pass(1);
    assert!(!lives(&portal, &token).await);
    assert_eq!(ABSOLUTE_SECONDS, 8 * 60 * 60);
}

#[tokio::test]
async fn a_session_that_is_over_stays_over() {
    let portal = settled().await;
    let token = sign_in(&portal, None).await;
    portal.clock.pass(IDLE_SECONDS);
    for _ in 0..2 {
        assert!(!lives(&portal, &token).await);
    }
}

#[tokio::test]
async fn the_id_is_new_at_every_sign_in_and_the_old_one_opens_nothing() {
    let portal = settled().await;
    let first = sign_in(&portal, None).await;
    let second = sign_in(&portal, Some(&first)).await;
    assert_ne!(first, second);
    assert!(!lives(&portal, &first).await);
    assert!(lives(&portal, &second).await);
}

#[tokio::test]
async fn an_id_that_was_never_given_is_not_adopted() {
    let portal = settled().await;
    let planted = Token::from_bytes(&[7; 32]);
    assert!(!lives(&portal, &planted).await);
    let given = sign_in(&portal, Some(&planted)).await;
    assert_ne!(given, planted);
    assert!(!lives(&portal, &planted).await);
}

#[tokio::test]
async fn two_devices_have_two_sessions() {
    let portal = settled().await;
    let (phone, desktop) = (sign_in(&portal, None).await, sign_in(&portal, None).await);
    let session = portal.portal.session(&phone).await.unwrap().unwrap();
    portal.portal.sign_out(&session).await.unwrap();
    assert!(!lives(&portal, &phone).await);
    assert!(lives(&portal, &desktop).await);
}

#[tokio::test]
async fn signing_out_twice_is_one_sign_out() {
    let portal = settled().await;
    let token = sign_in(&portal, None).await;
    let session = portal.portal.session(&token).await.unwrap().unwrap();
    portal.portal.sign_out(&session).await.unwrap();
    portal.portal.sign_out(&session).await.unwrap();
    assert!(!lives(&portal, &token).await);
    assert_eq!(portal.actions().await, ["signed-in", "signed-out"]);
}

#[tokio::test]
async fn forms_of_different_sessions_carry_different_tokens() {
    let portal = settled().await;
    let (first, second) = (sign_in(&portal, None).await, sign_in(&portal, None).await);
    let first_session = portal.portal.session(&first).await.unwrap().unwrap();
    let second_session = portal.portal.session(&second).await.unwrap().unwrap();
    let csrf = portal.portal.csrf(&first_session);
    assert_eq!(csrf, portal.portal.csrf(&first_session));
    assert_ne!(csrf, portal.portal.csrf(&second_session));
    assert_ne!(csrf, first.as_str());
}
