//! The ledger of temporary passwords.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Temporaries};
use backboard::service::records::{Digest, NewTemporary, Temporary};

use super::columns::column;
use super::{TableRow, Unit, fault};

#[async_trait]
impl Temporaries for Unit {
    async fn add_temporary(&mut self, temporary: &NewTemporary) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO temporary_password (id, account, digest, issued, expires, issuer, why, mail) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&temporary.id)
        .bind(temporary.account)
        .bind(temporary.digest.as_slice())
        .bind(temporary.issued.0)
        .bind(temporary.expires.0)
        .bind(&temporary.issuer)
        .bind(&temporary.why)
        .bind(&temporary.mail)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_temporary(&mut self, account: i64, digest: &Digest, now: Moment) -> Result<Option<String>, Fault> {
        sqlx::query_scalar(
            "SELECT id FROM temporary_password WHERE account = $1 AND digest = $2 AND ended IS NULL AND expires > $3 \
             ORDER BY issued DESC, id DESC LIMIT 1",
        )
        .bind(account)
        .bind(digest.as_slice())
        .bind(now.0)
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)
    }

    async fn temporary_used(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        sqlx::query("UPDATE temporary_password SET used = $1 WHERE id = $2 AND used IS NULL")
            .bind(now.0)
            .bind(id)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn end_temporaries(&mut self, account: i64, now: Moment) -> Result<u64, Fault> {
        let done = sqlx::query("UPDATE temporary_password SET ended = $1 WHERE account = $2 AND ended IS NULL")
            .bind(now.0)
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }

    // What became of the mail stands in the outbox's own ledger, which may be purged first.
    async fn find_temporaries_of(&mut self, account: i64) -> Result<Vec<Temporary>, Fault> {
        let rows = sqlx::query(
            "SELECT temporary_password.id, issued, expires, issuer, temporary_password.why, sent, \
             coalesce(failed, bounced) AS failed, used, ended \
             FROM temporary_password LEFT JOIN mail ON mail.id = temporary_password.mail \
             WHERE temporary_password.account = $1 ORDER BY issued DESC, temporary_password.id DESC",
        )
        .bind(account)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(temporary).collect()
    }

    async fn purge_temporaries(&mut self, expired_before: Moment) -> Result<u64, Fault> {
        let done = sqlx::query("DELETE FROM temporary_password WHERE expires < $1")
            .bind(expired_before.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }
}

fn temporary(row: &TableRow) -> Result<Temporary, Fault> {
    let moment = |name| Ok::<_, Fault>(column::<Option<i64>>(row, name)?.map(Moment));
    Ok(Temporary {
        id: column(row, "id")?,
        issued: Moment(column(row, "issued")?),
        expires: Moment(column(row, "expires")?),
        issuer: column(row, "issuer")?,
        why: column(row, "why")?,
        sent: moment("sent")?,
        failed: moment("failed")?,
        used: moment("used")?,
        ended: moment("ended")?,
    })
}
