//! The mailed link: how long, how many, and what its use ends.

use backboard::form::reset::ResetForm;
use backboard::link::LINK_SECONDS;
use backboard::refused::Refused;
use backboard::service::Visitor;
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{proof, why};

use super::{NEW, OLD, PLAIN, mailed, settled, signs_in};

#[tokio::test]
async fn a_link_works_at_59_59_and_is_expired_at_60_00() {
    let (portal, _) = settled(PLAIN).await;
    let mail = mailed(&portal, "ada.lovelace").await;
    portal.clock.pass(LINK_SECONDS - 1);
    portal.portal.link(&mail.token).await.unwrap();
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.portal.reset_choosing(Some(&browser)).await.unwrap();
    portal.clock.pass(1);
    assert_eq!(why(portal.portal.link(&mail.token).await), [Refused::LinkExpired]);
    assert_eq!(why(portal.open_reset(&mail.token).await), [Refused::LinkExpired]);
    // A page that was opened in time does not outlive its link.
    assert_eq!(why(portal.portal.reset_choosing(Some(&browser)).await), [Refused::LinkExpired]);
    assert_eq!(why(portal.set_up(&browser, NEW).await), [Refused::LinkExpired]);
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing() {
    let (portal, _) = settled(PLAIN).await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let before = portal.audit_rows().await;
    for _ in 0..20 {
        portal.portal.link(&mail.token).await.unwrap();
    }
    assert_eq!(portal.audit_rows().await, before);
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.set_up(&browser, NEW).await.unwrap();
}

#[tokio::test]
async fn links_of_three_requests_are_live_and_the_fourth_supersedes_the_oldest() {
    let (portal, _) = settled(PLAIN).await;
    let known = Some(portal.sign_in("ada.lovelace", OLD).await.unwrap().known);
    let mut mails = Vec::new();
    // Three an hour are mailed to strangers, so the fourth is asked for by a browser that Ada has signed in from.
    for from in [None, None, None, known].map(|known| Visitor { known, ..TestPortal::visitor(1) }) {
        let login = ResetForm { login: "ada.lovelace".to_owned(), robot: "on".to_owned() }.read().unwrap();
        portal.portal.reset_request(&from, &login, &proof()).await.unwrap();
        mails.push(portal.deliver().await[0].reset_link().0);
        portal.clock.pass(15 * 60);
        for token in mails.iter().rev().take(3) {
            portal.portal.link(token).await.unwrap();
        }
    }
    assert_eq!(why(portal.portal.link(&mails[0]).await), [Refused::LinkSuperseded]);
    assert_eq!(why(portal.open_reset(&mails[0]).await), [Refused::LinkSuperseded]);
}

#[tokio::test]
async fn any_live_link_works_and_then_all_are_dead() {
    for used in 0..3 {
        let (portal, _) = settled(PLAIN).await;
        let mut mails = Vec::new();
        for _ in 0..3 {
            mails.push(mailed(&portal, "ada.lovelace").await);
            portal.clock.pass(60);
        }
        let others = portal.open_reset(&mails[(used + 1) % 3].token).await.unwrap().browser;
        let browser = portal.open_reset(&mails[used].token).await.unwrap().browser;
        portal.set_up(&browser, NEW).await.unwrap();
        for (number, mail) in mails.iter().enumerate() {
            let dead = if number == used { Refused::LinkSpent } else { Refused::LinkSuperseded };
            assert_eq!(why(portal.portal.link(&mail.token).await), [dead]);
            assert_eq!(why(portal.open_reset(&mail.token).await), [dead]);
        }
        assert_eq!(why(portal.portal.reset_choosing(Some(&others)).await), [Refused::LinkSuperseded]);
        assert_eq!(why(portal.set_up(&others, "another password").await), [Refused::LinkSuperseded]);
        assert!(signs_in(&portal, NEW).await);
    }
}

#[tokio::test]
async fn a_token_that_was_cut_off_or_never_given_is_unknown() {
    let (portal, _) = settled(PLAIN).await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let flipped: String = mail.token.chars().rev().collect();
    for token in ["", &mail.token[1..], &mail.token[..42], &flipped, &format!("{} ", mail.token), "%00"] {
        assert_eq!(why(portal.portal.link(token).await), [Refused::LinkUnknown], "{token}");
        assert_eq!(why(portal.open_reset(token).await), [Refused::LinkUnknown], "{token}");
    }
}

#[tokio::test]
async fn a_link_of_one_journey_is_unknown_to_the_other() {
    let portal = TestPortal::under(PLAIN);
    portal.settle(super::ada()).await;
    let reset = mailed(&portal, "ada.lovelace").await;
    let visitor = TestPortal::visitor(9);
    assert_eq!(why(portal.portal.claim_start(&visitor, &reset.token).await), [Refused::LinkUnknown]);
    let code = portal.portal.claim_code(&visitor, Some(&reset.browser), &reset.code).await;
    assert_eq!(why(code), [Refused::FlowOver]);
    // A reset's flow at its password step is no claim's.
    let browser = portal.open_reset(&reset.token).await.unwrap().browser;
    assert_eq!(why(portal.portal.claim_choosing(Some(&browser)).await), [Refused::FlowOver]);

    portal.settle(Resident { username: "new.person", ssn: Some("900-01-0003"), ..Resident::default() }).await;
    let form = backboard::form::claim::LookupForm {
        birth_month: "2".to_owned(),
        birth_day: "29".to_owned(),
        birth_year: "1984".to_owned(),
        last_name: "Lovelace".to_owned(),
        ssn: "900-01-0003".to_owned(),
        certificate: String::new(),
        robot: "on".to_owned(),
    };
    let lookup = form.read(portal.portal.agency.date_order, portal.portal.now().day()).unwrap();
    let asked = portal.portal.claim_lookup(&visitor, &lookup, &testkit::steps::proof()).await.unwrap();
    let mails = portal.deliver().await;
    let backboard::service::mail::Message::ClaimLink { token, code, .. } = &mails[0].message else {
        panic!("{mails:?}")
    };
    assert_eq!(why(portal.open_reset(token.as_str()).await), [Refused::LinkUnknown]);
    assert_eq!(why(portal.type_reset_code(&asked, code).await), [Refused::FlowOver]);
    let claiming = portal.portal.claim_start(&visitor, token.as_str()).await.unwrap().browser;
    assert_eq!(why(portal.set_up(&claiming, NEW).await), [Refused::FlowOver]);
}
