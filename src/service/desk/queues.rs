//! What waits for the office: people whom no mail reaches, and accounts that somebody stopped.
//!
//! **Dead e-mail.** Who asked for a username, a password or to claim an account, and whose mail came back or was given up,
//! or who has no address on file. An entry goes by itself once there is another address, or once a later mail was sent and
//! has not come back for a day; a member takes it off with a reason, and may put it back. Taking one off changes nothing
//! about the account.
//!
//! **Frozen accounts.** *This wasn't me* was pressed, the longest waiting first. A supervisor opens them again on the page
//! of the account.

use super::Actor;
use super::acts::ACTS;
use super::find::{PER_PAGE, number};
use super::person::Trouble;
use super::queue_ports::{NoMail, Unreached, UnreachedFate};
use crate::account::{Frozen, Username};
use crate::expiry::DAY;
use crate::moment::Moment;
use crate::refused::Refused;
use crate::roster::masked;
use crate::service::freeze::CASE;
use crate::service::{Declined, Portal};
use crate::staff::{Act, Reason};

/// Seconds after which a mail that has not come back has arrived. Servers that give up at once answer within minutes;
/// those that try for days have said *delayed* by then, and their report, when it comes, makes an entry anew.
pub const ARRIVED_SECONDS: i64 = DAY;
/// Seconds for which an entry that was taken off is listed, to be put back.
pub const UNDO_SECONDS: i64 = DAY;
/// Entries listed so.
const MOST_DONE: u32 = 20;

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub dead_mail: u64,
    pub frozen: u64,
}

/// A page of a queue.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    pub lines: Vec<T>,
    pub total: u64,
    /// From 1 on.
    pub page: usize,
    /// 1 when nothing waits.
    pub pages: usize,
}

/// Somebody whom no mail reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMail {
    pub id: i64,
    pub account: i64,
    pub username: Username,
    pub last_name: String,
    pub first_name: String,
    pub suffix: String,
    pub why: Why,
    /// Masked.
    pub address: Option<String>,
    pub first: Moment,
    pub last: Moment,
    pub times: u32,
    /// When, by whom and why it was taken off.
    pub ended: Option<(Moment, String, UnreachedFate)>,
}

/// Why no mail reaches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    NoAddress,
    /// It came back, with this status.
    Bounced(String),
    Failed(Trouble),
}

/// An account that somebody stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    pub account: i64,
    pub username: Username,
    /// First name, last name and suffix of everybody who uses it.
    pub people: Vec<(String, String, String)>,
    pub since: Moment,
    /// The kind of the mail whose link was pressed.
    pub mail: String,
    /// None: it was opened in another way, and waits to be looked at.
    pub stops: Option<Frozen>,
}

