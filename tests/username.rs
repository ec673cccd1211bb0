//! *forgot username?*

use backboard::account::AccountState;
use backboard::form::username::UsernameForm;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::Declined;
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::proof;

fn form(email: &str) -> UsernameForm {
    UsernameForm { email: email.to_owned(), robot: "on".to_owned() }
}

async fn ask(portal: &TestPortal, email: &str) -> Result<(), Declined> {
    portal.portal.username_request(&TestPortal::visitor(1), &form(email).read()?, &proof()).await
}

/// Who got a mail, and the usernames in it.
async fn mailed(portal: &TestPortal) -> Vec<(String, Vec<String>)> {
    portal.work_off().await;
    let letters = portal.deliver().await.into_iter();
    letters
        .map(|letter| {
            let names = letter.message.usernames().iter().map(|name| name.as_str().to_owned()).collect();
            (letter.to.as_str().to_owned(), names)
        })
        .collect()
}

async fn settle(portal: &TestPortal, username: &'static str, email: Option<&'static str>, state: AccountState) -> i64 {
    let resident = Resident { username, email, state, ssn: None, certificate: None, ..Resident::default() };
    portal.settle(resident).await
}

#[tokio::test]
async fn one_mail_lists_every_username_on_the_address() {
    let portal = TestPortal::default();
    settle(&portal, "ada.lovelace", Some("station4@example.org"), AccountState::Active).await;
    settle(&portal, "grace.hopper", Some("station4@example.org"), AccountState::Unclaimed).await;
    settle(&portal, "jean.bartik", Some("station4@example.org"), AccountState::Suspended).await;
    settle(&portal, "kay.mcnulty", Some("kay@example.org"), AccountState::Active).await;
    ask(&portal, " station4@example.org ").await.unwrap();
    let names = ["ada.lovelace", "grace.hopper", "jean.bartik"].map(str::to_owned).to_vec();
    assert_eq!(mailed(&portal).await, [("station4@example.org".to_owned(), names)]);
    assert_eq!(portal.actions().await, ["username-asked", "username-mailed"]);
}

#[tokio::test]
async fn mail_goes_to_the_stored_bytes_and_never_to_the_typed_ones() {
    let portal = TestPortal::default();
    settle(&portal, "ada.lovelace", Some("Ada+EMS@Example.org"), AccountState::Active).await;
    settle(&portal, "grace.hopper", Some("ada+ems@example.org"), AccountState::Active).await;
    ask(&portal, "ADA+EMS@EXAMPLE.ORG").await.unwrap();
    let alone = |name: &str| vec![name.to_owned()];
    let expected = [
        ("Ada+EMS@Example.org".to_owned(), alone("ada.lovelace")),
        ("ada+ems@example.org".to_owned(), alone("grace.hopper")),
    ];
    assert_eq!(mailed(&portal).await, expected);
}

#[tokio::test]
async fn look_alikes_are_refused_and_strangers_get_nothing() {
    let portal = TestPortal::default();
    settle(&portal, "mike.kelvin", Some("mike@example.org"), AccountState::Active).await;
    settle(&portal, "no.mail", None, AccountState::Active).await;
    // A dotless i, a Kelvin sign, two recipients, no address, a header.
    let unusable = [
        "m\u{131}ke@example.org",
        "mi\u{212a}e@example.org",
        "mike@example.org,eve@example.net",
        "mike",
        "mike@example.org\r\nBcc: eve@example.net",
    ];
    for typed in unusable {
        match ask(&portal, typed).await {
            Err(Declined::Problems(problems)) => assert_eq!(problems[0].field, Field::Email, "{typed}"),
            other => panic!("{typed}: {other:?}"),
        }
    }
    for typed in ["eve@example.net", "mike@example.org.example.net", "mike+1@example.org"] {
        ask(&portal, typed).await.unwrap();
    }
    assert_eq!(mailed(&portal).await, []);
}

#[tokio::test]
async fn an_address_is_asked_for_three_times_an_hour_known_or_not() {
    for email in ["ada@example.org", "nobody@example.org"] {
        let portal = TestPortal::default();
        settle(&portal, "ada.lovelace", Some("ada@example.org"), AccountState::Active).await;
        for typed in [email.to_owned(), email.to_uppercase(), email.to_owned()] {
            ask(&portal, &typed).await.unwrap();
        }
        match ask(&portal, email).await {
            Err(Declined::Problems(problems)) => assert_eq!(problems, [Problem::wait(20 * 60)]),
            other => panic!("{other:?}"),
        }
        portal.clock.pass(20 * 60);
        ask(&portal, email).await.unwrap();
    }
}

#[tokio::test]
async fn a_mailbox_gets_three_mails_an_hour_and_a_reset_counts_for_itself() {
    let portal = TestPortal::default();
    for (username, email) in [("ada.lovelace", "Ada@example.org"), ("grace.hopper", "ada@Example.org")] {
        settle(&portal, username, Some(email), AccountState::Active).await;
    }
    // Each spelling on file gets its own mail, and all are one mailbox.
    let mut sent = Vec::new();
    for _ in 0..3 {
        ask(&portal, "ada@example.org").await.unwrap();
        sent.push(mailed(&portal).await.len());
    }
    portal.clock.pass(60 * 60 - 1);
    ask(&portal, "ada@example.org").await.unwrap();
    sent.push(mailed(&portal).await.len());
    portal.clock.pass(1);
    ask(&portal, "ada@example.org").await.unwrap();
    sent.push(mailed(&portal).await.len());
    assert_eq!(sent, [2, 1, 0, 0, 1]);
    portal.ask_reset("ada.lovelace").await.unwrap();
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn the_box_must_be_checked_and_a_proof_is_good_once() {
    let portal = TestPortal::default();
    let unchecked = UsernameForm { robot: String::new(), ..form("ada@example.org") };
    assert_eq!(unchecked.read(), Err(vec![Problem::at(Field::Robot, Refused::RobotUnchecked)]));
    let email = form("ada@example.org").read().unwrap();
    let visitor = TestPortal::visitor(1);
    portal.portal.username_request(&visitor, &email, "good twice").await.unwrap();
    match portal.portal.username_request(&visitor, &email, "good twice").await {
        Err(Declined::Problems(problems)) => assert_eq!(problems, [Problem::at(Field::Robot, Refused::RobotExpired)]),
        other => panic!("{other:?}"),
    }
}
