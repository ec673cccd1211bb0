//! What the desk's reports count. Every query is a range of an index; tests ask each database how it would find it.

use async_trait::async_trait;
use backboard::account::{AccountState, Username};
use backboard::link::Purpose;
use backboard::moment::Moment;
use backboard::report::Span;
use backboard::service::desk::report_ports::{Counted, Reports, Unused};
use backboard::service::ports::Fault;

use super::columns::{column, unreadable, whole, whole_or_none};
use super::{Connection, TableRow, Unit, fault};

/// Seconds of a day.
const DAY: i64 = 86_400;

pub(in crate::store) const DONE: &str = "SELECT (at - $1) / $2 AS place, count(*) AS count FROM audit \
     WHERE action = $4 AND at >= $1 AND at < $3 GROUP BY place ORDER BY place";
// Named, because SQLite takes the first index that fits, and this one has the detail too.
pub(in crate::store) const REFUSED: &str = concat!(
    "SELECT (at - $1) / $2 AS place, detail, count(*) AS count FROM audit",
    by_index!("audit_refused"),
    " \
     WHERE action = 'refused' AND at >= $1 AND at < $3 AND substr(detail, 1, length($4)) = $4 \
     GROUP BY place, detail ORDER BY place, detail"
);
pub(in crate::store) const EXPIRED_KEPT: &str = concat!(
    "SELECT (expires - $1) / $2 AS place, count(*) AS count FROM link \
     WHERE expires >= $1 AND expires < ",
    least!("$3", "$5"),
    " AND purpose = $4 AND spent IS NULL AND superseded IS NULL \
     GROUP BY place ORDER BY place"
);
pub(in crate::store) const EXPIRED_PURGED: &str = "SELECT (day * 86400 - $1) / $2 AS place, CAST(sum(count) AS BIGINT) AS count FROM expired_link \
     WHERE day >= $1 / 86400 AND day < $3 / 86400 AND purpose = $4 AND count > 0 GROUP BY place ORDER BY place";
pub(in crate::store) const DELAYS: &str = concat!(
    "SELECT (coalesce(sent, failed) - $1) / $2 AS place, CASE WHEN sent < queued THEN 0 ELSE sent - queued END AS delay, \
     count(*) AS count FROM mail",
    by_index!("mail_delay"),
    " WHERE due IS NULL AND coalesce(sent, failed) >= $1 \
     AND coalesce(sent, failed) < $3 GROUP BY place, delay ORDER BY place, delay"
);
pub(in crate::store) const EXPIRING: &str = "SELECT (password_expires - $1) / $2 AS place, count(*) AS count FROM account \
     WHERE password_expires IS NOT NULL AND password_expires >= $1 AND password_expires < $3 AND state = $4 \
     GROUP BY place ORDER BY place";
pub(in crate::store) const UNUSED: &str = concat!(
    "SELECT temporary_password.id, account, username, issued, expires, issuer, why \
     FROM temporary_password ",
    join_after!(),
    " account ON account.id = temporary_password.account \
     WHERE used IS NULL AND ended IS NULL AND issued < $1 AND (issued, temporary_password.id) < ($2, $3) \
     ORDER BY issued DESC, temporary_password.id DESC LIMIT $4"
);

#[async_trait]
impl Reports for Unit {
    async fn count_done(&mut self, action: &str, span: Span) -> Result<Counted, Fault> {
        let query = sqlx::query(DONE).bind(span.from.0).bind(span.step).bind(span.end().0).bind(action);
        counted(&query.fetch_all(&mut *self.transaction).await.map_err(fault)?)
    }

    async fn count_refused(&mut self, begins: &str, span: Span) -> Result<Vec<(usize, String, u64)>, Fault> {
        let query = sqlx::query(REFUSED).bind(span.from.0).bind(span.step).bind(span.end().0).bind(begins);
        let rows = query.fetch_all(&mut *self.transaction).await.map_err(fault)?;
        rows.iter().map(|row| Ok((place(row)?, column(row, "detail")?, whole(row, "count")?))).collect()
    }

