//! Sign in: *Username*, *Password*, **Login**.
//!
//! An unknown name, a wrong password and an account that has none cost the same work and get the same
//! answer. That an account is inactive or suspended, or that a password has expired, is said only after the right one.
//! Tries are taken from the budgets and committed before the password is looked at; the budget of a name
//! is keyed on what was typed, so it runs out alike for names that exist and those that do not.
//!
//! A browser that the account has signed in from before, or reset its password in, has tries of its own, and a temporary
//! password needs none: nobody's guessing keeps the owner waiting.
//!
//! A temporary password, and once an expired one, begin a session that can change the password and nothing else.

use super::ports::Fault;
use super::records::{Account, SessionKind};
use super::{Declined, Known, Portal, Token, Visitor};
use crate::account::{AccountState, Frozen, UsernameKey};
use crate::form::sign_in::SignIn;
use crate::limit::Budget;
use crate::moment::Moment;
use crate::refused::Refused;

/// Tries on one username: five at once, then one each twelve minutes. In a day that is 125 guesses at
/// the most. Left alone, the wait is never longer than an hour; a stranger who goes on guessing can take each
/// try that comes back, and then the owner comes in from a browser of theirs, or through *Forgot Password*.
pub const BY_NAME: Budget = Budget { burst: 5, every: 12 * 60 };
/// Tries from one address.
const BY_ADDRESS: Budget = Budget::per(30, 10 * 60);

/// Who has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// For the session's cookie.
    pub session: Token,
    /// For the cookie of a browser that has signed in before.
    pub known: Known,
    pub kind: SessionKind,
    /// The challenge question is to be set up, or its answer to be given again.
    pub ask_question: bool,
}

/// What the typed password is to an account.
enum Right {
    Own,
    Expired,
    /// The id in the ledger.
    Temporary(String),
}

