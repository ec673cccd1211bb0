//! A sink inside of a test's own process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use tempfile::TempDir;

use super::mode::Mode;
use super::process::{Received, received};
use super::sink::{Protection, Settings, serve};

/// An SMTP server that keeps what it gets and fails as it is told. It ends with the test.
pub struct Sink {
    folder: TempDir,
    pub port: u16,
}

impl Sink {
    /// # Panics
    /// When there is no folder or no port for it.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Free at this moment; the sink takes it at once.
        let listen: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let settings =
            Settings { folder: folder.path().to_owned(), listen, protection: Protection::Off, sign_in: None };
        tokio::spawn(async move { serve(settings).await.unwrap() });
        Self { folder, port: listen.port() }
    }

    /// # Panics
    /// When the folder cannot be written.
    pub fn set(&self, mode: Mode) {
        mode.set(self.folder.path()).unwrap();
    }

    /// Where mails are kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything that arrived, in order.
    ///
    /// # Panics
    /// When the folder cannot be read.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        received(self.folder.path()).unwrap()
    }

    /// Whom mails were addressed to, each as often as that was.
    #[must_use]
    pub fn recipients(&self) -> Vec<String> {
        let received = self.received();
        let lines = received.iter().flat_map(|mail| mail.envelope.lines());
        lines.filter_map(|line| line.strip_prefix("to: ")).map(str::to_owned).collect()
    }
}
