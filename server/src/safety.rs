//! Whether a portal may run as it is set up: the settings, the files they name, and the machine around them.
//!
//! There is one list of checks with two users. `backboard doctor` shows everything it finds; whatever opens the store
//! (`serve`, `import`, `account`, …) refuses with the first danger, in the same words. `backboard demo` has no
//! configuration: it is on loopback, in a folder of its own, with nobody real in it.

mod files;
mod machine;
mod network;
mod office;
pub mod postgres;
pub mod store;

use crate::config::{Config, Draft, Finding};

pub use machine::forbid_core_dumps;

/// Everything that can be found without asking anybody: no network, no database.
#[must_use]
pub fn look(draft: &Draft) -> Vec<Finding> {
    let mut findings = network::look(draft);
    findings.extend(files::look(draft));
    findings.extend(office::look(draft));
    findings.extend(machine::look(draft));
    findings
}

/// Refuses what is dangerous.
///
/// # Errors
/// The first danger: one sentence with the way out.
pub fn refuse(config: &Config) -> Result<(), String> {
    look(&config.into()).into_iter().find(Finding::is_danger).map_or(Ok(()), |danger| Err(danger.sentence))
}
