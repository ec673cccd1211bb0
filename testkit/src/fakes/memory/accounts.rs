use async_trait::async_trait;
use backboard::account::{AccountState, Frozen};
use backboard::expiry::Schedule;
use backboard::moment::Moment;
use backboard::service::ports::{Accounts, Fault};
use backboard::service::records::Account;

use super::Unit;

#[async_trait]
impl Accounts for Unit {
    async fn save_password(&mut self, account: i64, hash: &str, now: Moment, schedule: Schedule) -> Result<(), Fault> {
        let account = self.account(account)?;
        account.password_hash = Some(hash.to_owned());
        account.password_set = Some(now);
        account.state = AccountState::Active;
        account.schedule = schedule;
        account.grace_spent = false;
        Ok(())
    }

    async fn save_hash(&mut self, account: i64, hash: &str) -> Result<(), Fault> {
        let found = self.account(account)?;
        if found.password_hash.is_none() {
            return Err(Fault::Other(format!("account {account} has no password")));
        }
        found.password_hash = Some(hash.to_owned());
        Ok(())
    }

    async fn save_language(&mut self, account: i64, language: &str) -> Result<(), Fault> {
        self.account(account)?.language = Some(language.to_owned());
        Ok(())
    }

    async fn void_password(&mut self, account: i64) -> Result<(), Fault> {
        let account = self.account(account)?;
        account.password_hash = None;
        account.password_set = None;
        account.schedule = Schedule::NEVER;
        account.grace_spent = false;
        Ok(())
    }

    async fn save_state(&mut self, account: i64, state: AccountState) -> Result<(), Fault> {
        self.account(account)?.state = state;
        Ok(())
    }

    async fn save_frozen(&mut self, account: i64, frozen: Option<Frozen>) -> Result<(), Fault> {
        self.account(account)?.frozen = frozen;
        Ok(())
    }

    async fn spend_grace(&mut self, account: i64, now: Moment) -> Result<bool, Fault> {
        let account = self.change()?.accounts.get_mut(&account);
        let expired = account.filter(|account| !account.grace_spent && account.schedule.is_over(now));
        let Some(account) = expired else { return Ok(false) };
        account.grace_spent = true;
        Ok(true)
    }

    async fn save_schedule(&mut self, account: i64, schedule: Schedule) -> Result<(), Fault> {
        self.account(account)?.schedule = schedule;
        Ok(())
    }

    async fn find_reminders(&mut self, now: Moment, most: u32) -> Result<Vec<Account>, Fault> {
        let due = |account: &&Account| account.schedule.remind.is_some_and(|remind| remind <= now);
        let mut accounts: Vec<Account> = self.tables.accounts.values().filter(due).cloned().collect();
        accounts.sort_by_key(|account| (account.schedule.remind, account.id));
        accounts.truncate(most as usize);
        Ok(accounts)
    }

    async fn find_unscheduled(&mut self, most: u32) -> Result<Vec<Account>, Fault> {
        let accounts = self.tables.accounts.values().filter(|account| {
            account.password_hash.is_some()
                && account.schedule.expires.is_none()
                && account.state == AccountState::Active
        });
        Ok(accounts.take(most as usize).cloned().collect())
    }

    async fn forget_account(&mut self, account: i64, _now: Moment) -> Result<(), Fault> {
        let tables = self.change()?;
        if tables.accounts.remove(&account).is_none() {
            return Err(Fault::Other(format!("no account {account}")));
        }
        tables.forgotten.insert(account);
        let links: Vec<String> =
            tables.links.iter().filter(|row| row.new.account == account).map(|row| row.new.id.clone()).collect();
        tables.flows.retain(|(_, flow)| !flow.link.as_ref().is_some_and(|link| links.contains(link)));
        tables.links.retain(|row| row.new.account != account);
        tables.sessions.retain(|_, session| session.account != account);
        tables.challenges.remove(&account);
        tables.temporaries.retain(|row| row.new.account != account);
        tables.cases.retain(|(case, _)| case.account != account);
        tables.mails.retain(|(_, row)| row.account != Some(account));
        tables.callers.retain(|(_, of), _| *of != account);
        tables.email_changes.retain(|(change, _)| change.account != account);
        tables.reasons.retain(|_, reason| reason.account != account);
        Ok(())
    }
}

impl Unit {
    fn account(&mut self, id: i64) -> Result<&mut Account, Fault> {
        self.change()?.accounts.get_mut(&id).ok_or_else(|| Fault::Other(format!("no account {id}")))
    }
}
