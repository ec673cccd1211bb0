//! Commands, one file each.

pub mod import;
pub mod roster;
