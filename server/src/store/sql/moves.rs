//! People who move between accounts.

use async_trait::async_trait;
use backboard::account::Username;
use backboard::moment::Moment;
use backboard::service::desk::moves::Moves;
use backboard::service::ports::Fault;

use super::{Unit, fault};

#[async_trait]
impl Moves for Unit {
    async fn add_unclaimed(&mut self, username: &Username, now: Moment) -> Result<i64, Fault> {
        sqlx::query_scalar(
            "INSERT INTO account (username, username_key, state, created) VALUES ($1, $2, 'unclaimed', $3) RETURNING id",
        )
        .bind(username.as_str())
        .bind(username.key().as_str())
        .bind(now.0)
        .fetch_one(&mut *self.transaction)
        .await
        .map_err(fault)
    }

    async fn move_person(&mut self, person: i64, account: i64) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE person SET account = $1 WHERE id = $2")
            .bind(account)
            .bind(person)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(Fault::Other(format!("no person {person}"))) }
    }
}
