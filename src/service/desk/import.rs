//! Importing a roster at the desk.
//!
//! - A file is brought, checked by the server's worker, shown, and imported when a member says so, with a reason: the
//!   same checks and the same import as on the command line ([`crate::service::roster`]).
//! - **What is imported is what was shown.** The job holds the digest of everything the check found. Before the first row
//!   is written the same file is checked once more; where anything comes out otherwise, because people changed meanwhile,
//!   nothing is imported and the page shows what it would be now.
//! - A change of more than a fifth of the people has to be agreed to apart ([`crate::roster::is_wide`]).
//! - One job at a time; the others wait in the order in which they came. Everybody who may import sees all of them.
//! - How far an import has come is written down in the very units of work that bring it so far. Cut off, it says so after
//!   the restart, and is checked and imported again: rows that were taken are unchanged then.

use super::Actor;
use super::import_ports::{ImportJob, ImportReason, ImportState, NewImport};
use crate::limit::Budget;
use crate::refused::{Field, Problem, Refused};
use crate::service::ports::Fault;
use crate::service::records::Digest;
use crate::service::{Declined, Portal};
use crate::staff::{Act, Reason};

/// Files that one member of staff brings.
pub const UPLOADS: Budget = Budget::per(20, 60 * 60);
/// Files that lie there at once.
pub const MOST_OPEN: usize = 5;
/// The most characters of a file's name that are kept.
pub const NAME_LONGEST: usize = 100;
/// Jobs that the list shows.
const MOST_LISTED: u32 = 20;

/// A file that the guards have put into the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// As the browser named it.
    pub name: String,
    /// Its name in the folder.
    pub stored: String,
    pub bytes: u64,
    pub digest: Digest,
}

/// A job as its page shows it.
#[derive(Clone, Debug)]
pub struct Look {
    pub job: ImportJob,
    /// The job that has to be done before, while this one waits.
    pub ahead: Option<ImportJob>,
    /// An earlier job with the very same file that was imported.
    pub twin: Option<i64>,
}

impl Portal {
    /// Whether a member may bring another file now. Asked before a byte of it is kept.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::ImportsWait`], [`Refused::TooManyTries`].
    pub async fn desk_import_admit(&self, actor: &Actor) -> Result<(), Declined> {
        actor.may(Act::Import)?;
        let mut work = self.store.begin().await?;
        self.acting(&mut *work, actor).await?;
        if work.find_open_imports().await?.len() >= MOST_OPEN {
            return Err(Refused::ImportsWait.into());
        }
        self.take_of(&mut *work, actor, Act::Import, UPLOADS).await?;
        Ok(work.save().await?)
    }

    /// Takes a file that lies in the folder on as a job; its number.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::Missing`] at [`Field::Roster`] for a file of no bytes.
    pub async fn desk_import_bring(&self, actor: &Actor, upload: Option<&Upload>) -> Result<i64, Declined> {
        actor.may(Act::Import)?;
        let missing = || Problem::at(Field::Roster, Refused::Missing);
        let upload = upload.filter(|upload| upload.bytes > 0).ok_or_else(missing)?;
        let mut work = self.store.begin().await?;
        self.acting(&mut *work, actor).await?;
        let Upload { stored, bytes, digest, .. } = upload.clone();
        let new = NewImport {
            member: actor.staff,
            file: file_name(&upload.name),
            stored,
            bytes,
            digest,
            uploaded: self.now(),
        };
        let id = work.add_import_job(&new).await?;
        let detail = format!("import {id} bytes={bytes} sha256={}", hex(&digest));
        self.audit_by(&mut *work, &actor.name(), "import-brought", None, &detail).await?;
        work.save().await?;
        Ok(id)
    }

