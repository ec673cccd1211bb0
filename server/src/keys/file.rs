//! The key file as it lies on the disk: read as far as it goes, and changed as a whole.
//!
//! A change is written to a second file beside the first, brought to the disk, and renamed over it. Whenever the
//! process or the machine stops, the file is the old one or the new one, whole. What a stopped change leaves behind is
//! private too, is used by nobody, and goes with the next change.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::{Key, KeyRing, Keys, KeysError, Ring, closed_to_others};
use crate::config::{Secret, place};

/// What stands in the file. A ring may have no key: the file may be older than the ring.
#[derive(Clone, Debug, Default)]
pub struct KeyFile {
    rings: BTreeMap<Ring, BTreeMap<u8, Key>>,
}

/// What of a change is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The second file exists, empty.
    Made,
    /// It is written.
    Written,
    /// It is on the disk.
    Synced,
    /// It has taken the first one's place.
    Renamed,
}

impl KeyFile {
    #[must_use]
    pub fn of(keys: &Keys) -> Self {
        let ring = |ring| (ring, keys.ring(ring).all().map(|(id, key)| (id, key.clone())).collect());
        Self { rings: Ring::ALL.into_iter().map(ring).collect() }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// It is missing, open to others, or not what it should be. A ring without a key is none of that.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        closed_to_others(path)?;
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?);
        Self::from_toml(&text).map_err(|wrong| broken(path, &wrong))
    }

    /// The keys, ready to use.
    ///
    /// # Errors
    /// A ring has no key; `path` is named.
    pub fn keys(mut self, path: &Path) -> Result<Keys, KeysError> {
        if self.rings.is_empty() {
            return Err(broken(path, "[[ssn]] has no key"));
        }
        let mut ring = |ring: Ring| {
            let mut others = self.rings.remove(&ring).unwrap_or_default();
            let newest = others.pop_last().ok_or_else(|| {
                let (path, ring) = (path.display(), ring.name());
                KeysError(format!(
                    "{path}: [[{ring}]] has no key, so the file is older than that ring, or was cut; give it one with: \
                     backboard keys rotate --ring {ring} (or put back the file as it was made, from your backup)."
                ))
            })?;
            Ok(KeyRing { newest, others })
        };
        Ok(Keys {
            ssn: ring(Ring::Ssn)?,
            pepper: ring(Ring::Pepper)?,
            digest: ring(Ring::Digest)?,
            seal: ring(Ring::Seal)?,
            audit: ring(Ring::Audit)?,
        })
    }

    /// The numbers of a ring's keys, the newest last.
    #[must_use]
    pub fn ids(&self, ring: Ring) -> Vec<u8> {
        self.rings.get(&ring).map(|keys| keys.keys().copied().collect()).unwrap_or_default()
    }

    /// The newest key of a ring.
    #[must_use]
    pub fn newest(&self, ring: Ring) -> Option<(u8, &Key)> {
        self.rings.get(&ring)?.last_key_value().map(|(id, key)| (*id, key))
    }

    /// Gives a ring a new key, which makes things from then on. Its number.
    ///
    /// # Errors
    /// The numbers of the ring are used up.
    pub fn add(&mut self, ring: Ring) -> Result<u8, KeysError> {
        let keys = self.rings.entry(ring).or_default();
        let last = keys.last_key_value().map_or(0, |(id, _)| *id);
        let next = last.checked_add(1).ok_or_else(|| {
            KeysError(format!(
                "[[{}]] has a key with id 255, the last there can be; it cannot be rotated.",
                ring.name()
            ))
        })?;
        keys.insert(next, Key::random());
        Ok(next)
    }

    /// Forgets a key, unless it is the newest.
    pub fn remove(&mut self, ring: Ring, id: u8) {
        let newest = self.newest(ring).map(|(id, _)| id);
        if let Some(keys) = self.rings.get_mut(&ring).filter(|_| newest != Some(id)) {
            keys.remove(&id);
        }
    }

    fn from_toml(text: &str) -> Result<Self, String> {
        // The parser's own message may quote what stands in the file, so only the place is passed on.
        let text: KeysText = toml::from_str(text).map_err(|error| {
            let place = place::of(text, error.span());
            format!("{place} is not an id with a key, or the name of a ring")
        })?;
        let mut rings = BTreeMap::new();
        for (ring, entries) in [
            (Ring::Ssn, text.ssn),
            (Ring::Pepper, text.pepper),
            (Ring::Digest, text.digest),
            (Ring::Seal, text.seal),
            (Ring::Audit, text.audit),
        ] {
            let keys = read(entries).map_err(|wrong| format!("[[{}]] {wrong}", ring.name()))?;
            if !keys.is_empty() {
                rings.insert(ring, keys);
            }
        }
        Ok(Self { rings })
    }

    pub(super) fn to_toml(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::from(
            "# The keys of this portal. Whoever has them and the database has everything: keep this file outside the\n\
             # database's directory, mode 600, and back it up apart from the database. Without it, no password, link\n\
             # or SSN can be recognised again. Change it with: backboard keys rotate\n",
        ));
        for (ring, keys) in &self.rings {
            for (id, key) in keys {
                let key = Zeroizing::new(BASE64.encode(key.bytes()));
                text.push_str(&format!("\n[[{}]]\nid = {id}\nkey = \"{}\"\n", ring.name(), *key));
            }
        }
        text
    }
}

