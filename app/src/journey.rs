//! Pages and server functions, one file per journey.

pub mod captcha;
pub mod claim;
pub mod home;
pub mod link;
pub mod missing;
pub mod sign_in;
pub mod username;
