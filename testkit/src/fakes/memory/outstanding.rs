use async_trait::async_trait;
use backboard::service::outstanding::{Backlog, Backlogs};
use backboard::service::ports::Fault;

use super::Unit;

#[async_trait]
impl Backlogs for Unit {
    async fn find_backlog(&mut self) -> Result<Backlog, Fault> {
        let tables = &self.tables;
        let waiting: Vec<_> =
            tables.mails.iter().filter(|(_, row)| row.due.is_some()).map(|(mail, _)| mail.queued).collect();
        Ok(Backlog {
            mails: waiting.len() as u64,
            oldest_mail: waiting.into_iter().min(),
            jobs: tables.jobs.len() as u64,
            first_job: tables.jobs.iter().map(|(due, _)| *due).min(),
            audit_rows: tables.audit.iter().map(|row| row.id).max().unwrap_or(0),
        })
    }

    async fn find_step(&mut self) -> Result<i64, Fault> {
        Ok(0)
    }
}
