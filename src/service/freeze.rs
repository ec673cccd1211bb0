//! *This wasn't me*: the link of every credential mail that stops what somebody else has begun.
//!
//! Opening it shows a page and changes nothing, because mail scanners open links too. Its button stops the account's
//! resets, ends its sessions, links and temporary passwords, and opens a case for the office. Where the mail told of
//! something done, not only asked for, or a password was set since, the password opens nothing either until the office
//! has looked. Once it has, mails from before stop nothing any more.
//!
//! The link names the mail and carries its keyed digest, so it needs no row of its own, and works for as long as the
//! ledger keeps the mail: [`GOOD_FOR`].

use super::desk::email_ports::EmailFate;
use super::mail::Message;
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Case};
use super::{Declined, Portal, Visitor, token};
use crate::account::{Frozen, Username};
use crate::expiry::DAY;
use crate::limit::Budget;
use crate::refused::Refused;

/// How long a link works, in seconds.
pub const GOOD_FOR: i64 = 90 * DAY;

/// Buttons pressed from one address.
const BY_ADDRESS: Budget = Budget::per(30, 60 * 60);

/// Under which the id of the mail is digested.
const NOT_ME: &str = "not-me";

/// The kind of case that the button opens.
pub(super) const CASE: &str = "not-me";

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
        format!("{mail}.{}", token::base64url(&self.vault.digest(NOT_ME, mail.as_bytes())))
    }

    /// What the link would stop. Changes nothing.
    ///
    /// # Errors
    /// [`Refused::NotMeOver`].
    pub async fn not_me(&self, token: &str) -> Result<NotMe, Declined> {
        let mut work = self.store.read().await?;
        let (account, _, stops) = self.alarmed(&mut *work, token).await?;
        Ok(NotMe { done: is_stopped(&account, stops), username: account.username, stops })
    }

    /// The button: stops it. Pressed again it changes nothing.
    ///
    /// # Errors
    /// Limits, or [`Refused::NotMeOver`].
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
        self.close_ways_in(&mut *work, account.id).await?;
        // Whoever is on the telephone with the office in the owner's name proves nothing by what was mailed.
        work.forget_callers(account.id).await?;
        // Nor does mail go where they wanted it.
        for change in work.find_email_changes_of(account.id).await? {
            work.end_email_change(&change.id, EmailFate::Stopped, now).await?;
        }
        let case = Case { account: account.id, kind: CASE.to_owned(), detail: kind.clone(), opened: now };
        work.open_case(&case).await?;
        self.audit(&mut *work, "frozen", Some(account.id), &format!("{} {kind}", stops.code())).await?;
        let notice = Message::Frozen { username: account.username.clone() };
        self.tell(&mut *work, &account, &notice, &visitor.language).await?;
        work.save().await?;
        Ok(())
    }

    /// The account that a link's mail was about, the kind of the mail, and what it stops.
    async fn alarmed(&self, work: &mut dyn UnitOfWork, token: &str) -> Result<(Account, String, Frozen), Declined> {
        let (mail, digest) = token.split_once('.').ok_or(Refused::NotMeOver)?;
        if !self.is_marked(NOT_ME, mail.as_bytes(), digest) {
            return Err(Refused::NotMeOver.into());
        }
        let mail = work.find_mail(mail).await?.ok_or(Refused::NotMeOver)?;
        // After a downtime a mail may be in the ledger that housekeeping has not come to yet.
        if self.now().since(mail.queued) >= GOOD_FOR {
            return Err(Refused::NotMeOver.into());
        }
        let stops = Message::freezes(&mail.kind).ok_or(Refused::NotMeOver)?;
        let account = mail.account.ok_or(Refused::NotMeOver)?;
        // What the office has looked at cannot be stopped again by a mail from before.
        if work.find_case_closed(account, CASE).await?.is_some_and(|closed| mail.queued < closed) {
            return Err(Refused::NotMeOver.into());
        }
        let found = work.find_account(account).await?;
        let account = found.ok_or_else(|| Fault::Other(format!("no account {account}")))?;
        // What was only asked for when the mail was written has been done since.
        let done = account.password_set.is_some_and(|set| set > mail.queued);
        Ok((account, mail.kind, if done { Frozen::All } else { stops }))
    }
}

/// Whether everything that the button would stop is stopped.
const fn is_stopped(account: &Account, stops: Frozen) -> bool {
    matches!((account.frozen, stops), (Some(Frozen::All), _) | (Some(Frozen::Resets), Frozen::Resets))
}
