//! What the desk's acts ask of the store: callers that were checked, and why something was done.

use async_trait::async_trait;

use crate::moment::Moment;
use crate::service::ports::Fault;
use crate::service::records::Digest;
use crate::staff::CallerCheck;

/// Callers, checked by a member of staff in one session, for one account.
#[async_trait]
pub trait Callers: Send {
    /// A code to be read back takes the place of an earlier one, with all its tries. A check that was passed stays.
    async fn save_caller_code(&mut self, code: &CallerCode) -> Result<(), Fault>;
    /// Reserves one try of the code that works at `now`, before it is compared: its digest, and the number of tries left
    /// after this one. None when there are none left, or no code.
    async fn take_caller_try(
        &mut self,
        session: &Digest,
        account: i64,
        now: Moment,
        most: u32,
    ) -> Result<Option<(Digest, u32)>, Fault>;
    /// Whether a code works at `now` that has tries left.
    async fn has_caller_code(&mut self, session: &Digest, account: i64, now: Moment, most: u32) -> Result<bool, Fault>;
    /// The caller passed. A code is used up with that, and nothing of what was mailed works any more.
    async fn pass_caller(&mut self, session: &Digest, account: i64, passed: Passed) -> Result<(), Fault>;
    /// The last check that was passed, however long ago.
    async fn find_passed(&mut self, session: &Digest, account: i64) -> Result<Option<Passed>, Fault>;
    /// Forgets every code and every check of an account.
    async fn forget_callers(&mut self, account: i64) -> Result<(), Fault>;
    /// Forgets codes that expired before `now`, with checks that were passed before a moment.
    async fn purge_callers(&mut self, now: Moment, passed_before: Moment) -> Result<u64, Fault>;
}

/// Why something was done, beside the audit's row that names it by its mark.
#[async_trait]
pub trait Reasons: Send {
    async fn add_reason(&mut self, reason: &Because) -> Result<(), Fault>;
    /// None when the account was forgotten, or somebody took it away.
    async fn find_reason(&mut self, mark: &str) -> Result<Option<Because>, Fault>;
}

/// A code that a caller is to read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerCode {
    pub session: Digest,
    pub account: i64,
    pub code: Digest,
    pub expires: Moment,
}

/// A check that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    pub by: CallerCheck,
    pub at: Moment,
}

/// A reason as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Because {
    pub mark: String,
    /// 0: of no account, but of an import.
    pub account: i64,
    /// Random, so that two reasons that read alike have two marks, and a mark alone tells nothing.
    pub salt: Digest,
    pub words: String,
}

impl std::fmt::Debug for Because {
    // What people type about people is nothing for a log.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Because({})", self.mark)
    }
}
