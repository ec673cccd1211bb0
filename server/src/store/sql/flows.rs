//! Flows: one row carries one visitor through one journey.

use async_trait::async_trait;
use backboard::link::{Purpose, Step};
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Flows};
use backboard::service::records::{Digest, Flow, Link, NewFlow};

use super::columns::{column, left, unreadable, whole};
use super::{TableRow, Unit, fault};

macro_rules! add_flow {
    () => {
        "INSERT INTO flow (id, purpose, browser, step, account, link, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    };
}
pub(super) use add_flow;

/// Binds the flow of [`add_flow!`].
macro_rules! bind_flow {
    ($query:expr, $flow:expr) => {
        $query
            .bind(&$flow.id)
            .bind($flow.purpose.code())
            .bind($flow.browser.as_slice())
            .bind($flow.step.code())
            .bind($flow.account)
            .bind(&$flow.link)
            .bind($flow.expires.0)
    };
}
pub(super) use bind_flow;

#[async_trait]
impl Flows for Unit {
    async fn add_flow(&mut self, flow: &NewFlow) -> Result<(), Fault> {
        let added = bind_flow!(sqlx::query(add_flow!()), flow);
        added.execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(())
    }

    async fn find_flow(&mut self, browser: &Digest) -> Result<Option<Flow>, Fault> {
        let row =
            sqlx::query("SELECT id, purpose, step, account, link, code_tries, expires FROM flow WHERE browser = $1")
                .bind(browser.as_slice())
                .fetch_optional(&mut *self.transaction)
                .await
                .map_err(fault)?;
        row.as_ref().map(flow).transpose()
    }

    // A flow never leaves its purpose, nor the account it once stood for.
    async fn advance_flow(
        &mut self,
        flow: &str,
        from: Step,
        to: Step,
        link: &Link,
        now: Moment,
    ) -> Result<bool, Fault> {
        let done = sqlx::query(
            "UPDATE flow SET step = $1, link = $2, account = $3 \
             WHERE id = $4 AND step = $5 AND expires > $6 AND purpose = $7 AND (account IS NULL OR account = $8)",
        )
        .bind(to.code())
        .bind(&link.id)
        .bind(link.account)
        .bind(flow)
        .bind(from.code())
        .bind(now.0)
        .bind(link.purpose.code())
        .bind(link.account)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn take_code_try(&mut self, flow: &str, most: u32) -> Result<Option<u32>, Fault> {
        let tries: Option<i64> = sqlx::query_scalar(
            "UPDATE flow SET code_tries = code_tries + 1 WHERE id = $1 AND code_tries < $2 RETURNING code_tries",
        )
        .bind(flow)
        .bind(i64::from(most))
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(left(most, tries))
    }

    async fn purge_flows(&mut self, expired_before: Moment) -> Result<u64, Fault> {
        let done = sqlx::query("DELETE FROM flow WHERE expires < $1")
            .bind(expired_before.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }
}

fn flow(row: &TableRow) -> Result<Flow, Fault> {
    Ok(Flow {
        id: column(row, "id")?,
        purpose: Purpose::from_code(column(row, "purpose")?).ok_or_else(|| unreadable("purpose"))?,
        step: Step::from_code(column(row, "step")?).ok_or_else(|| unreadable("step"))?,
        account: column(row, "account")?,
        link: column(row, "link")?,
        code_tries: whole(row, "code_tries")?,
        expires: Moment(column(row, "expires")?),
    })
}
