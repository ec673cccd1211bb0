//! Faults under load: browsers go through whole journeys at random while the portal is killed, its database locked, its
//! disk full, its mail server deaf, its clock wrong. Each keeps a ledger of what it sent and what came back, and after
//! each fault the ledgers are held against the database and the mails.
//!
//! `script/chaos` runs the cases and prints what was counted; `cases.toml` lists them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod bench;
mod crowd;
mod inbox;
mod invariants;
mod ledger;
mod person;
mod stand;
mod verdict;

mod clock;
mod cut;
mod disk;
mod halt;
mod kill;
mod list;
mod lock;
mod mail;
