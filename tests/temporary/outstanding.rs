//! What opens, and for how long.

use backboard::account::{AccountState, Frozen};
use backboard::refused::Refused;
use backboard::service::records::SessionKind;
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::why;

use super::{MAILED, NEW, OLD, ada, entered, issued, issued_by_office, settled, turned};

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn each_of_several_signs_in_in_any_order_and_again_until_the_password_is_changed() {
    for order in [[0, 1, 2], [2, 0, 1], [1, 1, 0], [2, 2, 2]] {
        let (portal, account) = settled().await;
        let passwords = [issued(&portal).await, issued_by_office(&portal).await, issued(&portal).await];
        for number in order {
            let session = entered(&portal, &passwords[number]).await;
            assert!(session.temporary);
        }
        let session = entered(&portal, &passwords[order[0]]).await;
        portal.change(&session, &passwords[order[2]], NEW).await.unwrap();
        for typed in &passwords {
            assert_eq!(why(portal.sign_in("ada.lovelace", typed).await), [Refused::SignInWrong]);
        }
        let now = portal.portal.now();
        assert_eq!(portal.ledger(account).await.iter().map(|line| line.ended).collect::<Vec<_>>(), vec![Some(now); 3]);
        assert_eq!(portal.sign_in("ada.lovelace", NEW).await.unwrap().kind, SessionKind::Full);
    }
}

#[tokio::test]
async fn no_two_are_alike_and_each_is_in_the_policy() {
    let (portal, _) = settled().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let typed = issued_by_office(&portal).await;
        let policy = &portal.portal.agency.policy.password;
        policy.check(&testkit::fakes::password(&typed), "ada.lovelace").unwrap();
        assert!(seen.insert(typed));
    }
}

#[tokio::test]
async fn it_is_case_sensitive_and_the_username_is_not() {
    let (portal, _) = settled().await;
    let typed = issued(&portal).await;
    assert_eq!(why(portal.sign_in("ada.lovelace", &turned(&typed)).await), [Refused::SignInWrong]);
    assert_eq!(portal.sign_in("ADA.LOVELACE", &typed).await.unwrap().kind, SessionKind::ChangeOnly);
    assert_eq!(portal.sign_in("ada.lovelace", &format!("{typed}\n")).await.unwrap().kind, SessionKind::ChangeOnly);
}

#[tokio::test]
async fn it_works_to_its_last_second_and_the_others_longer() {
    let (portal, _) = settled().await;
    let first = issued(&portal).await;
    portal.clock.pass(60 * 60);
    let second = issued(&portal).await;
    portal.clock.pass(23 * 60 * 60 - 1);
    entered(&portal, &first).await;
    portal.clock.pass(1);
    assert_eq!(why(portal.sign_in("ada.lovelace", &first).await), [Refused::SignInWrong]);
    entered(&portal, &second).await;
    portal.clock.pass(60 * 60);
    assert_eq!(why(portal.sign_in("ada.lovelace", &second).await), [Refused::SignInWrong]);
    assert_eq!(portal.sign_in("ada.lovelace", OLD).await.unwrap().kind, SessionKind::Full);
}

#[tokio::test]
async fn the_own_password_keeps_working_meanwhile() {
    let (portal, _) = settled().await;
    let typed = issued(&portal).await;
    entered(&portal, &typed).await;
    assert_eq!(portal.sign_in("ada.lovelace", OLD).await.unwrap().kind, SessionKind::Full);
    // Signing in with it ends nothing: who asked by mistake loses nothing, who waits for the mail neither.
    entered(&portal, &typed).await;
}

#[tokio::test]
async fn it_opens_its_own_account_alone() {
    let (portal, _) = settled().await;
    portal.settle(Resident { username: "grace.hopper", ssn: None, email: Some("grace@example.org"), ..ada() }).await;
    let typed = issued(&portal).await;
    assert_eq!(why(portal.sign_in("grace.hopper", &typed).await), [Refused::SignInWrong]);
    assert_eq!(why(portal.sign_in("nobody.knows", &typed).await), [Refused::SignInWrong]);
}

