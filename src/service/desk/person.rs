//! The page of an account: what the desk sees of it.
//!
//! - Opening it is a row of the audit of the account, once a quarter of an hour for each member of staff, so that reloading
//!   and paging do not drown what was done. When the row cannot be written, nothing is shown.
//! - Addresses are masked. Who needs one gives a reason, which the audit keeps, and sees it for a quarter of an hour.
//! - There is no SSN, no digest, no token, no hash, and neither question nor answer, in any type of it.
//! - [`Dossier::version`] comes back with every act: when a colleague did something to the account meanwhile, it is another
//!   one ([`Portal::is_version`]).

use std::collections::BTreeMap;

use super::Actor;
use super::email_ports::EmailChange;
use super::reason::{NAMED, Why};
use super::seen::{Event, LinkEntry, MailEntry, Somebody};
use crate::account::{AccountState, Frozen, Username};
use crate::identity::Email;
use crate::limit::Budget;
use crate::moment::Moment;
use crate::refused::{Field, Problem, Refused, codes};
use crate::roster::masked;
use crate::service::epoch::{Epoch, RESTORED};
use crate::service::ports::{Fault, UnitOfWork};
use crate::service::records::{Account, Case, Temporary};
use crate::service::session::IDLE_SECONDS;
use crate::service::{Declined, Portal};
use crate::staff::{Act, Reason};
use serde::{Deserialize, Serialize};

/// Accounts that one member of staff opens.
pub const VIEWS: Budget = Budget::per(1_000, 24 * 60 * 60);
/// Accounts whose addresses one member of staff is shown in full.
pub const REVEALS: Budget = Budget::per(100, 60 * 60);
/// Seconds for which one row of the audit stands for opening the page again, and for which an address stays shown.
pub const LOOK_SECONDS: i64 = 15 * 60;
/// Rows of the history on one page.
pub const EVENTS: usize = 50;
/// The newest mails.
const MAILS: u32 = 50;

/// What the desk sees of an account.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub account: i64,
    pub version: i64,
    pub username: Username,
    pub state: AccountState,
    pub frozen: Option<Frozen>,
    /// Several people use it, also where only one of them is left.
    pub shared: bool,
    pub password: PasswordDays,
    /// Whether there is a question; never which.
    pub has_question: bool,
    /// Sessions that are open now.
    pub sessions: u64,
    /// A backup was put back lately: what happened since it was taken is not here.
    pub restored: Option<Epoch>,
    pub people: Vec<Who>,
    /// Products that the password is for.
    pub products: Vec<String>,
    pub links: Vec<LinkEntry>,
    pub temporaries: Vec<Issue>,
    pub mails: Vec<Mailed>,
    pub cases: Vec<Case>,
    /// New addresses that wait.
    pub email_changes: Vec<EmailChange>,
    pub history: Vec<Event>,
    /// Why the office did it, by the rows of the history that name a reason.
    pub reasons: BTreeMap<i64, Why>,
    /// The number below which the history goes on, if it does.
    pub older: Option<i64>,
}

/// The days of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordDays {
    /// There is one.
    pub is_set: bool,
    pub since: Option<Moment>,
    pub expires: Option<Moment>,
    /// The one sign-in that an expired one has was taken.
    pub grace_spent: bool,
}

/// A person who uses the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub person: i64,
    pub last_name: String,
    pub first_name: String,
    pub suffix: String,
    pub earlier_names: Vec<String>,
    pub certificate: Option<String>,
    pub level: String,
    pub address: Option<Address>,
    pub roster_status: Option<AccountState>,
}

/// The address on file, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Masked(String),
    Shown(Email),
}

/// A temporary password of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub issued: Moment,
    pub expires: Moment,
    /// Who issued it, as the audit names them, and a code that says why.
    pub issuer: String,
    pub why: String,
    pub sent: Option<Moment>,
    pub failed: Option<Moment>,
    pub used: Option<Moment>,
    pub ended: Option<Moment>,
}

/// A mail of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailed {
    pub kind: String,
    /// Masked: it may have gone to an earlier address.
    pub to: String,
    pub queued: Moment,
    pub sent: Option<Moment>,
    pub failed: Option<Moment>,
    /// It came back, with a status such as `5.1.1`.
    pub bounced: Option<(Moment, String)>,
    /// Why it was given up, or is tried again.
    pub trouble: Option<Trouble>,
}

