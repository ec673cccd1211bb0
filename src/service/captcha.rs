//! *I'm not a robot*: challenges are handed out within a budget, so that nobody can hoard them.

use super::ports::{Proof, UnitOfWork};
use super::records::Digest;
use super::{Declined, Portal, Visitor};
use crate::limit::Budget;
use crate::moment::Moment;
use crate::refused::{Field, Problem, Refused};

/// Forms without a proof of work, for browsers without JavaScript: from one address, and in all.
const UNPROVEN_BY_ADDRESS: Budget = Budget::per(5, 60 * 60);
const UNPROVEN_IN_ALL: Budget = Budget::per(120, 60 * 60);

/// A good proof, to be spent once.
pub(super) struct Once {
    digest: Digest,
    until: Moment,
}

/// Challenges for one address.
const BY_ADDRESS: Budget = Budget::per(60, 60 * 60);

impl Portal {
    /// A fresh challenge.
    ///
    /// # Errors
    /// Limits; or that this portal uses a hosted check, which brings its own.
    pub async fn challenge(&self, visitor: &Visitor) -> Result<String, Declined> {
        let now = self.now();
        let mut work = self.store.begin_beside().await?;
        self.take(&mut *work, &self.crowd("captcha.challenge", visitor, BY_ADDRESS), now).await?;
        work.save().await?;
        self.robots.challenge(now).ok_or_else(|| Refused::RobotUnproven.into())
    }

    /// Judges the proof before the transaction, because a hosted check asks another server.
    pub(super) async fn judge_proof(&self, proof: &str) -> Result<Option<Once>, Declined> {
        if proof.is_empty() {
            return Ok(None);
        }
        match self.robots.check(proof, self.now()).await? {
            Proof::Good { once, until } => Ok(Some(Once { digest: once, until })),
            Proof::Expired => Err(Problem::at(Field::Robot, Refused::RobotExpired).into()),
            Proof::Bad => Err(Problem::at(Field::Robot, Refused::RobotUnproven).into()),
        }
    }

    /// Spends a proof, in the unit of work that it lets through.
    pub(super) async fn spend_proof(&self, work: &mut dyn UnitOfWork, proof: Once) -> Result<(), Declined> {
        match work.spend_once(&proof.digest, proof.until).await? {
            true => Ok(()),
            false => Err(Problem::at(Field::Robot, Refused::RobotExpired).into()),
        }
    }

    /// The small budgets of forms without a proof.
    pub(super) fn unproven(&self, visitor: &Visitor) -> [(String, Budget); 2] {
        [
            (format!("unproven:address:{}", visitor.address), UNPROVEN_BY_ADDRESS.times(self.multiply)),
            ("unproven:all".to_owned(), UNPROVEN_IN_ALL.times(self.multiply)),
        ]
    }
}

/// One of those is empty: with JavaScript there is a way on.
pub(super) const fn too_many_unproven(wait: u32) -> Problem {
    Problem { field: Field::Robot, refused: Refused::RobotBudget, wait: Some(wait) }
}
