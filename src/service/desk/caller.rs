//! Who is on the telephone? A check before what lets somebody in.
//!
//! - A code of eight digits is mailed to every address on file and read back: it works for ten minutes, five tries, for
//!   this account and this member's session alone. Whoever gets the mail and did not call is told to read it to nobody.
//! - Where no mail arrives, the caller says facts that the profile names, two at the least. They are typed as heard and
//!   compared here; no page shows them, and nobody learns which of them was wrong. It is the weaker check, so the audit
//!   says which it was, and what lets somebody in past the mailbox asks for more ([`super::acts`]).
//! - A check is worth a quarter of an hour.
//!
//! Each step is a row of the audit, `check-caller`, which changes nothing about the account.

use subtle::{Choice, ConstantTimeEq as _};

use super::Actor;
use super::checks::{CallerCode, Passed};
use crate::form::caller::{Heard, level_key};
use crate::limit::Budget;
use crate::link::Code;
use crate::moment::Moment;
use crate::refused::{Field, Problem, Refused};
use crate::service::mail::Message;
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::records::Account;
use crate::service::{Declined, Portal};
use crate::staff::{Act, CALLER_CODE_SECONDS, CALLER_SECONDS, CALLER_TRIES, CallerCheck};

/// Steps of checks by one member of staff: codes mailed and facts compared.
pub const CHECKS: Budget = Budget::per(60, 60 * 60);
/// Codes mailed for one account. Somebody who calls under many names must not fill a mailbox.
pub const CODES: Budget = Budget::per(6, 24 * 60 * 60);
/// Facts compared for one account, right ones too.
pub const FACTS: Budget = Budget::per(5, 24 * 60 * 60);

/// Under which a code is digested.
const CALLER: &str = "caller";

