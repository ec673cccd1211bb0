//! Sign in: *Username*, *Password*, **Login**.
//!
//! An unknown name, a wrong password and an account that has none cost the same work and get the same
//! answer. That an account is inactive or suspended is said only after the right password.
//! Tries are taken from the budgets and committed before the password is looked at; the budget of a name
//! is keyed on what was typed, so it runs out alike for names that exist and those that do not.

use super::ports::Fault;
use super::{Declined, Portal, Token, Visitor};
use crate::account::AccountState;
use crate::form::sign_in::SignIn;
use crate::limit::Budget;
use crate::refused::Refused;

/// Tries on one username: five at once, then one each twelve minutes. In a day that is 125 guesses at
/// the most. Left alone, the wait is never longer than an hour; a stranger who goes on guessing can take each
/// try that comes back, and then the office helps the owner.
pub const BY_NAME: Budget = Budget { burst: 5, every: 12 * 60 };
/// Tries from one address.
const BY_ADDRESS: Budget = Budget::per(30, 10 * 60);

impl Portal {
    /// Signs in and gives the token of the new session.
    ///
    /// # Errors
    /// Too many tries, a wrong name or password, or the state of the account.
    pub async fn sign_in(&self, visitor: &Visitor, form: &SignIn, old: Option<&Token>) -> Result<Token, Declined> {
        let now = self.now();
        let key = form.username.key();
        let name_budget =
            format!("sign-in:name:{}", super::token::base64url(&self.vault.digest("name", key.as_str().as_bytes())));

        let mut work = self.store.begin().await?;
        let mut budgets = self.crowd("sign-in", visitor, BY_ADDRESS);
        budgets.push((name_budget.clone(), BY_NAME));
        self.take(&mut *work, &budgets, now).await?;
        let account = work.find_account_by_username(&key).await?;
        work.save().await?;

        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let right = self.hasher.verify(&form.password, hash).await?;
        let account = match account {
            Some(account) if right => account,
            account => {
                self.refused_sign_in(account.map(|account| account.id), "wrong").await?;
                return Err(Refused::SignInWrong.into());
            }
        };
        let refused = match account.state {
            AccountState::Active => None,
            AccountState::Inactive => Some(Refused::AccountInactive),
            AccountState::Suspended => Some(Refused::AccountSuspended),
            AccountState::External => Some(Refused::AccountExternal),
            // A password and no claim cannot be; if it is, it opens nothing.
            AccountState::Unclaimed => Some(Refused::SignInWrong),
        };
        if let Some(refused) = refused {
            self.refused_sign_in(Some(account.id), refused.code()).await?;
            return Err(refused.into());
        }

        let mut work = self.store.begin().await?;
        // The state may have changed while the password was hashed.
        let still = work.find_account(account.id).await?;
        if still.is_none_or(|still| still.state != AccountState::Active || still.password_hash != account.password_hash)
        {
            return Err(Refused::SignInWrong.into());
        }
        if let Some(old) = old {
            work.end_session(&self.vault.digest("session", old.as_str().as_bytes())).await?;
        }
        let token = self.begin_session(&mut *work, account.id, now).await?;
        work.refill_budget(&name_budget).await?;
        self.audit(&mut *work, "signed-in", Some(account.id), "").await?;
        work.save().await?;
        Ok(token)
    }

    async fn refused_sign_in(&self, account: Option<i64>, why: &str) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        self.audit(&mut *work, "sign-in-refused", account, why).await?;
        work.save().await
    }
}
