use async_trait::async_trait;
use backboard::audit::Row;
use backboard::service::ports::{Audit, Fault};
use backboard::service::records::Happened;

use super::Unit;

#[async_trait]
impl Audit for Unit {
    async fn add_audit(&mut self, row: &Row) -> Result<(), Fault> {
        self.change()?.audit.push(row.clone());
        Ok(())
    }

    async fn find_newest_audit(&mut self) -> Result<Option<Row>, Fault> {
        Ok(self.tables.audit.last().cloned())
    }

    async fn find_audit_after(&mut self, id: i64, most: u32) -> Result<Vec<Row>, Fault> {
        Ok(self.tables.audit.iter().filter(|row| row.id > id).take(most as usize).cloned().collect())
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
