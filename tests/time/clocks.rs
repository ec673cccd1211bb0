//! A clock that is set wrong, and set right again.
//!
//! Set back an hour, as at the end of summer by mistake: every end comes an hour later, sessions are over, nothing is
//! mailed twice. Set ahead by a year for a while: who is reminded in that while is told that the password has
//! expired, and is not reminded again before the real end; the sign-in goes by the real end all the time.

use backboard::account::AccountState;
use backboard::agency::Mails;
use backboard::refused::Refused;
use backboard::service::mail::Message;
use backboard::service::records::SessionKind;
use backboard::service::session::IDLE_SECONDS;
use testkit::fakes::{Resident, TestPortal};

use crate::{DAY, HOUR, housekeeping, lives, portal, post, sign_in, why};

const ADA: &str = "ada.lovelace";
const OLD: &str = "twelve old ambulances";
const WRONG: &str = "thirteen odd ambulances";
const YEAR: i64 = 365 * DAY;

async fn settled() -> TestPortal {
    let test = portal(Mails::Link);
    test.settle(Resident { state: AccountState::Active, password: Some(OLD), ..Resident::default() }).await;
    test
}

/// The days that the reminders of one round tell.
async fn round(test: &TestPortal) -> Vec<u32> {
    housekeeping(test).await;
    let told = |message| match message {
        Message::PasswordExpires { days, .. } => days,
        other => panic!("{other:?}"),
    };
    post(test).await.into_iter().map(|mail| told(mail.message)).collect()
}

#[tokio::test]
async fn a_clock_set_back_an_hour_reminds_nobody_twice() {
    let test = settled().await;
    let mut told = Vec::new();
    for _ in 0..(95 * 24 * 4) {
        test.clock.pass(HOUR / 4);
        let mails = round(&test).await;
        let any = !mails.is_empty();
        told.extend(mails);
        if any {
            test.clock.pass(-HOUR);
            told.extend(round(&test).await);
        }
    }
    assert_eq!(told, [14, 7, 3, 1]);
}

#[tokio::test]
async fn a_clock_a_year_ahead_for_a_while_reminds_nobody_twice() {
    let test = settled().await;
    test.clock.pass(80 * DAY);
    assert_eq!(round(&test).await, [10]);
    test.clock.pass(YEAR);
    assert_eq!(round(&test).await, [0]);
    assert_eq!(round(&test).await, [0_u32; 0]);
    test.clock.pass(-YEAR);
    for day in 80..100 {
        assert_eq!(round(&test).await, [0_u32; 0]);
        let signed = sign_in(&test, 1, ADA, OLD).await;
        match day {
            ..90 => assert_eq!(signed.unwrap().kind, SessionKind::Full),
            90 => assert_eq!(signed.unwrap().kind, SessionKind::ChangeOnly),
            _ => assert_eq!(why(signed), [Refused::PasswordExpired]),
        }
        test.clock.pass(DAY);
    }
}

#[tokio::test]
async fn a_session_begun_while_the_clock_ran_ahead_is_over_when_it_is_right_again() {
    for (back, works) in [(1, true), (IDLE_SECONDS - 1, true), (IDLE_SECONDS, false), (YEAR, false)] {
        let test = settled().await;
        let signed = sign_in(&test, 1, ADA, OLD).await.unwrap();
        test.clock.pass(-back);
        assert_eq!(lives(&test, &signed.session).await, works, "{back}");
    }
}

#[tokio::test]
async fn nobody_is_locked_out_by_tries_that_were_taken_while_the_clock_ran_ahead() {
    let test = settled().await;
    test.clock.pass(YEAR);
    for _ in 0..5 {
        assert_eq!(why(sign_in(&test, 1, ADA, WRONG).await), [Refused::SignInWrong]);
    }
    assert_eq!(why(sign_in(&test, 1, ADA, WRONG).await), [Refused::TooManyTries]);
    test.clock.pass(-YEAR);
    for _ in 0..5 {
        assert_eq!(why(sign_in(&test, 1, ADA, WRONG).await), [Refused::SignInWrong]);
    }
    assert_eq!(why(sign_in(&test, 1, ADA, WRONG).await), [Refused::TooManyTries]);
    test.clock.pass(HOUR);
    sign_in(&test, 1, ADA, OLD).await.unwrap();
}
