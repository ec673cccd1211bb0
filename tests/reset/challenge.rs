//! *Password Challenge*: asked of whom, how often, and never before the mailbox is proved.

use std::sync::Arc;

use backboard::challenge::Question;
use backboard::link::{ANSWER_TRIES, Step};
use backboard::refused::{Field, Problem, Refused};
use backboard::service::ports::Fault;
use backboard::service::{Declined, Token};
use testkit::fakes::TestPortal;
use testkit::steps::{problems, wait, why};
use tokio::task::JoinSet;

use super::{NEW, PLAIN, QUESTION_OPTIONAL, QUESTION_REQUIRED, mailed, settled, signs_in};

const ANSWER: &str = "Saint John's Café";

/// A portal where Ada has a question.
async fn asking() -> (TestPortal, i64) {
    let (portal, account) = settled(QUESTION_REQUIRED).await;
    portal.put_question(account, Question::FirstStation, ANSWER).await;
    (portal, account)
}

/// A browser at the question of a new link.
async fn challenged(portal: &TestPortal) -> Token {
    let mail = mailed(portal, "ada.lovelace").await;
    let started = portal.open_reset(&mail.token).await.unwrap();
    assert_eq!(started.step, Step::Challenge);
    started.browser
}

#[tokio::test]
async fn it_is_asked_where_profile_and_account_have_one() {
    for (rules, has, step) in [
        (PLAIN, true, Step::Password),
        (QUESTION_OPTIONAL, true, Step::Challenge),
        (QUESTION_OPTIONAL, false, Step::Password),
        (QUESTION_REQUIRED, true, Step::Challenge),
    ] {
        let (portal, account) = settled(rules).await;
        if has {
            portal.put_question(account, Question::FirstStation, ANSWER).await;
        }
        let mail = mailed(&portal, "ada.lovelace").await;
        let started = portal.open_reset(&mail.token).await.unwrap();
        assert_eq!(started.step, step, "{rules} {has}");
        let question = portal.portal.reset_question(Some(&started.browser)).await;
        let choosing = portal.portal.reset_choosing(Some(&started.browser)).await;
        if step == Step::Challenge {
            assert_eq!(question.unwrap(), Question::FirstStation);
            assert_eq!(why(choosing), [Refused::FlowOver]);
            assert_eq!(why(portal.set_up(&started.browser, NEW).await), [Refused::FlowOver]);
        } else {
            assert_eq!(why(question), [Refused::FlowOver]);
            choosing.unwrap();
        }
    }
}

#[tokio::test]
async fn the_question_is_never_given_before_the_mailbox_is_proved() {
    let (portal, _) = asking().await;
    let mail = mailed(&portal, "ada.lovelace").await;
    // The browser that asked has a flow, but no proof; the link's token is no browser's cookie.
    let cookies = [None, Some(mail.browser.clone()), Token::parse(&mail.token), Some(Token::from_bytes(&[1; 32]))];
    for cookie in &cookies {
        assert_eq!(why(portal.portal.reset_question(cookie.as_ref()).await), [Refused::FlowOver]);
        if let Some(cookie) = cookie {
            assert_eq!(why(portal.answer(cookie, ANSWER).await), [Refused::FlowOver]);
        }
    }
    assert_eq!(portal.hasher.verified(), 0);
    portal.open_reset(&mail.token).await.unwrap();
    assert_eq!(why(portal.portal.reset_question(Some(&mail.browser)).await), [Refused::FlowOver]);
}

#[tokio::test]
async fn being_turned_away_by_a_full_queue_costs_no_try() {
    let (portal, _) = asking().await;
    let browser = challenged(&portal).await;
    portal.hasher.fill(true);
    for _ in 0..3 * ANSWER_TRIES {
        let answer = portal.answer(&browser, ANSWER).await;
        assert!(matches!(answer, Err(Declined::Fault(Fault::Busy(_)))), "{answer:?}");
    }
    portal.hasher.fill(false);
    for _ in 0..ANSWER_TRIES - 1 {
        assert_eq!(why(portal.answer(&browser, "another").await), [Refused::AnswerWrong]);
    }
    portal.answer(&browser, ANSWER).await.unwrap();
}

#[tokio::test]
async fn the_answer_counts_in_any_case_with_a_full_stop_or_without_accents() {
    for typed in
        [ANSWER, "saint john’s cafe", "SAINT JOHNS CAFE.", "  Saint  John's  Cafe\u{301}! ", "saintjohnscafe\r\n"]
    {
        let (portal, _) = asking().await;
        let browser = challenged(&portal).await;
        portal.answer(&browser, typed).await.unwrap_or_else(|declined| panic!("{typed}: {declined:?}"));
        portal.set_up(&browser, NEW).await.unwrap();
        assert!(signs_in(&portal, NEW).await);
    }
}

