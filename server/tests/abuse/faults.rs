//! L. What breaks: the database, the disk, the mail, the process, the connections.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use server::hasher::MEMORY;
use sqlx::Executor as _;
use testkit::program::{Plan, Program, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::bench::{Sink, begin, binary, figure, is_long};
use crate::people::{
    PASSWORD, WRONG, ask_reset, at_rest, count, dump, email, give_password, opens, rows, sign_in, signed_in, username,
};

#[tokio::test]
async fn l04_while_another_process_holds_the_database_forms_say_busy_and_nothing_is_half_written() {
    let program = begin(&Plan { rows: rows(2), ..Plan::default() }).await;
    give_password(&program, 0..2, PASSWORD).await;
    let (mut member, csrf) = signed_in(&program, 0, PASSWORD).await;
    at_rest(&program).await;
    let before = dump(&program, &[]).await;
    let other = program.database().await;
    let mut holding = other.acquire().await.unwrap();
    holding.execute("BEGIN EXCLUSIVE").await.unwrap();
    // All at once: each waits its five seconds.
    let posts = [
        ("/api/sign-in/password", vec![("username", username(1)), ("password", PASSWORD.to_owned())]),
        ("/api/reset/request", vec![("login", username(1)), ("robot", "on".to_owned())]),
        ("/api/username/request", vec![("email", email(1)), ("robot", "on".to_owned())]),
    ];
    let mut crowd = JoinSet::new();
    for (path, fields) in posts {
        let (mut visitor, mut plain) = (program.visitor().scripted(), program.visitor());
        crowd.spawn(async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            (path, visitor.submit(path, &fields).await, plain.submit(path, &fields).await)
        });
    }
    let mut busy = 0;
    while let Some(answered) = crowd.join_next().await {
        let (path, scripted, plain) = answered.unwrap();
        assert_eq!(scripted.status, Some(503), "{path}: {}", scripted.text);
        assert!(scripted.header("retry-after").is_some(), "{path}: {}", scripted.text);
        assert!(matches!(plain.status, Some(303 | 503)), "{path}: {}", plain.text);
        assert!(plain.location().is_none_or(|location| location.ends_with("#problems")), "{path}: {}", plain.text);
        busy += 2;
    }
    let read = program.visitor().open("/sign-in").await;
    assert_eq!(read.status, Some(200), "pages load meanwhile");
    holding.execute("ROLLBACK").await.unwrap();
    drop(holding);
    other.close().await;
    assert_eq!(dump(&program, &[]).await, before, "something was half written");
    assert!(opens(&program, 1, PASSWORD).await, "it recovers alone");
    let out = member.submit("/api/sign-in/out", &[("csrf", &csrf)]).await;
    assert_eq!(out.location().as_deref(), Some("/sign-in"), "{}", out.text);
    figure(
        "L04",
        &format!("database held for 10 s: {busy} forms told busy with Retry-After, nothing written, recovered alone"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a file system of its own: script/abuse --long"]
async fn l05_a_full_disk_breaks_nothing_and_is_got_over() {
    let mut program = Program::prepare(&binary(), &Plan { rows: rows(2), ..Plan::default() }).await;
    program
        .start_in("cp -a data full && mount -t tmpfs -o size=4m none data && cp -a full/. data/ && exec \"$0\" serve")
        .await;
    let inside = format!("/proc/{}/root{}", program.id(), program.path("data").display());
    let filler = format!("{inside}/filler");
    assert_eq!(sign_in(&mut program.visitor().scripted(), &username(0), WRONG).await.status, Some(422));
    let _ = std::fs::write(&filler, vec![b'x'; 8 * 1024 * 1024]);
    let mut refused = 0;
    for number in 0..200 {
        let answer = ask_reset(&mut program.visitor().scripted(), &format!("nobody{number}")).await;
        assert!(matches!(answer.status, Some(200 | 503)), "{}\n{}", answer.text, program.logged());
        refused += usize::from(answer.status != Some(200));
    }
    assert!(refused > 0, "the disk was never full");
    assert_eq!(program.visitor().open("/sign-in").await.status, Some(200), "pages load");
    assert_eq!(program.visitor().open("/icon.svg").await.status, Some(200), "files load");
    std::fs::remove_file(&filler).unwrap();
    until("got over it", async || ask_reset(&mut program.visitor().scripted(), "after").await.status == Some(200))
        .await;
    let output = tokio::process::Command::new("cp").args(["-r", &inside]).arg(program.path("after")).status().await;
    assert!(output.unwrap().success());
    program.stop().await;
    let copy = sqlx::sqlite::SqliteConnectOptions::new().filename(program.path("after/backboard.db"));
    let copy = sqlx::SqlitePool::connect_with(copy).await.unwrap();
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&copy).await.unwrap();
    assert_eq!(whole, "ok");
    assert!(!program.logged().contains("panicked"));
    figure(
        "L05",
        &format!("disk full: {refused} of 200 forms told busy, pages and files load, integrity ok, recovered alone"),
    );
}

#[tokio::test]
async fn l07_without_mail_it_does_not_start() {
    let program = Program::prepare(&binary(), &Plan::default()).await;
    let path = program.path("backboard.toml");
    let whole = std::fs::read_to_string(&path).unwrap();
    let (before, after) = whole.split_once("[mail]").unwrap();
    let (_, after) = after.split_once("[proxy]").unwrap();
    let mut refused = 0;
    for mail in [
        "",
        "[mail]\n",
        "[mail]\ntransport = \"smtp\"\n",
        "[mail]\ntransport = \"log\"\n",
        "[mail]\ntransport = \"folder\"\n",
    ] {
        std::fs::write(&path, format!("{before}{mail}[proxy]{after}")).unwrap();
        let output = program.attempt(&["serve"]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{mail:?}: {said}");
        assert!(said.contains("mail"), "{mail:?}: {said}");
        refused += 1;
    }
    figure("L07", &format!("{refused} configurations without a way to send mail: none starts"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l08_told_to_stop_under_load_it_loses_nothing_that_was_accepted() {
    const PEOPLE: usize = 240;
    let sink = Sink::start();
    let mut program = begin(&Plan { rows: rows(PEOPLE), smtp: Some(sink.port), ..Plan::default() }).await;
    give_password(&program, 0..PEOPLE, PASSWORD).await;
    let next = Arc::new(Mutex::new(0..PEOPLE));
    let mut crowd = JoinSet::new();
    for _ in 0..8 {
        let (next, visitor) = (Arc::clone(&next), program.visitor());
        crowd.spawn(async move {
            let (mut accepted, mut unanswered) = (Vec::new(), Vec::new());
            loop {
                let Some(number) = next.lock().await.next() else { return (accepted, unanswered) };
                let mut visitor = visitor.clone();
                let body = format!("login={}&robot=on", username(number));
                // Nobody listens any more: it was not even asked.
                let Ok(mut stream) = TcpStream::connect(address(&visitor)).await else { return (accepted, unanswered) };
                let _ = stream.write_all(&visitor.request("/api/reset/request", body.as_bytes())).await;
                match visitor.receive(stream).await.status {
                    Some(303) => accepted.push(number),
                    Some(status) => panic!("{status}"),
                    None => unanswered.push(number),
                }
            }
        });
    }
    until("under load", async || next.lock().await.len() < PEOPLE - 60).await;
    let status = program.stop().await;
    assert!(status.success(), "it ended with {status}");
    let (mut accepted, mut unanswered) = (BTreeSet::new(), BTreeSet::new());
    while let Some(done) = crowd.join_next().await {
        let (one, other) = done.unwrap();
        accepted.extend(one);
        unanswered.extend(other);
    }
    assert!(accepted.len() >= 50 && accepted.len() < PEOPLE, "{} accepted", accepted.len());
    program.start().await;
    at_rest(&program).await;
    let recipients = sink.recipients();
    for number in &accepted {
        let mailed = recipients.iter().filter(|to| **to == email(*number)).count();
        assert_eq!(mailed, 1, "{number} was accepted");
    }
    let strangers =
        recipients.iter().filter(|to| !accepted.iter().chain(&unanswered).any(|number| **to == email(*number)));
    assert_eq!(strangers.count(), 0);
    let log = program.logged();
    assert!(!log.contains("panicked") && !log.contains("still under way"), "{log}");
    figure(
        "L08",
        &format!(
            "SIGTERM under load: {} accepted, each mailed once; {} cut off; exit 0",
            accepted.len(),
            unanswered.len()
        ),
    );
}

fn address(visitor: &testkit::program::Visitor) -> String {
    let head = visitor.head();
    head.lines().next().unwrap().trim_start_matches("host: ").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l09_a_migration_that_is_killed_is_taken_up_at_the_next_start() {
    let kills = if is_long() { 200 } else { 20 };
    let mut program = Program::prepare(&binary(), &Plan::default()).await;
    let mut made = 0;
    for kill in 0..kills {
        if kill % 4 == 0 {
            let _ = std::fs::remove_dir_all(program.path("data"));
        }
        let mut child = program.command(&["serve"]).spawn().unwrap();
        tokio::time::sleep(Duration::from_micros(rand::random_range(5_000..120_000))).await;
        child.start_kill().unwrap();
        let _ = child.wait().await.unwrap();
        made += usize::from(program.path("data/backboard.db").exists());
    }
    program.start().await;
    assert_eq!(count(&program, "SELECT count(*) FROM _sqlx_migrations WHERE success = 0").await, 0);
    let database = program.database().await;
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&database).await.unwrap();
    database.close().await;
    assert_eq!(whole, "ok");
    program.import(&rows(1)).await;
    assert_eq!(count(&program, "SELECT count(*) FROM person").await, 1);
    assert!(made > 0, "every kill came before there was a database");
    figure(
        "L09",
        &format!("{kills} kills during the first start, {made} with a database begun: the next start finishes it"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l11_idle_connections_hold_nobody_up_and_slow_headers_are_given_up() {
    const IDLE: usize = 300;
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let mut held = Vec::new();
    for number in 0..IDLE {
        let beginning: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET /sign-in HTTP/1.1\r\nhost: ",
            _ => b"POST /api/sign-in/password HTTP/1.1\r\nx-a: b\r\n",
        };
        let mut stream = TcpStream::connect(program.address).await.unwrap();
        stream.write_all(beginning).await.unwrap();
        held.push(stream);
    }
    for _ in 0..10 {
        assert!(opens(&program, 0, PASSWORD).await, "others are held up");
    }
    // Headers must have arrived within ten seconds.
    let mut closing = JoinSet::new();
    for mut stream in held {
        closing.spawn(async move {
            let mut rest = Vec::new();
            tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await.is_ok()
        });
    }
    let mut closed = 0;
    while let Some(done) = closing.join_next().await {
        closed += usize::from(done.unwrap());
    }
    assert_eq!(closed, IDLE, "some connections that say nothing stay open");
    figure(
        "L11",
        &format!("{IDLE} connections that say nothing or half a head: others served, all closed within 20 s"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l12_500_sign_ins_at_once_are_answered_or_told_to_wait() {
    const CROWD: usize = 500;
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let more = format!("[admin]\nlisten = \"{admin}\"\n");
    let program = begin(&Plan { rows: rows(1), more, ..Plan::default() }).await;
    sign_in(&mut program.visitor().scripted(), "warm", WRONG).await;
    let base = program.memory("VmRSS");
    let mut crowd = JoinSet::new();
    for number in 0..CROWD {
        let mut visitor = program.visitor().scripted();
        crowd.spawn(async move { sign_in(&mut visitor, &format!("nobody{number}"), WRONG).await });
    }
    let (mut told, mut waits, mut slowest) = (0, 0, Duration::ZERO);
    let mut health = testkit::program::Visitor::new(admin);
    #[expect(clippy::disallowed_methods, reason = "a figure, not a verdict")]
    for _ in 0..10 {
        let begun = std::time::Instant::now();
        assert_eq!(health.open("/healthz").await.status, Some(200));
        slowest = slowest.max(begun.elapsed());
    }
    while let Some(answer) = crowd.join_next().await {
        let answer = answer.unwrap();
        match answer.status {
            Some(422) => told += 1,
            Some(429 | 503) => {
                assert!(answer.header("retry-after").is_some(), "{}", answer.text);
                waits += 1;
            }
            other => panic!("{other:?}: {}", answer.text),
        }
    }
    let cores = u64::try_from(std::thread::available_parallelism().unwrap().get()).unwrap();
    let most = base + cores * u64::from(MEMORY) + 64 * 1024;
    let peak = program.memory("VmHWM");
    assert!(peak <= most, "{peak} KiB at the most, {most} allowed");
    assert_eq!(told + waits, CROWD);
    figure(
        "L12",
        &format!(
            "{CROWD} sign-ins at once: {told} answered, {waits} told to wait; {peak} KiB of {most} allowed; slowest health {} ms",
            slowest.as_millis()
        ),
    );
}
