//! New addresses that wait.

use async_trait::async_trait;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::desk::email_ports::{EmailChange, EmailChanges, EmailFate};
use backboard::service::ports::Fault;

use super::columns::{column, unreadable};
use super::{TableRow, Unit, fault};

#[async_trait]
impl EmailChanges for Unit {
    async fn add_email_change(&mut self, change: &EmailChange) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO email_change (id, account, person, old, new, asked, asked_by, due, approved_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&change.id)
        .bind(change.account)
        .bind(change.person)
        .bind(change.old.as_ref().map(Email::as_str))
        .bind(change.new.as_str())
        .bind(change.asked.0)
        .bind(change.asked_by)
        .bind(change.due.0)
        .bind(change.approved_by)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_email_changes_of(&mut self, account: i64) -> Result<Vec<EmailChange>, Fault> {
        let rows = sqlx::query("SELECT * FROM email_change WHERE account = $1 AND ended IS NULL ORDER BY person")
            .bind(account)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(change).collect()
    }

    async fn find_due_email_changes(
        &mut self,
        now: Moment,
        approved: bool,
        most: u32,
    ) -> Result<Vec<EmailChange>, Fault> {
        let rows = sqlx::query(
            "SELECT * FROM email_change WHERE ended IS NULL AND due <= $1 AND (NOT $2 OR approved_by IS NOT NULL) \
             ORDER BY due, id LIMIT $3",
        )
        .bind(now.0)
        .bind(approved)
        .bind(i64::from(most))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(change).collect()
    }

    async fn approve_email_change(&mut self, id: &str, staff: i64) -> Result<bool, Fault> {
        let done = sqlx::query(
            "UPDATE email_change SET approved_by = $1 WHERE id = $2 AND approved_by IS NULL AND ended IS NULL",
        )
        .bind(staff)
        .bind(id)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_email_change(&mut self, id: &str, fate: EmailFate, now: Moment) -> Result<bool, Fault> {
        let done = sqlx::query("UPDATE email_change SET ended = $1, fate = $2 WHERE id = $3 AND ended IS NULL")
            .bind(now.0)
            .bind(fate.code())
            .bind(id)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_email_change_of(&mut self, person: i64, fate: EmailFate, now: Moment) -> Result<bool, Fault> {
        let done = sqlx::query("UPDATE email_change SET ended = $1, fate = $2 WHERE person = $3 AND ended IS NULL")
            .bind(now.0)
            .bind(fate.code())
            .bind(person)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn save_email(&mut self, person: i64, email: &Email) -> Result<bool, Fault> {
        let done =
            sqlx::query("UPDATE person SET overruled = coalesce(overruled, email, ''), email = $1 WHERE id = $2")
                .bind(email.as_str())
                .bind(person)
                .execute(&mut *self.transaction)
                .await
                .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }
}

fn change(row: &TableRow) -> Result<EmailChange, Fault> {
    let address = |text: &str| Email::parse(text).map_err(|_| unreadable("e-mail address"));
    let old: Option<&str> = column(row, "old")?;
    Ok(EmailChange {
        id: column(row, "id")?,
        account: column(row, "account")?,
        person: column(row, "person")?,
        old: old.map(address).transpose()?,
        new: address(column(row, "new")?)?,
        asked: Moment(column(row, "asked")?),
        asked_by: column(row, "asked_by")?,
        due: Moment(column(row, "due")?),
        approved_by: column(row, "approved_by")?,
    })
}
