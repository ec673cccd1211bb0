//! What the desk does to an account.
//!
//! Every act names the account as its page showed it (a version) and why. It happens in one unit of work: the member is
//! still at work and may; nobody else did anything to the account meanwhile; where it lets somebody in, the caller was
//! checked; then the change, one row of the audit that says how the caller was checked, and a mail to everybody on file.
//! What was mailed to a person who did not call says how to stop it.
//!
//! **What a mailed code is for.** A link or a temporary password goes to the address on file, so who gets it has the
//! mailbox. What lets somebody in past it, a temporary password on the screen, asks for the code that was mailed there, or
//! for a supervisor who takes the caller's facts on themselves.

use super::Actor;
use super::caller::on_file;
use super::checks::Passed;
use crate::account::{AccountState, Frozen};
use crate::agency::Journey;
use crate::limit::Budget;
use crate::link::Purpose;
use crate::moment::Moment;
use crate::password::Password;
use crate::refused::Refused;
use crate::service::mail::Message;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::records::{Account, Person};
use crate::service::temporary::Issued;
use crate::service::{Declined, Portal};
use crate::staff::{AccountNews, Act, CallerCheck, Reason, Role};

/// Acts by one member of staff, of all kinds together: more is a mistake, or somebody else's hand.
pub const ACTS: Budget = Budget::per(120, 60 * 60);

/// As the ledger of temporary passwords names why one was issued.
const ASKED: &str = "asked-the-office";

/// An act that a member of staff asks for.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub account: i64,
    /// As the page showed it: [`super::person::Dossier::version`].
    pub version: i64,
    pub reason: &'a Reason,
}

/// A temporary password for the screen, to be shown once ([`super::once`]).
#[derive(Debug)]
pub struct ShownPassword {
    pub password: Password,
    pub expires: Moment,
}

/// An act under way.
pub(super) struct Doing<'a> {
    pub work: Box<dyn UnitOfWork>,
    pub actor: Actor,
    pub account: Account,
    /// How the caller was checked, if at all.
    pub passed: Option<Passed>,
    pub now: Moment,
    act: Act,
    reason: &'a Reason,
}

impl Portal {
    /// Mails a link to every address on file, with which a password is set: the first one, or a new one. How many.
    ///
    /// # Errors
    /// Those of every act, the state of the account, [`Refused::NoAddress`], [`Refused::LinkOff`]; and
    /// [`Refused::CallerUnchecked`] where the link leads past a question that the profile requires.
    pub async fn desk_send_link(&self, actor: &Actor, order: Order<'_>) -> Result<usize, Declined> {
        let mut doing = self.begin_act(actor, Act::SendLink, order).await?;
        is_open(&doing.account)?;
        let (purpose, journey) = match doing.account.state {
            AccountState::Unclaimed => (Purpose::Claim, Journey::Claim),
            _ => (Purpose::Reset, Journey::Reset),
        };
        if !self.agency.has(journey) {
            return Err(Refused::LinkOff.into());
        }
        let has_question = doing.work.find_challenge(doing.account.id).await?.is_some();
        if doing.passed.is_none() && self.leads_past_question(doing.account.state, has_question) {
            return Err(Refused::CallerUnchecked.into());
        }
        let people = mailed(&mut *doing.work, doing.account.id).await?;
        self.make_room(&mut *doing.work, doing.account.id).await?;
        let products = self.products(&doing.work.find_people_of(doing.account.id).await?);
        // Of no browser: nobody can type the code, so the mail has none.
        let flow = self.id();
        for (person, to) in &people {
            let (link, token, _) = self.issue_link(&mut *doing.work, purpose, person, &flow).await?;
            let message = Message::OfficeLink {
                username: doing.account.username.clone(),
                token,
                shared: doing.account.shared,
                products: products.clone(),
            };
            let mail = self
                .post(&mut *doing.work, to, Some(doing.account.id), &message, self.language_of(&doing.account))
                .await?;
            doing.work.link_mailed(&link, &mail).await?;
        }
        self.finish_act(doing, purpose.code()).await?;
        Ok(people.len())
    }

    /// Mails a temporary password to every address on file, each its own. How many.
    ///
    /// # Errors
    /// Those of every act, the state of the account, [`Refused::NoAddress`].
    pub async fn desk_send_temporary(&self, actor: &Actor, order: Order<'_>) -> Result<usize, Declined> {
        let mut doing = self.begin_act(actor, Act::SendTemporary, order).await?;
        is_open(&doing.account)?;
        let people = mailed(&mut *doing.work, doing.account.id).await?;
        let by = doing.actor.name();
        for (_, to) in &people {
            let issued = Issued { by: &by, why: ASKED };
            self.make_temporary(&mut *doing.work, &doing.account, Some(to), issued, self.language_of(&doing.account))
                .await?;
        }
        self.finish_act(doing, "").await?;
        Ok(people.len())
    }

