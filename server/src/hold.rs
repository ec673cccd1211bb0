//! Who works with a database holds its folder, so that none is put in its place meanwhile.
//!
//! A lock on the open folder (`flock`): it ends with the process, however that ends, and leaves no file behind.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use crate::drafts::folder_of;

/// The folder of a database, held until this is dropped.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "open, it is the lock")] File);

impl Hold {
    /// Together with everybody else who works with the database; the folder is made where there is none.
    ///
    /// # Errors
    /// One sentence: a backup is being put back at this moment.
    pub fn shared(database: &Path) -> Result<Self, String> {
        let (folder, file) = open(database)?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                Err(format!("A backup is being put back in {}; start again when that is done.", folder.display()))
            }
            // A file system without locks cannot hold a database that several use either; SQLite will say so.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self(file)),
        }
    }

    /// Alone.
    ///
    /// # Errors
    /// One sentence with the way out: somebody works with the database.
    pub fn alone(database: &Path) -> Result<Self, String> {
        let (folder, file) = open(database)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(in_use(database)),
            Err(TryLockError::Error(error)) => Err(format!("{} cannot be locked ({error}).", folder.display())),
        }
    }
}

/// That somebody works with a database.
#[must_use]
pub fn in_use(database: &Path) -> String {
    format!("The portal or a command works with {}; stop it first, then run this again.", database.display())
}

fn open(database: &Path) -> Result<(&Path, File), String> {
    let folder = folder_of(database);
    let opened = || -> io::Result<File> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        File::open(folder)
    };
    Ok((folder, opened().map_err(|error| format!("{}: {error}", folder.display()))?))
}
