//! What changes about an account: its password and its days, its state, and what somebody stopped.

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen};
use backboard::expiry::Schedule;
use backboard::moment::Moment;
use backboard::service::ports::{Accounts, Fault};
use backboard::service::records::Account;

use super::people::{account, account_columns, account_where};
use super::{QueryResult, Unit, fault};

#[async_trait]
impl Accounts for Unit {
    async fn save_password(&mut self, account: i64, hash: &str, now: Moment, schedule: Schedule) -> Result<(), Fault> {
        let done = sqlx::query(
            "UPDATE account SET password_hash = $1, password_set = $2, state = 'active', password_expires = $3, \
             remind_at = $4, grace_spent = NULL WHERE id = $5",
        )
        .bind(hash)
        .bind(now.0)
        .bind(schedule.expires.map(|expires| expires.0))
        .bind(schedule.remind.map(|remind| remind.0))
        .bind(account)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        one(&done, account)
    }

    async fn save_hash(&mut self, account: i64, hash: &str) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET password_hash = $1 WHERE id = $2 AND password_hash IS NOT NULL")
            .bind(hash)
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn save_language(&mut self, account: i64, language: &str) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET language = $1 WHERE id = $2")
            .bind(language)
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn void_password(&mut self, account: i64) -> Result<(), Fault> {
        let done = sqlx::query(
            "UPDATE account SET password_hash = NULL, password_set = NULL, password_expires = NULL, \
             remind_at = NULL, grace_spent = NULL WHERE id = $1",
        )
        .bind(account)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        one(&done, account)
    }

    async fn save_state(&mut self, account: i64, state: AccountState) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET state = $1 WHERE id = $2")
            .bind(state.code())
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn save_frozen(&mut self, account: i64, frozen: Option<Frozen>) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET frozen = $1 WHERE id = $2")
            .bind(frozen.map(Frozen::code))
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    // A password that was changed in the meantime has its days again: its grace is not taken for the old one's.
    async fn spend_grace(&mut self, account: i64, now: Moment) -> Result<bool, Fault> {
        let done = sqlx::query(
            "UPDATE account SET grace_spent = $1 WHERE id = $2 AND grace_spent IS NULL AND password_expires <= $3",
        )
        .bind(now.0)
        .bind(account)
        .bind(now.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn save_schedule(&mut self, account: i64, schedule: Schedule) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET password_expires = $1, remind_at = $2 WHERE id = $3")
            .bind(schedule.expires.map(|expires| expires.0))
            .bind(schedule.remind.map(|remind| remind.0))
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn find_reminders(&mut self, now: Moment, most: u32) -> Result<Vec<Account>, Fault> {
        let rows = sqlx::query(account_where!("remind_at <= $1 ORDER BY remind_at, id LIMIT $2"))
            .bind(now.0)
            .bind(i64::from(most))
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(account).collect()
    }

    // The conditions are those of the index `account_unscheduled`, word for word.
    async fn find_unscheduled(&mut self, most: u32) -> Result<Vec<Account>, Fault> {
        let rows = sqlx::query(account_where!(
            "password_hash IS NOT NULL AND password_expires IS NULL AND state = 'active' ORDER BY id LIMIT $1"
        ))
        .bind(i64::from(most))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(account).collect()
    }

    async fn forget_account(&mut self, account: i64, now: Moment) -> Result<(), Fault> {
        // `#` stands in no username that anybody can have or type.
        const EMPTY: &str = "UPDATE account SET username = '#' || id, username_key = '#' || id, state = 'inactive', \
             shared = FALSE, password_hash = NULL, password_set = NULL, password_expires = NULL, remind_at = NULL, \
             grace_spent = NULL, frozen = NULL, language = NULL, forgotten = $1 WHERE id = $2 AND forgotten IS NULL";
        // Flows first: they name links.
        const EVERYTHING_OF_IT: [&str; 10] = [
            "DELETE FROM flow WHERE link IN (SELECT id FROM link WHERE account = $1)",
            "DELETE FROM link WHERE account = $1",
            "DELETE FROM session WHERE account = $1",
            "DELETE FROM challenge WHERE account = $1",
            "DELETE FROM temporary_password WHERE account = $1",
            "DELETE FROM office_case WHERE account = $1",
            "DELETE FROM mail WHERE account = $1",
            "DELETE FROM caller_check WHERE account = $1",
            "DELETE FROM email_change WHERE account = $1",
            "DELETE FROM act_reason WHERE account = $1",
        ];
        let query = sqlx::query(EMPTY).bind(now.0).bind(account);
        one(&query.execute(&mut *self.transaction).await.map_err(fault)?, account)?;
        for delete in EVERYTHING_OF_IT {
            sqlx::query(delete).bind(account).execute(&mut *self.transaction).await.map_err(fault)?;
        }
        Ok(())
    }
}

pub(super) fn one(done: &QueryResult, account: i64) -> Result<(), Fault> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(Fault::Other(format!("no account {account}"))) }
}
