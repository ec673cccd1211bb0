//! What happened, written down in the unit of work that did it, each row tied to the one before.

use super::Portal;
use super::ports::{Fault, UnitOfWork};
use crate::audit::{Chain, Flaw, Head, Row, START, Tie};

/// Rows that are read at once.
const BATCH: u32 = 1_000;

/// What became of a check of the whole chain.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The rows up to the flaw, if there is one.
    pub chain: Chain,
    /// The first row that is not as it was written, and why.
    pub flaw: Option<(Row, Flaw)>,
}

impl Portal {
    /// Writes down what a person did, or what was refused them.
    pub(super) async fn audit(
        &self,
        work: &mut dyn UnitOfWork,
        action: &str,
        account: Option<i64>,
        detail: &str,
    ) -> Result<(), Fault> {
        self.audit_by(work, "person", action, account, detail).await
    }

    /// Writes down what somebody did, in this unit of work.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_by(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &str,
        action: &str,
        account: Option<i64>,
        detail: &str,
    ) -> Result<(), Fault> {
        let newest = work.find_newest_audit().await?;
        let (last, previous) = newest.map_or((0, None), |row| (row.id, row.tie));
        let mut row = Row {
            id: last.saturating_add(1),
            at: self.now(),
            actor: actor.to_owned(),
            action: action.to_owned(),
            account,
            detail: detail.to_owned(),
            tie: None,
        };
        let (key, digest) = self.vault.chain(&previous.map_or(START, |tie| tie.digest), &row.bytes());
        row.tie = Some(Tie { key, digest });
        work.add_audit(&row).await
    }

    /// The newest row's number and digest, for the log; none before the first row.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit_head(&self) -> Result<Option<Head>, Fault> {
        let newest = self.store.read().await?.find_newest_audit().await?;
        Ok(newest.and_then(|row| row.tie.map(|tie| Head { id: row.id, digest: tie.digest })))
    }

    /// Goes through the whole audit, in one view of the store, up to the first row that is not as it was written, or
    /// that is not the one a head of the log names. `seen` is told after each batch how many rows there were so far.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verify_audit(&self, heads: Vec<Head>, mut seen: impl FnMut(u64)) -> Result<Verified, Fault> {
        let mut work = self.store.read().await?;
        let mut chain = Chain::expecting(heads);
        // Also what somebody put in below the first number.
        let mut last = i64::MIN;
        loop {
            let rows = work.find_audit_after(last, BATCH).await?;
            last = rows.last().map_or(last, |row| row.id);
            for row in &rows {
                if let Err(flaw) = chain.next(row, |key, previous, bytes| self.vault.chain_under(key, previous, bytes))
                {
                    return Ok(Verified { chain, flaw: Some((row.clone(), flaw)) });
                }
            }
            seen(chain.rows());
            if rows.len() < BATCH as usize {
                return Ok(Verified { chain, flaw: None });
            }
        }
    }
}
