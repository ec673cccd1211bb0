//! People who left the roster are forgotten, and so is the account that nobody is left of.
//!
//! Run again and again by housekeeping, a batch a commit; what a crash cuts off, the next round finishes. An account
//! that several share stays while somebody of it is left; what was mailed for it before leads nowhere any more, because
//! nobody can tell whose mailbox it lies in.

use super::Portal;
use super::ports::Fault;
use super::records::Gone;
use crate::keep;

/// People of one commit: the writer is held for some tens of milliseconds.
const BATCH: u32 = 100;
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

    /// Forgets one batch of them. True when there may be more.
    ///
    /// # Errors
    /// When the store fails; then nobody of the batch was forgotten.
    pub async fn forget(&self) -> Result<bool, Fault> {
        let now = self.now();
        let Some(named) = keep::named_last_by(self.people_days, now) else { return Ok(false) };
        if self.store.read().await?.find_gone(named, 1).await?.is_empty() {
            return Ok(false);
        }
        let mut work = self.store.begin().await?;
        let gone = work.find_gone(named, BATCH).await?;
        for Gone { person, account, .. } in &gone {
            work.forget_person(*person).await?;
            let is_last = work.find_people_of(account.id).await?.is_empty();
            let detail = if is_last {
                work.forget_account(account.id, now).await?;
                "account"
            } else {
                work.supersede_links(account.id, 0, now).await?;
                work.end_temporaries(account.id, now).await?;
                "shared"
            };
            self.audit_by(&mut *work, WORKER, "person-forgotten", Some(account.id), detail).await?;
        }
        work.save().await?;
        Ok(gone.len() == BATCH as usize)
    }
}
