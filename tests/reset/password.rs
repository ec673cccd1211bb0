//! *Set Up Password*, **Submit**: what it does and what it ends.

use backboard::form::claim::PasswordForm;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::Token;
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{problems, wait, why};

use super::{NEW, OLD, PLAIN, ada, delivered, expected, mailed, settled, signs_in};

async fn opened() -> (TestPortal, i64, Token) {
    let (portal, account) = settled(PLAIN).await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    (portal, account, browser)
}

#[tokio::test]
async fn a_reset_sets_the_password_tells_the_mailbox_and_does_not_sign_in() {
    let (portal, account, browser) = opened().await;
    portal.set_up(&browser, NEW).await.unwrap();
    assert_eq!(portal.account(account).await.password_set, Some(portal.portal.now()));
    assert_eq!(delivered(&portal).await, expected(&[("ada@example.org", "password-set")]));
    // The flow's cookie is no session, and no session was begun for it.
    assert!(portal.session(&browser).await.is_none());
    assert_eq!(portal.unit().await.end_sessions_of(account).await.unwrap(), 0);
    assert_eq!(why(portal.sign_in("ada.lovelace", OLD).await), [Refused::SignInWrong]);
    assert!(signs_in(&portal, NEW).await);
    let actions = portal.actions().await;
    let right = ["reset-asked", "reset-mailed", "reset-link-opened", "password-reset", "sign-in-refused", "signed-in"];
    assert_eq!(actions, right);
}

#[tokio::test]
async fn a_reset_ends_every_session_link_and_temporary_password() {
    let (portal, account, browser) = opened().await;
    let other = mailed(&portal, "ada@example.org").await;
    let sessions =
        [portal.sign_in("ada.lovelace", OLD).await.unwrap(), portal.sign_in("ada.lovelace", OLD).await.unwrap()];
    let username = backboard::account::Username::parse("ada.lovelace").unwrap();
    portal.portal.office_temporary_password(&username).await.unwrap();
    let temporary = portal.deliver().await[0].temporary();
    let change_only = portal.sign_in("ada.lovelace", &temporary).await.unwrap();

    portal.set_up(&browser, NEW).await.unwrap();
    for signed_in in sessions.iter().chain([&change_only]) {
        assert!(portal.session(&signed_in.session).await.is_none());
    }
    assert_eq!(why(portal.open_reset(&other.token).await), [Refused::LinkSuperseded]);
    assert_eq!(why(portal.type_reset_code(&other.browser, &other.code).await), [Refused::LinkSuperseded]);
    assert_eq!(why(portal.sign_in("ada.lovelace", &temporary).await), [Refused::SignInWrong]);
    assert!(portal.ledger(account).await.iter().all(|line| line.ended == Some(portal.portal.now())));
}