/// Changes the file: reads it, lets `what` change it, and puts the new one in its place, with mode 600 and the owner it
/// had. `after` hears of each step. One process at a time.
///
/// # Errors
/// What `what` refuses; that another process changes the file; that it cannot be read or written. Then the file is as
/// it was.
pub fn change<T>(
    path: &Path,
    what: impl FnOnce(&mut KeyFile) -> Result<T, KeysError>,
    after: &mut dyn FnMut(Step),
) -> Result<T, KeysError> {
    // Behind a link lies the file itself: the link stays, and what it leads to changes.
    let path = path.canonicalize().map_err(|error| unreadable(path, &error))?;
    let failed = |error: io::Error| {
        KeysError(format!(
            "{} cannot be replaced ({error}), and is as it was; run this as its owner, who may write to its folder.",
            path.display()
        ))
    };
    let folder = File::open(folder_of(&path).unwrap_or(Path::new("/"))).map_err(failed)?;
    folder.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => KeysError(format!(
            "Another process changes {}; let it end, and look at: backboard keys status",
            path.display()
        )),
        TryLockError::Error(error) => failed(error),
    })?;
    let mut file = KeyFile::read(&path)?;
    let done = what(&mut file)?;
    replace(&path, file.to_toml().as_bytes(), &folder, after).map_err(failed)?;
    Ok(done)
}

fn replace(path: &Path, bytes: &[u8], folder: &File, after: &mut dyn FnMut(Step)) -> io::Result<()> {
    let before = std::fs::metadata(path)?;
    let beside = beside(path);
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = (|| {
        let about = file.metadata()?;
        if (about.uid(), about.gid()) != (before.uid(), before.gid()) {
            fchown(&file, Some(before.uid()), Some(before.gid()))?;
        }
        after(Step::Made);
        file.write_all(bytes)?;
        after(Step::Written);
        file.sync_all()?;
        after(Step::Synced);
        std::fs::rename(&beside, path)
    })();
    if let Err(error) = written {
        // It holds keys: whether it can be removed or not, the first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
        return Err(error);
    }
    after(Step::Renamed);
    // The name must survive a power cut as well as the content. If it does not, the file is the old one, whole.
    if let Err(error) = folder.sync_all() {
        tracing::warn!(%error, "the folder of the key file did not say that it is on the disk");
    }
    Ok(())
}

/// Where the new file is written: in the same folder, because renaming is whole only within one file system.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

pub(super) fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> KeysError {
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

fn broken(path: &Path, wrong: &str) -> KeysError {
    KeysError(format!("{}: {wrong}; put back the file as it was made, from your backup.", path.display()))
}

fn read(entries: Vec<Entry>) -> Result<BTreeMap<u8, Key>, String> {
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
    Ok(keys)
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
