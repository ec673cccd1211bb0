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
        concat!(
            "CASE WHEN budget.full_at - $2 > wanted.horizon THEN $2 ELSE ",
            greatest!("budget.full_at", "$2"),
            " END + wanted.every"
        )
    };
}

/// The rule of `Budget::take` in one statement, for all that are wanted: the attempt is taken when the moment at which
/// the budget would be full again lies no further ahead than its room.
const TAKE: &str = concat!(
    "WITH wanted AS (SELECT value ->> 0 AS key, CAST(value ->> 1 AS bigint) AS every, \
         CAST(value ->> 2 AS bigint) AS room, CAST(value ->> 3 AS bigint) AS horizon FROM ",
    each!("$1"),
    ") INSERT INTO budget (key, full_at) SELECT key, $2 + every FROM wanted WHERE every <= room \
         ON CONFLICT (key) DO UPDATE SET full_at = (SELECT ",
    full_at!(),
    " FROM wanted WHERE wanted.key = budget.key) WHERE (SELECT ",
    full_at!(),
    " - $2 <= wanted.room FROM wanted WHERE wanted.key = budget.key) RETURNING key"
);

#[async_trait]
impl Budgets for Unit {
    async fn take_budgets(&mut self, budgets: &[(String, Budget)], now: Moment) -> Result<Vec<Result<(), u32>>, Fault> {
        let wanted: Vec<_> =
            budgets.iter().map(|(key, budget)| (key, budget.every, budget.room(), budget.horizon())).collect();
        let taken: Vec<String> = sqlx::query_scalar(TAKE)
            .bind(serde_json::to_string(&wanted).map_err(Fault::other)?)
            .bind(now.0)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        let mut outcomes = Vec::with_capacity(budgets.len());
        for (key, budget) in budgets {
            outcomes.push(if taken.contains(key) { Ok(()) } else { Err(self.wait(key, *budget, now).await?) });
        }
        Ok(outcomes)
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

impl Unit {
    /// Seconds until an empty budget gives the next attempt.
    async fn wait(&mut self, key: &str, budget: Budget, now: Moment) -> Result<u32, Fault> {
        let full: Option<i64> = sqlx::query_scalar("SELECT full_at FROM budget WHERE key = $1")
            .bind(key)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(budget.take(full.map(Moment), now).err().unwrap_or(1))
    }
}
