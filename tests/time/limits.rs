//! The last second of everything that ends, and the first one after it.

use backboard::account::AccountState;
use backboard::agency::Mails;
use backboard::link::Code;
use backboard::moment::Moment;
use backboard::refused::Refused;
use backboard::service::mail::Message;
use backboard::service::records::SessionKind;
use backboard::service::{Declined, Token};
use testkit::fakes::{Received, Resident, TestPortal};

use crate::{DAY, HOUR, change, forgot, fresh_password, housekeeping, lives, now, portal, post, set, sign_in, why};

const ADA: &str = "ada.lovelace";
const OLD: &str = "twelve old ambulances";

async fn settled(mails: Mails) -> TestPortal {
    let test = portal(mails);
    test.settle(Resident { state: AccountState::Active, password: Some(OLD), ..Resident::default() }).await;
    test
}

/// Asks, and the worker comes `later` seconds after: the browser, the link and the code.
async fn mailed(test: &TestPortal, later: i64) -> (Token, String, Code) {
    let browser = forgot(test, 1, ADA).await;
    test.clock.pass(later);
    match post(test).await.as_slice() {
        [Received { message: Message::ResetLink { token, code, .. }, .. }] => {
            (browser, token.as_str().to_owned(), code.clone())
        }
        other => panic!("{other:?}"),
    }
}

