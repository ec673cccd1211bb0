//! SQLite is held to the contract of every store, and to what only a file can show.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::sync::Arc;

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen};
use backboard::identity::searched;
use backboard::moment::Moment;
use backboard::service::ports::Store as _;
use server::store::Sqlite;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Row, SqlitePool};
use tempfile::TempDir;
use testkit::contract::Bench;
use testkit::seed::{MailRow, NewAccount, NewPerson, Seed};

testkit::store_contract!(crate::bench);

async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backboard.db");
    let store = Sqlite::open(&path).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&path).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    Bench { store: Arc::new(store), seed: Arc::new(BackDoor { pool, _folder: folder }) }
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

/// Another process on the same file.
struct BackDoor {
    pool: SqlitePool,
    _folder: TempDir,
}

#[async_trait]
impl Seed for BackDoor {
    async fn add_account(&self, account: &NewAccount) -> i64 {
        sqlx::query_scalar(
            "INSERT INTO account (username, username_key, state, shared, password_hash, password_set, \
             password_expires, remind_at, frozen, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id",
        )
        .bind(account.username.as_str())
        .bind(account.username.key().as_str())
        .bind(account.state.code())
        .bind(account.shared)
        .bind(&account.password_hash)
        .bind(account.password_set.map(|set| set.0))
        .bind(account.schedule.expires.map(|expires| expires.0))
        .bind(account.schedule.remind.map(|remind| remind.0))
        .bind(account.frozen.map(Frozen::code))
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    async fn add_person(&self, person: &NewPerson) -> i64 {
        let id = sqlx::query_scalar(
            "INSERT INTO person (roster_id, account, last_name, first_name, suffix, earlier_names, born, ssn, \
             ssn_key, certificate, certification_level, email, products, seen, fingerprint) \
             VALUES (?, ?, ?, ?, '', ?, ?, ?, 1, ?, 'EMT', ?, ?, ?, x'') RETURNING id",
        )
        .bind(&person.roster_id)
        .bind(person.account)
        .bind(&person.last_name)
        .bind(&person.first_name)
        .bind(person.earlier_names.join(";"))
        .bind(person.born.to_string())
        .bind(person.ssn.as_ref().map(|ssn| ssn.as_slice()))
        .bind(person.certificate.as_ref().map(|certificate| certificate.as_str()))
        .bind(person.email.as_ref().map(|email| email.as_str()))
        .bind(person.products.join(";"))
        .bind(person.named.0)
        .fetch_one(&self.pool)
        .await
        .unwrap();
        let earlier = person.earlier_names.iter().map(String::as_str);
        for (key, first) in searched(&person.last_name, earlier, &person.first_name) {
            let name = sqlx::query("INSERT INTO person_name VALUES (?, ?, ?)").bind(key).bind(first).bind(id);
            name.execute(&self.pool).await.unwrap();
        }
        id
    }

    async fn save_state(&self, account: i64, state: AccountState) {
        let done = sqlx::query("UPDATE account SET state = ? WHERE id = ?")
            .bind(state.code())
            .bind(account)
            .execute(&self.pool)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    async fn mail_row(&self, id: &str) -> Option<MailRow> {
        let row = sqlx::query("SELECT account, sealed, due, sent, failed, bounced, status, why FROM mail WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .unwrap()?;
        Some(MailRow {
            account: row.get("account"),
            sealed: row.get("sealed"),
            due: row.get::<Option<i64>, _>("due").map(Moment),
            sent: row.get::<Option<i64>, _>("sent").map(Moment),
            failed: row.get::<Option<i64>, _>("failed").map(Moment),
            bounced: row.get::<Option<i64>, _>("bounced").map(Moment),
            status: row.get("status"),
            why: row.get("why"),
        })
    }
}
