//! Temporary passwords: several outstanding, in any order, until the password is changed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod change;
mod ledger;
mod outstanding;

use backboard::account::{AccountState, Username};
use backboard::service::records::{Session, SessionKind};
use testkit::fakes::{Resident, TestPortal};

const OLD: &str = "Kd7m&WtqH4rx";
const NEW: &str = "pQ5$vZk2&Txw";

/// As Louisiana has it: a forgotten password is replaced by a temporary one.
const MAILED: &str = r#"
[policy]
preset = "legacy-state"
[policy.temporary]
hours = 24
[recovery]
mails = "temporary-password"
"#;

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(OLD), ..Resident::default() }
}

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::under(MAILED);
    let account = portal.settle(ada()).await;
    (portal, account)
}

/// Asks for a temporary password and reads the one mail that comes.
async fn issued(portal: &TestPortal) -> String {
    portal.ask_reset("ada.lovelace").await.unwrap();
    let mails = portal.deliver().await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    mail.temporary()
}

/// Has the office mail one.
async fn issued_by_office(portal: &TestPortal) -> String {
    portal.portal.office_temporary_password(&Username::parse("ada.lovelace").unwrap()).await.unwrap();
    let mails = portal.deliver().await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    mail.temporary()
}

/// Signs in with a temporary password.
async fn entered(portal: &TestPortal, typed: &str) -> Session {
    let signed_in = portal.sign_in("ada.lovelace", typed).await.unwrap();
    assert_eq!(signed_in.kind, SessionKind::ChangeOnly);
    portal.session(&signed_in.session).await.unwrap()
}

/// The same password with the case of every letter turned round.
fn turned(typed: &str) -> String {
    let turn =
        |letter: char| if letter.is_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() };
    typed.chars().map(turn).collect()
}
