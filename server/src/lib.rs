//! The portal's adapters: storage, mail, HTTP and commands. The rules stand in the crate `backboard`.

pub mod clock;
pub mod config;
pub mod hasher;
pub mod keys;
pub mod profiles;
pub mod robots;
pub mod vault;
