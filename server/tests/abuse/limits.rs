//! F. Guessing, spraying, mail bombs, and who is kept out by them.

use testkit::program::{Plan, Program, Visitor};
use tokio::task::JoinSet;

use crate::bench::{Sink, begin, figure, is_long, rounds};
use crate::people::{
    ANOTHER, PASSWORD, WRONG, ask_reset, at_rest, count, email, give_password, opens, reset_mail, row_at, rows,
    sign_in, username,
};

/// Tries on one username that are looked at, as docs/operations.toml lists them.
const BUDGET: i64 = 5;
const GUESSES: usize = 1_000;

/// Guesses that got as far as the hash. Whoever is told to wait got nowhere near it.
async fn looked_at(program: &Program) -> i64 {
    let wrong = "SELECT count(*) FROM audit WHERE action = 'sign-in-refused' AND detail = 'wrong'";
    let right = "SELECT count(*) FROM audit WHERE action = 'signed-in'";
    count(program, wrong).await + count(program, right).await
}

/// A portal behind a proxy, whose budgets are the real ones.
async fn guarded(people: usize) -> Program {
    let program = begin(&Plan { rows: rows(people), multiply: 1, proxy: true, ..Plan::default() }).await;
    give_password(&program, 0..people, PASSWORD).await;
    program
}

/// An address of its own in a subnet of its own.
fn address(number: usize) -> String {
    format!("203.{}.{}.7", number / 250, 1 + number % 250)
}

#[tokio::test]
async fn f01_of_a_thousand_guesses_from_one_address_the_budget_is_looked_at() {
    let program = guarded(1).await;
    let (mut told, mut waits) = (0, 0);
    for _ in 0..GUESSES {
        let mut visitor = program.visitor_from("203.0.113.7").scripted();
        match sign_in(&mut visitor, &username(0), WRONG).await.status {
            Some(422) => told += 1,
            Some(429) => waits += 1,
            other => panic!("{other:?}"),
        }
    }
    let evaluated = looked_at(&program).await;
    assert_eq!((evaluated, told, waits), (BUDGET, BUDGET, 1_000 - BUDGET));
    figure("F01", &format!("{GUESSES} guesses from one address: {evaluated} looked at"));
}

