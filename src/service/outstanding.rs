//! What waits to be done, for whoever watches the portal from outside: numbers alone, and nobody's name.

use async_trait::async_trait;

use super::Portal;
use super::desk::queues::Waiting;
use super::freeze::CASE;
use super::ports::Fault;
use crate::moment::Moment;

/// Work that is queued, as the store counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Mails that are neither sent nor given up.
    pub mails: u64,
    /// When the one of them was queued that waits longest.
    pub oldest_mail: Option<Moment>,
    pub jobs: u64,
    /// When the one of them is due that is first.
    pub first_job: Option<Moment>,
    /// The number of the newest row of the audit: nothing is ever cut from it.
    pub audit_rows: i64,
}

#[async_trait]
pub trait Backlogs: Send {
    async fn find_backlog(&mut self) -> Result<Backlog, Fault>;
    /// The number of the newest step that the store's tables have taken; 0 where there are none.
    async fn find_step(&mut self) -> Result<i64, Fault>;
}

/// Everything that waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outstanding {
    pub backlog: Backlog,
    /// For the office.
    pub waiting: Waiting,
    /// When the newest import ended, if there was one.
    pub imported: Option<Moment>,
}

impl Portal {
    /// What waits, in one view of the store.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn outstanding(&self) -> Result<Outstanding, Fault> {
        let mut work = self.store.read().await?;
        let backlog = work.find_backlog().await?;
        let dead_mail = work.count_standing(self.arrived()).await?;
        let waiting = Waiting { dead_mail, frozen: work.count_waiting(CASE).await? };
        let imported = work.find_imports(i64::MAX, 1).await?.first().map(|import| import.ended);
        Ok(Outstanding { backlog, waiting, imported })
    }
}
