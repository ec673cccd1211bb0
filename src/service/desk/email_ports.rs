//! What changing an address asks of the store.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::identity::Email;
use crate::moment::Moment;
use crate::refused::codes;
use crate::service::ports::Fault;

codes! {
    /// What became of a change.
    EmailFate {
        /// Mail goes to the new address.
        Done = "done",
        /// The old address said *This wasn't me*, or the office thought better of it.
        Stopped = "stopped",
        /// Another change, or the roster, came before it.
        Replaced = "replaced",
    }
}

/// A new address that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChange {
    pub id: String,
    pub account: i64,
    pub person: i64,
    /// On file when it was asked for.
    pub old: Option<Email>,
    pub new: Email,
    pub asked: Moment,
    /// The member of staff who asked for it.
    pub asked_by: i64,
    pub due: Moment,
    pub approved_by: Option<i64>,
}

#[async_trait]
pub trait EmailChanges: Send {
    /// The caller ends an open one of the person before.
    async fn add_email_change(&mut self, change: &EmailChange) -> Result<(), Fault>;
    /// The open ones of an account, by person.
    async fn find_email_changes_of(&mut self, account: i64) -> Result<Vec<EmailChange>, Fault>;
    /// Open ones that are due and, where a second member has to approve them, approved; oldest first, at most `most`.
    async fn find_due_email_changes(
        &mut self,
        now: Moment,
        approved: bool,
        most: u32,
    ) -> Result<Vec<EmailChange>, Fault>;
    /// One conditional UPDATE. False when somebody approved it already, or it is over.
    async fn approve_email_change(&mut self, id: &str, staff: i64) -> Result<bool, Fault>;
    /// One conditional UPDATE. False when it is over.
    async fn end_email_change(&mut self, id: &str, fate: EmailFate, now: Moment) -> Result<bool, Fault>;
    /// The open one of a person; true when there was one.
    async fn end_email_change_of(&mut self, person: i64, fate: EmailFate, now: Moment) -> Result<bool, Fault>;
    /// Puts an address in place of the roster's, and remembers what the roster said: until it says something else, the
    /// new one stays. False when nobody has this number.
    async fn save_email(&mut self, person: i64, email: &Email) -> Result<bool, Fault>;
}
