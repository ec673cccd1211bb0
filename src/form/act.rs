//! What the desk does to an account, as its form says it.

use super::Reading;
use super::staff::number;
use crate::link::Code;
use crate::refused::{Field, Problem, Problems, Refused};
use crate::staff::Reason;

/// An act as typed.
#[derive(Clone, Default)]
pub struct ActForm {
    pub account: String,
    /// Of the account, as its page showed it.
    pub version: String,
    pub reason: String,
    /// What the caller reads back; empty where the caller was checked before, or is not.
    pub code: String,
}

/// An act, read.
#[derive(Debug)]
pub struct Ordered {
    pub account: i64,
    pub version: i64,
    pub reason: Reason,
    pub code: Option<Code>,
}

impl ActForm {
    /// # Errors
    /// [`Refused::AccountGone`] and [`Refused::AccountChanged`] for what no page of ours sends; at [`Field::Code`]
    /// those of [`Code::parse`], at [`Field::Reason`] those of [`Reason::parse`].
    pub fn read(&self) -> Result<Ordered, Problems> {
        let account = account(&self.account)?;
        let version = number(&self.version).map_err(|_| vec![Problem::form(Refused::AccountChanged)])?;
        let mut reading = Reading::default();
        let code = match Code::parse(&self.code) {
            Err(Refused::Missing) => None,
            code => reading.take(Field::Code, code),
        };
        match reading.take(Field::Reason, Reason::parse(&self.reason)) {
            Some(reason) if reading.0.is_empty() => Ok(Ordered { account, version, reason, code }),
            _ => Err(reading.0),
        }
    }
}

/// The account that a form is about.
///
/// # Errors
/// [`Refused::AccountGone`] for what is no number.
pub fn account(text: &str) -> Result<i64, Problems> {
    number(text).map_err(|_| vec![Problem::form(Refused::AccountGone)])
}