impl Portal {
    /// Signs in and gives the token of the new session.
    ///
    /// # Errors
    /// Too many tries, a wrong name or password, the state of the account, or [`Refused::PasswordExpired`].
    pub async fn sign_in(&self, visitor: &Visitor, form: &SignIn, old: Option<&Token>) -> Result<SignedIn, Declined> {
        self.hasher.room()?;
        let now = self.now();
        let key = form.username.key();
        let mut work = self.store.begin().await?;
        let account = work.find_account_by_username(&key).await?;
        let known = self.known_by(&mut *work, visitor.known.as_ref()).await?;
        let name_budget = match known.filter(|known| account.as_ref().is_some_and(|account| account.id == *known)) {
            Some(known) => by_known(known),
            None => self.by_name(&key),
        };
        self.take(&mut *work, &self.crowd("sign-in", visitor, BY_ADDRESS), now).await?;
        // Looked up also for a name that nobody has, so that it costs the same.
        let number = account.as_ref().map_or(0, |account| account.id);
        let issued = self.temporary_of(&mut *work, number, &form.password, now).await?;
        // Nobody guesses one that was mailed, so nobody's guessing keeps its owner from using it.
        if issued.is_none() {
            self.take(&mut *work, &[(name_budget.clone(), BY_NAME)], now).await?;
        }
        work.save().await?;

        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let own = self.hasher.verify(&form.password, hash).await?;
        let (account, right) = match (account, issued) {
            (Some(account), _) if own && self.is_expired(&account, now) => (account, Right::Expired),
            (Some(account), _) if own => (account, Right::Own),
            (Some(account), Some(id)) => (account, Right::Temporary(id)),
            (account, _) => {
                self.refused_sign_in(account.map(|account| account.id), "wrong").await?;
                return Err(Refused::SignInWrong.into());
            }
        };
        if let Some(refused) = closed(&account, &right) {
            self.refused_sign_in(Some(account.id), refused.code()).await?;
            return Err(refused.into());
        }

        let hash = account.password_hash.as_deref().filter(|_| own);
        let anew = if let Some(hash) = hash { self.hash_anew(&form.password, hash).await } else { None };

        let mut work = self.store.begin().await?;
        // The account may have changed while the password was hashed.
        let still = work.find_account(account.id).await?;
        let same = |still: &Account| (still.state, still.frozen) == (account.state, account.frozen);
        let Some(still) = still.filter(same) else { return Err(Refused::SignInWrong.into()) };
        if own && !self.keep_hash(&mut *work, &form.password, anew.as_deref(), &account, &still).await? {
            return Err(Refused::SignInWrong.into());
        }
        if let Some(old) = old {
            self.end_session_of(&mut *work, old).await?;
        }
        let (kind, action) = match &right {
            Right::Own => (SessionKind::Full, "signed-in"),
            Right::Expired if work.spend_grace(account.id, now).await? => (SessionKind::ChangeOnly, "grace-used"),
            Right::Expired => {
                drop(work);
                self.refused_sign_in(Some(account.id), Refused::PasswordExpired.code()).await?;
                return Err(Refused::PasswordExpired.into());
            }
            Right::Temporary(id) => {
                // Changed in the meantime, and with that all of them ended.
                if self.temporary_of(&mut *work, account.id, &form.password, now).await?.is_none() {
                    return Err(Refused::SignInWrong.into());
                }
                work.temporary_used(id, now).await?;
                (SessionKind::ChangeOnly, "temporary-used")
            }
        };
        let temporary = matches!(right, Right::Temporary(_));
        let session = self.begin_session_of(&mut *work, account.id, kind, temporary, now).await?;
        let ask_question = kind == SessionKind::Full && self.question_is_due(&mut *work, account.id, now).await?;
        work.refill_budget(&name_budget).await?;
        self.remember_language(&mut *work, &still, &visitor.language).await?;
        // Of a shared account the ledger tells whose mail it was.
        let detail = if let Right::Temporary(id) = &right { id.as_str() } else { "" };
        self.audit(&mut *work, action, Some(account.id), detail).await?;
        work.save().await?;
        let known = self.know(account.id, account.password_set, visitor.known.as_ref());
        Ok(SignedIn { session, known, kind, ask_question })
    }

    /// The budgets that tries to sign in to an account use up.
    pub(super) fn sign_in_budgets(&self, account: &Account) -> [String; 2] {
        [self.by_name(&account.username.key()), by_known(account.id)]
    }

    /// The budget of whatever name was typed.
    fn by_name(&self, key: &UsernameKey) -> String {
        format!("sign-in:name:{}", super::token::base64url(&self.vault.digest("name", key.as_str().as_bytes())))
    }

    /// Whether the days of the account's password are over, where the policy counts them.
    pub(super) fn is_expired(&self, account: &Account, now: Moment) -> bool {
        self.agency.policy.password.expires_days > 0 && account.schedule.is_over(now)
    }

    async fn refused_sign_in(&self, account: Option<i64>, why: &str) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        self.audit(&mut *work, "sign-in-refused", account, why).await?;
        work.save().await
    }
}

/// The budget of the browsers that an account was signed in from before.
fn by_known(account: i64) -> String {
    format!("sign-in:known:{account}")
}

/// Why the account opens to nobody, whatever they know.
const fn closed(account: &Account, right: &Right) -> Option<Refused> {
    match account.state {
        AccountState::Inactive => Some(Refused::AccountInactive),
        AccountState::Suspended => Some(Refused::AccountSuspended),
        AccountState::External => Some(Refused::AccountExternal),
        AccountState::Active | AccountState::Unclaimed if matches!(account.frozen, Some(Frozen::All)) => {
            Some(Refused::AccountFrozen)
        }
        // A password of one's own and no claim cannot be; if it is, it opens nothing.
        AccountState::Unclaimed if !matches!(right, Right::Temporary(_)) => Some(Refused::SignInWrong),
        AccountState::Active | AccountState::Unclaimed => None,
    }
}
