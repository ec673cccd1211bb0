//! Which life of the data this is, and the end of everything that was outstanding in the one before.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::epoch::{Epoch, Epochs, RESTORED, Void, Voided};
use backboard::service::ports::Fault;

use super::columns::column;
use super::{Unit, fault};

/// Ends at `$1` what has not ended, or takes out what nobody has to be told about.
const FLOWS: &str = "DELETE FROM flow";
const LINKS: &str = "UPDATE link SET superseded = $1 WHERE spent IS NULL AND superseded IS NULL AND expires > $1";
const EXPIRED_LINKS: &str = "UPDATE link SET superseded = $1 WHERE spent IS NULL AND superseded IS NULL";
const SESSIONS: &str = "DELETE FROM session";
const TEMPORARIES: &str = "UPDATE temporary_password SET ended = $1 WHERE ended IS NULL AND expires > $1";
const JOBS: &str = "DELETE FROM job";
const CALLERS: &str = "DELETE FROM caller_check";
const EMAIL_CHANGES: &str = "UPDATE email_change SET ended = $1, fate = 'stopped' WHERE ended IS NULL";
const STAFF_SESSIONS: &str = "DELETE FROM staff_session";
const STAFF_ENTRIES: &str = "DELETE FROM staff_entry";
const STAFF_LINKS: &str = "UPDATE staff_link SET spent = $1 WHERE spent IS NULL AND expires > $1";
const RECOVERY_CODES: &str = "UPDATE staff_recovery SET used = $1 WHERE used IS NULL";
const IMPORTS: &str = "UPDATE import_job SET state = 'checked' WHERE state = 'queued'";
const MAILS: &str =
    "UPDATE mail SET failed = $1, why = $2, sealed = NULL, due = NULL WHERE due IS NOT NULL AND kind = $3";
const SECOND_STEPS: &str =
    "UPDATE staff SET second_step = $1 WHERE second IS NOT NULL AND coalesce(second_step, 0) < $1";

#[async_trait]
impl Epochs for Unit {
    async fn find_epoch(&mut self) -> Result<Epoch, Fault> {
        let row = sqlx::query("SELECT number, since, source, copied FROM epoch")
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(Epoch {
            number: column(&row, "number")?,
            since: Moment(column(&row, "since")?),
            source: column::<Option<i64>>(&row, "source")?.map(Moment),
            copied: column::<Option<i64>>(&row, "copied")?.map(Moment),
        })
    }

    async fn begin_epoch(&mut self, after: &Epoch, now: Moment) -> Result<bool, Fault> {
        let begun = sqlx::query(
            "UPDATE epoch SET number = number + 1, since = $1, source = copied, copied = NULL WHERE number = $2 AND since = $3",
        )
        .bind(now.0)
        .bind(after.number)
        .bind(after.since.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(begun.rows_affected() == 1)
    }

    async fn void_outstanding(&mut self, void: &Void) -> Result<Voided, Fault> {
        let now = void.now;
        // Flows first, because they name links.
        let flows = self.void(FLOWS, None).await?;
        let mut voided = Voided {
            flows,
            links: self.void(LINKS, Some(now)).await?,
            sessions: self.void(SESSIONS, None).await?,
            temporaries: self.void(TEMPORARIES, Some(now)).await?,
            jobs: self.void(JOBS, None).await?,
            mails: 0,
            callers: self.void(CALLERS, None).await?,
            email_changes: self.void(EMAIL_CHANGES, Some(now)).await?,
            staff_sessions: self.void(STAFF_SESSIONS, None).await? + self.void(STAFF_ENTRIES, None).await?,
            staff_links: self.void(STAFF_LINKS, Some(now)).await?,
            recovery_codes: self.void(RECOVERY_CODES, Some(now)).await?,
            imports: self.void(IMPORTS, None).await?,
        };
        // A mail that waited would let a link last longer that has expired.
        self.void(EXPIRED_LINKS, Some(now)).await?;
        for kind in &void.mails {
            let query = sqlx::query(MAILS).bind(now.0).bind(RESTORED).bind(*kind);
            voided.mails += query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected();
        }
        self.void(SECOND_STEPS, Some(Moment(void.step))).await?;
        Ok(voided)
    }
}

impl Unit {
    /// One statement; how many rows it touched.
    async fn void(&mut self, statement: &'static str, bound: Option<Moment>) -> Result<u64, Fault> {
        let query = sqlx::query(statement);
        let query = match bound {
            Some(moment) => query.bind(moment.0),
            None => query,
        };
        Ok(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected())
    }
}
