//! `kill -9` while a password is being set, a hundred times: afterwards everything of it is there, or nothing.
//!
//! Half of the kills fall anywhere; the other half close to the moment at which the claim is written, which
//! is looked for on the way: a little earlier after each claim that was done, a little later after the others.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::{Row as _, SqlitePool};
use tokio::time::{Instant, sleep};

use testkit::program::{Program, Visitor, mails, until};

const KILLS: usize = 100;
/// People who claim undisturbed, to measure how long it takes.
const MEASURED: usize = 6;
/// Kills fall between the post and so many times its usual duration.
const SPREAD: f64 = 2.0;
const PASSWORD: &str = "Kestrel&42rows";
/// The lease of a mail in hand: as long as the worker that was killed had for it.
const LEASE_SECONDS: i64 = 120;

/// What the database says of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rows {
    active: bool,
    has_password: bool,
    link_live: bool,
    flow_done: bool,
    claimed: i64,
    notices: i64,
    sessions: i64,
}

const BEFORE: Rows =
    Rows { active: false, has_password: false, link_live: true, flow_done: false, claimed: 0, notices: 0, sessions: 0 };
const AFTER: Rows =
    Rows { active: true, has_password: true, link_live: false, flow_done: true, claimed: 1, notices: 1, sessions: 1 };

fn username(number: usize) -> String {
    format!("person{number:02}")
}

fn email(number: usize) -> String {
    format!("person{number:02}@example.org")
}

fn ssn(number: usize) -> String {
    format!("900-41-{:04}", 1_000 + number)
}

async fn rows(database: &SqlitePool, number: usize) -> Rows {
    let row = sqlx::query(
        "SELECT state = 'active' AS active, password_hash IS NOT NULL AS has_password, \
         (SELECT count(*) FROM link WHERE account = account.id AND spent IS NULL AND superseded IS NULL) AS live, \
         (SELECT count(*) FROM link WHERE account = account.id) AS links, \
         (SELECT count(*) FROM flow WHERE account = account.id AND step = 'done') AS done, \
         (SELECT count(*) FROM flow WHERE account = account.id) AS flows, \
         (SELECT count(*) FROM audit WHERE account = account.id AND action = 'claimed') AS claimed, \
         (SELECT count(*) FROM mail WHERE account = account.id AND kind = 'password-set') AS notices, \
         (SELECT count(*) FROM session WHERE account = account.id) AS sessions \
         FROM account WHERE username = ?",
    )
    .bind(username(number))
    .fetch_one(database)
    .await
    .unwrap();
    assert_eq!((row.get::<i64, _>("links"), row.get::<i64, _>("flows")), (1, 1), "{}", username(number));
    Rows {
        active: row.get("active"),
        has_password: row.get("has_password"),
        link_live: row.get::<i64, _>("live") == 1,
        flow_done: row.get::<i64, _>("done") == 1,
        claimed: row.get("claimed"),
        notices: row.get("notices"),
        sessions: row.get("sessions"),
    }
}

