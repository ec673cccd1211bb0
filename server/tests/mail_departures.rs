//! Mails that wait for their moments.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backboard::service::ports::Clock as _;
use server::mail::{Delivered, Stationery, Transport, Worker};
use testkit::fakes::{Resident, TestPortal};
use testkit::outbox::{ask, queue};
use tokio::sync::{Notify, watch};
use tokio::task::yield_now;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn worker(test: &TestPortal, wake: &Arc<Notify>, sent: &Arc<Mutex<Vec<Delivered>>>, spread: Duration) -> Worker {
    let stationery = Stationery::new(&test.portal.agency, "https://accounts.example.gov").unwrap();
    let transport = Transport::Memory(Arc::clone(sent));
    Worker::new(Arc::clone(&test.portal), stationery, transport, Arc::clone(wake)).with_spread(spread)
}

async fn waiting(test: &TestPortal) -> Vec<String> {
    let mut unit = test.portal.store.read().await.unwrap();
    unit.find_due_mails(test.clock.now(), 99).await.unwrap()
}

#[tokio::test]
async fn mails_of_one_moment_all_leave_and_in_no_order() {
    let (test, sent) = (TestPortal::default(), Arc::default());
    let queued: Vec<String> = (10..40).map(|number| format!("person{number}@example.org")).collect();
    for to in &queued {
        queue(&test, to, to).await;
    }
    let (_go, stop) = watch::channel(false);
    worker(&test, &Arc::default(), &sent, Duration::from_millis(200)).round(&stop).await.unwrap();
    let mut left: Vec<String> = sent.lock().unwrap().iter().map(|mail| mail.recipient.clone()).collect();
    assert_ne!(left, queued, "one chance in 30!");
    left.sort_unstable();
    assert_eq!(left, queued);
}

#[tokio::test]
async fn work_is_done_while_a_mail_waits_and_a_stop_waits_for_none() {
    let (test, sent, wake) = (TestPortal::default(), Arc::default(), Arc::<Notify>::default());
    test.settle(Resident::default()).await;
    queue(&test, "first", "grace@example.org").await;
    let (go, stop) = watch::channel(false);
    let running = tokio::spawn(worker(&test, &wake, &sent, HOUR).run(stop));
    ask(&test, 1).await;
    wake.notify_one();
    while waiting(&test).await.len() < 2 {
        yield_now().await;
    }
    go.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(sent.lock().unwrap().len(), 0);
    assert_eq!(waiting(&test).await.len(), 2, "neither was taken: the next worker sends them");
}

/// A crowd that keeps asking must not keep the mails back: at the first one, jobs are left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::await_holding_lock, reason = "the worker stands still where it would deliver the mail")]
async fn a_mail_leaves_before_all_jobs_are_done() {
    let (test, sent) = (TestPortal::default(), Arc::<Mutex<Vec<Delivered>>>::default());
    test.settle(Resident::default()).await;
    queue(&test, "first", "grace@example.org").await;
    // As many as one person may ask for, and more than are done at once.
    for number in 0..5 {
        ask(&test, number).await;
    }
    let delivery = sent.lock().unwrap();
    let mut worker = worker(&test, &Arc::default(), &sent, Duration::ZERO);
    let (_go, stop) = watch::channel(false);
    let round = tokio::spawn(async move { worker.round(&stop).await });
    while waiting(&test).await.contains(&"first".to_owned()) {
        yield_now().await;
    }
    let mut unit = test.portal.store.begin().await.unwrap();
    let left = unit.take_job(test.clock.now(), test.clock.now().plus(1)).await.unwrap();
    assert!(left.is_some(), "all jobs were done first");
    drop((unit, delivery));
    round.await.unwrap().unwrap();
    assert_eq!(waiting(&test).await.len(), 0);
}
