//! *Change Password*, **Save Password**, from every kind of session.

use backboard::account::AccountState;
use backboard::form::password::ChangeForm;
use backboard::refused::{Field, Problem, Refused};
use backboard::service::ports::Hasher as _;
use backboard::service::records::{Session, SessionKind};
use testkit::fakes::{TestPortal, password};
use testkit::steps::{problems, wait, why};

use super::{NEW, OLD, entered, issued, issued_by_office, settled};

async fn signed_in(portal: &TestPortal) -> Session {
    let signed_in = portal.sign_in("ada.lovelace", OLD).await.unwrap();
    portal.session(&signed_in.session).await.unwrap()
}

#[tokio::test]
async fn the_new_session_is_a_full_one_and_all_others_end() {
    let (portal, account) = settled().await;
    let typed = issued(&portal).await;
    let others = [signed_in(&portal).await, entered(&portal, &typed).await];
    let session = entered(&portal, &typed).await;
    let token = portal.change(&session, &typed, NEW).await.unwrap();
    let fresh = portal.session(&token).await.unwrap();
    assert_eq!((fresh.kind, fresh.temporary, fresh.account), (SessionKind::Full, false, account));
    assert_ne!(fresh.token, session.token);
    let mut unit = portal.unit().await;
    for old in others.iter().chain([&session]) {
        assert!(unit.find_session(&old.token).await.unwrap().is_none());
    }
    drop(unit);
    let told = portal.deliver().await;
    assert_eq!(
        told.iter().map(|mail| (mail.to.as_str(), mail.message.kind())).collect::<Vec<_>>(),
        [("ada@example.org", "password-set")]
    );
    let row = portal.audit_rows().await.into_iter().find(|row| row.action == "password-changed").unwrap();
    assert_eq!((row.account, row.detail.as_str()), (Some(account), "change-only"));
}

