use async_trait::async_trait;
use backboard::service::ports::{Audit, Fault};
use backboard::service::records::{AuditEntry, Happened};

use super::Unit;
use crate::seed::AuditRow;

#[async_trait]
impl Audit for Unit {
    async fn add_audit(&mut self, entry: &AuditEntry) -> Result<(), Fault> {
        self.change()?.audit.push(AuditRow {
            at: entry.at,
            actor: entry.actor.clone(),
            action: entry.action.to_owned(),
            account: entry.account,
            detail: entry.detail.clone(),
        });
        Ok(())
    }

    async fn find_audit_of(&mut self, account: i64, most: u32) -> Result<Vec<Happened>, Fault> {
        let rows = self.tables.audit.iter().rev().filter(|row| row.account == Some(account));
        let happened = rows.take(most as usize).map(|row| Happened {
            at: row.at,
            action: row.action.clone(),
            actor: row.actor.clone(),
            detail: row.detail.clone(),
        });
        Ok(happened.collect())
    }
}
