//! An account that several people use.

use backboard::refused::Refused;
use backboard::service::mail::Message;
use testkit::fakes::{Received, Resident, TestPortal};
use testkit::steps::why;

use super::{NEW, OLD, PLAIN, ada, delivered, expected};

const ADDRESSES: [&str; 3] = ["ada@example.org", "grace@example.org", "jean@example.org"];

/// A station's account with three addresses, one of them twice, and somebody without any.
async fn station() -> (TestPortal, i64) {
    let portal = TestPortal::under(PLAIN);
    let first = Resident { username: "station.7", shared: true, ..ada() };
    let account = portal.settle(first.clone()).await;
    for (ssn, email) in [
        ("900-01-0002", Some(ADDRESSES[1])),
        ("900-01-0003", Some(ADDRESSES[0])),
        ("900-01-0004", Some(ADDRESSES[2])),
        ("900-01-0005", None),
    ] {
        portal.join(account, Resident { ssn: Some(ssn), email, ..first.clone() }).await;
    }
    (portal, account)
}

async fn asked(portal: &TestPortal, typed: &str) -> Vec<Received> {
    portal.ask_reset(typed).await.unwrap();
    portal.deliver().await
}

fn addresses(mails: &[Received]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

#[tokio::test]
async fn a_username_gets_one_link_for_each_address_and_says_that_it_is_shared() {
    let (portal, account) = station().await;
    let mails = asked(&portal, "station.7").await;
    assert_eq!(addresses(&mails), ADDRESSES);
    let mut tokens: Vec<_> = mails.iter().map(|mail| mail.reset_link().0).collect();
    for mail in &mails {
        let Message::ResetLink { username, shared, .. } = &mail.message else { panic!("{mail:?}") };
        assert_eq!((username.as_str(), *shared), ("station.7", true));
    }
    for token in &tokens {
        assert_eq!(portal.portal.link(token).await.unwrap().account, account);
    }
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
}

#[tokio::test]
async fn an_address_gets_a_link_for_itself_alone() {
    let (portal, _) = station().await;
    assert_eq!(addresses(&asked(&portal, "GRACE@example.org").await), ["grace@example.org"]);
}

#[tokio::test]
async fn the_first_use_kills_the_others_tells_every_address_and_names_the_person() {
    for used in 0..3 {
        let (portal, account) = station().await;
        let mails = asked(&portal, "station.7").await;
        let late = portal.open_reset(&mails[(used + 1) % 3].reset_link().0).await.unwrap().browser;
        let browser = portal.open_reset(&mails[used].reset_link().0).await.unwrap().browser;
        assert!(portal.portal.reset_choosing(Some(&browser)).await.unwrap().shared);
        portal.set_up(&browser, NEW).await.unwrap();
        assert_eq!(delivered(&portal).await, expected(&ADDRESSES.map(|to| (to, "password-set"))));
        for (number, mail) in mails.iter().enumerate() {
            let dead = if number == used { Refused::LinkSpent } else { Refused::LinkSuperseded };
            assert_eq!(why(portal.open_reset(&mail.reset_link().0).await), [dead]);
        }
        assert_eq!(why(portal.set_up(&late, "another password").await), [Refused::LinkSuperseded]);

        let people = portal.unit().await.find_people_of(account).await.unwrap();
        let person = people.iter().find(|person| person.email.as_ref() == Some(&mails[used].to)).unwrap();
        let row = portal.audit_rows().await.into_iter().find(|row| row.action == "password-reset").unwrap();
        assert_eq!((row.account, row.detail), (Some(account), format!("person {}", person.id)));
    }
}

#[tokio::test]
async fn the_code_names_its_person_too() {
    let (portal, account) = station().await;
    let browser = portal.ask_reset("station.7").await.unwrap();
    let mails = portal.deliver().await;
    let (_, code) = mails[1].reset_link();
    portal.type_reset_code(&browser, &code).await.unwrap();
    portal.set_up(&browser, NEW).await.unwrap();
    let people = portal.unit().await.find_people_of(account).await.unwrap();
    let person = people.iter().find(|person| person.email.as_ref() == Some(&mails[1].to)).unwrap();
    let row = portal.audit_rows().await.into_iter().find(|row| row.action == "password-reset").unwrap();
    assert_eq!(row.detail, format!("person {}", person.id));
}

#[tokio::test]
async fn links_of_three_requests_are_live_however_many_addresses_each_was_mailed_to() {
    for requests in [
        ["station.7", "station.7", "station.7", "ada@example.org"],
        ["station.7", "ada@example.org", "grace@example.org", "station.7"],
        ["ada@example.org", "ada@example.org", "ada@example.org", "station.7"],
        ["ada@example.org", "station.7", "ada@example.org", "jean@example.org"],
    ] {
        let (portal, _) = station().await;
        let mut mails = Vec::new();
        for (number, typed) in requests.into_iter().enumerate() {
            mails.push(asked(&portal, typed).await);
            portal.clock.pass(15 * 60);
            for (place, mail) in
                mails.iter().enumerate().flat_map(|(place, all)| all.iter().map(move |one| (place, one)))
            {
                let lives = portal.portal.link(&mail.reset_link().0).await.is_ok();
                assert_eq!(lives, number - place < 3, "request {place} after request {number} of {requests:?}");
            }
        }
    }
}

#[tokio::test]
async fn both_who_share_it_are_locked_out_of_the_old_password() {
    let (portal, _) = station().await;
    let mails = asked(&portal, "grace@example.org").await;
    let browser = portal.open_reset(&mails[0].reset_link().0).await.unwrap().browser;
    portal.set_up(&browser, NEW).await.unwrap();
    assert_eq!(why(portal.sign_in("station.7", OLD).await), [Refused::SignInWrong]);
    portal.sign_in("station.7", NEW).await.unwrap();
}
