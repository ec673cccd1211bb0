//! Challenge questions: one for each account that has set one.

use async_trait::async_trait;
use backboard::challenge::Question;
use backboard::moment::Moment;
use backboard::service::ports::{Challenges, Fault};
use backboard::service::records::Challenge;

use super::columns::{column, unreadable};
use super::{TableRow, Unit, fault};

#[async_trait]
impl Challenges for Unit {
    async fn find_challenge(&mut self, account: i64) -> Result<Option<Challenge>, Fault> {
        let row = sqlx::query("SELECT question, answer_hash, confirmed FROM challenge WHERE account = $1")
            .bind(account)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(fault)?;
        row.as_ref().map(challenge).transpose()
    }

    async fn save_challenge(&mut self, account: i64, challenge: &Challenge) -> Result<(), Fault> {
        sqlx::query(
            "INSERT INTO challenge (account, question, answer_hash, confirmed) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account) DO UPDATE SET question = excluded.question, \
             answer_hash = excluded.answer_hash, confirmed = excluded.confirmed",
        )
        .bind(account)
        .bind(challenge.question.code())
        .bind(&challenge.answer_hash)
        .bind(challenge.confirmed.0)
        .execute(&mut *self.transaction)
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn remove_challenge(&mut self, account: i64) -> Result<(), Fault> {
        sqlx::query("DELETE FROM challenge WHERE account = $1")
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn confirm_challenge(&mut self, account: i64, now: Moment) -> Result<(), Fault> {
        let done = sqlx::query("UPDATE challenge SET confirmed = $1 WHERE account = $2")
            .bind(now.0)
            .bind(account)
            .execute(&mut *self.transaction)
            .await
            .map_err(fault)?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(Fault::Other(format!("no challenge of account {account}"))) }
    }
}

fn challenge(row: &TableRow) -> Result<Challenge, Fault> {
    Ok(Challenge {
        question: Question::from_code(column(row, "question")?).ok_or_else(|| unreadable("question"))?,
        answer_hash: column(row, "answer_hash")?,
        confirmed: Moment(column(row, "confirmed")?),
    })
}