codes! {
    /// What kept a mail.
    Trouble {
        /// The mail server refuses this address for good (5xx at the recipient).
        Address = "address",
        /// The mail server refused the mail for good.
        Refused = "refused",
        /// The mail server said: later.
        Later = "later",
        /// No mail server answered, or the connection was lost.
        Unreachable = "unreachable",
        TooOld = "too-old",
        /// What it carried was used up, replaced or over.
        Useless = "useless",
        Other = "other",
    }
}

impl Portal {
    /// What the desk sees of an account, with the rows of its history below a number, or the newest.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::AccountGone`], [`Refused::TooManyTries`].
    pub async fn desk_person(&self, actor: &Actor, account: i64, below: Option<i64>) -> Result<Dossier, Declined> {
        actor.may(Act::View)?;
        let now = self.now();
        let looked = now.plus(-LOOK_SECONDS);
        let mut work = self.store.read().await?;
        found(&mut *work, account).await?;
        if !work.has_done(account, &actor.name(), Act::View, looked).await? {
            drop(work);
            let mut noting = self.store.begin().await?;
            self.take_of(&mut *noting, actor, Act::View, VIEWS).await?;
            self.audit_by(&mut *noting, &actor.name(), Act::View.code(), Some(account), "").await?;
            noting.save().await?;
            work = self.store.read().await?;
        }
        let account = found(&mut *work, account).await?;
        let is_shown = work.has_done(account.id, &actor.name(), Act::Reveal, looked).await?;
        Ok(self.dossier(&mut *work, &account, is_shown, below, now).await?)
    }

    /// Shows the addresses of an account to this member of staff for a quarter of an hour.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; at [`Field::Reason`] those of [`Reason::parse`]; [`Refused::AccountGone`],
    /// [`Refused::TooManyTries`].
    pub async fn desk_reveal(&self, actor: &Actor, account: i64, reason: &str) -> Result<(), Declined> {
        actor.may(Act::Reveal)?;
        let reason = Reason::parse(reason).map_err(|refused| Problem::at(Field::Reason, refused))?;
        let mut work = self.store.begin().await?;
        found(&mut *work, account).await?;
        // Pressed again, it says the same once more, and costs nothing.
        if work.has_done(account, &actor.name(), Act::Reveal, self.now().plus(-LOOK_SECONDS)).await? {
            return Ok(());
        }
        self.take_of(&mut *work, actor, Act::Reveal, REVEALS).await?;
        let mark = self.keep_reason(&mut *work, account, &reason).await?;
        self.audit_by(&mut *work, &actor.name(), Act::Reveal.code(), Some(account), &mark).await?;
        work.save().await?;
        Ok(())
    }

    /// The names of the staff, by what the audit calls them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn desk_names(&self) -> Result<BTreeMap<String, String>, Fault> {
        let members = self.store.read().await?.find_members().await?;
        Ok(members.into_iter().map(|member| (format!("staff {}", member.id), member.name)).collect())
    }

    /// Refuses an act on an account to which somebody else did something since its page was made.
    ///
    /// # Errors
    /// [`Refused::AccountChanged`].
    pub async fn is_version(&self, work: &mut dyn UnitOfWork, account: i64, version: i64) -> Result<(), Declined> {
        if work.find_version_of(account).await? == version { Ok(()) } else { Err(Refused::AccountChanged.into()) }
    }

    async fn dossier(
        &self,
        work: &mut dyn UnitOfWork,
        account: &Account,
        is_shown: bool,
        below: Option<i64>,
        now: Moment,
    ) -> Result<Dossier, Fault> {
        let id = account.id;
        let mut history = work.find_events_of(id, below.unwrap_or(i64::MAX), EVENTS as u32 + 1).await?;
        let goes_on = history.len() > EVENTS;
        history.truncate(EVENTS);
        let older = history.last().filter(|_| goes_on).map(|event| event.id);
        let mut reasons = BTreeMap::new();
        for event in &history {
            if let Some(why) = self.why_of(work, &event.detail).await? {
                reasons.insert(event.id, why);
            }
        }
        Ok(Dossier {
            account: id,
            version: work.find_version_of(id).await?,
            username: account.username.clone(),
            state: account.state,
            frozen: account.frozen,
            shared: account.shared,
            password: PasswordDays {
                is_set: account.password_hash.is_some(),
                since: account.password_set,
                expires: account.schedule.expires,
                grace_spent: account.grace_spent,
            },
            has_question: work.find_challenge(id).await?.is_some(),
            restored: Some(work.find_epoch().await?).filter(|epoch| epoch.is_news(now)),
            sessions: work.count_sessions_of(id, now, now.plus(-IDLE_SECONDS)).await?,
            products: self.products(&work.find_people_of(id).await?),
            people: work.find_somebodies_of(id).await?.into_iter().map(|person| Who::of(person, is_shown)).collect(),
            links: work.find_links_of(id).await?,
            temporaries: work.find_temporaries_of(id).await?.into_iter().map(Issue::from).collect(),
            mails: work.find_mails_of(id, MAILS).await?.into_iter().map(Mailed::from).collect(),
            cases: work.find_cases_of(id).await?,
            email_changes: work.find_email_changes_of(id).await?,
            history: history.into_iter().map(plain).collect(),
            reasons,
            older,
        })
    }
}

