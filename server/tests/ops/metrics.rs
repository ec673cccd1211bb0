//! `/metrics` of a running program: what is counted, what stands in the documents, and what no label ever holds.

use std::collections::BTreeSet;
use std::net::TcpListener;

use testkit::program::{Plan, Program, Scrape, mails, until};
use testkit::smtp::{Mode, Protection, Settings, serve};

const PASSWORD: &str = "Kestrel&42rowed";

fn rows() -> String {
    "P-1,Lovelace,Ada,,,1984-02-29,900-47-6613,,EMT,person1@example.org,person1,unclaimed,eICS\n".to_owned()
}

async fn begin(plan: Plan) -> Program {
    let mut program = Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await;
    program.start().await;
    program
}

/// A portal whose one person has claimed her account, signed in, mistyped her password, and signed in with a temporary
/// one; with strangers at the desk and at addresses that are nobody's.
pub async fn lived_in() -> Program {
    let program = begin(Plan { rows: rows(), admin: Some(0), ..Plan::default() }).await;
    let mut visitor = program.visitor();
    let lookup = [
        ("birth_month", "2"),
        ("birth_day", "29"),
        ("birth_year", "1984"),
        ("last_name", "Lovelace"),
        ("ssn", "900-47-6613"),
        ("robot", "on"),
    ];
    visitor.submit("/api/claim/lookup", &lookup).await;
    let mail = || mails(&program.path("mail"));
    until("a link", async || mail().iter().any(|mail| mail.token().is_some())).await;
    let token = mail().iter().find_map(testkit::program::Mail::token).unwrap();
    visitor.submit("/api/claim/start", &[("token", &token)]).await;
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(visitor.submit("/api/claim/password", &fields).await.location().as_deref(), Some("/home"));
    for password in [PASSWORD, "not-Kestrel&43"] {
        let fields = [("username", "person1"), ("password", password)];
        program.visitor().submit("/api/sign-in/password", &fields).await;
    }
    program.run(&["account", "temporary-password", "person1"]).await;
    // What a command queues goes out with the next form that is taken.
    program.visitor().submit("/api/username/request", &[("email", "nobody@example.org"), ("robot", "on")]).await;
    let word = |text: &str| {
        let (_, after) = text.split_once("Your temporary password:")?;
        Some(after.trim_start().lines().next()?.trim().to_owned())
    };
    until("a temporary password", async || mail().iter().any(|mail| word(&mail.text).is_some())).await;
    let word = mail().iter().find_map(|mail| word(&mail.text)).unwrap();
    program.visitor().submit("/api/sign-in/password", &[("username", "person1"), ("password", &word)]).await;
    let desk = [("email", "nobody@example.org"), ("password", "whatever-1-whatever")];
    program.visitor().submit("/api/desk/sign-in", &desk).await;
    for path in [
        "/sign-in",
        "/sign-in?canary=1",
        "/canary/path",
        "/link/canarytokencanarytokencanarytokencanary-551",
        "/icon.svg",
    ] {
        program.visitor().open(path).await;
    }
    program.visitor().submit("/api/canary", &[("canary", "canary")]).await;
    program.visitor().ask("CANARY", "/sign-in").await;
    program
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_at_a_portal_is_counted() {
    let program = lived_in().await;
    let at_rest = async || {
        let scrape = program.scrape().await;
        let housekeeping = "backboard_housekeeping_last_success_timestamp_seconds";
        scrape.sum(housekeeping, &[("task", "files")]) > 0.0
            && scrape.value("backboard_mails_waiting", &[]) == Some(0.0)
            && scrape.value("backboard_jobs_waiting", &[]) == Some(0.0)
    };
    until("at rest", at_rest).await;
    let answer = program.figures().await;
    assert_eq!(answer.header("content-type").as_deref(), Some("text/plain; version=0.0.4; charset=utf-8"));
    let scrape = Scrape::read(&answer.body());
    for (name, labels, expected) in [
        ("requests_total", &[("operation", "signin"), ("method", "POST"), ("status", "3xx")][..], 3.0),
        ("requests_total", &[("operation", "/sign-in"), ("method", "GET"), ("status", "2xx")], 2.0),
        ("requests_total", &[("operation", "/link/{token}"), ("status", "4xx")], 1.0),
        ("requests_total", &[("operation", "file"), ("status", "2xx")], 1.0),
        ("requests_total", &[("operation", "other"), ("method", "GET"), ("status", "4xx")], 1.0),
        ("requests_total", &[("operation", "other"), ("method", "POST"), ("status", "4xx")], 1.0),
        ("requests_total", &[("operation", "/sign-in"), ("method", "other"), ("status", "4xx")], 1.0),
        ("request_duration_seconds_count", &[("operation", "signin")], 3.0),
        ("requests_in_flight", &[], 0.0),
        ("sign_ins_total", &[("who", "personnel"), ("outcome", "signed-in")], 1.0),
        ("sign_ins_total", &[("who", "personnel"), ("outcome", "wrong")], 1.0),
        ("sign_ins_total", &[("who", "personnel"), ("outcome", "change-only")], 1.0),
        ("sign_ins_total", &[("who", "staff"), ("outcome", "wrong")], 1.0),
        ("refusals_total", &[("operation", "signin"), ("reason", "sign-in-wrong")], 1.0),
        ("refusals_total", &[("operation", "desk.signin"), ("reason", "desk-wrong")], 1.0),
        // The password that was set, three sign-ins, and the desk's.
        ("hash_duration_seconds_count", &[], 5.0),
        ("hash_wait_seconds_count", &[], 5.0),
        ("hashes_running", &[], 0.0),
        ("hashes_waiting", &[], 0.0),
        ("hashes_refused_total", &[], 0.0),
        ("mails_sent_total", &[("kind", "claim-link")], 1.0),
        ("mails_sent_total", &[("kind", "temporary-password")], 1.0),
        ("mail_attempts_total", &[("outcome", "failed")], 0.0),
        ("mail_oldest_waiting_seconds", &[], 0.0),
        ("job_oldest_waiting_seconds", &[], 0.0),
        ("store_up", &[], 1.0),
        ("store_busy_total", &[], 0.0),
        ("draining", &[], 0.0),
        ("frozen_accounts", &[], 0.0),
        ("unreached_people", &[], 0.0),
    ] {
        assert_eq!(scrape.sum(&format!("backboard_{name}"), labels), expected, "{name} {labels:?}: {}", answer.body());
    }
    let sum = |name: &str| scrape.sum(&format!("backboard_{name}"), &[]);
    assert_eq!(sum("mail_delay_seconds_count"), sum("mails_sent_total"));
    assert_eq!(sum("store_write_wait_seconds_count"), sum("store_write_duration_seconds_count"));
    let database = program.database().await;
    let audit: i64 = sqlx::query_scalar("SELECT count(*) FROM audit").fetch_one(&database).await.unwrap();
    assert_eq!(sum("audit_rows_total"), f64::from(i32::try_from(audit).unwrap()));
    assert_eq!(scrape.sum("backboard_store_connections", &[("pool", "write")]), 1.0);
    // Times are seconds since 1970, of about now.
    let now: i64 = sqlx::query_scalar("SELECT unixepoch()").fetch_one(&database).await.unwrap();
    let is_now = |seconds: f64| (0.0..600.0).contains(&(f64::from(i32::try_from(now).unwrap()) - seconds + 1.0));
    for name in ["backboard_last_import_timestamp_seconds", "process_start_time_seconds"] {
        assert!(is_now(scrape.sum(name, &[])), "{name}: {}", answer.body());
    }
    let tasks = scrape.samples.iter().filter(|sample| sample.name.ends_with("last_success_timestamp_seconds"));
    let late: Vec<_> = tasks.clone().filter(|sample| !is_now(sample.value)).collect();
    assert!(tasks.count() == 15 && late.is_empty(), "{late:?}");
    for (name, least) in
        [("resident_memory_bytes", 1e6), ("open_fds", 5.0), ("max_fds", 100.0), ("cpu_seconds_total", 0.05)]
    {
        assert!(scrape.sum(&format!("process_{name}"), &[]) >= least, "{name}: {}", answer.body());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_label_holds_what_a_visitor_sent_or_who_it_was() {
    let program = lived_in().await;
    let answer = program.figures().await;
    for secret in
        ["canary", "CANARY", "person1", "nobody", "example.org", "127.0.0.1", "Lovelace", "900-47-6613", PASSWORD]
    {
        assert!(!answer.text.contains(secret), "{secret}: {}", answer.text);
    }
    let labels: BTreeSet<_> =
        program.scrape().await.samples.into_iter().flat_map(|sample| sample.labels.into_keys()).collect();
    let known =
        ["kind", "le", "method", "operation", "outcome", "pool", "reason", "state", "status", "task", "version", "who"];
    assert_eq!(labels.iter().map(String::as_str).collect::<Vec<_>>(), known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scrape_without_the_store_has_all_the_rest_and_is_whole_again_by_itself() {
    let program = begin(Plan { admin: Some(0), ..Plan::default() }).await;
    let database = program.database().await;
    let kept_house = async || {
        let scrape = program.scrape().await;
        scrape.sum("backboard_housekeeping_last_success_timestamp_seconds", &[("task", "files")]) > 0.0
    };
    until("the first round is done", kept_house).await;
    let whole = program.scrape().await;
    assert_eq!(whole.value("backboard_store_up", &[]), Some(1.0));
    sqlx::query("ALTER TABLE unreached RENAME TO away").execute(&database).await.unwrap();
    let up = async |expected: f64| {
        until("asked anew", async || program.scrape().await.value("backboard_store_up", &[]) == Some(expected)).await;
        program.scrape().await
    };
    let without = up(0.0).await;
    let of_the_store = ["backboard_mails_waiting", "backboard_frozen_accounts", "backboard_audit_rows_total"];
    for name in of_the_store {
        assert_eq!(without.value(name, &[]), None, "{name} is said, and nobody knows it");
    }
    assert!(without.sum("process_resident_memory_bytes", &[]) > 1e6);
    sqlx::query("ALTER TABLE away RENAME TO unreached").execute(&database).await.unwrap();
    let again = up(1.0).await;
    assert!(of_the_store.iter().all(|name| again.value(name, &[]).is_some()));
    assert_eq!(whole.kinds.keys().collect::<Vec<_>>(), again.kinds.keys().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_listener_has_no_figures_and_no_health() {
    let program = begin(Plan { admin: Some(0), ..Plan::default() }).await;
    for path in ["/metrics", "/healthz", "/readyz", "/admin/metrics"] {
        let answer = program.visitor().open(path).await;
        assert_eq!(answer.status, Some(404), "{}", answer.text);
        assert!(!answer.text.contains("backboard_"), "{}", answer.text);
    }
}

/// Refused for good, to be tried again, and no connection at all: each is told from the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_mails_is_counted_by_how_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    // Free at this moment; the sink takes it at once.
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = Settings { folder: folder.path().to_owned(), listen, protection: Protection::Off, sign_in: None };
    tokio::spawn(async move { serve(settings).await.unwrap() });
    let plan = Plan { rows: rows(), admin: Some(0), smtp: Some(listen.port()), ..Plan::default() };
    let program = begin(plan).await;
    let attempts = "backboard_mail_attempts_total";
    for (mode, name, labels, waiting) in [
        (Mode::Reject, attempts, &[("outcome", "failed")][..], 0.0),
        (Mode::Greylist, attempts, &[("outcome", "retried")], 1.0),
        (Mode::Refuse, "backboard_mail_server_unreachable_total", &[], 2.0),
    ] {
        mode.set(folder.path()).unwrap();
        assert_eq!(program.scrape().await.sum(name, labels), 0.0, "{mode:?}");
        let asked = [("email", "person1@example.org"), ("robot", "on")];
        program.visitor().submit("/api/username/request", &asked).await;
        until("counted", async || {
            let scrape = program.scrape().await;
            scrape.sum(name, labels) >= 1.0 && scrape.value("backboard_mails_waiting", &[]) == Some(waiting)
        })
        .await;
    }
    let scrape = program.scrape().await;
    assert_eq!(scrape.sum("backboard_mails_sent_total", &[]), 0.0);
    assert!(scrape.sum("backboard_mail_oldest_waiting_seconds", &[]) > 0.0);
    assert_eq!(scrape.sum("backboard_unreached_people", &[]), 1.0, "she asked, and got no mail");
}
