use backboard::challenge::Question;
use backboard::expiry::Schedule;
use backboard::limit::Budget;
use backboard::service::ports::{Fault, UnitOfWork};
use backboard::service::records::{Case, Challenge, NewMail, NewSession, NewTemporary, SessionKind};

use super::{Bench, NOW, audit_row, digest, flow, link, together};
use crate::outbox::TakeOldest as _;
use crate::seed::email;

const ONE: Budget = Budget { burst: 1, every: 60 };

pub async fn what_is_not_saved_is_undone(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    touch_everything(&mut *unit, account).await;
    drop(unit);

    let mut unit = bench.begin().await;
    assert!(unit.find_account(account).await.unwrap().unwrap().password_hash.is_none());
    assert!(unit.find_flow(&digest(1)).await.unwrap().is_none());
    assert!(unit.find_link("link-1").await.unwrap().is_none());
    assert!(unit.find_session(&digest(1)).await.unwrap().is_none());
    assert!(unit.find_challenge(account).await.unwrap().is_none());
    assert!(unit.find_temporary(account, &digest(1), NOW).await.unwrap().is_none());
    assert!(unit.find_cases().await.unwrap().is_empty());
    assert_eq!(unit.next_due().await.unwrap(), None);
    assert!(bench.seed.mail_row("mail").await.is_none());
    assert!(unit.find_newest_audit().await.unwrap().is_none());
    // Everything can be done as if for the first time.
    touch_everything(&mut *unit, account).await;
}

pub async fn what_is_saved_is_seen_by_the_next(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    touch_everything(&mut *unit, account).await;
    unit.save().await.unwrap();

    let mut unit = bench.begin().await;
    assert!(unit.find_account(account).await.unwrap().unwrap().password_hash.is_some());
    assert!(unit.find_flow(&digest(1)).await.unwrap().is_some());
    assert!(unit.find_link("link-1").await.unwrap().is_some());
    assert!(unit.find_session(&digest(1)).await.unwrap().is_some());
    assert!(unit.find_challenge(account).await.unwrap().is_some());
    assert!(unit.find_temporary(account, &digest(1), NOW).await.unwrap().is_some());
    assert_eq!(unit.find_cases().await.unwrap().len(), 1);
    assert_eq!(unit.take_budget("key", ONE, NOW).await.unwrap(), Err(60));
    assert!(!unit.spend_once(&digest(1), NOW).await.unwrap());
    assert!(unit.take_job(NOW, NOW).await.unwrap().is_some());
    assert!(unit.take_oldest_mail(NOW, NOW).await.unwrap().is_some());
    assert_eq!(unit.find_audit_after(0, 9).await.unwrap().len(), 1);
}

pub async fn a_reader_sees_nothing_of_an_unsaved_unit(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut unit = bench.begin().await;
    touch_everything(&mut *unit, account).await;
    let mut reader = bench.read().await;
    assert!(reader.find_flow(&digest(1)).await.unwrap().is_none());
    assert!(reader.find_account(account).await.unwrap().unwrap().password_hash.is_none());
    unit.save().await.unwrap();
    assert!(bench.read().await.find_flow(&digest(1)).await.unwrap().is_some());
}

pub async fn a_reader_keeps_the_store_it_began_with(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    let mut reader = bench.read().await;
    assert!(reader.find_account(account).await.unwrap().is_some());
    let mut unit = bench.begin().await;
    touch_everything(&mut *unit, account).await;
    unit.save().await.unwrap();
    assert!(reader.find_flow(&digest(1)).await.unwrap().is_none());
    assert!(reader.find_account(account).await.unwrap().unwrap().password_hash.is_none());
}

pub async fn a_reader_cannot_write(bench: Bench) {
    let account = bench.account("ada.lovelace").await;
    bench.read().await.save_password(account, "$hash$", NOW, Schedule::NEVER).await.unwrap_err();
    bench.read().await.add_flow(&flow(1)).await.unwrap_err();
    bench.read().await.add_job("job", b"", NOW).await.unwrap_err();
    bench.read().await.open_case(&case(account)).await.unwrap_err();
    assert!(bench.read().await.find_flow(&digest(1)).await.unwrap().is_none());
    // The same connections still serve those who write.
    bench.flow(1).await;
}

pub async fn thirty_two_writers_all_get_their_turn(bench: Bench) {
    let much = Budget { burst: 100, every: 10 };
    let taken = together(32, &bench, |number, store| async move {
        let mut unit = store.begin().await.unwrap();
        let before = unit.find_flow(&digest(number)).await.unwrap();
        unit.add_flow(&flow(number)).await.unwrap();
        let taken = unit.take_budget("key", much, NOW).await.unwrap();
        unit.save().await.unwrap();
        before.is_none() && taken.is_ok()
    })
    .await;
    assert_eq!(taken, [true; 32]);
    let left = Budget { burst: 33, every: 10 };
    let mut unit = bench.begin().await;
    assert_eq!(unit.take_budget("key", left, NOW).await.unwrap(), Ok(()));
    assert_eq!(unit.take_budget("key", left, NOW).await.unwrap(), Err(10));
}

/// Takes the five seconds that a store waits.
pub async fn a_writer_that_waits_too_long_is_told_busy(bench: Bench) {
    let holding = bench.begin().await;
    let Err(fault) = bench.store.begin().await else { panic!("two writers at once") };
    assert!(matches!(fault, Fault::Busy(_)), "{fault:?}");
    drop(holding);
    bench.flow(1).await;
}

async fn touch_everything(unit: &mut dyn UnitOfWork, account: i64) {
    unit.save_password(account, "$hash$", NOW, Schedule::NEVER).await.unwrap();
    unit.add_flow(&flow(1)).await.unwrap();
    unit.add_link(&link(1, account)).await.unwrap();
    let session = NewSession {
        token: digest(1),
        kind: SessionKind::Full,
        temporary: false,
        account,
        created: NOW,
        expires: NOW.plus(60),
    };
    unit.add_session(&session).await.unwrap();
    assert_eq!(unit.take_budget("key", ONE, NOW).await.unwrap(), Ok(()));
    assert!(unit.spend_once(&digest(1), NOW).await.unwrap());
    unit.add_job("job", b"", NOW).await.unwrap();
    let mail = NewMail {
        id: "mail".to_owned(),
        recipient: email("ada@example.org"),
        account: Some(account),
        kind: "claim-link".to_owned(),
        sealed: Vec::new(),
        due: NOW,
    };
    unit.add_mail(&mail).await.unwrap();
    let challenge = Challenge { question: Question::FirstPet, answer_hash: "$answer$".to_owned(), confirmed: NOW };
    let temporary = NewTemporary {
        id: "temporary".to_owned(),
        account,
        digest: digest(1),
        issued: NOW,
        expires: NOW.plus(60),
        issuer: "person".to_owned(),
        why: "forgot-password".to_owned(),
        mail: Some("mail".to_owned()),
    };
    unit.save_challenge(account, &challenge).await.unwrap();
    unit.add_temporary(&temporary).await.unwrap();
    assert!(unit.open_case(&case(account)).await.unwrap());
    unit.add_audit(&audit_row(1, "touched", Some(account))).await.unwrap();
}

fn case(account: i64) -> Case {
    Case { account, kind: "not-me".to_owned(), detail: "reset-link".to_owned(), opened: NOW }
}
