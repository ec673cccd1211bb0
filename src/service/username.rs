//! Forgot username: an address is typed, and a mail lists every username on it.
//!
//! The usernames are never on screen, and the answer is the same whether the address is known. The mail
//! goes to the addresses as they are stored, never to the typed one. Who does not know the address any
//! more finds the username by identity: that is *Claim Your Account/Find Username*.

use super::asking::Limits;
use super::jobs::Work;
use super::mail::Message;
use super::mailbox::by_mailbox;
use super::ports::{Fault, UnitOfWork};
use super::{Declined, Portal, Visitor, token};
use crate::identity::Email;
use crate::limit::Budget;

/// Requests for one typed address: three an hour, known or not.
const BY_EMAIL: Budget = Budget::per(3, 60 * 60);
/// Requests from one address.
const BY_ADDRESS: Budget = Budget::per(20, 60 * 60);

impl Portal {
    /// *forgot username?*
    ///
    /// # Errors
    /// Limits and the proof. Never whether the address is known.
    pub async fn username_request(&self, visitor: &Visitor, email: &Email, proof: &str) -> Result<(), Declined> {
        let now = self.now();
        let proof = self.judge_proof(proof).await?;
        let key = token::base64url(&self.vault.digest("email", email.key().as_bytes()));
        let mut work = self.store.begin_beside().await?;
        let limits = Limits {
            crowd: self.crowd("username.request", visitor, BY_ADDRESS),
            typed: (format!("username.request:email:{key}"), BY_EMAIL),
            known: None,
        };
        self.admit(&mut *work, visitor, limits, proof, now).await?;
        let job = Work::Usernames { email: email.key(), language: visitor.language.clone() };
        self.queue(&mut *work, &job).await?;
        work.save().await?;
        Ok(())
    }

    /// The worker's half: one mail for each stored form of the address, with the usernames on it.
    pub(super) async fn mail_usernames(
        &self,
        work: &mut dyn UnitOfWork,
        key: &str,
        language: &str,
    ) -> Result<(), Fault> {
        let letters = by_mailbox(work.find_people_by_email(key).await?);
        if letters.is_empty() {
            return self.audit(work, "username-not-found", None, "").await;
        }
        for (email, usernames) in letters {
            if !self.may_mail(work, "username", &email).await? {
                self.audit(work, "username-capped", None, "").await?;
                continue;
            }
            let count = usernames.len().to_string();
            self.post(work, &email, None, &Message::Usernames { usernames }, language).await?;
            self.audit(work, "username-mailed", None, &count).await?;
        }
        Ok(())
    }
}
