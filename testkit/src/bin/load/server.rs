//! The program as it runs: its start, its processor time, its memory.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use testkit::program::Visitor;
use tokio::process::{Child, Command};

/// What `/proc` counts processor time in: USER_HZ, which is 100 on every architecture of Linux.
const TICKS: f64 = 100.0;
/// How often memory is looked at while something runs.
const LOOK: Duration = Duration::from_millis(50);

/// A process that is measured. It ends with the value.
pub struct Server {
    child: Child,
    pub id: u32,
    pub address: SocketAddr,
    /// From its beginning to its first answer.
    pub started: Duration,
}

impl Server {
    /// Starts a command whose log goes into a file, and asks for this page until it is answered.
    pub async fn start(mut command: Command, address: SocketAddr, page: &str, log: &Path) -> Self {
        let log = File::create(log).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let since = Instant::now();
        let mut child = command.spawn().unwrap();
        let id = child.id().unwrap();
        loop {
            let answer = Visitor::new(address).attempt_open(page).await;
            if answer.is_some_and(|answer| answer.status == Some(200)) {
                break;
            }
            assert!(child.try_wait().unwrap().is_none(), "the program has ended; see its log");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Self { child, id, address, started: since.elapsed() }
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.id.to_string()]).status().await.unwrap();
        assert!(told.success());
        self.child.wait().await.unwrap();
    }

    /// Seconds of processor time so far, of every thread.
    pub fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id)).unwrap();
        // The name in parentheses may hold blanks. Behind it utime and stime are fields 12 and 13.
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks: f64 = fields.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().unwrap()).sum();
        ticks / TICKS
    }

    /// Memory in MB: what is its own, and its part of what it shares (PSS).
    pub fn memory(&self) -> f64 {
        to_mb(pss(self.id).unwrap())
    }

    /// The most memory from here on, until it is asked for.
    pub fn watch(&self) -> Watch {
        let (over, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (id, ends, seen) = (self.id, Arc::clone(&over), Arc::clone(&most));
        let watching = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                if let Some(now) = pss(id) {
                    seen.fetch_max(now, Ordering::Relaxed);
                }
                std::thread::sleep(LOOK);
            }
        });
        Watch { over, most, watching }
    }
}

/// Memory that is being watched.
pub struct Watch {
    over: Arc<AtomicBool>,
    most: Arc<AtomicU64>,
    watching: JoinHandle<()>,
}

impl Watch {
    /// The most that there was, in MB.
    pub fn most(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        self.watching.join().unwrap();
        to_mb(self.most.load(Ordering::Relaxed))
    }
}

/// In KiB; none when the process is gone.
fn pss(id: u32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[expect(clippy::cast_precision_loss, reason = "memory of a process is below 2^52 KiB")]
fn to_mb(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// This program with other arguments: what stands beside the product for comparison.
pub fn oneself() -> PathBuf {
    std::env::current_exe().unwrap()
}
