//! Into the desk for the first time, and back into it: mailed links, passwords, and setting up an authenticator.
//!
//! - An invitation's link sets a password and leads on to the authenticator; it works until that is set up, so who is cut
//!   off opens it again.
//! - The link of *Forgot password?* sets a password and does nothing else: it does not sign in, and the second factor is
//!   still asked.
//! - After an admin has taken a lost authenticator away, a link and the password together lead to another one: neither
//!   alone does.

use super::Actor;
use super::records::{Member, StaffLink};
use super::second::NewSecond;
use crate::form::claim::PasswordForm;
use crate::form::password::current;
use crate::form::staff::Second;
use crate::identity::Email;
use crate::limit::Budget;
use crate::refused::{Field, Problem, Refused};
use crate::service::jobs::Work;
use crate::service::mail::{MailedToken, Message};
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Declined, Portal, Token, Visitor, token};
use crate::staff::{Role, STAFF_LINK_SECONDS, StaffNews, StaffPurpose, StaffState, staff_passwords};

/// Links opened, and requests for one, from one address of the network.
const OPENED_BY_ADDRESS: Budget = Budget::per(60, 60 * 60);
const ASKED_BY_ADDRESS: Budget = Budget::per(20, 60 * 60);
/// Requests for one typed address, known or not.
const ASKED_BY_EMAIL: Budget = Budget::per(3, 60 * 60);
/// Passwords tried on one link: each may cost a hash.
const SET_BY_LINK: Budget = Budget::per(30, 60 * 60);
/// Passwords typed again on a link that sets up another authenticator.
pub(super) const AGAIN_BY_MEMBER: Budget = Budget::per(10, 60 * 60);
/// Seconds in which an authenticator is set up.
const SETUP_SECONDS: i64 = 30 * 60;
/// Codes that may be tried while setting it up: who mistypes goes on, and there is nothing to guess.
const SETUP_TRIES: u32 = 50;
const LINK: &str = "staff-link";

/// What the page of a link shows.
#[derive(Clone, Debug)]
pub struct StaffInvited {
    pub purpose: StaffPurpose,
    pub email: Email,
    pub name: String,
    pub role: Role,
}

/// Where a set password leads.
#[derive(Debug)]
pub enum PasswordSet {
    /// To the authenticator; the token is for the cookie.
    SetUp(Token),
    /// To the sign-in.
    SignIn,
}

/// An authenticator that was set up.
#[derive(Debug)]
pub struct SetUp {
    pub session: Token,
    /// The recovery codes, sealed for the page that shows them once.
    pub once: Vec<u8>,
}

impl Portal {
    /// A new link for a member, in this unit of work, and its mail.
    pub(super) async fn mail_staff_link(
        &self,
        work: &mut dyn UnitOfWork,
        member: &Member,
        purpose: StaffPurpose,
        language: &str,
    ) -> Result<(), Fault> {
        let now = self.now();
        let token = self.token();
        let link = StaffLink {
            id: self.id(),
            token: self.vault.digest(LINK, token.as_str().as_bytes()),
            staff: member.id,
            purpose,
            created: now,
            expires: now.plus(STAFF_LINK_SECONDS),
            spent: None,
        };
        work.add_staff_link(&link).await?;
        let message = Message::StaffLink { purpose, token: MailedToken::of(&token) };
        self.post(work, &member.email, None, &message, language).await?;
        Ok(())
    }

    /// What a link is and whether it works. Changes nothing, so mail scanners may look.
    ///
    /// # Errors
    /// [`Refused::LinkUnknown`], or why it is dead.
    pub async fn staff_link(&self, token: &str) -> Result<StaffInvited, Declined> {
        let mut work = self.store.read().await?;
        let (link, member) = self.live_staff_link(&mut *work, token).await?;
        Ok(StaffInvited { purpose: link.purpose, email: member.email, name: member.name, role: member.role })
    }

