use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Flows as _, Jobs};
use backboard::service::records::{Job, NewFlow};

use super::{Unit, purge};

#[async_trait]
impl Jobs for Unit {
    async fn add_job(&mut self, kind: &str, sealed: &[u8], due: Moment) -> Result<(), Fault> {
        let tables = self.change()?;
        tables.last_job += 1;
        let job = Job { id: tables.last_job, kind: kind.to_owned(), sealed: sealed.to_owned(), tries: 0 };
        tables.jobs.push((due, job));
        Ok(())
    }

    async fn add_job_with(&mut self, flow: &NewFlow, kind: &str, sealed: &[u8], due: Moment) -> Result<(), Fault> {
        self.add_flow(flow).await?;
        self.add_job(kind, sealed, due).await
    }

    async fn take_job(&mut self, now: Moment, until: Moment) -> Result<Option<Job>, Fault> {
        let jobs = self.change()?.jobs.iter_mut().filter(|(due, _)| *due <= now);
        Ok(jobs.min_by_key(|(due, job)| (*due, job.id)).map(|(due, job)| {
            *due = until;
            job.tries += 1;
            job.clone()
        }))
    }

    async fn end_job(&mut self, job: i64) -> Result<bool, Fault> {
        Ok(purge(&mut self.change()?.jobs, |(_, row)| row.id == job) == 1)
    }
}
