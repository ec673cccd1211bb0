//! The queue in front of Argon2.

use prometheus::{Histogram, IntCounter, IntGauge};
use tokio::time::Instant;

use super::New;

/// One hash takes about a fiftieth of a second; behind a full queue one waits for seconds.
const SECONDS: [f64; 12] = [0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

pub struct Hashing {
    running: IntGauge,
    waiting: IntGauge,
    refused: IntCounter,
    waited: Histogram,
    computed: Histogram,
}

/// Counts in a gauge, and its seconds in a histogram when it is over, however it is.
pub struct Span {
    gauge: IntGauge,
    seconds: Histogram,
    since: Instant,
}

impl Hashing {
    pub(super) fn new(new: &New<'_>) -> Self {
        Self {
            running: new.gauge("backboard_hashes_running", "Password hashes that are being computed."),
            waiting: new.gauge("backboard_hashes_waiting", "Password hashes that wait for a core."),
            refused: new.counter(
                "backboard_hashes_refused_total",
                "Password hashes that were turned away because the queue was full.",
            ),
            waited: new.histogram("backboard_hash_wait_seconds", "How long a password hash waited.", &SECONDS),
            computed: new.histogram("backboard_hash_duration_seconds", "How long computing one took.", &SECONDS),
        }
    }

    pub fn refuse(&self) {
        self.refused.inc();
    }

    #[must_use]
    pub fn wait(&self) -> Span {
        Span::begin(&self.waiting, &self.waited)
    }

    #[must_use]
    pub fn compute(&self) -> Span {
        Span::begin(&self.running, &self.computed)
    }
}

impl Span {
    fn begin(gauge: &IntGauge, seconds: &Histogram) -> Self {
        gauge.inc();
        Self { gauge: gauge.clone(), seconds: seconds.clone(), since: Instant::now() }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.gauge.dec();
        self.seconds.observe(self.since.elapsed().as_secs_f64());
    }
}