    /// *Set password* of an invitation, or of *Forgot password?*.
    ///
    /// # Errors
    /// Too many tries, a dead link, what is wrong with the password.
    pub async fn staff_set_password(
        &self,
        visitor: &Visitor,
        token: &str,
        form: &PasswordForm,
    ) -> Result<PasswordSet, Declined> {
        let now = self.now();
        self.open_staff_link(visitor, "desk.password.set").await?;
        let mut work = self.store.begin().await?;
        let (link, member) = self.live_staff_link(&mut *work, token).await?;
        if link.purpose == StaffPurpose::Second {
            return Err(Refused::LinkUnknown.into());
        }
        self.take(&mut *work, &[(format!("desk.password.set:link:{}", link.id), SET_BY_LINK)], now).await?;
        work.save().await?;
        let new = form.read_beside(&staff_passwords(), member.email.as_str(), &self.agency.names())?;
        let hash = self.hasher.hash(&new).await?;

        let mut work = self.store.begin().await?;
        let (link, member) = self.live_staff_link(&mut *work, token).await?;
        work.save_staff_password(member.id, &hash, now).await?;
        work.end_staff_sessions_of(member.id).await?;
        work.end_entries_of(member.id).await?;
        let by = format!("staff {}", member.id);
        self.audit_by(&mut *work, &by, "staff-password-set", None, link.purpose.code()).await?;
        if link.purpose == StaffPurpose::Invitation {
            let setting_up = Some((link.id, self.draw_second(member.id)));
            let token = self.begin_entry(&mut *work, member.id, setting_up, SETUP_SECONDS).await?;
            work.save().await?;
            return Ok(PasswordSet::SetUp(token));
        }
        if !work.spend_staff_link(&link.id, now).await? {
            return Err(Refused::LinkSpent.into());
        }
        work.end_staff_links(member.id, now).await?;
        work.refill_budget(&self.desk_email_budget(&member.email.key())).await?;
        self.tell_staff(&mut *work, &member, StaffNews::PasswordSet).await?;
        work.save().await?;
        Ok(PasswordSet::SignIn)
    }

    /// The link for another authenticator, and the password: the token is for the cookie of the way to it.
    ///
    /// # Errors
    /// Too many tries, a dead link, [`Refused::PasswordNotYours`].
    pub async fn staff_begin_second(&self, visitor: &Visitor, token: &str, typed: &str) -> Result<Token, Declined> {
        self.hasher.room()?;
        let now = self.now();
        self.open_staff_link(visitor, "desk.second.begin").await?;
        let mut work = self.store.begin().await?;
        let (link, member) = self.live_staff_link(&mut *work, token).await?;
        if link.purpose != StaffPurpose::Second {
            return Err(Refused::LinkUnknown.into());
        }
        self.take(&mut *work, &[(again(member.id), AGAIN_BY_MEMBER)], now).await?;
        work.save().await?;
        let typed = current(typed)?;
        if !self.hasher.verify(&typed, member.password_hash.as_deref()).await? {
            return Err(Problem::at(Field::CurrentPassword, Refused::PasswordNotYours).into());
        }
        let mut work = self.store.begin().await?;
        let (link, member) = self.live_staff_link(&mut *work, token).await?;
        let setting_up = Some((link.id, self.draw_second(member.id)));
        let token = self.begin_entry(&mut *work, member.id, setting_up, SETUP_SECONDS).await?;
        work.save().await?;
        Ok(token)
    }

    /// The key that this browser is to tell an authenticator app.
    ///
    /// # Errors
    /// [`Refused::EntryOver`].
    pub async fn staff_second(&self, entry: Option<&Token>) -> Result<NewSecond, Declined> {
        let mut work = self.store.read().await?;
        let entry = self.entry_of(&mut *work, entry).await?.ok_or(Refused::EntryOver)?;
        let secret = entry.secret.as_deref().ok_or(Refused::EntryOver)?;
        let member = work.find_member(entry.staff).await?.ok_or(Refused::EntryOver)?;
        Ok(self.show_second(&member, secret)?)
    }

