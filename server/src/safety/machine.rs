//! The machine: its clock, its disk, and who runs the program.

use std::path::Path;

use backboard::service::ports::Clock as _;
use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::clock::SystemClock;
use crate::config::{Database, Draft, Finding};

/// Bytes: with less, a day of many mails may fill the disk.
const ROOM: u64 = 1024 * 1024 * 1024;
/// The year in which the program was built; it cannot be earlier now.
const BUILT: &str = env!("BUILD_YEAR");

pub fn look(draft: &Draft) -> Vec<Finding> {
    let mut findings = vec![clock(SystemClock.now().day().year)];
    if let Some(Database::Sqlite(file)) = &draft.database {
        findings.extend(disk(file));
    }
    findings.push(log());
    findings.push(user());
    findings.push(core_dumps());
    findings
}

fn clock(year: i32) -> Finding {
    let built: i32 = BUILT.parse().unwrap_or_default();
    if year < built {
        return Finding::danger(
            "clock",
            format!(
                "the machine's clock says {year}, and this program was built in {built}: links and passwords would expire \
                 at the wrong time; set it, for example with: timedatectl set-ntp true."
            ),
        );
    }
    Finding::ok("clock", format!("{year}"))
}

fn disk(file: &Path) -> Option<Finding> {
    let folder = file.ancestors().skip(1).find(|folder| folder.is_dir())?;
    let about = rustix::fs::statvfs(folder).ok()?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    let mebibytes = free / 1024 / 1024;
    Some(if free < ROOM {
        let sentence = format!(
            "database.url: {mebibytes} MiB are free in {}; when they are used up nothing can be saved; make room.",
            folder.display()
        );
        Finding::warning("disk", sentence)
    } else {
        Finding::ok("disk", format!("{mebibytes} MiB free in {}", folder.display()))
    })
}

fn log() -> Finding {
    let level = EnvFilter::try_from_default_env().ok().and_then(|filter| filter.max_level_hint());
    if level.is_some_and(|level| level > LevelFilter::INFO) {
        return Finding::warning(
            "RUST_LOG",
            "RUST_LOG asks for more than info: that is for who changes the program, fills the disk, and says more than \
             docs/LOGGING.md promises; write RUST_LOG=info.",
        );
    }
    Finding::ok("RUST_LOG", level.map_or_else(|| "info".to_owned(), |level| level.to_string()))
}

fn user() -> Finding {
    if geteuid().is_root() {
        return Finding::warning(
            "user",
            "the program runs as root, so whoever breaks into it owns the machine; make a user for it: useradd --system \
             backboard, and start it as that.",
        );
    }
    Finding::ok("user", geteuid().as_raw().to_string())
}

/// A dump of the memory would hold keys and passwords in the clear. Called first of all, in every command.
pub fn forbid_core_dumps() {
    // What cannot be set is seen by the check.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

fn core_dumps() -> Finding {
    if getrlimit(Resource::Core).current == Some(0) {
        return Finding::ok("core dumps", "off for this program");
    }
    Finding::warning(
        "core dumps",
        "core dumps are on, and one would hold the keys; turn them off: ulimit -c 0, or LimitCORE=0 in the unit.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_the_program_itself_is_a_danger() {
        let built: i32 = BUILT.parse().unwrap();
        assert!(built >= 2026, "{built}");
        assert!(clock(1970).is_danger() && clock(built - 1).is_danger());
        assert!(!clock(built).is_danger() && !clock(built + 5).is_danger());
    }
}
