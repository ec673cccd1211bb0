//! What the use cases need from outside. Everything that does I/O, reads a clock or makes randomness
//! implements one of these.

use async_trait::async_trait;

use super::desk::checks::{Callers, Reasons};
use super::desk::email_ports::EmailChanges;
use super::desk::import_ports::ImportJobs;
use super::desk::moves::Moves;
use super::desk::ports::Staff;
use super::desk::queue_ports::Queues;
use super::desk::report_ports::{AuditSearch, Imports, Reports};
use super::desk::seen::{Ledgers, Search};
use super::epoch::Epochs;
use super::outstanding::Backlogs;
use super::records::{
    Account, Case, Challenge, Digest, Flow, Gone, Happened, Job, Link, Mail, NewFlow, NewLink, NewMail, NewSession,
    NewTemporary, Person, Posted, Session, Temporary,
};
use crate::account::{AccountState, Frozen, UsernameKey};
use crate::audit::Row;
use crate::expiry::Schedule;
use crate::identity::{CertificateNumber, Ssn};
use crate::limit::Budget;
use crate::link::Step;
use crate::moment::Moment;
use crate::password::Password;

/// Something outside did not do its part. Never shown to a visitor.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Worth another try: the store is locked, the pool is empty, a queue is full.
    #[error("busy: {0}")]
    Busy(String),
    #[error("{0}")]
    Other(String),
}

impl Fault {
    pub fn other(error: impl std::fmt::Display) -> Self {
        Self::Other(error.to_string())
    }
}

pub trait Clock: Send + Sync {
    fn now(&self) -> Moment;
}

pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Argon2id behind a semaphore.
#[async_trait]
pub trait Hasher: Send + Sync {
    /// The hash of a password, as a PHC string.
    async fn hash(&self, password: &Password) -> Result<String, Fault>;

    /// Whether the password has this hash. Without a hash it does the same work and answers no.
    async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool, Fault>;

    /// Whether a hash was made under another pepper or with other parameters than one made today.
    fn is_outdated(&self, hash: &str) -> bool;

    /// Asked before a try is taken: what will not be looked at must not cost one, and turning a flood away must not
    /// cost a commit for each.
    ///
    /// # Errors
    /// [`Fault::Busy`] when so many wait already that one more would be turned away.
    fn room(&self) -> Result<(), Fault>;
}

/// Keys that live outside the database.
pub trait Vault: Send + Sync {
    /// HMAC-SHA-256 of an SSN, as it is written.
    fn ssn(&self, ssn: &Ssn) -> Digest;
    /// The same under every key of the ring, with the key's number, for looking up; what is written comes first.
    fn ssns(&self, ssn: &Ssn) -> Vec<(u8, Digest)>;
    /// HMAC-SHA-256 of any other secret, as it is written, under a label that keeps the kinds apart.
    fn digest(&self, label: &str, secret: &[u8]) -> Digest;
    /// The same under every key of the ring, for looking up; what is written comes first.
    fn digests(&self, label: &str, secret: &[u8]) -> Vec<Digest>;
    /// Encrypts for a purpose; `bound` must be the same when it is opened.
    fn seal(&self, purpose: &str, bound: &[u8], plain: &[u8]) -> Vec<u8>;
    /// `None` when it was not sealed here, for this purpose and this `bound`.
    fn open(&self, purpose: &str, bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>>;
    /// Ties a row of the audit to the one before it: HMAC-SHA-256 under the newest key of the audit, and its number.
    fn chain(&self, previous: &Digest, row: &[u8]) -> (u8, Digest);
    /// The same under the key with this number; `None` when it is not in the key file.
    fn chain_under(&self, key: u8, previous: &Digest, row: &[u8]) -> Option<Digest>;
}

/// What became of a proof that a visitor is no robot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Good once: spend this digest until then.
    Good {
        once: Digest,
        until: Moment,
    },
    Expired,
    Bad,
}

/// *I'm not a robot*.
#[async_trait]
pub trait Robots: Send + Sync {
    /// A fresh challenge as JSON; `None` where a hosted widget brings its own.
    fn challenge(&self, now: Moment) -> Option<String>;
    async fn check(&self, proof: &str, now: Moment) -> Result<Proof, Fault>;
}

#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a unit of work that may write. What is not saved is undone.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, Fault>;

    /// Begins one of which every statement stands by itself: it judges nothing by what it has read. Budgets, flows, jobs
    /// and leases are made like that. A store that several write to lets it run beside the others.
    async fn begin_beside(&self) -> Result<Box<dyn UnitOfWork>, Fault>;

    /// Begins one that only reads.
    async fn read(&self) -> Result<Box<dyn UnitOfWork>, Fault>;

    /// Begins one that asks a single thing and writes nothing. It need not see the same store twice, which costs a store
    /// more than the question does.
    async fn ask(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        self.read().await
    }

    /// Sees to it that what was deleted stands nowhere any more, also not in what the store keeps beside its rows.
    /// Where somebody is in the way it does nothing, and the next call makes up for it.
    async fn scrub(&self) -> Result<(), Fault>;
}

