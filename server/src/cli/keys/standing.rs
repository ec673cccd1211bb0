//! Which keys there are, and what lies under each.

use std::collections::BTreeMap;

use backboard::moment::Moment;
use backboard::service::ports::{Clock as _, Fault};

use crate::cli::account::time;
use crate::cli::counted;
use crate::clock::SystemClock;
use crate::config::{Config, Database};
use crate::keys::Ring;
use crate::keys::file::KeyFile;
use crate::store::{self, AnyStore, Begun, Lying};

/// The key file beside the database.
pub struct Standing {
    path: String,
    file: KeyFile,
    /// None: there is no database yet.
    known: Option<Known>,
}

/// What the database says.
struct Known {
    begun: Vec<Begun>,
    lying: BTreeMap<Ring, Vec<Lying>>,
}

impl Standing {
    /// # Errors
    /// One sentence with the way out.
    pub async fn of(config: &Config) -> Result<Self, String> {
        let file = KeyFile::read(&config.keys_file).map_err(|error| error.to_string())?;
        let path = config.keys_file.display().to_string();
        let known = match &config.database {
            // Opening would make an empty one.
            Database::Sqlite(database) if !database.exists() => None,
            database => {
                let store = store::open(database).await.map_err(|fault| failed(&fault))?;
                let known = Known::of(&file, &*store).await.map_err(|fault| failed(&fault));
                store.close().await;
                Some(known?)
            }
        };
        Ok(Self { path, file, known })
    }

    /// Each ring with its keys and what lies under them.
    pub fn sheet(&self) -> String {
        let mut text = format!("{}\n", self.path);
        for ring in Ring::ALL {
            text.push_str(&format!("{:<8}{}\n", ring.name(), self.keys_of(ring)));
            for line in self.lying_of(ring) {
                text.push_str(&format!("{:<8}{line}\n", ""));
            }
        }
        text
    }

    /// What is still to be done, in sentences.
    pub fn waiting(&self) -> String {
        let Some(known) = &self.known else { return "There is no database yet.\n".to_owned() };
        let mut text = String::new();
        let late: Vec<&str> = Ring::ALL.into_iter().filter(|ring| self.is_late(*ring)).map(Ring::name).collect();
        if !late.is_empty() {
            text.push_str(&format!(
                "The portal was last started before the newest key of: {}. Until it is started again, it and every \
                 command go on with the one before.\n",
                late.join(", ")
            ));
        }
        let newest = self.file.newest(Ring::Ssn).map(|(id, _)| id);
        let people = known.lying.get(&Ring::Ssn).into_iter().flatten().filter(|lying| lying.key != newest);
        let people: u64 = people.map(|lying| lying.count).sum();
        if people > 0 {
            let subject = counted(people, ("person waits", "people wait"));
            text.push_str(&format!("{subject} for the next import to be indexed anew.\n"));
        }
        text
    }

    /// The older keys of a ring, with what needs each; empty where nothing does.
    pub fn needed(&self, ring: Ring) -> Vec<(u8, Vec<String>)> {
        let Some(known) = &self.known else { return Vec::new() };
        let lying = || known.lying.get(&ring).into_iter().flatten();
        let needs = |id: u8| {
            if self.is_late(ring) {
                return vec!["the portal, until it is started again".to_owned()];
            }
            // What says nothing of its key may lie under any of the older ones.
            let mine = lying().filter(|lying| lying.key.is_none_or(|key| key == id));
            mine.map(|lying| counted(lying.count, lying.what)).collect()
        };
        self.older(ring).into_iter().map(|id| (id, needs(id))).collect()
    }

    /// Whether there is a database that could say what is needed.
    pub const fn is_known(&self) -> bool {
        self.known.is_some()
    }

    pub fn older(&self, ring: Ring) -> Vec<u8> {
        let mut ids = self.file.ids(ring);
        ids.pop();
        ids
    }

    /// Whether the portal was not yet started with the newest key of a ring that has others.
    fn is_late(&self, ring: Ring) -> bool {
        let Some(known) = &self.known else { return false };
        known.since(ring, &self.file).is_none() && !self.older(ring).is_empty()
    }

    fn keys_of(&self, ring: Ring) -> String {
        let Some((newest, _)) = self.file.newest(ring) else {
            return format!("no key; give it one with: backboard keys rotate --ring {}", ring.name());
        };
        let mut text = format!("key {newest} makes");
        let since = self.known.as_ref().and_then(|known| known.since(ring, &self.file));
        if let Some(since) = since {
            text.push_str(&format!(" since {} UTC", time(since)));
        } else if self.is_late(ring) {
            text = format!("key {newest} will make once the portal is started again");
        }
        let older: Vec<String> = self.older(ring).iter().map(u8::to_string).collect();
        if !older.is_empty() {
            text.push_str(&format!(", {} read{}", older.join(" and "), if older.len() == 1 { "s" } else { "" }));
        }
        text
    }

    fn lying_of(&self, ring: Ring) -> Vec<String> {
        let ids = self.file.ids(ring);
        let mut under: BTreeMap<Option<u8>, Vec<String>> = BTreeMap::new();
        for lying in self.known.iter().filter_map(|known| known.lying.get(&ring)).flatten() {
            under.entry(lying.key).or_default().push(counted(lying.count, lying.what));
        }
        let place = |key: Option<u8>| match key {
            Some(key) if ids.contains(&key) => format!("under key {key}"),
            Some(key) => format!("under key {key}, which is not in the file"),
            None if ring == Ring::Digest => "from before".to_owned(),
            None => "unreadable".to_owned(),
        };
        under.into_iter().map(|(key, what)| format!("{}: {}", place(key), what.join(", "))).collect()
    }
}

impl Known {
    async fn of(file: &KeyFile, store: &dyn AnyStore) -> Result<Self, Fault> {
        let mut known = Self { begun: store.find_begun().await?, lying: BTreeMap::new() };
        for ring in Ring::ALL {
            // While the portal has only one key, or not yet the newest, no moment parts old from new.
            let since = match file.ids(ring).as_slice() {
                [] | [_] => Moment(i64::MIN),
                _ => known.since(ring, file).unwrap_or(Moment(i64::MAX)),
            };
            known.lying.insert(ring, store.find_lying(ring, since, SystemClock.now()).await?);
        }
        Ok(known)
    }

    /// Since when the portal makes things with the newest key of a ring.
    fn since(&self, ring: Ring, file: &KeyFile) -> Option<Moment> {
        let (id, key) = file.newest(ring)?;
        let begun = self.begun.iter().find(|begun| begun.ring == ring)?;
        (begun.key == id && begun.mark == key.mark()).then_some(begun.since)
    }
}

fn failed(fault: &Fault) -> String {
    match fault {
        Fault::Busy(_) => {
            "The database is busy with something long, such as an import; try again when it is done.".to_owned()
        }
        Fault::Other(why) => format!("The database failed: {why}."),
    }
}
