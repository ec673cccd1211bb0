//! Whether this program should be sent visitors: what a load balancer asks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backboard::service::Portal;
use backboard::service::ports::Fault;
use tokio::time::{Instant, timeout};

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// The worker rests for a minute at the most, one mail may take its lease of two, and writing down what became of it
/// in a busy store another two: who has not gone round for so long is not coming back.
pub const STALLED: Duration = Duration::from_mins(5);

/// When the outbox worker last went round. By a clock that nobody sets, so that a jump of the system's says nothing.
#[derive(Clone, Debug)]
pub struct Heartbeat(Arc<Mutex<Instant>>);

impl Default for Heartbeat {
    fn default() -> Self {
        Self::at(Instant::now())
    }
}

impl Heartbeat {
    /// That last beat then.
    #[must_use]
    pub fn at(moment: Instant) -> Self {
        Self(Arc::new(Mutex::new(moment)))
    }

    pub fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    #[must_use]
    pub fn age(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// Why no visitors should be sent here. Each is one line of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    #[error("draining: told to stop")]
    Draining,
    #[error("the store does not answer")]
    Store,
    /// Another version has changed the tables, or somebody put another file in place.
    #[error("the store's tables are at step {0}, and this program needs step {1}")]
    Step(i64, i64),
    #[error("the outbox worker has not gone round for {0} s")]
    Worker(u64),
}

/// How a running portal stands.
pub struct Health {
    portal: Arc<Portal>,
    heartbeat: Heartbeat,
    /// The step that the tables must have taken.
    needed: i64,
    draining: AtomicBool,
}

impl Health {
    #[must_use]
    pub const fn new(portal: Arc<Portal>, heartbeat: Heartbeat, needed: i64) -> Self {
        Self { portal, heartbeat, needed, draining: AtomicBool::new(false) }
    }

    /// From here on it is not ready, until it ends.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    #[must_use]
    pub const fn heartbeat(&self) -> &Heartbeat {
        &self.heartbeat
    }

    #[must_use]
    pub const fn portal(&self) -> &Arc<Portal> {
        &self.portal
    }

    /// Everything that speaks against visitors; empty when it is ready.
    pub async fn look(&self) -> Vec<Unready> {
        let mut found = Vec::new();
        if self.is_draining() {
            found.push(Unready::Draining);
        }
        match timeout(PATIENCE, self.step()).await {
            // A later step was taken by a node of the next version: it leaves what this one needs, so that nodes can be
            // renewed one after the other.
            Ok(Ok(step)) if step >= self.needed => {}
            Ok(Ok(step)) => found.push(Unready::Step(step, self.needed)),
            Ok(Err(_)) | Err(_) => found.push(Unready::Store),
        }
        let age = self.heartbeat.age();
        if age >= STALLED {
            found.push(Unready::Worker(age.as_secs()));
        }
        found
    }

    async fn step(&self) -> Result<i64, Fault> {
        self.portal.store.read().await?.find_step().await
    }
}
