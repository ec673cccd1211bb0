//! What is asked at the scrape: the queues in the database, the pools, the worker's heartbeat.
//!
//! The database is asked at most once in a few seconds, whoever scrapes how often. Where it does not answer, its figures
//! are left out, `backboard_store_up` is 0, and the rest comes all the same.

use std::sync::Arc;
use std::time::Duration;

use backboard::moment::Moment;
use backboard::service::outstanding::Outstanding;
use prometheus::Registry;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::New;
use crate::health::Health;
use crate::store::Pool;

/// How long the database may take: a scrape is answered within two seconds.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How long its answer, or that it gave none, holds.
const HOLDS: Duration = Duration::from_secs(3);

/// What is asked, and how it was answered last.
pub struct Asked {
    health: Arc<Health>,
    pools: Box<dyn Fn() -> Vec<Pool> + Send + Sync>,
    last: Mutex<Option<(Instant, Option<Outstanding>)>>,
}

impl Asked {
    pub fn new(health: Arc<Health>, pools: impl Fn() -> Vec<Pool> + Send + Sync + 'static) -> Self {
        Self { health, pools: Box::new(pools), last: Mutex::default() }
    }

    /// The figures of this moment.
    pub async fn registry(&self) -> Registry {
        let found = self.outstanding().await;
        let registry = Registry::new();
        let new = New(&registry);
        new.gauge("backboard_store_up", "Whether the database answers.").set(i64::from(found.is_some()));
        let draining = i64::from(self.health.is_draining());
        new.gauge("backboard_draining", "Whether it was told to stop, and finishes what is under way.").set(draining);
        new.gauge("backboard_outbox_heartbeat_age_seconds", "Since the outbox worker last went round.")
            .set(whole(self.health.heartbeat().age()));
        let connections = new.gauges("backboard_store_connections", "Connections to the database.", &["pool", "state"]);
        for Pool { name, open, idle } in (self.pools)() {
            connections.with_label_values(&[name, "idle"]).set(i64::from(idle));
            connections.with_label_values(&[name, "used"]).set(i64::from(open.saturating_sub(idle)));
        }
        if let Some(outstanding) = found {
            queues(&new, &outstanding, self.health.portal().now());
        }
        registry
    }

    /// Who comes while it is being asked waits for that answer.
    async fn outstanding(&self) -> Option<Outstanding> {
        let mut last = self.last.lock().await;
        if let Some((asked, found)) = *last
            && asked.elapsed() < HOLDS
        {
            return found;
        }
        let found = match timeout(PATIENCE, self.health.portal().outstanding()).await {
            Ok(Ok(outstanding)) => Some(outstanding),
            Ok(Err(fault)) => {
                tracing::warn!(%fault, "the metrics lack what the store knows");
                None
            }
            Err(_) => {
                tracing::warn!("the metrics lack what the store knows: it did not answer in time");
                None
            }
        };
        *last = Some((Instant::now(), found));
        found
    }
}

/// The same on every node: who adds nodes up takes the largest.
fn queues(new: &New<'_>, outstanding: &Outstanding, now: Moment) {
    let Outstanding { backlog, waiting, imported } = outstanding;
    let say = |name: &str, help: &str, value: i64| new.gauge(name, help).set(value);
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let age = |since: Option<Moment>| since.map_or(0, |since| now.since(since).max(0));
    say("backboard_mails_waiting", "Mails that are neither sent nor given up.", number(backlog.mails));
    say(
        "backboard_mail_oldest_waiting_seconds",
        "Since the oldest of them was queued; 0 when none waits.",
        age(backlog.oldest_mail),
    );
    say("backboard_jobs_waiting", "Jobs that requests have queued.", number(backlog.jobs));
    say(
        "backboard_job_oldest_waiting_seconds",
        "Since the first of them was due; 0 when none is.",
        age(backlog.first_job),
    );
    say("backboard_unreached_people", "People of the desk's queue whom no mail reaches.", number(waiting.dead_mail));
    say("backboard_frozen_accounts", "Accounts that somebody stopped, waiting for the office.", number(waiting.frozen));
    let audit = new.counter("backboard_audit_rows_total", "Rows of the audit.");
    audit.inc_by(u64::try_from(backlog.audit_rows).unwrap_or_default());
    say(
        "backboard_last_import_timestamp_seconds",
        "When the newest import of a roster ended; 0 when there was none.",
        imported.map_or(0, |imported| imported.0),
    );
}

fn whole(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
