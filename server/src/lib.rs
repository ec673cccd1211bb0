//! The portal's adapters: storage, mail, HTTP and commands. The rules stand in the crate `backboard`.

pub mod demo;
pub mod mail;
pub mod store;
