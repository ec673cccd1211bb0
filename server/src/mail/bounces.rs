//! The mailbox of reports: a folder on this machine that the host's mail server fills.
//!
//! - A **Maildir** (a folder with `new/` in it): what lies in `new/` and `cur/`. Any other folder: its files `*.eml`, which
//!   have to appear under their name whole.
//! - A report that was taken is removed once the ledger has it, and one about nothing new as well. Everything else, also
//!   what is too long or no plain file, is set aside into the folder `aside/` and never read again.
//! - So many files a round, in whatever order: who floods the mailbox delays reports and costs no more.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use backboard::service::Portal;
use backboard::service::bounce::Taken;
use backboard::service::ports::Fault;
use rustix::fs::{Access, OFlags, access};
use tokio::sync::watch;

use super::report;
use crate::metrics::metrics;

/// Files that one round reads.
pub const MOST: usize = 200;
/// Seconds between two rounds.
const ROUND_SECONDS: u64 = 60;
/// Where what is nothing to us is put.
const ASIDE: &str = "aside";

/// A mailbox of reports.
#[derive(Debug)]
pub struct Bounces {
    folder: PathBuf,
    /// Files that could be neither taken nor moved: said once, and left alone.
    stuck: BTreeSet<PathBuf>,
    /// The folder could not be read the last time.
    is_shut: bool,
}

impl Bounces {
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), stuck: BTreeSet::new(), is_shut: false }
    }

    /// Rounds until it is told to stop.
    pub async fn run(mut self, portal: Arc<Portal>, mut stopped: watch::Receiver<bool>) {
        loop {
            if let Err(fault) = self.round(&portal, &stopped).await {
                tracing::warn!(%fault, "reports of mails that came back wait");
            }
            let rest = tokio::time::sleep(Duration::from_secs(ROUND_SECONDS));
            tokio::select! {
                () = rest => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    /// Reads what has come; how many mails are marked by it.
    ///
    /// # Errors
    /// The store failed; what was not taken waits in the folder.
    pub async fn round(&mut self, portal: &Portal, stopped: &watch::Receiver<bool>) -> Result<usize, Fault> {
        let (folder, stuck) = (self.folder.clone(), self.stuck.clone());
        let files = match blocking(move || list(&folder, &stuck)).await {
            Ok(files) => files,
            Err(error) => {
                // Said once, not each minute.
                if !std::mem::replace(&mut self.is_shut, true) {
                    tracing::error!(%error, "mail.bounces cannot be read; run backboard doctor");
                }
                return Ok(0);
            }
        };
        self.is_shut = false;
        let mut marked = 0;
        for file in files {
            if *stopped.borrow() {
                break;
            }
            let path = file.clone();
            let report = blocking(move || open(&path)).await.ok().and_then(|bytes| report::read(&bytes));
            let taken = match &report {
                Some(report) => portal.bounce(report).await?,
                None => Taken::Foreign,
            };
            if taken == Taken::Bounced {
                marked += 1;
                metrics().mails.bounce();
            }
            self.put_away(file, taken).await;
        }
        Ok(marked)
    }

    /// After the ledger has it: what is left of a report goes.
    async fn put_away(&mut self, file: PathBuf, taken: Taken) {
        let (folder, path) = (self.folder.clone(), file.clone());
        let done = blocking(move || match taken {
            Taken::Foreign => set_aside(&folder, &path),
            Taken::Bounced | Taken::Noted | Taken::Known => std::fs::remove_file(&path),
        });
        let name = file.file_name().unwrap_or_default().to_owned();
        match (taken, done.await) {
            (_, Err(error)) => {
                tracing::error!(?name, %error, "a report cannot be put away, and is left alone from now on");
                self.stuck.insert(file);
            }
            (Taken::Bounced, Ok(())) => tracing::info!("a mail came back"),
            (Taken::Foreign, Ok(())) => tracing::warn!(?name, "no report about a mail of ours: set aside"),
            (Taken::Noted | Taken::Known, Ok(())) => tracing::info!("a report that changes nothing"),
        }
    }
}

/// Why reports cannot be taken out of a folder, if they cannot: for the doctor.
///
/// # Errors
/// The place, and what is wrong with it.
pub fn look(folder: &Path) -> Result<(), (PathBuf, io::Error)> {
    for place in places(folder).into_iter().chain([folder.to_owned()]) {
        let read = std::fs::read_dir(&place).map(drop);
        let write = || access(&place, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from);
        read.and_then(|()| write()).map_err(|error| (place, error))?;
    }
    Ok(())
}

/// Where the reports lie.
fn places(folder: &Path) -> Vec<PathBuf> {
    if is_maildir(folder) { vec![folder.join("new"), folder.join("cur")] } else { vec![folder.to_owned()] }
}

fn is_maildir(folder: &Path) -> bool {
    folder.join("new").is_dir()
}

fn list(folder: &Path, stuck: &BTreeSet<PathBuf>) -> io::Result<Vec<PathBuf>> {
    let any = is_maildir(folder);
    let mut files = Vec::new();
    for place in places(folder) {
        for entry in std::fs::read_dir(&place)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_one = any || name.to_ascii_lowercase().ends_with(".eml");
            let path = entry.path();
            // A link to elsewhere is one too: it is set aside unread.
            if is_one && !name.starts_with('.') && !entry.file_type()?.is_dir() && !stuck.contains(&path) {
                files.push(path);
                if files.len() >= MOST {
                    return Ok(files);
                }
            }
        }
    }
    Ok(files)
}

/// The file, where it is a plain one and no longer than a report may be.
fn open(path: &Path) -> io::Result<Vec<u8>> {
    let no_trap = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(no_trap).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("no plain file"));
    }
    let mut bytes = Vec::new();
    file.take(report::LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > report::LONGEST { Err(io::Error::other("too long")) } else { Ok(bytes) }
}

fn set_aside(folder: &Path, path: &Path) -> io::Result<()> {
    let aside = folder.join(ASIDE);
    // Mails are nobody else's matter on this machine.
    DirBuilder::new().recursive(true).mode(0o700).create(&aside)?;
    std::fs::rename(path, aside.join(path.file_name().unwrap_or_default()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
