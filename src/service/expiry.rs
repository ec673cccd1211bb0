//! Passwords that expire: reminders, and days for those that have none yet.
//!
//! Run again and again by housekeeping. Each account keeps the moment of its next reminder, which is moved on in the
//! same commit that queues the mail: no reminder comes twice, and one that a downtime swallowed is made good.

use super::Portal;
use super::mail::Message;
use super::ports::Fault;
use super::records::Account;
use crate::account::{AccountState, Frozen, Username};
use crate::expiry::Schedule;
use crate::moment::Moment;

/// Accounts of one commit.
const BATCH: u32 = 100;

impl Portal {
    /// Reminds those whose reminder is due, one batch. True when there may be more.
    ///
    /// # Errors
    /// When the store fails; then nobody of the batch was reminded.
    pub async fn remind(&self) -> Result<bool, Fault> {
        let now = self.now();
        if self.store.read().await?.find_reminders(now, 1).await?.is_empty() {
            return Ok(false);
        }
        let counts_days = self.agency.policy.password.expires_days > 0;
        let mut work = self.store.begin().await?;
        let due = work.find_reminders(now, BATCH).await?;
        for account in &due {
            let left = account.schedule.days_left(now).filter(|_| counts_days);
            let reminded = if counts_days { account.schedule.reminded(now) } else { Schedule::NEVER };
            work.save_schedule(account.id, reminded).await?;
            let Some(days) = left.filter(|_| is_open(account)) else { continue };
            let Some(expires) = account.schedule.expires else { continue };
            let addresses = self.addresses(&mut *work, account.id).await?;
            let message = Message::PasswordExpires { username: account.username.clone(), expires, days };
            for to in &addresses {
                self.post(&mut *work, to, Some(account.id), &message, self.language_of(account)).await?;
            }
            if !addresses.is_empty() {
                self.audit_by(&mut *work, "worker", "reminded", Some(account.id), &days.to_string()).await?;
            }
        }
        work.save().await?;
        Ok(due.len() == BATCH as usize)
    }

    /// Gives days to passwords that have none because the policy did not count them when they were set, one batch.
    /// True when there may be more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn schedule_passwords(&self) -> Result<bool, Fault> {
        let (now, days) = (self.now(), self.agency.policy.password.expires_days);
        if days == 0 || self.store.read().await?.find_unscheduled(1).await?.is_empty() {
            return Ok(false);
        }
        let mut work = self.store.begin().await?;
        let unscheduled = work.find_unscheduled(BATCH).await?;
        for account in &unscheduled {
            let set = account.password_set.unwrap_or(now);
            work.save_schedule(account.id, Schedule::spread(account.id, set, days, now)).await?;
        }
        work.save().await?;
        Ok(unscheduled.len() == BATCH as usize)
    }

    /// Whether a password still ends at this moment, and its account is open: its reminder may have waited.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn still_expires(&self, username: &Username, at: Moment) -> Result<bool, Fault> {
        let account = self.store.read().await?.find_account_by_username(&username.key()).await?;
        Ok(account.is_some_and(|account| account.schedule.expires == Some(at) && is_open(&account)))
    }
}

/// Only who can sign in is reminded.
fn is_open(account: &Account) -> bool {
    account.state == AccountState::Active && account.frozen != Some(Frozen::All)
}
