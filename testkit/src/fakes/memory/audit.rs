use async_trait::async_trait;
use backboard::service::ports::{Audit, Fault};
use backboard::service::records::AuditEntry;

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
}
