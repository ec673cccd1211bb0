//! Mails on their way out.

use async_trait::async_trait;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Outbox};
use backboard::service::records::{Mail, NewMail, Posted};

use super::columns::{column, unreadable, whole};
use super::{TableRow, Unit, fault};

#[async_trait]
impl Outbox for Unit {
    async fn add_mail(&mut self, mail: &NewMail) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO mail (id, recipient, account, kind, sealed, queued, due) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&mail.id)
        .bind(mail.recipient.as_str())
        .bind(mail.account)
        .bind(&mail.kind)
        .bind(mail.sealed.as_slice())
        .bind(mail.due.0)
        .bind(mail.due.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_due_mails(&mut self, now: Moment, most: u32) -> Result<Vec<String>, Fault> {
        sqlx::query_scalar("SELECT id FROM mail WHERE due <= $1 ORDER BY due, number LIMIT $2")
            .bind(now.0)
            .bind(i64::from(most))
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)
    }

    async fn take_mail(&mut self, id: &str, now: Moment, until: Moment) -> Result<Option<Mail>, Fault> {
        let row = sqlx::query(concat!(
            "UPDATE mail SET due = $1, tries = tries + 1 \
                 WHERE number = (SELECT number FROM mail WHERE id = $2 AND due <= $3",
            not_taken!(),
            ") RETURNING id, recipient, kind, sealed, queued, tries"
        ))
        .bind(until.0)
        .bind(id)
        .bind(now.0)
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        row.as_ref().map(mail).transpose()
    }

    // A mail ends once: what a slow sender says after that changes nothing.
    async fn mail_sent(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        sqlx::query("UPDATE mail SET sent = $1, sealed = NULL, due = NULL WHERE id = $2 AND due IS NOT NULL")
            .bind(now.0)
            .bind(id)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn mail_retry(&mut self, id: &str, due: Moment, why: &str) -> Result<(), Fault> {
        sqlx::query("UPDATE mail SET due = $1, why = $2 WHERE id = $3 AND due IS NOT NULL")
            .bind(due.0)
            .bind(why)
            .bind(id)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn mail_failed(&mut self, id: &str, now: Moment, why: &str) -> Result<(), Fault> {
        sqlx::query(
            "UPDATE mail SET failed = $1, why = $2, sealed = NULL, due = NULL WHERE id = $3 AND due IS NOT NULL",
        )
        .bind(now.0)
        .bind(why)
        .bind(id)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn mail_bounced(&mut self, id: &str, now: Moment, status: &str) -> Result<bool, Fault> {
        // What came back was sent, also where the answer to it was lost on the way.
        let done = sqlx::query(
            "UPDATE mail SET bounced = $1, status = $2, sent = coalesce(sent, $3), sealed = NULL, due = NULL \
             WHERE id = $4 AND bounced IS NULL AND failed IS NULL",
        )
        .bind(now.0)
        .bind(status)
        .bind(now.0)
        .bind(id)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn find_mail(&mut self, id: &str) -> Result<Option<Posted>, Fault> {
        let row = sqlx::query("SELECT account, recipient, kind, queued FROM mail WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(posted).transpose()
    }

    async fn next_due(&mut self) -> Result<Option<Moment>, Fault> {
        let due: Option<i64> = sqlx::query_scalar(
            "SELECT min(due) FROM (SELECT min(due) AS due FROM job \
             UNION ALL SELECT min(due) AS due FROM mail WHERE due IS NOT NULL) AS waiting",
        )
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(due.map(Moment))
    }

    async fn purge_mail(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        let done = sqlx::query("DELETE FROM mail WHERE due IS NULL AND coalesce(sent, failed) < $1")
            .bind(ended_before.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }
}

fn posted(row: &TableRow) -> Result<Posted, Fault> {
    Ok(Posted {
        account: column(row, "account")?,
        recipient: Email::parse(column(row, "recipient")?).map_err(|_| unreadable("recipient"))?,
        kind: column(row, "kind")?,
        queued: Moment(column(row, "queued")?),
    })
}

fn mail(row: &TableRow) -> Result<Mail, Fault> {
    Ok(Mail {
        id: column(row, "id")?,
        recipient: Email::parse(column(row, "recipient")?).map_err(|_| unreadable("recipient"))?,
        kind: column(row, "kind")?,
        sealed: column(row, "sealed")?,
        queued: Moment(column(row, "queued")?),
        tries: whole(row, "tries")?,
    })
}
