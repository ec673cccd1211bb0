//! The office's staff: members, recovery codes, links, sessions, and browsers on their way in.

use async_trait::async_trait;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::desk::ports::Staff;
use backboard::service::desk::records::{Entry, Member, NewMember, Rights, StaffLink, StaffSession};
use backboard::service::ports::Fault;
use backboard::service::records::Digest;
use backboard::staff::{Role, StaffPurpose, StaffState};

use super::columns::{column, digest, left, unreadable, whole};
use super::{TableRow, Unit, fault};

macro_rules! member_where {
    ($rest:literal) => {
        concat!(
            "SELECT id, email, name, role, state, may_show, password_hash, password_set, second, second_step, \
             admin_asked_by, created, invited_by FROM staff ",
            $rest
        )
    };
}

macro_rules! link_where {
    ($condition:literal) => {
        concat!("SELECT id, token, staff, purpose, created, expires, spent FROM staff_link WHERE ", $condition)
    };
}

#[async_trait]
impl Staff for Unit {
    async fn add_member(&mut self, new: &NewMember) -> Result<i64, Fault> {
        sqlx::query_scalar(
            "INSERT INTO staff (email, email_key, name, role, state, admin_asked_by, created, invited_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        )
        .bind(new.email.as_str())
        .bind(new.email.key())
        .bind(&new.name)
        .bind(new.role.code())
        .bind(StaffState::Invited.code())
        .bind(new.admin_asked_by)
        .bind(new.created.0)
        .bind(new.invited_by)
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)
    }

    async fn find_member(&mut self, staff: i64) -> Result<Option<Member>, Fault> {
        let query = sqlx::query(member_where!("WHERE id = $1")).bind(staff);
        query.fetch_optional(&mut *self.transaction).await.map_err(fault)?.as_ref().map(member).transpose()
    }

    async fn find_member_by_email(&mut self, key: &str) -> Result<Option<Member>, Fault> {
        let query = sqlx::query(member_where!("WHERE email_key = $1")).bind(key);
        query.fetch_optional(&mut *self.transaction).await.map_err(fault)?.as_ref().map(member).transpose()
    }

    async fn find_members(&mut self) -> Result<Vec<Member>, Fault> {
        let query = sqlx::query(member_where!("ORDER BY id"));
        query.fetch_all(&mut *self.transaction).await.map_err(fault)?.iter().map(member).collect()
    }

    async fn save_rights(&mut self, staff: i64, rights: Rights) -> Result<(), Fault> {
        let query =
            sqlx::query("UPDATE staff SET role = $1, state = $2, may_show = $3, admin_asked_by = $4 WHERE id = $5")
                .bind(rights.role.code())
                .bind(rights.state.code())
                .bind(rights.may_show)
                .bind(rights.admin_asked_by)
                .bind(staff);
        one(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected())
    }

    async fn save_staff_password(&mut self, staff: i64, hash: &str, set: Moment) -> Result<(), Fault> {
        let query = sqlx::query("UPDATE staff SET password_hash = $1, password_set = $2 WHERE id = $3");
        let query = query.bind(hash).bind(set.0).bind(staff);
        one(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected())
    }

    async fn save_staff_hash(&mut self, staff: i64, hash: &str) -> Result<(), Fault> {
        let query = sqlx::query("UPDATE staff SET password_hash = $1 WHERE id = $2").bind(hash).bind(staff);
        one(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected())
    }

    async fn save_second(&mut self, staff: i64, second: Option<(&[u8], i64)>) -> Result<(), Fault> {
        let (sealed, step) = second.unzip();
        let query = sqlx::query("UPDATE staff SET second = $1, second_step = $2 WHERE id = $3");
        let query = query.bind(sealed).bind(step).bind(staff);
        one(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected())
    }

