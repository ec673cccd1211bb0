//! The desk's sign-in: address and password, then the second factor.
//!
//! An unknown address, a wrong password and a member who has none cost the same work and get the same answer. What a
//! member's state is, is said only after the right password. The first step opens nothing: it leaves a row, known by a
//! cookie, on which the second factor may be tried five times within five minutes. Tries are taken and committed before
//! anything is looked at; those of a member's second factor are counted over all sign-ins, so that whoever has the
//! password cannot go on guessing.

use super::records::{Entry, Member};
use crate::form::staff::{DeskSignIn, Second};
use crate::limit::Budget;
use crate::refused::{Field, Problem, Refused};
use crate::service::mail::Message;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::{Declined, Portal, Token, Visitor, token};
use crate::staff::{StaffNews, StaffState};

/// Tries on one address: as those on one username of personnel.
const BY_EMAIL: Budget = Budget { burst: 5, every: 12 * 60 };
/// Tries from one address of the network.
const BY_ADDRESS: Budget = Budget::per(30, 10 * 60);
/// Codes tried for one member: 58 a day at the most once the first ten are gone. Of a million codes three are right.
pub(super) const SECOND_BY_MEMBER: Budget = Budget { burst: 10, every: 30 * 60 };
/// Codes tried from one address of the network.
const SECOND_BY_ADDRESS: Budget = Budget::per(60, 60 * 60);
/// Seconds between the two steps.
pub const SECOND_SECONDS: i64 = 5 * 60;
/// Codes that may be tried after one password.
pub const SECOND_TRIES: u32 = 5;
const ENTRY: &str = "desk-entry";

impl Portal {
    /// The first step. Gives the token of the second one's cookie.
    ///
    /// # Errors
    /// Too many tries, [`Refused::DeskWrong`]; after the right password [`Refused::StaffClosed`] or
    /// [`Refused::StaffUnenrolled`].
    pub async fn desk_sign_in(&self, visitor: &Visitor, form: &DeskSignIn) -> Result<Token, Declined> {
        self.hasher.room()?;
        let now = self.now();
        let key = form.email.key();
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd("desk.signin", visitor, BY_ADDRESS), now).await?;
        self.take(&mut *work, &[(self.desk_email_budget(&key), BY_EMAIL)], now).await?;
        let member = work.find_member_by_email(&key).await?;
        work.save().await?;

        let hash = member.as_ref().and_then(|member| member.password_hash.as_deref());
        let right = self.hasher.verify(&form.password, hash).await?;
        let Some(member) = member.filter(|_| right) else {
            self.refused_at_desk("desk-signin-refused", "wrong").await?;
            return Err(Refused::DeskWrong.into());
        };
        if let Some(refused) = closed(&member) {
            self.refused_at_desk("desk-signin-refused", &format!("staff {} {}", member.id, refused.code())).await?;
            return Err(refused.into());
        }
        let hash = member.password_hash.as_deref().unwrap_or_default();
        let anew = self.hash_anew(&form.password, hash).await;

