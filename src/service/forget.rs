//! People who left the roster are forgotten, and so is the account that nobody is left of.
//!
//! Run again and again by housekeeping, a batch a commit; what a crash cuts off, the next round finishes. An account
//! that several share stays while somebody of it is left; what was mailed for it before leads nowhere any more, because
//! nobody can tell whose mailbox it lies in.

use super::Portal;
use super::ports::{Fault, UnitOfWork};
use super::records::Gone;
use crate::keep;

/// People of one commit: the writer is held for some tens of milliseconds.
const BATCH: usize = 100;
/// People looked for at once: those who may not go are passed over, and where these are many that takes a while.
const FOUND: u32 = 1_000;
/// Who wrote it down.
const WORKER: &str = "worker";

impl Portal {
    /// Whom the next round forgets, the longest gone first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn gone(&self) -> Result<Vec<Gone>, Fault> {
        match keep::named_last_by(self.people_days, self.now()) {
            Some(named) => self.store.read().await?.find_gone(named, u32::MAX).await,
            None => Ok(Vec::new()),
        }
    }

    /// Forgets the longest gone of them. True when there may be more.
    ///
    /// # Errors
    /// When the store fails; what was committed until then stays forgotten.
    pub async fn forget(&self) -> Result<bool, Fault> {
        let Some(named) = keep::named_last_by(self.people_days, self.now()) else { return Ok(false) };
        let gone = self.store.read().await?.find_gone(named, FOUND).await?;
        for batch in gone.chunks(BATCH) {
            let mut work = self.store.begin().await?;
            for Gone { person, account, .. } in batch {
                // Looked for without holding the writer: an import may have named them meanwhile.
                if work.forget_person(*person, named).await? {
                    self.forget_with(&mut *work, account.id).await?;
                }
            }
            work.save().await?;
        }
        Ok(gone.len() == FOUND as usize)
    }

    /// What goes with a person of this account, and its row of the audit.
    async fn forget_with(&self, work: &mut dyn UnitOfWork, account: i64) -> Result<(), Fault> {
        let now = self.now();
        let is_last = work.find_people_of(account).await?.is_empty();
        if is_last {
            work.forget_account(account, now).await?;
        } else {
            work.supersede_links(account, 0, now).await?;
            work.end_temporaries(account, now).await?;
        }
        let detail = if is_last { "account" } else { "shared" };
        self.audit_by(work, WORKER, "person-forgotten", Some(account), detail).await
    }
}