    async fn take_second_step(&mut self, staff: i64, step: i64, sealed: &[u8]) -> Result<bool, Fault> {
        let done = sqlx::query(
            "UPDATE staff SET second_step = $1, second = $2 \
             WHERE id = $3 AND second IS NOT NULL AND (second_step IS NULL OR second_step < $4)",
        )
        .bind(step)
        .bind(sealed)
        .bind(staff)
        .bind(step)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn save_recovery(&mut self, staff: i64, codes: &[Digest], now: Moment) -> Result<(), Fault> {
        let forget = sqlx::query("DELETE FROM staff_recovery WHERE staff = $1").bind(staff);
        forget.execute(&mut *self.transaction).await.map_err(fault)?;
        for code in codes {
            sqlx::query("INSERT INTO staff_recovery (staff, digest, made) VALUES ($1, $2, $3)")
                .bind(staff)
                .bind(code.as_slice())
                .bind(now.0)
                .execute(&mut *self.transaction)
                .await
                .map_err(fault)?;
        }
        Ok(())
    }

    async fn spend_recovery(&mut self, staff: i64, code: &Digest, now: Moment) -> Result<bool, Fault> {
        let done = sqlx::query("UPDATE staff_recovery SET used = $1 WHERE staff = $2 AND digest = $3 AND used IS NULL")
            .bind(now.0)
            .bind(staff)
            .bind(code.as_slice())
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn count_recovery(&mut self, staff: i64) -> Result<u32, Fault> {
        let query = sqlx::query_scalar("SELECT count(*) FROM staff_recovery WHERE staff = $1 AND used IS NULL");
        let count: i64 = query.bind(staff).fetch_one(&mut *self.transaction).await.map_err(fault)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    async fn add_staff_link(&mut self, link: &StaffLink) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO staff_link (id, token, staff, purpose, created, expires, spent) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&link.id)
        .bind(link.token.as_slice())
        .bind(link.staff)
        .bind(link.purpose.code())
        .bind(link.created.0)
        .bind(link.expires.0)
        .bind(link.spent.map(|spent| spent.0))
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_staff_link(&mut self, token: &Digest) -> Result<Option<StaffLink>, Fault> {
        let query = sqlx::query(link_where!("token = $1")).bind(token.as_slice());
        query.fetch_optional(&mut *self.transaction).await.map_err(fault)?.as_ref().map(link).transpose()
    }

    async fn find_staff_link_by_id(&mut self, id: &str) -> Result<Option<StaffLink>, Fault> {
        let query = sqlx::query(link_where!("id = $1")).bind(id);
        query.fetch_optional(&mut *self.transaction).await.map_err(fault)?.as_ref().map(link).transpose()
    }

    async fn spend_staff_link(&mut self, id: &str, now: Moment) -> Result<bool, Fault> {
        let query = sqlx::query("UPDATE staff_link SET spent = $1 WHERE id = $2 AND spent IS NULL AND expires > $3");
        let done = query.bind(now.0).bind(id).bind(now.0).execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_staff_links(&mut self, staff: i64, now: Moment) -> Result<(), Fault> {
        let query = sqlx::query("UPDATE staff_link SET spent = $1 WHERE staff = $2 AND spent IS NULL");
        query.bind(now.0).bind(staff).execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(())
    }

    async fn add_staff_session(&mut self, session: &StaffSession) -> Result<(), Fault> {
        sqlx::query("INSERT INTO staff_session (token, staff, created, seen, expires) VALUES ($1, $2, $3, $4, $5)")
            .bind(session.token.as_slice())
            .bind(session.staff)
            .bind(session.created.0)
            .bind(session.seen.0)
            .bind(session.expires.0)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn find_staff_session(&mut self, token: &Digest) -> Result<Option<StaffSession>, Fault> {
        let query = sqlx::query("SELECT token, staff, created, seen, expires FROM staff_session WHERE token = $1");
        let row = query.bind(token.as_slice()).fetch_optional(&mut *self.transaction).await.map_err(fault)?;
        row.as_ref().map(session).transpose()
    }

    // Two requests may cross: the later use counts. A session that was ended is not brought back.
    async fn touch_staff_session(&mut self, token: &Digest, now: Moment) -> Result<(), Fault> {
        let query = sqlx::query("UPDATE staff_session SET seen = $1 WHERE token = $2 AND seen < $3");
        let query = query.bind(now.0).bind(token.as_slice()).bind(now.0);
        query.execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(())
    }

    async fn end_staff_session(&mut self, token: &Digest) -> Result<bool, Fault> {
        let query = sqlx::query("DELETE FROM staff_session WHERE token = $1").bind(token.as_slice());
        Ok(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected() == 1)
    }

    async fn end_staff_sessions_of(&mut self, staff: i64) -> Result<u64, Fault> {
        let query = sqlx::query("DELETE FROM staff_session WHERE staff = $1").bind(staff);
        Ok(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected())
    }

    async fn add_entry(&mut self, entry: &Entry) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO staff_entry (token, staff, link, secret, tries, expires) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(entry.token.as_slice())
        .bind(entry.staff)
        .bind(&entry.link)
        .bind(&entry.secret)
        .bind(i64::from(entry.tries))
        .bind(entry.expires.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn find_entry(&mut self, token: &Digest) -> Result<Option<Entry>, Fault> {
        let query = sqlx::query("SELECT token, staff, link, secret, tries, expires FROM staff_entry WHERE token = $1");
        let row = query.bind(token.as_slice()).fetch_optional(&mut *self.transaction).await.map_err(fault)?;
        row.as_ref().map(entry).transpose()
    }

    async fn take_entry_try(&mut self, token: &Digest, most: u32) -> Result<Option<u32>, Fault> {
        let query = sqlx::query_scalar(
            "UPDATE staff_entry SET tries = tries + 1 WHERE token = $1 AND tries < $2 RETURNING tries",
        );
        let tries: Option<i64> = query
            .bind(token.as_slice())
            .bind(i64::from(most))
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(left(most, tries))
    }

    async fn end_entry(&mut self, token: &Digest) -> Result<bool, Fault> {
        let query = sqlx::query("DELETE FROM staff_entry WHERE token = $1").bind(token.as_slice());
        Ok(query.execute(&mut *self.transaction).await.map_err(fault)?.rows_affected() == 1)
    }

    async fn end_entries_of(&mut self, staff: i64) -> Result<(), Fault> {
        let query = sqlx::query("DELETE FROM staff_entry WHERE staff = $1").bind(staff);
        query.execute(&mut *self.transaction).await.map_err(fault)?;
        Ok(())
    }

    async fn purge_staff(&mut self, now: Moment, seen_before: Moment, links_before: Moment) -> Result<u64, Fault> {
        let sessions = sqlx::query("DELETE FROM staff_session WHERE expires < $1 OR seen < $2");
        let sessions = sessions.bind(now.0).bind(seen_before.0).execute(&mut *self.transaction).await;
        let entries = sqlx::query("DELETE FROM staff_entry WHERE expires < $1").bind(now.0);
        let entries = entries.execute(&mut *self.transaction).await;
        let links = sqlx::query("DELETE FROM staff_link WHERE expires < $1").bind(links_before.0);
        let links = links.execute(&mut *self.transaction).await;
        let mut gone = 0;
        for done in [sessions, entries, links] {
            gone += done.map_err(fault)?.rows_affected();
        }
        Ok(gone)
    }
}

fn one(rows: u64) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Fault::Other("no such member of staff".to_owned())) }
}

fn member(row: &TableRow) -> Result<Member, Fault> {
    Ok(Member {
        id: column(row, "id")?,
        email: Email::parse(column(row, "email")?).map_err(|_| unreadable("staff address"))?,
        name: column(row, "name")?,
        role: Role::from_code(column(row, "role")?).ok_or_else(|| unreadable("role"))?,
        state: StaffState::from_code(column(row, "state")?).ok_or_else(|| unreadable("staff state"))?,
        may_show: column(row, "may_show")?,
        password_hash: column(row, "password_hash")?,
        password_set: column::<Option<i64>>(row, "password_set")?.map(Moment),
        second: column(row, "second")?,
        second_step: column(row, "second_step")?,
        admin_asked_by: column(row, "admin_asked_by")?,
        created: Moment(column(row, "created")?),
        invited_by: column(row, "invited_by")?,
    })
}

fn link(row: &TableRow) -> Result<StaffLink, Fault> {
    Ok(StaffLink {
        id: column(row, "id")?,
        token: digest(row, "token")?,
        staff: column(row, "staff")?,
        purpose: StaffPurpose::from_code(column(row, "purpose")?).ok_or_else(|| unreadable("staff purpose"))?,
        created: Moment(column(row, "created")?),
        expires: Moment(column(row, "expires")?),
        spent: column::<Option<i64>>(row, "spent")?.map(Moment),
    })
}

fn session(row: &TableRow) -> Result<StaffSession, Fault> {
    Ok(StaffSession {
        token: digest(row, "token")?,
        staff: column(row, "staff")?,
        created: Moment(column(row, "created")?),
        seen: Moment(column(row, "seen")?),
        expires: Moment(column(row, "expires")?),
    })
}

fn entry(row: &TableRow) -> Result<Entry, Fault> {
    Ok(Entry {
        token: digest(row, "token")?,
        staff: column(row, "staff")?,
        link: column(row, "link")?,
        secret: column(row, "secret")?,
        tries: whole(row, "tries")?,
        expires: Moment(column(row, "expires")?),
    })
}
