//! Commands, one file each.

pub mod import;
mod progress;
pub mod roster;