    /// The first code of the app: the authenticator is set up, recovery codes are made, and the session begins.
    ///
    /// # Errors
    /// Too many tries, [`Refused::EntryOver`], [`Refused::SecondWrong`].
    pub async fn staff_enrol(
        &self,
        visitor: &Visitor,
        entry: Option<&Token>,
        typed: &Second,
        old: Option<&Token>,
    ) -> Result<SetUp, Declined> {
        let now = self.now();
        self.open_staff_link(visitor, "desk.second.enrol").await?;
        let mut work = self.store.begin().await?;
        let entry = self.entry_of(&mut *work, entry).await?.ok_or(Refused::EntryOver)?;
        let (Some(link), Some(secret)) = (&entry.link, &entry.secret) else { return Err(Refused::EntryOver.into()) };
        let left = work.take_entry_try(&entry.token, SETUP_TRIES).await?;
        work.save().await?;
        left.ok_or(Refused::EntryOver)?;
        let Some(step) = self.confirms(entry.staff, secret, typed, now)? else {
            return Err(Problem::at(Field::Second, Refused::SecondWrong).into());
        };

        let mut work = self.store.begin().await?;
        let member = work.find_member(entry.staff).await?.ok_or(Refused::EntryOver)?;
        let is_live = member.state != StaffState::Suspended && member.password_hash.is_some();
        // The row and the link are the claim: of several posts at once one sets up.
        if !is_live || !work.end_entry(&entry.token).await? || !work.spend_staff_link(link, now).await? {
            return Err(Refused::EntryOver.into());
        }
        work.save_second(member.id, Some((secret, step))).await?;
        work.save_rights(member.id, super::records::Rights { state: StaffState::Active, ..member.rights() }).await?;
        work.end_staff_links(member.id, now).await?;
        work.end_staff_sessions_of(member.id).await?;
        work.end_entries_of(member.id).await?;
        if let Some(old) = old {
            self.end_desk_session_of(&mut *work, old).await?;
        }
        let codes = self.renew_recovery(&mut *work, member.id, now).await?;
        let session = self.begin_desk_session(&mut *work, member.id, now).await?;
        let by = format!("staff {}", member.id);
        self.audit_by(&mut *work, &by, "staff-second-set", None, "").await?;
        self.tell_staff(&mut *work, &member, StaffNews::SecondSet).await?;
        work.save().await?;
        let at_desk = self.desk_session(&session).await?.ok_or(Refused::EntryOver)?;
        Ok(SetUp { once: self.seal_once(&at_desk.actor, &codes.join("\n")), session })
    }

    /// *Forgot password?* of the desk. The answer is the same whoever asks, and the worker does the rest.
    ///
    /// # Errors
    /// Too many requests.
    pub async fn staff_forgot(&self, visitor: &Visitor, email: &Email) -> Result<(), Declined> {
        let now = self.now();
        let key = token::base64url(&self.vault.digest("desk-email", email.key().as_bytes()));
        let mut work = self.store.begin_beside().await?;
        let mut budgets = self.crowd("desk.forgot", visitor, ASKED_BY_ADDRESS);
        budgets.push((format!("desk.forgot:email:{key}"), ASKED_BY_EMAIL));
        self.take(&mut *work, &budgets, now).await?;
        let language = visitor.language.clone();
        self.queue(&mut *work, &Work::StaffPassword { email: email.key(), language }).await?;
        work.save().await?;
        Ok(())
    }

    /// The worker's half.
    pub(in crate::service) async fn mail_staff_password(
        &self,
        work: &mut dyn UnitOfWork,
        key: &str,
        language: &str,
    ) -> Result<(), Fault> {
        let member = work.find_member_by_email(key).await?.filter(Member::is_active);
        let Some(member) = member else { return self.audit(work, "staff-password-not-found", None, "").await };
        self.mail_staff_link(work, &member, StaffPurpose::Password, language).await?;
        self.audit(work, "staff-password-mailed", None, &format!("staff {}", member.id)).await
    }

