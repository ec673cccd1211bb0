//! Callers that were checked, and why something was done.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::desk::checks::{Because, CallerCode, Callers, Passed, Reasons};
use backboard::service::ports::Fault;
use backboard::service::records::Digest;
use backboard::staff::CallerCheck;

use super::columns::{column, digest, unreadable, whole};
use super::{Unit, fault};

#[async_trait]
impl Callers for Unit {
    async fn save_caller_code(&mut self, code: &CallerCode) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO caller_check (session, account, code, tries, expires) VALUES ($1, $2, $3, 0, $4) \
             ON CONFLICT (session, account) DO UPDATE SET code = excluded.code, tries = 0, expires = excluded.expires",
        )
        .bind(code.session.as_slice())
        .bind(code.account)
        .bind(code.code.as_slice())
        .bind(code.expires.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn take_caller_try(
        &mut self,
        session: &Digest,
        account: i64,
        now: Moment,
        most: u32,
    ) -> Result<Option<(Digest, u32)>, Fault> {
        let row = sqlx::query(
            "UPDATE caller_check SET tries = tries + 1 WHERE session = $1 AND account = $2 AND code IS NOT NULL \
             AND expires > $3 AND tries < $4 RETURNING code, tries",
        )
        .bind(session.as_slice())
        .bind(account)
        .bind(now.0)
        .bind(i64::from(most))
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        let Some(row) = row else { return Ok(None) };
        let tries: u32 = whole(&row, "tries")?;
        Ok(Some((digest(&row, "code")?, most.saturating_sub(tries))))
    }

    async fn has_caller_code(&mut self, session: &Digest, account: i64, now: Moment, most: u32) -> Result<bool, Fault> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM caller_check WHERE session = $1 AND account = $2 AND code IS NOT NULL \
             AND expires > $3 AND tries < $4)",
        )
        .bind(session.as_slice())
        .bind(account)
        .bind(now.0)
        .bind(i64::from(most))
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)
    }

    async fn pass_caller(&mut self, session: &Digest, account: i64, passed: Passed) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO caller_check (session, account, passed, passed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (session, account) DO UPDATE SET code = NULL, expires = NULL, passed = excluded.passed, \
             passed_at = excluded.passed_at",
        )
        .bind(session.as_slice())
        .bind(account)
        .bind(passed.by.code())
        .bind(passed.at.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_passed(&mut self, session: &Digest, account: i64) -> Result<Option<Passed>, Fault> {
        let row = sqlx::query(
            "SELECT passed, passed_at FROM caller_check WHERE session = $1 AND account = $2 AND passed IS NOT NULL",
        )
        .bind(session.as_slice())
        .bind(account)
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        let Some(row) = row else { return Ok(None) };
        let by = CallerCheck::from_code(column(&row, "passed")?).ok_or_else(|| unreadable("caller check"))?;
        Ok(Some(Passed { by, at: Moment(column(&row, "passed_at")?) }))
    }

    async fn forget_callers(&mut self, account: i64) -> Result<(), Fault> {
        sqlx::query("DELETE FROM caller_check WHERE account = $1")
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn purge_callers(&mut self, now: Moment, passed_before: Moment) -> Result<u64, Fault> {
        let done = sqlx::query(
            "DELETE FROM caller_check WHERE (expires IS NULL OR expires < $1) AND (passed_at IS NULL OR passed_at < $2)",
        )
        .bind(now.0)
        .bind(passed_before.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected())
    }
}

#[async_trait]
impl Reasons for Unit {
    async fn add_reason(&mut self, reason: &Because) -> Result<(), Fault> {
        sqlx::query("INSERT INTO act_reason (mark, account, salt, words) VALUES ($1, $2, $3, $4)")
            .bind(&reason.mark)
            .bind(reason.account)
            .bind(reason.salt.as_slice())
            .bind(&reason.words)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn find_reason(&mut self, mark: &str) -> Result<Option<Because>, Fault> {
        let row = sqlx::query(
            "SELECT mark, account, salt, words FROM act_reason WHERE mark = $1 \
             UNION ALL SELECT mark, 0, salt, words FROM import_reason WHERE mark = $1",
        )
        .bind(mark)
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Because {
            mark: column(&row, "mark")?,
            account: column(&row, "account")?,
            // Whatever somebody put there is a salt, and a wrong one: it must not hide the rest of the audit.
            salt: column::<&[u8]>(&row, "salt")?.try_into().unwrap_or_default(),
            words: column(&row, "words")?,
        }))
    }
}
