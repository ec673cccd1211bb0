use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::checks::Because;
use backboard::service::desk::import_ports::{ImportJob, ImportJobs, ImportReason, ImportState, NewImport};
use backboard::service::ports::Fault;
use backboard::service::roster::Imported;

use super::{Unit, broken};

#[async_trait]
impl ImportJobs for Unit {
    async fn add_import_job(&mut self, new: &NewImport) -> Result<i64, Fault> {
        let imports = &mut self.change()?.import_jobs;
        if imports.iter().any(|job| job.new.stored == new.stored) {
            return Err(broken("import_job_stored"));
        }
        let id = imports.len() as i64 + 1;
        imports.push(ImportJob::new(id, new.clone()));
        Ok(id)
    }

    async fn find_import_job(&mut self, id: i64) -> Result<Option<ImportJob>, Fault> {
        Ok(self.tables.import_jobs.iter().find(|job| job.id == id).cloned())
    }

    async fn find_import_jobs(&mut self, most: u32) -> Result<Vec<ImportJob>, Fault> {
        Ok(self.tables.import_jobs.iter().rev().take(most as usize).cloned().collect())
    }

    async fn find_open_imports(&mut self) -> Result<Vec<ImportJob>, Fault> {
        Ok(self.tables.import_jobs.iter().filter(|job| job.state.is_open()).cloned().collect())
    }

    async fn save_import_job(&mut self, job: &ImportJob, from: ImportState) -> Result<bool, Fault> {
        let tables = self.change()?;
        let mut rows = tables.import_jobs.iter_mut();
        let Some(row) = rows.find(|row| row.id == job.id && row.state == from) else { return Ok(false) };
        *row = ImportJob { new: row.new.clone(), ..job.clone() };
        if let Some(reason) = &job.reason {
            let ImportReason { mark, salt, words } = reason.clone();
            tables.reasons.entry(mark.clone()).or_insert(Because { mark, account: 0, salt, words });
        }
        Ok(true)
    }

    async fn reach_import_job(&mut self, id: i64, reached: u64, imported: &Imported) -> Result<(), Fault> {
        let under_way = |state| matches!(state, ImportState::Checking | ImportState::Queued | ImportState::Importing);
        if let Some(job) = self.change()?.import_jobs.iter_mut().find(|job| job.id == id && under_way(job.state)) {
            (job.reached, job.imported) = (reached, *imported);
        }
        Ok(())
    }

    async fn purge_import_jobs(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        let jobs = self.change()?.import_jobs.iter_mut();
        let over = jobs.filter(|job| {
            !job.state.is_open() && job.report.is_some() && job.ended.is_some_and(|ended| ended < ended_before)
        });
        Ok(over.map(|job| job.report = None).count() as u64)
    }
}
