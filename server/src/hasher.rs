//! The [`Hasher`]: Argon2id behind a queue.
//!
//! At most as many hashes are computed at once as there are cores: each on a thread of its own that takes the next one
//! by itself, in an arena of 19 MiB that is used again, so that a flood of sign-ins costs time and never memory, and no
//! core waits for somebody to be woken. A bounded number wait; whoever comes after them is told that the server is busy.
//! A place is held until the computing is done, also when the visitor has gone meanwhile; for one who left while waiting
//! nothing is computed.
//!
//! Without a hash, or with one that cannot be read, the decoy is computed: same parameters, same work, and
//! the answer is no.
//!
//! What is stored is read and written by the crate `argon2`, and computed by `argon2_rust`, which uses the widest
//! registers that the processor has and wipes the arena behind each hash. Nothing is hashed where it does not give
//! RFC 9106's own answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, KeyId, Params, ParamsBuilder, Version};
use argon2_rust::params::{Memory, TagLen};
use argon2_rust::{Algorithm, Argon2, Hasher as Arena};
use async_trait::async_trait;
use backboard::password::Password;
use backboard::service::ports::{Fault, Hasher};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

use crate::clock::random;
use crate::keys::{KeyRing, Keys};
use crate::metrics::metrics;

/// Memory in KiB, passes and lanes: the OWASP Password Storage Cheat Sheet's first choice for Argon2id.
pub const MEMORY: u32 = 19 * 1024;
pub const PASSES: u32 = 2;
pub const LANES: u32 = 1;
/// What a stored hash may ask for at the most, so that none of them can exhaust the server.
const MOST_MEMORY: u32 = 64 * 1024;
const MOST_PASSES: u32 = 10;

/// How many may wait for each core before the next one is turned away: who waits, waits for a second at the most where
/// a hash takes 25 ms, and what waits costs memory.
pub const WAITING: usize = 40;

/// Argon2id with the pepper of `keys.toml`.
pub struct Argon2Hasher {
    work: Arc<Work>,
    /// One for each computing or waiting call.
    places: Arc<Semaphore>,
    /// To the threads. They end when it is gone.
    jobs: mpsc::Sender<Job>,
}

/// What a thread computes.
type Job = Box<dyn FnOnce(&Work) + Send>;

/// What was computed since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub hashes: u64,
    /// Blocks of 1 KiB that were filled: memory times passes.
    pub blocks: u64,
    pub most_at_once: usize,
    /// Arenas of memory that exist.
    pub arenas: usize,
}

struct Work {
    peppers: KeyRing,
    decoy: Stored,
    /// Those that are not in use. The one that was used last is taken first: what is left of it in the caches is.
    arenas: Mutex<Vec<Arena>>,
    made: AtomicUsize,
    running: AtomicUsize,
    most_at_once: AtomicUsize,
    hashes: AtomicU64,
    blocks: AtomicU64,
}

/// A stored hash, taken apart.
struct Stored {
    params: Params,
    pepper: u8,
    salt: Salt,
    output: Output,
}

