//! What the portal counts and measures about itself, for Prometheus.
//!
//! - The figures are of the process, as its log is, so there is one [`Metrics`] and everything counts into it; without
//!   an admin listener nobody reads them. What the database knows is asked at the scrape ([`outstanding`]).
//! - A label's value is from a closed list: an operation or page as the program names it, a code of [`Refused`], a kind
//!   of mail. **Never an account, an address, a token, or anything that a visitor typed.**
//! - Some of them tell the known from the unknown (kinds of mail do), so they are for the admin listener alone.
//!
//! docs/OPERATIONS.md lists every name, and a test holds the list against a running program.
//!
//! [`Refused`]: backboard::refused::Refused

mod hashing;
mod mails;
pub mod outstanding;
mod process;
mod requests;
mod store;
mod work;

use std::sync::LazyLock;

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Encoder as _, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

pub use mails::MailEnd;
pub use requests::{SignInOutcome, UnderWay, Who};
pub use store::Held;
pub use work::ImportEnd;

/// What is answered to a scrape: Prometheus' text format 0.0.4.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is counted while it happens.
pub struct Metrics {
    pub requests: requests::Requests,
    pub hashing: hashing::Hashing,
    pub mails: mails::Mails,
    pub store: store::Store,
    pub work: work::Work,
    registry: Registry,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// Those of this process.
#[must_use]
pub fn metrics() -> &'static Metrics {
    &METRICS
}

impl Metrics {
    fn new() -> Self {
        let registry = Registry::new();
        let new = New(&registry);
        let about = new.gauges("backboard_build_info", "The version of the program; always 1.", &["version"]);
        about.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Self {
            requests: requests::Requests::new(&new),
            hashing: hashing::Hashing::new(&new),
            mails: mails::Mails::new(&new),
            store: store::Store::new(&new),
            work: work::Work::new(&new),
            registry,
        }
    }

    /// A scrape: what was counted, how the process stands, and what was `asked` besides.
    ///
    /// # Errors
    /// A sentence: the library cannot write down what it holds.
    pub fn scrape(&self, asked: &Registry) -> Result<Vec<u8>, String> {
        let process = Registry::new();
        process::look(&New(&process));
        let families: Vec<MetricFamily> =
            [self.registry.gather(), asked.gather(), process.gather()].into_iter().flatten().collect();
        let mut text = Vec::new();
        TextEncoder::new().encode(&families, &mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }
}

/// Makes metrics in a registry.
pub(crate) struct New<'a>(pub &'a Registry);

impl New<'_> {
    fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.register(IntCounter::new(name, help))
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.register(IntCounterVec::new(Opts::new(name, help), labels))
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.register(IntGauge::new(name, help))
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.register(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    /// Of seconds, in buckets that end at these.
    fn histogram(&self, name: &str, help: &str, ends: &[f64]) -> Histogram {
        self.register(Histogram::with_opts(HistogramOpts::new(name, help).buckets(ends.to_vec())))
    }

    fn histograms(&self, name: &str, help: &str, ends: &[f64], labels: &[&str]) -> HistogramVec {
        self.register(HistogramVec::new(HistogramOpts::new(name, help).buckets(ends.to_vec()), labels))
    }

    fn register<T: Collector + Clone + 'static>(&self, made: prometheus::Result<T>) -> T {
        let registered = made.and_then(|metric| self.0.register(Box::new(metric.clone())).map(|()| metric));
        // Names, labels and buckets are written here; every start of the program tries all of them.
        registered.unwrap_or_else(|error| unreachable!("a metric that cannot be: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_can_be_made_and_written_down() {
        let text = String::from_utf8(Metrics::new().scrape(&Registry::new()).unwrap()).unwrap();
        for line in
            ["# TYPE backboard_hashes_running gauge\n", "process_resident_memory_bytes ", "backboard_build_info{"]
        {
            assert!(text.contains(line), "{line}: {text}");
        }
    }
}
