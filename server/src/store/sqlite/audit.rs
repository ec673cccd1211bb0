//! What happened, to whom, and who did it.

use async_trait::async_trait;
use backboard::service::ports::{Audit, Fault};
use backboard::service::records::AuditEntry;

use super::{Unit, fault};

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
}
