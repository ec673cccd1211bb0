//! A portal with so many people: user0, user1 and so on, who can all sign in with one password and answer one question.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use testkit::cluster::OwnDatabase;
use testkit::program::{Mail, Plan, Program, Visitor};
use testkit::smtp::Mailbox;

use crate::server::Server;

pub const PASSWORD: &str = "Correct-Horse-9";
pub const ANSWER: &str = "Saint Brelade Harbour";
/// Budgets of addresses, subnets and everybody, so many times as large.
const MULTIPLY: u32 = 1_000_000;
/// How often the limits of single persons, which nothing multiplies, are forgotten from behind.
const SWEEP: Duration = Duration::from_secs(1);
/// How long a change from behind waits for those of the program.
const PATIENCE: Duration = Duration::from_secs(30);
/// The log of the program while it is measured.
const LOG: &str = "serve.log";
/// From a range that is never issued.
const SSN: &str = "900-01-0001";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Base {
    Sqlite,
    Postgres,
}

impl Base {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A portal that is set up and not yet running.
pub struct Stand {
    pub program: Program,
    pub behind: Behind,
    pub mailbox: Mailbox,
    pub people: usize,
    /// How long the roster took to import.
    pub imported: Duration,
    _database: Option<OwnDatabase>,
}

/// The database from behind.
#[derive(Clone, Debug)]
pub enum Behind {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Behind {
    pub async fn execute(&self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(path) => drop(sql.execute(&mut sqlite(path, PATIENCE).await).await.unwrap()),
            Self::Postgres(url) => drop(sql.execute(&mut PgConnection::connect(url).await.unwrap()).await.unwrap()),
        }
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(path) => sqlx::query_scalar(sql).fetch_one(&mut sqlite(path, PATIENCE).await).await.unwrap(),
            Self::Postgres(url) => {
                sqlx::query_scalar(sql).fetch_one(&mut PgConnection::connect(url).await.unwrap()).await.unwrap()
            }
        }
    }

    /// Forgets the limits of single persons again and again, until it is dropped.
    pub fn sweep(&self) -> Sweeping {
        let behind = self.clone();
        Sweeping(tokio::spawn(async move {
            loop {
                behind.forget_limits().await;
                tokio::time::sleep(SWEEP).await;
            }
        }))
    }

    async fn forget_limits(&self) {
        let path = match self {
            Self::Sqlite(path) => path,
            Self::Postgres(_) => {
                // What a request holds right now is left for the next time: both would wait for each other else, and a
                // second passes before PostgreSQL finds that out.
                const FORGET: &str = "DELETE FROM budget USING (SELECT ctid FROM budget FOR UPDATE SKIP LOCKED) AS free \
                                      WHERE budget.ctid = free.ctid";
                return self.execute(FORGET).await;
            }
        };
        // SQLite's own waiting for a lock looks ever more seldom, and never meets a moment between two commits of a
        // program that writes all the time.
        let mut connection = sqlite(path, Duration::ZERO).await;
        while let Err(error) = sqlx::query("DELETE FROM budget").execute(&mut connection).await {
            assert!(error.to_string().contains("locked"), "{error}");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }

    /// What the worker does in so many seconds over a full queue: jobs and mails a second. What is left is forgotten.
    pub async fn work(&self, seconds: u32) -> (f64, f64) {
        let (jobs, sent) = ("SELECT count(*) FROM job", "SELECT count(*) FROM mail WHERE sent IS NOT NULL");
        let before = (self.number(jobs).await, self.number(sent).await);
        let since = Instant::now();
        tokio::time::sleep(Duration::from_secs(seconds.into())).await;
        let after = (self.number(jobs).await, self.number(sent).await);
        #[expect(clippy::cast_precision_loss, reason = "thousands of jobs")]
        let rate = |count: i64| count as f64 / since.elapsed().as_secs_f64();
        self.execute("DELETE FROM job; DELETE FROM mail WHERE due IS NOT NULL").await;
        (rate(before.0 - after.0), rate(after.1 - before.1))
    }

    /// Waits until the worker has nothing left to do, as long as half a minute: false when it still has.
    pub async fn rest(&self) -> bool {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            let left = "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM mail WHERE due IS NOT NULL)";
            if self.number(left).await == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        false
    }
}

/// Ends with the value.
pub struct Sweeping(tokio::task::JoinHandle<()>);

impl Drop for Sweeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Not durable: nobody needs what a measurement wrote from behind, and nobody should wait for it.
async fn sqlite(path: &Path, patience: Duration) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).synchronous(SqliteSynchronous::Off).busy_timeout(patience);
    SqliteConnection::connect_with(&options).await.unwrap()
}

