//! Several nodes on one database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use testkit::cluster::OwnDatabase;
use testkit::program::{Program, mails, until};

use super::{PASSWORD, claim, email, look_up, program, sign_in};

/// What a node says when it does what is scheduled.
const LEADS: &str = "this node does what is scheduled";

async fn two(own: &OwnDatabase, people: usize) -> [Program; 2] {
    let mut first = program(own, people).await;
    let mut second = first.another();
    first.start().await;
    second.start().await;
    [first, second]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journey_goes_from_node_to_node_at_every_step() {
    let own = OwnDatabase::new();
    let [first, second] = two(&own, 2).await;
    let mut visitor = claim(&first, [&first, &second, &first], 0).await.through(second.listen);
    assert_eq!(visitor.open("/home").await.status, Some(200));
    let csrf = visitor.open("/home").await.hidden("csrf").unwrap();
    assert_eq!(visitor.submit("/api/sign-in/out", &[("csrf", &csrf)]).await.status, Some(303));
    let mut visitor = visitor.through(first.listen);
    assert_eq!(visitor.open("/home").await.status, Some(303), "signed out on every node");
    assert!(sign_in(&mut second.visitor(), 0, PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_send_every_mail_once_between_them() {
    const PEOPLE: usize = 24;
    let own = OwnDatabase::new();
    let [first, second] = two(&own, PEOPLE).await;
    for number in 0..PEOPLE {
        let node = if number % 2 == 0 { &first } else { &second };
        look_up(&mut node.visitor(), number).await;
    }
    let folder = first.path("mail");
    until("all mailed", async || mails(&folder).len() >= PEOPLE).await;
    let sent = mails(&folder);
    let to: BTreeSet<String> = sent.iter().map(|mail| mail.to.clone()).collect();
    assert_eq!((sent.len(), to.len()), (PEOPLE, PEOPLE));
    assert!((0..PEOPLE).all(|number| to.contains(&email(number))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_does_what_is_scheduled_and_another_takes_over_when_it_is_killed() {
    let own = OwnDatabase::new();
    let [mut first, second] = two(&own, 1).await;
    until("the first leads", async || first.logged().contains(LEADS)).await;
    assert!(!second.logged().contains(LEADS));
    first.kill().await;
    until("the second leads", async || second.logged().contains(LEADS)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_counts_on_all_nodes_together() {
    let own = OwnDatabase::new();
    let [first, second] = two(&own, 1).await;
    claim(&first, [&first; 3], 0).await;
    let mut refused = 0;
    for attempt in 0..40 {
        let node = if attempt % 2 == 0 { &first } else { &second };
        let fields = [("username", "person00"), ("password", "Wrong and wrong 1")];
        let answer = node.visitor().scripted().submit("/api/sign-in/password", &fields).await;
        refused += usize::from(answer.status == Some(429));
        if refused > 0 {
            break;
        }
    }
    assert_eq!(refused, 1, "the budget of an account never ran out");
    for node in [&first, &second] {
        let fields = [("username", "person00"), ("password", PASSWORD)];
        let answer = node.visitor().scripted().submit("/api/sign-in/password", &fields).await;
        assert_eq!(answer.status, Some(429), "{}", answer.text);
    }
}

/// Each node in turn is stopped and started while people sign in; who is refused a connection goes to the other one, as
/// a proxy does. Every request that a node took gets its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_in_turn_fail_no_request_that_was_taken() {
    const PEOPLE: usize = 4;
    let rounds = if std::env::var_os("RACE_ROUNDS").is_some() { 100 } else { 3 };
    let own = OwnDatabase::new();
    let [mut first, mut second] = two(&own, PEOPLE).await;
    for number in 0..PEOPLE {
        claim(&first, [&first, &second, &first], number).await;
    }
    let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..PEOPLE {
        let (over, answered) = (Arc::clone(&over), Arc::clone(&answered));
        let nodes = [first.visitor(), second.visitor()];
        crowd.spawn(async move {
            let mut turn = number;
            while !over.load(Ordering::Relaxed) {
                let mut visitor = nodes[turn % 2].clone();
                turn += 1;
                let (path, fields) = if turn % 4 < 2 {
                    (
                        "/api/sign-in/password",
                        vec![("username", super::username(number)), ("password", PASSWORD.to_owned())],
                    )
                } else {
                    ("/api/username/request", vec![("email", email(number)), ("robot", "on".to_owned())])
                };
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                // Nobody listens there now: nothing was taken.
                let Some(answer) = visitor.attempt(path, &fields).await else { continue };
                assert!(matches!(answer.status, Some(303 | 429)), "{path}: {}", answer.text);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for _ in 0..rounds {
        for node in [&mut first, &mut second] {
            let before = answered.load(Ordering::Relaxed);
            assert!(node.stop().await.success());
            until("the other one answers", async || answered.load(Ordering::Relaxed) > before + 2).await;
            node.start().await;
        }
    }
    over.store(true, Ordering::Relaxed);
    while let Some(done) = crowd.join_next().await {
        done.unwrap();
    }
    println!("{} restarts, {} answers", rounds * 2, answered.load(Ordering::Relaxed));
}
