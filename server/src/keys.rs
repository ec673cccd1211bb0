//! `keys.toml`: the keys that live outside the database.
//!
//! There is one ring for each use, so that no key serves two, and every key has a number. What a key has
//! made carries its number; the highest number makes new things and the lower ones still read old ones,
//! which is what rotation needs. The file is readable by its owner alone and never overwritten.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use crate::clock::random;
use crate::config::{Secret, place};

/// Why the keys cannot be used: one sentence with the way out, never a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeysError(String);

/// All keys of a portal.
#[derive(Clone, Debug)]
pub struct Keys {
    /// For SSNs alone: losing it means indexing the roster again.
    pub ssn: KeyRing,
    /// Mixed into every password hash.
    pub pepper: KeyRing,
    /// For tokens, codes and everything else that is looked up by its hash.
    pub digest: KeyRing,
    /// Encrypts queued mails, jobs and cookies.
    pub seal: KeyRing,
    /// Ties the rows of the audit together. Its older keys are kept for good: they prove the older rows.
    pub audit: KeyRing,
}

/// The keys of one use. There is always at least one.
#[derive(Clone, Debug)]
pub struct KeyRing {
    newest: (u8, Key),
    older: BTreeMap<u8, Key>,
}

/// 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Keys {
    /// New keys that exist in memory alone, for tests and the demo.
    #[must_use]
    pub fn random() -> Self {
        let ring = || KeyRing { newest: (1, Key(random())), older: BTreeMap::new() };
        Self { ssn: ring(), pepper: ring(), digest: ring(), seal: ring(), audit: ring() }
    }

    /// Makes new keys and their file, mode 600, with the folders it needs, mode 700.
    ///
    /// # Errors
    /// The file exists already, or cannot be written.
    pub fn create(path: &Path) -> Result<Self, KeysError> {
        let keys = Self::random();
        let write = || -> io::Result<()> {
            if let Some(folder) = folder_of(path) {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            file.write_all(keys.to_toml().as_bytes())?;
            file.sync_all()?;
            // The name must survive a power cut as well as the content.
            File::open(folder_of(path).unwrap_or(Path::new(".")))?.sync_all()
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
        closed_to_others(path)?;
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?);
        Self::from_toml(&text).map_err(|wrong| {
            KeysError(format!("{}: {wrong}; put back the file as it was made, from your backup.", path.display()))
        })
    }

    fn from_toml(text: &str) -> Result<Self, String> {
        // The parser's own message may quote what stands in the file, so only the place is passed on.
        let text: KeysText = toml::from_str(text).map_err(|error| {
            let place = place::of(text, error.span());
            format!("{place} is not an id with a key, or the name of a ring")
        })?;
        let ring =
            |name: &str, entries: Vec<Entry>| KeyRing::new(entries).map_err(|wrong| format!("[[{name}]] {wrong}"));
        Ok(Self {
            ssn: ring("ssn", text.ssn)?,
            pepper: ring("pepper", text.pepper)?,
            digest: ring("digest", text.digest)?,
            seal: ring("seal", text.seal)?,
            audit: ring("audit", text.audit)?,
        })
    }

    fn to_toml(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::from(
            "# The keys of this portal. Whoever has them and the database has everything: keep this file outside the\n\
             # database's directory, mode 600, and back it up apart from the database. Without it, no password, link\n\
             # or SSN can be recognised again.\n",
        ));
        for (name, ring) in [
            ("ssn", &self.ssn),
            ("pepper", &self.pepper),
            ("digest", &self.digest),
            ("seal", &self.seal),
            ("audit", &self.audit),
        ] {
            for (id, key) in ring.all() {
                let key = Zeroizing::new(BASE64.encode(key.0));
                text.push_str(&format!("\n[[{name}]]\nid = {id}\nkey = \"{}\"\n", *key));
            }
        }
        text
    }
}

impl KeyRing {
    /// The key that makes new things, with its number.
    #[must_use]
    pub const fn newest(&self) -> (u8, &Key) {
        (self.newest.0, &self.newest.1)
    }

    /// The key with this number.
    #[must_use]
    pub fn find(&self, id: u8) -> Option<&Key> {
        if id == self.newest.0 { Some(&self.newest.1) } else { self.older.get(&id) }
    }

    /// All keys with their numbers, the newest last.
    pub fn all(&self) -> impl Iterator<Item = (u8, &Key)> {
        self.older.iter().map(|(id, key)| (*id, key)).chain([self.newest()])
    }

    fn new(entries: Vec<Entry>) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        for entry in entries {
            let id = entry.id;
            let mut bytes = BASE64.decode(entry.key.reveal()).unwrap_or_default();
            let key = <[u8; 32]>::try_from(bytes.as_slice());
            bytes.zeroize();
            let key = key.map_err(|_| format!("key {id} is not 32 bytes in base64"))?;
            if id == 0 {
                return Err("has a key with id 0; ids are 1 to 255".to_owned());
            }
            if keys.insert(id, Key(key)).is_some() {
                return Err(format!("has two keys with id {id}"));
            }
        }
        let newest = keys.pop_last().ok_or("has no key")?;
        Ok(Self { newest, older: keys })
    }
}

impl Key {
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
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
    let about = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(KeysError(format!(
        "{path} has mode {mode:o}, so others than its owner can use the keys; run: chmod 600 {path}"
    )))
}

fn unreadable(path: &Path, error: &io::Error) -> KeysError {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            KeysError(format!("there is no key file {path}; make one with: backboard keys new --file {path}"))
        }
        _ => KeysError(format!(
            "the key file {path} cannot be read ({error}); give it to the user that runs the portal."
        )),
    }
}

fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysText {
    #[serde(default)]
    ssn: Vec<Entry>,
    #[serde(default)]
    pepper: Vec<Entry>,
    #[serde(default)]
    digest: Vec<Entry>,
    #[serde(default)]
    seal: Vec<Entry>,
    #[serde(default)]
    audit: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: u8,
    key: Secret,
}