#[tokio::test]
async fn own_and_temporary_password_serve_as_the_present_one_in_either_session() {
    for by_temporary in [false, true] {
        for current_temporary in [false, true] {
            let (portal, _) = settled().await;
            let typed = issued(&portal).await;
            let session = if by_temporary { entered(&portal, &typed).await } else { signed_in(&portal).await };
            let current = if current_temporary { typed.as_str() } else { OLD };
            portal.change(&session, current, NEW).await.unwrap();
            assert_eq!(why(portal.sign_in("ada.lovelace", &typed).await), [Refused::SignInWrong]);
            assert_eq!(why(portal.sign_in("ada.lovelace", OLD).await), [Refused::SignInWrong]);
            portal.sign_in("ada.lovelace", NEW).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_change_ends_the_links_that_are_live() {
    let (portal, account) = settled().await;
    let now = portal.portal.now();
    let link = backboard::service::records::NewLink {
        id: "link".to_owned(),
        purpose: backboard::link::Purpose::Reset,
        account,
        person: None,
        flow: "flow".to_owned(),
        token: [1; 32],
        code: [2; 32],
        created: now,
        expires: now.plus(60),
    };
    let mut unit = portal.unit().await;
    unit.add_link(&link).await.unwrap();
    unit.save().await.unwrap();
    let session = signed_in(&portal).await;
    portal.change(&session, OLD, NEW).await.unwrap();
    assert!(portal.unit().await.find_link("link").await.unwrap().unwrap().fate.superseded);
}

#[tokio::test]
async fn a_wrong_or_empty_present_password_is_refused_and_counted() {
    for wrong in ["Wrong7&password", "", "x", &"x".repeat(129)] {
        let (portal, account) = settled().await;
        let session = signed_in(&portal).await;
        let before = portal.account(account).await;
        let refused = if wrong.is_empty() { Refused::Missing } else { Refused::PasswordNotYours };
        for _ in 0..10 {
            let answer = problems(portal.change(&session, wrong, NEW).await);
            assert_eq!(answer, [Problem::at(Field::CurrentPassword, refused)], "{wrong}");
        }
        let looked_at = portal.hasher.verified();
        assert_eq!(wait(portal.change(&session, OLD, NEW).await), 6 * 60, "{wrong}");
        assert_eq!(portal.hasher.verified(), looked_at);
        assert_eq!(portal.account(account).await, before);
        assert!(portal.deliver().await.is_empty());
        // Counted by account: another session has no tries of its own.
        assert_eq!(wait(portal.change(&signed_in(&portal).await, OLD, NEW).await), 6 * 60);
        portal.clock.pass(6 * 60);
        portal.change(&session, OLD, NEW).await.unwrap();
    }
}

#[tokio::test]
async fn a_right_present_password_counts_like_a_wrong_one() {
    let (portal, _) = settled().await;
    let session = signed_in(&portal).await;
    // Every change is mailed to every address, so who knows the password has ten an hour too.
    let mailed = issued_by_office(&portal).await;
    for _ in 0..5 {
        assert_eq!(why(portal.change(&session, "Wrong7&password", NEW).await), [Refused::PasswordNotYours]);
        assert_eq!(why(portal.change(&session, OLD, &mailed).await), [Refused::PasswordSame]);
    }
    assert_eq!(why(portal.change(&session, OLD, NEW).await), [Refused::TooManyTries]);
    portal.clock.pass(6 * 60);
    portal.change(&session, OLD, NEW).await.unwrap();
}

#[tokio::test]
async fn neither_the_present_password_nor_one_that_was_mailed_will_do_as_the_new_one() {
    let (portal, account) = settled().await;
    let (first, second) = (issued(&portal).await, issued(&portal).await);
    let session = entered(&portal, &first).await;
    let before = portal.account(account).await;
    for (current, new) in
        [(&*first, &*first), (OLD, OLD), (&first, OLD), (&first, &second), (OLD, &first), (OLD, &second)]
    {
        let answer = problems(portal.change(&session, current, new).await);
        assert_eq!(answer, [Problem::at(Field::Password, Refused::PasswordSame)], "{current} {new}");
    }
    assert_eq!(portal.account(account).await, before);
    portal.change(&session, &first, NEW).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_is_said_in_the_order_of_the_fields() {
    let (portal, _) = settled().await;
    let session = signed_in(&portal).await;
    let submit = async |current: &str, new: &str, again: &str| {
        let form = ChangeForm {
            current_password: current.to_owned(),
            password: new.to_owned(),
            password_again: again.to_owned(),
        };
        problems(portal.portal.change_password(&TestPortal::visitor(4), &session, &form).await)
    };
    let at = Problem::at;
    assert_eq!(
        submit("", "", "").await,
        [at(Field::CurrentPassword, Refused::Missing), at(Field::Password, Refused::Missing)]
    );
    assert_eq!(submit(OLD, NEW, "").await, [at(Field::PasswordAgain, Refused::Missing)]);
    assert_eq!(submit(OLD, NEW, "other").await, [at(Field::PasswordAgain, Refused::PasswordsDiffer)]);
    assert_eq!(submit(OLD, "Welcome1!", "Welcome1!").await, [at(Field::Password, Refused::PasswordPatterned)]);
    assert_eq!(submit(OLD, "Abc7&qz", "Abc7&qz").await, [at(Field::Password, Refused::PasswordTooShort)]);
    assert_eq!(portal.hasher.hashed(), 0);
}

#[tokio::test]
async fn a_line_end_that_was_pasted_is_no_part_of_a_password() {
    let (portal, _) = settled().await;
    let typed = issued(&portal).await;
    let session = entered(&portal, &format!("{typed}\r\n")).await;
    let form = ChangeForm {
        current_password: format!("{typed}\n"),
        password: format!("{NEW}\n"),
        password_again: NEW.to_owned(),
    };
    portal.portal.change_password(&TestPortal::visitor(4), &session, &form).await.unwrap();
    portal.sign_in("ada.lovelace", NEW).await.unwrap();
}

#[tokio::test]
async fn of_two_posts_in_one_session_one_saves() {
    let (portal, account) = settled().await;
    let typed = issued(&portal).await;
    let session = entered(&portal, &typed).await;
    portal.hasher.meet(2);
    let new = ["Gh6$mWp2&Rtk", "Zn8!cVb4@Lqs"];
    let answers = tokio::join!(portal.change(&session, &typed, new[0]), portal.change(&session, &typed, new[1]));
    portal.hasher.part();
    let (won, winner, lost) = match answers {
        (Ok(token), lost) => (token, new[0], lost),
        (lost, Ok(token)) => (token, new[1], lost),
        both => panic!("{both:?}"),
    };
    assert_eq!(why(lost), [Refused::SessionOver]);
    assert!(portal.session(&won).await.is_some());
    assert_eq!(portal.sign_in("ada.lovelace", winner).await.unwrap().kind, SessionKind::Full);
    assert_eq!(portal.deliver().await.len(), 1);
    let changes = portal.audit_rows().await.into_iter().filter(|row| row.action == "password-changed");
    assert_eq!(changes.map(|row| row.account).collect::<Vec<_>>(), [Some(account)]);
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_changes_nothing() {
    let (portal, account) = settled().await;
    let session = signed_in(&portal).await;
    let before = portal.account(account).await;
    portal.portal.sign_out_everywhere(&session).await.unwrap();
    assert_eq!(why(portal.change(&session, OLD, NEW).await), [Refused::SessionOver]);
    assert_eq!(portal.account(account).await, before);
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
}

#[tokio::test]
async fn an_account_that_is_closed_while_the_password_is_looked_at_keeps_the_old_one() {
    for state in [AccountState::Suspended, AccountState::Inactive, AccountState::External] {
        let (portal, account) = settled().await;
        let session = signed_in(&portal).await;
        let before = portal.account(account).await.password_hash;
        portal.hasher.meet(2);
        let closing = async {
            portal.seed.save_state(account, state).await;
            portal.hasher.hash(&password("meet")).await.unwrap();
            portal.hasher.part();
        };
        let (answer, ()) = tokio::join!(biased; portal.change(&session, OLD, NEW), closing);
        assert_eq!(why(answer), [Refused::SessionOver]);
        assert_eq!(portal.account(account).await.password_hash, before);
    }
}

#[tokio::test]
async fn the_days_begin_anew() {
    let (portal, account) = settled().await;
    portal.clock.pass(80 * 24 * 60 * 60);
    let session = signed_in(&portal).await;
    portal.change(&session, OLD, NEW).await.unwrap();
    let changed = portal.account(account).await;
    assert_eq!(changed.password_set, Some(portal.portal.now()));
    assert_eq!(changed.schedule.days_left(portal.portal.now()), Some(90));
}
