//! Another process holds the database: a backup that locks, somebody's shell.

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
async fn a_locked_database_is_waited_for_and_then_said_to_be_busy_and_nothing_is_lost() {
    let mut scene = Scene::begin(Base::Sqlite, 60).await;
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    let busy = |scene: &Scene| scene.world.tallies.busy.load(std::sync::atomic::Ordering::SeqCst);
    hold(&scene, SHORT).await;
    scene.world.answers(20).await;
    assert_eq!(busy(&scene), 0, "a second was not waited for");
    hold(&scene, LONG).await;
    let told = busy(&scene);
    assert!(told > 0, "nobody was told that it is busy");
    // By itself.
    scene.world.answers(60).await;
    scene.check("after the lock").await;
    let (outcome, _) = scene.judge(crowd).await;
    figure("lock", &format!("SQLite, held for 1 s: 0 busy, for 8 s: {told} busy with Retry-After; {outcome}"));
}

async fn hold(scene: &Scene, long: Duration) {
    let Behind::Sqlite(pool) = scene.behind().await;
    let mut holding = pool.acquire().await.unwrap();
    holding.execute("BEGIN IMMEDIATE").await.unwrap();
    let read = scene.world.visitor().open("/sign-in").await;
    assert_eq!(read.status, Some(200), "pages load meanwhile");
    sleep(long).await;
    holding.execute("ROLLBACK").await.unwrap();
    drop(holding);
    pool.close().await;
}