    /// The newest jobs.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_import_jobs(&self, actor: &Actor) -> Result<Vec<ImportJob>, Declined> {
        actor.may(Act::Import)?;
        Ok(self.store.read().await?.find_import_jobs(MOST_LISTED).await?)
    }

    /// One job.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::ImportGone`].
    pub async fn desk_import(&self, actor: &Actor, id: i64) -> Result<Look, Declined> {
        actor.may(Act::Import)?;
        let mut work = self.store.read().await?;
        let job = work.find_import_job(id).await?.ok_or(Refused::ImportGone)?;
        let waits = matches!(job.state, ImportState::Uploaded | ImportState::Queued);
        let ahead = if waits { first(work.find_open_imports().await?).filter(|first| first.id != id) } else { None };
        let is_twin = |other: &ImportJob| {
            other.id != id && other.new.digest == job.new.digest && other.state == ImportState::Done
        };
        let twin = work.find_import_jobs(MOST_LISTED).await?.into_iter().find(is_twin).map(|other| other.id);
        Ok(Look { job, ahead, twin })
    }

    /// *Import these changes*: from here on the worker does it, whether the page is open or not.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::ImportGone`]; [`Refused::ImportBegun`] when it stands elsewhere by now;
    /// [`Refused::ImportWide`] at [`Field::Wide`] for a wide change that nobody agreed to.
    pub async fn desk_import_begin(
        &self,
        actor: &Actor,
        id: i64,
        reason: &Reason,
        agreed: bool,
    ) -> Result<(), Declined> {
        actor.may(Act::Import)?;
        let mut work = self.store.begin().await?;
        self.acting(&mut *work, actor).await?;
        let mut job = work.find_import_job(id).await?.ok_or(Refused::ImportGone)?;
        if job.state != ImportState::Checked {
            return Err(Refused::ImportBegun.into());
        }
        if job.wide && !agreed {
            return Err(Problem::at(Field::Wide, Refused::ImportWide).into());
        }
        let (mark, salt) = self.mark_of(0, reason);
        let wide = if job.wide { " wide" } else { "" };
        let detail = format!(
            "import {id} added={} changed={} unchanged={} rejected={} leaving={}{wide} sha256={} reason={mark}",
            job.imported.added,
            job.imported.changed,
            job.imported.unchanged,
            job.imported.rejected,
            job.leaving,
            hex(&job.new.digest)
        );
        job.reason = Some(ImportReason { mark, salt, words: reason.as_str().to_owned() });
        job.state = ImportState::Queued;
        job.begun_by = Some(actor.staff);
        job.begun = Some(self.now());
        job.reached = 0;
        job.moved = false;
        if !work.save_import_job(&job, ImportState::Checked).await? {
            return Err(Refused::ImportBegun.into());
        }
        self.audit_by(&mut *work, &actor.name(), Act::Import.code(), None, &detail).await?;
        Ok(work.save().await?)
    }

    /// *Check again*: what an import that was cut off, or that nobody decided about, would bring now.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::ImportGone`], [`Refused::ImportBegun`].
    pub async fn desk_import_again(&self, actor: &Actor, id: i64) -> Result<(), Declined> {
        let can = |state| matches!(state, ImportState::Checked | ImportState::Stopped);
        self.turn_import(actor, id, can, "import-again", |job| {
            *job = ImportJob { begun: job.begun, begun_by: job.begun_by, ..ImportJob::new(job.id, job.new.clone()) };
        })
        .await
    }

    /// *Do not import*: the file is removed. Nothing of it was taken, or, of one that was cut off, nothing more.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::ImportGone`], [`Refused::ImportBegun`].
    pub async fn desk_import_drop(&self, actor: &Actor, id: i64) -> Result<(), Declined> {
        let now = self.now();
        let can = |state| {
            matches!(state, ImportState::Uploaded | ImportState::Checked | ImportState::Queued | ImportState::Stopped)
        };
        self.turn_import(actor, id, can, "import-dropped", |job| {
            job.state = ImportState::Dropped;
            job.ended = Some(now);
            job.report = None;
        })
        .await
    }

    /// The name in the folder of the roster whose rejected rows may be had.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::ImportGone`] when there are none, or none any more.
    pub async fn desk_import_rejects(&self, actor: &Actor, id: i64) -> Result<String, Declined> {
        let Look { job, .. } = self.desk_import(actor, id).await?;
        let has = job.report.as_ref().is_some_and(|report| report.has_rejects);
        if has { Ok(job.new.stored) } else { Err(Refused::ImportGone.into()) }
    }

    /// A member takes a job from one state to another, with a row of the audit.
    async fn turn_import(
        &self,
        actor: &Actor,
        id: i64,
        can: impl FnOnce(ImportState) -> bool + Send,
        action: &str,
        turn: impl FnOnce(&mut ImportJob) + Send,
    ) -> Result<(), Declined> {
        actor.may(Act::Import)?;
        let mut work = self.store.begin().await?;
        self.acting(&mut *work, actor).await?;
        let mut job = work.find_import_job(id).await?.ok_or(Refused::ImportGone)?;
        let from = job.state;
        if !can(from) {
            return Err(Refused::ImportBegun.into());
        }
        turn(&mut job);
        if !work.save_import_job(&job, from).await? {
            return Err(Refused::ImportBegun.into());
        }
        self.audit_by(&mut *work, &actor.name(), action, None, &format!("import {id}")).await?;
        Ok(work.save().await?)
    }
}

/// The job whose turn it is: what a member has decided on before what is only to be looked at.
#[must_use]
pub fn first(open: Vec<ImportJob>) -> Option<ImportJob> {
    let rank = |job: &ImportJob| match job.state {
        ImportState::Checking | ImportState::Importing => Some(0),
        ImportState::Queued => Some(1),
        ImportState::Uploaded => Some(2),
        _ => None,
    };
    open.into_iter().filter_map(|job| Some((rank(&job)?, job))).min_by_key(|(rank, job)| (*rank, job.id)).map(|it| it.1)
}

/// A file's name as it may be shown: the last part of a path, without control characters, cut.
#[must_use]
pub fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = last.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER && !is_turning(*c));
    let name: String = plain.take(NAME_LONGEST).collect();
    let name = name.trim();
    if name.is_empty() { "roster.csv".to_owned() } else { name.to_owned() }
}

