//! The process stands still for longer than a lease (a suspended virtual machine), another takes its work, and it goes on.

use std::process::Stdio;
use std::time::Duration;

use testkit::program::until;
use testkit::smtp::Mode;

use crate::bench::figure;
use crate::stand::{Base, Behind};
use crate::verdict::Scene;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_that_stood_still_while_another_took_its_leases_loses_no_mail_on_sqlite() {
    halt(Base::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_that_stood_still_while_another_took_its_leases_loses_no_mail_on_postgres() {
    halt(Base::Postgres).await;
}

async fn halt(base: Base) {
    let mut scene = Scene::begin(base, 40).await;
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    // One mail is in its hands, handed over and not answered for.
    let hung = scene.world.inbox.unanswered();
    scene.sink.set(Mode::Hang);
    until("a mail in hand", async || scene.world.inbox.unanswered() > hung).await;
    scene.world.up.send_replace(false);
    stand_still(&scene).await;
    scene.sink.set(Mode::Accept);
    scene.wait_out().await;

    // A second one over the same database, in its place.
    let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut second = scene.program.command(&["serve"]);
    second.env("BACKBOARD__LISTEN", &listen).stdout(Stdio::null()).stderr(Stdio::null());
    let mut second = second.spawn().unwrap();
    scene.rest().await;
    let taken = scene.world.inbox.times().len();
    second.start_kill().unwrap();
    second.wait().await.unwrap();

    scene.program.signal("CONT").await;
    scene.world.up.send_replace(true);
    scene.world.answers(60).await;
    let (outcome, _) = scene.judge(crowd).await;
    figure(
        "halt",
        &format!("{}, stood still with a mail in hand: {taken} mails sent by then; {outcome}", scene.base()),
    );
}

/// Stops the process at a moment at which it does not hold the database: who stands still with it keeps everybody else
/// waiting, and is a lock like any other.
async fn stand_still(scene: &Scene) {
    for _ in 0..100 {
        scene.program.signal("STOP").await;
        let behind = scene.behind().await;
        let free = is_free(&behind).await;
        behind.close().await;
        if free {
            return;
        }
        scene.program.signal("CONT").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never lets go of the database");
}

async fn is_free(behind: &Behind) -> bool {
    match behind {
        Behind::Sqlite(pool) => {
            let mut own = pool.acquire().await.unwrap();
            sqlx::query("PRAGMA busy_timeout = 50").execute(&mut *own).await.unwrap();
            let free = sqlx::query("BEGIN IMMEDIATE").execute(&mut *own).await.is_ok();
            if free {
                sqlx::query("ROLLBACK").execute(&mut *own).await.unwrap();
            }
            free
        }
        Behind::Postgres(_) => behind.count(OPEN).await == 0,
    }
}

/// Transactions of the portal that are not over.
const OPEN: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'backboard' AND state <> 'idle'";
