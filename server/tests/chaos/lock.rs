//! Something else holds the database: a backup that locks, somebody's shell.

use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::Executor as _;
use tokio::time::sleep;

use crate::bench::figure;
use crate::stand::{Base, Behind};
use crate::verdict::Scene;

/// Shorter than the store waits, and longer.
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_is_waited_for_and_then_said_to_be_busy_and_nothing_is_lost_on_sqlite() {
    lock(Base::Sqlite, &["BEGIN IMMEDIATE"]).await;
}

/// The lock of all who may write (server/src/store/postgres.rs), as a node holds it that hangs on another machine; then a
/// whole table, as an administrator's `ALTER TABLE` that was left in the middle: those who only read feel it too. One table,
/// because whoever takes several while others work may find that each waits for the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_is_waited_for_and_then_said_to_be_busy_and_nothing_is_lost_on_postgres() {
    let (writing, rows) = ("SELECT pg_advisory_xact_lock(4843072650137)", "LOCK TABLE account");
    lock(Base::Postgres, &[writing, rows]).await;
}

async fn lock(base: Base, ways: &[&'static str]) {
    let mut scene = Scene::begin(base, 40).await;
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    let busy = |scene: &Scene| scene.world.tallies.busy.load(Ordering::SeqCst);
    let mut told = Vec::new();
    for way in ways {
        let before = busy(&scene);
        hold(&scene, way, SHORT).await;
        scene.world.answers(20).await;
        assert_eq!(busy(&scene), before, "a second was not waited for");
        hold(&scene, way, LONG).await;
        told.push(busy(&scene) - before);
        assert!(told.last() > Some(&0), "nobody was told that it is busy: {way}");
        // By itself.
        scene.world.answers(60).await;
        scene.check("after the lock").await;
    }
    let (outcome, _) = scene.judge(crowd).await;
    figure(
        "lock",
        &format!("{}, held for 1 s: 0 busy, for 8 s: {told:?} busy with Retry-After; {outcome}", scene.base()),
    );
}

async fn hold(scene: &Scene, way: &'static str, long: Duration) {
    match scene.behind().await {
        Behind::Sqlite(pool) => {
            let mut holding = pool.acquire().await.unwrap();
            holding.execute(way).await.unwrap();
            read(scene).await;
            sleep(long).await;
            holding.execute("ROLLBACK").await.unwrap();
        }
        Behind::Postgres(pool) => {
            let mut holding = pool.begin().await.unwrap();
            holding.execute(way).await.unwrap();
            read(scene).await;
            sleep(long).await;
            holding.rollback().await.unwrap();
        }
    }
}

async fn read(scene: &Scene) {
    let read = scene.world.visitor().open("/sign-in").await;
    assert_eq!(read.status, Some(200), "pages load meanwhile");
}
