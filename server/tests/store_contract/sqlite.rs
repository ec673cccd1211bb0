//! SQLite is held to the contract, and to what only a file can show.

use std::sync::Arc;

use backboard::moment::Moment;
use backboard::service::ports::Store as _;
use server::store::Sqlite;
use sqlx::Sqlite as Database;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use testkit::contract::Bench;

#[path = "seed.rs"]
mod seed;

type Place = TempDir;

testkit::store_contract!(crate::sqlite::bench);

pub async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backboard.db");
    let store = Sqlite::open(&path).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&path).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    Bench { store: Arc::new(store), seed: Arc::new(seed::BackDoor { pool, _place: folder }) }
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_and_its_log_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("backboard.db")).await.unwrap();
    let mut unit = store.begin().await.unwrap();
    unit.add_job("job", b"", Moment(0)).await.unwrap();
    unit.save().await.unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort_unstable();
    assert_eq!(names, ["backboard.db", "backboard.db-shm", "backboard.db-wal"]);
}

#[tokio::test]
async fn what_was_saved_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backboard.db");
    for round in 0..3 {
        let store = Sqlite::open(&path).await.unwrap();
        let mut unit = store.begin().await.unwrap();
        for number in 0..round {
            assert_eq!(unit.take_job(Moment(0), Moment(1)).await.unwrap().unwrap().sealed, [number]);
        }
        assert_eq!(unit.take_job(Moment(0), Moment(1)).await.unwrap(), None);
        drop(unit);
        let mut unit = store.begin().await.unwrap();
        unit.add_job("job", &[round], Moment(0)).await.unwrap();
        unit.save().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let fault = Sqlite::open(&folder.path().join("none").join("backboard.db")).await.unwrap_err();
    assert!(fault.to_string().contains("backboard.db"), "{fault}");
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backboard.db");
    std::fs::write(&path, "not a database, but long enough to be looked at as if it were one").unwrap();
    Sqlite::open(&path).await.unwrap_err();
}
