//! The typed code, in the browser that asked.

use backboard::challenge::Question;
use backboard::link::{CODE_TRIES, Code, LINK_SECONDS, Step};
use backboard::refused::Refused;
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{other_than, why};

use super::{NEW, PLAIN, QUESTION_OPTIONAL, ada, grace, mailed, settled, signs_in};

#[tokio::test]
async fn the_right_code_leads_to_the_password_however_it_is_spaced() {
    for spaced in [|code: &Code| code.grouped(), |code: &Code| format!(" {} ", code.as_str())] {
        let (portal, _) = settled(PLAIN).await;
        let mail = mailed(&portal, "ada.lovelace").await;
        let typed = Code::parse(&spaced(&mail.code)).unwrap();
        assert_eq!(portal.type_reset_code(&mail.browser, &typed).await.unwrap(), Step::Password);
        let choosing = portal.portal.reset_choosing(Some(&mail.browser)).await.unwrap();
        assert_eq!(choosing.username.as_str(), "ada.lovelace");
        portal.set_up(&mail.browser, NEW).await.unwrap();
        assert!(signs_in(&portal, NEW).await);
        assert_eq!(why(portal.open_reset(&mail.token).await), [Refused::LinkSpent]);
    }
}

#[tokio::test]
async fn the_right_code_leads_to_the_question_where_there_is_one() {
    let (portal, account) = settled(QUESTION_OPTIONAL).await;
    portal.put_question(account, Question::FirstPet, "Rover the Second").await;
    let mail = mailed(&portal, "ada.lovelace").await;
    assert_eq!(portal.type_reset_code(&mail.browser, &mail.code).await.unwrap(), Step::Challenge);
    assert_eq!(why(portal.set_up(&mail.browser, NEW).await), [Refused::FlowOver]);
    portal.answer(&mail.browser, "rover the second").await.unwrap();
    portal.set_up(&mail.browser, NEW).await.unwrap();
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_dead_and_the_link_is_not() {
    let (portal, _) = settled(PLAIN).await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let wrong = other_than(&mail.code);
    for last in 1..=CODE_TRIES {
        let refused = if last == CODE_TRIES { Refused::CodeDead } else { Refused::CodeWrong };
        assert_eq!(why(portal.type_reset_code(&mail.browser, &wrong).await), [refused]);
    }
    assert_eq!(why(portal.type_reset_code(&mail.browser, &mail.code).await), [Refused::CodeDead]);
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.set_up(&browser, NEW).await.unwrap();
}

#[tokio::test]
async fn wrong_codes_are_answered_alike_where_nobody_was_found() {
    let (known, _) = settled(PLAIN).await;
    let unknown = TestPortal::under(PLAIN);
    let browser = mailed(&known, "ada.lovelace").await.browser;
    let stranger = unknown.ask_reset("ada.lovelace").await.unwrap();
    unknown.work_off().await;
    let wrong = Code::parse("1234 5678").unwrap();
    for _ in 0..8 {
        let answer = why(known.type_reset_code(&browser, &wrong).await);
        assert_eq!(answer, why(unknown.type_reset_code(&stranger, &wrong).await));
    }
}

#[tokio::test]
async fn a_code_is_of_no_use_in_another_browser_or_for_another_account() {
    let (portal, _) = settled(PLAIN).await;
    portal.settle(grace()).await;
    let hers = mailed(&portal, "ada.lovelace").await;
    let other = mailed(&portal, "grace.hopper").await;
    assert_eq!(why(portal.type_reset_code(&other.browser, &hers.code).await), [Refused::CodeWrong]);
    assert_eq!(why(portal.portal.reset_code(&TestPortal::visitor(2), None, &hers.code).await), [Refused::FlowOver]);
    let opened = portal.open_reset(&hers.token).await.unwrap().browser;
    assert_eq!(why(portal.type_reset_code(&opened, &hers.code).await), [Refused::FlowOver]);
    portal.type_reset_code(&hers.browser, &hers.code).await.unwrap();
    assert_eq!(why(portal.type_reset_code(&hers.browser, &hers.code).await), [Refused::FlowOver]);
}

#[tokio::test]
async fn of_several_accounts_on_one_address_each_code_leads_to_its_own() {
    for used in 0..2 {
        let portal = TestPortal::under(PLAIN);
        portal.settle(ada()).await;
        portal.settle(Resident { email: Some("ada@example.org"), ..grace() }).await;
        let browser = portal.ask_reset("ada@example.org").await.unwrap();
        let mails = portal.deliver().await;
        portal.type_reset_code(&browser, &mails[used].reset_link().1).await.unwrap();
        let choosing = portal.portal.reset_choosing(Some(&browser)).await.unwrap();
        assert_eq!(choosing.username, mails[used].message.usernames()[0]);
    }
}

#[tokio::test]
async fn a_code_works_at_59_59_and_not_at_60_00() {
    for (passed, works) in [(LINK_SECONDS - 1, true), (LINK_SECONDS, false)] {
        let (portal, _) = settled(PLAIN).await;
        let mail = mailed(&portal, "ada.lovelace").await;
        portal.clock.pass(passed);
        let answer = portal.type_reset_code(&mail.browser, &mail.code).await;
        if works {
            answer.unwrap();
        } else {
            assert_eq!(why(answer), [Refused::FlowOver]);
        }
    }
}
