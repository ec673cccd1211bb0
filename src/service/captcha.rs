//! *I'm not a robot*: challenges are handed out within a budget, so that nobody can hoard them.

use super::{Declined, Portal, Visitor};
use crate::limit::Budget;
use crate::refused::Refused;

/// Challenges for one address.
const BY_ADDRESS: Budget = Budget::per(60, 60 * 60);

impl Portal {
    /// A fresh challenge.
    ///
    /// # Errors
    /// Limits; or that this portal uses a hosted check, which brings its own.
    pub async fn challenge(&self, visitor: &Visitor) -> Result<String, Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd("captcha.challenge", visitor, BY_ADDRESS), now).await?;
        work.save().await?;
        self.robots.challenge(now).ok_or_else(|| Refused::RobotUnproven.into())
    }
}
