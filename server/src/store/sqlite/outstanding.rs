//! What waits, and how the store itself stands.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::outstanding::{Backlog, Backlogs};
use backboard::service::ports::Fault;

use super::{Sqlite, Unit, column, fault};

/// How many connections a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// `write` or `read`.
    pub name: &'static str,
    pub open: u32,
    /// Of those.
    pub idle: u32,
}

impl Sqlite {
    #[must_use]
    pub fn pools(&self) -> Vec<Pool> {
        let pools = [("write", &self.writer), ("read", &self.readers)];
        let pool = |(name, pool): (_, &sqlx::SqlitePool)| Pool {
            name,
            open: pool.size(),
            idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
        };
        pools.into_iter().map(pool).collect()
    }
}

#[async_trait]
impl Backlogs for Unit {
    async fn find_backlog(&mut self) -> Result<Backlog, Fault> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM mail WHERE due IS NOT NULL) AS mails, \
             (SELECT min(queued) FROM mail WHERE due IS NOT NULL) AS oldest_mail, \
             (SELECT count(*) FROM job) AS jobs, (SELECT min(due) FROM job) AS first_job, \
             coalesce((SELECT max(id) FROM audit), 0) AS audit_rows",
        )
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)?;
        let count = |name| column::<i64>(&row, name).map(|count| u64::try_from(count).unwrap_or_default());
        let moment = |name| column::<Option<i64>>(&row, name).map(|at| at.map(Moment));
        Ok(Backlog {
            mails: count("mails")?,
            oldest_mail: moment("oldest_mail")?,
            jobs: count("jobs")?,
            first_job: moment("first_job")?,
            audit_rows: column(&row, "audit_rows")?,
        })
    }

    async fn find_step(&mut self) -> Result<i64, Fault> {
        sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(fault)
    }
}
