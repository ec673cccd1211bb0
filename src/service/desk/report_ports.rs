//! What the reports and the audit's page ask of the store. Every count is a range of an index: it costs what it counts,
//! and never what there is of people and accounts.

use async_trait::async_trait;

use crate::account::Username;
use crate::audit::Row;
use crate::link::Purpose;
use crate::moment::Moment;
use crate::report::Span;
use crate::service::ports::Fault;
use crate::service::roster::Imported;

/// How much came at each place of a span; a place without any is left out.
pub type Counted = Vec<(usize, u64)>;

#[async_trait]
pub trait Reports: Send {
    /// How often an action stands in the audit.
    async fn count_done(&mut self, action: &str, span: Span) -> Result<Counted, Fault>;
    /// The rows `refused` of the audit, by what they say, which begins so.
    async fn count_refused(&mut self, begins: &str, span: Span) -> Result<Vec<(usize, String, u64)>, Fault>;
    /// Links that nobody used before they expired, by when they did: those that are still kept, and what was counted of
    /// the others when they were purged.
    async fn count_expired_links(&mut self, purpose: Purpose, span: Span, now: Moment) -> Result<Counted, Fault>;
    /// Since when purged links are counted; none where they always were.
    async fn find_links_counted_since(&mut self) -> Result<Option<Moment>, Fault>;
    /// Mails by when they ended, and after how many seconds, in rising order; none: it was given up.
    async fn count_delays(&mut self, span: Span) -> Result<Vec<(usize, Option<u64>, u64)>, Fault>;
    /// Active accounts by when their password expires.
    async fn count_expiring(&mut self, span: Span) -> Result<Counted, Fault>;
    /// Temporary passwords that were issued before a moment, never used, and not ended by anything but their days: the
    /// newest first, at most `most`, those after `last` alone.
    async fn find_unused(
        &mut self,
        issued_before: Moment,
        last: Option<&(Moment, String)>,
        most: u32,
    ) -> Result<Vec<Unused>, Fault>;
    /// When the first row of the audit was written.
    async fn find_audit_start(&mut self) -> Result<Option<Moment>, Fault>;
}

/// A temporary password that nobody has used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    pub id: String,
    pub account: i64,
    pub username: Username,
    pub issued: Moment,
    pub expires: Moment,
    /// As the audit names them, and a code that says why.
    pub issuer: String,
    pub why: String,
}

/// What an import has brought, and what it rejected.
#[async_trait]
pub trait Imports: Send {
    /// Its number.
    async fn keep_import(&mut self, run: &ImportRun) -> Result<i64, Fault>;
    /// Those with a lower number, newest first, at most `most`.
    async fn find_imports(&mut self, below: i64, most: u32) -> Result<Vec<KeptImport>, Fault>;
    async fn find_import(&mut self, id: i64) -> Result<Option<KeptImport>, Fault>;
    /// The kept rejects of one, by line.
    async fn find_rejects(&mut self, import: i64) -> Result<Vec<Reject>, Fault>;
    /// Forgets those that ended before a moment.
    async fn purge_imports(&mut self, ended_before: Moment) -> Result<u64, Fault>;
}

/// An import that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRun {
    pub began: Moment,
    pub ended: Moment,
    /// As the audit names them: `office` for the command line, or a member of staff.
    pub by: String,
    /// Its name alone, without folders.
    pub file: String,
    pub imported: Imported,
    /// It went to the end of the file.
    pub whole: bool,
    /// The first ones; [`Imported::rejected`] says how many there were.
    pub rejects: Vec<Reject>,
}

/// A row that was not imported: where it stands and why, and nothing of what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    pub line: u64,
    pub reason: String,
}

/// An import as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptImport {
    pub id: i64,
    pub began: Moment,
    pub ended: Moment,
    pub by: String,
    pub file: String,
    pub imported: Imported,
    pub whole: bool,
}

/// Rows of the audit that somebody wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wanted {
    pub action: Option<String>,
    pub actor: Option<WantedActor>,
    pub account: Option<i64>,
    /// Not before.
    pub from: Option<Moment>,
    /// Before.
    pub until: Option<Moment>,
}

/// Whose rows.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum WantedActor {
    /// Of this name.
    Named(String),
    /// Any member of staff.
    Staff,
}

/// Looking through the audit.
#[async_trait]
pub trait AuditSearch: Send {
    /// Rows with a number above one and below another that are wanted, newest first or oldest first, at most `most`.
    async fn find_audit_where(
        &mut self,
        wanted: &Wanted,
        above: i64,
        below: i64,
        newest_first: bool,
        most: u32,
    ) -> Result<Vec<Row>, Fault>;
    /// The row before the one with this number.
    async fn find_audit_before(&mut self, id: i64) -> Result<Option<Row>, Fault>;
    /// The numbers of the first row from a moment on, and of the last one before another.
    async fn find_audit_between(&mut self, from: Moment, until: Moment) -> Result<(Option<i64>, Option<i64>), Fault>;
}