impl Argon2Hasher {
    /// As many at once as there are cores, [`WAITING`] for each in the queue.
    ///
    /// # Errors
    /// Argon2 refuses its own parameters.
    pub fn new(keys: &Keys) -> Result<Self, Fault> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with_limits(keys, cores, cores.saturating_mul(WAITING))
    }

    /// # Errors
    /// Argon2 refuses its own parameters, or is computed wrongly on this machine.
    pub fn with_limits(keys: &Keys, at_once: usize, waiting: usize) -> Result<Self, Fault> {
        known_answer()?;
        let (pepper, _) = keys.pepper.newest();
        let decoy = Stored {
            params: parameters(pepper)?,
            pepper,
            salt: Salt::new(&random::<16>()).map_err(Fault::other)?,
            // Nobody knows a password with this output.
            output: Output::new(&random::<32>()).map_err(Fault::other)?,
        };
        let work = Work {
            peppers: keys.pepper.clone(),
            decoy,
            arenas: Mutex::default(),
            made: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            hashes: AtomicU64::new(0),
            blocks: AtomicU64::new(0),
        };
        let at_once = at_once.max(1);
        let (work, (jobs, next)) = (Arc::new(work), mpsc::channel());
        let next = Arc::new(Mutex::new(next));
        for _ in 0..at_once {
            let (work, next) = (Arc::clone(&work), Arc::clone(&next));
            std::thread::Builder::new()
                .name("hashing".to_owned())
                .spawn(move || work.off(&next))
                .map_err(Fault::other)?;
        }
        let places = at_once.saturating_add(waiting).min(Semaphore::MAX_PERMITS);
        Ok(Self { work, places: Arc::new(Semaphore::new(places)), jobs })
    }

    #[must_use]
    pub fn load(&self) -> Load {
        Load {
            hashes: self.work.hashes.load(Ordering::Relaxed),
            blocks: self.work.blocks.load(Ordering::Relaxed),
            most_at_once: self.work.most_at_once.load(Ordering::Relaxed),
            arenas: self.work.made.load(Ordering::Relaxed),
        }
    }

    /// Computes on one of the threads, once it is free.
    async fn compute<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Work) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| turned_away())?;
        let waiting = metrics().hashing.wait();
        // What is logged there is of the request that waits here.
        let span = tracing::Span::current();
        let (say, hear) = oneshot::channel();
        let job: Job = Box::new(move |work| {
            drop(waiting);
            if !say.is_closed() {
                let computing = metrics().hashing.compute();
                let done = span.in_scope(|| what(work));
                drop((computing, place));
                // Who left meanwhile does not hear it.
                let _ = say.send(done);
            }
        });
        self.jobs.send(job).map_err(|_| Fault::Other("no thread is left that hashes".to_owned()))?;
        hear.await.map_err(|_| Fault::Other("a hash came to no end".to_owned()))?
    }
}

#[async_trait]
impl Hasher for Argon2Hasher {
    async fn hash(&self, password: &Password) -> Result<String, Fault> {
        let typed = Zeroizing::new(password.normalised());
        self.compute(move |work| work.hash(typed.as_bytes())).await
    }

    async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool, Fault> {
        let typed = Zeroizing::new(password.normalised());
        let hash = hash.map(str::to_owned);
        self.compute(move |work| work.verify(typed.as_bytes(), hash.as_deref())).await
    }

    fn is_outdated(&self, hash: &str) -> bool {
        let Some(stored) = self.work.read(hash) else { return false };
        let today = &self.work.decoy;
        (stored.pepper, &stored.params) != (today.pepper, &today.params)
    }

    fn room(&self) -> Result<(), Fault> {
        if self.places.available_permits() == 0 { Err(turned_away()) } else { Ok(()) }
    }
}

impl Work {
    /// What a thread does all its life.
    fn off(&self, next: &Mutex<mpsc::Receiver<Job>>) {
        loop {
            let job = next.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            // Whoever waits for it is told; the thread has others to serve.
            if catch_unwind(AssertUnwindSafe(|| job(self))).is_err() {
                tracing::error!("hashing a password panicked");
            }
        }
    }

