//! Imports at the desk: the folder in which their files lie, and the worker that does them.

mod check;
mod folder;
mod worker;

pub use folder::{Arriving, Folder, SPARE_BYTES};
pub use worker::Importer;

use std::sync::Arc;

use tokio::sync::Notify;

/// The most bytes of a roster, where the configuration says nothing else.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What the pages need of it.
#[derive(Clone, Debug)]
pub struct Imports {
    pub folder: Arc<Folder>,
    /// Wakes the worker.
    pub wake: Arc<Notify>,
}

impl Imports {
    #[must_use]
    pub fn of(folder: Folder) -> Self {
        Self { folder: Arc::new(folder), wake: Arc::default() }
    }
}
