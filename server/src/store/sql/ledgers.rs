//! What stands on the desk's page of an account.

use async_trait::async_trait;
use backboard::account::AccountState;
use backboard::identity::Email;
use backboard::link::Purpose;
use backboard::moment::Moment;
use backboard::service::desk::seen::Ledgers;
use backboard::service::desk::seen::{Event, LinkEntry, MailEntry, Somebody};
use backboard::service::ports::Fault;
use backboard::service::records::Case;
use backboard::staff::Act;
use sqlx::QueryBuilder;

use super::cases::case;
use super::columns::{column, unreadable, unsigned};
use super::people::list;
use super::{TableRow, Unit, fault};

#[async_trait]
impl Ledgers for Unit {
    async fn find_somebodies_of(&mut self, account: i64) -> Result<Vec<Somebody>, Fault> {
        let rows = sqlx::query(
            "SELECT id, last_name, first_name, suffix, earlier_names, certificate, certification_level, email, \
             products, roster_status FROM person WHERE account = $1 ORDER BY id",
        )
        .bind(account)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(somebody).collect()
    }

    async fn find_version_of(&mut self, account: i64) -> Result<i64, Fault> {
        let mut query = QueryBuilder::new("SELECT coalesce(max(id), 0) FROM audit WHERE account = ");
        query
            .push_bind(account)
            .push(" AND (action = 'frozen' OR actor NOT IN ('person', 'worker') AND action NOT IN (");
        let mut looks = query.separated(", ");
        for act in Act::ALL.iter().filter(|act| act.only_looks()) {
            looks.push_bind(act.code());
        }
        query.push("))");
        query.build_query_scalar().fetch_one(&mut *self.transaction).await.map_err(fault)
    }

    async fn has_done(&mut self, account: i64, actor: &str, act: Act, after: Moment) -> Result<bool, Fault> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM audit WHERE account = $1 AND actor = $2 AND action = $3 AND at > $4)",
        )
        .bind(account)
        .bind(actor)
        .bind(act.code())
        .bind(after.0)
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)
    }

    async fn find_links_of(&mut self, account: i64) -> Result<Vec<LinkEntry>, Fault> {
        let rows = sqlx::query(
            "SELECT purpose, created, expires, opened, spent, superseded, sent, coalesce(failed, bounced) AS failed \
             FROM link LEFT JOIN mail ON mail.id = link.mail WHERE link.account = $1 ORDER BY created DESC, link.id DESC",
        )
        .bind(account)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(link).collect()
    }

    async fn find_mails_of(&mut self, account: i64, most: u32) -> Result<Vec<MailEntry>, Fault> {
        let rows = sqlx::query(
            "SELECT kind, recipient, queued, sent, failed, bounced, status, why FROM mail WHERE account = $1 \
             ORDER BY number DESC LIMIT $2",
        )
        .bind(account)
        .bind(i64::from(most))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(mail).collect()
    }

    async fn count_sessions_of(&mut self, account: i64, now: Moment, seen: Moment) -> Result<u64, Fault> {
        let count =
            sqlx::query_scalar("SELECT count(*) FROM session WHERE account = $1 AND expires > $2 AND seen > $3")
                .bind(account)
                .bind(now.0)
                .bind(seen.0)
                .fetch_one(&mut *self.transaction)
                .await
                .map_err(fault)?;
        Ok(unsigned(count))
    }

    async fn find_cases_of(&mut self, account: i64) -> Result<Vec<Case>, Fault> {
        let rows = sqlx::query(
            "SELECT account, kind, detail, opened FROM office_case WHERE account = $1 AND closed IS NULL \
             ORDER BY opened, id",
        )
        .bind(account)
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(case).collect()
    }

    async fn find_events_of(&mut self, account: i64, below: i64, most: u32) -> Result<Vec<Event>, Fault> {
        let rows = sqlx::query(
            "SELECT id, at, actor, action, detail FROM audit WHERE account = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(account)
        .bind(below)
        .bind(i64::from(most))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(event).collect()
    }
}

fn moment(row: &TableRow, name: &str) -> Result<Option<Moment>, Fault> {
    Ok(column::<Option<i64>>(row, name)?.map(Moment))
}

fn somebody(row: &TableRow) -> Result<Somebody, Fault> {
    let email: Option<&str> = column(row, "email")?;
    let status: Option<&str> = column(row, "roster_status")?;
    Ok(Somebody {
        id: column(row, "id")?,
        last_name: column(row, "last_name")?,
        first_name: column(row, "first_name")?,
        suffix: column(row, "suffix")?,
        earlier_names: list(column(row, "earlier_names")?),
        certificate: column(row, "certificate")?,
        level: column(row, "certification_level")?,
        email: email.map(Email::parse).transpose().map_err(|_| unreadable("e-mail address"))?,
        products: list(column(row, "products")?),
        roster_status: status
            .map(|code| AccountState::from_code(code).ok_or_else(|| unreadable("roster status")))
            .transpose()?,
    })
}

fn link(row: &TableRow) -> Result<LinkEntry, Fault> {
    Ok(LinkEntry {
        purpose: Purpose::from_code(column(row, "purpose")?).ok_or_else(|| unreadable("purpose"))?,
        created: Moment(column(row, "created")?),
        expires: Moment(column(row, "expires")?),
        sent: moment(row, "sent")?,
        failed: moment(row, "failed")?,
        opened: moment(row, "opened")?,
        spent: moment(row, "spent")?,
        superseded: moment(row, "superseded")?,
    })
}

fn mail(row: &TableRow) -> Result<MailEntry, Fault> {
    Ok(MailEntry {
        kind: column(row, "kind")?,
        recipient: Email::parse(column(row, "recipient")?).map_err(|_| unreadable("recipient"))?,
        queued: Moment(column(row, "queued")?),
        sent: moment(row, "sent")?,
        failed: moment(row, "failed")?,
        bounced: moment(row, "bounced")?,
        status: column(row, "status")?,
        why: column(row, "why")?,
    })
}

fn event(row: &TableRow) -> Result<Event, Fault> {
    Ok(Event {
        id: column(row, "id")?,
        at: Moment(column(row, "at")?),
        actor: column(row, "actor")?,
        action: column(row, "action")?,
        detail: column(row, "detail")?,
    })
}