async fn found(work: &mut dyn UnitOfWork, account: i64) -> Result<Account, Declined> {
    work.find_account(account).await?.ok_or_else(|| Refused::AccountGone.into())
}

fn plain(event: Event) -> Event {
    Event { detail: readable(&event.action, &event.detail), ..event }
}

/// What a row's detail says to a reader: without what a mail server said, the numbers of mails, and marks, which are
/// nothing to read.
#[must_use]
pub fn readable(action: &str, detail: &str) -> String {
    if action == "mail-failed" {
        let kind = detail.split(' ').next().unwrap_or_default();
        let said = detail.split_once(": ").map_or("", |(_, said)| said);
        return format!("{kind} {}", Trouble::of(said).code());
    }
    if action == "mail-bounced" {
        let kind = detail.split(' ').next().unwrap_or_default();
        let status = detail.split_once(": ").map_or("", |(_, status)| status);
        return format!("{kind} {status}");
    }
    let is_mark = |part: &&str| !part.starts_with(NAMED) && !part.starts_with("term=");
    detail.split(' ').filter(is_mark).collect::<Vec<_>>().join(" ")
}

impl Who {
    fn of(person: Somebody, is_shown: bool) -> Self {
        let address = person.email.map(|email| match is_shown {
            true => Address::Shown(email),
            false => Address::Masked(masked(&email)),
        });
        Self {
            person: person.id,
            last_name: person.last_name,
            first_name: person.first_name,
            suffix: person.suffix,
            earlier_names: person.earlier_names,
            certificate: person.certificate,
            level: person.level,
            address,
            roster_status: person.roster_status,
        }
    }
}

impl From<Temporary> for Issue {
    fn from(temporary: Temporary) -> Self {
        let Temporary { id: _, issued, expires, issuer, why, sent, failed, used, ended } = temporary;
        Self { issued, expires, issuer, why, sent, failed, used, ended }
    }
}

impl From<MailEntry> for Mailed {
    fn from(mail: MailEntry) -> Self {
        let trouble = (mail.sent.is_none() && !mail.why.is_empty()).then(|| Trouble::of(&mail.why));
        let MailEntry { kind, recipient, queued, sent, failed, bounced, status, .. } = mail;
        let bounced = bounced.map(|at| (at, status));
        Self { kind, to: masked(&recipient), queued, sent, failed, bounced, trouble }
    }
}

impl Trouble {
    /// What the worker wrote down, as a class: `550 at RCPT`, `no answer at DATA`, `too old`, `superseded`, …
    #[must_use]
    pub fn of(why: &str) -> Self {
        match why {
            "expired" | "superseded" | "spent" | "closed" | RESTORED => return Self::Useless,
            "too old" => return Self::TooOld,
            _ => {}
        }
        match why.split_once(" at ") {
            Some(("no answer" | "connection lost", _)) => Self::Unreachable,
            Some((code, stage)) if code.len() == 3 && code.starts_with('5') => {
                if stage == RECIPIENT {
                    Self::Address
                } else {
                    Self::Refused
                }
            }
            Some((code, _)) if code.len() == 3 && code.starts_with('4') => Self::Later,
            _ => Self::Other,
        }
    }
}

/// The stage at which a mail server is told the recipient.
const RECIPIENT: &str = "RCPT";
