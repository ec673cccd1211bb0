//! *Create a password*, **Submit**.

use backboard::account::AccountState;
use backboard::form::claim::PasswordForm;
use backboard::form::sign_in::SignInForm;
use backboard::link::LINK_SECONDS;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::ports::Clock as _;
use backboard::service::records::{NewSession, SessionKind};
use backboard::service::{Declined, Token};
use testkit::fakes::{Resident, TestPortal};
use testkit::seed::NewAccount;

use super::{PASSWORD, ada, ask, choose, invited, open, wait, why};

async fn opened() -> (TestPortal, i64, Token) {
    let portal = TestPortal::default();
    let account = portal.settle(Resident::default()).await;
    let mail = invited(&portal).await;
    let browser = open(&portal, &mail.token).await.unwrap();
    (portal, account, browser)
}

async fn signs_in(portal: &TestPortal, typed: &str) -> bool {
    let form = SignInForm { username: "ada.lovelace".to_owned(), password: typed.to_owned() };
    portal.portal.sign_in(&TestPortal::visitor(3), &form.read().unwrap(), None).await.is_ok()
}

#[tokio::test]
async fn a_claim_sets_the_password_signs_in_and_tells_the_mailbox() {
    let (portal, account, browser) = opened().await;
    let session = choose(&portal, &browser, PASSWORD).await.unwrap();
    let session = portal.portal.session(&session).await.unwrap().unwrap();
    assert_eq!((session.account, session.username.as_str()), (account, "ada.lovelace"));
    let mut unit = portal.portal.store.read().await.unwrap();
    let saved = unit.find_account(account).await.unwrap().unwrap();
    assert_eq!((saved.state, saved.password_set), (AccountState::Active, Some(portal.clock.now())));
    let told = portal.deliver().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].message.kind(), told[0].to.as_str()), ("password-set", "ada@example.org"));
    assert!(signs_in(&portal, PASSWORD).await);
    let actions = portal.actions().await;
    assert_eq!(actions, ["claim-asked", "claim-mailed", "claim-link-opened", "claimed", "signed-in"]);
}

