//! Rows as the desk sees them: no SSN, no digest, no token, no hash in any of them.

use crate::account::{AccountState, Frozen, Username};
use crate::identity::Email;
use crate::link::Purpose;
use crate::moment::Moment;

/// One line of what a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub person: i64,
    pub account: i64,
    pub last_name: String,
    pub first_name: String,
    pub suffix: String,
    pub earlier_names: Vec<String>,
    pub certificate: Option<String>,
    pub level: String,
    pub email: Option<Email>,
    pub username: Username,
    pub state: AccountState,
    pub frozen: Option<Frozen>,
    pub shared: bool,
}

/// A person of the roster on the page of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Somebody {
    pub id: i64,
    pub last_name: String,
    pub first_name: String,
    pub suffix: String,
    pub earlier_names: Vec<String>,
    pub certificate: Option<String>,
    pub level: String,
    pub email: Option<Email>,
    pub products: Vec<String>,
    /// The last one that the roster told.
    pub roster_status: Option<AccountState>,
}

/// A line of the ledger of links. Dead ones are kept for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkEntry {
    pub purpose: Purpose,
    pub created: Moment,
    pub expires: Moment,
    /// The mail server took the mail that carries it.
    pub sent: Option<Moment>,
    /// That mail was given up.
    pub failed: Option<Moment>,
    /// Its button was pressed, or its code entered, for the first time.
    pub opened: Option<Moment>,
    /// A password was set with it.
    pub spent: Option<Moment>,
    /// Another one was used, newer ones were asked for, or the office ended it.
    pub superseded: Option<Moment>,
}

/// A line of the ledger of mails: never what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailEntry {
    pub kind: String,
    pub recipient: Email,
    pub queued: Moment,
    pub sent: Option<Moment>,
    pub failed: Option<Moment>,
    /// What was said of the last attempt that failed, as it was said.
    pub why: String,
}

/// A row of the audit about one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: i64,
    pub at: Moment,
    pub actor: String,
    pub action: String,
    pub detail: String,
}
