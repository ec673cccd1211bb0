//! What an import at the desk asks of the store: its jobs. See [`super::import`].

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::refused::codes;
use crate::service::ports::Fault;
use crate::service::records::Digest;
use crate::service::roster::Imported;

codes! {
    /// Where an import stands.
    ImportState {
        /// The file lies there and waits to be checked.
        Uploaded = "uploaded",
        Checking = "checking",
        /// It is no roster.
        Refused = "refused",
        /// What it would bring is known, and a member decides.
        Checked = "checked",
        /// A member said to import it; it is checked once more that it still brings the same.
        Queued = "queued",
        Importing = "importing",
        Done = "done",
        /// Cut off on the way: what was taken until then stays.
        Stopped = "stopped",
        /// Given up, by a member or because nobody decided.
        Dropped = "dropped",
    }
}

impl ImportState {
    /// Something is under way that a page can be loaded again for.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Uploaded | Self::Checking | Self::Queued | Self::Importing)
    }

    /// Whether the file is still needed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Refused | Self::Done | Self::Dropped)
    }
}

/// The jobs of imports, for the desk's pages and for the one worker that does them.
#[async_trait]
pub trait ImportJobs: Send {
    /// Its number.
    async fn add_import_job(&mut self, new: &NewImport) -> Result<i64, Fault>;
    async fn find_import_job(&mut self, id: i64) -> Result<Option<ImportJob>, Fault>;
    /// The newest first, at most `most`.
    async fn find_import_jobs(&mut self, most: u32) -> Result<Vec<ImportJob>, Fault>;
    /// Those whose file is still needed, the oldest first.
    async fn find_open_imports(&mut self) -> Result<Vec<ImportJob>, Fault>;
    /// Writes everything down that changes about a job, if it still stands at `from`: one conditional UPDATE. False when
    /// it does not.
    async fn save_import_job(&mut self, job: &ImportJob, from: ImportState) -> Result<bool, Fault>;
    /// How far a job that is checked or imported has come.
    async fn reach_import_job(&mut self, id: i64, reached: u64, imported: &Imported) -> Result<(), Fault>;
    /// Takes the reports, which tell of people, out of jobs that are over and ended before.
    async fn purge_import_jobs(&mut self, ended_before: Moment) -> Result<u64, Fault>;
}

/// A file that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImport {
    pub member: i64,
    /// As the member's computer named it.
    pub file: String,
    /// Its name in the folder.
    pub stored: String,
    pub bytes: u64,
    /// SHA-256.
    pub digest: Digest,
    pub uploaded: Moment,
}

/// An import with how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportJob {
    pub id: i64,
    pub new: NewImport,
    pub state: ImportState,
    pub begun_by: Option<i64>,
    pub begun: Option<Moment>,
    pub ended: Option<Moment>,
    /// Of the file, once it is read.
    pub rows: u64,
    pub reached: u64,
    /// What the check found, and from [`ImportState::Importing`] on what was done.
    pub imported: Imported,
    /// People of the roster whom the file does not name, of so many.
    pub leaving: u64,
    pub people: u64,
    /// So much changes that somebody has to agree to it apart.
    pub wide: bool,
    /// People changed between the check and the import, so it was checked again.
    pub moved: bool,
    /// Of everything the check found.
    pub outcome: Option<Digest>,
    pub report: Option<Report>,
    pub problem: Option<String>,
    pub reason: Option<ImportReason>,
}

impl ImportJob {
    /// As it begins.
    #[must_use]
    pub fn new(id: i64, new: NewImport) -> Self {
        Self {
            id,
            new,
            state: ImportState::Uploaded,
            begun_by: None,
            begun: None,
            ended: None,
            rows: 0,
            reached: 0,
            imported: Imported::default(),
            leaving: 0,
            people: 0,
            wide: false,
            moved: false,
            outcome: None,
            report: None,
            problem: None,
            reason: None,
        }
    }
}

/// Why it was imported: as [`super::checks::Because`], beside the audit.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportReason {
    pub mark: String,
    pub salt: Digest,
    pub words: String,
}

impl std::fmt::Debug for ImportReason {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ImportReason({})", self.mark)
    }
}

/// What a check shows besides its numbers. Never an SSN; addresses only masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How many people change in each column, by its name.
    pub columns: Vec<(String, u64)>,
    pub changed: Vec<Example>,
    /// Rows that are not taken, or not as they stand.
    pub rejected: Vec<Example>,
    /// People whom the file does not name.
    pub left: Vec<Example>,
    /// Columns of the file that are ignored.
    pub ignored: Vec<String>,
    /// Whether a file with the rejected rows lies beside the roster.
    pub has_rejects: bool,
}

/// One line of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Of the file; 0: none.
    pub line: u64,
    /// What the roster calls the person.
    pub person: String,
    pub name: String,
    pub said: String,
}
