//! `/healthz` and `/readyz`, as a load balancer asks them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::Request;
use backboard::service::ports::{Fault, Store, UnitOfWork};
use server::admin::router;
use server::health::{Health, Heartbeat, STALLED};
use server::metrics::outstanding::Asked;
use testkit::fakes::TestPortal;
use testkit::program::{Plan, Program, until};
use tower::ServiceExt as _;

async fn program(drain: u32) -> Program {
    let plan = Plan { admin: Some(drain), ..Plan::default() };
    let mut program = Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await;
    program.start().await;
    program
}

async fn ready(program: &Program) -> (u16, String) {
    let (status, said) = program.health("/readyz").await;
    (status.unwrap(), said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_does_not_answer_or_lacks_a_step_is_not_ready_and_comes_back_by_itself() {
    let program = program(0).await;
    assert_eq!(ready(&program).await, (200, "ready\n".to_owned()));
    let database = program.database().await;
    for (broken, mended, said) in [
        (
            "ALTER TABLE _sqlx_migrations RENAME TO away",
            "ALTER TABLE away RENAME TO _sqlx_migrations",
            "the store does not answer\n",
        ),
        (
            "UPDATE _sqlx_migrations SET success = FALSE WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
            "UPDATE _sqlx_migrations SET success = TRUE",
            &format!(
                "the store's tables are at step {}, and this program needs step {}\n",
                server::store::NEWEST_STEP - 1,
                server::store::NEWEST_STEP
            ),
        ),
    ] {
        sqlx::query(broken).execute(&database).await.unwrap();
        assert_eq!(ready(&program).await, (503, said.to_owned()));
        assert_eq!(program.health("/healthz").await, (Some(200), "ok\n".to_owned()), "the process is well");
        sqlx::query(mended).execute(&database).await.unwrap();
        assert_eq!(ready(&program).await.0, 200);
    }
    // A node of the next version has been here: this one goes on until it is renewed.
    let later = "INSERT INTO _sqlx_migrations VALUES (9999, 'later', 0, TRUE, x'', 0)";
    sqlx::query(later).execute(&database).await.unwrap();
    assert_eq!(ready(&program).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_drains_says_so_first_and_takes_visitors_until_the_time_is_over() {
    let mut program = program(5).await;
    program.tell_to_stop().await;
    until("draining", async || ready(&program).await.0 == 503).await;
    assert_eq!(ready(&program).await.1, "draining: told to stop\n");
    assert_eq!(program.scrape().await.value("backboard_draining", &[]), Some(1.0));
    assert_eq!(program.visitor().open("/sign-in").await.status, Some(200), "nobody was told yet not to come");
    // Who would keep the connection is told that it ends here.
    let kept = format!("GET /sign-in HTTP/1.1\r\nhost: {}\r\n\r\n", program.address);
    let answer = program.visitor().raw(kept.as_bytes()).await;
    assert_eq!((answer.status, answer.header("connection").as_deref()), (Some(200), Some("close")), "{}", answer.text);
    assert!(program.ended().await.success());
    let log = program.logged();
    assert!(log.contains("\"message\":\"draining"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_node_stops_at_once() {
    let mut program = program(0).await;
    assert!(program.stop().await.success());
    assert!(!program.logged().contains("draining"));
}

/// A store that takes every question and answers none.
struct Silent;

#[async_trait]
impl Store for Silent {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        std::future::pending().await
    }

    async fn begin_beside(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        std::future::pending().await
    }

    async fn read(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        std::future::pending().await
    }

    async fn scrub(&self) -> Result<(), Fault> {
        std::future::pending().await
    }
}

/// Asks the listener's own pages, on a clock that goes on whenever everybody waits.
async fn ask(health: &Arc<Health>, path: &str) -> (u16, String) {
    let router = router(Arc::clone(health), Asked::new(Arc::clone(health), Vec::new));
    let answer = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Takes the seconds for which the store is waited for.
#[tokio::test]
async fn a_store_that_never_answers_holds_nobody_up_for_good() {
    let memory = Arc::new(testkit::fakes::Memory::default());
    let portal = TestPortal::over(Arc::new(Silent), memory).portal;
    let health = Arc::new(Health::new(portal, Heartbeat::default(), 1));
    for (path, status, said) in [
        ("/healthz", 200, "ok\n"),
        ("/readyz", 503, "the store does not answer\n"),
        ("/metrics", 200, "backboard_store_up 0\n"),
    ] {
        let asked = tokio::time::timeout(Duration::from_mins(1), ask(&health, path)).await;
        let (found, text) = asked.unwrap_or_else(|_| panic!("{path} waits for a store that is silent"));
        assert_eq!(found, status, "{text}");
        assert!(text.contains(said), "{text}");
        // What the store did not say is left out, so that nobody takes it for a nought.
        assert!(!text.contains("backboard_mails_waiting"), "{text}");
    }
}

#[tokio::test]
async fn a_worker_that_stands_still_is_not_ready() {
    let now = tokio::time::Instant::now();
    let stood = |seconds| Heartbeat::at(now.checked_sub(STALLED + Duration::from_secs(seconds)).unwrap());
    let heartbeat = stood(7);
    let health = Arc::new(Health::new(TestPortal::default().portal, heartbeat.clone(), 0));
    let is_stalled = |text: &str| text.contains("the outbox worker has not gone round for 30");
    let (status, text) = ask(&health, "/readyz").await;
    assert!(status == 503 && is_stalled(&text), "{text}");
    heartbeat.beat();
    assert!(!is_stalled(&ask(&health, "/readyz").await.1));
}