    /// *Change password* at the desk: the present one typed again. Ends every other session; gives the new one.
    ///
    /// # Errors
    /// Too many tries, what is wrong with either password.
    pub async fn staff_change_password(
        &self,
        actor: &Actor,
        typed: &str,
        form: &PasswordForm,
    ) -> Result<Token, Declined> {
        let now = self.now();
        let member = self.staff_know_again(actor, typed).await?;
        let new = form.read_beside(&staff_passwords(), member.email.as_str(), &self.agency.names())?;
        if self.hasher.verify(&new, member.password_hash.as_deref()).await? {
            return Err(Problem::at(Field::Password, Refused::PasswordSame).into());
        }
        let hash = self.hasher.hash(&new).await?;
        let mut work = self.store.begin().await?;
        let member = self.acting(&mut *work, actor).await?;
        // The session itself is the claim: of several posts at once one saves.
        if !work.end_staff_session(&actor.session).await? {
            return Err(Refused::SessionOver.into());
        }
        work.save_staff_password(member.id, &hash, now).await?;
        work.end_staff_sessions_of(member.id).await?;
        work.end_staff_links(member.id, now).await?;
        work.end_entries_of(member.id).await?;
        let session = self.begin_desk_session(&mut *work, member.id, now).await?;
        self.audit_by(&mut *work, &actor.name(), "staff-password-changed", None, "").await?;
        self.tell_staff(&mut *work, &member, StaffNews::PasswordSet).await?;
        work.save().await?;
        Ok(session)
    }

    /// *New recovery codes*, after the password: sealed for the page that shows them once.
    ///
    /// # Errors
    /// Too many tries, a wrong password.
    pub async fn staff_renew_recovery(&self, actor: &Actor, typed: &str) -> Result<Vec<u8>, Declined> {
        self.staff_know_again(actor, typed).await?;
        let mut work = self.store.begin().await?;
        let member = self.acting(&mut *work, actor).await?;
        let codes = self.renew_recovery(&mut *work, member.id, self.now()).await?;
        self.audit_by(&mut *work, &actor.name(), "staff-recovery-renewed", None, "").await?;
        self.tell_staff(&mut *work, &member, StaffNews::RecoveryRenewed).await?;
        work.save().await?;
        Ok(self.seal_once(actor, &codes.join("\n")))
    }

    /// Whether who is at the desk knows the password. A try is taken, and committed, before it is looked at.
    async fn staff_know_again(&self, actor: &Actor, typed: &str) -> Result<Member, Declined> {
        self.hasher.room()?;
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &[(again(actor.staff), AGAIN_BY_MEMBER)], self.now()).await?;
        let member = self.acting(&mut *work, actor).await?;
        work.save().await?;
        let typed = current(typed)?;
        if self.hasher.verify(&typed, member.password_hash.as_deref()).await? {
            return Ok(member);
        }
        let mut work = self.store.begin().await?;
        self.audit_by(&mut *work, &actor.name(), "staff-password-again-wrong", None, "").await?;
        work.save().await?;
        Err(Problem::at(Field::CurrentPassword, Refused::PasswordNotYours).into())
    }

    async fn open_staff_link(&self, visitor: &Visitor, operation: &str) -> Result<(), Declined> {
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd(operation, visitor, OPENED_BY_ADDRESS), self.now()).await?;
        Ok(work.save().await?)
    }

    async fn live_staff_link(&self, work: &mut dyn UnitOfWork, token: &str) -> Result<(StaffLink, Member), Declined> {
        let token = Token::parse(token).ok_or(Refused::LinkUnknown)?;
        let mut found = None;
        for digest in self.vault.digests(LINK, token.as_str().as_bytes()) {
            found = work.find_staff_link(&digest).await?.or(found);
        }
        let link = found.ok_or(Refused::LinkUnknown)?;
        if link.spent.is_some() {
            return Err(Refused::LinkSpent.into());
        }
        if self.now() >= link.expires {
            return Err(Refused::LinkExpired.into());
        }
        let member = work.find_member(link.staff).await?.ok_or(Refused::LinkUnknown)?;
        if member.state == StaffState::Suspended { Err(Refused::StaffClosed.into()) } else { Ok((link, member)) }
    }
}

/// The budget of typing the present password again.
fn again(staff: i64) -> String {
    format!("desk.password:staff:{staff}")
}
