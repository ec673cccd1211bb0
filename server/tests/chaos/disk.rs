//! The disk is full, and then it is not any more.

use std::path::{Path, PathBuf};

use testkit::program::until;

use crate::bench::figure;
use crate::stand::Base;
use crate::verdict::Scene;

/// The file system under the database: its size, and how much of it the filler asks for.
const SIZE: &str = "6m";
const FILLER: usize = 12 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_to_be_busy_and_got_over_without_a_restart() {
    let mut scene = Scene::prepare(Base::Sqlite, 60).await;
    let script = format!(
        "cp -a data full && mount -t tmpfs -o size={SIZE} none data && cp -a full/. data/ && exec \"$0\" serve"
    );
    scene.program.start_in(&script).await;
    let inside = PathBuf::from(format!("/proc/{}/root{}", scene.program.id(), scene.program.path("data").display()));
    scene.within(&inside);
    let filler = inside.join("filler");
    let crowd = scene.crowd();
    scene.world.answers(100).await;
    // Written until there is no room: that it fails is what is wanted.
    let _ = std::fs::write(&filler, vec![b'x'; FILLER]);
    let busy = || scene.world.tallies.busy.load(std::sync::atomic::Ordering::SeqCst);
    until("told busy", async || busy() >= 20).await;
    for page in ["/sign-in", "/icon.svg"] {
        assert_eq!(scene.world.visitor().open(page).await.status, Some(200), "{page} loads");
    }
    std::fs::remove_file(&filler).unwrap();
    let told = busy();
    let accepted = || scene.world.tallies.accepted.load(std::sync::atomic::Ordering::SeqCst);
    let enough = accepted() + 30;
    until("got over", async || accepted() >= enough).await;
    let people = crowd.end().await;
    scene.check("after the full disk").await;
    scene.wait_out().await;
    let people = scene.look_back(people).await;
    take_out(&inside, &scene.program.path("data")).await;
    scene.program.stop().await;
    scene.outside();
    let (outcome, _) = scene.close(people).await;
    figure("disk", &format!("SQLite on a disk of {SIZE}: full, {told} busy with Retry-After, got over alone; {outcome}"));
}

/// Copies the database, at rest, from where only the portal sees it.
async fn take_out(inside: &Path, to: &Path) {
    std::fs::remove_dir_all(to).unwrap();
    let copied = tokio::process::Command::new("cp").arg("-r").arg(inside).arg(to).status().await.unwrap();
    assert!(copied.success());
}
