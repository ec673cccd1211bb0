//! Forgot password, from *Email or Username* to *Set Up Password*, with the clock in the test's hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod challenge;
mod code;
mod links;
mod midway;
mod password;
mod request;
mod shared;

use backboard::account::AccountState;
use backboard::link::Code;
use backboard::service::Token;
use testkit::fakes::{Resident, TestPortal};

const OLD: &str = "twelve calm helicopters";
const NEW: &str = "eleven quiet ambulances";

const PLAIN: &str = r#"
[policy]
preset = "bridge"
"#;
const QUESTION_OPTIONAL: &str = r#"
[policy]
preset = "bridge"
[policy.challenge]
asking = "optional"
"#;
const QUESTION_REQUIRED: &str = r#"
[policy]
preset = "bridge"
[policy.challenge]
asking = "required"
"#;

/// Ada, whose account is in use.
fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(OLD), ..Resident::default() }
}

/// Grace, whose account is in use too.
fn grace() -> Resident {
    Resident {
        username: "grace.hopper",
        last_name: "Hopper",
        ssn: Some("900-01-0002"),
        certificate: Some("EMT-1002"),
        email: Some("grace@example.org"),
        ..ada()
    }
}

/// A portal under `rules` with Ada on its roster.
async fn settled(rules: &str) -> (TestPortal, i64) {
    let portal = TestPortal::under(rules);
    let account = portal.settle(ada()).await;
    (portal, account)
}

/// The one mail of a request, and the browser that asked.
struct Mailed {
    browser: Token,
    token: String,
    code: Code,
}

/// Asks and reads the one mail that comes.
async fn mailed(portal: &TestPortal, typed: &str) -> Mailed {
    let browser = portal.ask_reset(typed).await.unwrap();
    let received = portal.deliver().await;
    let [mail] = received.as_slice() else { panic!("{received:?}") };
    let (token, code) = mail.reset_link();
    Mailed { browser, token, code }
}

/// Who got a mail of which kind.
async fn delivered(portal: &TestPortal) -> Vec<(String, &'static str)> {
    let received = portal.deliver().await.into_iter();
    received.map(|mail| (mail.to.as_str().to_owned(), mail.message.kind())).collect()
}

/// The same, as a test writes it.
fn expected(mails: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    mails.iter().map(|(to, kind)| ((*to).to_owned(), *kind)).collect()
}

/// Whether a password signs in to Ada's account.
async fn signs_in(portal: &TestPortal, typed: &str) -> bool {
    portal.sign_in("ada.lovelace", typed).await.is_ok()
}