impl Portal {
    /// How much waits, for the desk's first page.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_waiting(&self, actor: &Actor) -> Result<Waiting, Declined> {
        actor.may(Act::Queues)?;
        let mut work = self.store.read().await?;
        let dead_mail = work.count_standing(self.arrived()).await?;
        Ok(Waiting { dead_mail, frozen: work.count_waiting(CASE).await? })
    }

    /// A page of the people whom no mail reaches, the newest trouble first. A page that is no number is the first; one
    /// beyond the last is the last.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_dead_mail(&self, actor: &Actor, page: &str) -> Result<Paged<DeadMail>, Declined> {
        actor.may(Act::Queues)?;
        let mut work = self.store.read().await?;
        let arrived = self.arrived();
        let total = work.count_standing(arrived).await?;
        let (page, pages, skip) = place(total, page);
        let found = work.find_standing(arrived, skip, PER_PAGE as u32).await?;
        Ok(Paged { lines: found.into_iter().map(DeadMail::from).collect(), total, page, pages })
    }

    /// Those that somebody took off within a day, the last first.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_dead_mail_done(&self, actor: &Actor) -> Result<Vec<DeadMail>, Declined> {
        actor.may(Act::Queues)?;
        let after = self.now().plus(-UNDO_SECONDS);
        let found = self.store.read().await?.find_done(after, MOST_DONE).await?;
        Ok(found.into_iter().map(DeadMail::from).collect())
    }

    /// One of them, whatever became of it.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`]; [`Refused::AccountGone`] when there is none.
    pub async fn desk_dead_mail_entry(&self, actor: &Actor, id: i64) -> Result<DeadMail, Declined> {
        actor.may(Act::Queues)?;
        let found = self.store.read().await?.find_unreached(id).await?;
        Ok(found.ok_or(Refused::AccountGone)?.into())
    }

    /// Takes one off: somebody has seen to it.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`], [`Refused::SessionOver`], [`Refused::AccountGone`], [`Refused::TooManyTries`];
    /// [`Refused::NothingToDo`] when it is off already.
    pub async fn desk_take_off(&self, actor: &Actor, id: i64, reason: &Reason) -> Result<(), Declined> {
        let act = Act::DeadMailDone;
        actor.may(act)?;
        let mut work = self.store.begin().await?;
        let actor = self.at_work(&mut *work, actor, act).await?;
        let entry = work.find_unreached(id).await?.ok_or(Refused::AccountGone)?;
        self.take_of(&mut *work, &actor, act, ACTS).await?;
        if !work.end_unreached(id, &actor.name(), self.now()).await? {
            return Err(Refused::NothingToDo.into());
        }
        let reason = self.keep_reason(&mut *work, entry.account, reason).await?;
        let detail = format!("{} {reason}", entry.why.code());
        self.audit_by(&mut *work, &actor.name(), act.code(), Some(entry.account), &detail).await?;
        work.save().await?;
        Ok(())
    }

    /// Puts one back that somebody took off.
    ///
    /// # Errors
    /// As [`Portal::desk_take_off`]; [`Refused::NothingToDo`] when it is back already, or would go by itself.
    pub async fn desk_put_back(&self, actor: &Actor, id: i64) -> Result<(), Declined> {
        let act = Act::DeadMailUndo;
        actor.may(act)?;
        let mut work = self.store.begin().await?;
        let actor = self.at_work(&mut *work, actor, act).await?;
        let entry = work.find_unreached(id).await?.ok_or(Refused::AccountGone)?;
        self.take_of(&mut *work, &actor, act, ACTS).await?;
        if !work.reopen_unreached(id).await? {
            return Err(Refused::NothingToDo.into());
        }
        // It would have gone by itself meanwhile.
        work.settle_unreached(self.arrived(), self.now()).await?;
        if work.find_unreached(id).await?.is_none_or(|entry| entry.ended.is_some()) {
            return Err(Refused::NothingToDo.into());
        }
        self.audit_by(&mut *work, &actor.name(), act.code(), Some(entry.account), entry.why.code()).await?;
        work.save().await?;
        Ok(())
    }

    /// A page of the accounts that somebody stopped, the longest waiting first.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub async fn desk_frozen(&self, actor: &Actor, page: &str) -> Result<Paged<Stopped>, Declined> {
        actor.may(Act::Queues)?;
        let mut work = self.store.read().await?;
        let total = work.count_waiting(CASE).await?;
        let (page, pages, skip) = place(total, page);
        let mut lines = Vec::new();
        for case in work.find_waiting(CASE, skip, PER_PAGE as u32).await? {
            let Some(account) = work.find_account(case.account).await? else { continue };
            let people = work.find_somebodies_of(account.id).await?;
            lines.push(Stopped {
                account: account.id,
                username: account.username,
                people: people.into_iter().map(|one| (one.first_name, one.last_name, one.suffix)).collect(),
                since: case.opened,
                mail: case.detail,
                stops: account.frozen,
            });
        }
        Ok(Paged { lines, total, page, pages })
    }

    /// Ends entries that went by themselves, for housekeeping.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle_dead_mail(&self, kept: i64) -> Result<(), crate::service::ports::Fault> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        work.settle_unreached(self.arrived(), now).await?;
        work.purge_unreached(now.plus(-kept)).await?;
        work.save().await
    }

    /// Mails sent before this have arrived unless they came back.
    pub(in crate::service) fn arrived(&self) -> Moment {
        self.now().plus(-ARRIVED_SECONDS)
    }
}

/// The page, how many there are, and how many lines stand before it.
fn place(total: u64, typed: &str) -> (usize, usize, u32) {
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let pages = total.div_ceil(PER_PAGE).max(1);
    let page = number(typed).clamp(1, pages);
    (page, pages, u32::try_from((page - 1).saturating_mul(PER_PAGE)).unwrap_or(u32::MAX))
}

impl From<Unreached> for DeadMail {
    fn from(entry: Unreached) -> Self {
        Self {
            id: entry.id,
            account: entry.account,
            username: entry.username,
            last_name: entry.last_name,
            first_name: entry.first_name,
            suffix: entry.suffix,
            why: match entry.why {
                NoMail::NoAddress => Why::NoAddress,
                NoMail::Bounced => Why::Bounced(entry.said),
                NoMail::Failed => Why::Failed(Trouble::of(&entry.said)),
            },
            address: entry.address.as_ref().map(masked),
            first: entry.first,
            last: entry.last,
            times: entry.times,
            ended: entry.ended.map(|ended| (ended.at, ended.by, ended.fate)),
        }
    }
}
