//! What happened, to whom, and who did it.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Audit, Fault};
use backboard::service::records::{AuditEntry, Happened};
use sqlx::sqlite::SqliteRow;

use super::{Unit, column, fault};

#[async_trait]
impl Audit for Unit {
    async fn add_audit(&mut self, entry: &AuditEntry) -> Result<(), Fault> {
        sqlx::query("INSERT INTO audit (at, actor, action, account, detail) VALUES (?, ?, ?, ?, ?)")
            .bind(entry.at.0)
            .bind(&entry.actor)
            .bind(entry.action)
            .bind(entry.account)
            .bind(&entry.detail)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    // By id: what was written last comes first, even where a clock was set back.
    async fn find_audit_of(&mut self, account: i64, most: u32) -> Result<Vec<Happened>, Fault> {
        let rows =
            sqlx::query("SELECT at, action, actor, detail FROM audit WHERE account = ? ORDER BY id DESC LIMIT ?")
                .bind(account)
                .bind(most)
                .fetch_all(&mut *self.transaction)
                .await
                .map_err(fault)?;
        rows.iter().map(happened).collect()
    }
}

fn happened(row: &SqliteRow) -> Result<Happened, Fault> {
    Ok(Happened {
        at: Moment(column(row, "at")?),
        action: column(row, "action")?,
        actor: column(row, "actor")?,
        detail: column(row, "detail")?,
    })
}
