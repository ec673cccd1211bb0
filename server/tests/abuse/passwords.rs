//! B. Expired, temporary and shared passwords, and accounts that are closed.

use testkit::program::Plan;
use tokio::task::JoinSet;

use crate::bench::{begin, figure, rounds};
use crate::people::{
    PASSWORD, ask_reset, at_rest, at_the_back_door, email, give_password, mails_to, row, rows, sign_in, signed_in,
    username,
};

const PARALLEL: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b05_of_50_sign_ins_at_once_one_has_the_grace_of_an_expired_password() {
    let rounds = rounds(4) as usize;
    let program = begin(&Plan { rows: rows(rounds), ..Plan::default() }).await;
    give_password(&program, 0..rounds, PASSWORD).await;
    let (mut changing, mut refused) = (0, 0);
    for round in 0..rounds {
        let expire = "UPDATE account SET password_expires = 1 WHERE username = ?";
        assert_eq!(at_the_back_door(&program, expire, round).await, 1);
        let mut crowd = JoinSet::new();
        for _ in 0..PARALLEL {
            let mut visitor = program.visitor();
            crowd.spawn(async move { sign_in(&mut visitor, &username(round), PASSWORD).await.location() });
        }
        let mut let_in = 0;
        while let Some(location) = crowd.join_next().await {
            match location.unwrap().as_deref() {
                Some("/change-password") => let_in += 1,
                Some("/sign-in#problems") => refused += 1,
                other => panic!("round {round}: {other:?}"),
            }
        }
        assert_eq!(let_in, 1, "round {round}");
        changing += let_in;
    }
    figure("B05", &format!("{rounds} rounds of {PARALLEL} sign-ins at once: {changing} let in, {refused} refused"));
}

#[tokio::test]
async fn b10_suspending_ends_every_session_at_the_next_request_and_mails_no_link() {
    let program = begin(&Plan { rows: row(0, "active") + &row(1, "active"), ..Plan::default() }).await;
    give_password(&program, [0, 1], PASSWORD).await;
    let (mut first, _) = signed_in(&program, 0, PASSWORD).await;
    let (mut second, _) = signed_in(&program, 0, PASSWORD).await;
    let (mut other, _) = signed_in(&program, 1, PASSWORD).await;
    program.run(&["account", "suspend", &username(0)]).await;
    for visitor in [&mut first, &mut second] {
        for page in ["/home", "/security", "/security/history", "/change-password"] {
            let answer = visitor.open(page).await;
            assert_eq!(answer.location().as_deref(), Some("/sign-in"), "{page}: {}", answer.text);
        }
    }
    assert_eq!(other.open("/home").await.status, Some(200), "nobody else is harmed");
    assert_eq!(ask_reset(&mut program.visitor(), &username(0)).await.status, Some(303));
    at_rest(&program).await;
    let mails = mails_to(&program, &email(0), 1).await;
    assert!(mails.iter().all(|mail| mail.token().is_none()), "a link was mailed");
    figure("B10", "2 sessions of a suspended account: over at their next request, on 4 pages each; no link mailed");
}
