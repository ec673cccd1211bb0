//! Mail into a folder: one `.eml` file a mail, for demonstrations and for sites that send it themselves.
//!
//! A file appears whole or not at all: it is written under a hidden name, brought to the disk, and then
//! renamed. A mail that is written a second time replaces itself.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use lettre::Message;

use super::Outcome;

/// A folder that takes mail.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub(super) async fn ready(&self) -> Result<(), String> {
        let folder = self.0.clone();
        let made = tokio::task::spawn_blocking(move || make(&folder)).await;
        flat(made).map_err(|error| format!("the mail folder cannot be made: {}", error.kind()))
    }

    pub(super) async fn write(&self, message: &Message) -> Outcome {
        let Some(name) = name(message) else {
            return Outcome::Later("the mail has no id that can name a file".to_owned());
        };
        let (folder, bytes) = (self.0.clone(), message.formatted());
        match flat(tokio::task::spawn_blocking(move || put(&folder, &name, &bytes)).await) {
            Ok(()) => Outcome::Sent,
            Err(error) => Outcome::Later(format!("the mail folder cannot be written: {}", error.kind())),
        }
    }
}

/// `<seconds>-<mail id>.eml`, so that names sort by time.
fn name(message: &Message) -> Option<String> {
    let headers = message.headers();
    let id = headers.get_raw("Message-ID")?.trim_start_matches('<').split('@').next()?;
    let safe = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let date: std::time::SystemTime = headers.get::<lettre::message::header::Date>()?.into();
    let seconds = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    safe.then(|| format!("{seconds:012}-{id}.eml"))
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // Mails open accounts: nobody else on this machine needs to read them.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let hidden = folder.join(format!(".{name}.part"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&hidden)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&hidden, folder.join(name))?;
    // The new name itself is on the disk only after its folder is.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn flat<T>(joined: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    joined.unwrap_or_else(|error| Err(io::Error::other(error)))
}
