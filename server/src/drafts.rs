//! A database file on its way: made under a hidden name in the folder that it will lie in, open to its owner alone,
//! brought to the disk, and only then given its name. Whenever the process or the machine stops, what has the name is
//! whole.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;
use rustix::process::geteuid;

/// What SQLite writes beside a file.
pub const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A file without its name. Dropped, it is gone.
pub struct Draft {
    /// Held open, because its lock says that somebody works on it.
    file: File,
    path: PathBuf,
    named: PathBuf,
    is_kept: bool,
}

impl Draft {
    /// An empty one; what a stopped process has left in its place is used anew.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub fn of(named: &Path) -> Result<Self, String> {
        let (folder, name) = (folder_of(named), named.file_name().unwrap_or_default());
        if !folder.is_dir() {
            let folder = folder.display();
            return Err(format!("There is no folder {folder}; make it with: install -d -m 700 {folder}"));
        }
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(".part");
        let path = folder.join(hidden);
        let failed = |error: io::Error| {
            format!("{} cannot be written ({error}); name a folder that you may write to.", path.display())
        };
        // Nobody else's file, and no link to one: in a shared folder somebody may have put one there.
        let flags = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(flags)
            .open(&path);
        let file = opened.map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => format!("Another process writes {}; let it end.", named.display()),
            TryLockError::Error(error) => failed(error),
        })?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() || about.uid() != geteuid().as_raw() || about.mode() & 0o077 != 0 {
            return Err(format!(
                "{} is not kept for you alone (mode {:o}), so others could read everybody's data; name a folder of your \
                 own, on a file system that knows owners.",
                path.display(),
                about.mode() & 0o777
            ));
        }
        file.set_len(0).map_err(failed)?;
        let draft = Self { file, path, named: named.to_owned(), is_kept: false };
        draft.remove_beside();
        Ok(draft)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it to the owner of this file or folder, where root makes it for somebody else.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub fn belong_like(&self, other: &Path) -> Result<(), String> {
        let given = || -> io::Result<()> {
            let (own, other) = (self.file.metadata()?, other.metadata()?);
            if (own.uid(), own.gid()) != (other.uid(), other.gid()) && geteuid().is_root() {
                fchown(&self.file, Some(other.uid()), Some(other.gid()))?;
            }
            Ok(())
        };
        given().map_err(|error| {
            format!("{} cannot be given to its owner ({error}); run this as that user.", self.named.display())
        })
    }

    /// Brings it to the disk and gives it its name; what has the name already goes only where that is meant. Bytes of
    /// it.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub fn keep(mut self, replace: bool) -> Result<u64, String> {
        let named = self.named.display().to_string();
        let written = || -> io::Result<u64> {
            self.file.sync_all()?;
            if replace {
                std::fs::rename(&self.path, &self.named)?;
            } else {
                rename_where_nothing_is(&self.path, &self.named)?;
            }
            // The name must survive a power cut as well as the content.
            File::open(folder_of(&self.named))?.sync_all()?;
            Ok(self.file.metadata()?.len())
        };
        let bytes = written().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => taken(&self.named),
            _ => format!("{named} cannot be written ({error}); name a folder that you may write to."),
        })?;
        self.is_kept = true;
        Ok(bytes)
    }

    fn remove_beside(&self) {
        for ending in BESIDE {
            let _ = std::fs::remove_file(beside(&self.path, ending));
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            self.remove_beside();
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// That a name is taken.
#[must_use]
pub fn taken(named: &Path) -> String {
    format!("{} exists and stays as it is; name another file, or write over it with --replace.", named.display())
}

/// The folder of a file; the working folder where none is named.
#[must_use]
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// A file with a longer name.
#[must_use]
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn rename_where_nothing_is(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot promise it.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if to.symlink_metadata().is_err() => {
            std::fs::rename(from, to)
        }
        renamed => renamed.map_err(io::Error::from),
    }
}
