//! `backboard` as an operator runs it: in a folder of its own, started, killed, started again; with browsers that
//! speak HTTP byte by byte, and the mails that came of it.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on stops at once")]

mod answer;
mod mails;
mod scrape;
mod statements;
mod visitor;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

pub use answer::{Answer, Seen};
pub use mails::{Mail, mails};
pub use scrape::{Sample, Scrape};
pub use statements::Statements;
pub use visitor::Visitor;

const HEADER: &str = "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,\
                      certification_level,email,username,status,products\n";

/// How a program is set up.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The roster without its header.
    pub rows: String,
    pub agency: &'static str,
    /// The filter of `RUST_LOG`.
    pub log: &'static str,
    /// `limits.multiply`
    pub multiply: u32,
    /// The port of an SMTP server on this machine, instead of a folder of mails.
    pub smtp: Option<u16>,
    /// Whether the test's connections count as a trusted proxy's, so that `X-Forwarded-For` names the visitor.
    pub proxy: bool,
    /// `database.url`; else a SQLite file of its own.
    pub database: Option<String>,
    /// Whether health and figures are answered, and how many seconds it drains.
    pub admin: Option<u32>,
    /// More lines of the configuration.
    pub more: String,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            rows: String::new(),
            agency: "demo",
            log: "info",
            multiply: 1_000,
            smtp: None,
            proxy: false,
            database: None,
            admin: None,
            more: String::new(),
        }
    }
}

pub struct Program {
    pub folder: Arc<TempDir>,
    /// As its visitors know it.
    pub address: SocketAddr,
    /// Where it listens, which is elsewhere for every node but the first.
    pub listen: SocketAddr,
    log_name: String,
    /// Where health and figures are answered, if anywhere.
    pub admin: Option<SocketAddr>,
    binary: PathBuf,
    log_level: &'static str,
    running: Option<(Child, JoinHandle<()>)>,
}

