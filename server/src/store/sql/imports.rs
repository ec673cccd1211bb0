//! Imports that are over, and what they rejected.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::report_ports::{ImportRun, Imports, KeptImport, Reject};
use backboard::service::ports::Fault;
use backboard::service::roster::Imported;
use sqlx::QueryBuilder;

use super::columns::{column, signed, whole};
use super::{TableRow, Unit, fault};

/// Rejects of one insert: each binds three values.
const REJECTS: usize = 300;

#[async_trait]
impl Imports for Unit {
    async fn keep_import(&mut self, run: &ImportRun) -> Result<i64, Fault> {
        let Imported { added, changed, unchanged, rejected, warned } = run.imported;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO import_run (began, ended, actor, file, added, changed, unchanged, rejected, warned, whole) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        )
        .bind(run.began.0)
        .bind(run.ended.0)
        .bind(&run.by)
        .bind(&run.file)
        .bind(signed(added))
        .bind(signed(changed))
        .bind(signed(unchanged))
        .bind(signed(rejected))
        .bind(signed(warned))
        .bind(run.whole)
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)?;
        for rejects in run.rejects.chunks(REJECTS) {
            let mut query = QueryBuilder::new("INSERT INTO import_reject (run, line, reason) ");
            query.push_values(rejects, |mut row, reject| {
                row.push_bind(id).push_bind(signed(reject.line)).push_bind(&reject.reason);
            });
            query.push(" ON CONFLICT DO NOTHING");
            query.build().execute(&mut *self.transaction).await.map_err(fault)?;
        }
        Ok(id)
    }

    async fn find_imports(&mut self, below: i64, most: u32) -> Result<Vec<KeptImport>, Fault> {
        let query = sqlx::query("SELECT * FROM import_run WHERE id < $1 ORDER BY id DESC LIMIT $2")
            .bind(below)
            .bind(i64::from(most));
        query.fetch_all(&mut *self.transaction).await.map_err(fault)?.iter().map(kept).collect()
    }

    async fn find_import(&mut self, id: i64) -> Result<Option<KeptImport>, Fault> {
        let query = sqlx::query("SELECT * FROM import_run WHERE id = $1").bind(id);
        query.fetch_optional(&mut *self.transaction).await.map_err(fault)?.as_ref().map(kept).transpose()
    }

    async fn find_rejects(&mut self, import: i64) -> Result<Vec<Reject>, Fault> {
        let query = sqlx::query("SELECT line, reason FROM import_reject WHERE run = $1 ORDER BY line").bind(import);
        let rows = query.fetch_all(&mut *self.transaction).await.map_err(fault)?;
        rows.iter().map(|row| Ok(Reject { line: whole(row, "line")?, reason: column(row, "reason")? })).collect()
    }

    async fn purge_imports(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        let query = sqlx::query("DELETE FROM import_run WHERE ended < $1").bind(ended_before.0);
        Ok(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected())
    }
}

fn kept(row: &TableRow) -> Result<KeptImport, Fault> {
    Ok(KeptImport {
        id: column(row, "id")?,
        began: Moment(column(row, "began")?),
        ended: Moment(column(row, "ended")?),
        by: column(row, "actor")?,
        file: column(row, "file")?,
        imported: Imported {
            added: whole(row, "added")?,
            changed: whole(row, "changed")?,
            unchanged: whole(row, "unchanged")?,
            rejected: whole(row, "rejected")?,
            warned: whole(row, "warned")?,
        },
        whole: column(row, "whole")?,
    })
}
