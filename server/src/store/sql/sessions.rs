//! Sessions, known by the digest of their token.

use async_trait::async_trait;
use backboard::account::Username;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Sessions};
use backboard::service::records::{Digest, NewSession, Session, SessionKind};

use super::columns::{column, digest, unreadable};
use super::{TableRow, Unit, fault};

#[async_trait]
impl Sessions for Unit {
    async fn add_session(&mut self, session: &NewSession) -> Result<(), Fault> {
        sqlx::query("INSERT INTO session (token, kind, temporary, account, created, seen, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(session.token.as_slice())
            .bind(session.kind.code())
            .bind(session.temporary)
            .bind(session.account)
            .bind(session.created.0)
            .bind(session.created.0)
            .bind(session.expires.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn find_session(&mut self, token: &Digest) -> Result<Option<Session>, Fault> {
        let row = sqlx::query(
            "SELECT token, kind, temporary, session.account, username, session.created, seen, expires \
             FROM session JOIN account ON account.id = session.account WHERE token = $1",
        )
        .bind(token.as_slice())
        .fetch_optional(&mut *self.transaction)
        .await
        .map_err(fault)?;
        row.as_ref().map(session).transpose()
    }

    // Two requests may cross: the later use counts. A session that was ended is not brought back.
    async fn touch_session(&mut self, token: &Digest, now: Moment) -> Result<(), Fault> {
        sqlx::query("UPDATE session SET seen = $1 WHERE token = $2 AND seen < $3")
            .bind(now.0)
            .bind(token.as_slice())
            .bind(now.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn end_session(&mut self, token: &Digest) -> Result<bool, Fault> {
        let done = sqlx::query("DELETE FROM session WHERE token = $1")
            .bind(token.as_slice())
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_sessions_of(&mut self, account: i64) -> Result<u64, Fault> {
        let done = sqlx::query("DELETE FROM session WHERE account = $1")
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }

    async fn purge_sessions(&mut self, expired_before: Moment, seen_before: Moment) -> Result<u64, Fault> {
        let done = sqlx::query("DELETE FROM session WHERE expires < $1 OR seen < $2")
            .bind(expired_before.0)
            .bind(seen_before.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected())
    }
}

fn session(row: &TableRow) -> Result<Session, Fault> {
    Ok(Session {
        token: digest(row, "token")?,
        kind: SessionKind::from_code(column(row, "kind")?).ok_or_else(|| unreadable("session kind"))?,
        temporary: column(row, "temporary")?,
        account: column(row, "account")?,
        username: Username::parse(column(row, "username")?).map_err(|_| unreadable("username"))?,
        created: Moment(column(row, "created")?),
        seen: Moment(column(row, "seen")?),
        expires: Moment(column(row, "expires")?),
    })
}
