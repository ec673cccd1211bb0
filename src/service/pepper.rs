//! Hashes under an older pepper, or made with older parameters, are made anew where the right password or answer has
//! just been given: only then is it at hand, and only who knows it can see how much longer that takes.

use super::Portal;
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Challenge};
use crate::challenge::Answer;
use crate::password::Password;

impl Portal {
    /// The hash to be written in place of an outdated one. What cannot be hashed now is hashed another time.
    pub(super) async fn hash_anew(&self, right: &Password, hash: &str) -> Option<String> {
        if !self.hasher.is_outdated(hash) {
            return None;
        }
        let hashed = self.hasher.hash(right).await;
        hashed.inspect_err(|fault| tracing::warn!(%fault, "an outdated hash stays for now")).ok()
    }

    /// Writes the new hash of a password that was right for `before`, and says whether it is still right for the account
    /// as it is `now`. Who signed in at the same time may have had the same password hashed anew too.
    pub(super) async fn keep_hash(
        &self,
        work: &mut dyn UnitOfWork,
        right: &Password,
        anew: Option<&str>,
        before: &Account,
        now: &Account,
    ) -> Result<bool, Fault> {
        match anew {
            _ if before.password_hash != now.password_hash => {
                let rehashed = before.password_hash.as_deref().is_some_and(|hash| self.hasher.is_outdated(hash));
                Ok(rehashed && self.hasher.verify(right, now.password_hash.as_deref()).await?)
            }
            Some(hash) => work.save_hash(before.id, hash).await.map(|()| true),
            None => Ok(true),
        }
    }

    /// The same for the right answer to a challenge question, read before `work` began.
    pub(super) async fn answer_anew(&self, right: &Answer, challenge: &Challenge) -> Option<String> {
        self.hash_anew(&right.secret().ok()?, &challenge.answer_hash).await
    }

    /// Writes the new hash of an answer, unless question or answer were changed in the meantime.
    pub(super) async fn keep_answer(
        &self,
        work: &mut dyn UnitOfWork,
        account: i64,
        anew: Option<String>,
        before: &Challenge,
    ) -> Result<(), Fault> {
        let Some(answer_hash) = anew else { return Ok(()) };
        match work.find_challenge(account).await? {
            Some(now) if now.answer_hash == before.answer_hash => {
                work.save_challenge(account, &Challenge { answer_hash, ..now }).await
            }
            _ => Ok(()),
        }
    }
}
