//! What PostgreSQL has of its own: its connections are cut, and the server itself goes down and comes back.

use std::time::Duration;

use testkit::cluster::OwnDatabase;
use tokio::time::sleep;

use crate::bench::{figure, is_long, rounds};
use crate::stand::{Base, Stand};
use crate::verdict::Scene;

/// Every connection of the portal and its commands.
const CUT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'backboard'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_at_any_moment_lose_nothing_and_are_made_anew() {
    let cuts = if is_long() { rounds(1000) } else { 25 };
    let mut scene = Scene::begin(Base::Postgres, 40 + usize::try_from(cuts).unwrap()).await;
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    let behind = scene.behind().await;
    let mut cut = 0;
    for _ in 0..cuts {
        scene.world.answers(rand::random_range(1..20)).await;
        sleep(Duration::from_micros(rand::random_range(0..20_000))).await;
        cut += behind.count(CUT).await;
    }
    behind.close().await;
    scene.world.answers(60).await;
    scene.check("after the last cut").await;
    let (outcome, _) = scene.judge(crowd).await;
    figure("cut", &format!("{cut} connections cut in {cuts} moments: {outcome}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_under_load_and_comes_back_is_got_over_without_a_restart() {
    let crashes = if is_long() { rounds(100) } else { 3 };
    let own = OwnDatabase::alone();
    let mut scene = Scene::begin_on(Stand::Postgres(own), 40 + usize::try_from(crashes).unwrap() * 4).await;
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    for crash in 0..crashes {
        scene.world.answers(rand::random_range(1..60)).await;
        sleep(Duration::from_micros(rand::random_range(0..40_000))).await;
        scene.server().crash();
        // Everybody is answered while it is away, and pages load.
        scene.world.answers(6).await;
        assert_eq!(scene.world.visitor().open("/sign-in").await.status, Some(200), "pages load meanwhile");
        scene.server().start();
        scene.world.accepts(10).await;
        scene.check(&format!("after crash {}", crash + 1)).await;
    }
    let (outcome, _) = scene.judge(crowd).await;
    figure("crash", &format!("{crashes} times the server down in the middle: {outcome}"));
}
