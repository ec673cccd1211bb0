//! Claim, from the form to the first sign-in, with the clock in the test's hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod answers;
mod code;
mod limits;
mod link;
mod password;
mod proof;
mod steps;

use std::sync::atomic::{AtomicU32, Ordering};

use backboard::form::claim::{Lookup, LookupForm, PasswordForm};
use backboard::link::Code;
use backboard::refused::{Problem, Refused};
use backboard::service::mail::Message;
use backboard::service::ports::Clock as _;
use backboard::service::{Declined, Token};
use testkit::fakes::{Received, TestPortal};

const PASSWORD: &str = "eleven quiet ambulances";

/// What Ada types.
fn ada() -> LookupForm {
    LookupForm {
        birth_month: "2".to_owned(),
        birth_day: "29".to_owned(),
        birth_year: "1984".to_owned(),
        last_name: "Lovelace".to_owned(),
        ssn: "900-01-0001".to_owned(),
        certificate: String::new(),
        robot: "on".to_owned(),
    }
}

fn read(portal: &TestPortal, form: &LookupForm) -> Lookup {
    form.read(portal.portal.agency.date_order, portal.clock.now().day()).unwrap()
}

/// A proof that no test has used.
fn proof() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("good {}", COUNT.fetch_add(1, Ordering::SeqCst))
}

async fn ask(portal: &TestPortal, form: &LookupForm) -> Result<Token, Declined> {
    portal.portal.claim_lookup(&TestPortal::visitor(1), &read(portal, form), &proof()).await
}

/// A mail with a link, and the browser that asked for it.
struct Invited {
    browser: Token,
    token: String,
    code: Code,
}

/// Ada asks and reads her mail.
async fn invited(portal: &TestPortal) -> Invited {
    let browser = ask(portal, &ada()).await.unwrap();
    let received = portal.deliver().await;
    let [Received { message: Message::ClaimLink { token, code, .. }, .. }] = received.as_slice() else {
        panic!("{received:?}")
    };
    Invited { browser, token: token.as_str().to_owned(), code: code.clone() }
}

async fn open(portal: &TestPortal, token: &str) -> Result<Token, Declined> {
    Ok(portal.portal.claim_start(&TestPortal::visitor(2), token).await?.browser)
}

async fn type_code(portal: &TestPortal, browser: &Token, code: &Code) -> Result<(), Declined> {
    portal.portal.claim_code(&TestPortal::visitor(1), Some(browser), code).await
}

/// Sets the password and gives the session.
async fn choose(portal: &TestPortal, browser: &Token, typed: &str) -> Result<Token, Declined> {
    let form = PasswordForm { password: typed.to_owned(), password_again: typed.to_owned() };
    let claimed = portal.portal.claim_password(&TestPortal::visitor(2), Some(browser), &form, None).await?;
    Ok(claimed.session)
}

/// Why it was declined; a fault fails the test.
fn why<T: std::fmt::Debug>(answer: Result<T, Declined>) -> Vec<Refused> {
    match answer {
        Err(Declined::Problems(problems)) => problems.iter().map(|problem| problem.refused).collect(),
        other => panic!("not declined: {other:?}"),
    }
}

/// The wait that the one problem names.
fn wait<T: std::fmt::Debug>(answer: Result<T, Declined>) -> u32 {
    match answer {
        Err(Declined::Problems(problems)) => match problems.as_slice() {
            [Problem { refused: Refused::TooManyTries | Refused::RobotBudget, wait: Some(wait), .. }] => *wait,
            problems => panic!("no wait: {problems:?}"),
        },
        other => panic!("not declined: {other:?}"),
    }
}

/// A code that is not this one.
fn other_than(code: &Code) -> Code {
    let number: u64 = code.as_str().parse().unwrap();
    Code::from_random(number + 1)
}
