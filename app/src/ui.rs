//! Small components, one a file.

pub mod choice;
pub mod contact;
pub mod field;
pub mod focus;
pub mod form;
pub mod frame;
pub mod new_password;
pub mod node;
#[cfg(feature = "hydrate")]
pub mod proof;
pub mod robot;
pub mod sentence;
pub mod steps;
#[cfg(feature = "hydrate")]
pub mod submit;
pub mod whose;
