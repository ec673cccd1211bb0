//! A password whose days are over: one more sign-in, to *Change Password* alone.

use std::sync::Arc;

use backboard::account::{AccountState, Frozen, Username};
use backboard::refused::{Problem, Refused};
use backboard::service::records::{Session, SessionKind};
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{problems, why};
use tokio::task::JoinSet;

use super::{RIGHT, WRONG};

const NEW: &str = "twelve calm helicopters";
const DAY: i64 = 24 * 60 * 60;

/// Ada, whose password was set so many seconds ago under a policy of ninety days.
async fn settled(ago: i64) -> (TestPortal, i64) {
    let portal = TestPortal::under("[policy]\npreset = \"bridge\"\n");
    let set = portal.portal.now().plus(-ago);
    let ada =
        Resident { state: AccountState::Active, password: Some(RIGHT), password_set: Some(set), ..Resident::default() };
    let account = portal.settle(ada).await;
    (portal, account)
}

async fn grace(portal: &TestPortal) -> Session {
    let signed_in = portal.sign_in("ada.lovelace", RIGHT).await.unwrap();
    assert_eq!((signed_in.kind, signed_in.ask_question), (SessionKind::ChangeOnly, false));
    portal.session(&signed_in.session).await.unwrap()
}

#[tokio::test]
async fn a_password_is_good_to_the_last_second_of_its_days() {
    let (portal, _) = settled(90 * DAY - 1).await;
    assert_eq!(portal.sign_in("ada.lovelace", RIGHT).await.unwrap().kind, SessionKind::Full);
    portal.clock.pass(1);
    assert_eq!(portal.sign_in("ada.lovelace", RIGHT).await.unwrap().kind, SessionKind::ChangeOnly);
}

#[tokio::test]
async fn an_expired_password_signs_in_once_to_change_it_and_the_second_time_is_told() {
    let (portal, account) = settled(91 * DAY).await;
    let session = grace(&portal).await;
    assert!(!session.temporary);
    assert!(portal.account(account).await.grace_spent);
    let told = problems(portal.sign_in("ada.lovelace", RIGHT).await);
    assert_eq!(told, [Problem::form(Refused::PasswordExpired)]);
    // The session that the grace opened still changes it.
    portal.change(&session, RIGHT, NEW).await.unwrap();
    assert_eq!(portal.sign_in("ada.lovelace", NEW).await.unwrap().kind, SessionKind::Full);
    let actions = portal.actions().await;
    assert_eq!(actions, ["grace-used", "sign-in-refused", "password-changed", "signed-in"]);
}

#[tokio::test]
async fn a_change_gives_the_grace_back_for_the_next_time() {
    let (portal, account) = settled(91 * DAY).await;
    let session = grace(&portal).await;
    portal.change(&session, RIGHT, NEW).await.unwrap();
    assert!(!portal.account(account).await.grace_spent);
    portal.clock.pass(90 * DAY);
    assert_eq!(portal.sign_in("ada.lovelace", NEW).await.unwrap().kind, SessionKind::ChangeOnly);
    assert_eq!(why(portal.sign_in("ada.lovelace", NEW).await), [Refused::PasswordExpired]);
}

#[tokio::test]
async fn a_wrong_password_on_an_expired_account_says_only_that_it_is_wrong() {
    let (portal, account) = settled(91 * DAY).await;
    for _ in 0..2 {
        let told = problems(portal.sign_in("ada.lovelace", WRONG).await);
        assert_eq!(told, [Problem::form(Refused::SignInWrong)]);
    }
    assert!(!portal.account(account).await.grace_spent);
    grace(&portal).await;
    assert_eq!(problems(portal.sign_in("ada.lovelace", WRONG).await), [Problem::form(Refused::SignInWrong)]);
}

#[tokio::test]
async fn a_temporary_password_opens_an_expired_account_and_leaves_the_grace_alone() {
    let (portal, account) = settled(91 * DAY).await;
    portal.portal.office_temporary_password(&Username::parse("ada.lovelace").unwrap()).await.unwrap();
    let temporary = portal.deliver().await[0].temporary();
    for _ in 0..2 {
        let signed_in = portal.sign_in("ada.lovelace", &temporary).await.unwrap();
        assert_eq!(signed_in.kind, SessionKind::ChangeOnly);
    }
    assert!(!portal.account(account).await.grace_spent);
    grace(&portal).await;
    assert_eq!(why(portal.sign_in("ada.lovelace", RIGHT).await), [Refused::PasswordExpired]);
    // The grace is gone, the temporary password is not.
    let signed_in = portal.sign_in("ada.lovelace", &temporary).await.unwrap();
    let session = portal.session(&signed_in.session).await.unwrap();
    portal.change(&session, RIGHT, NEW).await.unwrap();
    portal.sign_in("ada.lovelace", NEW).await.unwrap();
}

#[tokio::test]
async fn a_policy_that_counts_no_days_lets_no_password_expire() {
    let portal = TestPortal::under("[policy]\npreset = \"modern\"\n");
    let ada = Resident { state: AccountState::Active, password: Some(RIGHT), ..Resident::default() };
    let account = portal.settle(ada).await;
    // Its days are from before the policy was changed.
    let mut unit = portal.unit().await;
    let over = backboard::expiry::Schedule { expires: Some(portal.portal.now()), remind: None };
    unit.save_schedule(account, over).await.unwrap();
    unit.save().await.unwrap();
    for _ in 0..2 {
        assert_eq!(portal.sign_in("ada.lovelace", RIGHT).await.unwrap().kind, SessionKind::Full);
    }
}

#[tokio::test]
async fn a_closed_or_frozen_account_spends_no_grace() {
    for (state, frozen, refused) in [
        (AccountState::Suspended, None, Refused::AccountSuspended),
        (AccountState::Inactive, None, Refused::AccountInactive),
        (AccountState::External, None, Refused::AccountExternal),
        (AccountState::Active, Some(Frozen::All), Refused::AccountFrozen),
    ] {
        let (portal, account) = settled(91 * DAY).await;
        let mut unit = portal.unit().await;
        unit.save_state(account, state).await.unwrap();
        unit.save_frozen(account, frozen).await.unwrap();
        unit.save().await.unwrap();
        assert_eq!(why(portal.sign_in("ada.lovelace", RIGHT).await), [refused]);
        assert_eq!(why(portal.sign_in("ada.lovelace", WRONG).await), [Refused::SignInWrong]);
        assert!(!portal.account(account).await.grace_spent);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_five_parallel_sign_ins_one_has_the_grace() {
    let (portal, _) = settled(91 * DAY).await;
    let portal = Arc::new(portal);
    let mut tries = JoinSet::new();
    for _ in 0..5 {
        let portal = portal.clone();
        tries.spawn(async move { portal.sign_in("ada.lovelace", RIGHT).await.map(|signed_in| signed_in.kind) });
    }
    let answers = tries.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers {
        match answer {
            Ok(kind) => assert_eq!(kind, SessionKind::ChangeOnly),
            lost => assert_eq!(why(lost), [Refused::PasswordExpired]),
        }
    }
}
