//! Pages and server functions, one file per journey.

pub mod captcha;
pub mod claim;
#[cfg(feature = "ssr")]
pub mod desk;
pub mod home;
pub mod link;
pub mod missing;
pub mod not_me;
pub mod password;
pub mod reset;
pub mod security;
pub mod sign_in;
pub mod username;