#[tokio::test]
async fn a_wrong_answer_is_said_at_its_field_and_the_right_one_still_works_at_the_fifth_try() {
    let (portal, account) = asking().await;
    let browser = challenged(&portal).await;
    for _ in 1..ANSWER_TRIES {
        let wrong = problems(portal.answer(&browser, "Saint James").await);
        assert_eq!(wrong, [Problem::at(Field::Answer, Refused::AnswerWrong)]);
        assert_eq!(portal.portal.reset_question(Some(&browser)).await.unwrap(), Question::FirstStation);
    }
    // Nothing typed is no try.
    assert_eq!(problems(portal.answer(&browser, " . ").await), [Problem::at(Field::Answer, Refused::Missing)]);
    portal.answer(&browser, ANSWER).await.unwrap();
    portal.set_up(&browser, NEW).await.unwrap();
    let rows = portal.audit_rows().await;
    let wrong = rows.iter().filter(|row| row.action == "answer-wrong" && row.account == Some(account)).count();
    assert_eq!(wrong, 4);
}

#[tokio::test]
async fn five_wrong_answers_kill_the_link_for_answers_and_a_new_link_asks_the_same() {
    let (portal, _) = asking().await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    for last in 1..=ANSWER_TRIES {
        let refused = if last == ANSWER_TRIES { Refused::AnswerDead } else { Refused::AnswerWrong };
        assert_eq!(why(portal.answer(&browser, "Saint James").await), [refused]);
    }
    let looked_at = portal.hasher.verified();
    // The link is dead: neither this browser nor another one that opens it gets a sixth.
    assert_eq!(why(portal.answer(&browser, ANSWER).await), [Refused::AnswerDead]);
    assert_eq!(why(portal.set_up(&browser, NEW).await), [Refused::FlowOver]);
    assert_eq!(why(portal.open_reset(&mail.token).await), [Refused::AnswerDead]);
    assert_eq!(portal.hasher.verified(), looked_at);
    let fresh = challenged(&portal).await;
    assert_eq!(portal.portal.reset_question(Some(&fresh)).await.unwrap(), Question::FirstStation);
    portal.answer(&fresh, ANSWER).await.unwrap();
    portal.set_up(&fresh, NEW).await.unwrap();
}

#[tokio::test]
async fn ten_answers_a_day_are_all_an_account_has_over_all_its_links() {
    let (portal, _) = asking().await;
    for _ in 0..2 {
        let browser = challenged(&portal).await;
        for _ in 0..ANSWER_TRIES {
            portal.answer(&browser, "Saint James").await.unwrap_err();
        }
    }
    let browser = challenged(&portal).await;
    // A tenth of a day: the link that was refused for the day's sake keeps its own five.
    assert_eq!(wait(portal.answer(&browser, ANSWER).await), 8_640);
    assert_eq!(portal.hasher.verified(), 10);
    // The account is not locked: the owner still signs in.
    assert!(signs_in(&portal, super::OLD).await);
    portal.clock.pass(8_640);
    let browser = challenged(&portal).await;
    portal.answer(&browser, ANSWER).await.unwrap();
    // The right one gives the day's tries back.
    let browser = challenged(&portal).await;
    for _ in 1..ANSWER_TRIES {
        assert_eq!(why(portal.answer(&browser, "Saint James").await), [Refused::AnswerWrong]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_32_parallel_answers_no_more_than_five_are_looked_at() {
    let (portal, _) = asking().await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let mut browsers = Vec::new();
    for _ in 0..32 {
        browsers.push(portal.open_reset(&mail.token).await.unwrap().browser);
    }
    let portal = Arc::new(portal);
    let mut tries = JoinSet::new();
    for (number, browser) in browsers.into_iter().enumerate() {
        let portal = portal.clone();
        tries.spawn(async move { why(portal.answer(&browser, &format!("Saint {number}")).await) });
    }
    let answers = tries.join_all().await;
    assert_eq!(portal.hasher.verified(), 5);
    assert_eq!(answers.iter().filter(|answer| **answer == [Refused::AnswerWrong]).count(), 4);
    assert_eq!(answers.iter().filter(|answer| **answer == [Refused::AnswerDead]).count(), 28);
}

#[tokio::test]
async fn the_right_answer_counts_once_and_in_its_browser_alone() {
    let (portal, _) = asking().await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let answered = portal.open_reset(&mail.token).await.unwrap().browser;
    let other = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.answer(&answered, ANSWER).await.unwrap();
    assert_eq!(why(portal.answer(&answered, ANSWER).await), [Refused::FlowOver]);
    assert_eq!(why(portal.set_up(&other, NEW).await), [Refused::FlowOver]);
    assert_eq!(why(portal.portal.reset_choosing(Some(&other)).await), [Refused::FlowOver]);
    portal.set_up(&answered, NEW).await.unwrap();
}
