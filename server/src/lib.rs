//! The portal's adapters: storage, mail, HTTP and commands. The rules stand in the crate `backboard`.

pub mod cli;
pub mod roster;
pub mod store;
