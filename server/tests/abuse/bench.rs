//! What every case begins with: the program, its sink of mails, and the place for its figure.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use testkit::program::{Plan, Program};
use testkit::smtp::{Mode, Protection, Received, Settings, received, serve};

/// Whether minutes may be taken: script/abuse --long.
pub fn is_long() -> bool {
    std::env::var_os("ABUSE_LONG").is_some()
}

/// Rounds of a race: these few, or what `RACE_ROUNDS` says.
pub fn rounds(few: u32) -> u32 {
    std::env::var("RACE_ROUNDS").map_or(few, |rounds| rounds.parse().unwrap())
}

/// The program under attack: in a long run the one that is released.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("BACKBOARD_BIN").filter(|_| is_long());
    named.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_backboard")), PathBuf::from)
}

/// A program that serves.
pub async fn begin(plan: &Plan) -> Program {
    let mut program = Program::prepare(&binary(), plan).await;
    program.start().await;
    program
}

/// What was counted, in one line: printed, and kept where `ABUSE_FIGURES` says.
#[expect(clippy::print_stdout, reason = "a test that says what it counted")]
pub fn figure(case: &str, text: &str) {
    println!("{case}: {text}");
    let Some(folder) = std::env::var_os("ABUSE_FIGURES") else { return };
    let path = Path::new(&folder).join(format!("{case}.txt"));
    // A case of several tests has several figures.
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(path, format!("{before}{text}\n")).unwrap();
}

/// An SMTP server that keeps what it gets and fails as it is told. It ends with the test.
pub struct Sink {
    folder: TempDir,
    pub port: u16,
}

impl Sink {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Free at this moment; the sink takes it at once.
        let listen: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let settings =
            Settings { folder: folder.path().to_owned(), listen, protection: Protection::Off, sign_in: None };
        tokio::spawn(async move { serve(settings).await.unwrap() });
        Self { folder, port: listen.port() }
    }

    pub fn set(&self, mode: Mode) {
        mode.set(self.folder.path()).unwrap();
    }

    /// Everything that arrived, in order.
    pub fn received(&self) -> Vec<Received> {
        received(self.folder.path()).unwrap()
    }

    /// Whom mails were addressed to, each as often as that was.
    pub fn recipients(&self) -> Vec<String> {
        let received = self.received();
        let lines = received.iter().flat_map(|mail| mail.envelope.lines());
        lines.filter_map(|line| line.strip_prefix("to: ")).map(str::to_owned).collect()
    }
}