#[tokio::test]
async fn two_addresses_get_two_of_their_own() {
    let portal = TestPortal::under(MAILED);
    let station = Resident { username: "station.7", shared: true, ..ada() };
    let account = portal.settle(station.clone()).await;
    portal.join(account, Resident { ssn: None, email: Some("grace@example.org"), ..station }).await;
    portal.ask_reset("station.7").await.unwrap();
    let mails = portal.deliver().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["ada@example.org", "grace@example.org"]);
    let passwords: Vec<_> = mails.iter().map(testkit::fakes::Received::temporary).collect();
    assert_ne!(passwords[0], passwords[1]);
    for typed in &passwords {
        assert_eq!(portal.sign_in("station.7", typed).await.unwrap().kind, SessionKind::ChangeOnly);
    }
    assert_eq!(portal.ledger(account).await.len(), 2);
}

#[tokio::test]
async fn a_closed_or_frozen_account_gets_none() {
    for (state, frozen, kind) in [
        (AccountState::Inactive, None, "inactive"),
        (AccountState::Suspended, None, "suspended"),
        (AccountState::External, None, "external"),
        (AccountState::Active, Some(Frozen::Resets), "frozen"),
        (AccountState::Unclaimed, Some(Frozen::Resets), "frozen"),
    ] {
        let (portal, account) = settled().await;
        let before = issued(&portal).await;
        let mut unit = portal.unit().await;
        unit.save_state(account, state).await.unwrap();
        unit.save_frozen(account, frozen).await.unwrap();
        unit.save().await.unwrap();
        portal.ask_reset("ada.lovelace").await.unwrap();
        let kinds: Vec<_> = portal.deliver().await.iter().map(|mail| mail.message.kind()).collect();
        assert_eq!(kinds, [kind]);
        assert_eq!(portal.ledger(account).await.len(), 1);
        // One that is out already tells its holder, and only its holder, that the account is closed.
        let refused = match state {
            AccountState::Inactive => Refused::AccountInactive,
            AccountState::Suspended => Refused::AccountSuspended,
            AccountState::External => Refused::AccountExternal,
            _ => continue,
        };
        assert_eq!(why(portal.sign_in("ada.lovelace", &before).await), [refused]);
        assert_eq!(why(portal.sign_in("ada.lovelace", &turned(&before)).await), [Refused::SignInWrong]);
    }
}

#[tokio::test]
async fn an_unclaimed_account_becomes_active_when_its_temporary_password_is_changed() {
    let portal = TestPortal::under(MAILED);
    let account = portal.settle(Resident::default()).await;
    let typed = issued(&portal).await;
    let session = entered(&portal, &typed).await;
    assert_eq!(portal.account(account).await.state, AccountState::Unclaimed);
    portal.change(&session, &typed, NEW).await.unwrap();
    assert_eq!(portal.account(account).await.state, AccountState::Active);
    assert_eq!(portal.sign_in("ada.lovelace", NEW).await.unwrap().kind, SessionKind::Full);
}

#[tokio::test]
async fn a_password_that_was_changed_while_the_temporary_one_was_looked_at_lets_nobody_in() {
    use backboard::service::ports::Hasher as _;
    let (portal, account) = settled().await;
    let typed = issued(&portal).await;
    portal.hasher.meet(2);
    let ending = async {
        let mut unit = portal.unit().await;
        assert_eq!(unit.end_temporaries(account, portal.portal.now()).await.unwrap(), 1);
        unit.save().await.unwrap();
        portal.hasher.hash(&testkit::fakes::password("meet")).await.unwrap();
    };
    let (answer, ()) = tokio::join!(biased; portal.sign_in("ada.lovelace", &typed), ending);
    assert_eq!(why(answer), [Refused::SignInWrong]);
    assert!(!portal.actions().await.contains(&"temporary-used".to_owned()));
}

#[tokio::test]
async fn the_hours_are_the_profiles_and_the_mail_says_them() {
    for (rules, hours) in [("[policy]\npreset = \"legacy-state\"", 7 * 24), ("[policy]\npreset = \"bridge\"", 24)] {
        let portal = TestPortal::under(&format!("{rules}\n[recovery]\nmails = \"temporary-password\"\n"));
        portal.settle(ada()).await;
        portal.ask_reset("ada@example.org").await.unwrap();
        let mails = portal.deliver().await;
        let backboard::service::mail::Message::TemporaryPassword { username, expires, hours: said, .. } =
            &mails[0].message
        else {
            panic!("{mails:?}")
        };
        assert_eq!((username.as_str(), *said), ("ada.lovelace", hours));
        assert_eq!(expires.since(portal.portal.now()), i64::from(hours) / 24 * DAY);
    }
}
