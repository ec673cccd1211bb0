//! The worker: one job after the other, whether anybody looks or not.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use backboard::service::Portal;
use backboard::service::desk::import::Task;
use backboard::service::desk::import_ports::{ImportJob, ImportState};
use backboard::service::ports::Fault;
use backboard::service::roster::RosterStore;
use tokio::sync::{Notify, watch};

use super::check::{Survey, Trouble, check, open, survey};
use super::{Folder, Imports};
use crate::metrics::{ImportEnd, metrics};

/// Rows that are written in one unit of work: so few that who signs in meanwhile does not wait.
const BATCH: usize = 250;
/// How long the worker rests after something failed.
const PAUSE: Duration = Duration::from_secs(5);
/// How often it looks for jobs that other nodes took in.
const POLLING: Duration = Duration::from_secs(5);
/// How often it looks for files that nobody needs.
const TIDYING: Duration = Duration::from_secs(10 * 60);

/// Does the jobs of imports.
pub struct Importer {
    portal: Arc<Portal>,
    store: Arc<dyn RosterStore>,
    folder: Arc<Folder>,
    wake: Arc<Notify>,
    /// Wakes whoever sends mails.
    queued: Arc<Notify>,
    /// How long it rests while nobody wakes it.
    rest: Duration,
}

impl Importer {
    #[must_use]
    pub fn new(portal: Arc<Portal>, store: Arc<dyn RosterStore>, imports: Imports, queued: Arc<Notify>) -> Self {
        Self { portal, store, folder: imports.folder, wake: imports.wake, queued, rest: TIDYING }
    }

    /// The same where rosters may be brought to other nodes, which cannot wake it.
    #[must_use]
    pub fn shared(self) -> Self {
        Self { rest: POLLING, ..self }
    }

    /// Works until it is told to stop.
    pub async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut resumed = false;
        loop {
            let rest = match self.turn(&mut resumed, &stopped).await {
                Ok(()) => self.rest,
                Err(fault) => {
                    tracing::warn!(%fault, "import");
                    // What was under way is nobody's now.
                    resumed = false;
                    PAUSE
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(rest) => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
    }

    async fn turn(&self, resumed: &mut bool, stopped: &watch::Receiver<bool>) -> Result<(), Fault> {
        if !*resumed {
            self.resume().await?;
            *resumed = true;
        }
        while !*stopped.borrow() && self.round(stopped).await? {}
        self.tidy().await
    }

    /// After a start: says which import was cut off.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resume(&self) -> Result<(), Fault> {
        self.portal.resume_imports().await
    }

    /// Forgets what nobody decided about, and removes every file that no job needs: of jobs that are over, and what a
    /// crash left behind.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tidy(&self) -> Result<(), Fault> {
        self.portal.expire_imports().await?;
        let found = self.folder.found();
        if found.is_empty() {
            return Ok(());
        }
        let mut kept = HashSet::new();
        for job in self.portal.store.read().await?.find_import_jobs(u32::MAX).await? {
            if job.state.is_open() {
                kept.insert(self.folder.roster(&job.new.stored));
            }
            if job.report.is_some_and(|report| report.has_rejects) {
                kept.insert(self.folder.rejects(&job.new.stored));
            }
        }
        Folder::sweep(&found, &kept);
        Ok(())
    }

    /// Does one job, if there is one; false when there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self, stopped: &watch::Receiver<bool>) -> Result<bool, Fault> {
        match self.portal.import_next().await? {
            None => Ok(false),
            Some(Task::Check(job)) => {
                match check(&self.portal, &*self.store, &self.folder, job.clone(), stopped).await {
                    Ok(checked) => {
                        self.portal.import_checked(ImportState::Checking, checked).await?;
                        metrics().work.import(ImportEnd::Checked);
                    }
                    Err(trouble) => self.refuse(job, trouble).await?,
                }
                Ok(true)
            }
            Some(Task::Import(job)) => {
                self.import(job, stopped).await?;
                Ok(true)
            }
        }
    }

    async fn refuse(&self, job: ImportJob, trouble: Trouble) -> Result<(), Fault> {
        match trouble {
            Trouble::Unusable(why) => {
                let stored = job.new.stored.clone();
                self.portal.import_refused(job, why).await?;
                self.folder.remove_roster(&stored);
                self.folder.remove_rejects(&stored);
                metrics().work.import(ImportEnd::Refused);
                Ok(())
            }
            Trouble::Fault(fault) => Err(fault),
            // It begins again with the program.
            Trouble::Stopping => Ok(()),
        }
    }

    /// Imports what a member has agreed to, if it still is what the check showed.
    async fn import(&self, job: ImportJob, stopped: &watch::Receiver<bool>) -> Result<(), Fault> {
        let checked = match check(&self.portal, &*self.store, &self.folder, job.clone(), stopped).await {
            Ok(checked) => checked,
            Err(trouble) => return self.refuse(job, trouble).await,
        };
        if Some(checked.outcome) != job.outcome {
            tracing::info!(import = job.id, "people changed since the check; nothing was imported");
            metrics().work.import(ImportEnd::Moved);
            return self.portal.import_checked(ImportState::Queued, checked).await;
        }
        // A check leaves open who said so.
        let job = checked.job;
        let read = survey(&self.folder, &job).await;
        let (Survey { usernames, .. }, mut file) = match read.and_then(|read| Ok((read, open(&self.folder, &job)?))) {
            Ok(read) => read,
            Err(trouble) => return self.refuse(job, trouble).await,
        };
        if !self.portal.import_starts(job.clone()).await? {
            return Ok(());
        }
        let member = job.begun_by.unwrap_or(job.new.member);
        tracing::info!(import = job.id, staff = member, rows = job.rows, "import begins");
        let mut import = self.portal.import(&*self.store, false).for_job(job.id, member, &job.new.file);
        for username in &usernames {
            import.reserve(username);
        }
        let whole = loop {
            if *stopped.borrow() {
                break Ok(false);
            }
            let batch = match file.batch(BATCH, import.today()) {
                Ok(batch) => batch,
                Err(why) => break Err(Fault::Other(why)),
            };
            if batch.lines.is_empty() {
                break Ok(true);
            }
            if let Err(fault) = import.take(batch.lines).await {
                break Err(fault);
            }
            // Who waits for the writer gets it before the next batch does.
            tokio::task::yield_now().await;
        };
        let imported = import.finish(matches!(whole, Ok(true))).await?;
        self.queued.notify_one();
        tracing::info!(import = job.id, %imported, whole = matches!(whole, Ok(true)), "import ends");
        metrics().work.import(if matches!(whole, Ok(true)) { ImportEnd::Done } else { ImportEnd::Stopped });
        if whole? {
            self.folder.remove_roster(&job.new.stored);
        }
        Ok(())
    }
}