    /// Issues a temporary password for the screen. Everybody on file is told that it was shown.
    ///
    /// # Errors
    /// Those of every act, the state of the account; [`Refused::CallerWeak`] for facts without a supervisor.
    pub async fn desk_show_temporary(&self, actor: &Actor, order: Order<'_>) -> Result<ShownPassword, Declined> {
        let mut doing = self.begin_act(actor, Act::ShowTemporary, order).await?;
        is_open(&doing.account)?;
        doing.vouched()?;
        let by = doing.actor.name();
        let issued = Issued { by: &by, why: "shown" };
        let (password, expires) = self
            .make_temporary(&mut *doing.work, &doing.account, None, issued, self.language_of(&doing.account))
            .await?;
        self.tell_news(&mut doing, AccountNews::TemporaryShown).await?;
        self.finish_act(doing, "").await?;
        Ok(ShownPassword { password, expires })
    }

    /// Gives back every try that the account's owner may have used up: at signing in, at the question, and at asking for
    /// mails.
    ///
    /// # Errors
    /// Those of every act; the state of an account that no try can open.
    pub async fn desk_unlock(&self, actor: &Actor, order: Order<'_>) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::Unlock, order).await?;
        is_open(&doing.account)?;
        self.refill(&mut *doing.work, &doing.account).await?;
        self.tell_news(&mut doing, AccountNews::Unlocked).await?;
        self.finish_act(doing, "").await
    }

    /// Ends every session of the account, which stays as it is. How many there were.
    ///
    /// # Errors
    /// Those of every act; [`Refused::NothingToDo`].
    pub async fn desk_end_sessions(&self, actor: &Actor, order: Order<'_>) -> Result<u64, Declined> {
        let mut doing = self.begin_act(actor, Act::EndSessions, order).await?;
        let ended = doing.work.end_sessions_of(doing.account.id).await?;
        if ended == 0 {
            return Err(Refused::NothingToDo.into());
        }
        self.tell_news(&mut doing, AccountNews::SessionsEnded).await?;
        self.finish_act(doing, &ended.to_string()).await?;
        Ok(ended)
    }

    /// Closes the account: nobody gets in or stays in.
    ///
    /// # Errors
    /// Those of every act; [`Refused::ClosedExternal`], which another login service closes; [`Refused::NothingToDo`].
    pub async fn desk_suspend(&self, actor: &Actor, order: Order<'_>) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::Suspend, order).await?;
        let was = doing.account.state;
        may_close(was)?;
        self.suspend(&mut *doing.work, &doing.account).await?;
        self.tell_news(&mut doing, AccountNews::Suspended).await?;
        self.finish_act(doing, was.code()).await
    }

    /// Opens the account again, as [`Portal::office_reactivate`] does.
    ///
    /// # Errors
    /// Those of every act; [`Refused::ClosedExternal`]; [`Refused::NothingToDo`] where nothing closes it.
    pub async fn desk_reactivate(&self, actor: &Actor, order: Order<'_>) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::Reactivate, order).await?;
        may_reopen(doing.account.state, doing.account.frozen)?;
        let was = self.reopen(&mut *doing.work, &doing.account).await?;
        self.tell_news(&mut doing, AccountNews::Reactivated).await?;
        self.finish_act(doing, &was).await
    }

    /// Forgets the challenge question, so that another one can be set.
    ///
    /// # Errors
    /// Those of every act; [`Refused::NothingToDo`] where there is none.
    pub async fn desk_clear_question(&self, actor: &Actor, order: Order<'_>) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::ClearQuestion, order).await?;
        if doing.work.find_challenge(doing.account.id).await?.is_none() {
            return Err(Refused::NothingToDo.into());
        }
        doing.work.remove_challenge(doing.account.id).await?;
        // A link that waits at the question would go on without it.
        doing.work.supersede_links(doing.account.id, 0, doing.now).await?;
        self.tell_news(&mut doing, AccountNews::QuestionCleared).await?;
        self.finish_act(doing, "").await
    }

    /// Hands the password over to the other login service: nothing opens the account here any more.
    ///
    /// # Errors
    /// Those of every act; [`Refused::NothingToDo`].
    pub async fn desk_mark_external(&self, actor: &Actor, order: Order<'_>) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::MarkExternal, order).await?;
        let account = doing.account.id;
        let was = doing.account.state;
        if was == AccountState::External {
            return Err(Refused::NothingToDo.into());
        }
        doing.work.save_state(account, AccountState::External).await?;
        doing.work.void_password(account).await?;
        doing.work.remove_challenge(account).await?;
        self.close_ways_in(&mut *doing.work, account).await?;
        self.tell_news(&mut doing, AccountNews::MarkedExternal).await?;
        self.finish_act(doing, was.code()).await
    }

