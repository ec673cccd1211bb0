//! Pages and server functions, shared by the server and the browser.
//!
//! A page is a view of its [`visit::Visit`], which the server puts together before it renders and the
//! browser reads back when it hydrates. A form is a plain `<form method="post">` to a server function
//! that answers a browser with a redirect and a script with an [`answer::Answer`].

pub mod answer;
pub mod journey;
#[cfg(feature = "hydrate")]
mod json;
#[cfg(feature = "ssr")]
pub mod request;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod site;
#[cfg(feature = "hydrate")]
pub mod takeover;
pub mod ui;
pub mod visit;
pub mod words;