        let mut work = self.store.begin().await?;
        // The member may have changed while the password was hashed.
        let still = work.find_member(member.id).await?;
        if !still.is_some_and(|still| still.password_hash == member.password_hash && closed(&still).is_none()) {
            return Err(Refused::DeskWrong.into());
        }
        if let Some(anew) = anew {
            work.save_staff_hash(member.id, &anew).await?;
        }
        let token = self.begin_entry(&mut *work, member.id, None, SECOND_SECONDS).await?;
        work.save().await?;
        Ok(token)
    }

    /// The second step. Gives the token of the new session, whose id is a new one at every sign-in.
    ///
    /// # Errors
    /// Too many tries, [`Refused::EntryOver`], [`Refused::SecondWrong`], [`Refused::SecondDead`].
    pub async fn desk_second(
        &self,
        visitor: &Visitor,
        entry: Option<&Token>,
        typed: &Second,
        old: Option<&Token>,
    ) -> Result<Token, Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd("desk.second", visitor, SECOND_BY_ADDRESS), now).await?;
        let entry = match self.entry_of(&mut *work, entry).await? {
            Some(entry) if entry.link.is_none() => entry,
            // What was taken is kept also when there is nothing to try a code on.
            _ => {
                work.save().await?;
                return Err(Refused::EntryOver.into());
            }
        };
        self.take(&mut *work, &[(second_budget(entry.staff), SECOND_BY_MEMBER)], now).await?;
        let left = work.take_entry_try(&entry.token, SECOND_TRIES).await?;
        work.save().await?;
        let Some(left) = left else { return Err(Refused::SecondDead.into()) };

        let mut work = self.store.begin().await?;
        let member = work.find_member(entry.staff).await?.filter(Member::is_active).ok_or(Refused::EntryOver)?;
        if !self.take_second(&mut *work, &member, typed, now).await? {
            let detail = format!("staff {}", member.id);
            self.audit_by(&mut *work, "person", "desk-second-wrong", None, &detail).await?;
            if left == 0 {
                work.end_entry(&entry.token).await?;
                self.tell_staff(&mut *work, &member, StaffNews::SecondTried).await?;
            }
            work.save().await?;
            let refused = if left == 0 { Refused::SecondDead } else { Refused::SecondWrong };
            return Err(Problem::at(Field::Second, refused).into());
        }
        // Of several posts at once one gets in.
        if !work.end_entry(&entry.token).await? {
            return Err(Refused::EntryOver.into());
        }
        if let Some(old) = old {
            self.end_desk_session_of(&mut *work, old).await?;
        }
        let detail = match typed {
            Second::Code(_) => "authenticator",
            Second::Recovery(_) => "recovery-code",
        };
        if matches!(typed, Second::Recovery(_)) {
            self.tell_staff(&mut *work, &member, StaffNews::RecoveryUsed).await?;
        }
        let session = self.begin_desk_session(&mut *work, member.id, now).await?;
        work.refill_budget(&self.desk_email_budget(&member.email.key())).await?;
        work.refill_budget(&second_budget(member.id)).await?;
        self.audit_by(&mut *work, &format!("staff {}", member.id), "desk-signed-in", None, detail).await?;
        work.save().await?;
        Ok(session)
    }

    /// Whether a browser has an open second step: else its page leads back to the first one.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn is_at_second(&self, entry: Option<&Token>) -> Result<bool, Fault> {
        let mut work = self.store.read().await?;
        let found = self.entry_of(&mut *work, entry).await?;
        Ok(found.is_some_and(|entry| entry.link.is_none() && entry.tries < SECOND_TRIES))
    }

    /// Leaves a row for the next step of a browser, and gives the token of its cookie.
    pub(super) async fn begin_entry(
        &self,
        work: &mut dyn UnitOfWork,
        staff: i64,
        setting_up: Option<(String, Vec<u8>)>,
        seconds: i64,
    ) -> Result<Token, Fault> {
        let token = self.token();
        let (link, secret) = setting_up.unzip();
        let entry = Entry {
            token: self.vault.digest(ENTRY, token.as_str().as_bytes()),
            staff,
            link,
            secret,
            tries: 0,
            expires: self.now().plus(seconds),
        };
        work.add_entry(&entry).await?;
        Ok(token)
    }

    /// The row of a browser on its way in, while it is good.
    pub(super) async fn entry_of(
        &self,
        work: &mut dyn UnitOfWork,
        token: Option<&Token>,
    ) -> Result<Option<Entry>, Fault> {
        let Some(token) = token else { return Ok(None) };
        let mut found = None;
        for digest in self.vault.digests(ENTRY, token.as_str().as_bytes()) {
            found = work.find_entry(&digest).await?.or(found);
        }
        Ok(found.filter(|entry: &Entry| self.now() < entry.expires))
    }

    /// Mails a member what became of their access.
    pub(super) async fn tell_staff(
        &self,
        work: &mut dyn UnitOfWork,
        member: &Member,
        news: StaffNews,
    ) -> Result<(), Fault> {
        let message = Message::StaffNotice { news };
        self.post(work, &member.email, None, &message, self.agency.language()).await?;
        Ok(())
    }

    pub(super) fn desk_email_budget(&self, key: &str) -> String {
        format!("desk.signin:email:{}", token::base64url(&self.vault.digest("desk-email", key.as_bytes())))
    }

    async fn refused_at_desk(&self, action: &str, detail: &str) -> Result<(), Fault> {
        let mut work = self.store.begin().await?;
        self.audit_by(&mut *work, "person", action, None, detail).await?;
        work.save().await
    }
}

pub(super) fn second_budget(staff: i64) -> String {
    format!("desk.second:staff:{staff}")
}

/// Why the desk opens to nobody with this row, whatever they know.
const fn closed(member: &Member) -> Option<Refused> {
    match member.state {
        StaffState::Suspended => Some(Refused::StaffClosed),
        StaffState::Active if member.second.is_some() => None,
        StaffState::Active | StaffState::Invited => Some(Refused::StaffUnenrolled),
    }
}
