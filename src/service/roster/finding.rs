//! What an import says.

use crate::account::AccountState;
use crate::roster::{Column, PersonId, Rejection, Warning};

/// What there is to say about one line of a batch. Unchanged and added rows are only counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its place in the batch.
    pub place: usize,
    pub line: u64,
    pub person: Option<PersonId>,
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Rejected(Rejection),
    Warned(Warning),
    Changed(Vec<Change>),
}

/// A value that an import changes, as it may be shown: never an SSN, an address only masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Of(Column),
    Email { from: Option<String>, to: Option<String> },
    State { from: AccountState, to: AccountState },
}

/// What an import did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub rejected: u64,
    /// Warnings, of which a row can have several.
    pub warned: u64,
}

/// As the audit counts them.
impl std::fmt::Display for Imported {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { added, changed, unchanged, rejected, warned } = self;
        write!(out, "added={added} changed={changed} unchanged={unchanged} rejected={rejected} warned={warned}")
    }
}
