//! The roster file on disk: reading it in batches, writing what was rejected, making a synthetic one.

mod file;
mod names;
mod people;
mod rejects;
mod said;

pub use file::{Batch, RosterFile};
pub use people::{MOST_PEOPLE, People, Synthetic, write};
pub use rejects::Rejects;
pub use said::{column, sentence};
