//! The portal's adapters: storage, mail, HTTP and commands. The rules stand in the crate `backboard`.
#![expect(
    clippy::duplicate_mod,
    reason = "each database compiles the statements in store/sql for itself: decision 0022"
)]

pub mod admin;
pub mod audit_lines;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod drafts;
pub mod hasher;
pub mod health;
pub mod hold;
pub mod housekeeping;
pub mod imports;
pub mod keys;
mod leading;
pub mod log;
pub mod mail;
pub mod metrics;
pub mod profiles;
pub mod robots;
pub mod roster;
pub mod running;
pub mod safety;
pub mod store;
pub mod vault;
pub mod web;
