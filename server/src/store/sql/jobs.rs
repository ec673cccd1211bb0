//! Work that requests queue, taken under a lease.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Jobs};
use backboard::service::records::{Job, NewFlow};

use super::columns::{column, whole};
use super::flows::{add_flow, bind_flow};
use super::{TableRow, Unit, fault};

#[async_trait]
impl Jobs for Unit {
    async fn add_job(&mut self, kind: &str, sealed: &[u8], due: Moment) -> Result<(), Fault> {
        sqlx::query("INSERT INTO job (kind, sealed, due) VALUES ($1, $2, $3)")
            .bind(kind)
            .bind(sealed)
            .bind(due.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn add_job_with(&mut self, flow: &NewFlow, kind: &str, sealed: &[u8], due: Moment) -> Result<(), Fault> {
        let both = both!(add_flow!(), "INSERT INTO job (kind, sealed, due) VALUES ($8, $9, $10)");
        let added = bind_flow!(sqlx::query(both), flow).bind(kind).bind(sealed).bind(due.0);
        added.execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(())
    }

    async fn take_job(&mut self, now: Moment, until: Moment) -> Result<Option<Job>, Fault> {
        let row = sqlx::query(concat!(
            "UPDATE job SET due = $1, tries = tries + 1 \
                 WHERE id = (SELECT id FROM job WHERE due <= $2 ORDER BY due, id LIMIT 1",
            not_taken!(),
            ") RETURNING id, kind, sealed, tries"
        ))
        .bind(until.0)
        .bind(now.0)
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        row.as_ref().map(job).transpose()
    }

    async fn end_job(&mut self, job: i64) -> Result<bool, Fault> {
        let done = sqlx::query("DELETE FROM job WHERE id = $1")
            .bind(job)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }
}

fn job(row: &TableRow) -> Result<Job, Fault> {
    Ok(Job {
        id: column(row, "id")?,
        kind: column(row, "kind")?,
        sealed: column(row, "sealed")?,
        tries: whole(row, "tries")?,
    })
}
