//! People whom no mail reaches, and accounts that somebody stopped.

use async_trait::async_trait;
use backboard::account::Username;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::desk::queue_ports::{Ended, NewUnreached, NoMail, Queues, Unreached, UnreachedFate};
use backboard::service::ports::Fault;
use backboard::service::records::Case;

use super::cases::case;
use super::columns::{column, unreadable, unsigned, whole};
use super::{TableRow, Unit, fault};

macro_rules! entry {
    () => {
        "SELECT unreached.id, person, person.account, username, last_name, first_name, suffix, why, said, address, \
         first, last, times, ended, fate, ended_by FROM unreached JOIN person ON person.id = unreached.person \
         JOIN account ON account.id = person.account "
    };
}

/// The address of an entry is not the one on file any more.
macro_rules! moved {
    () => {
        "(SELECT email FROM person WHERE person.id = unreached.person) IS DISTINCT FROM address "
    };
}

/// A later mail went out before this parameter, and had the time to come back.
macro_rules! arrived {
    ($before:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM mail WHERE recipient = address AND sent > last AND sent < ",
            $before,
            " AND bounced IS NULL) "
        )
    };
}

#[async_trait]
impl Queues for Unit {
    async fn add_unreached(&mut self, new: &NewUnreached) -> Result<(), Fault> {
        let address = new.address.as_ref().map(Email::as_str);
        sqlx::query(
            "UPDATE unreached SET ended = $1, fate = 'address' \
             WHERE person = $2 AND ended IS NULL AND address IS DISTINCT FROM $3",
        )
        .bind(new.at.0)
        .bind(new.person)
        .bind(address)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        sqlx::query(
            "INSERT INTO unreached (person, why, said, address, first, last) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (person) WHERE ended IS NULL DO UPDATE \
             SET why = excluded.why, said = excluded.said, last = excluded.last, times = unreached.times + 1",
        )
        .bind(new.person)
        .bind(new.why.code())
        .bind(&new.said)
        .bind(address)
        .bind(new.at.0)
        .bind(new.at.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_unreached(&mut self, id: i64) -> Result<Option<Unreached>, Fault> {
        let row = sqlx::query(concat!(entry!(), " WHERE unreached.id = $1"))
            .bind(id)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(entry).transpose()
    }

    async fn find_standing(&mut self, arrived: Moment, skip: u32, most: u32) -> Result<Vec<Unreached>, Fault> {
        let rows = sqlx::query(concat!(
            entry!(),
            " WHERE ended IS NULL AND NOT ",
            moved!(),
            " AND NOT ",
            arrived!("$1"),
            " ORDER BY last DESC, unreached.id DESC LIMIT $2 OFFSET $3"
        ))
        .bind(arrived.0)
        .bind(i64::from(most))
        .bind(i64::from(skip))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(entry).collect()
    }

    async fn count_standing(&mut self, arrived: Moment) -> Result<u64, Fault> {
        const QUERY: &str = concat!(
            "SELECT count(*) FROM unreached WHERE ended IS NULL AND NOT ",
            moved!(),
            " AND NOT ",
            arrived!("$1")
        );
        let count = sqlx::query_scalar(QUERY).bind(arrived.0).fetch_one(&mut *self.transaction).await;
        count.map(unsigned).map_err(fault)
    }

    async fn find_done(&mut self, after: Moment, most: u32) -> Result<Vec<Unreached>, Fault> {
        let rows = sqlx::query(concat!(
            entry!(),
            " WHERE fate = 'done' AND ended > $1 ORDER BY ended DESC, unreached.id DESC LIMIT $2"
        ))
        .bind(after.0)
        .bind(i64::from(most))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(entry).collect()
    }

    async fn end_unreached(&mut self, id: i64, by: &str, now: Moment) -> Result<bool, Fault> {
        let done = sqlx::query(
            "UPDATE unreached SET ended = $1, fate = 'done', ended_by = $2 WHERE id = $3 AND ended IS NULL",
        )
        .bind(now.0)
        .bind(by)
        .bind(id)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn reopen_unreached(&mut self, id: i64) -> Result<bool, Fault> {
        let done = sqlx::query(
            "UPDATE unreached SET ended = NULL, fate = NULL, ended_by = '' WHERE id = $1 AND fate = 'done' \
             AND NOT EXISTS (SELECT 1 FROM unreached AS other WHERE other.person = unreached.person AND other.ended IS NULL)",
        )
        .bind(id)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn settle_unreached(&mut self, arrived: Moment, now: Moment) -> Result<u64, Fault> {
        let done = sqlx::query(concat!(
            "UPDATE unreached SET ended = $1, fate = CASE WHEN ",
            moved!(),
            " THEN 'address' ELSE 'delivered' END WHERE ended IS NULL AND (",
            moved!(),
            " OR ",
            arrived!("$2"),
            ")"
        ))
        .bind(now.0)
        .bind(arrived.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected())
    }

    async fn purge_unreached(&mut self, ended_before: Moment) -> Result<u64, Fault> {
        let done = sqlx::query("DELETE FROM unreached WHERE ended < $1")
            .bind(ended_before.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }

    async fn find_waiting(&mut self, kind: &str, skip: u32, most: u32) -> Result<Vec<Case>, Fault> {
        let rows = sqlx::query(
            "SELECT account, kind, detail, opened FROM office_case WHERE closed IS NULL AND kind = $1 \
             ORDER BY opened, id LIMIT $2 OFFSET $3",
        )
        .bind(kind)
        .bind(i64::from(most))
        .bind(i64::from(skip))
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(fault)?;
        rows.iter().map(case).collect()
    }

    async fn count_waiting(&mut self, kind: &str) -> Result<u64, Fault> {
        let count = sqlx::query_scalar("SELECT count(*) FROM office_case WHERE closed IS NULL AND kind = $1")
            .bind(kind)
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(unsigned(count))
    }
}

fn entry(row: &TableRow) -> Result<Unreached, Fault> {
    let address: Option<&str> = column(row, "address")?;
    let (ended, fate): (Option<i64>, Option<&str>) = (column(row, "ended")?, column(row, "fate")?);
    let ended = match ended.zip(fate) {
        Some((at, fate)) => Some(Ended {
            at: Moment(at),
            fate: UnreachedFate::from_code(fate).ok_or_else(|| unreadable("fate"))?,
            by: column(row, "ended_by")?,
        }),
        None => None,
    };
    Ok(Unreached {
        id: column(row, "id")?,
        person: column(row, "person")?,
        account: column(row, "account")?,
        username: Username::parse(column(row, "username")?).map_err(|_| unreadable("username"))?,
        last_name: column(row, "last_name")?,
        first_name: column(row, "first_name")?,
        suffix: column(row, "suffix")?,
        why: NoMail::from_code(column(row, "why")?).ok_or_else(|| unreadable("why"))?,
        said: column(row, "said")?,
        address: address.map(Email::parse).transpose().map_err(|_| unreadable("e-mail address"))?,
        first: Moment(column(row, "first")?),
        last: Moment(column(row, "last")?),
        times: whole(row, "times")?,
        ended,
    })
}
