//! What waits for the office.

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Cases, Fault};
use backboard::service::records::Case;

use super::columns::column;
use super::{TableRow, Unit, fault};

#[async_trait]
impl Cases for Unit {
    async fn open_case(&mut self, case: &Case) -> Result<bool, Fault> {
        let done = sqlx::query(
            "INSERT INTO office_case (account, kind, detail, opened) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account, kind) WHERE closed IS NULL DO NOTHING",
        )
        .bind(case.account)
        .bind(&case.kind)
        .bind(&case.detail)
        .bind(case.opened.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn close_cases(&mut self, account: i64, now: Moment) -> Result<u64, Fault> {
        let done = sqlx::query("UPDATE office_case SET closed = $1 WHERE account = $2 AND closed IS NULL")
            .bind(now.0)
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }

    async fn find_case_closed(&mut self, account: i64, kind: &str) -> Result<Option<Moment>, Fault> {
        let closed: Option<i64> =
            sqlx::query_scalar("SELECT max(closed) FROM office_case WHERE account = $1 AND kind = $2")
                .bind(account)
                .bind(kind)
                .fetch_one(&mut *self.transaction)
                .await
                .map_err(fault)?;
        Ok(closed.map(Moment))
    }

    async fn find_cases(&mut self) -> Result<Vec<Case>, Fault> {
        let rows = sqlx::query(
            "SELECT account, kind, detail, opened FROM office_case WHERE closed IS NULL ORDER BY opened, id",
        )
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(case).collect()
    }
}

pub(super) fn case(row: &TableRow) -> Result<Case, Fault> {
    Ok(Case {
        account: column(row, "account")?,
        kind: column(row, "kind")?,
        detail: column(row, "detail")?,
        opened: Moment(column(row, "opened")?),
    })
}
