//! The store: how long writers wait for each other, and how long each holds the others up.

use std::time::Duration;

use prometheus::{Histogram, IntCounter};
use tokio::time::Instant;

use super::New;

/// Up to the five seconds after which the store says that it is busy.
const SECONDS: [f64; 13] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

pub struct Store {
    waited: Histogram,
    held: Histogram,
    busy: IntCounter,
}

/// A transaction that writes: its seconds are measured when it is dropped, saved or not.
pub struct Held {
    seconds: Histogram,
    since: Instant,
}

impl Store {
    pub(super) fn new(new: &New<'_>) -> Self {
        Self {
            waited: new.histogram(
                "backboard_store_write_wait_seconds",
                "How long a transaction that writes waited until it began.",
                &SECONDS,
            ),
            held: new.histogram(
                "backboard_store_write_duration_seconds",
                "How long a transaction that writes lasted, its commit included.",
                &SECONDS,
            ),
            busy: new.counter(
                "backboard_store_busy_total",
                "Times the store was busy for longer than was waited: locked, out of connections, or the disk full.",
            ),
        }
    }

    /// A transaction that writes has begun, after so long.
    #[must_use]
    pub fn begin(&self, waited: Duration) -> Held {
        self.waited.observe(waited.as_secs_f64());
        Held { seconds: self.held.clone(), since: Instant::now() }
    }

    pub fn busy(&self) {
        self.busy.inc();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.seconds.observe(self.since.elapsed().as_secs_f64());
    }
}
