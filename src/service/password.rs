//! A new password in place of the old one: what every journey that sets one does, and *Change Password*.
//!
//! In one commit the password changes, everything that could still set or bypass it dies (links, temporary
//! passwords, sessions), and every address on file is told.

use super::claim::Choosing;
use super::mail::Message;
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Session};
use super::session::Begun;
use super::{Declined, Portal, Visitor};
use crate::account::AccountState;
use crate::expiry::Schedule;
use crate::form::password::ChangeForm;
use crate::identity::Email;
use crate::limit::Budget;
use crate::moment::Moment;
use crate::password::Password;
use crate::refused::{Field, Problem, Refused};

/// Times the present password may be typed again by one account's sessions.
pub(super) const AGAIN_BY_ACCOUNT: Budget = Budget::per(10, 60 * 60);

/// A password that is about to take the place of another.
pub(super) struct Replacing<'a> {
    pub account: &'a Account,
    pub hash: &'a str,
    /// As the audit names it.
    pub action: &'static str,
    pub detail: &'a str,
    pub language: &'a str,
}

impl Portal {
    /// Sets the password, ends what was there before, writes it down and tells every address on file.
    pub(super) async fn replace_password(
        &self,
        work: &mut dyn UnitOfWork,
        replacing: Replacing<'_>,
        now: Moment,
    ) -> Result<(), Fault> {
        let Replacing { account, hash, action, detail, language } = replacing;
        let schedule = Schedule::of(now, self.agency.policy.password.expires_days);
        work.save_password(account.id, hash, now, schedule).await?;
        work.supersede_links(account.id, 0, now).await?;
        work.end_temporaries(account.id, now).await?;
        work.end_sessions_of(account.id).await?;
        self.remember_language(work, account, language).await?;
        self.audit(work, action, Some(account.id), detail).await?;
        self.tell(work, account, &Message::PasswordSet { username: account.username.clone() }, language).await
    }

    /// Mails a notice to every address on file, once each.
    pub(super) async fn tell(
        &self,
        work: &mut dyn UnitOfWork,
        account: &Account,
        message: &Message,
        language: &str,
    ) -> Result<(), Fault> {
        for email in self.addresses(work, account.id).await? {
            self.post(work, &email, Some(account.id), message, language).await?;
        }
        Ok(())
    }

    /// The addresses on file of an account, each once.
    pub(super) async fn addresses(&self, work: &mut dyn UnitOfWork, account: i64) -> Result<Vec<Email>, Fault> {
        let mut addresses: Vec<Email> = Vec::new();
        for email in work.find_people_of(account).await?.into_iter().filter_map(|person| person.email) {
            if !addresses.contains(&email) {
                addresses.push(email);
            }
        }
        Ok(addresses)
    }

    /// *Change Password*, **Save Password**. The present password is the account's own or any temporary one that
    /// still works. The session itself is the claim: of several posts at once one saves. Gives the new session.
    ///
    /// # Errors
    /// Too many tries, what is wrong with either password, or [`Refused::SessionOver`].
    pub async fn change_password(
        &self,
        visitor: &Visitor,
        session: &Session,
        form: &ChangeForm,
    ) -> Result<Begun, Declined> {
        let now = self.now();
        let read = form.read(&self.agency.policy.password, session.username.as_str(), &self.agency.names());
        if let Err(problems) = &read
            && problems.iter().any(|problem| problem.field == Field::CurrentPassword)
        {
            // An empty field, or what no password can be, is a try like any other.
            let mut work = self.store.begin().await?;
            self.take(&mut *work, &[(again(session), AGAIN_BY_ACCOUNT)], now).await?;
            work.save().await?;
        }
        let change = read?;
        let account = self.know_again(session, &change.current, true).await?;
        self.refuse_mailed(account.id, &change.new).await?;
        if self.hasher.verify(&change.new, account.password_hash.as_deref()).await? {
            return Err(Problem::at(Field::Password, Refused::PasswordSame).into());
        }
        let hash = self.hasher.hash(&change.new).await?;

        let mut work = self.store.begin().await?;
        let account = work.find_account(session.account).await?.ok_or(Refused::SessionOver)?;
        let may = matches!(account.state, AccountState::Active | AccountState::Unclaimed);
        if !may || !work.end_session(&session.token).await? {
            return Err(Refused::SessionOver.into());
        }
        let detail = session.kind.code();
        let language = &visitor.language;
        let replacing = Replacing { account: &account, hash: &hash, action: "password-changed", detail, language };
        self.replace_password(&mut *work, replacing, now).await?;
        let session = self.begin_session(&mut *work, account.id, now).await?;
        work.save().await?;
        Ok(Begun { session, known: self.know(account.id, Some(now), visitor.known.as_ref()) })
    }

    /// One that was mailed stands in a mailbox: kept as the new one, it would outlive the change.
    pub(super) async fn refuse_mailed(&self, account: i64, new: &Password) -> Result<(), Declined> {
        let mut work = self.store.read().await?;
        match self.temporary_of(&mut *work, account, new, self.now()).await? {
            Some(_) => Err(Problem::at(Field::Password, Refused::PasswordSame).into()),
            None => Ok(()),
        }
    }

    /// Whose password the page *Change Password* changes.
    ///
    /// # Errors
    /// [`Refused::SessionOver`].
    pub async fn changing(&self, session: &Session) -> Result<Choosing, Declined> {
        let mut work = self.store.read().await?;
        let account = work.find_account(session.account).await?.ok_or(Refused::SessionOver)?;
        Ok(self.choosing(&mut *work, account).await?)
    }

    /// Whether who is signed in knows the password: typed again before anything that could keep its owner out.
    /// A try is taken, and committed, before it is looked at. A temporary password will do where it is replaced.
    pub(super) async fn know_again(
        &self,
        session: &Session,
        typed: &Password,
        temporary: bool,
    ) -> Result<Account, Declined> {
        self.hasher.room()?;
        let now = self.now();
        let budget = again(session);
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &[(budget, AGAIN_BY_ACCOUNT)], now).await?;
        let account = work.find_account(session.account).await?.ok_or(Refused::SessionOver)?;
        // Who came in with one may finish with it: its end falls on the next sign-in, not into the middle of this one.
        let at = if session.temporary { session.created } else { now };
        let issued = match temporary {
            true => self.temporary_of(&mut *work, account.id, typed, at).await?,
            false => None,
        };
        work.save().await?;

        let own = self.hasher.verify(typed, account.password_hash.as_deref()).await?;
        // A right one counts too: every change is mailed to every address.
        if own || issued.is_some() {
            return Ok(account);
        }
        let mut work = self.store.begin().await?;
        self.audit(&mut *work, "password-again-wrong", Some(account.id), "").await?;
        work.save().await?;
        Err(Problem::at(Field::CurrentPassword, Refused::PasswordNotYours).into())
    }
}

/// The budget of typing the present password again.
fn again(session: &Session) -> String {
    again_of(session.account)
}

pub(super) fn again_of(account: i64) -> String {
    format!("password.again:account:{account}")
}
