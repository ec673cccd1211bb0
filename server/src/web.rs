//! HTTP: one file a guard, the pages, and the files of the browser's share.
//!
//! Outside in: a request gets its id and its line in the log, security headers go on every response, the Host must
//! be ours, time is limited, what breaks becomes a page with a way out; then either a page, a file, or the guards of
//! an operation (see [`guard`]).
//!
//! The parsers of what strangers send are hidden from the documentation and reachable all the same: the fuzz targets
//! call them.

mod access;
#[doc(hidden)]
pub mod address;
mod assets;
#[doc(hidden)]
pub mod cookies;
mod counted;
mod desk;
mod encodings;
#[doc(hidden)]
pub mod fields;
mod guard;
mod headers;
mod installed;
mod listener;
mod look;
mod operations;
#[doc(hidden)]
pub mod origin;
mod pages;
mod router;
mod trouble;
mod upload;
mod visits;

pub use assets::Assets;
pub use listener::serve;
pub use operations::{Operation, operations};
pub use router::{Reach, Web, router};
