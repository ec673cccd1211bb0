//! What may succeed once, tried by 32 at once over SQLite. 20 rounds each; `RACE_ROUNDS` says how many others, and
//! `script/test --long` asks for 1,000.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use backboard::account::AccountState;
use server::store::Sqlite;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use testkit::fakes::TestPortal;
use testkit::races;
use testkit::seed::{MailRow, NewAccount, NewPerson, Seed};

const ROUNDS: u32 = 20;

macro_rules! race {
    ($($name:ident = $race:path;)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let (test, _folder) = portal().await;
                let rounds = rounds();
                for round in 0..rounds {
                    $race(&test, round).await;
                }
                println!("{}: {rounds} rounds of {}", stringify!($name), races::RUNNERS);
            }
        )+
    };
}

race! {
    one_of_32_passwords_is_set_with_one_link = races::one_link;
    one_of_32_right_codes_goes_on = races::one_code;
    one_of_32_sign_ins_gets_the_grace_of_an_expired_password = races::one_grace;
    one_of_32_changes_in_one_session_is_saved = races::one_change;
    one_of_32_alarms_stops_the_account = races::one_freeze;
    one_of_32_members_of_staff_does_an_act = races::one_act;
}

fn rounds() -> u32 {
    std::env::var("RACE_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

/// A portal over a database in memory where there is such a place: thousands of commits wait for the disk otherwise.
async fn portal() -> (TestPortal, TempDir) {
    let folder = tempfile::tempdir_in(Path::new("/dev/shm")).or_else(|_| tempfile::tempdir()).unwrap();
    let path = folder.path().join("backboard.db");
    let store = Sqlite::open(&path).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&path).foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    (races::ready(TestPortal::over(Arc::new(store), Arc::new(Roster { pool }))), folder)
}

/// Puts people in, from behind; a race looks at everything else through the store itself.
struct Roster {
    pool: SqlitePool,
}

#[async_trait]
impl Seed for Roster {
    async fn add_account(&self, account: &NewAccount) -> i64 {
        sqlx::query_scalar(
            "INSERT INTO account (username, username_key, state, shared, password_hash, password_set, \
             password_expires, remind_at, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id",
        )
        .bind(account.username.as_str())
        .bind(account.username.key().as_str())
        .bind(account.state.code())
        .bind(account.shared)
        .bind(&account.password_hash)
        .bind(account.password_set.map(|set| set.0))
        .bind(account.schedule.expires.map(|expires| expires.0))
        .bind(account.schedule.remind.map(|remind| remind.0))
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    async fn add_person(&self, person: &NewPerson) -> i64 {
        sqlx::query_scalar(
            "INSERT INTO person (roster_id, account, last_name, first_name, suffix, earlier_names, born, \
             certificate, certification_level, email, products, seen, fingerprint) \
             VALUES (?, ?, ?, ?, '', '', ?, ?, 'EMT', ?, '', 0, x'') RETURNING id",
        )
        .bind(&person.roster_id)
        .bind(person.account)
        .bind(&person.last_name)
        .bind(&person.first_name)
        .bind(person.born.to_string())
        .bind(person.certificate.as_ref().map(|certificate| certificate.as_str()))
        .bind(person.email.as_ref().map(|email| email.as_str()))
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    async fn save_state(&self, _account: i64, _state: AccountState) {
        unreachable!("no race asks for this");
    }

    async fn mail_row(&self, _id: &str) -> Option<MailRow> {
        unreachable!("no race asks for this")
    }
}