/// Everybody at *Create a password*: the link's token, and the browser with its flow.
async fn choosing(program: &Program) -> Vec<(String, Visitor)> {
    for number in 0..MEASURED + KILLS {
        let ssn = ssn(number);
        let fields = [
            ("birth_month", "2"),
            ("birth_day", "29"),
            ("birth_year", "1984"),
            ("last_name", "Lovelace"),
            ("ssn", ssn.as_str()),
            ("robot", "on"),
        ];
        let answer = Visitor::new(program.address).submit("/api/claim/lookup", &fields).await;
        assert_eq!(answer.status, Some(303), "{}", answer.text);
    }
    let folder = program.path("mail");
    until("all mailed", async || mails(&folder).len() == MEASURED + KILLS).await;
    let tokens: BTreeMap<String, String> =
        mails(&folder).into_iter().map(|mail| (mail.to.clone(), mail.token().unwrap())).collect();
    let mut people = Vec::new();
    for number in 0..MEASURED + KILLS {
        let token = tokens[&email(number)].clone();
        let mut visitor = Visitor::new(program.address);
        let answer = visitor.submit("/api/claim/start", &[("token", &token)]).await;
        assert_eq!(answer.status, Some(303), "{}", answer.text);
        people.push((token, visitor));
    }
    people
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_moment_leaves_a_claim_done_or_not_begun() {
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    let row = |number: usize| {
        format!(
            "P-{number},Lovelace,Ada,,,1984-02-29,{},,EMT,{},{},unclaimed,eICS\n",
            ssn(number),
            email(number),
            username(number)
        )
    };
    let roster: String = (0..MEASURED + KILLS).map(row).collect();
    let mut program = crate::program(&roster).await;
    program.start().await;
    let mut people = choosing(&program).await;

    let mut durations = Vec::new();
    for (_, visitor) in &mut people[..MEASURED] {
        // As cold as it will be after a kill.
        program.kill().await;
        program.start().await;
        let begun = Instant::now();
        assert_eq!(visitor.submit("/api/claim/password", &fields).await.status, Some(303));
        durations.push(begun.elapsed());
    }
    durations.sort_unstable();
    let usual = durations[MEASURED / 2];
    let (mut written, step) = (usual, usual / 20);

    let (mut done, mut told, mut undone) = (Vec::new(), 0, Vec::new());
    let mut slowest_start = Duration::ZERO;
    for (number, (token, visitor)) in people.iter_mut().enumerate().skip(MEASURED) {
        let delay = if number % 2 == 0 {
            usual.mul_f64(SPREAD * rand::random::<f64>())
        } else {
            written.mul_f64(0.9 + 0.2 * rand::random::<f64>())
        };
        let stream = visitor.begin("/api/claim/password", &fields).await;
        sleep(delay).await;
        program.kill().await;
        let jar = visitor.jar.clone();
        let answer = visitor.receive(stream).await;
        let begun = Instant::now();
        program.start().await;
        let database = program.database().await;
        let found = rows(&database, number).await;
        database.close().await;
        slowest_start = slowest_start.max(begun.elapsed());
        if found == AFTER {
            done.push(delay);
            written = written.saturating_sub(step);
            told += usize::from(answer.status.is_some());
        } else {
            assert_eq!(found, BEFORE, "{} after {delay:?}: half of it is there", username(number));
            assert_eq!(answer.status, None, "{} was told what did not happen: {}", username(number), answer.text);
            visitor.jar = jar;
            undone.push((number, delay));
            written += step;
            assert_eq!(visitor.open(&format!("/link/{token}")).await.status, Some(200), "the link is live");
        }
        assert!(answer.status.is_none_or(|status| status == 303), "{}", answer.text);
    }

    // Nobody lost anything: who was cut off goes on where she was, in the same browser.
    for (number, _) in &undone {
        let answer = people[*number].1.submit("/api/claim/password", &fields).await;
        assert_eq!(answer.status, Some(303), "{}", answer.text);
    }
    for number in 0..MEASURED + KILLS {
        let fields = [("username", username(number)), ("password", PASSWORD.to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = Visitor::new(program.address).submit("/api/sign-in/password", &fields).await;
        assert!(answer.text.contains("location: /home"), "{}: {}", username(number), answer.text);
    }

    let leased = pass_the_leases(&mut program).await;
    let database = program.database().await;
    let waiting = "SELECT count(*) FROM mail WHERE sent IS NULL";
    until("every mail sent", async || sqlx::query_scalar::<_, i64>(waiting).fetch_one(&database).await.unwrap() == 0)
        .await;
    let repeated: i64 = sqlx::query_scalar("SELECT count(*) FROM mail WHERE kind = 'password-set' AND tries > 1")
        .fetch_one(&database)
        .await
        .unwrap();
    database.close().await;

    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    let mut notices: BTreeMap<String, usize> = BTreeMap::new();
    for mail in mails(&program.path("mail")) {
        *by_id.entry(mail.id.clone()).or_default() += 1;
        if mail.token().is_none() {
            *notices.entry(mail.to).or_default() += 1;
        }
    }
    assert!(by_id.values().all(|count| *count == 1), "{by_id:?}");
    let expected: BTreeMap<String, usize> = (0..MEASURED + KILLS).map(|number| (email(number), 1)).collect();
    assert_eq!(notices, expected, "one notice for each person");
    let log = std::fs::read_to_string(program.path("log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");

    done.sort_unstable();
    println!(
        "{KILLS} kills within {:?} of the post (usually answered after {usual:?}): {} not begun, {} done, {told} of them told; \
         earliest done after {:?}; written about {written:?} after the post; slowest start {slowest_start:?}; {leased} notices in hand when killed, {repeated} written twice",
        usual.mul_f64(SPREAD),
        undone.len(),
        done.len(),
        done.first()
    );
    assert!(!undone.is_empty() && !done.is_empty(), "all kills fell on one side");
}

/// A mail that was in hand when the program was killed comes back when its lease is over. The two minutes
/// are taken off the rows, with the program stopped: it has no clock that a test could turn.
async fn pass_the_leases(program: &mut Program) -> u64 {
    program.kill().await;
    let database = program.database().await;
    let passed = sqlx::query("UPDATE mail SET due = due - ? WHERE sent IS NULL AND tries > 0")
        .bind(LEASE_SECONDS)
        .execute(&database)
        .await
        .unwrap();
    database.close().await;
    program.start().await;
    passed.rows_affected()
}
