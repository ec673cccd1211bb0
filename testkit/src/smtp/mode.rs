//! How the sink behaves.

use std::io;
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Accept,
    Refuse,
    Greylist,
    Reject,
    Hang,
    Drop,
    Slow,
}

impl Mode {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Accept, "accept"),
        (Self::Refuse, "refuse"),
        (Self::Greylist, "greylist"),
        (Self::Reject, "reject"),
        (Self::Hang, "hang"),
        (Self::Drop, "drop"),
        (Self::Slow, "slow"),
    ];

    /// The mode that the folder's file names now.
    ///
    /// # Errors
    /// The file names none: a script that misspells a mode must not test something else.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(folder.join("mode")) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Accept),
            Err(error) => return Err(error),
        };
        let found = Self::ALL.iter().find(|(_, name)| *name == text.trim()).map(|(mode, _)| *mode);
        found.ok_or_else(|| io::Error::other(format!("mode: {:?} is none", text.trim())))
    }

    /// Makes it the mode of a folder. The file is replaced whole, so that it is never read half written.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn set(self, folder: &Path) -> io::Result<()> {
        let name = Self::ALL.iter().find(|(mode, _)| *mode == self).map_or("", |(_, name)| *name);
        let fresh = folder.join(".mode");
        std::fs::write(&fresh, name)?;
        std::fs::rename(fresh, folder.join("mode"))
    }
}
