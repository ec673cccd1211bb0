//! What the office does to an account from the command line. The desk's pages will do the same, with more checks.

use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Happened, Temporary};
use super::temporary::Issued;
use super::{Declined, Portal};
use crate::account::{AccountState, Frozen, Username};
use crate::identity::Email;
use crate::refused::Refused;

/// As the audit names who did it.
const OFFICE: &str = "office";
/// The language of mails that nobody asked for in one.
const LANGUAGE: &str = "en";
/// Entries of the history that are shown.
const HISTORY: u32 = 20;

/// An account as the office sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub account: Account,
    pub addresses: Vec<Email>,
    pub has_question: bool,
    pub temporaries: Vec<Temporary>,
    pub history: Vec<Happened>,
}

impl Portal {
    /// # Errors
    /// [`Refused::UsernameUnusable`] when nobody has that username.
    pub async fn office_show(&self, username: &Username) -> Result<Shown, Declined> {
        let mut work = self.store.read().await?;
        let account = named(&mut *work, username).await?;
        Ok(Shown {
            addresses: self.addresses(&mut *work, account.id).await?,
            has_question: work.find_challenge(account.id).await?.is_some(),
            temporaries: work.find_temporaries_of(account.id).await?,
            history: work.find_audit_of(account.id, HISTORY).await?,
            account,
        })
    }

    /// Closes an account: nobody gets in or stays in.
    ///
    /// # Errors
    /// As [`Portal::office_show`]; [`Refused::AccountExternal`], which another login service closes.
    pub async fn office_suspend(&self, username: &Username) -> Result<(), Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        let account = named(&mut *work, username).await?;
        if account.state == AccountState::External {
            return Err(Refused::AccountExternal.into());
        }
        work.save_state(account.id, AccountState::Suspended).await?;
        work.supersede_links(account.id, 0, now).await?;
        work.end_temporaries(account.id, now).await?;
        work.end_sessions_of(account.id).await?;
        self.audit_by(&mut *work, OFFICE, "suspended", Some(account.id), account.state.code()).await?;
        work.save().await?;
        Ok(())
    }

    /// Opens an account again: one that was closed, and one that somebody stopped with *This wasn't me*. A password
    /// that may be somebody else's opens nothing any more, and the challenge question is forgotten; the owner sets a new
    /// password through *Forgot Password*, or, where a question is required, with a temporary one from the office.
    ///
    /// # Errors
    /// As [`Portal::office_show`]; [`Refused::AccountExternal`], whose password is not kept here.
    pub async fn office_reactivate(&self, username: &Username) -> Result<(), Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        let account = named(&mut *work, username).await?;
        if account.state == AccountState::External {
            return Err(Refused::AccountExternal.into());
        }
        if account.frozen == Some(Frozen::All) {
            work.void_password(account.id).await?;
            // The question may be somebody else's too, and would keep the owner out.
            work.remove_challenge(account.id).await?;
        }
        let state = match account.password_hash {
            Some(_) => AccountState::Active,
            None => AccountState::Unclaimed,
        };
        work.save_state(account.id, state).await?;
        work.save_frozen(account.id, None).await?;
        work.close_cases(account.id, now).await?;
        self.audit_by(&mut *work, OFFICE, "reactivated", Some(account.id), account.state.code()).await?;
        work.save().await?;
        Ok(())
    }

    /// Mails a temporary password to every address on file, each its own. How many.
    ///
    /// # Errors
    /// As [`Portal::office_show`]; the state of an account that is closed.
    pub async fn office_temporary_password(&self, username: &Username) -> Result<usize, Declined> {
        let mut work = self.store.begin().await?;
        let account = named(&mut *work, username).await?;
        match account.state {
            AccountState::Inactive => return Err(Refused::AccountInactive.into()),
            AccountState::Suspended => return Err(Refused::AccountSuspended.into()),
            AccountState::External => return Err(Refused::AccountExternal.into()),
            AccountState::Active | AccountState::Unclaimed if account.frozen.is_some() => {
                return Err(Refused::AccountFrozen.into());
            }
            AccountState::Active | AccountState::Unclaimed => {}
        }
        let addresses = self.addresses(&mut *work, account.id).await?;
        for to in &addresses {
            let issued = Issued { by: OFFICE, why: "asked-the-office" };
            self.issue_temporary(&mut *work, &account, to, issued, LANGUAGE).await?;
        }
        work.save().await?;
        Ok(addresses.len())
    }
}

async fn named(work: &mut dyn UnitOfWork, username: &Username) -> Result<Account, Declined> {
    let found: Result<Option<Account>, Fault> = work.find_account_by_username(&username.key()).await;
    found?.ok_or_else(|| Refused::UsernameUnusable.into())
}