/// One transaction. State change, audit row and queued mail go through the same one.
#[async_trait]
pub trait UnitOfWork:
    People
    + Accounts
    + Epochs
    + Challenges
    + Temporaries
    + Flows
    + Links
    + Sessions
    + Budgets
    + Jobs
    + Outbox
    + Audit
    + Cases
    + Search
    + Ledgers
    + Reports
    + Imports
    + AuditSearch
    + Staff
    + Callers
    + Queues
    + Reasons
    + EmailChanges
    + ImportJobs
    + Moves
    + Backlogs
    + Send
{
    /// Commits.
    async fn save(self: Box<Self>) -> Result<(), Fault>;
}

#[async_trait]
pub trait People: Send {
    async fn find_people_by_ssn(&mut self, ssn: &Digest) -> Result<Vec<Person>, Fault>;
    async fn find_people_by_certificate(&mut self, certificate: &CertificateNumber) -> Result<Vec<Person>, Fault>;
    /// The people with this address on file, by [`Email::key`](crate::identity::Email::key).
    async fn find_people_by_email(&mut self, key: &str) -> Result<Vec<Person>, Fault>;
    /// The people of one account: one, or several of a shared one.
    async fn find_people_of(&mut self, account: i64) -> Result<Vec<Person>, Fault>;
    /// None also when it was forgotten.
    async fn find_account(&mut self, account: i64) -> Result<Option<Account>, Fault>;
    async fn find_account_by_username(&mut self, username: &UsernameKey) -> Result<Option<Account>, Fault>;
    /// People whom no import has named since `named`, while a later one named others, and whose account
    /// [may go](crate::keep::may_go). The longest gone first, at most `most`.
    async fn find_gone(&mut self, named: Moment, most: u32) -> Result<Vec<Gone>, Fault>;
    /// Takes out a person, with everything that the roster said of them: one conditional DELETE. False when an import
    /// has named them since `named`, their account may not go any more, or they are out already.
    async fn forget_person(&mut self, person: i64, named: Moment) -> Result<bool, Fault>;
}

#[async_trait]
pub trait Accounts: Send {
    /// Sets the password, makes the account active, begins its days anew and gives the grace sign-in back.
    async fn save_password(&mut self, account: i64, hash: &str, now: Moment, schedule: Schedule) -> Result<(), Fault>;
    /// The same password hashed anew: its days and everything else stay.
    async fn save_hash(&mut self, account: i64, hash: &str) -> Result<(), Fault>;
    /// The language in which its owner uses it from now on.
    async fn save_language(&mut self, account: i64, language: &str) -> Result<(), Fault>;
    /// Takes the password away: nothing opens the account until another is set.
    async fn void_password(&mut self, account: i64) -> Result<(), Fault>;
    async fn save_state(&mut self, account: i64, state: AccountState) -> Result<(), Fault>;
    async fn save_frozen(&mut self, account: i64, frozen: Option<Frozen>) -> Result<(), Fault>;
    /// Takes the one sign-in that an expired password has: one conditional UPDATE. False when it was taken.
    async fn spend_grace(&mut self, account: i64, now: Moment) -> Result<bool, Fault>;
    /// Gives a password its days.
    async fn save_schedule(&mut self, account: i64, schedule: Schedule) -> Result<(), Fault>;
    /// Accounts whose next reminder is due, oldest first, at most `most`.
    async fn find_reminders(&mut self, now: Moment, most: u32) -> Result<Vec<Account>, Fault>;
    /// Active accounts with a password that has no days yet, at most `most`, by id.
    async fn find_unscheduled(&mut self, most: u32) -> Result<Vec<Account>, Fault>;
    /// Empties an account that nobody is left of: username, password, question, sessions, links, temporary passwords,
    /// cases and mails. Its number is never given again, because the audit goes on naming it, and finds nothing.
    async fn forget_account(&mut self, account: i64, now: Moment) -> Result<(), Fault>;
}

#[async_trait]
pub trait Challenges: Send {
    async fn find_challenge(&mut self, account: i64) -> Result<Option<Challenge>, Fault>;
    /// Sets the question and its answer, in place of the earlier one.
    async fn save_challenge(&mut self, account: i64, challenge: &Challenge) -> Result<(), Fault>;
    /// Forgets the question and its answer.
    async fn remove_challenge(&mut self, account: i64) -> Result<(), Fault>;
    async fn confirm_challenge(&mut self, account: i64, now: Moment) -> Result<(), Fault>;
}

