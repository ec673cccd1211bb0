//! Requests made from a grammar, sent to a real portal: what a fuzzer of HTTP finds that a list of cases does not.
//!
//! The grammar is built on `docs/operations.toml` and the pages. Most requests are right but for one or two things:
//! the session is real, the fields are those of the operation, and something beside them is broken. A share is no
//! HTTP at all. Request *n* of a seed is always the same, but for sessions and cookies, which each portal makes anew.
//!
//! What must hold of every answer stands in [`judge`]; what must hold of the process afterwards, in [`portal`].

mod body;
mod judge;
mod oddity;
mod portal;
mod request;
mod wire;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::Xoshiro256PlusPlus;
use tokio::time::Instant;

use judge::Verdict;
use portal::{Portal, Process};
use request::Made;
use wire::{Connection, Heard};

/// An answer that takes longer counts as a hang.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Findings after which the run ends: they would all be the same.
const MOST_FINDINGS: usize = 20;
/// Requests after which the process is measured: its caches and arenas are filled by then, if the run is this long.
const WARM: u64 = 100_000;

/// What is asked of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The portal's program.
    pub program: PathBuf,
    pub requests: u64,
    pub seed: u64,
    /// Connections at once.
    pub connections: usize,
    /// Signed-in people of each kind of session.
    pub people: usize,
}

/// What a run saw.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub requests: u64,
    pub seconds: f64,
    /// Answers of the portal by status.
    pub statuses: BTreeMap<u16, u64>,
    /// 503 with `Retry-After`: more passwords waited to be hashed than the queue takes.
    pub busy: u64,
    /// What was no HTTP and never reached the portal: the connection's own answer, or none.
    pub turned_off: u64,
    pub slowest: Duration,
    /// Sessions that were live in the end, of how many.
    pub sessions: (usize, usize),
    pub before: Process,
    pub after: Process,
    /// What must not be, one sentence each.
    pub findings: Vec<String>,
}

/// Starts a portal and asks it everything.
///
/// # Errors
/// The portal does not start, or cannot be prepared.
pub async fn run(settings: &Settings) -> Result<Report, String> {
    let portal = Arc::new(Portal::start(settings).await?);
    let run = Arc::new(Run { next: AtomicU64::new(0), seen: Mutex::default() });
    let begun = Instant::now();
    let workers: Vec<_> = (0..settings.connections.max(1))
        .map(|_| tokio::spawn(work(Arc::clone(&portal), Arc::clone(&run), settings.clone())))
        .collect();
    for worker in workers {
        worker.await.map_err(|error| format!("a connection of the grammar broke down: {error}"))?;
    }
    let mut report = std::mem::take(&mut *run.seen());
    report.seconds = begun.elapsed().as_secs_f64();
    report.requests = run.next.load(Ordering::Relaxed).min(settings.requests);
    let left = portal.check(&mut report).await;
    if let Err(why) = left {
        report.findings.push(why);
    }
    Ok(report)
}

struct Run {
    next: AtomicU64,
    seen: Mutex<Report>,
}

impl Run {
    fn seen(&self) -> std::sync::MutexGuard<'_, Report> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn work(portal: Arc<Portal>, run: Arc<Run>, settings: Settings) {
    let mut connection = None;
    let mut jar = wire::Jar::default();
    loop {
        let number = run.next.fetch_add(1, Ordering::Relaxed);
        if number >= settings.requests || run.seen().findings.len() >= MOST_FINDINGS {
            return;
        }
        if number == WARM.min(settings.requests / 2) {
            run.seen().before = portal.measure();
        }
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(settings.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
        let made = Made::of(&mut dice, &portal.world, &jar);
        let begun = Instant::now();
        let heard = ask(&portal, &mut connection, &made).await;
        let took = begun.elapsed();
        let verdicts: Vec<Verdict> = match &heard {
            Heard::Answers(answers) => {
                answers.iter().for_each(|answer| jar.keep(answer));
                answers.iter().map(|answer| judge::judge(answer, &made)).collect()
            }
            Heard::Closed if made.odd => vec![Verdict::TurnedOff],
            Heard::Closed => vec![Verdict::Wrong("a whole request was not answered".to_owned())],
            Heard::Silent => vec![Verdict::Wrong(format!("no end after {} s", PATIENCE.as_secs()))],
        };
        let mut seen = run.seen();
        seen.slowest = seen.slowest.max(took);
        for verdict in verdicts {
            match verdict {
                Verdict::Fine(status) => *seen.statuses.entry(status).or_default() += 1,
                Verdict::Busy => seen.busy += 1,
                Verdict::TurnedOff => seen.turned_off += 1,
                Verdict::Wrong(why) => {
                    let kept = portal.keep(number, &made.bytes);
                    seen.findings.push(format!("request {number} of seed {}: {why}; its bytes: {kept}", settings.seed));
                }
            }
        }
    }
}

/// Asks over the connection at hand; a connection that ended meanwhile is made anew, once.
async fn ask(portal: &Portal, connection: &mut Option<Connection>, made: &Made) -> Heard {
    for fresh in [false, true] {
        let had = if made.odd { None } else { connection.take() };
        let was_open = had.is_some();
        let mut open = match had {
            Some(open) => open,
            None => match Connection::open(portal.address).await {
                Ok(open) => open,
                Err(_) if !fresh => continue,
                Err(_) => return Heard::Closed,
            },
        };
        let heard = open.ask(made).await;
        if matches!(heard, Heard::Closed) && !made.odd && (was_open || !fresh) {
            continue;
        }
        if open.is_usable() {
            *connection = Some(open);
        }
        return heard;
    }
    Heard::Closed
}
