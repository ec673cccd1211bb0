use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use backboard::password::Password;
use backboard::service::ports::{Fault, Hasher};
use sha2::{Digest as _, Sha256};
use tokio::sync::Barrier;

/// Hashes at once and counts what it is asked.
#[derive(Debug, Default)]
pub struct PlainHasher {
    hashed: AtomicU32,
    verified: AtomicU32,
    meeting: Mutex<Option<Arc<Barrier>>>,
    rotations: AtomicU32,
    full: AtomicBool,
}

impl PlainHasher {
    /// How often a password was hashed to be stored.
    #[must_use]
    pub fn hashed(&self) -> u32 {
        self.hashed.load(Ordering::SeqCst)
    }

    /// How often a password was verified, against a hash or a decoy alike.
    #[must_use]
    pub fn verified(&self) -> u32 {
        self.verified.load(Ordering::SeqCst)
    }

    /// From now on, work goes on only when so many callers hash or verify at the same time: what they
    /// read before is then old for all of them but one.
    pub fn meet(&self, callers: usize) {
        *self.meeting.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Barrier::new(callers)));
    }

    /// Callers need not wait for each other any more.
    pub fn part(&self) {
        *self.meeting.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The hash it gives to a password.
    #[must_use]
    pub fn hash_of(password: &Password) -> String {
        let digest = Sha256::digest(password.normalised());
        let mut text = "$plain$".to_owned();
        for byte in digest {
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }

    /// From now on it turns everybody away, or nobody any more.
    pub fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// From now on its hashes look otherwise, and those from before are outdated.
    pub fn rotate(&self) {
        self.rotations.fetch_add(1, Ordering::SeqCst);
    }

    /// What stands before the hashes that it makes today.
    fn mark(&self) -> String {
        match self.rotations.load(Ordering::SeqCst) {
            0 => String::new(),
            count => format!("${count}"),
        }
    }

    async fn arrive(&self) {
        let meeting = self.meeting.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(meeting) = meeting {
            meeting.wait().await;
        }
    }
}

#[async_trait]
impl Hasher for PlainHasher {
    async fn hash(&self, password: &Password) -> Result<String, Fault> {
        self.room()?;
        self.hashed.fetch_add(1, Ordering::SeqCst);
        self.arrive().await;
        Ok(format!("{}{}", self.mark(), Self::hash_of(password)))
    }

    async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool, Fault> {
        self.room()?;
        self.verified.fetch_add(1, Ordering::SeqCst);
        self.arrive().await;
        let whole = hash.unwrap_or_default();
        Ok(whole.find("$plain$").and_then(|at| whole.get(at..)) == Some(Self::hash_of(password).as_str()))
    }

    fn is_outdated(&self, hash: &str) -> bool {
        hash.split_once("$plain$").is_some_and(|(mark, _)| mark != self.mark())
    }

    fn room(&self) -> Result<(), Fault> {
        if self.full.load(Ordering::SeqCst) { Err(Fault::Busy("the queue is full".to_owned())) } else { Ok(()) }
    }
}
