//! What only `backboard demo` uses. `backboard serve` never touches anything in here.

pub mod mailbox;
pub mod people;
pub mod queues;
pub mod staff;
