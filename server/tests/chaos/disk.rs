//! The disk is full, and then it is not any more.

use std::sync::atomic::Ordering;

use testkit::program::until;
use tokio::process::Command;

use crate::bench::figure;
use crate::stand::{Base, Stand};
use crate::verdict::Scene;

/// The file system under the database: its size, and how much of it the filler asks for.
const SIZE: &str = "6m";
const FILLER: usize = 12 * 1024 * 1024;
/// Said to the test's own process once it sees mounts of its own.
const APART: &str = "CHAOS_APART";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_to_be_busy_and_got_over_without_a_restart() {
    if std::env::var_os(APART).is_none() {
        return apart("disk::a_full_disk_is_said_to_be_busy_and_got_over_without_a_restart").await;
    }
    let mut scene = Scene::prepare(Stand::on(Base::Sqlite), 40).await;
    let script = format!("cp -a data full && mount -t tmpfs -o size={SIZE},mode=700 none data && cp -a full/. data/");
    let mounted = Command::new("sh").args(["-c", &script]).current_dir(scene.program.folder.path()).status().await;
    assert!(mounted.unwrap().success());
    scene.start().await;
    let filler = scene.program.path("data/filler");
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    // Written until there is no room: that it fails is what is wanted.
    let _ = std::fs::write(&filler, vec![b'x'; FILLER]);
    let busy = || scene.world.tallies.busy.load(Ordering::SeqCst);
    until("told busy", async || busy() >= 20).await;
    for page in ["/sign-in", "/icon.svg"] {
        assert_eq!(scene.world.visitor().open(page).await.status, Some(200), "{page} loads");
    }
    std::fs::remove_file(&filler).unwrap();
    let told = busy();
    scene.world.accepts(30).await;
    scene.check("after the full disk").await;
    let (outcome, _) = scene.judge(crowd).await;
    figure(
        "disk",
        &format!("SQLite on a disk of {SIZE}: full, {told} busy with Retry-After, got over alone; {outcome}"),
    );
}

/// Runs a test of this suite where it may mount what it likes, and nobody else sees it.
async fn apart(test: &str) {
    let mut again = Command::new("unshare");
    again.args(["--map-root-user", "--mount"]).arg(std::env::current_exe().unwrap());
    let output = again.args(["--exact", test, "--nocapture"]).env(APART, "yes").output().await.unwrap();
    let said = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