impl Stand {
    /// Imports a roster, has one person claim her account and set a question, and gives everybody the same from behind.
    pub async fn prepare(binary: &Path, base: Base, people: usize, mail: SocketAddr) -> Self {
        let mailbox = Mailbox::listen(mail).await.unwrap();
        let database = (base == Base::Postgres).then(OwnDatabase::alone);
        let plan = Plan {
            multiply: MULTIPLY,
            smtp: Some(mailbox.port),
            database: database.as_ref().map(OwnDatabase::url),
            admin: Some(0),
            ..Plan::default()
        };
        let program = Program::prepare(binary, &plan).await;
        let behind = match &database {
            Some(database) => Behind::Postgres(database.url()),
            None => Behind::Sqlite(program.path("data/backboard.db")),
        };
        write_roster(&program, people).await;
        let since = Instant::now();
        program.run(&["import", "roster.csv"]).await;
        let imported = since.elapsed();
        let stand = Self { program, behind, mailbox, people, imported, _database: database };
        let server = stand.start("info").await;
        stand.claim_first().await;
        server.stop().await;
        stand.behind.execute(EVERYBODY).await;
        stand
    }

    /// Starts the program. Another page than those that are measured tells when it answers.
    pub async fn start(&self, log: &str) -> Server {
        let mut command = self.program.command(&["serve"]);
        command.env("RUST_LOG", log).env_remove("RUST_BACKTRACE");
        Server::start(command, self.program.address, "/forgot-password", &self.program.path(LOG)).await
    }

    /// What the program has logged since it was started last.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.program.path(LOG)).unwrap()
    }

    /// *Find Username*, the mail, the link, a password, a question.
    async fn claim_first(&self) {
        let mut visitor = self.program.visitor();
        let lookup = [
            ("birth_month", "2"),
            ("birth_day", "29"),
            ("birth_year", "1984"),
            ("last_name", "Lovelace"),
            ("ssn", SSN),
            ("robot", "on"),
        ];
        go(&mut visitor, "/api/claim/lookup", &lookup, "/claim/sent").await;
        let token = Mail::read(&self.mailbox.wait_for("user0@example.org").await).token().unwrap();
        go(&mut visitor, "/api/claim/start", &[("token", &token)], "/claim/password").await;
        go(&mut visitor, "/api/claim/password", &[("password", PASSWORD), ("password_again", PASSWORD)], "/home").await;
        let csrf = visitor.open("/security/question/new").await.hidden("csrf").unwrap();
        let question =
            [("question", "first-station"), ("answer", ANSWER), ("current_password", PASSWORD), ("csrf", &csrf)];
        let answer = visitor.submit("/api/security/question", &question).await;
        assert_eq!(answer.status, Some(303), "{}", answer.text);
        assert!(!answer.location().unwrap().contains("problems"), "{}", answer.text);
    }
}

/// Posts, and must be led there.
pub async fn go(visitor: &mut Visitor, path: &str, fields: &[(&str, &str)], to: &str) {
    let answer = visitor.submit(path, fields).await;
    assert_eq!(answer.location().as_deref(), Some(to), "{path}: {}", answer.text);
}

/// What the first person has, for everybody.
const EVERYBODY: &str = "
    UPDATE account SET state = 'active',
        password_hash = (SELECT password_hash FROM account WHERE username = 'user0'),
        password_set = (SELECT password_set FROM account WHERE username = 'user0'),
        password_expires = (SELECT password_expires FROM account WHERE username = 'user0'),
        remind_at = (SELECT remind_at FROM account WHERE username = 'user0')
        WHERE state = 'unclaimed';
    INSERT INTO challenge (account, question, answer_hash, confirmed)
        SELECT account.id, question, answer_hash, confirmed FROM account, challenge WHERE account.id <> challenge.account;";

/// Synthetic people as the program makes them, under names that can be counted through.
async fn write_roster(program: &Program, people: usize) {
    let others = people - 1;
    let arguments = ["roster", "generate", "--seed", "1", "--out", "made.csv", "--people"];
    if others > 0 {
        program.run(&[arguments.as_slice(), &[&others.to_string()]].concat()).await;
    }
    let made = std::fs::read_to_string(program.path("made.csv")).unwrap_or_default();
    let mut lines = made.lines();
    let mut roster = lines.next().unwrap_or(HEADER).to_owned();
    let _ = write!(roster, "\nU-0,Lovelace,Ada,,,1984-02-29,{SSN},,EMT,user0@example.org,user0,unclaimed,eICS\n");
    for (place, line) in lines.enumerate() {
        // E-mail address, username, status and products are the last four, and hold no comma.
        let mut fields = line.rsplitn(5, ',');
        let (products, rest) = (fields.next().unwrap(), fields.nth(3).unwrap());
        let number = place + 1;
        let _ = writeln!(roster, "{rest},user{number}@example.org,user{number},unclaimed,{products}");
    }
    std::fs::write(program.path("roster.csv"), roster).unwrap();
}

const HEADER: &str = "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,\
                      certification_level,email,username,status,products";
