//! What new statuses do to accounts.

use std::collections::HashMap;

use super::{Change, Finding, Import, RosterWork, Said};
use crate::account::AccountState;
use crate::roster::{PersonId, Warning, joint_status, state_after};
use crate::service::ports::Fault;
use crate::service::records::Account;

/// A status that is news for an account.
pub(super) struct News {
    pub place: usize,
    pub line: u64,
    pub person: PersonId,
    pub account: i64,
    pub told: Option<AccountState>,
}

impl Import<'_> {
    /// Takes over statuses, once all rows of the batch that share an account are written.
    pub(super) async fn settle(
        &mut self,
        work: &mut dyn RosterWork,
        news: Vec<News>,
        mut before: HashMap<i64, Option<AccountState>>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Fault> {
        for news in news {
            let statuses = self.statuses(work, news.account).await?;
            let people = statuses.len();
            let joint = joint_status(statuses);
            let account = work.find_account(news.account).await?;
            let account = account.ok_or_else(|| Fault::Other(format!("account {} vanished", news.account)))?;
            let mut state = account.state;
            if let Some(told) = joint
                && before.insert(account.id, joint) != Some(joint)
            {
                state = state_after(account.state, account.password_hash.is_some(), told);
            }
            if state != account.state {
                news.report(Change::State { from: account.state, to: state }, findings);
                if !self.dry {
                    self.save_state(work, &account, state).await?;
                }
            }
            if people > 1 && news.told.is_some_and(|told| Some(told) != joint) {
                let Finding { place, line, person, .. } = news.found(Vec::new());
                findings.push(Finding { place, line, person, said: Said::Warned(Warning::StatusOutvoted(state)) });
            }
        }
        if !self.dry {
            self.unwritten.clear();
        }
        Ok(())
    }

    async fn save_state(&self, work: &mut dyn RosterWork, account: &Account, state: AccountState) -> Result<(), Fault> {
        work.save_state(account.id, state).await?;
        if !matches!(state, AccountState::Active | AccountState::Unclaimed) {
            work.end_sessions_of(account.id).await?;
            work.supersede_links(account.id, 0, self.now).await?;
            work.end_temporaries(account.id, self.now).await?;
        }
        let detail = format!("{}>{}", account.state.code(), state.code());
        self.note(work, "state-changed", Some(account.id), detail).await
    }

    /// What the roster told of everybody of an account, this batch included.
    pub(super) async fn statuses(
        &self,
        work: &mut dyn RosterWork,
        account: i64,
    ) -> Result<Vec<Option<AccountState>>, Fault> {
        let people = work.find_statuses_of(account).await?;
        Ok(people.into_iter().map(|(person, status)| self.unwritten.get(&person).copied().unwrap_or(status)).collect())
    }
}

impl News {
    fn found(&self, changes: Vec<Change>) -> Finding {
        Finding { place: self.place, line: self.line, person: Some(self.person.clone()), said: Said::Changed(changes) }
    }

    /// Adds a change to what is already said of the row.
    fn report(&self, change: Change, findings: &mut Vec<Finding>) {
        for finding in findings.iter_mut().filter(|finding| finding.place == self.place) {
            if let Said::Changed(changes) = &mut finding.said {
                changes.push(change);
                return;
            }
        }
        findings.push(self.found(vec![change]));
    }
}
