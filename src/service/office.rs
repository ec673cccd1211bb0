//! What the office does to an account from the command line. The desk does the same with more checks
//! ([`super::desk::acts`]).

use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Happened, Temporary};
use super::temporary::Issued;
use super::{Declined, Portal};
use crate::account::{AccountState, Frozen, Username};
use crate::identity::Email;
use crate::refused::Refused;

/// As the audit names who did it.
pub const OFFICE: &str = "office";
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
        let mut work = self.store.begin().await?;
        let account = named(&mut *work, username).await?;
        if account.state == AccountState::External {
            return Err(Refused::AccountExternal.into());
        }
        self.suspend(&mut *work, &account).await?;
        self.audit_by(&mut *work, OFFICE, "suspended", Some(account.id), account.state.code()).await?;
        work.save().await?;
        Ok(())
    }

    /// Ends every session of an account, which stays as it is; false when there was none. Whoever knows the password
    /// signs in again.
    ///
    /// # Errors
    /// As [`Portal::office_show`].
    pub async fn office_end_sessions(&self, username: &Username) -> Result<bool, Declined> {
        let mut work = self.store.begin().await?;
        let account = named(&mut *work, username).await?;
        let ended = work.end_sessions_of(account.id).await? > 0;
        if ended {
            self.audit_by(&mut *work, OFFICE, "sessions-ended", Some(account.id), "").await?;
        }
        work.save().await?;
        Ok(ended)
    }

    /// Opens an account again: one that somebody stopped with *This wasn't me*, else one that was closed. A password
    /// that may be somebody else's opens nothing any more, and the challenge question is forgotten; the owner sets a new
    /// password through *Forgot Password*, or, where a question is required, with a temporary one from the office.
    ///
    /// # Errors
    /// As [`Portal::office_show`]; [`Refused::AccountExternal`], whose password is not kept here.
    pub async fn office_reactivate(&self, username: &Username) -> Result<(), Declined> {
        let mut work = self.store.begin().await?;
        let account = named(&mut *work, username).await?;
        if account.state == AccountState::External && account.frozen.is_none() {
            return Err(Refused::AccountExternal.into());
        }
        let detail = self.reopen(&mut *work, &account).await?;
        self.audit_by(&mut *work, OFFICE, "reactivated", Some(account.id), &detail).await?;
        work.save().await?;
        Ok(())
    }

    /// Closes an account in this unit of work: nobody gets in or stays in.
    pub(super) async fn suspend(&self, work: &mut dyn UnitOfWork, account: &Account) -> Result<(), Fault> {
        work.save_state(account.id, AccountState::Suspended).await?;
        self.close_ways_in(work, account.id).await
    }

    /// Opens an account again in this unit of work, and gives what closed it, as the audit says it.
    pub(super) async fn reopen(&self, work: &mut dyn UnitOfWork, account: &Account) -> Result<String, Fault> {
        let now = self.now();
        if account.frozen == Some(Frozen::All) {
            work.void_password(account.id).await?;
            // The question may be somebody else's too, and would keep the owner out.
            work.remove_challenge(account.id).await?;
        }
        Ok(match account.frozen {
            // What closed the account besides stays: that is another decision.
            Some(frozen) => {
                work.save_frozen(account.id, None).await?;
                work.close_cases(account.id, now).await?;
                format!("unfrozen {}", frozen.code())
            }
            None => {
                let state = match (account.state, &account.password_hash) {
                    (AccountState::Inactive | AccountState::Suspended, Some(_)) => AccountState::Active,
                    (AccountState::Inactive | AccountState::Suspended, None) => AccountState::Unclaimed,
                    (state, _) => state,
                };
                work.save_state(account.id, state).await?;
                account.state.code().to_owned()
            }
        })
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
            self.issue_temporary(&mut *work, &account, to, issued, self.language_of(&account)).await?;
        }
        work.save().await?;
        Ok(addresses.len())
    }
}

async fn named(work: &mut dyn UnitOfWork, username: &Username) -> Result<Account, Declined> {
    let found: Result<Option<Account>, Fault> = work.find_account_by_username(&username.key()).await;
    found?.ok_or_else(|| Refused::UsernameUnusable.into())
}
