//! What waits.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::outstanding::{Backlog, Backlogs};
use backboard::service::ports::Fault;

use super::columns::column;
use super::{Unit, fault};

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
