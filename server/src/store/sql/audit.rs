//! What happened, to whom, and who did it.

use async_trait::async_trait;
use backboard::audit::{Row, Tie};
use backboard::moment::Moment;
use backboard::service::desk::report_ports::{AuditSearch, Wanted, WantedActor};
use backboard::service::ports::{Audit, Fault};
use backboard::service::records::Happened;
use sqlx::QueryBuilder;

use super::columns::{column, whole_or_none};
use super::{TableRow, Unit, fault};

#[async_trait]
impl Audit for Unit {
    async fn add_audit(&mut self, row: &Row) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO audit (id, at, actor, action, account, detail, key, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.id)
        .bind(row.at.0)
        .bind(&row.actor)
        .bind(&row.action)
        .bind(row.account)
        .bind(&row.detail)
        .bind(row.tie.map(|tie| i64::from(tie.key)))
        .bind(row.tie.map(|tie| tie.digest.to_vec()))
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    // One unit at a time that may write it: nobody adds a row before this one is over.
    async fn find_newest_audit(&mut self) -> Result<Option<Row>, Fault> {
        let row = sqlx::query("SELECT * FROM audit ORDER BY id DESC LIMIT 1")
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(tied).transpose()
    }

    async fn find_audit_after(&mut self, id: i64, most: u32) -> Result<Vec<Row>, Fault> {
        let rows = sqlx::query("SELECT * FROM audit WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(id)
            .bind(i64::from(most))
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        rows.iter().map(tied).collect()
    }

    // By id: what was written last comes first, even where a clock was set back.
    async fn find_audit_of(&mut self, account: i64, most: u32) -> Result<Vec<Happened>, Fault> {
        let rows =
            sqlx::query("SELECT at, action, actor, detail FROM audit WHERE account = $1 ORDER BY id DESC LIMIT $2")
                .bind(account)
                .bind(i64::from(most))
                .fetch_all(&mut *self.transaction)
                .await
                .map_err(fault)?;
        rows.iter().map(happened).collect()
    }
}

#[async_trait]
impl AuditSearch for Unit {
    // By number, in the caller's own window of it: an index of actions would have to be sorted first. Only what happened
    // to one account is found by an index, which has its numbers in order.
    async fn find_audit_where(
        &mut self,
        wanted: &Wanted,
        above: i64,
        below: i64,
        newest_first: bool,
        most: u32,
    ) -> Result<Vec<Row>, Fault> {
        let mut query = QueryBuilder::new("SELECT * FROM audit WHERE id > ");
        query.push_bind(above).push(" AND id < ").push_bind(below);
        if let Some(account) = wanted.account {
            query.push(" AND account = ").push_bind(account);
        }
        if let Some(action) = &wanted.action {
            query.push(concat!(" AND ", beside_index!("action"), " = ")).push_bind(action);
        }
        match &wanted.actor {
            Some(WantedActor::Named(name)) => {
                query.push(" AND actor = ").push_bind(name);
            }
            Some(WantedActor::Staff) => {
                query.push(" AND actor LIKE 'staff %'");
            }
            None => {}
        }
        if let Some(from) = wanted.from {
            query.push(concat!(" AND ", beside_index!("at"), " >= ")).push_bind(from.0);
        }
        if let Some(until) = wanted.until {
            query.push(concat!(" AND ", beside_index!("at"), " < ")).push_bind(until.0);
        }
        query
            .push(if newest_first { " ORDER BY id DESC LIMIT " } else { " ORDER BY id LIMIT " })
            .push_bind(i64::from(most));
        let rows = query.build().fetch_all(&mut *self.transaction).await.map_err(fault)?;
        rows.iter().map(tied).collect()
    }

    async fn find_audit_before(&mut self, id: i64) -> Result<Option<Row>, Fault> {
        let query = sqlx::query("SELECT * FROM audit WHERE id < $1 ORDER BY id DESC LIMIT 1").bind(id);
        query.fetch_optional(&mut *self.transaction).await.map_err(fault)?.as_ref().map(tied).transpose()
    }

    async fn find_audit_between(&mut self, from: Moment, until: Moment) -> Result<(Option<i64>, Option<i64>), Fault> {
        let first = sqlx::query_scalar("SELECT id FROM audit WHERE at >= $1 ORDER BY at, id LIMIT 1")
            .bind(from.0)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        let last = sqlx::query_scalar("SELECT id FROM audit WHERE at < $1 ORDER BY at DESC, id DESC LIMIT 1")
            .bind(until.0)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok((first, last))
    }
}

fn happened(row: &TableRow) -> Result<Happened, Fault> {
    Ok(Happened {
        at: Moment(column(row, "at")?),
        action: column(row, "action")?,
        actor: column(row, "actor")?,
        detail: column(row, "detail")?,
    })
}

fn tied(row: &TableRow) -> Result<Row, Fault> {
    let key: Option<u8> = whole_or_none(row, "key")?;
    let digest: Option<&[u8]> = column(row, "digest")?;
    // Whatever length somebody gave the digest, it is a tie, and a wrong one.
    let tie = key.zip(digest).map(|(key, digest)| Tie { key, digest: digest.try_into().unwrap_or_default() });
    Ok(Row {
        id: column(row, "id")?,
        at: Moment(column(row, "at")?),
        actor: column(row, "actor")?,
        action: column(row, "action")?,
        account: column(row, "account")?,
        detail: column(row, "detail")?,
        tie,
    })
}
