//! Importing at the desk, asked of the use cases themselves: who may, and how a job goes from state to state.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::identity::Email;
use backboard::password::Password;
use backboard::refused::Refused;
use backboard::service::Declined;
use backboard::service::desk::Actor;
use backboard::service::desk::import::{Checked, KEPT_SECONDS, REPORT_SECONDS, Task, Upload};
use backboard::service::desk::import_ports::{ImportJob, ImportState, Report};
use backboard::service::desk::staff::{By, Decision, Seat};
use backboard::staff::{Reason, Role};
use testkit::fakes::TestPortal;

async fn actor(test: &TestPortal, name: &str, role: Role) -> Actor {
    let email = Email::parse(&format!("{name}@office.example")).unwrap();
    let password = Password::parse("seven herons over a quiet weir").unwrap();
    let seat = Seat { email: &email, name, role, password: &password, key: &[1; 20] };
    let staff = test.portal.staff_seat(seat).await.unwrap();
    Actor { staff, role, may_show: false, session: [7; 32] }
}

fn upload(number: u8) -> Upload {
    Upload { name: "June.csv".to_owned(), stored: format!("stored-{number}"), bytes: 9, digest: [number; 32] }
}

fn reason() -> Reason {
    Reason::parse("the roster of June").unwrap()
}

fn why<T: std::fmt::Debug>(declined: Result<T, Declined>) -> Refused {
    match declined.unwrap_err() {
        Declined::Problems(problems) => problems.first().unwrap().refused,
        Declined::Fault(fault) => panic!("{fault}"),
    }
}

/// What the worker would find.
async fn check(test: &TestPortal, wide: bool) -> ImportJob {
    let Some(Task::Check(job)) = test.portal.import_next().await.unwrap() else { panic!("nothing to check") };
    let id = job.id;
    let job = ImportJob { rows: 4, report: Some(Report::default()), wide, ..job };
    test.portal.import_checked(ImportState::Checking, Checked { job, outcome: [1; 32] }).await.unwrap();
    found(test, id).await
}