#[tokio::test]
async fn a_reset_leaves_other_accounts_alone() {
    let (portal, _, browser) = opened().await;
    portal.settle(Resident { username: "grace.hopper", ssn: None, ..ada() }).await;
    let grace = portal.sign_in("grace.hopper", OLD).await.unwrap().session;
    let link = {
        portal.ask_reset("grace.hopper").await.unwrap();
        portal.deliver().await[0].reset_link().0
    };
    portal.set_up(&browser, NEW).await.unwrap();
    assert!(portal.session(&grace).await.is_some());
    portal.portal.link(&link).await.unwrap();
    portal.sign_in("grace.hopper", OLD).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_a_password_is_said_and_nothing_is_lost() {
    let (portal, account, browser) = opened().await;
    let before = portal.account(account).await;
    let submit = async |typed: &str, again: &str| {
        let form = PasswordForm { password: typed.to_owned(), password_again: again.to_owned() };
        problems(portal.portal.reset_password(&TestPortal::visitor(2), Some(&browser), &form).await)
    };
    let at = Problem::at;
    assert_eq!(submit("", "").await, [at(Field::Password, Refused::Missing)]);
    assert_eq!(submit("sevench", "sevench").await, [at(Field::Password, Refused::PasswordTooShort)]);
    assert_eq!(submit("Welcome1!", "Welcome1!").await, [at(Field::Password, Refused::PasswordPatterned)]);
    assert_eq!(submit(NEW, "other").await, [at(Field::PasswordAgain, Refused::PasswordsDiffer)]);
    assert_eq!(portal.hasher.hashed(), 0);
    assert_eq!(portal.account(account).await, before);
    portal.set_up(&browser, NEW).await.unwrap();
}

#[tokio::test]
async fn a_temporary_password_that_was_mailed_does_not_become_the_lasting_one() {
    let (portal, account, browser) = opened().await;
    let username = portal.account(account).await.username;
    portal.portal.office_temporary_password(&username).await.unwrap();
    let mailed = portal.deliver().await.remove(0).temporary();
    for typed in [mailed.clone(), format!(" {mailed}")] {
        let refused = problems(portal.set_up(&browser, &typed).await);
        assert_eq!(refused, [Problem::at(Field::Password, Refused::PasswordSame)]);
    }
    assert_eq!(portal.hasher.hashed(), 0);
    portal.set_up(&browser, NEW).await.unwrap();
}

#[tokio::test]
async fn a_line_end_that_was_pasted_is_no_part_of_the_password() {
    let (portal, _, browser) = opened().await;
    portal.set_up(&browser, &format!("{NEW}\r\n")).await.unwrap();
    assert!(signs_in(&portal, NEW).await);
    assert!(signs_in(&portal, &format!("{NEW}\n")).await);
}

#[tokio::test]
async fn a_replayed_submit_changes_nothing() {
    let (portal, _, browser) = opened().await;
    portal.set_up(&browser, NEW).await.unwrap();
    assert_eq!(why(portal.set_up(&browser, "another password").await), [Refused::FlowOver]);
    assert!(signs_in(&portal, NEW).await);
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn of_two_submits_at_once_one_sets_the_password() {
    let (portal, _, browser) = opened().await;
    portal.hasher.meet(2);
    let passwords = ["the first of two", "the second of two"];
    let answers = tokio::join!(portal.set_up(&browser, passwords[0]), portal.set_up(&browser, passwords[1]));
    portal.hasher.part();
    let (winner, loser, lost) = match answers {
        (Ok(()), lost) => (passwords[0], passwords[1], lost),
        (lost, Ok(())) => (passwords[1], passwords[0], lost),
        both => panic!("{both:?}"),
    };
    assert_eq!(why(lost), [Refused::FlowOver]);
    assert!(signs_in(&portal, winner).await);
    assert!(!signs_in(&portal, loser).await);
    assert_eq!(portal.deliver().await.len(), 1);
    assert_eq!(portal.actions().await.iter().filter(|action| *action == "password-reset").count(), 1);
}

#[tokio::test]
async fn one_flow_may_try_thirty_passwords_an_hour() {
    let (portal, _, browser) = opened().await;
    for _ in 0..30 {
        assert_eq!(why(portal.set_up(&browser, "short").await), [Refused::PasswordTooShort]);
    }
    assert_eq!(wait(portal.set_up(&browser, NEW).await), 120);
    portal.clock.pass(120);
    portal.set_up(&browser, NEW).await.unwrap();
}

#[tokio::test]
async fn guesses_at_the_sign_in_do_not_stand_in_the_way_of_a_reset() {
    let (portal, _) = settled(PLAIN).await;
    for _ in 0..6 {
        portal.sign_in("ada.lovelace", "a wrong password").await.unwrap_err();
    }
    let mail = mailed(&portal, "ada.lovelace").await;
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.set_up(&browser, NEW).await.unwrap();
    portal.clock.pass(12 * 60);
    assert!(signs_in(&portal, NEW).await);
}

#[tokio::test]
async fn an_expired_password_is_replaced_by_a_reset() {
    let portal = TestPortal::under(PLAIN);
    let long_ago = portal.portal.now().plus(-91 * 24 * 60 * 60);
    let account = portal.settle(Resident { password_set: Some(long_ago), ..ada() }).await;
    let mail = mailed(&portal, "ada.lovelace").await;
    let browser = portal.open_reset(&mail.token).await.unwrap().browser;
    portal.set_up(&browser, NEW).await.unwrap();
    assert_eq!(portal.account(account).await.schedule.days_left(portal.portal.now()), Some(90));
    let signed_in = portal.sign_in("ada.lovelace", NEW).await.unwrap();
    assert_eq!(signed_in.kind, backboard::service::records::SessionKind::Full);
}

#[tokio::test]
async fn the_page_names_the_products_of_the_person_or_else_all() {
    let rules = r#"
[policy]
preset = "bridge"
[[policy.products]]
name = "eICS"
[[policy.products]]
name = "EMResource"
[[policy.products]]
name = "EMTrack"
"#;
    for (own, named) in [
        (vec!["EMTrack", "eICS"], vec!["eICS", "EMTrack"]),
        (vec![], vec!["eICS", "EMResource", "EMTrack"]),
        (vec!["Another"], vec!["eICS", "EMResource", "EMTrack"]),
    ] {
        let portal = TestPortal::under(rules);
        portal.settle(Resident { products: own.leak(), ..ada() }).await;
        portal.ask_reset("ada.lovelace").await.unwrap();
        let mails = portal.deliver().await;
        let backboard::service::mail::Message::ResetLink { token, products, .. } = &mails[0].message else {
            panic!("{mails:?}")
        };
        assert_eq!(*products, named);
        let browser = portal.open_reset(token.as_str()).await.unwrap().browser;
        assert_eq!(portal.portal.reset_choosing(Some(&browser)).await.unwrap().products, named);
    }
}
