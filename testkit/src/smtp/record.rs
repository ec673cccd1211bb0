//! What the sink writes down.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::memory::Newest;

/// Who sends what to whom, as the commands said it.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    pub from: String,
    pub to: Vec<String>,
    pub tls: bool,
    pub user: Option<String>,
}

/// The folder and the events on stdout.
pub struct Record {
    folder: PathBuf,
    count: AtomicU64,
    /// Instead of files and events.
    memory: Option<Arc<Newest>>,
}

impl Record {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), count: AtomicU64::new(0), memory: None }
    }

    /// One that says nothing and keeps mails in memory.
    pub fn in_memory(folder: &Path, newest: Arc<Newest>) -> Self {
        Self { memory: Some(newest), ..Self::new(folder) }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Says on stdout what happened.
    pub fn event(&self, event: &str) -> io::Result<()> {
        if self.memory.is_some() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{event}")?;
        out.flush()
    }

    /// Keeps a mail under a number of its own, with what became of it: `accepted`, `dropped`, `hung`.
    pub fn keep(&self, envelope: &Envelope, content: &[u8], fate: &str) -> io::Result<()> {
        if let Some(memory) = &self.memory {
            memory.keep(envelope, content);
            return Ok(());
        }
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        let mut text = format!("from: {}\n", envelope.from);
        for to in &envelope.to {
            let _ = writeln!(text, "to: {to}");
        }
        let user = envelope.user.as_deref().unwrap_or_default();
        let _ = writeln!(text, "tls: {}\nuser: {user}\narrived: {}", envelope.tls, arrived());
        self.put(&format!("{number:06}.envelope"), text.as_bytes())?;
        self.put(&format!("{number:06}.{fate}.eml"), content)?;
        self.event(&format!("{fate} {number:06}"))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let hidden = self.folder.join(format!(".{name}"));
        std::fs::write(&hidden, bytes)?;
        std::fs::rename(hidden, self.folder.join(name))
    }
}

#[expect(clippy::disallowed_methods, reason = "a tool of tests, which measures when mail arrives in truth")]
fn arrived() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|time| time.as_millis()).unwrap_or_default()
}
