//! HTTP: one file a guard, the pages, and the files of the browser's share.
//!
//! Outside in: a panic becomes a generic answer, security headers go on every response, the Host must
//! be ours, time is limited; then either a page, a file, or the guards of an operation (see [`guard`]).

mod address;
mod assets;
mod cookies;
mod fields;
mod guard;
mod headers;
mod listener;
mod operations;
mod origin;
mod pages;
mod router;
mod visits;

pub use assets::Assets;
pub use listener::serve;
pub use operations::{Operation, operations};
pub use router::{Reach, Web, router};
