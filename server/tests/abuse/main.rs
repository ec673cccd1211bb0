//! The abuse suite against the program itself: `backboard serve` in a folder of its own, attacked over sockets.
//!
//! Each test begins with the id of its case; `cases.toml` lists every case and how it is checked, also by tests
//! elsewhere. What takes minutes is ignored here and belongs to `script/abuse --long`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod bench;
mod list;
mod people;
mod proof;

mod auc;
mod audit;
mod backups;
mod build;
mod canaries;
mod challenge;
mod enumeration;
mod faults;
mod hosts;
mod identity;
mod letters;
mod limits;
mod passwords;
mod protocol;
mod sessions;
mod storage;
mod sweep;
mod timing;
mod together;
mod tokens;
