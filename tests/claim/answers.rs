//! Who gets which mail, and that the page never tells.

use backboard::account::AccountState;
use backboard::form::claim::LookupForm;
use testkit::fakes::{Resident, TestPortal};

use super::{ada, ask};
use testkit::outbox::TakeOldest as _;

/// Every situation a lookup can meet, the mail it leads to, and what the audit then says.
fn situations() -> Vec<(&'static str, Vec<Resident>, Option<&'static str>, &'static str)> {
    let ada = Resident::default;
    let in_state = |state| vec![Resident { state, password: Some("a password of before"), ..ada() }];
    let twin = Resident { username: "ada.twin", ..ada() };
    vec![
        ("nobody", vec![], None, "claim-not-found"),
        ("unclaimed", vec![ada()], Some("claim-link"), "claim-mailed"),
        ("active", in_state(AccountState::Active), Some("already-claimed"), "claim-mailed"),
        ("inactive", in_state(AccountState::Inactive), Some("inactive"), "claim-mailed"),
        ("suspended", in_state(AccountState::Suspended), Some("suspended"), "claim-mailed"),
        ("external", in_state(AccountState::External), Some("external"), "claim-mailed"),
        ("no e-mail", vec![Resident { email: None, ..ada() }], None, "claim-no-email"),
        ("duplicate", vec![ada(), twin], None, "claim-not-found"),
        ("other name", vec![Resident { last_name: "Byron", ..ada() }], None, "claim-not-found"),
        ("other date", vec![Resident { born: "1984-02-28", ..ada() }], None, "claim-not-found"),
        ("other number", vec![Resident { ssn: Some("900-01-0002"), ..ada() }], None, "claim-not-found"),
        ("no number", vec![Resident { ssn: None, ..ada() }], None, "claim-not-found"),
    ]
}

#[tokio::test]
async fn the_request_is_the_same_whoever_is_found() {
    let mut first = None;
    for (name, people, ..) in situations() {
        let portal = TestPortal::default();
        for person in people {
            portal.settle(person).await;
        }
        let browser = ask(&portal, &ada()).await.unwrap();
        let next_due = portal.portal.store.read().await.unwrap().next_due().await.unwrap();
        let mut unit = portal.portal.store.begin().await.unwrap();
        let job = unit.take_job(next_due.unwrap(), next_due.unwrap().plus(1)).await.unwrap().unwrap();
        let mail = unit.take_oldest_mail(next_due.unwrap(), next_due.unwrap()).await.unwrap();
        assert!(mail.is_none(), "{name}: mail is the worker's");
        assert_eq!(portal.hasher.verified() + portal.hasher.hashed(), 0, "{name}");
        // The entropy is seeded alike, so even tokens and sealed bytes must be the same.
        let seen = (browser.as_str().to_owned(), portal.audit_rows().await, next_due, job);
        assert_eq!(first.get_or_insert_with(|| seen.clone()), &seen, "{name}");
    }
}

#[tokio::test]
async fn everybody_gets_the_right_mail_or_none() {
    for (name, people, mail, action) in situations() {
        let portal = TestPortal::default();
        for person in people {
            portal.settle(person).await;
        }
        ask(&portal, &ada()).await.unwrap();
        let received = portal.deliver().await;
        let kinds: Vec<_> = received.iter().map(|received| received.message.kind()).collect();
        assert_eq!(kinds, Vec::from_iter(mail), "{name}");
        assert_eq!(portal.actions().await, ["claim-asked", action], "{name}");
        for received in received {
            assert_eq!(received.to.as_str(), "ada@example.org", "{name}");
            assert_eq!(received.message.usernames()[0].as_str(), "ada.lovelace", "{name}");
            assert_eq!(received.language, "en", "{name}");
        }
    }
}

#[tokio::test]
async fn mail_goes_to_the_stored_address_byte_for_byte() {
    let portal = TestPortal::default();
    portal.settle(Resident { email: Some("Ada+EMS@Example.ORG"), ..Resident::default() }).await;
    ask(&portal, &ada()).await.unwrap();
    assert_eq!(portal.deliver().await[0].to.as_str(), "Ada+EMS@Example.ORG");
}

#[tokio::test]
async fn a_mail_speaks_the_language_of_the_browser_that_asked() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    let visitor = backboard::service::Visitor { language: "es".to_owned(), ..TestPortal::visitor(1) };
    portal.portal.claim_lookup(&visitor, &super::read(&portal, &ada()), &super::proof()).await.unwrap();
    assert_eq!(portal.deliver().await[0].language, "es");
}

#[tokio::test]
async fn names_are_found_however_they_are_written() {
    let portal = TestPortal::default();
    portal
        .settle(Resident { last_name: "O’Brien Núñez Jr.", earlier_names: &["De la Cruz"], ..Resident::default() })
        .await;
    for (number, last_name) in ["O'BRIEN NUNEZ", "obriennunez", "Núñez", "de la cruz", "DELACRUZ"].iter().enumerate()
    {
        if number == 4 {
            portal.clock.pass(24 * 60 * 60);
        }
        ask(&portal, &LookupForm { last_name: (*last_name).to_owned(), ..ada() }).await.unwrap();
        assert_eq!(portal.deliver().await.len(), 1, "{last_name}");
    }
}

#[tokio::test]
async fn the_certificate_number_serves_instead_of_the_ssn() {
    let portal = TestPortal::default();
    portal.settle(Resident { ssn: None, ..Resident::default() }).await;
    for (typed, mails) in [("emt 1001", 1), ("EMT-1002", 0)] {
        ask(&portal, &LookupForm { ssn: String::new(), certificate: typed.to_owned(), ..ada() }).await.unwrap();
        assert_eq!(portal.deliver().await.len(), mails, "{typed}");
    }
}

#[tokio::test]
async fn of_two_records_with_one_ssn_the_one_that_matches_is_meant() {
    let portal = TestPortal::default();
    let brother =
        Resident { username: "byron", last_name: "Byron", email: Some("b@example.org"), ..Resident::default() };
    portal.settle(brother).await;
    portal.settle(Resident::default()).await;
    ask(&portal, &ada()).await.unwrap();
    let received = portal.deliver().await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].to.as_str(), "ada@example.org");
}

#[tokio::test]
async fn neither_name_nor_number_lies_readable_in_the_store() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    ask(&portal, &ada()).await.unwrap();
    let now = backboard::service::ports::Clock::now(&*portal.clock);
    let job = portal.portal.store.begin().await.unwrap().take_job(now, now).await.unwrap().unwrap();
    portal.work_off().await;
    let mail = portal.portal.store.begin().await.unwrap().take_oldest_mail(now, now).await.unwrap().unwrap();
    for sealed in [job.sealed, mail.sealed] {
        for secret in ["Lovelace", "lovelace", "1984", "900010001", "token"] {
            assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
    assert!(portal.audit_rows().await.iter().all(|row| row.detail.is_empty() || row.detail == "claim-link"));
}
