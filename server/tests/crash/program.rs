//! `backboard serve` in a folder of its own: started, killed, started again.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

const HEADER: &str = "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,\
                      certification_level,email,username,status,products\n";

pub struct Program {
    pub folder: TempDir,
    pub address: SocketAddr,
    log_level: &'static str,
    running: Option<(Child, JoinHandle<()>)>,
}

impl Program {
    /// Keys and configuration, and the roster imported.
    pub async fn prepare(rows: &str, log_level: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let config = format!(
            "public_url = \"http://{address}\"\nlisten = \"{address}\"\nagency = \"demo\"\n\
             [database]\nurl = \"sqlite:data/backboard.db\"\n[keys]\nfile = \"keys/keys.toml\"\n\
             [mail]\ntransport = \"folder\"\nfolder = \"mail\"\n[limits]\nmultiply = 1000\n"
        );
        std::fs::write(folder.path().join("backboard.toml"), config).unwrap();
        std::fs::write(folder.path().join("roster.csv"), format!("{HEADER}{rows}")).unwrap();
        let program = Self { folder, address, log_level, running: None };
        program.run(&["keys", "new"]).await;
        program.run(&["import", "roster.csv"]).await;
        program
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().await.unwrap();
        self.log(&output.stderr).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }

    /// Starts serving, and waits until the program says that it does.
    pub async fn start(&mut self) {
        let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
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
            }
            file.flush().await.unwrap();
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

    /// The database as another process sees it.
    pub async fn database(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new()
            .filename(self.folder.path().join("data/backboard.db"))
            .busy_timeout(std::time::Duration::from_secs(5));
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backboard"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("RUST_LOG", self.log_level)
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        command
    }

    async fn log_file(&self) -> tokio::fs::File {
        tokio::fs::OpenOptions::new().create(true).append(true).open(self.path("log")).await.unwrap()
    }

    async fn log(&self, bytes: &[u8]) {
        let mut file = self.log_file().await;
        file.write_all(bytes).await.unwrap();
        file.flush().await.unwrap();
    }
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
