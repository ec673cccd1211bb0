//! What the desk asks of the store about accounts and people, and the rows it sees: no SSN, no digest, no token, no hash
//! in any of them.

use async_trait::async_trait;

use crate::account::{AccountState, Frozen, Username};
use crate::identity::Email;
use crate::link::Purpose;
use crate::moment::Moment;
use crate::service::ports::Fault;
use crate::service::records::Case;
use crate::staff::{Act, Lookup};

/// Finding people. Every lookup is a range of an index: it costs what it finds, not what there is.
#[async_trait]
pub trait Search: Send {
    /// The ids of the people of a lookup in the order of their keys, what is called so exactly first; one may come more
    /// than once. At most `most`.
    async fn find_matches(&mut self, lookup: &Lookup, most: u32) -> Result<Vec<i64>, Fault>;
    /// These people, in this order; who is gone is left out.
    async fn find_found(&mut self, people: &[i64]) -> Result<Vec<Found>, Fault>;
}

/// What stands on the page of an account.
#[async_trait]
pub trait Ledgers: Send {
    /// The people of an account, by id.
    async fn find_somebodies_of(&mut self, account: i64) -> Result<Vec<Somebody>, Fault>;
    /// The number of the newest row of the audit with which somebody of the office, an import or *This wasn't me*
    /// changed the account; 0 before the first. Who only looked ([`Act::only_looks`]) changed nothing.
    async fn find_version_of(&mut self, account: i64) -> Result<i64, Fault>;
    /// Whether somebody did this to the account after a moment, as the audit names both.
    async fn has_done(&mut self, account: i64, actor: &str, act: Act, after: Moment) -> Result<bool, Fault>;
    /// The account's links, newest first.
    async fn find_links_of(&mut self, account: i64) -> Result<Vec<LinkEntry>, Fault>;
    /// The account's mails, newest first, at most `most`.
    async fn find_mails_of(&mut self, account: i64, most: u32) -> Result<Vec<MailEntry>, Fault>;
    /// How many sessions last beyond `now` and were used after `seen`.
    async fn count_sessions_of(&mut self, account: i64, now: Moment, seen: Moment) -> Result<u64, Fault>;
    /// The account's open cases, oldest first.
    async fn find_cases_of(&mut self, account: i64) -> Result<Vec<Case>, Fault>;
    /// Rows of the audit about the account below a number, newest first, at most `most`.
    async fn find_events_of(&mut self, account: i64, below: i64, most: u32) -> Result<Vec<Event>, Fault>;
}

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
    /// That mail was given up, or came back.
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
    /// A report came that it was not delivered.
    pub bounced: Option<Moment>,
    /// That report's status, such as `5.1.1`.
    pub status: String,
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