async fn found(test: &TestPortal, id: i64) -> ImportJob {
    test.portal.store.read().await.unwrap().find_import_job(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_right_to_import_is_checked_where_the_act_is() {
    let test = TestPortal::default();
    let sam = actor(&test, "sam", Role::Supervisor).await;
    let id = test.portal.desk_import_bring(&sam, Some(&upload(1))).await.unwrap();
    check(&test, false).await;
    let helen = actor(&test, "helen", Role::Helpdesk).await;
    // One that claims more than its row says gets no further where something changes.
    let forged = Actor { role: Role::Admin, ..helen.clone() };
    for actor in [&helen, &forged] {
        let portal = &test.portal;
        assert_eq!(why(portal.desk_import_admit(actor).await), Refused::NotAllowed);
        assert_eq!(why(portal.desk_import_bring(actor, Some(&upload(2))).await), Refused::NotAllowed);
        assert_eq!(why(portal.desk_import_begin(actor, id, &reason(), true).await), Refused::NotAllowed);
        assert_eq!(why(portal.desk_import_again(actor, id).await), Refused::NotAllowed);
        assert_eq!(why(portal.desk_import_drop(actor, id).await), Refused::NotAllowed);
    }
    assert_eq!(why(test.portal.desk_import_jobs(&helen).await), Refused::NotAllowed);
    assert_eq!(why(test.portal.desk_import(&helen, id).await), Refused::NotAllowed);
    assert_eq!(why(test.portal.desk_import_rejects(&helen, id).await), Refused::NotAllowed);
    test.portal.staff_decide(By::Office, sam.staff, Decision::Suspend).await.unwrap();
    assert_eq!(why(test.portal.desk_import_begin(&sam, id, &reason(), true).await), Refused::SessionOver);
    assert_eq!(found(&test, id).await.state, ImportState::Checked);
}

#[tokio::test]
async fn each_state_lets_on_to_those_that_follow_and_to_no_other() {
    let test = TestPortal::default();
    let sam = actor(&test, "sam", Role::Supervisor).await;
    let id = test.portal.desk_import_bring(&sam, Some(&upload(1))).await.unwrap();
    for state in ImportState::ALL {
        let put = async || {
            let mut unit = test.portal.store.begin().await.unwrap();
            let job = unit.find_import_job(id).await.unwrap().unwrap();
            unit.save_import_job(&ImportJob { state: *state, ..job.clone() }, job.state).await.unwrap();
            unit.save().await.unwrap();
        };
        let may = |states: &[ImportState]| if states.contains(state) { None } else { Some(Refused::ImportBegun) };
        let refused = |done: Result<(), Declined>| done.err().map(|declined| why::<()>(Err(declined)));
        put().await;
        let begun = test.portal.desk_import_begin(&sam, id, &reason(), false).await;
        assert_eq!(refused(begun), may(&[ImportState::Checked]), "begin {state:?}");
        put().await;
        let again = test.portal.desk_import_again(&sam, id).await;
        assert_eq!(refused(again), may(&[ImportState::Checked, ImportState::Stopped]), "again {state:?}");
        put().await;
        let dropped = test.portal.desk_import_drop(&sam, id).await;
        let open = [ImportState::Uploaded, ImportState::Checked, ImportState::Queued, ImportState::Stopped];
        assert_eq!(refused(dropped), may(&open), "drop {state:?}");
    }
    for id in [0, -1, id + 1] {
        assert_eq!(why(test.portal.desk_import_begin(&sam, id, &reason(), true).await), Refused::ImportGone);
        assert_eq!(why(test.portal.desk_import(&sam, id).await), Refused::ImportGone);
    }
}

#[tokio::test]
async fn what_somebody_decided_on_comes_before_what_is_only_looked_at() {
    let test = TestPortal::default();
    let sam = actor(&test, "sam", Role::Supervisor).await;
    let first = test.portal.desk_import_bring(&sam, Some(&upload(1))).await.unwrap();
    check(&test, false).await;
    let second = test.portal.desk_import_bring(&sam, Some(&upload(2))).await.unwrap();
    test.portal.desk_import_begin(&sam, first, &reason(), false).await.unwrap();
    let ahead = test.portal.desk_import(&sam, second).await.unwrap().ahead;
    assert_eq!(ahead.map(|job| job.id), Some(first));
    let Some(Task::Import(job)) = test.portal.import_next().await.unwrap() else { panic!("the check came first") };
    assert_eq!((job.id, job.begun_by), (first, Some(sam.staff)));
    assert!(test.portal.import_starts(job.clone()).await.unwrap());
    // One at a time, and nobody begins it once more.
    assert!(test.portal.import_next().await.unwrap().is_none());
    assert!(!test.portal.import_starts(job).await.unwrap());
}

#[tokio::test]
async fn a_member_can_give_up_what_has_not_begun_and_the_worker_notices() {
    let test = TestPortal::default();
    let sam = actor(&test, "sam", Role::Supervisor).await;
    let id = test.portal.desk_import_bring(&sam, Some(&upload(1))).await.unwrap();
    check(&test, false).await;
    test.portal.desk_import_begin(&sam, id, &reason(), false).await.unwrap();
    let Some(Task::Import(job)) = test.portal.import_next().await.unwrap() else { panic!("nothing to import") };
    test.portal.desk_import_drop(&sam, id).await.unwrap();
    assert!(!test.portal.import_starts(job.clone()).await.unwrap());
    test.portal.import_checked(ImportState::Queued, Checked { job, outcome: [2; 32] }).await.unwrap();
    assert_eq!(found(&test, id).await.state, ImportState::Dropped);
}

#[tokio::test]
async fn what_nobody_decides_about_is_given_up_after_a_day_and_tells_of_nobody_after_a_week() {
    let test = TestPortal::default();
    let sam = actor(&test, "sam", Role::Supervisor).await;
    let id = test.portal.desk_import_bring(&sam, Some(&upload(1))).await.unwrap();
    check(&test, true).await;
    assert_eq!(why(test.portal.desk_import_begin(&sam, id, &reason(), false).await), Refused::ImportWide);
    test.clock.pass(KEPT_SECONDS - 1);
    test.portal.expire_imports().await.unwrap();
    assert_eq!(found(&test, id).await.state, ImportState::Checked);
    test.clock.pass(1);
    test.portal.expire_imports().await.unwrap();
    let dropped = found(&test, id).await;
    assert_eq!((dropped.state, dropped.report), (ImportState::Dropped, None));

    let id = test.portal.desk_import_bring(&sam, Some(&upload(2))).await.unwrap();
    let job = check(&test, false).await;
    let mut unit = test.portal.store.begin().await.unwrap();
    let done = ImportJob { state: ImportState::Done, ended: Some(test.portal.now()), ..job };
    unit.save_import_job(&done, ImportState::Checked).await.unwrap();
    unit.save().await.unwrap();
    test.clock.pass(REPORT_SECONDS);
    test.portal.expire_imports().await.unwrap();
    assert!(found(&test, id).await.report.is_some());
    test.clock.pass(1);
    test.portal.expire_imports().await.unwrap();
    assert_eq!(found(&test, id).await, ImportJob { report: None, ..done });
}
