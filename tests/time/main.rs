//! Time: what happens to passwords, links, codes and sessions over 400 days, with the clock in the test's hand.
//!
//! `world.rs` runs a portal through those days, with downtimes, and holds every mail and every answer against the
//! model in `person.rs`, which follows the product's description and knows nothing of the program.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod clocks;
mod deeds;
mod limits;
mod nights;
mod person;
mod world;

use std::sync::atomic::{AtomicU32, Ordering};

use backboard::agency::Mails;
use backboard::form::claim::PasswordForm;
use backboard::form::password::ChangeForm;
use backboard::form::reset::Login;
use backboard::form::sign_in::SignInForm;
use backboard::refused::Refused;
use backboard::service::ports::Clock as _;
use backboard::service::sign_in::SignedIn;
use backboard::service::{Declined, Token};
use testkit::fakes::{Received, TestPortal};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// A portal that mails links or temporary passwords; a temporary one works for a day.
fn portal(mails: Mails) -> TestPortal {
    let mut test = TestPortal::default();
    let portal = std::sync::Arc::get_mut(&mut test.portal).unwrap();
    portal.agency.recovery.mails = mails;
    portal.agency.policy.temporary.hours = 24;
    test
}

fn now(test: &TestPortal) -> i64 {
    test.clock.now().0
}

/// A password that the policy takes, other than every one before.
fn fresh_password() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("kd7mwtqh {:06} xnbpr4v", COUNT.fetch_add(1, Ordering::SeqCst))
}

async fn sign_in(test: &TestPortal, visitor: u8, username: &str, typed: &str) -> Result<SignedIn, Declined> {
    let form = SignInForm { username: username.to_owned(), password: typed.to_owned() };
    test.portal.sign_in(&TestPortal::visitor(visitor), &form.read()?, None).await
}

async fn change(test: &TestPortal, visitor: u8, signed: &Token, current: &str, new: &str) -> Result<Token, Declined> {
    let session = test.portal.session(signed).await?.ok_or(Refused::SessionOver)?;
    let form =
        ChangeForm { current_password: current.to_owned(), password: new.to_owned(), password_again: new.to_owned() };
    Ok(test.portal.change_password(&TestPortal::visitor(visitor), &session, &form).await?.session)
}

/// *forgot password?* by username; the browser that asked.
async fn forgot(test: &TestPortal, visitor: u8, username: &str) -> Token {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let proof = format!("good time {}", COUNT.fetch_add(1, Ordering::SeqCst));
    let login = Login::parse(username).unwrap();
    test.portal.reset_request(&TestPortal::visitor(visitor), &login, &proof).await.unwrap()
}

async fn set(test: &TestPortal, visitor: u8, browser: &Token, new: &str) -> Result<(), Declined> {
    let form = PasswordForm { password: new.to_owned(), password_again: new.to_owned() };
    test.portal.reset_password(&TestPortal::visitor(visitor), Some(browser), &form).await.map(drop)
}

/// A session's life, in the eyes of its cookie.
async fn lives(test: &TestPortal, token: &Token) -> bool {
    test.portal.session(token).await.unwrap().is_some()
}

/// What housekeeping does in one round.
async fn housekeeping(test: &TestPortal) {
    while test.portal.schedule_passwords().await.unwrap() {}
    while test.portal.remind().await.unwrap() {}
}

/// The mails that are due, if any are.
async fn post(test: &TestPortal) -> Vec<Received> {
    let due = test.portal.store.read().await.unwrap().next_due().await.unwrap();
    if due.is_some_and(|due| due <= test.clock.now()) { test.deliver().await } else { Vec::new() }
}

/// Why it was declined; a fault fails the test.
fn why<T: std::fmt::Debug>(answer: Result<T, Declined>) -> Vec<Refused> {
    match answer {
        Err(Declined::Problems(problems)) => problems.iter().map(|problem| problem.refused).collect(),
        other => panic!("not declined: {other:?}"),
    }
}
