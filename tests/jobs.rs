//! Work that requests queue is done once, and no job can keep the worker for ever.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::form::claim::LookupForm;
use backboard::moment::Moment;
use testkit::fakes::{Resident, TestPortal};

/// A portal where Ada has asked to claim her account.
async fn asked() -> TestPortal {
    let portal = TestPortal::default();
    portal.settle(Resident::default()).await;
    let form = LookupForm {
        birth_month: "2".to_owned(),
        birth_day: "29".to_owned(),
        birth_year: "1984".to_owned(),
        last_name: "Lovelace".to_owned(),
        ssn: "900-01-0001".to_owned(),
        certificate: String::new(),
        robot: "on".to_owned(),
    };
    let form = form.read(portal.portal.agency.date_order, portal.portal.now().day()).unwrap();
    portal.portal.claim_lookup(&TestPortal::visitor(1), &form, "good").await.unwrap();
    portal
}

/// Takes the job as a worker that then dies, and waits for its lease to run out.
async fn die_at_it(portal: &TestPortal) {
    let now = portal.portal.now();
    let mut unit = portal.portal.store.begin().await.unwrap();
    assert!(unit.take_job(now, now.plus(60)).await.unwrap().is_some());
    unit.save().await.unwrap();
    portal.clock.pass(60);
}

#[tokio::test]
async fn a_job_is_done_once() {
    let portal = asked().await;
    assert!(portal.portal.work().await.unwrap());
    assert!(!portal.portal.work().await.unwrap());
    portal.clock.pass(3_600);
    assert!(!portal.portal.work().await.unwrap());
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn the_job_of_a_worker_that_died_is_done_after_its_lease() {
    let portal = asked().await;
    let now = portal.portal.now();
    die_at_it(&portal).await;
    portal.clock.turn_to(now.plus(59));
    assert!(!portal.portal.work().await.unwrap());
    portal.clock.pass(1);
    assert!(portal.portal.work().await.unwrap());
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn a_worker_whose_lease_ran_out_does_not_do_again_what_another_did() {
    let portal = asked().await;
    let late: Moment = portal.portal.now().plus(60);
    // The store serves its writers in the order in which they come: the slow worker takes the job, then
    // another takes it too and ends it, and only then is it the slow one's turn again.
    let holding = portal.portal.store.begin().await.unwrap();
    let other = async {
        let mut unit = portal.portal.store.begin().await.unwrap();
        let job = unit.take_job(late, late.plus(60)).await.unwrap().unwrap();
        assert_eq!(job.tries, 2);
        assert!(unit.end_job(job.id).await.unwrap());
        unit.save().await.unwrap();
    };
    let (slow, (), ()) = tokio::join!(biased; portal.portal.work(), other, async { drop(holding) });
    assert!(slow.unwrap());
    assert!(portal.deliver().await.is_empty());
    assert!(portal.actions().await.is_empty(), "the other one writes down what it did");
}

#[tokio::test]
async fn a_job_is_begun_five_times_and_then_given_up() {
    for (deaths, mails) in [(4, 1), (5, 0)] {
        let portal = asked().await;
        for _ in 0..deaths {
            die_at_it(&portal).await;
        }
        assert!(portal.portal.work().await.unwrap());
        portal.clock.pass(3_600);
        assert!(!portal.portal.work().await.unwrap());
        assert_eq!(portal.deliver().await.len(), mails);
    }
}

#[tokio::test]
async fn a_job_that_cannot_be_read_does_not_come_back() {
    let portal = TestPortal::default();
    let mut unit = portal.portal.store.begin().await.unwrap();
    unit.add_job("job", b"sealed with a key of another time", portal.portal.now()).await.unwrap();
    unit.save().await.unwrap();
    assert!(portal.portal.work().await.unwrap());
    portal.clock.pass(3_600);
    assert!(!portal.portal.work().await.unwrap());
}
