//! Another address for a person: it waits before mail goes there.
//!
//! Who talks the office into another address has the account, so nothing about it happens at once. Until the wait is over
//! (`[desk] email_wait_hours`) mail goes where it went: links and temporary passwords too. Every address on file is told
//! when the change is asked for, with *This wasn't me*, which stops it and closes the account; the new one is told that it
//! waits, and nothing else. Where the profile says so, a second member of staff has to approve it besides.
//!
//! The roster goes on naming the old address until somebody corrects it there. As long as an import says what it said
//! before, the desk's address stays; once it names a third one, or none, the roster is right again: also a change that
//! still waits is over then.

use super::Actor;
use super::acts::Order;
use super::email_ports::{EmailChange, EmailFate};
use crate::identity::Email;
use crate::moment::Moment;
use crate::refused::{Field, Problem, Refused};
use crate::service::mail::Message;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Declined, Portal};
use crate::staff::{AccountNews, Act};

/// Changes that come into use in one unit of work.
const BATCH: u32 = 100;
/// As the audit names who brings a change into use: it was the office's, and its page of the account is old with it.
const OFFICE: &str = "office";

impl Portal {
    /// Asks for another address of one person of an account. When mail goes there at the earliest.
    ///
    /// # Errors
    /// Those of every act; [`Refused::ClosedFrozen`]; [`Refused::AccountGone`] for a person who is not of this account;
    /// at [`Field::Email`] [`Refused::EmailSame`] for the address on file; [`Refused::CallerWeak`] where facts are all
    /// there is and no old address can object.
    pub async fn desk_change_email(
        &self,
        actor: &Actor,
        order: Order<'_>,
        person: i64,
        new: &Email,
    ) -> Result<Moment, Declined> {
        let mut doing = self.begin_act(actor, Act::ChangeEmail, order).await?;
        if doing.account.frozen.is_some() {
            return Err(Refused::ClosedFrozen.into());
        }
        let people = doing.work.find_people_of(doing.account.id).await?;
        let found = people.into_iter().find(|one| one.id == person).ok_or(Refused::AccountGone)?;
        if found.email.as_ref() == Some(new) {
            return Err(Problem::at(Field::Email, Refused::EmailSame).into());
        }
        doing.work.end_email_change_of(person, EmailFate::Replaced, doing.now).await?;
        if found.email.is_none() {
            doing.vouched()?;
        }
        let due = doing.now.plus(i64::from(self.agency.desk.email_wait_hours) * 60 * 60);
        let change = EmailChange {
            id: self.id(),
            account: doing.account.id,
            person,
            old: found.email,
            new: new.clone(),
            asked: doing.now,
            asked_by: doing.actor.staff,
            due,
            approved_by: None,
        };
        doing.work.add_email_change(&change).await?;
        let notice = Message::EmailAsked { username: doing.account.username.clone(), due };
        self.tell(&mut *doing.work, &doing.account, &notice, self.language_of(&doing.account)).await?;
        let waits = Message::EmailWaits { due };
        self.post(&mut *doing.work, new, Some(doing.account.id), &waits, self.language_of(&doing.account)).await?;
        self.finish_act(doing, &format!("person {person} due={}", due.0)).await?;
        Ok(due)
    }

    /// Takes back a new address that waits: mail goes on going where it went. It opens nothing, so no caller is checked.
    ///
    /// # Errors
    /// Those of every act; [`Refused::NothingToDo`] where none waits.
    pub async fn desk_keep_email(&self, actor: &Actor, order: Order<'_>, person: i64) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::KeepEmail, order).await?;
        let people = doing.work.find_people_of(doing.account.id).await?;
        let is_theirs = people.iter().any(|one| one.id == person);
        if !is_theirs || !doing.work.end_email_change_of(person, EmailFate::Replaced, doing.now).await? {
            return Err(Refused::NothingToDo.into());
        }
        self.tell_news(&mut doing, AccountNews::EmailKept).await?;
        self.finish_act(doing, &format!("person {person}")).await
    }

    /// Approves a change that another member asked for.
    ///
    /// # Errors
    /// Those of every act; [`Refused::NothingToDo`] where no second member is asked for, or nothing waits;
    /// [`Refused::ApprovalOwn`].
    pub async fn desk_approve_email(&self, actor: &Actor, order: Order<'_>, change: &str) -> Result<(), Declined> {
        let mut doing = self.begin_act(actor, Act::ApproveEmail, order).await?;
        if !self.agency.desk.email_second {
            return Err(Refused::NothingToDo.into());
        }
        let changes = doing.work.find_email_changes_of(doing.account.id).await?;
        let change = changes.into_iter().find(|one| one.id == change).ok_or(Refused::NothingToDo)?;
        if change.asked_by == doing.actor.staff {
            return Err(Refused::ApprovalOwn.into());
        }
        if !doing.work.approve_email_change(&change.id, doing.actor.staff).await? {
            return Err(Refused::NothingToDo.into());
        }
        self.tell_news(&mut doing, AccountNews::EmailApproved).await?;
        self.finish_act(doing, &format!("person {}", change.person)).await
    }

    /// Brings changes into use whose wait is over. True when there may be more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle_emails(&self) -> Result<bool, Fault> {
        let now = self.now();
        let second = self.agency.desk.email_second;
        // Most rounds find nothing, and need no writer for it.
        if self.store.read().await?.find_due_email_changes(now, second, 1).await?.is_empty() {
            return Ok(false);
        }
        let mut work = self.store.begin().await?;
        let due = work.find_due_email_changes(now, second, BATCH).await?;
        for change in &due {
            self.settle_email(&mut *work, change, now).await?;
        }
        work.save().await?;
        Ok(due.len() >= BATCH as usize)
    }

    async fn settle_email(&self, work: &mut dyn UnitOfWork, change: &EmailChange, now: Moment) -> Result<(), Fault> {
        let people = work.find_people_of(change.account).await?;
        let person = people.into_iter().find(|person| person.id == change.person);
        // Who left, or whose address is another one by now, has no use for it.
        let Some(person) = person.filter(|person| person.email == change.old) else {
            work.end_email_change(&change.id, EmailFate::Replaced, now).await?;
            return Ok(());
        };
        if !work.end_email_change(&change.id, EmailFate::Done, now).await? {
            return Ok(());
        }
        let account = change.account;
        work.save_email(change.person, &change.new).await?;
        // What was mailed to the old address opens nothing any more, as when the roster moves it.
        work.supersede_links(account, 0, now).await?;
        work.end_temporaries(account, now).await?;
        let detail = format!("person {}", change.person);
        self.audit_by(work, OFFICE, "email-moved", Some(account), &detail).await?;
        let username = || person.account.username.clone();
        let old = change.old.as_ref().map(|old| (old, Message::EmailReplaced { username: username() }));
        let new = (&change.new, Message::EmailNow { username: username() });
        for (to, message) in old.into_iter().chain([new]) {
            self.post(work, to, Some(account), &message, self.language_of(&person.account)).await?;
        }
        Ok(())
    }
}
