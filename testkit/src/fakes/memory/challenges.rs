use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Challenges, Fault};
use backboard::service::records::Challenge;

use super::{Unit, broken};

#[async_trait]
impl Challenges for Unit {
    async fn find_challenge(&mut self, account: i64) -> Result<Option<Challenge>, Fault> {
        Ok(self.tables.challenges.get(&account).cloned())
    }

    async fn save_challenge(&mut self, account: i64, challenge: &Challenge) -> Result<(), Fault> {
        let tables = self.change()?;
        if !tables.accounts.contains_key(&account) {
            return Err(broken("challenge_account_exists"));
        }
        tables.challenges.insert(account, challenge.clone());
        Ok(())
    }

    async fn remove_challenge(&mut self, account: i64) -> Result<(), Fault> {
        self.change()?.challenges.remove(&account);
        Ok(())
    }

    async fn confirm_challenge(&mut self, account: i64, now: Moment) -> Result<(), Fault> {
        let challenge = self.change()?.challenges.get_mut(&account);
        challenge.ok_or_else(|| Fault::Other(format!("no challenge of account {account}")))?.confirmed = now;
        Ok(())
    }
}
