//! `keys.toml`: the keys that live outside the database.
//!
//! There is one ring for each use, so that no key serves two, and every key has a number. What a key has
//! made carries its number, or is looked for under every key of its ring; the highest number makes new things and
//! the lower ones still read old ones, which is what rotation needs (decision 0008). The file is readable by its
//! owner alone; [`file`] says how it changes.

pub mod file;
pub mod fit;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::clock::random;
use file::KeyFile;

/// Why the keys cannot be used: one sentence with the way out, never a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeysError(String);

/// What keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Ring {
    /// For SSNs alone.
    Ssn,
    /// Mixed into every password hash.
    Pepper,
    /// For tokens, codes and everything else that is looked up by its hash.
    Digest,
    /// Encrypts queued mails, jobs and cookies.
    Seal,
    /// Ties the rows of the audit together. Its older keys are kept for good: they prove the older rows.
    Audit,
}

/// All keys of a portal.
#[derive(Clone, Debug)]
pub struct Keys {
    pub ssn: KeyRing,
    pub pepper: KeyRing,
    pub digest: KeyRing,
    pub seal: KeyRing,
    pub audit: KeyRing,
}

/// The keys of one use. There is always at least one.
#[derive(Clone, Debug)]
pub struct KeyRing {
    newest: (u8, Key),
    others: BTreeMap<u8, Key>,
}

/// 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Ring {
    pub const ALL: [Self; 5] = [Self::Ssn, Self::Pepper, Self::Digest, Self::Seal, Self::Audit];

    /// As it stands in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssn => "ssn",
            Self::Pepper => "pepper",
            Self::Digest => "digest",
            Self::Seal => "seal",
            Self::Audit => "audit",
        }
    }
}

impl Keys {
    /// New keys that exist in memory alone, for tests and the demo.
    #[must_use]
    pub fn random() -> Self {
        let ring = || KeyRing { newest: (1, Key::random()), others: BTreeMap::new() };
        Self { ssn: ring(), pepper: ring(), digest: ring(), seal: ring(), audit: ring() }
    }

    /// Makes new keys and their file, mode 600, with the folders it needs, mode 700.
    ///
    /// # Errors
    /// The file exists already, or cannot be written.
    pub fn create(path: &Path) -> Result<Self, KeysError> {
        let keys = Self::random();
        let write = || -> io::Result<()> {
            if let Some(folder) = file::folder_of(path) {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(KeyFile::of(&keys).to_toml().as_bytes())?;
            file.sync_all()?;
            // The name must survive a power cut as well as the content.
            File::open(file::folder_of(path).unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => KeysError(format!(
                "{} exists and is never overwritten, because what its keys have made could not be read any more; \
                 name another file or move this one away.",
                path.display()
            )),
            _ => {
                KeysError(format!("{} cannot be written ({error}); choose a folder you may write to.", path.display()))
            }
        })?;
        Ok(keys)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// It is missing, open to others, or not what it should be.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        KeyFile::read(path)?.keys(path)
    }

    #[must_use]
    pub const fn ring(&self, ring: Ring) -> &KeyRing {
        match ring {
            Ring::Ssn => &self.ssn,
            Ring::Pepper => &self.pepper,
            Ring::Digest => &self.digest,
            Ring::Seal => &self.seal,
            Ring::Audit => &self.audit,
        }
    }

    const fn ring_mut(&mut self, ring: Ring) -> &mut KeyRing {
        match ring {
            Ring::Ssn => &mut self.ssn,
            Ring::Pepper => &mut self.pepper,
            Ring::Digest => &mut self.digest,
            Ring::Seal => &mut self.seal,
            Ring::Audit => &mut self.audit,
        }
    }

    /// Makes things with this key of a ring, if it is that key by its mark; newer ones only read. What a command makes
    /// the running portal must be able to read, and that one has the keys that it was started with.
    pub fn make_with(&mut self, ring: Ring, id: u8, mark: &[u8]) {
        let ring = self.ring_mut(ring);
        if ring.others.get(&id).is_some_and(|key| key.mark() == mark) {
            ring.take(id);
        }
    }

    /// Makes things with the newest key of every ring.
    pub fn make_with_newest(&mut self) {
        for ring in Ring::ALL {
            let ring = self.ring_mut(ring);
            if let Some(newest) = ring.others.last_key_value().map(|(id, _)| *id).filter(|id| *id > ring.newest.0) {
                ring.take(newest);
            }
        }
    }
}

impl KeyRing {
    /// The key that makes new things, with its number: the newest of those that the running portal has.
    #[must_use]
    pub const fn newest(&self) -> (u8, &Key) {
        (self.newest.0, &self.newest.1)
    }

    fn take(&mut self, id: u8) {
        if let Some(key) = self.others.remove(&id) {
            let (other, key) = std::mem::replace(&mut self.newest, (id, key));
            self.others.insert(other, key);
        }
    }

    /// The key with this number.
    #[must_use]
    pub fn find(&self, id: u8) -> Option<&Key> {
        if id == self.newest.0 { Some(&self.newest.1) } else { self.others.get(&id) }
    }

    /// All keys with their numbers, the one that makes last.
    pub fn all(&self) -> impl Iterator<Item = (u8, &Key)> {
        self.others.iter().map(|(id, key)| (*id, key)).chain([self.newest()])
    }
}

impl Key {
    fn random() -> Self {
        Self(random())
    }

    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Tells this key from every other one without telling anything of it. Nothing else that a key makes is an HMAC
    /// of a text like this one: digests begin with a length, rows of the audit are longer.
    #[must_use]
    pub fn mark(&self) -> [u8; 32] {
        let mut mac = self.hmac();
        mac.update(b"which key is this");
        mac.finalize().into_bytes().into()
    }

    /// HMAC pads a key of 32 bytes with zeros to the block of 64; done here, no length can be refused.
    #[must_use]
    pub fn hmac(&self) -> Hmac<Sha256> {
        let mut block = Zeroizing::new([0_u8; 64]);
        for (place, byte) in block.iter_mut().zip(self.bytes()) {
            *place = *byte;
        }
        hmac::KeyInit::new((&*block).into())
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

/// Refuses a file that its group or everybody may read or write.
///
/// # Errors
/// That, or that it is missing.
pub fn closed_to_others(path: &Path) -> Result<(), KeysError> {
    let about = std::fs::metadata(path).map_err(|error| file::unreadable(path, &error))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(KeysError(format!(
        "{path} has mode {mode:o}, so others than its owner can use the keys; run: chmod 600 {path}"
    )))
}
