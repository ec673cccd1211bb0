//! `kill -9`, and the word to stop, at any moment under load.

use std::time::Duration;

use tokio::time::Instant;

use crate::bench::{figure, is_long, rounds};
use crate::stand::Base;
use crate::verdict::Scene;

/// Ready again: what the office may expect after a kill.
const READY: Duration = Duration::from_secs(2);

/// How long starts took.
#[derive(Default)]
struct Starts(Vec<Duration>);

impl Starts {
    async fn add(&mut self, scene: &mut Scene) {
        let begun = Instant::now();
        scene.back().await;
        self.0.push(begun.elapsed());
    }

    fn slowest(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }

    fn median(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    }

    fn above(&self, bound: Duration) -> usize {
        self.0.iter().filter(|start| **start > bound).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_at_any_moment_loses_nothing_that_was_accepted_on_sqlite() {
    kill_at_any_moment(Base::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_at_any_moment_loses_nothing_that_was_accepted_on_postgres() {
    kill_at_any_moment(Base::Postgres).await;
}

async fn kill_at_any_moment(base: Base) {
    let kills = rounds(50);
    let mut scene = Scene::begin(base, 40 + usize::try_from(kills).unwrap() * 2).await;
    let mut calm = Starts::default();
    for _ in 0..3 {
        scene.program.stop().await;
        calm.add(&mut scene).await;
    }
    let crowd = scene.crowd();
    let mut starts = Starts::default();
    scene.world.warms_up().await;
    for kill in 0..kills {
        // Mails leave within two seconds; a portal that is killed sooner again and again would never send any.
        let answers = if kill % 5 == 0 { 60..100 } else { 1..12 };
        scene.world.answers(rand::random_range(answers)).await;
        // Anywhere between two answers.
        tokio::time::sleep(Duration::from_micros(rand::random_range(0..40_000))).await;
        scene.kill().await;
        scene.check(&format!("after kill {}", kill + 1)).await;
        scene.forgive().await;
        starts.add(&mut scene).await;
    }
    let (outcome, _) = scene.judge(crowd).await;
    let (calm, slowest) = (calm.slowest(), starts.slowest());
    figure(
        "kill",
        &format!(
            "{}, {kills} kills: {outcome}; ready again after {} ms (median), {} ms (worst), {} of {kills} above 2 s; \
             without a kill {} ms",
            scene.base(),
            starts.median().as_millis(),
            slowest.as_millis(),
            starts.above(READY),
            calm.as_millis()
        ),
    );
    // A start after a kill is a start: no replay, no repair that grows. Generous, because other work comes between.
    assert!(slowest < calm * 20 + Duration::from_secs(5), "{slowest:?} after a kill, {calm:?} without");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_under_load_it_answers_everything_that_it_has_begun_on_sqlite() {
    stop_under_load(Base::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_under_load_it_answers_everything_that_it_has_begun_on_postgres() {
    stop_under_load(Base::Postgres).await;
}

async fn stop_under_load(base: Base) {
    let stops = if is_long() { rounds(100) } else { 5 };
    let mut scene = Scene::begin(base, 40 + usize::try_from(stops).unwrap() * 2).await;
    scene.world.finishes();
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    for stop in 0..stops {
        scene.world.answers(rand::random_range(1..40)).await;
        scene.stop().await;
        scene.check(&format!("after stop {}", stop + 1)).await;
        scene.back().await;
    }
    let log = scene.program.logged();
    assert!(!log.contains("still under way") && !log.contains("still busy"), "{log}");
    let (outcome, _) = scene.judge(crowd).await;
    figure("stop", &format!("{}, {stops} times SIGTERM: {outcome}", scene.base()));
}