    /// Begins an act.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::SessionOver`] for who was suspended or signed out meanwhile;
    /// [`Refused::AccountGone`], [`Refused::AccountChanged`], [`Refused::CallerUnchecked`], [`Refused::TooManyTries`].
    pub(super) async fn begin_act<'a>(&self, actor: &Actor, act: Act, order: Order<'a>) -> Result<Doing<'a>, Declined> {
        actor.may(act)?;
        let now = self.now();
        let mut work = self.store.begin().await?;
        let actor = self.at_work(&mut *work, actor, act).await?;
        self.take_called(&mut *work, &actor, "acts", ACTS).await?;
        let account = on_file(&mut *work, order.account).await?;
        self.is_version(&mut *work, account.id, order.version).await?;
        let passed = self.passed(&mut *work, &actor, account.id, now).await?;
        if act.needs_caller() && passed.is_none() {
            return Err(Refused::CallerUnchecked.into());
        }
        Ok(Doing { work, actor, account, passed, now, act, reason: order.reason })
    }

    /// The row of the audit, and the commit: what was done, how the caller was checked and when, and why.
    pub(super) async fn finish_act(&self, mut doing: Doing<'_>, facts: &str) -> Result<(), Declined> {
        let reason = self.keep_reason(&mut *doing.work, doing.account.id, doing.reason).await?;
        let check = match doing.passed {
            Some(passed) => format!("caller={}@{}", passed.by.code(), passed.at.0),
            None => "caller=unchecked".to_owned(),
        };
        let parts: Vec<&str> = [facts, &check, &reason].into_iter().filter(|part| !part.is_empty()).collect();
        let by = doing.actor.name();
        self.audit_by(&mut *doing.work, &by, doing.act.code(), Some(doing.account.id), &parts.join(" ")).await?;
        doing.work.save().await?;
        Ok(())
    }

    /// Tells everybody on file what the office did.
    pub(super) async fn tell_news(&self, doing: &mut Doing<'_>, news: AccountNews) -> Result<(), Fault> {
        let notice = Message::OfficeNotice { username: doing.account.username.clone(), news, at: doing.now };
        self.tell(&mut *doing.work, &doing.account, &notice, self.language_of(&doing.account)).await
    }

    /// Ends what leads into an account: links, temporary passwords, sessions.
    pub(in crate::service) async fn close_ways_in(&self, work: &mut dyn UnitOfWork, account: i64) -> Result<(), Fault> {
        let now = self.now();
        work.supersede_links(account, 0, now).await?;
        work.end_temporaries(account, now).await?;
        work.end_sessions_of(account).await?;
        Ok(())
    }
}

impl Doing<'_> {
    /// Whether the check is enough for what lets somebody in past the mailbox.
    pub(super) fn vouched(&self) -> Result<(), Refused> {
        let weak = self.passed.is_some_and(|passed| passed.by == CallerCheck::Facts);
        if weak && !self.actor.role.is_at_least(Role::Supervisor) { Err(Refused::CallerWeak) } else { Ok(()) }
    }
}

/// Why the desk can do nothing that needs an open account, with what to do about it.
pub(super) const fn is_open(account: &Account) -> Result<(), Refused> {
    stands_open(account.state, account.frozen)
}

pub(super) const fn stands_open(state: AccountState, frozen: Option<Frozen>) -> Result<(), Refused> {
    match state {
        AccountState::Inactive => Err(Refused::ClosedInactive),
        AccountState::Suspended => Err(Refused::ClosedSuspended),
        AccountState::External => Err(Refused::ClosedExternal),
        AccountState::Active | AccountState::Unclaimed if frozen.is_some() => Err(Refused::ClosedFrozen),
        AccountState::Active | AccountState::Unclaimed => Ok(()),
    }
}

/// Why an account cannot be closed.
pub(super) const fn may_close(state: AccountState) -> Result<(), Refused> {
    match state {
        AccountState::External => Err(Refused::ClosedExternal),
        AccountState::Suspended => Err(Refused::NothingToDo),
        AccountState::Active | AccountState::Unclaimed | AccountState::Inactive => Ok(()),
    }
}

/// Why an account cannot be opened again.
pub(super) const fn may_reopen(state: AccountState, frozen: Option<Frozen>) -> Result<(), Refused> {
    match (state, frozen) {
        (_, Some(_)) | (AccountState::Inactive | AccountState::Suspended, None) => Ok(()),
        (AccountState::External, None) => Err(Refused::ClosedExternal),
        (AccountState::Active | AccountState::Unclaimed, None) => Err(Refused::NothingToDo),
    }
}

/// The people of an account whom mail reaches, each address once.
async fn mailed(work: &mut dyn UnitOfWork, account: i64) -> Result<Vec<(Person, crate::identity::Email)>, Declined> {
    let mut mailed: Vec<(Person, crate::identity::Email)> = Vec::new();
    for person in work.find_people_of(account).await? {
        let Some(to) = person.email.clone() else { continue };
        if !mailed.iter().any(|(_, other)| *other == to) {
            mailed.push((person, to));
        }
    }
    if mailed.is_empty() { Err(Refused::NoAddress.into()) } else { Ok(mailed) }
}