#[tokio::test]
async fn a_temporary_password_that_was_mailed_does_not_become_the_lasting_one() {
    let (portal, account, browser) = opened().await;
    let username = portal.account(account).await.username;
    portal.portal.office_temporary_password(&username).await.unwrap();
    let mailed = portal.deliver().await.remove(0).temporary();
    assert_eq!(why(choose(&portal, &browser, &mailed).await), [Refused::PasswordSame]);
    assert_eq!(portal.account(account).await.state, AccountState::Unclaimed);
    choose(&portal, &browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_claimed_account_is_not_claimed_again() {
    let (portal, _, browser) = opened().await;
    choose(&portal, &browser, PASSWORD).await.unwrap();
    portal.deliver().await;
    ask(&portal, &ada()).await.unwrap();
    assert_eq!(portal.deliver().await[0].message.kind(), "already-claimed");
}

#[tokio::test]
async fn what_is_wrong_with_a_password_is_said_and_nothing_is_lost() {
    let (portal, account, browser) = opened().await;
    let submit = async |typed: &str, again: &str| {
        let form = PasswordForm { password: typed.to_owned(), password_again: again.to_owned() };
        match portal.portal.claim_password(&TestPortal::visitor(2), Some(&browser), &form, None).await {
            Err(Declined::Problems(problems)) => problems,
            other => panic!("{other:?}"),
        }
    };
    let at = Problem::at;
    assert_eq!(submit("", "").await, [at(Field::Password, Refused::Missing)]);
    assert_eq!(submit("sevench", "sevench").await, [at(Field::Password, Refused::PasswordTooShort)]);
    assert_eq!(submit("Welcome1!", "Welcome1!").await, [at(Field::Password, Refused::PasswordPatterned)]);
    assert_eq!(submit(PASSWORD, "").await, [at(Field::PasswordAgain, Refused::Missing)]);
    assert_eq!(submit(PASSWORD, "other").await, [at(Field::PasswordAgain, Refused::PasswordsDiffer)]);
    assert_eq!(
        submit("my ada.lovelace name", "x").await,
        [at(Field::Password, Refused::PasswordHasUsername), at(Field::PasswordAgain, Refused::PasswordsDiffer)]
    );
    assert_eq!(portal.hasher.hashed(), 0);
    assert_eq!(
        portal.portal.store.read().await.unwrap().find_account(account).await.unwrap().unwrap().state,
        AccountState::Unclaimed
    );
    choose(&portal, &browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn of_two_submits_at_once_one_sets_the_password() {
    let (portal, _, browser) = opened().await;
    portal.hasher.meet(2);
    let passwords = ["the first of two", "the second of two"];
    let answers = tokio::join!(choose(&portal, &browser, passwords[0]), choose(&portal, &browser, passwords[1]));
    portal.hasher.part();
    let (winner, loser, lost) = match answers {
        (Ok(_), lost) => (passwords[0], passwords[1], lost),
        (lost, Ok(_)) => (passwords[1], passwords[0], lost),
        both => panic!("{both:?}"),
    };
    assert_eq!(why(lost), [Refused::FlowOver]);
    assert!(signs_in(&portal, winner).await);
    assert!(!signs_in(&portal, loser).await);
    assert_eq!(portal.deliver().await.len(), 1);
    assert_eq!(portal.actions().await.iter().filter(|action| *action == "claimed").count(), 1);
}

#[tokio::test]
async fn of_two_browsers_with_two_links_one_sets_the_password() {
    let (portal, _, first) = opened().await;
    let mail = invited(&portal).await;
    let second = open(&portal, &mail.token).await.unwrap();
    portal.hasher.meet(2);
    let answers = tokio::join!(choose(&portal, &first, PASSWORD), choose(&portal, &second, PASSWORD));
    let lost = match answers {
        (Ok(_), lost) | (lost, Ok(_)) => lost,
        both => panic!("{both:?}"),
    };
    assert_eq!(why(lost), [Refused::LinkSuperseded]);
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn of_two_browsers_with_one_link_one_sets_the_password() {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    let mail = invited(&portal).await;
    let (first, second) = (open(&portal, &mail.token).await.unwrap(), open(&portal, &mail.token).await.unwrap());
    choose(&portal, &second, PASSWORD).await.unwrap();
    assert_eq!(why(choose(&portal, &first, PASSWORD).await), [Refused::LinkSpent]);
}

#[tokio::test]
async fn a_replayed_submit_changes_nothing() {
    let (portal, _, browser) = opened().await;
    choose(&portal, &browser, PASSWORD).await.unwrap();
    assert_eq!(why(choose(&portal, &browser, "another password").await), [Refused::FlowOver]);
    assert!(signs_in(&portal, PASSWORD).await);
}

#[tokio::test]
async fn setting_the_password_ends_every_other_session_of_the_account() {
    let (portal, account, browser) = opened().await;
    let now = portal.clock.now();
    let old = NewSession {
        token: [7; 32],
        kind: SessionKind::Full,
        temporary: false,
        account,
        created: now,
        expires: now.plus(99),
    };
    let mut unit = portal.portal.store.begin().await.unwrap();
    unit.add_session(&old).await.unwrap();
    unit.save().await.unwrap();
    choose(&portal, &browser, PASSWORD).await.unwrap();
    assert!(portal.portal.store.read().await.unwrap().find_session(&[7; 32]).await.unwrap().is_none());
}

#[tokio::test]
async fn everybody_who_shares_an_account_is_told_once_at_each_address() {
    let portal = TestPortal::default();
    let account = NewAccount { shared: true, ..NewAccount::unclaimed("station.7") };
    let account = portal.seed.add_account(&account).await;
    for (ssn, email) in [
        ("900-01-0001", Some("ada@example.org")),
        ("900-01-0002", Some("grace@example.org")),
        ("900-01-0003", Some("ada@example.org")),
        ("900-01-0004", None),
    ] {
        portal.join(account, Resident { ssn: Some(ssn), email, ..Resident::default() }).await;
    }
    let mail = invited(&portal).await;
    let browser = open(&portal, &mail.token).await.unwrap();
    assert!(portal.portal.claim_choosing(Some(&browser)).await.unwrap().shared);
    choose(&portal, &browser, PASSWORD).await.unwrap();
    let mut told: Vec<_> = portal.deliver().await.iter().map(|mail| mail.to.as_str().to_owned()).collect();
    told.sort_unstable();
    assert_eq!(told, ["ada@example.org", "grace@example.org"]);
}

#[tokio::test]
async fn one_flow_may_try_thirty_passwords_an_hour() {
    let (portal, _, browser) = opened().await;
    for _ in 0..30 {
        assert_eq!(why(choose(&portal, &browser, "short").await), [Refused::PasswordTooShort]);
    }
    assert_eq!(wait(choose(&portal, &browser, PASSWORD).await), 120);
    portal.clock.pass(120);
    choose(&portal, &browser, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_crash_before_the_save_leaves_everything_as_it_was() {
    let (portal, account, browser) = opened().await;
    // Dropped in the middle, as when the process ends: the password is hashed, nothing is saved.
    portal.hasher.meet(2);
    let mut cut_off = Box::pin(choose(&portal, &browser, PASSWORD));
    assert!(std::future::poll_fn(|context| std::task::Poll::Ready(cut_off.as_mut().poll(context).is_pending())).await);
    drop(cut_off);
    portal.hasher.part();
    assert_eq!(
        portal.portal.store.read().await.unwrap().find_account(account).await.unwrap().unwrap().password_hash,
        None
    );
    portal.clock.pass(LINK_SECONDS - 1);
    choose(&portal, &browser, PASSWORD).await.unwrap();
}
