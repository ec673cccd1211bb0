//! Mails that came back: what a report (RFC 3464) about one of our mails does.
//!
//! - A report counts when it names one of our mails by its Message-ID, of which 128 bits are random, **and** speaks of
//!   the address that this mail went to. Whoever writes to the mailbox of the reports without having had the mail
//!   changes nothing; whoever has had it can say of their own address alone that it takes no mail.
//! - It marks the mail in the ledger, once, with the three numbers of its status: no word of another server is kept. It
//!   stops no mail and closes nothing. Where the mail answered somebody who asked for help, the desk is told
//!   ([`super::desk::queues`]).
//! - *Delayed* changes nothing: the other server goes on trying.

use std::fmt;

use super::Portal;
use super::desk::queue_ports::NoMail;
use super::ports::Fault;
use super::records::Posted;
use crate::identity::Email;
use crate::refused::codes;
use serde::{Deserialize, Serialize};

codes! {
    /// What another mail server did with a mail (RFC 3464 section 2.3.3).
    Action {
        /// Given up, also after tries of days.
        Failed = "failed",
        /// It goes on trying.
        Delayed = "delayed",
        Delivered = "delivered",
        /// Handed on to a server that sends no such reports.
        Relayed = "relayed",
        /// Handed on to several addresses.
        Expanded = "expanded",
    }
}

/// A status code of three numbers (RFC 3463 section 2): `5.1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    class: u8,
    subject: u16,
    detail: u16,
}

impl Status {
    /// The class is 2, 4 or 5, each of the others has one to three digits. Behind the first gap stands what somebody
    /// wrote for people.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code = text.split_whitespace().next()?;
        let mut parts = code.split('.').map(|part| {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        });
        let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
        let class = u8::try_from(class).ok().filter(|class| matches!(class, 2 | 4 | 5))?;
        parts.next().is_none().then_some(Self { class, subject, detail })
    }

    /// Whether it speaks of success.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.class == 2
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A report, as far as it is anything to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Local parts of the Message-IDs that it may be about.
    pub mails: Vec<String>,
    pub outcomes: Vec<Outcome>,
}

/// What it says of one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The address as it was mailed, and the one that it became on the way.
    pub recipients: Vec<Email>,
    pub action: Action,
    pub status: Status,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Outcome({}, {})", self.action.code(), self.status)
    }
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The mail is marked.
    Bounced,
    /// The other server goes on trying, or all is well.
    Noted,
    /// The ledger knew already.
    Known,
    /// It speaks of no mail of ours, or of another address.
    Foreign,
}

impl Portal {
    /// Takes a report.
    ///
    /// # Errors
    /// When the store fails; nothing was changed then, and the report can be taken again.
    pub async fn bounce(&self, report: &Report) -> Result<Taken, Fault> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        let mut found: Option<(&str, Posted, &Outcome)> = None;
        for id in &report.mails {
            let Some(posted) = work.find_mail(id).await? else { continue };
            let is_its = |outcome: &&Outcome| {
                outcome.recipients.iter().any(|recipient| recipient.key() == posted.recipient.key())
            };
            if let Some(outcome) = report.outcomes.iter().find(is_its) {
                found = Some((id, posted, outcome));
                break;
            }
        }
        let Some((id, posted, outcome)) = found else { return Ok(Taken::Foreign) };
        if outcome.action != Action::Failed || outcome.status.is_success() {
            return Ok(Taken::Noted);
        }
        let status = outcome.status.to_string();
        if !work.mail_bounced(id, now, &status).await? {
            return Ok(Taken::Known);
        }
        self.audit_by(&mut *work, "worker", "mail-bounced", posted.account, &format!("{} {id}: {status}", posted.kind))
            .await?;
        self.unreached(&mut *work, &posted, NoMail::Bounced, &status).await?;
        work.save().await?;
        Ok(Taken::Bounced)
    }
}
