//! What an import needs from the store, a batch at a time.

use async_trait::async_trait;

use super::Facts;
use crate::account::{AccountState, Username, UsernameKey};
use crate::moment::Moment;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::records::{Account, Digest};

#[async_trait]
pub trait RosterStore: Send + Sync {
    /// Begins a unit of work that may write. What is not saved is undone.
    async fn begin_roster(&self) -> Result<Box<dyn RosterWork>, Fault>;

    /// Begins one that only reads.
    async fn read_roster(&self) -> Result<Box<dyn RosterWork>, Fault>;
}

/// The statements of an import, in the same transaction as its mails and audit rows.
#[async_trait]
pub trait RosterWork: UnitOfWork {
    /// The fingerprints of those people who are known.
    async fn find_fingerprints(&mut self, people: &[&str]) -> Result<Vec<(String, Digest)>, Fault>;
    async fn find_entries(&mut self, people: &[&str]) -> Result<Vec<Entry>, Fault>;
    async fn find_people_with_ssns(&mut self, ssns: &[Digest]) -> Result<Vec<(Digest, String)>, Fault>;
    async fn find_named_accounts(&mut self, usernames: &[UsernameKey]) -> Result<Vec<NamedAccount>, Fault>;
    /// Everybody of an account, with the status the roster told last.
    async fn find_statuses_of(&mut self, account: i64) -> Result<Vec<(i64, Option<AccountState>)>, Fault>;
    /// The key of each username with the id of its new account.
    async fn add_accounts(&mut self, accounts: &[NewAccount], now: Moment) -> Result<Vec<(String, i64)>, Fault>;
    async fn add_entries(&mut self, entries: &[NewEntry]) -> Result<(), Fault>;
    async fn save_entry(&mut self, person: i64, entry: &NewEntry) -> Result<(), Fault>;
    /// Puts people whose rows say nothing new under the keys of today.
    async fn index_anew(&mut self, people: &[Indexed]) -> Result<(), Fault>;
    /// Marks an account as used by several people.
    async fn share_account(&mut self, account: i64) -> Result<(), Fault>;
    /// When people were last named, and how many at each moment; the newest first.
    async fn find_seen(&mut self) -> Result<Vec<(Moment, u64)>, Fault>;
    /// People that an import has named since, by their numbers after `after`, at most `most`.
    async fn find_listed(&mut self, since: Moment, after: i64, most: u32) -> Result<Vec<Listed>, Fault>;
    /// Writes down that the roster still names these people.
    async fn mark_seen(&mut self, people: &[&str], now: Moment) -> Result<(), Fault>;
}

/// A person as stored, with the account.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: i64,
    pub account: Account,
    pub facts: Facts,
    /// What the roster said of the address when the desk put another one in its place; empty: none.
    pub overruled: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewEntry {
    pub account: i64,
    pub facts: Facts,
    /// As in [`Entry::overruled`].
    pub overruled: Option<String>,
    pub fingerprint: Digest,
    pub seen: Moment,
}

/// What a known person is found by, under the keys of today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexed {
    pub person: String,
    /// With the key's number; without one, what is stored stays.
    pub ssn: Option<(u8, Digest)>,
    pub fingerprint: Digest,
}

/// An account that has a username already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAccount {
    pub id: i64,
    pub key: UsernameKey,
    /// The roster itself gave this username to somebody, so it may give it to others.
    pub given: bool,
}

/// Somebody who is on the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: i64,
    /// What the roster calls the person.
    pub person: String,
    pub first_name: String,
    pub last_name: String,
}

#[derive(Clone, Debug)]
pub struct NewAccount {
    pub username: Username,
    pub state: AccountState,
    pub shared: bool,
}