async fn temporary(test: &TestPortal) -> String {
    forgot(test, 1, ADA).await;
    match post(test).await.as_slice() {
        [Received { message: Message::TemporaryPassword { password, hours, expires, .. }, .. }] => {
            assert_eq!((*hours, expires.0), (24, now(test) + 24 * HOUR));
            password.as_str().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

fn told(answer: Result<(), Declined>) -> Result<(), Vec<Refused>> {
    if answer.is_ok() { Ok(()) } else { Err(why(answer)) }
}

#[tokio::test]
async fn a_link_opens_until_its_last_second() {
    for (seconds, expected) in
        [(HOUR - 1, Ok(())), (HOUR, Err(vec![Refused::LinkExpired])), (HOUR + 1, Err(vec![Refused::LinkExpired]))]
    {
        let test = settled(Mails::Link).await;
        // Its hour begins when it is made, however long the request waited.
        let (_, token, _) = mailed(&test, 40 * 60).await;
        test.clock.pass(seconds);
        assert_eq!(told(test.portal.link(&token).await.map(drop)), expected, "{seconds}");
        let started = test.portal.reset_start(&TestPortal::visitor(1), &token).await;
        assert_eq!(told(started.map(drop)), expected, "{seconds}");
    }
}

#[tokio::test]
async fn a_password_is_set_until_the_last_second_of_its_link() {
    for opened in [0, HOUR - 1] {
        for (seconds, works) in [(HOUR - 1, true), (HOUR, false), (HOUR + 1, false)] {
            let test = settled(Mails::Link).await;
            let (_, token, _) = mailed(&test, 0).await;
            test.clock.pass(opened);
            let started = test.portal.reset_start(&TestPortal::visitor(1), &token).await.unwrap();
            test.clock.pass(seconds - opened);
            let new = fresh_password();
            let answer = told(set(&test, 1, &started.browser, &new).await);
            let typed = if works { new.as_str() } else { OLD };
            sign_in(&test, 1, ADA, typed).await.unwrap();
            match (works, opened) {
                (true, _) => assert_eq!(answer, Ok(())),
                // Opened at once, the flow has run out as well; opened late, it is the link alone.
                (false, 0) => assert_eq!(answer, Err(vec![Refused::FlowOver])),
                (false, _) => assert_eq!(answer, Err(vec![Refused::LinkExpired])),
            }
        }
    }
}

#[tokio::test]
async fn a_code_works_until_the_browser_that_asked_has_waited_an_hour() {
    for later in [0, 40 * 60] {
        for (seconds, works) in [(HOUR - 1, true), (HOUR, false), (HOUR + 1, false)] {
            let test = settled(Mails::Link).await;
            let (browser, _, code) = mailed(&test, later).await;
            test.clock.pass(seconds - later);
            let answer = test.portal.reset_code(&TestPortal::visitor(1), Some(&browser), &code).await;
            let expected = if works { Ok(()) } else { Err(vec![Refused::FlowOver]) };
            assert_eq!(told(answer.map(drop)), expected, "{seconds}");
        }
    }
}

#[tokio::test]
async fn a_temporary_password_signs_in_until_its_last_second_as_often_as_it_is_needed() {
    for (seconds, works) in [(24 * HOUR - 1, true), (24 * HOUR, false), (24 * HOUR + 1, false)] {
        let test = settled(Mails::TemporaryPassword).await;
        let typed = temporary(&test).await;
        for _ in 0..3 {
            let signed = sign_in(&test, 1, ADA, &typed).await.unwrap();
            assert_eq!(signed.kind, SessionKind::ChangeOnly);
        }
        test.clock.pass(seconds);
        match sign_in(&test, 1, ADA, &typed).await {
            Ok(signed) => {
                assert!(works, "{seconds}");
                change(&test, 1, &signed.session, &typed, &fresh_password()).await.unwrap();
                assert_eq!(why(sign_in(&test, 1, ADA, &typed).await), [Refused::SignInWrong]);
            }
            told => {
                assert_eq!(why(told), [Refused::SignInWrong], "{seconds}");
                assert!(!works, "{seconds}");
            }
        }
    }
}

#[tokio::test]
async fn a_session_of_any_kind_ends_after_half_an_hour_alone() {
    for (seconds, works) in [(HOUR / 2 - 1, true), (HOUR / 2, false), (HOUR / 2 + 1, false)] {
        let test = settled(Mails::TemporaryPassword).await;
        let full = sign_in(&test, 1, ADA, OLD).await.unwrap();
        let typed = temporary(&test).await;
        let change_only = sign_in(&test, 1, ADA, &typed).await.unwrap();
        test.clock.pass(seconds);
        for signed in [full, change_only] {
            assert_eq!(lives(&test, &signed.session).await, works, "{:?} {seconds}", signed.kind);
        }
    }
}

#[tokio::test]
async fn a_session_in_use_ends_after_eight_hours() {
    for (seconds, works) in [(8 * HOUR - 1, true), (8 * HOUR, false), (8 * HOUR + 1, false)] {
        let test = settled(Mails::Link).await;
        let signed = sign_in(&test, 1, ADA, OLD).await.unwrap();
        let begun = now(&test);
        while now(&test) + HOUR / 2 - 1 < begun + seconds {
            test.clock.pass(HOUR / 2 - 1);
            assert!(lives(&test, &signed.session).await);
        }
        test.clock.turn_to(Moment(begun + seconds));
        assert_eq!(lives(&test, &signed.session).await, works, "{seconds}");
    }
}

#[tokio::test]
async fn a_password_lasts_until_its_last_second_and_then_signs_in_once() {
    for (seconds, kind) in [
        (90 * DAY - 1, SessionKind::Full),
        (90 * DAY, SessionKind::ChangeOnly),
        (90 * DAY + 1, SessionKind::ChangeOnly),
    ] {
        let test = settled(Mails::Link).await;
        test.clock.pass(seconds);
        assert_eq!(sign_in(&test, 1, ADA, OLD).await.unwrap().kind, kind, "{seconds}");
        test.clock.pass(2);
        let again = sign_in(&test, 1, ADA, OLD).await;
        match kind {
            // It was not taken while the password had its days.
            SessionKind::Full => assert_eq!(again.unwrap().kind, SessionKind::ChangeOnly),
            SessionKind::ChangeOnly => assert_eq!(why(again), [Refused::PasswordExpired]),
        }
        assert_eq!(why(sign_in(&test, 1, ADA, OLD).await), [Refused::PasswordExpired]);
    }
}

#[tokio::test]
async fn a_new_password_has_its_own_grace() {
    let test = settled(Mails::Link).await;
    let mut typed = OLD.to_owned();
    for _ in 0..3 {
        test.clock.pass(91 * DAY);
        let signed = sign_in(&test, 1, ADA, &typed).await.unwrap();
        assert_eq!(signed.kind, SessionKind::ChangeOnly);
        let new = fresh_password();
        change(&test, 1, &signed.session, &typed, &new).await.unwrap();
        typed = new;
        assert_eq!(sign_in(&test, 1, ADA, &typed).await.unwrap().kind, SessionKind::Full);
        post(&test).await;
    }
}

#[tokio::test]
async fn a_reminder_comes_in_its_second_and_not_before() {
    let test = settled(Mails::Link).await;
    let begun = now(&test);
    for days in [14, 7, 3, 1] {
        for (second, count) in [(-1, 0), (0, 1), (1, 0)] {
            test.clock.turn_to(Moment(begun + (90 - days) * DAY + second));
            housekeeping(&test).await;
            let received = post(&test).await;
            assert_eq!(received.len(), count, "{days} {second} {received:?}");
            for mail in received {
                let Message::PasswordExpires { days: told, .. } = mail.message else { panic!("{mail:?}") };
                assert_eq!(i64::from(told), days);
            }
        }
    }
}
