//! Accounts in the state that a test needs, without the journeys that lead there.

use backboard::account::{AccountState, Frozen};
use backboard::challenge::Answer as Spoken;
use backboard::password::Password;

use crate::app::App;
use crate::people::{ANSWER, Person, QUESTION};

impl App {
    /// What the office does to an account.
    pub async fn save_state(&self, username: &str, state: AccountState) {
        self.save("UPDATE account SET state = ? WHERE username = ?", state.code(), username).await;
    }

    /// Gives an account a password that has no days, whatever its state.
    pub async fn give_password(&self, username: &str, typed: &str) {
        let hash = self.portal.hasher.hash(&Password::parse(typed).unwrap()).await.unwrap();
        let query = "UPDATE account SET password_hash = ?, password_expires = NULL, remind_at = NULL, \
                     grace_spent = NULL WHERE username = ?";
        self.save(query, &hash, username).await;
        let now = self.portal.now().0.to_string();
        self.save("UPDATE account SET password_set = CAST(? AS INTEGER) WHERE username = ?", &now, username).await;
    }

    /// The days of the password are over, and nobody has used the one sign-in that is left.
    pub async fn expire(&self, username: &str) {
        let now = self.portal.now().0.to_string();
        let query = "UPDATE account SET password_expires = CAST(? AS INTEGER), grace_spent = NULL WHERE username = ?";
        self.save(query, &now, username).await;
    }

    /// Somebody has pressed *This wasn't me*.
    pub async fn freeze(&self, username: &str, frozen: Frozen) {
        self.save("UPDATE account SET frozen = ? WHERE username = ?", frozen.code(), username).await;
    }

    /// Several people sign in with this username.
    pub async fn share(&self, username: &str) {
        self.save("UPDATE account SET shared = CAST(? AS INTEGER) WHERE username = ?", "1", username).await;
    }

    /// Somebody else on the roster has this username too.
    pub async fn join(&self, person: &Person, username: &str) {
        let query = "UPDATE person SET account = (SELECT id FROM account WHERE username = ?) WHERE last_name = ?";
        let done = sqlx::query(query).bind(username).bind(person.last_name).execute(&self.back_door).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{username}");
    }

    /// Sets up [`QUESTION`], whose answer is [`ANSWER`].
    pub async fn give_question(&self, username: &str) {
        let secret = Spoken::parse(ANSWER).unwrap().secret().unwrap();
        let hash = self.portal.hasher.hash(&secret).await.unwrap();
        let query = "INSERT INTO challenge (account, question, answer_hash, confirmed) \
                     SELECT id, ?, ?, ? FROM account WHERE username = ? \
                     ON CONFLICT (account) DO UPDATE SET question = excluded.question, \
                     answer_hash = excluded.answer_hash, confirmed = excluded.confirmed";
        let done = sqlx::query(query)
            .bind(QUESTION.code())
            .bind(hash)
            .bind(self.portal.now().0)
            .bind(username)
            .execute(&self.back_door)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 1, "{username}");
    }

    async fn save(&self, query: &'static str, value: &str, username: &str) {
        let done = sqlx::query(query).bind(value).bind(username).execute(&self.back_door).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{username}");
    }
}
