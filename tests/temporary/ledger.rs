//! The ledger: issued by whom and why, sent, used, ended.

use backboard::refused::Refused;
use testkit::steps::why;

use super::{MAILED, NEW, ada, entered, issued, issued_by_office, settled};
use testkit::outbox::TakeOldest as _;

#[tokio::test]
async fn it_says_who_issued_each_and_why_and_what_became_of_it() {
    let (portal, account) = settled().await;
    let start = portal.portal.now();
    let first = issued(&portal).await;
    portal.clock.pass(60);
    issued_by_office(&portal).await;
    portal.clock.pass(60);
    entered(&portal, &first).await;
    portal.clock.pass(60);
    let session = entered(&portal, &first).await;
    portal.change(&session, &first, NEW).await.unwrap();

    let ledger = portal.ledger(account).await;
    let [office, person] = ledger.as_slice() else { panic!("{ledger:?}") };
    assert_eq!((person.issuer.as_str(), person.why.as_str()), ("person", "forgot-password"));
    assert_eq!((office.issuer.as_str(), office.why.as_str()), ("office", "asked-the-office"));
    assert_eq!((person.issued, person.sent), (start, Some(start)));
    assert_eq!(person.expires, start.plus(24 * 60 * 60));
    // The first use counts, and what was never used ends all the same.
    assert_eq!((person.used, person.ended), (Some(start.plus(120)), Some(start.plus(180))));
    assert_eq!((office.used, office.ended), (None, Some(start.plus(180))));

    let rows = portal.audit_rows().await;
    let issued: Vec<_> = rows.iter().filter(|row| row.action == "temporary-issued").collect();
    assert_eq!(issued.iter().map(|row| row.actor.as_str()).collect::<Vec<_>>(), ["person", "office"]);
    assert!(issued.iter().all(|row| row.account == Some(account)));
}

#[tokio::test]
async fn it_shows_that_a_mail_has_not_gone_out_or_was_given_up() {
    let (portal, account) = settled().await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    assert_eq!(portal.ledger(account).await[0].sent, None);
    let now = portal.portal.now();
    let mut unit = portal.unit().await;
    let mail = unit.take_oldest_mail(now, now.plus(60)).await.unwrap().unwrap();
    unit.mail_failed(&mail.id, now, "550").await.unwrap();
    unit.save().await.unwrap();
    let line = &portal.ledger(account).await[0];
    assert_eq!((line.sent, line.failed), (None, Some(now)));
}

#[tokio::test]
async fn the_store_knows_no_temporary_password() {
    let portal = testkit::fakes::TestPortal::under(MAILED);
    portal.settle(ada()).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.work_off().await;
    let now = portal.portal.now();
    let sealed = portal.unit().await.take_oldest_mail(now, now).await.unwrap().unwrap().sealed;
    let typed = portal.deliver().await[0].temporary();
    assert!(!sealed.windows(typed.len()).any(|window| window == typed.as_bytes()));
    assert!(portal.audit_rows().await.iter().all(|row| !row.detail.contains(&typed)));
    entered(&portal, &typed).await;
}

#[tokio::test]
async fn no_more_are_mailed_than_links_would_be() {
    let (portal, account) = settled().await;
    let mut mailed = 0;
    for number in 0..12 {
        if number % 3 == 0 {
            portal.clock.pass(60 * 60);
        }
        portal.ask_reset("ada.lovelace").await.unwrap();
        mailed += portal.deliver().await.len();
    }
    // Three at once, and one an hour until five are gone.
    assert_eq!(mailed, 5);
    assert_eq!(portal.ledger(account).await.len(), 5);
    assert_eq!(why(portal.sign_in("ada.lovelace", "a wrong one").await), [Refused::SignInWrong]);
}