impl Program {
    /// Keys and configuration, and the roster imported.
    pub async fn prepare(binary: &Path, plan: &Plan) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let mail = match plan.smtp {
            Some(port) => format!("transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\""),
            None => "transport = \"folder\"\nfolder = \"mail\"".to_owned(),
        };
        let trusted = if plan.proxy { "[\"127.0.0.1/32\"]" } else { "[]" };
        let admin = plan.admin.map(|drain| (free_address(), drain));
        let listed = admin.map(|(admin, drain)| format!("[admin]\nlisten = \"{admin}\"\ndrain_seconds = {drain}\n"));
        let listed = listed.unwrap_or_default();
        let admin = admin.map(|(admin, _)| admin);
        let Plan { agency, multiply, more, .. } = plan;
        let database = plan.database.as_deref().unwrap_or("sqlite:data/backboard.db");
        let config = format!(
            "public_url = \"https://{address}\"\nlisten = \"{address}\"\nagency = \"{agency}\"\n\
             [database]\nurl = \"{database}\"\n[keys]\nfile = \"keys/keys.toml\"\n\
             [mail]\n{mail}\n[proxy]\ntrusted = {trusted}\n[limits]\nmultiply = {multiply}\n{listed}{more}"
        );
        std::fs::write(folder.path().join("backboard.toml"), config).unwrap();
        let program = Self {
            folder: Arc::new(folder),
            address,
            listen: address,
            admin,
            log_name: "log".to_owned(),
            binary: binary.to_owned(),
            log_level: plan.log,
            running: None,
        };
        program.run(&["keys", "new"]).await;
        if !plan.rows.is_empty() {
            program.import(&plan.rows).await;
        }
        program
    }

    /// Another node of the same portal, on the same database; it is not started yet.
    #[must_use]
    pub fn another(&self) -> Self {
        let listen = free_address();
        Self {
            folder: Arc::clone(&self.folder),
            address: self.address,
            listen,
            admin: self.admin.map(|_| free_address()),
            log_name: format!("log-{}", listen.port()),
            binary: self.binary.clone(),
            log_level: self.log_level,
            running: None,
        }
    }

    /// Imports rows of a roster.
    pub async fn import(&self, rows: &str) {
        std::fs::write(self.path("roster.csv"), format!("{HEADER}{rows}")).unwrap();
        self.run(&["import", "roster.csv"]).await;
    }

    /// Runs a command to its end, which must be a good one.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let output = self.attempt(arguments).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        output
    }

    /// Runs a command to its end, whatever it is.
    pub async fn attempt(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().await.unwrap();
        self.log(&output.stderr).await;
        output
    }

    /// Starts serving, and waits until the program says that it does.
    pub async fn start(&mut self) {
        let command = self.command(&["serve"]);
        self.follow(command).await;
    }

    /// The same with these variables in its environment.
    pub async fn start_with(&mut self, variables: &[(&str, &str)]) {
        let mut command = self.command(&["serve"]);
        command.envs(variables.iter().copied());
        self.follow(command).await;
    }

    /// The same at the end of a shell's script, as `"$0" serve`, which sees mounts of its own.
    pub async fn start_in(&mut self, script: &str) {
        let mut shell = Command::new("unshare");
        shell.args(["--map-root-user", "--mount", "sh", "-c", script]).arg(&self.binary);
        shell.current_dir(self.folder.path()).env("RUST_LOG", self.log_level).kill_on_drop(true);
        self.follow(shell).await;
    }

    async fn follow(&mut self, mut command: Command) {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut head = String::new();
        loop {
            let line = lines.next_line().await.unwrap();
            let Some(line) = line else { panic!("it ended: {head}") };
            head.push_str(&line);
            head.push('\n');
            if line.contains("\"serving\"") {
                break;
            }
        }
        self.log(head.as_bytes()).await;
        let mut file = self.log_file().await;
        let reading = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                file.write_all(line.as_bytes()).await.unwrap();
                file.write_all(b"\n").await.unwrap();
                file.flush().await.unwrap();
            }
        });
        self.running = Some((child, reading));
    }

    /// `kill -9`, now. Its log is whole when this returns.
    pub async fn kill(&mut self) {
        let (mut child, reading) = self.running.take().unwrap();
        child.start_kill().unwrap();
        let status = child.wait().await.unwrap();
        assert!(!status.success(), "it had ended by itself: {status}");
        reading.await.unwrap();
    }

    /// SIGTERM, and waits for the end. Its log is whole when this returns.
    pub async fn stop(&mut self) -> ExitStatus {
        self.tell_to_stop().await;
        self.ended().await
    }

    /// SIGTERM, and no more.
    pub async fn tell_to_stop(&self) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }

    /// Waits for the end that it was told to come to. Its log is whole when this returns.
    pub async fn ended(&mut self) -> ExitStatus {
        let (mut child, reading) = self.running.take().unwrap();
        let status = child.wait().await.unwrap();
        reading.await.unwrap();
        status
    }

    /// Sends a signal by its name, such as `STOP`.
    pub async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().await.unwrap().success());
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.as_ref().unwrap().0.id().unwrap()
    }

    /// Memory of the running program in KiB: what `/proc` calls this (`VmRSS`, `VmHWM`).
    #[must_use]
    pub fn memory(&self, name: &str) -> u64 {
        let id = self.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// The database as another process sees it.
    pub async fn database(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new()
            .filename(self.folder.path().join("data/backboard.db"))
            .busy_timeout(Duration::from_secs(5));
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
    }

    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Everything that it has logged so far.
    #[must_use]
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.path(&self.log_name)).unwrap()
    }

    /// A browser that was never here before.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.address).through(self.listen)
    }

    /// The same, through the trusted proxy, from this address.
    #[must_use]
    pub fn visitor_from(&self, address: &str) -> Visitor {
        self.visitor().with("x-forwarded-for", address)
    }

    /// What `/healthz` or `/readyz` answers: the status, none where nobody answers, and the words.
    pub async fn health(&self, path: &str) -> (Option<u16>, String) {
        let answer = Visitor::new(self.admin.unwrap()).open(path).await;
        (answer.status, answer.body())
    }

    /// What `/metrics` answers, as text.
    pub async fn figures(&self) -> Answer {
        Visitor::new(self.admin.unwrap()).open("/metrics").await
    }

    /// The same, read.
    pub async fn scrape(&self) -> Scrape {
        let answer = self.figures().await;
        assert_eq!(answer.status, Some(200), "{}", answer.text);
        Scrape::read(&answer.body())
    }

    /// A command in its folder, with its log level.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("RUST_LOG", self.log_level)
            .env("RUST_BACKTRACE", "1")
            .env("BACKBOARD__LISTEN", self.listen.to_string())
            .envs(self.admin.map(|admin| ("BACKBOARD__ADMIN__LISTEN", admin.to_string())))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn log_file(&self) -> tokio::fs::File {
        tokio::fs::OpenOptions::new().create(true).append(true).open(self.path(&self.log_name)).await.unwrap()
    }

    async fn log(&self, bytes: &[u8]) {
        let mut file = self.log_file().await;
        file.write_all(bytes).await.unwrap();
        file.flush().await.unwrap();
    }
}

/// Looks until it is so: what is waited for happens in another process.
pub async fn until<F: AsyncFnMut() -> bool>(what: &str, mut is_so: F) {
    let looking = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), looking).await.unwrap_or_else(|_| panic!("never {what}"));
}

/// An address that stays free while the program is down: the system itself hands out ports above these.
fn free_address() -> SocketAddr {
    let mut tries = 0;
    loop {
        let port = rand::random_range(20_000..32_000);
        match TcpListener::bind(("127.0.0.1", port)) {
            Ok(listener) => return listener.local_addr().unwrap(),
            Err(error) => assert!(tries < 100, "{error}"),
        }
        tries += 1;
    }
}
