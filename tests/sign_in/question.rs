//! Who signs in without a challenge question, or has not given its answer for long, is asked.

use backboard::account::{AccountState, Frozen, Username};
use backboard::challenge::Question;
use backboard::refused::Refused;
use backboard::service::records::SessionKind;
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::why;

use super::{RIGHT, WRONG};

const DAY: i64 = 24 * 60 * 60;

async fn settled(challenge: &str) -> (TestPortal, i64) {
    let portal = TestPortal::under(&format!("[policy]\npreset = \"modern\"\n[policy.challenge]\n{challenge}\n"));
    let ada = Resident { state: AccountState::Active, password: Some(RIGHT), ..Resident::default() };
    let account = portal.settle(ada).await;
    (portal, account)
}

async fn asked(portal: &TestPortal) -> bool {
    portal.sign_in("ada.lovelace", RIGHT).await.unwrap().ask_question
}

#[tokio::test]
async fn it_is_asked_at_each_sign_in_until_it_is_set_where_it_is_required() {
    for (challenge, without) in
        [("asking = \"required\"", true), ("asking = \"optional\"", false), ("asking = \"off\"", false)]
    {
        let (portal, account) = settled(challenge).await;
        for _ in 0..2 {
            assert_eq!(asked(&portal).await, without, "{challenge}");
        }
        portal.put_question(account, Question::FirstPet, "Rover the Second").await;
        assert!(!asked(&portal).await, "{challenge}");
        // Without a number of days it is never asked again.
        portal.clock.pass(3_000 * DAY);
        assert!(!asked(&portal).await, "{challenge}");
    }
}

#[tokio::test]
async fn its_answer_is_asked_again_after_the_profiles_days() {
    for (challenge, due) in
        [("asking = \"optional\"", true), ("asking = \"required\"", true), ("asking = \"off\"", false)]
    {
        let (portal, account) = settled(&format!("{challenge}\nconfirm_days = 30")).await;
        portal.put_question(account, Question::FirstPet, "Rover the Second").await;
        portal.clock.pass(30 * DAY - 1);
        assert!(!asked(&portal).await, "{challenge}");
        portal.clock.pass(1);
        for _ in 0..2 {
            assert_eq!(asked(&portal).await, due, "{challenge}");
        }
        let mut unit = portal.unit().await;
        unit.confirm_challenge(account, portal.portal.now()).await.unwrap();
        unit.save().await.unwrap();
        assert!(!asked(&portal).await, "{challenge}");
    }
}

#[tokio::test]
async fn a_session_that_may_only_change_the_password_is_not_asked() {
    let (portal, _) = settled("asking = \"required\"").await;
    portal.portal.office_temporary_password(&Username::parse("ada.lovelace").unwrap()).await.unwrap();
    let temporary = portal.deliver().await[0].temporary();
    let signed_in = portal.sign_in("ada.lovelace", &temporary).await.unwrap();
    assert_eq!((signed_in.kind, signed_in.ask_question), (SessionKind::ChangeOnly, false));
}

#[tokio::test]
async fn a_frozen_account_says_so_after_the_right_password_alone() {
    for (frozen, right) in [(Frozen::All, Some(Refused::AccountFrozen)), (Frozen::Resets, None)] {
        let (portal, account) = settled("asking = \"off\"").await;
        let mut unit = portal.unit().await;
        unit.save_frozen(account, Some(frozen)).await.unwrap();
        unit.save().await.unwrap();
        assert_eq!(why(portal.sign_in("ada.lovelace", WRONG).await), [Refused::SignInWrong]);
        match (portal.sign_in("ada.lovelace", RIGHT).await, right) {
            (answer @ Err(_), Some(refused)) => assert_eq!(why(answer), [refused]),
            (Ok(signed_in), None) => assert_eq!(signed_in.kind, SessionKind::Full),
            (answer, _) => panic!("{frozen:?}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn an_account_that_is_frozen_while_the_password_is_looked_at_is_not_signed_in() {
    use backboard::service::ports::Hasher as _;
    let (portal, account) = settled("asking = \"off\"").await;
    portal.hasher.meet(2);
    let freezing = async {
        let mut unit = portal.unit().await;
        unit.save_frozen(account, Some(Frozen::All)).await.unwrap();
        unit.save().await.unwrap();
        portal.hasher.hash(&testkit::fakes::password("meet")).await.unwrap();
    };
    let (answer, ()) = tokio::join!(biased; portal.sign_in("ada.lovelace", RIGHT), freezing);
    assert_eq!(why(answer), [Refused::SignInWrong]);
    assert_eq!(portal.unit().await.end_sessions_of(account).await.unwrap(), 0);
}
