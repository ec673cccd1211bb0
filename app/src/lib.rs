//! Pages and server functions, shared by the server and the browser.

pub mod words;
