//! What changes about an account: its password and its days, its state, and what somebody stopped.

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen};
use backboard::expiry::Schedule;
use backboard::moment::Moment;
use backboard::service::ports::{Accounts, Fault};
use backboard::service::records::Account;
use sqlx::sqlite::SqliteQueryResult;

use super::people::{account, account_columns, account_where};
use super::{Unit, fault};

#[async_trait]
impl Accounts for Unit {
    async fn save_password(&mut self, account: i64, hash: &str, now: Moment, schedule: Schedule) -> Result<(), Fault> {
        let done = sqlx::query(
            "UPDATE account SET password_hash = ?, password_set = ?, state = 'active', password_expires = ?, \
             remind_at = ?, grace_spent = NULL WHERE id = ?",
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
        let done = sqlx::query("UPDATE account SET password_hash = ? WHERE id = ? AND password_hash IS NOT NULL")
            .bind(hash)
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn void_password(&mut self, account: i64) -> Result<(), Fault> {
        let done = sqlx::query(
            "UPDATE account SET password_hash = NULL, password_set = NULL, password_expires = NULL, \
             remind_at = NULL, grace_spent = NULL WHERE id = ?",
        )
        .bind(account)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        one(&done, account)
    }

    async fn save_state(&mut self, account: i64, state: AccountState) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET state = ? WHERE id = ?")
            .bind(state.code())
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn save_frozen(&mut self, account: i64, frozen: Option<Frozen>) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE account SET frozen = ? WHERE id = ?")
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
            "UPDATE account SET grace_spent = ? WHERE id = ? AND grace_spent IS NULL AND password_expires <= ?",
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
        let done = sqlx::query("UPDATE account SET password_expires = ?, remind_at = ? WHERE id = ?")
            .bind(schedule.expires.map(|expires| expires.0))
            .bind(schedule.remind.map(|remind| remind.0))
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        one(&done, account)
    }

    async fn find_reminders(&mut self, now: Moment, most: u32) -> Result<Vec<Account>, Fault> {
        let rows = sqlx::query(account_where!("remind_at <= ? ORDER BY remind_at, id LIMIT ?"))
            .bind(now.0)
            .bind(most)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(account).collect()
    }

    // The conditions are those of the index `account_unscheduled`, word for word.
    async fn find_unscheduled(&mut self, most: u32) -> Result<Vec<Account>, Fault> {
        let rows = sqlx::query(account_where!(
            "password_hash IS NOT NULL AND password_expires IS NULL AND state = 'active' ORDER BY id LIMIT ?"
        ))
        .bind(most)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(account).collect()
    }

    async fn forget_account(&mut self, account: i64, now: Moment) -> Result<(), Fault> {
        // `#` stands in no username that anybody can have or type.
        const EMPTY: &str = "UPDATE account SET username = '#' || id, username_key = '#' || id, state = 'inactive', \
             shared = 0, password_hash = NULL, password_set = NULL, password_expires = NULL, remind_at = NULL, \
             grace_spent = NULL, frozen = NULL, forgotten = ? WHERE id = ? AND forgotten IS NULL";
        // Flows first: they name links.
        const EVERYTHING_OF_IT: [&str; 10] = [
            "DELETE FROM flow WHERE link IN (SELECT id FROM link WHERE account = ?)",
            "DELETE FROM link WHERE account = ?",
            "DELETE FROM session WHERE account = ?",
            "DELETE FROM challenge WHERE account = ?",
            "DELETE FROM temporary_password WHERE account = ?",
            "DELETE FROM office_case WHERE account = ?",
            "DELETE FROM mail WHERE account = ?",
            "DELETE FROM caller_check WHERE account = ?",
            "DELETE FROM email_change WHERE account = ?",
            "DELETE FROM act_reason WHERE account = ?",
        ];
        let query = sqlx::query(EMPTY).bind(now.0).bind(account);
        one(&query.execute(&mut *self.transaction).await.map_err(fault)?, account)?;
        for delete in EVERYTHING_OF_IT {
            sqlx::query(delete).bind(account).execute(&mut *self.transaction).await.map_err(fault)?;
        }
        Ok(())
    }
}

pub(super) fn one(done: &SqliteQueryResult, account: i64) -> Result<(), Fault> {
    if done.rows_affected() == 1 { Ok(()) } else { Err(Fault::Other(format!("no account {account}"))) }
}
