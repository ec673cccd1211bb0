//! Attempt budgets, and things that are good once.

use async_trait::async_trait;
use backboard::limit::Budget;
use backboard::moment::Moment;
use backboard::service::ports::{Budgets, Fault};
use backboard::service::records::Digest;

use super::{Unit, fault};

/// When the budget would be full again after this attempt: from now, where it is full or a clock was wrong.
macro_rules! full_at {
    () => {
        concat!("CASE WHEN budget.full_at - $2 > $5 THEN $2 ELSE ", greatest!("budget.full_at", "$2"), " END + $3")
    };
}

#[async_trait]
impl Budgets for Unit {
    // The rule of `Budget::take` in one statement: the attempt is taken when the moment at which the
    // budget would be full again lies no further ahead than its room.
    async fn take_budget(&mut self, key: &str, budget: Budget, now: Moment) -> Result<Result<(), u32>, Fault> {
        let taken = sqlx::query(concat!(
            "INSERT INTO budget (key, full_at) SELECT $1, $2 + $3 WHERE $3 <= $4 \
                 ON CONFLICT (key) DO UPDATE SET full_at = ",
            full_at!(),
            " WHERE ",
            full_at!(),
            " - $2 <= $4"
        ))
        .bind(key)
        .bind(now.0)
        .bind(i64::from(budget.every))
        .bind(budget.room())
        .bind(budget.horizon())
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        if taken.rows_affected() == 1 {
            return Ok(Ok(()));
        }
        let full: Option<i64> = sqlx::query_scalar("SELECT full_at FROM budget WHERE key = $1")
            .bind(key)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(Err(budget.take(full.map(Moment), now).err().unwrap_or(1)))
    }

    async fn refill_budget(&mut self, key: &str) -> Result<(), Fault> {
        sqlx::query("DELETE FROM budget WHERE key = $1")
            .bind(key)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn spend_once(&mut self, digest: &Digest, until: Moment) -> Result<bool, Fault> {
        let done = sqlx::query("INSERT INTO spent (digest, until) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
            .bind(digest.as_slice())
            .bind(until.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn purge_budgets(&mut self, full_before: Moment) -> Result<u64, Fault> {
        let budgets = sqlx::query(concat!(
            "DELETE FROM budget WHERE key IN (SELECT key FROM budget WHERE full_at < $1",
            not_taken!(),
            ")"
        ))
        .bind(full_before.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        let spent = sqlx::query("DELETE FROM spent WHERE until < $1")
            .bind(full_before.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(budgets.rows_affected() + spent.rows_affected())
    }
}
