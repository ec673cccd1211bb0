//! *This wasn't me*: the link of every credential mail that stops what somebody else has begun.
//!
//! Opening it shows a page and changes nothing, because mail scanners open links too. Its button stops the account's
//! resets, ends its sessions, links and temporary passwords, and opens a case for the office. Where the mail told of
//! something done, not only asked for, the password opens nothing either until the office has looked.
//!
//! The link names the mail and carries its keyed digest, so it needs no row of its own and works as long as the
//! ledger keeps the mail: 90 days.

use subtle::ConstantTimeEq as _;

use super::mail::Message;
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Case};
use super::{Declined, Portal, Visitor, token};
use crate::account::{Frozen, Username};
use crate::limit::Budget;
use crate::refused::Refused;

/// Buttons pressed from one address.
const BY_ADDRESS: Budget = Budget::per(30, 60 * 60);

/// What the page behind the link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotMe {
    pub username: Username,
    /// What the button stops.
    pub stops: Frozen,
    /// It was pressed already.
    pub done: bool,
}

impl Portal {
    /// The last part of the link's address.
    #[must_use]
    pub fn not_me_token(&self, mail: &str) -> String {
        format!("{mail}.{}", token::base64url(&self.vault.digest("not-me", mail.as_bytes())))
    }

    /// What the link would stop. Changes nothing.
    ///
    /// # Errors
    /// [`Refused::LinkUnknown`].
    pub async fn not_me(&self, token: &str) -> Result<NotMe, Declined> {
        let mut work = self.store.read().await?;
        let (account, _, stops) = self.alarmed(&mut *work, token).await?;
        Ok(NotMe { done: is_stopped(&account, stops), username: account.username, stops })
    }

    /// The button: stops it. Pressed again it changes nothing.
    ///
    /// # Errors
    /// Limits, or [`Refused::LinkUnknown`].
    pub async fn freeze(&self, visitor: &Visitor, token: &str) -> Result<(), Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd("notme.freeze", visitor, BY_ADDRESS), now).await?;
        work.save().await?;

        let mut work = self.store.begin().await?;
        let (account, kind, stops) = self.alarmed(&mut *work, token).await?;
        if is_stopped(&account, stops) {
            return Ok(());
        }
        work.save_frozen(account.id, Some(stops)).await?;
        work.supersede_links(account.id, 0, now).await?;
        work.end_temporaries(account.id, now).await?;
        work.end_sessions_of(account.id).await?;
        let case = Case { account: account.id, kind: "not-me".to_owned(), detail: kind.clone(), opened: now };
        work.open_case(&case).await?;
        self.audit(&mut *work, "frozen", Some(account.id), &format!("{} {kind}", stops.code())).await?;
        let notice = Message::Frozen { username: account.username.clone() };
        self.tell(&mut *work, &account, &notice, &visitor.language).await?;
        work.save().await?;
        Ok(())
    }

    /// The account that a link's mail was about, the kind of the mail, and what it stops.
    async fn alarmed(&self, work: &mut dyn UnitOfWork, token: &str) -> Result<(Account, String, Frozen), Declined> {
        let (mail, digest) = token.split_once('.').ok_or(Refused::LinkUnknown)?;
        let expected = token::base64url(&self.vault.digest("not-me", mail.as_bytes()));
        if !bool::from(expected.as_bytes().ct_eq(digest.as_bytes())) {
            return Err(Refused::LinkUnknown.into());
        }
        let (account, kind) = work.find_mail(mail).await?.ok_or(Refused::LinkUnknown)?;
        let stops = Message::freezes(&kind).ok_or(Refused::LinkUnknown)?;
        let account = account.ok_or(Refused::LinkUnknown)?;
        let found = work.find_account(account).await?;
        Ok((found.ok_or_else(|| Fault::Other(format!("no account {account}")))?, kind, stops))
    }
}

/// Whether everything that the button would stop is stopped.
const fn is_stopped(account: &Account, stops: Frozen) -> bool {
    matches!((account.frozen, stops), (Some(Frozen::All), _) | (Some(Frozen::Resets), Frozen::Resets))
}