impl Portal {
    /// Mails a code to every address on file, for the caller to read back. How many addresses.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::AccountGone`], [`Refused::NoAddress`], [`Refused::TooManyTries`].
    pub async fn desk_mail_code(&self, actor: &Actor, account: i64) -> Result<usize, Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        let actor = self.at_work(&mut *work, actor, Act::CheckCaller).await?;
        let account = on_file(&mut *work, account).await?;
        let addresses = self.addresses(&mut *work, account.id).await?;
        if addresses.is_empty() {
            return Err(Refused::NoAddress.into());
        }
        self.take_of(&mut *work, &actor, Act::CheckCaller, CHECKS).await?;
        self.take(&mut *work, &[(codes_of(account.id), CODES)], now).await?;
        let mut bits = [0_u8; 8];
        self.entropy.fill(&mut bits);
        let code = Code::from_random(u64::from_le_bytes(bits));
        let expires = now.plus(CALLER_CODE_SECONDS);
        let new = CallerCode {
            session: actor.session,
            account: account.id,
            code: self.vault.digest(CALLER, &secret(&actor, account.id, &code)),
            expires,
        };
        work.save_caller_code(&new).await?;
        let message = Message::CallerCode { username: account.username.clone(), code, expires };
        for to in &addresses {
            self.post(&mut *work, to, Some(account.id), &message, self.language_of(&account)).await?;
        }
        self.note_check(&mut *work, &actor, account.id, "code-mailed").await?;
        work.save().await?;
        Ok(addresses.len())
    }

    /// The code that the caller read back. A try is taken, and stays taken, whatever comes of it.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::AccountGone`]; at [`Field::Code`] [`Refused::CallerWrong`] or
    /// [`Refused::CallerOver`].
    pub async fn desk_enter_code(&self, actor: &Actor, account: i64, code: &Code) -> Result<(), Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        let actor = self.at_work(&mut *work, actor, Act::CheckCaller).await?;
        let account = on_file(&mut *work, account).await?;
        let tried = work.take_caller_try(&actor.session, account.id, now, CALLER_TRIES).await?;
        let Some((mailed, left)) = tried else { return Err(Problem::at(Field::Code, Refused::CallerOver).into()) };
        let read = self.vault.digests(CALLER, &secret(&actor, account.id, code));
        let same = read.iter().fold(Choice::from(0), |any, digest| any | digest.ct_eq(&mailed));
        if !bool::from(same) {
            self.note_check(&mut *work, &actor, account.id, "code-wrong").await?;
            work.save().await?;
            let refused = if left == 0 { Refused::CallerOver } else { Refused::CallerWrong };
            return Err(Problem::at(Field::Code, refused).into());
        }
        work.pass_caller(&actor.session, account.id, Passed { by: CallerCheck::Code, at: now }).await?;
        self.note_check(&mut *work, &actor, account.id, "code-right").await?;
        work.save().await?;
        Ok(())
    }

    /// What the caller said of themselves: all of it has to be on file of one person of the account.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::AccountGone`], [`Refused::TooManyTries`], [`Refused::FactsWrong`].
    pub async fn desk_check_facts(&self, actor: &Actor, account: i64, heard: &Heard) -> Result<(), Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        let actor = self.at_work(&mut *work, actor, Act::CheckCaller).await?;
        let account = on_file(&mut *work, account).await?;
        self.take_of(&mut *work, &actor, Act::CheckCaller, CHECKS).await?;
        self.take(&mut *work, &[(facts_of(account.id), FACTS)], now).await?;
        if !knows(&mut *work, account.id, heard).await? {
            self.note_check(&mut *work, &actor, account.id, "facts-wrong").await?;
            work.save().await?;
            return Err(Refused::FactsWrong.into());
        }
        // A code that was read back says more than facts do.
        let earlier = self.passed(&mut *work, &actor, account.id, now).await?;
        if earlier.is_none_or(|passed| passed.by == CallerCheck::Facts) {
            work.pass_caller(&actor.session, account.id, Passed { by: CallerCheck::Facts, at: now }).await?;
        }
        let facts: Vec<&str> = heard.facts().into_iter().map(|fact| fact.code()).collect();
        self.note_check(&mut *work, &actor, account.id, &format!("facts-right {}", facts.join("+"))).await?;
        work.save().await?;
        Ok(())
    }

    /// The check that is still worth something.
    pub(super) async fn passed(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &Actor,
        account: i64,
        now: Moment,
    ) -> Result<Option<Passed>, Fault> {
        let passed = work.find_passed(&actor.session, account).await?;
        // Also one from a clock that ran ahead is none.
        Ok(passed.filter(|passed| (0..CALLER_SECONDS).contains(&now.since(passed.at))))
    }

    /// The member at work, read anew in this unit of work: whoever was suspended, signed out or given another role since
    /// the page was asked for acts as what they are now.
    pub(super) async fn at_work(&self, work: &mut dyn UnitOfWork, actor: &Actor, act: Act) -> Result<Actor, Declined> {
        let session = work.find_staff_session(&actor.session).await?.ok_or(Refused::SessionOver)?;
        let member = work.find_member(session.staff).await?.filter(|member| member.is_active());
        let member = member.filter(|member| member.id == actor.staff).ok_or(Refused::SessionOver)?;
        let actor = Actor { staff: member.id, role: member.role, may_show: member.may_show, session: session.token };
        actor.may(act)?;
        Ok(actor)
    }

    async fn note_check(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &Actor,
        account: i64,
        detail: &str,
    ) -> Result<(), Fault> {
        self.audit_by(work, &actor.name(), Act::CheckCaller.code(), Some(account), detail).await
    }
}

/// An account that somebody uses: one that was split or put into another is there for its name alone.
pub(super) async fn on_file(work: &mut dyn UnitOfWork, account: i64) -> Result<Account, Declined> {
    let found = work.find_account(account).await?.ok_or(Refused::AccountGone)?;
    if work.find_people_of(account).await?.is_empty() { Err(Refused::AccountGone.into()) } else { Ok(found) }
}

/// Whether everything that was said is on file of one and the same person.
async fn knows(work: &mut dyn UnitOfWork, account: i64, heard: &Heard) -> Result<bool, Fault> {
    let somebodies = work.find_somebodies_of(account).await?;
    for person in work.find_people_of(account).await? {
        let Some(somebody) = somebodies.iter().find(|somebody| somebody.id == person.id) else { continue };
        let certificate =
            |said: &crate::identity::CertificateNumber| somebody.certificate.as_deref() == Some(said.as_str());
        let level = |said: &String| !said.is_empty() && level_key(&somebody.level) == *said;
        if heard.born.is_none_or(|born| born == person.born)
            && heard.certificate.as_ref().is_none_or(certificate)
            && heard.level.as_ref().is_none_or(level)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A code is one of its account and its session alone.
fn secret(actor: &Actor, account: i64, code: &Code) -> Vec<u8> {
    [actor.session.as_slice(), &account.to_be_bytes(), code.as_str().as_bytes()].concat()
}

fn codes_of(account: i64) -> String {
    format!("desk.check-caller:codes:{account}")
}

fn facts_of(account: i64) -> String {
    format!("desk.check-caller:facts:{account}")
}
