//! The typed code, in the browser that asked.

use std::sync::Arc;

use backboard::link::{CODE_TRIES, Code, LINK_SECONDS};
use backboard::refused::Refused;
use testkit::fakes::{Resident, TestPortal};
use tokio::task::JoinSet;

use super::{PASSWORD, ada, ask, choose, invited, open, other_than, type_code, why};

async fn settled() -> TestPortal {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    portal
}

#[tokio::test]
async fn the_right_code_leads_to_the_password() {
    let portal = settled().await;
    let mail = invited(&portal).await;
    let typed = Code::parse(&mail.code.grouped()).unwrap();
    type_code(&portal, &mail.browser, &typed).await.unwrap();
    let choosing = portal.portal.claim_choosing(Some(&mail.browser)).await.unwrap();
    assert_eq!(choosing.username.as_str(), "ada.lovelace");
    choose(&portal, &mail.browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_dead_and_the_link_is_not() {
    let portal = settled().await;
    let mail = invited(&portal).await;
    let wrong = other_than(&mail.code);
    for last in [false, false, false, false, true] {
        let refused = if last { Refused::CodeDead } else { Refused::CodeWrong };
        assert_eq!(why(type_code(&portal, &mail.browser, &wrong).await), [refused]);
    }
    assert_eq!(why(type_code(&portal, &mail.browser, &mail.code).await), [Refused::CodeDead]);
    let browser = open(&portal, &mail.token).await.unwrap();
    choose(&portal, &browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn the_right_code_works_at_the_fifth_try() {
    let portal = settled().await;
    let mail = invited(&portal).await;
    for _ in 1..CODE_TRIES {
        assert_eq!(why(type_code(&portal, &mail.browser, &other_than(&mail.code)).await), [Refused::CodeWrong]);
    }
    type_code(&portal, &mail.browser, &mail.code).await.unwrap();
    choose(&portal, &mail.browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn wrong_codes_are_answered_alike_where_nobody_was_found() {
    let (known, unknown) = (settled().await, TestPortal::default());
    let browser = invited(&known).await.browser;
    let stranger = ask(&unknown, &ada()).await.unwrap();
    unknown.work_off().await;
    let wrong = Code::parse("1234 5678").unwrap();
    for _ in 0..8 {
        let answer = why(type_code(&known, &browser, &wrong).await);
        assert_eq!(answer, why(type_code(&unknown, &stranger, &wrong).await));
    }
}

#[tokio::test]
async fn the_code_of_another_browser_is_wrong() {
    let portal = settled().await;
    let first = invited(&portal).await;
    let second = invited(&portal).await;
    assert_eq!(why(type_code(&portal, &second.browser, &first.code).await), [Refused::CodeWrong]);
    assert_eq!(why(type_code(&portal, &first.browser, &second.code).await), [Refused::CodeWrong]);
    type_code(&portal, &first.browser, &first.code).await.unwrap();
}

#[tokio::test]
async fn a_code_is_of_no_use_without_its_browser() {
    let portal = settled().await;
    let mail = invited(&portal).await;
    let visitor = TestPortal::visitor(9);
    assert_eq!(why(portal.portal.claim_code(&visitor, None, &mail.code).await), [Refused::FlowOver]);
    let stranger = open(&portal, &mail.token).await.unwrap();
    assert_eq!(why(type_code(&portal, &stranger, &mail.code).await), [Refused::FlowOver]);
}

#[tokio::test]
async fn a_code_is_used_once() {
    let portal = settled().await;
    let mail = invited(&portal).await;
    type_code(&portal, &mail.browser, &mail.code).await.unwrap();
    assert_eq!(why(type_code(&portal, &mail.browser, &mail.code).await), [Refused::FlowOver]);
}

#[tokio::test]
async fn a_code_works_at_59_59_and_not_at_60_00() {
    for (passed, works) in [(LINK_SECONDS - 1, true), (LINK_SECONDS, false)] {
        let portal = settled().await;
        let mail = invited(&portal).await;
        portal.clock.pass(passed);
        let answer = type_code(&portal, &mail.browser, &mail.code).await;
        if works {
            answer.unwrap();
            choose(&portal, &mail.browser, PASSWORD).await.unwrap();
        } else {
            assert_eq!(why(answer), [Refused::FlowOver]);
        }
    }
}

#[tokio::test]
async fn the_code_of_a_superseded_link_says_so() {
    let portal = settled().await;
    let oldest = invited(&portal).await;
    for _ in 0..3 {
        portal.clock.pass(60);
        invited(&portal).await;
    }
    assert_eq!(why(type_code(&portal, &oldest.browser, &oldest.code).await), [Refused::LinkSuperseded]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_32_parallel_codes_no_more_than_five_are_compared() {
    let portal = Arc::new(settled().await);
    let mail = invited(&portal).await;
    let mut tries = JoinSet::new();
    for _ in 0..32 {
        let (portal, browser, wrong) = (portal.clone(), mail.browser.clone(), other_than(&mail.code));
        tries.spawn(async move { why(type_code(&portal, &browser, &wrong).await) });
    }
    let answers = tries.join_all().await;
    // The fifth says already that the code is dead.
    assert_eq!(answers.iter().filter(|answer| **answer == [Refused::CodeWrong]).count(), 4);
    assert_eq!(answers.iter().filter(|answer| **answer == [Refused::CodeDead]).count(), 28);
    assert_eq!(why(type_code(&portal, &mail.browser, &mail.code).await), [Refused::CodeDead]);
}