    fn hash(&self, typed: &[u8]) -> Result<String, Fault> {
        let (pepper, _) = self.peppers.newest();
        let params = parameters(pepper)?;
        let salt = Salt::new(&random::<16>()).map_err(Fault::other)?;
        let mut output = [0_u8; Params::DEFAULT_OUTPUT_LEN];
        self.fill(&params, pepper, typed, &salt, &mut output)?;
        let whole = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).map_err(Fault::other)?,
            salt: Some(salt),
            hash: Some(Output::new(&output).map_err(Fault::other)?),
        };
        Ok(whole.to_string())
    }

    fn verify(&self, typed: &[u8], hash: Option<&str>) -> Result<bool, Fault> {
        let stored = hash.and_then(|hash| {
            let stored = self.read(hash);
            if stored.is_none() {
                tracing::error!("a stored password hash cannot be read, or its pepper is not in the key file");
            }
            stored
        });
        let against = stored.as_ref().unwrap_or(&self.decoy);
        let mut buffer = [0_u8; Output::MAX_LENGTH];
        let output = buffer.get_mut(..against.output.len()).ok_or_else(|| Fault::other("a hash that is too long"))?;
        self.fill(&against.params, against.pepper, typed, &against.salt, output)?;
        let same = bool::from(output.ct_eq(against.output.as_bytes()));
        Ok(same & stored.is_some())
    }

    /// A hash that this hasher could have made, now or with older parameters.
    fn read(&self, hash: &str) -> Option<Stored> {
        let whole = PasswordHash::new(hash).ok()?;
        let params = Params::try_from(&whole).ok()?;
        let [pepper] = params.keyid() else { return None };
        let usable = whole.algorithm == ARGON2ID_IDENT
            && whole.version == Some(Version::V0x13.into())
            && params.m_cost() <= MOST_MEMORY
            && params.t_cost() <= MOST_PASSES
            && self.peppers.find(*pepper).is_some();
        let output = whole.hash.filter(|output| usable && output.len() >= 16)?;
        Some(Stored { pepper: *pepper, salt: whole.salt?, output, params })
    }

    /// The one place where Argon2 runs.
    fn fill(&self, params: &Params, pepper: u8, typed: &[u8], salt: &Salt, output: &mut [u8]) -> Result<(), Fault> {
        let secret = self.peppers.find(pepper).ok_or_else(|| Fault::other("the pepper is not in the key file"))?;
        let argon2 = argon2id(params, output.len())?;
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(running, Ordering::SeqCst);
        let mut arena = self.take_arena(argon2);
        let done = arena.hash_into_with_ad(typed, salt, secret.bytes(), &[], output);
        self.arenas.lock().unwrap_or_else(PoisonError::into_inner).push(arena);
        self.hashes.fetch_add(1, Ordering::Relaxed);
        self.blocks.fetch_add(params.block_count() as u64 * u64::from(params.t_cost()), Ordering::Relaxed);
        self.running.fetch_sub(1, Ordering::SeqCst);
        done.map_err(Fault::other)
    }

    /// There are never more arenas than threads, because each uses one at a time.
    fn take_arena(&self, argon2: Argon2) -> Arena {
        let free = self.arenas.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut arena = free.unwrap_or_else(|| {
            self.made.fetch_add(1, Ordering::Relaxed);
            argon2.hasher()
        });
        arena.set_argon2(argon2);
        arena
    }
}

/// What computes a hash of this many bytes.
fn argon2id(params: &Params, bytes: usize) -> Result<Argon2, Fault> {
    let params = argon2_rust::Params::builder()
        .memory(Memory::kib(params.m_cost().into()))
        .passes(params.t_cost())
        .lanes(params.p_cost())
        // They are filled one after the other: a core belongs to each who waits, not to the first alone.
        .threads(1)
        .tag_len(TagLen::bytes(bytes as u64))
        .build()
        .map_err(Fault::other)?;
    Ok(Argon2::new(Algorithm::Argon2id, argon2_rust::Version::V0x13, params))
}

/// RFC 9106 section 5.3. Which instructions compute it is found out on the machine itself, so it is asked there; it takes
/// less than a millisecond.
fn known_answer() -> Result<(), Fault> {
    const TAG: [u8; 32] = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0, 0x1e,
        0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    let mut output = [0_u8; TAG.len()];
    let params = ParamsBuilder::new().m_cost(32).t_cost(3).p_cost(4).build().map_err(Fault::other)?;
    argon2id(&params, TAG.len())?
        .hash_into_with_ad(&[1; 32], &[2; 16], &[3; 8], &[4; 12], &mut output)
        .map_err(Fault::other)?;
    if output == TAG {
        Ok(())
    } else {
        Err(Fault::Other(format!("Argon2 is computed wrongly on this processor ({})", argon2_rust::detected_backend())))
    }
}

fn turned_away() -> Fault {
    metrics().hashing.refuse();
    Fault::Busy("more passwords wait to be hashed than the queue takes".to_owned())
}

fn parameters(pepper: u8) -> Result<Params, Fault> {
    let id = KeyId::new(&[pepper]).map_err(Fault::other)?;
    let output = Params::DEFAULT_OUTPUT_LEN;
    ParamsBuilder::new()
        .m_cost(MEMORY)
        .t_cost(PASSES)
        .p_cost(LANES)
        .output_len(output)
        .keyid(id)
        .build()
        .map_err(Fault::other)
}