    async fn count_expired_links(&mut self, purpose: Purpose, span: Span, now: Moment) -> Result<Counted, Fault> {
        let kept = sqlx::query(EXPIRED_KEPT)
            .bind(span.from.0)
            .bind(span.step)
            .bind(span.end().0)
            .bind(purpose.code())
            .bind(now.0)
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        let purged = sqlx::query(EXPIRED_PURGED)
            .bind(span.from.0)
            .bind(span.step)
            .bind(span.end().0)
            .bind(purpose.code())
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(fault)?;
        let mut all = counted(&kept)?;
        for (place, count) in counted(&purged)? {
            match all.iter_mut().find(|(other, _)| *other == place) {
                Some((_, kept)) => *kept += count,
                None => all.push((place, count)),
            }
        }
        all.sort_unstable();
        Ok(all)
    }

    async fn find_links_counted_since(&mut self) -> Result<Option<Moment>, Fault> {
        let day: Option<i64> = sqlx::query_scalar("SELECT min(day) FROM expired_link")
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(day.map(|day| Moment(day * DAY)))
    }

    async fn count_delays(&mut self, span: Span) -> Result<Vec<(usize, Option<u64>, u64)>, Fault> {
        let query = sqlx::query(DELAYS).bind(span.from.0).bind(span.step).bind(span.end().0);
        let rows = query.fetch_all(&mut *self.transaction).await.map_err(fault)?;
        rows.iter().map(|row| Ok((place(row)?, whole_or_none(row, "delay")?, whole(row, "count")?))).collect()
    }

    async fn count_expiring(&mut self, span: Span) -> Result<Counted, Fault> {
        let query = sqlx::query(EXPIRING).bind(span.from.0).bind(span.step).bind(span.end().0);
        let query = query.bind(AccountState::Active.code());
        counted(&query.fetch_all(&mut *self.transaction).await.map_err(fault)?)
    }

    async fn find_unused(
        &mut self,
        issued_before: Moment,
        last: Option<&(Moment, String)>,
        most: u32,
    ) -> Result<Vec<Unused>, Fault> {
        let (issued, id) = last.map_or((i64::MAX, ""), |(issued, id)| (issued.0, id.as_str()));
        let query = sqlx::query(UNUSED).bind(issued_before.0).bind(issued).bind(id).bind(i64::from(most));
        query.fetch_all(&mut *self.transaction).await.map_err(fault)?.iter().map(unused).collect()
    }

    async fn find_audit_start(&mut self) -> Result<Option<Moment>, Fault> {
        let at: Option<i64> = sqlx::query_scalar("SELECT at FROM audit ORDER BY id LIMIT 1")
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(at.map(Moment))
    }
}

/// Counts the links that are about to be purged and that nobody has used, under the condition of the purge.
pub(super) async fn count_purged_links(connection: &mut Connection, expired_before: Moment) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO expired_link (day, purpose, count) \
         SELECT expires / 86400 AS day, purpose, count(*) FROM link WHERE expires < $1 AND spent IS NULL \
         AND superseded IS NULL AND NOT EXISTS (SELECT 1 FROM flow WHERE flow.link = link.id) GROUP BY day, purpose \
         ON CONFLICT (day, purpose) DO UPDATE SET count = expired_link.count + excluded.count",
    )
    .bind(expired_before.0)
    .execute(connection)
    .await
    .map(drop)
}

fn place(row: &TableRow) -> Result<usize, Fault> {
    usize::try_from(column::<i64>(row, "place")?).map_err(|_| unreadable("place of a report"))
}

fn counted(rows: &[TableRow]) -> Result<Counted, Fault> {
    rows.iter().map(|row| Ok((place(row)?, whole(row, "count")?))).collect()
}

fn unused(row: &TableRow) -> Result<Unused, Fault> {
    Ok(Unused {
        id: column(row, "id")?,
        account: column(row, "account")?,
        username: Username::parse(column(row, "username")?).map_err(|_| unreadable("username"))?,
        issued: Moment(column(row, "issued")?),
        expires: Moment(column(row, "expires")?),
        issuer: column(row, "issuer")?,
        why: column(row, "why")?,
    })
}
