//! What happened, written down in the unit of work that did it, each row tied to the one before.

use super::desk::Actor;
use super::ports::{Fault, Store, UnitOfWork, Vault};
use super::{Portal, Visitor};
use crate::audit::{Chain, Flaw, Head, Row, START, Tie};
use crate::limit::Budget;
use crate::refused::{Problem, Refused};

/// Rows that are read at once.
const BATCH: u32 = 1_000;

/// Refusals of one operation, for one reason, of one subnet that are written down. A stranger must not be able to fill
/// the disk: what is beyond stands in the log alone.
const NOTED: Budget = Budget::per(5, 60 * 60);
/// Such refusals in all.
const NOTED_IN_ALL: Budget = Budget::per(2_000, 60 * 60);

/// Whose a refused operation was.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// A person's, with the account where somebody is signed in.
    Account(Option<i64>),
    Staff(&'a Actor),
}

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

    /// Writes down that an operation was refused, where its use case has not done so itself. What was typed wrong is no
    /// refusal of anything.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refused(
        &self,
        visitor: &Visitor,
        operation: &str,
        who: Whose<'_>,
        problems: &[Problem],
    ) -> Result<(), Fault> {
        let Some(refused) = problems.iter().map(|problem| problem.refused).find(|refused| is_noted(*refused)) else {
            return Ok(());
        };
        let detail = format!("{operation} {}", refused.code());
        let now = self.now();
        let mut work = self.store.begin().await?;
        let subnet = (format!("audit:{detail}:{}", visitor.subnet()), NOTED);
        for (key, budget) in [subnet, ("audit:all".to_owned(), NOTED_IN_ALL)] {
            if work.take_budget(&key, budget, now).await?.is_err() {
                return Ok(());
            }
        }
        let (actor, account) = match who {
            Whose::Account(account) => ("person".to_owned(), account),
            Whose::Staff(actor) => (actor.name(), None),
        };
        self.audit_by(&mut *work, &actor, "refused", account, &detail).await?;
        work.save().await
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
    pub async fn verify_audit(&self, heads: Vec<Head>, seen: impl FnMut(u64)) -> Result<Verified, Fault> {
        verify(&*self.store, &*self.vault, heads, seen).await
    }
}

/// The same for a store that is no portal's, such as a copy.
///
/// # Errors
/// When the store fails.
pub async fn verify(
    store: &dyn Store,
    vault: &dyn Vault,
    heads: Vec<Head>,
    mut seen: impl FnMut(u64),
) -> Result<Verified, Fault> {
    let mut work = store.read().await?;
    let mut chain = Chain::expecting(heads);
    // Also what somebody put in below the first number.
    let mut last = i64::MIN;
    loop {
        let rows = work.find_audit_after(last, BATCH).await?;
        last = rows.last().map_or(last, |row| row.id);
        for row in &rows {
            if let Err(flaw) = chain.next(row, |key, previous, bytes| vault.chain_under(key, previous, bytes)) {
                return Ok(Verified { chain, flaw: Some((row.clone(), flaw)) });
            }
        }
        seen(chain.rows());
        if rows.len() < BATCH as usize {
            return Ok(Verified { chain, flaw: None });
        }
    }
}

/// Refusals that no use case writes down: limits, proofs, codes, links and flows that lead nowhere. A wrong password or
/// answer, and an account that is closed to its owner, stand there already, with the account.
const fn is_noted(refused: Refused) -> bool {
    matches!(
        refused,
        Refused::TooManyTries
            | Refused::RobotExpired
            | Refused::RobotUnproven
            | Refused::RobotBudget
            | Refused::CodeWrong
            | Refused::CodeDead
            | Refused::AnswerDead
            | Refused::LinkUnknown
            | Refused::LinkSpent
            | Refused::LinkExpired
            | Refused::LinkSuperseded
            | Refused::NotMeOver
            | Refused::FlowOver
            | Refused::FlowOther
            | Refused::PageOld
            | Refused::EntryOver
            | Refused::NotAllowed
            | Refused::RoleHigher
            | Refused::StaffSelf
            | Refused::ApprovalOwn
    )
}