/// Marks that turn the direction of what follows: they could make a name read as another.
const fn is_turning(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn hex(digest: &Digest) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What the worker does next.
#[derive(Debug)]
pub enum Task {
    /// Look at the file, and say what it would bring.
    Check(ImportJob),
    /// Check once more, then import.
    Import(ImportJob),
}

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// With everything filled in that a check finds.
    pub job: ImportJob,
    /// Of everything it found.
    pub outcome: Digest,
}

/// The worker's half. It acts for the members who said so, and asks nobody.
impl Portal {
    /// The next thing to do, taken: nobody else does it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_next(&self) -> Result<Option<Task>, Fault> {
        let mut work = self.store.begin().await?;
        let Some(mut job) = first(work.find_open_imports().await?) else { return Ok(None) };
        match job.state {
            ImportState::Queued => Ok(Some(Task::Import(job))),
            ImportState::Uploaded => {
                job.state = ImportState::Checking;
                let taken = work.save_import_job(&job, ImportState::Uploaded).await?;
                work.save().await?;
                Ok(taken.then_some(Task::Check(job)))
            }
            _ => Ok(None),
        }
    }

    /// What a check found, for the page. Of a job that was to be imported: people changed meanwhile, and nothing was.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_checked(&self, from: ImportState, checked: Checked) -> Result<(), Fault> {
        let Checked { mut job, outcome } = checked;
        job.moved = from == ImportState::Queued;
        job.state = ImportState::Checked;
        job.outcome = Some(outcome);
        self.put_import(&job, from).await.map(|_| ())
    }

    /// The file is no roster, or cannot be read any more; `why` is one sentence. It is not needed any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_refused(&self, mut job: ImportJob, why: String) -> Result<(), Fault> {
        let from = job.state;
        job.state = ImportState::Refused;
        job.ended = Some(self.now());
        job.problem = Some(why);
        self.put_import(&job, from).await.map(|_| ())
    }

    /// From now on rows are written. False when a member has given the job up meanwhile.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_starts(&self, mut job: ImportJob) -> Result<bool, Fault> {
        job.state = ImportState::Importing;
        job.reached = 0;
        job.imported = crate::service::roster::Imported::default();
        self.put_import(&job, ImportState::Queued).await
    }

    /// How far a check has come.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_reached(&self, job: &ImportJob) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        work.reach_import_job(job.id, job.reached, &job.imported).await?;
        work.save().await
    }

    async fn put_import(&self, job: &ImportJob, from: ImportState) -> Result<bool, Fault> {
        let mut work = self.store.begin().await?;
        let put = work.save_import_job(job, from).await?;
        work.save().await?;
        Ok(put)
    }

    /// After a start: what was under way when the program ended. A check begins again by itself; an import says how far
    /// it came, with the row of the audit that it could not write.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resume_imports(&self) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        for mut job in work.find_open_imports().await? {
            let from = job.state;
            match from {
                ImportState::Checking => job.state = ImportState::Uploaded,
                ImportState::Importing => {
                    job.state = ImportState::Stopped;
                    job.ended = Some(self.now());
                    let detail = format!("{} import={} stopped", job.imported, job.id);
                    let member = job.begun_by.unwrap_or(job.new.member);
                    self.audit_by(&mut *work, &format!("staff {member}"), "imported", None, &detail).await?;
                }
                _ => continue,
            }
            work.save_import_job(&job, from).await?;
        }
        work.save().await
    }

    /// Gives up what nobody has decided about for [`KEPT_SECONDS`], and forgets the people in the reports of what ended
    /// [`REPORT_SECONDS`] ago.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn expire_imports(&self) -> Result<(), Fault> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        for mut job in work.find_open_imports().await? {
            let since = job.ended.or(job.begun).map_or(job.new.uploaded, |then| then.max(job.new.uploaded));
            let waits = matches!(job.state, ImportState::Checked | ImportState::Stopped);
            if waits && since.plus(KEPT_SECONDS) <= now {
                let from = job.state;
                job.state = ImportState::Dropped;
                job.ended = Some(now);
                job.report = None;
                work.save_import_job(&job, from).await?;
            }
        }
        work.purge_import_jobs(now.plus(-REPORT_SECONDS)).await?;
        work.save().await
    }
}

/// How long a file waits for somebody to decide, in seconds.
pub const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// How long examples and rejected rows can be had after the end, in seconds.
pub const REPORT_SECONDS: i64 = 7 * 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_is_its_last_part_and_no_longer_than_a_hundred() {
        assert_eq!(file_name("roster.csv"), "roster.csv");
        assert_eq!(file_name("C:\\Users\\ada\\..\\people.csv"), "people.csv");
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("a\u{0}b\r\nc\u{202E}.csv"), "abc.csv");
        assert_eq!(file_name(&"é".repeat(1_000)).chars().count(), NAME_LONGEST);
        for empty in ["", "  ", "/", "..//", "\u{202E}"] {
            assert_eq!(file_name(empty), "roster.csv", "{empty:?}");
        }
    }
}
