//! The folder beside the database in which rosters lie while they wait: open to its owner alone, and emptied of
//! everything that no job needs.

use std::collections::HashSet;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use backboard::service::records::Digest;
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

/// Bytes that stay free on the disk besides a roster: for the database, which grows with it, and its log.
pub const SPARE_BYTES: u64 = 256 * 1024 * 1024;

/// Where rosters lie.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    /// The most bytes of one.
    pub most_bytes: u64,
    /// Bytes that stay free on the disk.
    spare_bytes: u64,
    /// What comes in now, and has no job yet.
    arriving: Arc<Mutex<HashSet<PathBuf>>>,
}

impl Folder {
    #[must_use]
    pub fn at(path: PathBuf, most_bytes: u64) -> Self {
        Self { path, most_bytes, spare_bytes: SPARE_BYTES, arriving: Arc::default() }
    }

    /// The one that belongs to a database.
    #[must_use]
    pub fn beside(database: &Path, most_bytes: u64) -> Self {
        Self::at(database.with_file_name("imports"), most_bytes)
    }

    /// The same where other room has to stay free.
    #[must_use]
    pub fn sparing(self, spare_bytes: u64) -> Self {
        Self { spare_bytes, ..self }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    #[must_use]
    pub fn roster(&self, stored: &str) -> PathBuf {
        self.path.join(format!("{stored}.csv"))
    }

    #[must_use]
    pub fn rejects(&self, stored: &str) -> PathBuf {
        self.path.join(format!("{stored}.rejects.csv"))
    }

    /// Whether the disk takes a file of so many bytes and keeps what it must have free.
    ///
    /// # Errors
    /// When the folder cannot be made or asked.
    pub fn has_room(&self, bytes: u64) -> io::Result<bool> {
        self.make()?;
        let disk = rustix::fs::statvfs(&self.path)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        Ok(free >= bytes.saturating_add(self.spare_bytes))
    }

    /// Begins a file under this name. Unless `kept` is set, nothing of it stays.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn arrive(&self, stored: &str, kept: Arc<OnceLock<()>>) -> io::Result<Arriving> {
        self.make()?;
        let path = self.roster(stored);
        let mut options = File::options();
        options.write(true).create_new(true).mode(0o600);
        locked(&self.arriving).insert(path.clone());
        let file = options.open(&path).await.inspect_err(|_| {
            locked(&self.arriving).remove(&path);
        })?;
        Ok(Arriving { path, file, digest: Sha256::new(), bytes: 0, kept, arriving: Arc::clone(&self.arriving) })
    }

    /// Removes the roster of a job that needs it no more. One that is not there is removed.
    pub fn remove_roster(&self, stored: &str) {
        remove(&self.roster(stored));
    }

    /// Removes the rejected rows of a job.
    pub fn remove_rejects(&self, stored: &str) {
        remove(&self.rejects(stored));
    }

    /// Every file that lies there and does not just come in. Asked before the jobs are, so that none is missed that a
    /// file was turned into meanwhile.
    #[must_use]
    pub fn found(&self) -> Vec<PathBuf> {
        let Ok(listing) = self.path.read_dir() else { return Vec::new() };
        let found: Vec<PathBuf> = listing.flatten().map(|entry| entry.path()).collect();
        let arriving = locked(&self.arriving);
        found.into_iter().filter(|path| !arriving.contains(path)).collect()
    }

    /// Removes files of those found that nobody keeps.
    pub fn sweep(found: &[PathBuf], kept: &HashSet<PathBuf>) {
        for path in found.iter().filter(|path| !kept.contains(*path)) {
            remove(path);
        }
    }

    fn make(&self) -> io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.path)
    }
}

fn locked(arriving: &Mutex<HashSet<PathBuf>>) -> MutexGuard<'_, HashSet<PathBuf>> {
    arriving.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, "a file of an import stays in its folder"),
    }
}

/// A file that comes in, piece by piece.
#[derive(Debug)]
pub struct Arriving {
    path: PathBuf,
    file: File,
    digest: Sha256,
    bytes: u64,
    kept: Arc<OnceLock<()>>,
    arriving: Arc<Mutex<HashSet<PathBuf>>>,
}

impl Arriving {
    /// # Errors
    /// When the disk does not take it.
    pub async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.digest.update(piece);
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        self.file.write_all(piece).await
    }

    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Everything is there and on the disk; its SHA-256.
    ///
    /// # Errors
    /// When the disk does not take the last of it.
    pub async fn finish(&mut self) -> io::Result<Digest> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        Ok(std::mem::take(&mut self.digest).finalize().into())
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if self.kept.get().is_none() {
            remove(&self.path);
        }
        locked(&self.arriving).remove(&self.path);
    }
}
