//! What the suite puts into a database, and looks up there, past the store. Compiled for each of them.

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen};
use backboard::identity::searched;
use backboard::moment::Moment;
use sqlx::{Pool, Row as _};
use testkit::seed::{MailRow, NewAccount, NewPerson, Seed};

use super::{Database, Place};

/// Another process on the same database.
pub(super) struct BackDoor {
    pub pool: Pool<Database>,
    /// What the database lies in, for as long as it is needed.
    pub _place: Place,
}

#[async_trait]
impl Seed for BackDoor {
    async fn add_account(&self, account: &NewAccount) -> i64 {
        sqlx::query_scalar(
            "INSERT INTO account (username, username_key, state, shared, password_hash, password_set, \
             password_expires, remind_at, frozen, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) RETURNING id",
        )
        .bind(account.username.as_str())
        .bind(account.username.key().as_str())
        .bind(account.state.code())
        .bind(account.shared)
        .bind(&account.password_hash)
        .bind(account.password_set.map(|set| set.0))
        .bind(account.schedule.expires.map(|expires| expires.0))
        .bind(account.schedule.remind.map(|remind| remind.0))
        .bind(account.frozen.map(Frozen::code))
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }

    async fn add_person(&self, person: &NewPerson) -> i64 {
        let id = sqlx::query_scalar(
            "INSERT INTO person (roster_id, account, last_name, first_name, suffix, earlier_names, born, ssn, \
             ssn_key, certificate, certification_level, email, products, seen, fingerprint) \
             VALUES ($1, $2, $3, $4, '', $5, $6, $7, 1, $8, 'EMT', $9, $10, $11, $12) RETURNING id",
        )
        .bind(&person.roster_id)
        .bind(person.account)
        .bind(&person.last_name)
        .bind(&person.first_name)
        .bind(person.earlier_names.join(";"))
        .bind(person.born.to_string())
        .bind(person.ssn.as_ref().map(|ssn| ssn.as_slice()))
        .bind(person.certificate.as_ref().map(|certificate| certificate.as_str()))
        .bind(person.email.as_ref().map(|email| email.as_str()))
        .bind(person.products.join(";"))
        .bind(person.named.0)
        .bind([0_u8; 0].as_slice())
        .bind([0_u8; 0].as_slice())
        .fetch_one(&self.pool)
        .await
        .unwrap();
        let earlier = person.earlier_names.iter().map(String::as_str);
        for (key, first) in searched(&person.last_name, earlier, &person.first_name) {
            let name = sqlx::query("INSERT INTO person_name VALUES ($1, $2, $3)").bind(key).bind(first).bind(id);
            name.execute(&self.pool).await.unwrap();
        }
        id
    }

    async fn save_state(&self, account: i64, state: AccountState) {
        let done = sqlx::query("UPDATE account SET state = $1 WHERE id = $2")
            .bind(state.code())
            .bind(account)
            .execute(&self.pool)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    async fn mail_row(&self, id: &str) -> Option<MailRow> {
        let row =
            sqlx::query("SELECT account, sealed, due, sent, failed, bounced, status, why FROM mail WHERE id = $1")
                .bind(id)
                .fetch_optional(&self.pool)
                .await
                .unwrap()?;
        Some(MailRow {
            account: row.get("account"),
            sealed: row.get("sealed"),
            due: row.get::<Option<i64>, _>("due").map(Moment),
            sent: row.get::<Option<i64>, _>("sent").map(Moment),
            failed: row.get::<Option<i64>, _>("failed").map(Moment),
            bounced: row.get::<Option<i64>, _>("bounced").map(Moment),
            status: row.get("status"),
            why: row.get("why"),
        })
    }
}
