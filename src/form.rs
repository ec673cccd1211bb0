//! What each journey's forms ask, read into types whose values are proof that they are right.

#[cfg(feature = "service")]
pub mod act;
#[cfg(feature = "service")]
pub mod caller;
pub mod claim;
pub mod password;
pub mod reset;
#[cfg(feature = "service")]
pub mod security;
pub mod sign_in;
#[cfg(feature = "service")]
pub mod staff;
pub mod username;

use crate::refused::{Field, Problem, Problems, Refused};

/// Collects the problems of a form in the order of its fields.
#[derive(Default)]
struct Reading(Problems);

impl Reading {
    /// The value, or none and a problem at the field.
    fn take<T>(&mut self, field: Field, value: Result<T, Refused>) -> Option<T> {
        value.map_err(|refused| self.0.push(Problem::at(field, refused))).ok()
    }

    fn take_all<T>(&mut self, value: Result<T, Problems>) -> Option<T> {
        value.map_err(|problems| self.0.extend(problems)).ok()
    }
}
