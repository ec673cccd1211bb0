//! What the desk's queues ask of the store: people whom no mail reaches, and accounts that somebody stopped.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::account::Username;
use crate::identity::Email;
use crate::moment::Moment;
use crate::refused::codes;
use crate::service::ports::Fault;
use crate::service::records::Case;

codes! {
    /// Why somebody who asked got no mail.
    NoMail {
        /// There is no address on file.
        NoAddress = "no-address",
        /// It came back.
        Bounced = "bounced",
        /// It was given up before another mail server took it.
        Failed = "failed",
    }
}

codes! {
    /// Why an entry was taken off.
    UnreachedFate {
        /// A member of staff has seen to it.
        Done = "done",
        /// There is another address on file, or one at last.
        Address = "address",
        /// A later mail went out and did not come back.
        Delivered = "delivered",
    }
}

/// Somebody who asked for help and got no mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUnreached {
    pub person: i64,
    pub why: NoMail,
    /// The status of the report that came back, or what the worker wrote down. No text of another server.
    pub said: String,
    /// Where the mail went; none where there was no address.
    pub address: Option<Email>,
    pub at: Moment,
}

/// An entry of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    pub id: i64,
    pub person: i64,
    pub account: i64,
    pub username: Username,
    pub last_name: String,
    pub first_name: String,
    pub suffix: String,
    pub why: NoMail,
    pub said: String,
    pub address: Option<Email>,
    pub first: Moment,
    pub last: Moment,
    /// How often, since the first time.
    pub times: u32,
    pub ended: Option<Ended>,
}

/// How an entry was taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub at: Moment,
    pub fate: UnreachedFate,
    /// As the audit names who did it.
    pub by: String,
}

/// An entry **stands** while nobody has taken it off, its address is the one on file, and no mail to it has been sent
/// after the last trouble and before `arrived` without coming back.
#[async_trait]
pub trait Queues: Send {
    /// Adds somebody. Whoever has an open entry for the same address is counted once more there, with the newest trouble;
    /// one for another address ends.
    async fn add_unreached(&mut self, new: &NewUnreached) -> Result<(), Fault>;
    /// Whatever became of it; none once its person was forgotten.
    async fn find_unreached(&mut self, id: i64) -> Result<Option<Unreached>, Fault>;
    /// Entries that stand, newest trouble first: at most `most`, after so many others.
    async fn find_standing(&mut self, arrived: Moment, skip: u32, most: u32) -> Result<Vec<Unreached>, Fault>;
    async fn count_standing(&mut self, arrived: Moment) -> Result<u64, Fault>;
    /// Entries that somebody took off after a moment, the last first, at most `most`.
    async fn find_done(&mut self, after: Moment, most: u32) -> Result<Vec<Unreached>, Fault>;
    /// Takes an open entry off: one conditional UPDATE. False when it is off already.
    async fn end_unreached(&mut self, id: i64, by: &str, now: Moment) -> Result<bool, Fault>;
    /// Puts back what somebody took off: one conditional UPDATE. False when nobody did, or the person has another open one.
    async fn reopen_unreached(&mut self, id: i64) -> Result<bool, Fault>;
    /// Ends every open entry that does not stand; how many.
    async fn settle_unreached(&mut self, arrived: Moment, now: Moment) -> Result<u64, Fault>;
    async fn purge_unreached(&mut self, ended_before: Moment) -> Result<u64, Fault>;

    /// Open cases of a kind, oldest first: at most `most`, after so many others.
    async fn find_waiting(&mut self, kind: &str, skip: u32, most: u32) -> Result<Vec<Case>, Fault>;
    async fn count_waiting(&mut self, kind: &str) -> Result<u64, Fault>;
}