#[tokio::test]
async fn f02_of_a_thousand_guesses_from_a_thousand_addresses_the_budget_is_looked_at() {
    let program = guarded(1).await;
    for number in 0..GUESSES {
        let mut visitor = program.visitor_from(&address(number)).scripted();
        let status = sign_in(&mut visitor, &username(0), WRONG).await.status;
        assert!(matches!(status, Some(422 | 429)), "{status:?}");
    }
    let evaluated = looked_at(&program).await;
    assert_eq!(evaluated, BUDGET);
    figure("F02", &format!("{GUESSES} guesses from {GUESSES} addresses: {evaluated} looked at"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f03_of_200_guesses_at_once_five_are_looked_at() {
    const PARALLEL: usize = 200;
    let rounds = rounds(3) as usize;
    let program = guarded(rounds).await;
    let mut most = 0;
    for round in 0..rounds {
        let before = looked_at(&program).await;
        let mut crowd = JoinSet::new();
        for number in 0..PARALLEL {
            let mut visitor = program.visitor_from(&address(number)).scripted();
            // The right one comes last.
            let password = if number == PARALLEL - 1 { PASSWORD.to_owned() } else { format!("{WRONG}{number}") };
            crowd.spawn(async move { sign_in(&mut visitor, &username(round), &password).await.status });
        }
        let (mut told, mut let_in) = (0, 0);
        while let Some(status) = crowd.join_next().await {
            match status.unwrap() {
                Some(422) => told += 1,
                Some(200) => let_in += 1,
                Some(429) => {}
                other => panic!("{other:?}"),
            }
        }
        // Who gets in gives all tries back; then as many more of the crowd may have been looked at.
        let allowed = if let_in == 1 { 2 * BUDGET } else { BUDGET };
        let evaluated = looked_at(&program).await - before;
        assert_eq!(evaluated, told + let_in, "round {round}");
        assert!(evaluated <= allowed, "round {round}: {evaluated} were looked at, {let_in} let in");
        most = most.max(evaluated);
    }
    figure("F03", &format!("{rounds} rounds of {PARALLEL} guesses at once: {most} looked at, at the most"));
}

#[tokio::test]
async fn f05_a_stranger_cannot_choose_the_address_that_is_counted() {
    // No proxy is trusted: everything comes from 127.0.0.1, whatever it says. 30 sign-ins in ten minutes are its own.
    let program = begin(&Plan { rows: rows(1), multiply: 1, ..Plan::default() }).await;
    let mut statuses = Vec::new();
    for number in 0..60 {
        let address = format!("198.51.100.{number}");
        let visitor = program.visitor().scripted();
        let mut visitor = match number % 6 {
            0 => visitor.with("x-forwarded-for", &address),
            1 => visitor.with("x-real-ip", &address),
            2 => visitor.with("forwarded", &format!("for={address}")),
            3 => visitor.with("cf-connecting-ip", &address).with("true-client-ip", &address),
            4 => visitor.with("x-forwarded-for", &address).with("x-forwarded-for", "192.0.2.1"),
            _ => visitor.with("x-client-ip", &address).with("x-cluster-client-ip", &address).with("via", &address),
        };
        statuses.push(sign_in(&mut visitor, &format!("nobody{number}"), WRONG).await.status);
    }
    let first = statuses.iter().position(|status| *status == Some(429));
    assert_eq!(first, Some(30), "{statuses:?}");
    assert!(statuses[30..].iter().all(|status| *status == Some(429)), "{statuses:?}");
    figure("F05", "60 sign-ins under 60 claimed addresses in 9 headers: counted as one address, the 31st waits");
}

#[tokio::test]
async fn f06_garbage_from_the_trusted_proxy_is_refused_or_counted() {
    let program = guarded(1).await;
    let long = "1".repeat(15_000);
    let mut refused = 0;
    // What is no address in itself is tried in front of the guards (http, origin.rs); here, what the wire makes of it.
    for garbage in ["a", "", " ", &long] {
        let mut visitor = program.visitor_from(garbage).scripted();
        let answer = sign_in(&mut visitor, &username(0), PASSWORD).await;
        assert_eq!(answer.status, Some(400), "{garbage:.40}: {}", answer.text);
        refused += 1;
    }
    assert_eq!(looked_at(&program).await, 0, "one of them was looked at");
    // A spelling of one address is that address.
    let mut counted = 0;
    for number in 0..40 {
        let spelling = ["::ffff:203.0.113.5", "203.0.113.5", "9.9.9.9, 203.0.113.5", "::FFFF:CB00:7105"][number % 4];
        let mut visitor = program.visitor_from(spelling).scripted();
        counted += usize::from(sign_in(&mut visitor, &format!("nobody{number}"), WRONG).await.status == Some(422));
    }
    assert_eq!(counted, 30);
    figure(
        "F06",
        &format!("{refused} values that are no address: refused; 4 spellings of one address: counted as one"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f07_guesses_do_not_stand_in_the_way_of_the_owners_reset() {
    let program = guarded(1).await;
    let guesses = if is_long() { 10_000 } else { 300 };
    for number in 0..guesses {
        sign_in(&mut program.visitor_from(&address(number % 10_000)).scripted(), &username(0), WRONG).await;
    }
    // From an address of her own, while the attacker goes on.
    let mut owner = program.visitor_from("192.0.2.10");
    let token = reset_mail(&program, &mut owner, 0).await.token().unwrap();
    sign_in(&mut program.visitor_from("203.0.113.99").scripted(), &username(0), WRONG).await;
    assert_eq!(
        owner.submit("/api/reset/start", &[("token", &token)]).await.location().as_deref(),
        Some("/reset/password")
    );
    let fields = [("password", ANOTHER), ("password_again", ANOTHER)];
    assert_eq!(owner.submit("/api/reset/password", &fields).await.location().as_deref(), Some("/reset/done"));
    let answer = sign_in(&mut owner, &username(0), ANOTHER).await;
    assert_eq!(answer.location().as_deref(), Some("/home"), "{}", answer.text);
    figure("F07", &format!("after {guesses} guesses the owner resets and signs in at once"));
}

#[tokio::test]
async fn f08_one_guess_at_each_of_many_accounts_is_braked_within_200() {
    let program = guarded(1).await;
    let spray = async |from: &dyn Fn(usize) -> String| {
        let mut looked_at = 0;
        for number in 0..250 {
            let mut visitor = program.visitor_from(&from(number)).scripted();
            let status = sign_in(&mut visitor, &format!("victim{number}"), WRONG).await.status;
            looked_at += usize::from(status == Some(422));
        }
        looked_at
    };
    let one = spray(&|_| "203.0.113.8".to_owned()).await;
    let subnet = spray(&|number| format!("198.51.100.{}", 1 + number % 250)).await;
    let network = spray(&|number| format!("2001:db8:1:2::{number:x}")).await;
    // A budget gives one back at times; nobody counts by the second here.
    assert!(one <= 40 && subnet <= 200 && network <= 200, "{one} {subnet} {network}");
    figure(
        "F08",
        &format!("250 accounts sprayed: {one} looked at from one address, {subnet} from a /24, {network} from a /64"),
    );
}

#[tokio::test]
async fn f09_however_often_it_is_asked_three_mails_an_hour_go_to_an_address() {
    let sink = Sink::start();
    // Twenty accounts on one address, and one beside them.
    let shared: String = (0..20).map(|number| row_at(number, "active", "victim@example.org")).collect();
    let people = shared + &row_at(20, "active", &email(20));
    let plan = Plan { rows: people, multiply: 1_000, proxy: true, smtp: Some(sink.port), ..Plan::default() };
    let program = begin(&plan).await;
    give_password(&program, 0..21, PASSWORD).await;
    let (mut asked, mut first) = (0, None);
    for number in 0..200 {
        let mut visitor = program.visitor_from(&address(number));
        // By the address, which waits soon, and by each username on it.
        let login = if number % 2 == 0 { "victim@example.org".to_owned() } else { username(number / 2 % 20) };
        let answer = ask_reset(&mut visitor, &login).await;
        if number % 2 == 1 && number < 40 {
            assert_eq!(*first.get_or_insert_with(|| answer.seen()), answer.seen(), "replies unchanged");
        }
        asked += 1;
    }
    let honest = ask_reset(&mut program.visitor_from("192.0.2.1"), &username(20)).await;
    assert_eq!(honest.location().as_deref(), Some("/forgot-password/sent"));
    at_rest(&program).await;
    let recipients = sink.recipients();
    let ids: std::collections::BTreeSet<String> =
        sink.received().iter().map(|mail| mail.header("message-id").unwrap()).collect();
    assert_eq!(ids.len(), recipients.len(), "one was sent twice");
    assert!(recipients.contains(&email(20)), "others are mailed");
    let held_back = count(&program, "SELECT count(*) FROM audit WHERE action = 'reset-capped'").await;
    let mailed = recipients.iter().filter(|to| *to == "victim@example.org").count();
    // Counted as mails, whatever the requests named and however many accounts the mailbox has.
    assert_eq!(mailed, 3);
    assert!(held_back > 10, "nothing was held back");
    figure("F09", &format!("{asked} requests for one mailbox with 20 accounts in an hour: {mailed} mails"));
}

#[tokio::test]
async fn f11_a_restart_gives_no_try_back() {
    let mut program = guarded(1).await;
    let mut visitor = program.visitor_from("203.0.113.7").scripted();
    for round in 0..3 {
        for _ in 0..4 {
            sign_in(&mut visitor, &username(0), WRONG).await;
        }
        if round % 2 == 0 {
            program.kill().await;
        } else {
            assert!(program.stop().await.success());
        }
        program.start().await;
    }
    let evaluated = looked_at(&program).await;
    assert_eq!(evaluated, BUDGET, "12 guesses and three restarts");
    assert!(!opens(&program, 0, PASSWORD).await, "the budget is still empty");
    figure("F11", &format!("12 guesses over 3 restarts, two of them kill -9: {evaluated} looked at"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_a_flood_of_names_costs_bounded_memory_and_frees_no_hot_one() {
    let names = if is_long() { 100_000 } else { 2_000 };
    let program = begin(&Plan { rows: rows(1), multiply: 100_000, proxy: true, ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    for _ in 0..BUDGET {
        sign_in(&mut program.visitor_from("203.0.113.7"), &username(0), WRONG).await;
    }
    let flood = async |from: usize, to: usize| {
        let mut crowd = JoinSet::new();
        for number in from..to {
            let mut visitor: Visitor = program.visitor_from(&address(number % 60_000));
            crowd.spawn(async move { ask_reset(&mut visitor, &format!("flood{number}")).await.status });
            if crowd.len() >= 32 {
                assert_eq!(crowd.join_next().await.unwrap().unwrap(), Some(303));
            }
        }
        while let Some(status) = crowd.join_next().await {
            assert_eq!(status.unwrap(), Some(303));
        }
    };
    flood(0, names / 2).await;
    let halfway = program.memory("VmRSS");
    flood(names / 2, names).await;
    let end = program.memory("VmRSS");
    let mut hot = program.visitor_from("203.0.113.8").scripted();
    assert_eq!(sign_in(&mut hot, &username(0), PASSWORD).await.status, Some(429), "the flood freed a hot name");
    // Kept in the database: memory does not grow with the names. A page cache and arenas fill up at first.
    assert!(end < halfway + 16 * 1024, "{halfway} KiB after half of them, {end} KiB after all");
    figure(
        "F12",
        &format!(
            "{names} names: {halfway} KiB of memory after half of them, {end} KiB after all; the hot name stays hot"
        ),
    );
}
