//! Mailed links and the codes beside them.

use async_trait::async_trait;
use backboard::link::{LinkFate, Purpose, Step};
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Links};
use backboard::service::records::{Digest, Link, NewLink};

use super::columns::{column, left, unreadable, whole};
use super::reports::count_purged_links;
use super::{TableRow, Unit, fault};

macro_rules! link_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, purpose, account, person, answer_tries, expires, spent IS NOT NULL AS is_spent, \
             superseded IS NOT NULL AS is_superseded FROM link WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl Links for Unit {
    async fn add_link(&mut self, link: &NewLink) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO link (id, purpose, account, person, flow, token, code, created, expires, number) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT coalesce(max(number), 0) + 1 FROM link))",
        )
        .bind(&link.id)
        .bind(link.purpose.code())
        .bind(link.account)
        .bind(link.person)
        .bind(&link.flow)
        .bind(link.token.as_slice())
        .bind(link.code.as_slice())
        .bind(link.created.0)
        .bind(link.expires.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_link(&mut self, id: &str) -> Result<Option<Link>, Fault> {
        let row =
            sqlx::query(link_where!("id = $1")).bind(id).fetch_optional(&mut *self.transaction).await.map_err(fault)?;
        row.as_ref().map(link).transpose()
    }

    async fn find_link_by_token(&mut self, token: &Digest) -> Result<Option<Link>, Fault> {
        let row = sqlx::query(link_where!("token = $1"))
            .bind(token.as_slice())
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(link).transpose()
    }

    async fn find_link_by_code(&mut self, flow: &str, code: &Digest) -> Result<Option<Link>, Fault> {
        let row = sqlx::query(link_where!("flow = $1 AND code = $2 ORDER BY number DESC LIMIT 1"))
            .bind(flow)
            .bind(code.as_slice())
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(link).transpose()
    }

    async fn link_mailed(&mut self, id: &str, mail: &str) -> Result<(), Fault> {
        let query = sqlx::query("UPDATE link SET mail = $1 WHERE id = $2").bind(mail).bind(id);
        query.execute(&mut *self.transaction).await.map(drop).map_err(fault)
    }

    async fn link_opened(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        let query = sqlx::query("UPDATE link SET opened = $1 WHERE id = $2 AND opened IS NULL").bind(now.0).bind(id);
        query.execute(&mut *self.transaction).await.map(drop).map_err(fault)
    }

    async fn spend_link(&mut self, id: &str, now: Moment) -> Result<bool, Fault> {
        let done = sqlx::query(
            "UPDATE link SET spent = $1 WHERE id = $2 AND spent IS NULL AND superseded IS NULL AND expires > $3",
        )
        .bind(now.0)
        .bind(id)
        .bind(now.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn take_answer_try(&mut self, link: &str, most: u32) -> Result<Option<u32>, Fault> {
        let tries: Option<i64> = sqlx::query_scalar(
            "UPDATE link SET answer_tries = answer_tries + 1 WHERE id = $1 AND answer_tries < $2 RETURNING answer_tries",
        )
        .bind(link)
        .bind(i64::from(most))
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(left(most, tries))
    }

    async fn renew_link(&mut self, id: &str, expires: Moment, most: u32) -> Result<bool, Fault> {
        let renewed: Option<String> = sqlx::query_scalar(concat!(
            "UPDATE link SET expires = ",
            greatest!("expires", "$1"),
            " WHERE id = $2 AND spent IS NULL AND superseded IS NULL \
             AND (SELECT count(DISTINCT newer.flow) FROM link newer WHERE newer.account = link.account \
             AND newer.number > link.number AND newer.spent IS NULL AND newer.superseded IS NULL) < $3 RETURNING flow"
        ))
        .bind(expires.0)
        .bind(id)
        .bind(i64::from(most))
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        let Some(flow) = renewed else { return Ok(false) };
        sqlx::query(concat!("UPDATE flow SET expires = ", greatest!("expires", "$1"), " WHERE id = $2 AND step = $3"))
            .bind(expires.0)
            .bind(flow)
            .bind(Step::Asked.code())
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(true)
    }

    async fn end_link(&mut self, id: &str, now: Moment) -> Result<(), Fault> {
        sqlx::query("UPDATE link SET superseded = $1 WHERE id = $2 AND spent IS NULL AND superseded IS NULL")
            .bind(now.0)
            .bind(id)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn supersede_links(&mut self, account: i64, keep: u32, now: Moment) -> Result<(), Fault> {
        sqlx::query(
            "UPDATE link SET superseded = $1 \
             WHERE account = $2 AND spent IS NULL AND superseded IS NULL AND (expires > $3 OR $4 = 0) \
             AND flow NOT IN (SELECT flow FROM link \
             WHERE account = $5 AND spent IS NULL AND superseded IS NULL AND expires > $6 \
             GROUP BY flow ORDER BY max(number) DESC LIMIT $7)",
        )
        .bind(now.0)
        .bind(account)
        .bind(now.0)
        .bind(i64::from(keep))
        .bind(account)
        .bind(now.0)
        .bind(i64::from(keep))
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    // A link that a flow still names stays until that flow is purged.
    async fn purge_links(&mut self, expired_before: Moment) -> Result<u64, Fault> {
        count_purged_links(&mut self.transaction, expired_before).await.map_err(fault)?;
        let done = sqlx::query(
            "DELETE FROM link WHERE expires < $1 AND NOT EXISTS (SELECT 1 FROM flow WHERE flow.link = link.id)",
        )
        .bind(expired_before.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected())
    }
}

fn link(row: &TableRow) -> Result<Link, Fault> {
    Ok(Link {
        id: column(row, "id")?,
        purpose: Purpose::from_code(column(row, "purpose")?).ok_or_else(|| unreadable("purpose"))?,
        account: column(row, "account")?,
        person: column(row, "person")?,
        answer_tries: whole(row, "answer_tries")?,
        fate: LinkFate {
            expires: Moment(column(row, "expires")?),
            spent: column(row, "is_spent")?,
            superseded: column(row, "is_superseded")?,
        },
    })
}
