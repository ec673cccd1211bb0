//! A store in a folder of its own, and what a test asks it.

use backboard::expiry::Schedule;
use backboard::service::ports::{Clock as _, Store as _};
use backboard::service::records::{NewLink, NewSession, SessionKind};
use backboard::service::roster::Imported;
use server::cli::import::{ImportArguments, run};
use server::store::Sqlite;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row as _, SqlitePool};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use testkit::fakes::{Memory, TestPortal};

pub const HEADER: &str = "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,\
                      certification_level,email,username,status,products\n";
pub const ADA: &str = "P-1,Lovelace,Ada,,,1984-02-29,900-12-3456,E100,Paramedic,ada@example.org,ada,unclaimed,eICS\n";

pub struct Bench {
    pub folder: TempDir,
    pub store: Arc<Sqlite>,
    pub test: TestPortal,
    pub pool: SqlitePool,
}

impl Bench {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backboard.db");
        let store = Arc::new(Sqlite::open(&path).await.unwrap());
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(SqliteConnectOptions::new().filename(&path))
            .await
            .unwrap();
        let test = TestPortal::over(store.clone(), Arc::new(Memory::default()));
        Self { folder, store, test, pool }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub async fn try_run(&self, bytes: &[u8], dry_run: bool) -> Result<(Imported, String), String> {
        std::fs::write(self.path("roster.csv"), bytes).unwrap();
        let arguments =
            ImportArguments { roster: self.path("roster.csv"), dry_run, rejects: Some(self.path("rejects.csv")) };
        let mut out = Vec::new();
        let imported = run(&arguments, &self.test.portal, &*self.store, &mut out).await?;
        Ok((imported, String::from_utf8(out).unwrap()))
    }

    /// Imports rows under the whole header, a second later than the last time.
    pub async fn import(&self, rows: &str) -> Imported {
        self.test.clock.pass(1);
        self.try_run(format!("{HEADER}{rows}").as_bytes(), false).await.unwrap().0
    }

    pub fn rejects(&self) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.path("rejects.csv")).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// Line, outcome and reason of every row of the rejects file.
    pub fn reasons(&self) -> Vec<String> {
        self.rejects().iter().map(|row| format!("{} {} {}", row["line"], row["outcome"], row["reason"])).collect()
    }

    pub async fn text(&self, sql: &str) -> String {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap()
    }

    pub async fn state_of(&self, username: &str) -> String {
        self.text(&format!("SELECT state FROM account WHERE username_key = '{username}'")).await
    }

    pub async fn account(&self, username: &str) -> i64 {
        self.count(&format!("SELECT id FROM account WHERE username_key = '{username}'")).await
    }

    /// Everything the store holds, but for when rows were seen and for the audit.
    pub async fn dump(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for sql in [
            "SELECT concat_ws('|', id, username, state, shared, password_hash, created) FROM account ORDER BY id",
            "SELECT concat_ws('|', id, roster_id, account, last_name, first_name, suffix, earlier_names, born, \
             hex(ssn), certificate, certification_level, email, products, roster_username, roster_status, \
             hex(fingerprint)) FROM person ORDER BY id",
            "SELECT concat_ws('|', key, first, person) FROM person_name ORDER BY key, first, person",
            "SELECT concat_ws('|', id, kind, recipient) FROM mail ORDER BY id",
        ] {
            let found = sqlx::query(sql).fetch_all(&self.pool).await.unwrap();
            rows.extend(found.iter().map(|row| row.get::<String, _>(0)));
        }
        rows
    }

    /// The person claims the account: it has a password, a session and a live link afterwards.
    pub async fn claim(&self, username: &str) -> i64 {
        let account = self.account(username).await;
        let now = self.test.clock.now();
        let mut unit = self.store.begin().await.unwrap();
        unit.save_password(account, "$fake$", now, Schedule::NEVER).await.unwrap();
        unit.save().await.unwrap();
        self.visit(account, 1).await;
        account
    }

    pub async fn visit(&self, account: i64, number: u8) {
        let now = self.test.clock.now();
        let mut unit = self.store.begin().await.unwrap();
        let session = NewSession {
            token: [number; 32],
            kind: SessionKind::Full,
            temporary: false,
            account,
            created: now,
            expires: now.plus(3600),
        };
        unit.add_session(&session).await.unwrap();
        let link = NewLink {
            id: format!("link-{account}-{number}"),
            purpose: backboard::link::Purpose::Claim,
            account,
            person: None,
            flow: "flow".to_owned(),
            token: [number; 32],
            code: [number; 32],
            created: now,
            expires: now.plus(3600),
        };
        unit.add_link(&link).await.unwrap();
        unit.save().await.unwrap();
    }

    pub async fn live_links(&self) -> i64 {
        self.count("SELECT count(*) FROM link WHERE superseded IS NULL AND spent IS NULL").await
    }

    pub async fn sessions(&self) -> i64 {
        self.count("SELECT count(*) FROM session").await
    }

    pub async fn mails(&self) -> Vec<String> {
        let mails = self.test.deliver().await;
        mails.iter().map(|mail| format!("{} {}", mail.to.as_str(), mail.message.kind())).collect()
    }
}

pub fn counts(added: u64, changed: u64, unchanged: u64, rejected: u64, warned: u64) -> Imported {
    Imported { added, changed, unchanged, rejected, warned }
}
