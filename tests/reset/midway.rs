//! Accounts that change between the mail and the password.

use backboard::account::{AccountState, Frozen};
use backboard::challenge::Question;
use backboard::refused::Refused;
use backboard::service::ports::Hasher as _;
use testkit::fakes::{TestPortal, password};
use testkit::steps::why;

use super::{NEW, OLD, PLAIN, QUESTION_OPTIONAL, mailed, settled};

/// What may become of an account, and what its owner is then told. Only a holder of the link is told anything.
const FATES: [(AccountState, Option<Frozen>, Refused); 5] = [
    (AccountState::Suspended, None, Refused::AccountSuspended),
    (AccountState::Inactive, None, Refused::AccountInactive),
    (AccountState::External, None, Refused::AccountExternal),
    (AccountState::Active, Some(Frozen::Resets), Refused::AccountFrozen),
    (AccountState::Active, Some(Frozen::All), Refused::AccountFrozen),
];

async fn befall(portal: &TestPortal, account: i64, state: AccountState, frozen: Option<Frozen>) {
    let mut unit = portal.unit().await;
    unit.save_state(account, state).await.unwrap();
    unit.save_frozen(account, frozen).await.unwrap();
    unit.save().await.unwrap();
}

#[tokio::test]
async fn an_account_that_changed_after_the_mail_says_so_at_link_and_code() {
    for (state, frozen, refused) in FATES {
        let (portal, account) = settled(PLAIN).await;
        let mail = mailed(&portal, "ada.lovelace").await;
        befall(&portal, account, state, frozen).await;
        assert_eq!(why(portal.portal.link(&mail.token).await), [refused]);
        assert_eq!(why(portal.open_reset(&mail.token).await), [refused]);
        assert_eq!(why(portal.type_reset_code(&mail.browser, &mail.code).await), [refused]);
        // A wrong code proves nothing and is told nothing.
        let wrong = testkit::steps::other_than(&mail.code);
        assert_eq!(why(portal.type_reset_code(&mail.browser, &wrong).await), [Refused::CodeWrong]);
    }
}

#[tokio::test]
async fn an_account_that_changed_after_the_link_says_so_at_question_and_password() {
    for (state, frozen, refused) in FATES {
        let (portal, account) = settled(QUESTION_OPTIONAL).await;
        let unasked = mailed(&portal, "ada.lovelace").await;
        let unasked = portal.open_reset(&unasked.token).await.unwrap().browser;
        portal.put_question(account, Question::FirstPet, "Rover the Second").await;
        let asked = mailed(&portal, "ada.lovelace").await;
        let asked = portal.open_reset(&asked.token).await.unwrap().browser;
        befall(&portal, account, state, frozen).await;
        assert_eq!(why(portal.portal.reset_question(Some(&asked)).await), [refused]);
        assert_eq!(why(portal.answer(&asked, "Rover the Second").await), [refused]);
        assert_eq!(why(portal.portal.reset_choosing(Some(&unasked)).await), [refused]);
        assert_eq!(why(portal.set_up(&unasked, NEW).await), [refused]);
        assert_eq!(portal.hasher.verified() + portal.hasher.hashed(), 0);
        assert!(portal.deliver().await.is_empty());
    }
}

#[tokio::test]
async fn an_account_that_lost_its_claim_is_not_reset() {
    let (portal, account) = settled(PLAIN).await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    befall(&portal, account, AccountState::Unclaimed, None).await;
    assert_eq!(why(portal.set_up(&browser, NEW).await), [Refused::FlowOver]);
    assert_eq!(portal.account(account).await.state, AccountState::Unclaimed);
}

#[tokio::test]
async fn an_account_that_is_closed_while_its_password_is_hashed_keeps_the_old_one() {
    for (state, frozen, refused) in FATES {
        let (portal, account) = settled(PLAIN).await;
        let mail = mailed(&portal, "ada.lovelace").await;
        let browser = portal.open_reset(&mail.token).await.unwrap().browser;
        let before = portal.account(account).await.password_hash;
        portal.hasher.meet(2);
        let closing = async {
            // It is held against the old one, then hashed.
            portal.hasher.hash(&password("meet")).await.unwrap();
            befall(&portal, account, state, frozen).await;
            portal.hasher.hash(&password("meet")).await.unwrap();
        };
        let (answer, ()) = tokio::join!(biased; portal.set_up(&browser, NEW), closing);
        assert_eq!(why(answer), [refused]);
        assert_eq!(portal.account(account).await.password_hash, before);
    }
}

#[tokio::test]
async fn an_account_that_is_frozen_while_the_answer_is_looked_at_gets_no_password() {
    let (portal, account) = settled(QUESTION_OPTIONAL).await;
    portal.put_question(account, Question::FirstPet, "Rover the Second").await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.hasher.meet(2);
    let freezing = async {
        befall(&portal, account, AccountState::Active, Some(Frozen::Resets)).await;
        portal.hasher.hash(&password("meet")).await.unwrap();
    };
    // The answer itself may pass; nothing behind it does.
    let (_, ()) = tokio::join!(biased; portal.answer(&browser, "Rover the Second"), freezing);
    portal.hasher.part();
    assert_eq!(why(portal.portal.reset_choosing(Some(&browser)).await), [Refused::AccountFrozen]);
    assert_eq!(why(portal.set_up(&browser, NEW).await), [Refused::AccountFrozen]);
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
}

#[tokio::test]
async fn a_question_that_is_replaced_midway_is_the_one_that_is_asked() {
    let (portal, account) = settled(QUESTION_OPTIONAL).await;
    portal.put_question(account, Question::FirstPet, "Rover the Second").await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.put_question(account, Question::FirstConcert, "The Monkees").await;
    assert_eq!(portal.portal.reset_question(Some(&browser)).await.unwrap(), Question::FirstConcert);
    assert_eq!(why(portal.answer(&browser, "Rover the Second").await), [Refused::AnswerWrong]);
    portal.answer(&browser, "the monkees").await.unwrap();
}