#[async_trait]
pub trait Temporaries: Send {
    async fn add_temporary(&mut self, temporary: &NewTemporary) -> Result<(), Fault>;
    /// The id of the temporary password of this account with this digest, if it works at `now`.
    async fn find_temporary(&mut self, account: i64, digest: &Digest, now: Moment) -> Result<Option<String>, Fault>;
    /// Writes down the first sign-in with it.
    async fn temporary_used(&mut self, id: &str, now: Moment) -> Result<(), Fault>;
    /// Ends every one of an account that has not ended; how many.
    async fn end_temporaries(&mut self, account: i64, now: Moment) -> Result<u64, Fault>;
    /// The ledger of an account, newest first.
    async fn find_temporaries_of(&mut self, account: i64) -> Result<Vec<Temporary>, Fault>;
    async fn purge_temporaries(&mut self, expired_before: Moment) -> Result<u64, Fault>;
}

/// What waits for the office.
#[async_trait]
pub trait Cases: Send {
    /// Opens a case; one that is open for the account already stays as it is. True when it is new.
    async fn open_case(&mut self, case: &Case) -> Result<bool, Fault>;
    /// Closes every open case of an account; how many.
    async fn close_cases(&mut self, account: i64, now: Moment) -> Result<u64, Fault>;
    /// When the last case of this kind was closed for an account, if ever.
    async fn find_case_closed(&mut self, account: i64, kind: &str) -> Result<Option<Moment>, Fault>;
    /// Open cases, oldest first.
    async fn find_cases(&mut self) -> Result<Vec<Case>, Fault>;
}

#[async_trait]
pub trait Flows: Send {
    async fn add_flow(&mut self, flow: &NewFlow) -> Result<(), Fault>;
    async fn find_flow(&mut self, browser: &Digest) -> Result<Option<Flow>, Fault>;
    /// Takes a flow from one step to the next and names the link that let it: one conditional UPDATE
    /// that is itself the claim to the step. False when it stands elsewhere or is over.
    async fn advance_flow(&mut self, flow: &str, from: Step, to: Step, link: &Link, now: Moment)
    -> Result<bool, Fault>;
    /// Reserves one try of a code before it is compared; the number of tries left after it, or none.
    async fn take_code_try(&mut self, flow: &str, most: u32) -> Result<Option<u32>, Fault>;
    async fn purge_flows(&mut self, expired_before: Moment) -> Result<u64, Fault>;
}

#[async_trait]
pub trait Links: Send {
    async fn add_link(&mut self, link: &NewLink) -> Result<(), Fault>;
    async fn find_link(&mut self, id: &str) -> Result<Option<Link>, Fault>;
    async fn find_link_by_token(&mut self, token: &Digest) -> Result<Option<Link>, Fault>;
    async fn find_link_by_code(&mut self, flow: &str, code: &Digest) -> Result<Option<Link>, Fault>;
    /// Names the mail that carries a link, for the ledger.
    async fn link_mailed(&mut self, id: &str, mail: &str) -> Result<(), Fault>;
    /// Writes down the first time that a link let somebody on, by its button or its code.
    async fn link_opened(&mut self, id: &str, now: Moment) -> Result<(), Fault>;
    /// Spends a live link: one conditional UPDATE. False when somebody else did, or it is dead.
    async fn spend_link(&mut self, id: &str, now: Moment) -> Result<bool, Fault>;
    /// Reserves one try at the challenge question before the answer is compared; the number of tries left
    /// after it, or none.
    async fn take_answer_try(&mut self, link: &str, most: u32) -> Result<Option<u32>, Fault>;
    /// Lets a link, and the flow that asked for it, last until `expires`. False when it is spent or superseded, or when
    /// `most` requests for its account are newer.
    async fn renew_link(&mut self, id: &str, expires: Moment, most: u32) -> Result<bool, Fault>;
    /// Makes one live link superseded: it leads nowhere any more.
    async fn end_link(&mut self, id: &str, now: Moment) -> Result<(), Fault>;
    /// Makes every live link of an account superseded, all but those of the newest `keep` requests: the links of
    /// one request share its flow. The newest is the one whose link was added last, whatever the clock said. When none is kept, those that have expired too: their mails may still wait.
    async fn supersede_links(&mut self, account: i64, keep: u32, now: Moment) -> Result<(), Fault>;
    async fn purge_links(&mut self, expired_before: Moment) -> Result<u64, Fault>;
}

