//! Jobs of imports at the desk.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::import_ports::{ImportJob, ImportJobs, ImportReason, ImportState, NewImport, Report};
use backboard::service::ports::Fault;
use backboard::service::records::Digest;
use backboard::service::roster::Imported;

use super::columns::{column, digest, signed, unreadable, whole};
use super::{TableRow, Unit, fault};

/// Jobs with their newest reason.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT import_job.*, salt, words FROM import_job \
             LEFT JOIN import_reason ON import_reason.mark = import_job.mark ",
            $which
        )
    };
}

#[async_trait]
impl ImportJobs for Unit {
    async fn add_import_job(&mut self, new: &NewImport) -> Result<i64, Fault> {
        sqlx::query_scalar(
            "INSERT INTO import_job (member, file, stored, bytes, digest, state, uploaded) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(new.member)
        .bind(&new.file)
        .bind(&new.stored)
        .bind(signed(new.bytes))
        .bind(new.digest.as_slice())
        .bind(ImportState::Uploaded.code())
        .bind(new.uploaded.0)
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)
    }

    async fn find_import_job(&mut self, id: i64) -> Result<Option<ImportJob>, Fault> {
        let row = sqlx::query(select!("WHERE id = $1"))
            .bind(id)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(job).transpose()
    }

    async fn find_import_jobs(&mut self, most: u32) -> Result<Vec<ImportJob>, Fault> {
        let rows = sqlx::query(select!("ORDER BY id DESC LIMIT $1"))
            .bind(i64::from(most))
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(job).collect()
    }

    async fn find_open_imports(&mut self) -> Result<Vec<ImportJob>, Fault> {
        let rows = sqlx::query(select!("WHERE state NOT IN ('refused', 'done', 'dropped') ORDER BY id"))
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(job).collect()
    }

    async fn save_import_job(&mut self, job: &ImportJob, from: ImportState) -> Result<bool, Fault> {
        const UPDATE: &str = "UPDATE import_job SET state = $1, begun_by = $2, begun = $3, ended = $4, total = $5, \
             reached = $6, added = $7, changed = $8, unchanged = $9, rejected = $10, warned = $11, leaving = $12, people = $13, \
             wide = $14, moved = $15, outcome = $16, report = $17, problem = $18, mark = $19 \
             WHERE id = $20 AND state = $21";
        let report = job.report.as_ref().map(serde_json::to_string).transpose().map_err(Fault::other)?;
        let Imported { added, changed, unchanged, rejected, warned } = job.imported;
        let done = sqlx::query(UPDATE)
            .bind(job.state.code())
            .bind(job.begun_by)
            .bind(job.begun.map(|at| at.0))
            .bind(job.ended.map(|at| at.0))
            .bind(signed(job.rows))
            .bind(signed(job.reached))
            .bind(signed(added))
            .bind(signed(changed))
            .bind(signed(unchanged))
            .bind(signed(rejected))
            .bind(signed(warned))
            .bind(signed(job.leaving))
            .bind(signed(job.people))
            .bind(job.wide)
            .bind(job.moved)
            .bind(job.outcome.as_ref().map(<[u8; 32]>::as_slice))
            .bind(report)
            .bind(&job.problem)
            .bind(job.reason.as_ref().map(|reason| &reason.mark))
            .bind(job.id)
            .bind(from.code())
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        let is_saved = done.rows_affected() == 1;
        if is_saved && let Some(reason) = &job.reason {
            self.keep_import_reason(job.id, reason).await?;
        }
        Ok(is_saved)
    }

    async fn reach_import_job(&mut self, id: i64, reached: u64, imported: &Imported) -> Result<(), Fault> {
        const UPDATE: &str = "UPDATE import_job SET reached = $1, added = $2, changed = $3, unchanged = $4, rejected = $5, \
             warned = $6 WHERE id = $7 AND state IN ('checking', 'queued', 'importing')";
        let Imported { added, changed, unchanged, rejected, warned } = *imported;
        sqlx::query(UPDATE)
            .bind(signed(reached))
            .bind(signed(added))
            .bind(signed(changed))
            .bind(signed(unchanged))
            .bind(signed(rejected))
            .bind(signed(warned))
            .bind(id)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn purge_import_jobs(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        let done = sqlx::query(
            "UPDATE import_job SET report = NULL WHERE report IS NOT NULL AND ended < $1 \
             AND state IN ('refused', 'done', 'dropped')",
        )
        .bind(ended_before.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected())
    }
}

impl Unit {
    /// One that is kept already stays as it was.
    async fn keep_import_reason(&mut self, import: i64, reason: &ImportReason) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO import_reason (mark, import, salt, words) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(&reason.mark)
        .bind(import)
        .bind(reason.salt.as_slice())
        .bind(&reason.words)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }
}

fn moment(row: &TableRow, name: &str) -> Result<Option<Moment>, Fault> {
    Ok(column::<Option<i64>>(row, name)?.map(Moment))
}

fn job(row: &TableRow) -> Result<ImportJob, Fault> {
    let state: &str = column(row, "state")?;
    let outcome: Option<&[u8]> = column(row, "outcome")?;
    let report: Option<&str> = column(row, "report")?;
    let mark: Option<String> = column(row, "mark")?;
    let reason = mark
        .map(|mark| Ok::<_, Fault>(ImportReason { mark, salt: digest(row, "salt")?, words: column(row, "words")? }));
    Ok(ImportJob {
        id: column(row, "id")?,
        new: NewImport {
            member: column(row, "member")?,
            file: column(row, "file")?,
            stored: column(row, "stored")?,
            bytes: whole(row, "bytes")?,
            digest: digest(row, "digest")?,
            uploaded: Moment(column(row, "uploaded")?),
        },
        state: ImportState::from_code(state).ok_or_else(|| unreadable("state of an import"))?,
        begun_by: column(row, "begun_by")?,
        begun: moment(row, "begun")?,
        ended: moment(row, "ended")?,
        rows: whole(row, "total")?,
        reached: whole(row, "reached")?,
        imported: Imported {
            added: whole(row, "added")?,
            changed: whole(row, "changed")?,
            unchanged: whole(row, "unchanged")?,
            rejected: whole(row, "rejected")?,
            warned: whole(row, "warned")?,
        },
        leaving: whole(row, "leaving")?,
        people: whole(row, "people")?,
        wide: column(row, "wide")?,
        moved: column(row, "moved")?,
        outcome: outcome.map(Digest::try_from).transpose().map_err(|_| unreadable("outcome of an import"))?,
        report: report.map(serde_json::from_str::<Report>).transpose().map_err(Fault::other)?,
        problem: column(row, "problem")?,
        reason: reason.transpose()?,
    })
}
