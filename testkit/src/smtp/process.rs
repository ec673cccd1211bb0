//! A sink as a child process, for tests.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::mode::Mode;

/// No event may take longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `smtp-sink`. It ends with this handle.
pub struct SinkProcess {
    folder: PathBuf,
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

/// A mail that the sink got, whatever became of it.
#[derive(Clone, Debug)]
pub struct Received {
    /// `accepted`, `dropped` or `hung`.
    pub fate: String,
    pub envelope: String,
    pub bytes: Vec<u8>,
}

impl Received {
    /// The value of a header as it stands in the mail, without its folding.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes);
        let head = text.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    /// Whether the envelope holds exactly this line.
    #[must_use]
    pub fn has(&self, line: &str) -> bool {
        self.envelope.lines().any(|found| found == line)
    }
}

impl SinkProcess {
    /// Starts `binary` with a folder of its own; `more` are further arguments.
    ///
    /// # Errors
    /// It cannot be started, or does not begin to listen.
    pub async fn start(binary: &str, folder: &Path, more: &[&str]) -> io::Result<Self> {
        let mut child = Command::new(binary)
            .arg("--folder")
            .arg(folder)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("the sink has no stdout"))?;
        let mut lines = BufReader::new(stdout).lines();
        let first = next(&mut lines).await?;
        let port = first.strip_prefix("listening ").and_then(|port| port.parse().ok());
        let port = port.ok_or_else(|| io::Error::other(format!("the sink said {first:?}")))?;
        Ok(Self { folder: folder.to_owned(), port, lines, _child: child })
    }

    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The certificate to trust.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// # Errors
    /// The folder cannot be written.
    pub fn set(&self, mode: Mode) -> io::Result<()> {
        mode.set(&self.folder)
    }

    /// Waits for the next event that begins with this word, over any others, and gives it whole.
    ///
    /// # Errors
    /// None came in half a minute, or the sink ended.
    pub async fn wait_for(&mut self, word: &str) -> io::Result<String> {
        self.wait_for_either(&[word]).await
    }

    /// Waits for the next event that begins with one of these words, over any others.
    ///
    /// # Errors
    /// None came in half a minute, or the sink ended.
    pub async fn wait_for_either(&mut self, words: &[&str]) -> io::Result<String> {
        loop {
            let event = next(&mut self.lines).await?;
            if event.split(' ').next().is_some_and(|word| words.contains(&word)) {
                return Ok(event);
            }
        }
    }

    /// Everything that arrived, in order.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn received(&self) -> io::Result<Vec<Received>> {
        received(&self.folder)
    }
}

/// Everything that arrived at the sink of this folder, in order.
///
/// # Errors
/// The folder cannot be read.
pub fn received(folder: &Path) -> io::Result<Vec<Received>> {
    let mut names: Vec<String> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.retain(|name| name.ends_with(".eml") && !name.starts_with('.'));
    names.sort();
    names
        .iter()
        .map(|name| {
            let mut parts = name.split('.');
            let (number, fate) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            Ok(Received {
                fate: fate.to_owned(),
                envelope: std::fs::read_to_string(folder.join(format!("{number}.envelope")))?,
                bytes: std::fs::read(folder.join(name))?,
            })
        })
        .collect()
}

async fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> io::Result<String> {
    let line = timeout(PATIENCE, lines.next_line()).await.map_err(|_| io::Error::other("no event of the sink"))??;
    line.ok_or_else(|| io::Error::other("the sink has ended"))
}
