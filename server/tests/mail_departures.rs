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