#[async_trait]
pub trait Sessions: Send {
    async fn add_session(&mut self, session: &NewSession) -> Result<(), Fault>;
    /// The session with its username, whatever its age: the caller judges.
    async fn find_session(&mut self, token: &Digest) -> Result<Option<Session>, Fault>;
    async fn touch_session(&mut self, token: &Digest, now: Moment) -> Result<(), Fault>;
    /// True when there was one.
    async fn end_session(&mut self, token: &Digest) -> Result<bool, Fault>;
    async fn end_sessions_of(&mut self, account: i64) -> Result<u64, Fault>;
    async fn purge_sessions(&mut self, expired_before: Moment, seen_before: Moment) -> Result<u64, Fault>;
}

#[async_trait]
pub trait Budgets: Send {
    /// Takes one attempt from each of several budgets with different keys in one statement, by the rule of
    /// [`Budget::take`]; `Err` holds the seconds to wait. One that is empty keeps none of the others from being taken
    /// from: whoever wants all or none drops the unit.
    async fn take_budgets(&mut self, budgets: &[(String, Budget)], now: Moment) -> Result<Vec<Result<(), u32>>, Fault>;
    /// Takes one attempt from one.
    async fn take_budget(&mut self, key: &str, budget: Budget, now: Moment) -> Result<Result<(), u32>, Fault> {
        let taken = self.take_budgets(&[(key.to_owned(), budget)], now).await?;
        taken.first().copied().ok_or_else(|| Fault::Other("no budget was taken from".to_owned()))
    }
    /// Fills a budget up again: the right password clears what wrong ones took.
    async fn refill_budget(&mut self, key: &str) -> Result<(), Fault>;
    /// Spends something that is good once. False when it was spent before.
    async fn spend_once(&mut self, digest: &Digest, until: Moment) -> Result<bool, Fault>;
    async fn purge_budgets(&mut self, full_before: Moment) -> Result<u64, Fault>;
}

#[async_trait]
pub trait Jobs: Send {
    async fn add_job(&mut self, kind: &str, sealed: &[u8], due: Moment) -> Result<(), Fault>;
    /// The same with the flow that the job is for, in one go.
    async fn add_job_with(&mut self, flow: &NewFlow, kind: &str, sealed: &[u8], due: Moment) -> Result<(), Fault>;
    /// Takes the oldest job that is due and leases it until `until`; another taker will not see it before.
    async fn take_job(&mut self, now: Moment, until: Moment) -> Result<Option<Job>, Fault>;
    /// False when another worker has ended it, after the lease of this one ran out.
    async fn end_job(&mut self, job: i64) -> Result<bool, Fault>;
}

#[async_trait]
pub trait Outbox: Send {
    async fn add_mail(&mut self, mail: &NewMail) -> Result<(), Fault>;
    /// The ids of mails that are due, oldest first, at most `most`.
    async fn find_due_mails(&mut self, now: Moment, most: u32) -> Result<Vec<String>, Fault>;
    /// Takes a mail that is due and leases it until `until`. None when somebody else has it, or it has ended.
    async fn take_mail(&mut self, id: &str, now: Moment, until: Moment) -> Result<Option<Mail>, Fault>;
    /// Sent: its content is forgotten, the row stays for the ledger until purged.
    async fn mail_sent(&mut self, id: &str, now: Moment) -> Result<(), Fault>;
    async fn mail_retry(&mut self, id: &str, due: Moment, why: &str) -> Result<(), Fault>;
    /// Given up: the address refused it for good, or it is too old.
    async fn mail_failed(&mut self, id: &str, now: Moment, why: &str) -> Result<(), Fault>;
    /// It came back, with a status as RFC 3463 writes it. One that waits is not tried again. False when the ledger has no
    /// such mail, or knew of it, or had given it up.
    async fn mail_bounced(&mut self, id: &str, now: Moment, status: &str) -> Result<bool, Fault>;
    /// A mail of the ledger.
    async fn find_mail(&mut self, id: &str) -> Result<Option<Posted>, Fault>;
    /// Seconds since 1970 of the earliest job or mail that waits.
    async fn next_due(&mut self) -> Result<Option<Moment>, Fault>;
    async fn purge_mail(&mut self, ended_before: Moment) -> Result<u64, Fault>;
}

#[async_trait]
pub trait Audit: Send {
    async fn add_audit(&mut self, row: &Row) -> Result<(), Fault>;
    /// The newest row. A store with several writers keeps others from adding one until this unit of work is over.
    async fn find_newest_audit(&mut self) -> Result<Option<Row>, Fault>;
    /// Rows with a higher number, oldest first, at most `most`.
    async fn find_audit_after(&mut self, id: i64, most: u32) -> Result<Vec<Row>, Fault>;
    /// What happened to an account, newest first, at most `most`.
    async fn find_audit_of(&mut self, account: i64, most: u32) -> Result<Vec<Happened>, Fault>;
}
