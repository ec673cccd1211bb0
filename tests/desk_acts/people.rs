//! Shared accounts are split, and two of one person put together.

use backboard::challenge::Question;
use backboard::refused::Refused;
use testkit::steps::why;

use super::*;

fn grace() -> Resident {
    Resident {
        username: "grace.hopper",
        last_name: "Hopper",
        email: Some("grace@example.org"),
        ssn: None,
        certificate: None,
        ..ada()
    }
}

async fn split(portal: &TestPortal, actor: &Actor, account: i64) -> Result<Vec<String>, Declined> {
    let reason = reason();
    let order = Order { account, version: version(portal, account).await, reason: &reason };
    let usernames = portal.portal.desk_split(actor, order).await?;
    Ok(usernames.into_iter().map(|username| username.to_string()).collect())
}

async fn merge(portal: &TestPortal, actor: &Actor, account: i64, other: i64) -> Result<(), Declined> {
    let reason = reason();
    let order = Order { account, version: version(portal, account).await, reason: &reason };
    let seen = portal.unit().await.find_version_of(other).await.unwrap();
    portal.portal.desk_merge(actor, order, other, seen).await
}

#[tokio::test]
async fn each_person_of_a_shared_account_gets_a_username_of_their_own() {
    let (portal, account) = settle(PLAIN, Resident { username: "engine7", shared: true, ..ada() }).await;
    // Somebody else has the first name that an import would make.
    portal.settle(Resident { ssn: None, email: None, ..ada() }).await;
    portal.join(account, Resident { last_name: "Hopper", email: Some("grace@example.org"), ssn: None, ..ada() }).await;
    let actor = member(&portal, Role::Supervisor).await;
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    let session = portal.sign_in("engine7", PASSWORD).await.unwrap().session;
    act(&portal, &actor, Act::SendLink, account).await.unwrap();
    let link = portal.deliver().await[0].message.link().unwrap().as_str().to_owned();

    assert_eq!(split(&portal, &actor, account).await.unwrap(), ["ada.lovelace2", "ada.hopper"]);
    let received = portal.deliver().await;
    let told: Vec<(&str, &str, &str)> = received
        .iter()
        .map(|mail| (mail.to.as_str(), mail.message.kind(), mail.message.usernames()[0].as_str()))
        .collect();
    assert_eq!(
        told,
        [("ada@example.org", "office-split", "ada.lovelace2"), ("grace@example.org", "office-split", "ada.hopper")]
    );
    assert!(portal.portal.session(&session).await.unwrap().is_none());
    portal.portal.link(&link).await.unwrap_err();
    assert_eq!(why(portal.sign_in("engine7", PASSWORD).await), [Refused::SignInWrong]);
    for username in ["ada.lovelace2", "ada.hopper"] {
        let key = backboard::account::Username::parse(username).unwrap().key();
        let own = portal.unit().await.find_account_by_username(&key).await.unwrap().unwrap();
        assert_eq!((own.state, own.password_hash, own.shared), (AccountState::Unclaimed, None, false));
        act(&portal, &actor, Act::SendTemporary, own.id).await.unwrap_err();
        act(&portal, &actor, Act::SendLink, own.id).await.unwrap();
    }
    // Nobody is left there, so nothing more is done to it; and its name is never made again.
    assert_eq!(why(act(&portal, &actor, Act::Unlock, account).await), [Refused::AccountGone]);
    assert_eq!(portal.account(account).await.username.as_str(), "engine7");
    let rows = rows(&portal).await;
    let splits: Vec<&Row> = rows.iter().filter(|row| row.action == Act::Split.code()).collect();
    let [row] = splits.as_slice() else { panic!("{rows:?}") };
    assert_eq!(row.account, Some(account));
    assert!(row.detail.starts_with("accounts="), "{row:?}");
}

