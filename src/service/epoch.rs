//! A backup that was put back turns back time: what was used up or ended since it was taken would be good again.
//!
//! So a copy says of itself that it is one. Whoever opens it to work with it first voids, in one commit, everything that
//! was outstanding when it was taken, writes that into the audit, and takes the mark away: a new epoch begins. What is
//! voided and what stays, each with its reason, stands in docs/decisions/0023-a-restored-copy-begins-a-new-epoch.md.

use std::fmt;

use async_trait::async_trait;

use super::Portal;
use super::desk::second::last_step;
use super::mail::Message;
use super::ports::{Fault, UnitOfWork};
use crate::expiry::DAY;
use crate::moment::Moment;

/// What the ledger says of a mail that was not sent because of it.
pub const RESTORED: &str = "restored";

/// Which life of the data this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    pub number: i64,
    /// When it began. A copy that is put back twice has one number both times, and two beginnings.
    pub since: Moment,
    /// When the backup was taken that it began with; none where nobody knows, and of the first.
    pub source: Option<Moment>,
    /// When this copy was taken, if it is one that nobody has worked with.
    pub copied: Option<Moment>,
}

impl Epoch {
    /// That of data which were never restored.
    pub const FIRST: Self = Self { number: 1, since: Moment(0), source: None, copied: None };
}

impl Default for Epoch {
    fn default() -> Self {
        Self::FIRST
    }
}

/// Seconds for which the desk is told that a backup was put back.
pub const TOLD: i64 = 30 * DAY;

impl Epoch {
    /// Whether a backup was put back so shortly before that what is missing still surprises somebody.
    #[must_use]
    pub fn is_news(&self, now: Moment) -> bool {
        self.number > Self::FIRST.number && now.since(self.since) < TOLD
    }
}

/// How much of each kind was voided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voided {
    /// Of people, full and change-only.
    pub sessions: u64,
    /// Journeys under way.
    pub flows: u64,
    pub links: u64,
    pub temporaries: u64,
    /// Requests that no worker had looked at.
    pub jobs: u64,
    /// Mails that carry what is void.
    pub mails: u64,
    /// Callers that were checked, or had a code.
    pub callers: u64,
    /// New addresses that waited.
    pub email_changes: u64,
    /// Sessions at the desk, and browsers on their way there.
    pub staff_sessions: u64,
    pub staff_links: u64,
    pub recovery_codes: u64,
    /// Imports that were agreed to and had not begun.
    pub imports: u64,
}

impl Voided {
    /// Each kind by its code, with its number.
    #[must_use]
    pub const fn counts(&self) -> [(&'static str, u64); 12] {
        [
            ("sessions", self.sessions),
            ("journeys", self.flows),
            ("links", self.links),
            ("temporary-passwords", self.temporaries),
            ("requests", self.jobs),
            ("mails", self.mails),
            ("callers", self.callers),
            ("email-changes", self.email_changes),
            ("desk-sessions", self.staff_sessions),
            ("desk-links", self.staff_links),
            ("recovery-codes", self.recovery_codes),
            ("imports", self.imports),
        ]
    }
}

impl fmt::Display for Voided {
    /// `sessions=2 journeys=0 …`, as the audit has it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (code, count)) in self.counts().into_iter().enumerate() {
            write!(out, "{}{code}={count}", if place == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// What voiding needs to know.
#[derive(Clone, Debug)]
pub struct Void {
    pub now: Moment,
    /// No code of an authenticator up to this time step is taken any more.
    pub step: i64,
    /// Kinds of mails that carry what is void.
    pub mails: Vec<&'static str>,
}

/// The store's half of it.
#[async_trait]
pub trait Epochs: Send {
    async fn find_epoch(&mut self) -> Result<Epoch, Fault>;
    /// Begins the epoch after this one, and takes the mark of a copy away: one conditional UPDATE. False when somebody
    /// else did.
    async fn begin_epoch(&mut self, after: &Epoch, now: Moment) -> Result<bool, Fault>;
    /// Voids everything that is outstanding.
    async fn void_outstanding(&mut self, void: &Void) -> Result<Voided, Fault>;
}

/// A new epoch that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    pub epoch: Epoch,
    pub voided: Voided,
}

impl Portal {
    /// Where the data are a copy that nobody has worked with: voids what was outstanding, and begins a new epoch. None
    /// where they are not.
    ///
    /// # Errors
    /// When the store fails; nothing was changed then.
    pub async fn settle_copy(&self) -> Result<Option<Restored>, Fault> {
        let mut work = self.store.begin().await?;
        let epoch = work.find_epoch().await?;
        if epoch.copied.is_none() {
            return Ok(None);
        }
        self.begin_after(work, epoch).await
    }

    /// The same whatever the data say of themselves: they were put back by other means, which leave no mark.
    ///
    /// # Errors
    /// When the store fails, or somebody else did it at the same time; nothing was changed then.
    pub async fn begin_epoch(&self) -> Result<Restored, Fault> {
        let mut work = self.store.begin().await?;
        let epoch = work.find_epoch().await?;
        let begun = self.begin_after(work, epoch).await?;
        begun.ok_or_else(|| Fault::Busy("another process voids the same data".to_owned()))
    }

    async fn begin_after(&self, mut work: Box<dyn UnitOfWork>, before: Epoch) -> Result<Option<Restored>, Fault> {
        let now = self.now();
        if !work.begin_epoch(&before, now).await? {
            return Ok(None);
        }
        let void = Void { now, step: last_step(now), mails: Message::VOIDED_KINDS.to_vec() };
        let voided = work.void_outstanding(&void).await?;
        let epoch = Epoch { number: before.number.saturating_add(1), since: now, source: before.copied, copied: None };
        let copied = before.copied.map_or_else(|| "unknown".to_owned(), iso);
        let detail = format!("epoch={} copied={copied} {voided}", epoch.number);
        self.audit_by(&mut *work, "office", "restored", None, &detail).await?;
        work.save().await?;
        Ok(Some(Restored { epoch, voided }))
    }
}

/// RFC 3339 to the minute, UTC.
fn iso(moment: Moment) -> String {
    let (hour, minute) = moment.time();
    format!("{}T{hour:02}:{minute:02}Z", moment.day())
}
