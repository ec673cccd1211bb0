//! The portal over HTTP: the real router behind a real listener, with SQLite in a temporary folder, asked
//! byte by byte what browsers, scripts and attackers ask.
//!
//! Every answer of every test is held to what must be true of all of them: see `answer.rs`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod accounts;
mod answer;
mod app;
mod browser;
mod mail;
mod people;
mod portals;
mod proof;
mod steps;

mod claim;
mod desk;
mod guard;
mod headers;
mod input;
mod installed;
mod kinds;
mod known;
mod language;
mod limits;
mod link;
mod look;
mod mailed;
mod neutral;
mod not_me;
mod off;
mod operations;
mod origin;
mod password;
mod refusal;
mod reset;
mod security;
mod session;
mod stay;
mod tries;
mod trouble;