#[tokio::test]
async fn an_account_of_one_person_is_not_split() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Supervisor).await;
    assert_eq!(why(split(&portal, &actor, account).await), [Refused::NothingToDo]);
    let helper = member(&portal, Role::Helpdesk).await;
    assert_eq!(why(split(&portal, &helper, account).await), [Refused::NotAllowed]);
    portal.join(account, grace()).await;
    portal.seed.save_state(account, AccountState::Suspended).await;
    assert_eq!(why(split(&portal, &actor, account).await), [Refused::ClosedSuspended]);
    assert!(portal.deliver().await.is_empty());
}

#[tokio::test]
async fn of_two_accounts_of_one_person_one_stays_with_its_password_and_both_addresses() {
    let (portal, account) = settled(PLAIN).await;
    let other = portal.settle(grace()).await;
    let actor = member(&portal, Role::Supervisor).await;
    let stays = portal.sign_in("ada.lovelace", PASSWORD).await.unwrap().session;
    let goes = portal.sign_in("grace.hopper", PASSWORD).await.unwrap().session;
    merge(&portal, &actor, account, other).await.unwrap();
    let received = portal.deliver().await;
    let told: Vec<(&str, &str)> = received.iter().map(|mail| (mail.to.as_str(), mail.message.kind())).collect();
    assert_eq!(told, [("ada@example.org", "office-merged"), ("grace@example.org", "office-merged")]);
    assert!(received.iter().all(|mail| mail.message.usernames()[0].as_str() == "ada.lovelace"));
    assert!(portal.portal.session(&stays).await.unwrap().is_some());
    assert!(portal.portal.session(&goes).await.unwrap().is_none());
    portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    assert_eq!(why(portal.sign_in("grace.hopper", PASSWORD).await), [Refused::SignInWrong]);
    assert_eq!(portal.unit().await.find_people_of(account).await.unwrap().len(), 2);
    assert_eq!(why(act(&portal, &actor, Act::SendLink, other).await), [Refused::AccountGone]);
    assert_eq!(why(merge(&portal, &actor, account, other).await), [Refused::AccountGone]);
    let rows = rows(&portal).await;
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.action.as_str(), row.account), ("merge", Some(account)));
    assert!(row.detail.starts_with(&format!("merged={other} caller=unchecked reason=")), "{row:?}");
}

#[tokio::test]
async fn what_may_be_two_people_is_not_put_together() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Supervisor).await;
    let older = portal.settle(Resident { born: "1960-01-02", ..grace() }).await;
    assert_eq!(why(merge(&portal, &actor, account, older).await), [Refused::MergeDiffers]);
    let shared = portal.settle(Resident { username: "engine7", shared: true, ..grace() }).await;
    assert_eq!(why(merge(&portal, &actor, account, shared).await), [Refused::MergeShared]);
    assert_eq!(why(merge(&portal, &actor, account, account).await), [Refused::MergeSame]);
    let closed = portal.settle(Resident { username: "closed", ..grace() }).await;
    portal.seed.save_state(closed, AccountState::Suspended).await;
    for (one, two) in [(account, closed), (closed, account)] {
        assert_eq!(why(merge(&portal, &actor, one, two).await), [Refused::ClosedSuspended]);
    }
    assert_eq!(rows(&portal).await, []);
    assert!(portal.deliver().await.is_empty());
}

#[tokio::test]
async fn either_account_that_a_colleague_changed_is_left_alone() {
    let (portal, account) = settled(PLAIN).await;
    let other = portal.settle(grace()).await;
    let actor = member(&portal, Role::Supervisor).await;
    let reason = reason();
    let order = Order { account, version: version(&portal, account).await, reason: &reason };
    let seen = version(&portal, other).await;
    act(&portal, &actor, Act::SendLink, other).await.unwrap();
    let told = portal.portal.desk_merge(&actor, order, other, seen).await;
    assert_eq!(why(told), [Refused::AccountChanged]);
    assert_eq!(portal.account(other).await.state, AccountState::Active);
}
