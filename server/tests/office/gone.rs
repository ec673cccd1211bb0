//! `backboard account gone`: whom housekeeping forgets next.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use backboard::expiry::DAY;
use backboard::moment::Moment;
use backboard::service::ports::Clock as _;
use server::clock::SystemClock;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

use crate::bench::{Office, Running};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn gone_lists_who_is_forgotten_next_and_changes_nothing() {
    let office = Office::with_roster();
    let nobody = office.run(&["account", "gone"]);
    assert_eq!((nobody.status, nobody.err.as_str()), (0, ""));
    assert!(nobody.out.starts_with("No roster has left anybody out for 1095 days"), "{}", nobody.out);

    let named = age(&office).await;
    let said = office.run(&["account", "gone"]);
    assert!(said.out.contains("1095 days"), "{}", said.out);

    // What other days would do can be seen before they are written down.
    let gone = |days: &str| {
        let output = office.command(&["account", "gone"]).env("BACKBOARD__KEEP__PEOPLE_DAYS", days).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    for _ in 0..2 {
        let lines: Vec<String> = gone("365").lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 3, "{lines:#?}");
        assert!(lines[0].starts_with("1 person "), "{lines:#?}");
        let words: Vec<&str> = lines[1].split_whitespace().collect();
        assert_eq!((words[0], words[2]), ("rita.retired", named.day().to_string().as_str()), "{lines:#?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{lines:#?}");
    }
    assert!(gone("0").contains("keep.people_days is 0"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_portal_forgets_them_in_its_first_round() {
    let office = Office::with_roster();
    age(&office).await;
    let mut serve = office.command(&["serve"]);
    serve.env("RUST_LOG", "info").env("BACKBOARD__KEEP__PEOPLE_DAYS", "365").stderr(Stdio::piped());
    let mut portal = Running(serve.spawn().unwrap());
    let mut lines = BufReader::new(portal.0.stderr.take().unwrap()).lines();
    // Written when a round is over.
    assert!(lines.any(|line| line.unwrap().contains("audit head")), "it ended before its first round was over");
    assert_eq!(office.run(&["account", "show", "rita.retired"]).status, 1);
    assert_eq!(office.run(&["account", "show", "ada.lovelace"]).status, 0);
    drop(portal);
    let verified = office.run(&["audit", "verify"]);
    assert_eq!(verified.status, 0, "{}", verified.err);
}

/// The roster named Ada, who is active, and Rita, who is not, last some 400 days ago.
async fn age(office: &Office) -> Moment {
    let options = SqliteConnectOptions::new().filename(office.folder.path().join("data/backboard.db"));
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let named = SystemClock.now().plus(-400 * DAY);
    let aged = sqlx::query("UPDATE person SET seen = ? WHERE roster_id IN ('P-1', 'P-6')").bind(named.0);
    assert_eq!(aged.execute(&pool).await.unwrap().rows_affected(), 2);
    pool.close().await;
    named
}
