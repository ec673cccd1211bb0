//! Temporary passwords: a ledger of what was issued, and what opens.
//!
//! Several may be outstanding and arrive in any order. Each that has not expired signs in, as often as it is needed,
//! to a session that can change the password and nothing else; once the password is changed, all die together.

use super::mail::{MailedSecret, Message};
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, NewTemporary};
use super::{Portal, keyed};
use crate::account::Username;
use crate::identity::Email;
use crate::moment::Moment;
use crate::password::{Password, temporary};

/// Who issued a temporary password, and why.
#[derive(Clone, Copy, Debug)]
pub struct Issued<'a> {
    /// `person`, `office`, or a member of staff.
    pub by: &'a str,
    /// A code: `forgot-password`, `telephone`.
    pub why: &'a str,
}

impl Portal {
    /// Issues one for an account, mails it to one address and writes it down.
    pub(super) async fn issue_temporary(
        &self,
        work: &mut dyn UnitOfWork,
        account: &Account,
        to: &Email,
        issued: Issued<'_>,
        language: &str,
    ) -> Result<(), Fault> {
        self.make_temporary(work, account, Some(to), issued, language).await?;
        self.audit_by(work, issued.by, "temporary-issued", Some(account.id), issued.why).await
    }

    /// Issues one for an account, and mails it where there is an address; without one, it is for the screen. With when it
    /// expires. Whoever calls writes it down.
    pub(super) async fn make_temporary(
        &self,
        work: &mut dyn UnitOfWork,
        account: &Account,
        to: Option<&Email>,
        issued: Issued<'_>,
        language: &str,
    ) -> Result<(Password, Moment), Fault> {
        let now = self.now();
        let hours = self.agency.policy.temporary.hours;
        let secret = temporary(&self.agency.policy.password, &mut |bytes| self.entropy.fill(bytes));
        let expires = now.plus(i64::from(hours) * 60 * 60);
        let mail = match to {
            Some(to) => {
                let message = Message::TemporaryPassword {
                    username: account.username.clone(),
                    password: MailedSecret::of(&secret),
                    expires,
                    hours,
                    shared: account.shared,
                    products: self.products(&work.find_people_of(account.id).await?),
                };
                Some(self.post(work, to, Some(account.id), &message, language).await?)
            }
            None => None,
        };
        let new = NewTemporary {
            id: self.id(),
            account: account.id,
            digest: self.vault.digest(keyed::TEMPORARY, &keyed::temporary_secret(account.id, &secret)),
            issued: now,
            expires,
            issuer: issued.by.to_owned(),
            why: issued.why.to_owned(),
            mail,
        };
        work.add_temporary(&new).await?;
        Ok((secret, expires))
    }

    /// Whether a mailed temporary password still opens the account: while its mail waited, the password may have been
    /// changed.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn is_temporary(&self, username: &Username, mailed: &MailedSecret) -> Result<bool, Fault> {
        let Ok(password) = Password::parse(mailed.as_str()) else { return Ok(false) };
        let mut work = self.store.read().await?;
        let Some(account) = work.find_account_by_username(&username.key()).await? else { return Ok(false) };
        Ok(self.temporary_of(&mut *work, account.id, &password, self.now()).await?.is_some())
    }
}
