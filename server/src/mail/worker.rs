//! The outbox worker: does the queued jobs, and sends the mails that are due.
//!
//! - While requests come faster than their jobs are done, mails leave all the same: between two mails a few jobs.
//! - It is woken by a [`Notify`] that whoever queues something pokes, and by the next moment at which
//!   something is due.
//! - A mail is taken under a lease. What the transport says about it decides: sent, tried again later
//!   with longer and longer waits, or given up, at the latest after three days.
//! - The time of a link begins when its mail is sent, however long that had to wait. A link or temporary password that
//!   was used up or replaced in the queue is not sent: a mail that cannot help only confuses.
//! - Each mail leaves at a random moment of its own ([`Departures`]).
//! - While the mail server takes no connection, no mail is taken at all, so none loses its place.
//! - Told to stop, it finishes the mail in hand.

use std::sync::Arc;
use std::time::Duration;

use backboard::moment::Moment;
use backboard::refused::Refused;
use backboard::service::desk::queue_ports::NoMail;
use backboard::service::mail::{Letter, Message};
use backboard::service::ports::Fault;
use backboard::service::records::Mail;
use backboard::service::{Declined, Portal};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::departures::Departures;
use super::{Batch, Outcome, Stationery, Transport, backoff};
use crate::health::Heartbeat;
use crate::metrics::{MailEnd, metrics};

/// Seconds of waiting after which a link's time begins anew.
const WAITED: i64 = 60;
/// Seconds one mail may take before somebody else may send it.
const LEASE_SECONDS: i64 = 120;
/// The longest rest, in seconds: a clock that was set anew is noticed within it.
const LONGEST_REST: i64 = 60;
/// Mails that wait for their moment at the same time.
const MOST_WAITING: u32 = 64;
/// Jobs that are done before the mails are looked at. Were it all of them, a crowd of requests, or somebody who only floods
/// the form, would keep every mail back.
const JOBS_AT_ONCE: u32 = 4;
/// Seconds to rest after the store failed, or when something is due that nobody gets.
const STORE_REST: i64 = 1;
/// How often the end of a mail is written down anew when the store is busy. A sent mail that is not
/// written down would be sent again.
const RECORD_TRIES: u32 = 20;

/// Empties the outbox, until it is told to stop.
pub struct Worker {
    portal: Arc<Portal>,
    stationery: Stationery,
    transport: Transport,
    wake: Arc<Notify>,
    departures: Departures,
    heartbeat: Heartbeat,
    /// No connection is tried before this.
    closed_until: Moment,
    /// Connections that failed in a row.
    failures: u32,
}

impl Worker {
    /// `wake` is poked by whoever queues a job or a mail.
    #[must_use]
    pub fn new(portal: Arc<Portal>, stationery: Stationery, transport: Transport, wake: Arc<Notify>) -> Self {
        Self {
            portal,
            stationery,
            transport,
            wake,
            departures: Departures::default(),
            heartbeat: Heartbeat::default(),
            closed_until: Moment(i64::MIN),
            failures: 0,
        }
    }

    /// Lets each mail leave at a random moment of its own, at most so long after it is due.
    #[must_use]
    pub fn with_spread(self, spread: Duration) -> Self {
        Self { departures: Departures::over(spread), ..self }
    }

    /// Tells this heartbeat that it goes round.
    #[must_use]
    pub fn with_heartbeat(self, heartbeat: Heartbeat) -> Self {
        Self { heartbeat, ..self }
    }

    /// Works until `stop` becomes true or its sender is gone.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !is_over(&stop) {
            self.heartbeat.beat();
            let rest = match self.round(&stop).await {
                Ok(rest) => rest,
                Err(fault) => {
                    tracing::error!(%fault, "the store did not answer the outbox worker");
                    STORE_REST
                }
            };
            let rest = Duration::from_secs(u64::try_from(rest).unwrap_or_default());
            tokio::select! {
                _ = stop.changed() => {}
                () = self.wake.notified() => {}
                () = sleep(rest) => {}
            }
        }
    }

    /// Does everything that is due now, and says how many seconds there are to rest.
    ///
    /// # Errors
    /// The store failed; what was taken comes back after its lease.
    pub async fn round(&mut self, stop: &watch::Receiver<bool>) -> Result<i64, Fault> {
        let mut batch = self.transport.batch();
        let emptied = loop {
            let step = async {
                self.heartbeat.beat();
                let jobs_left = work(&self.portal, &self.heartbeat, stop).await?;
                let now = self.portal.now();
                if is_over(stop) || now < self.closed_until {
                    return Ok((jobs_left, None));
                }
                let due = self.portal.store.read().await?.find_due_mails(now, MOST_WAITING).await?;
                Ok((jobs_left, self.departures.first_of(&due)))
            };
            let (jobs_left, (mail, leaves)) = match step.await {
                Ok((jobs_left, Some(first))) => (jobs_left, first),
                Ok((true, None)) => continue,
                Ok((false, None)) => break Ok(()),
                Err(fault) => break Err(fault),
            };
            // Before the wait: how long it takes to connect is then nothing that one mail does for the next.
            if let Err(why) = batch.ready().await {
                self.failures = self.failures.saturating_add(1);
                let wait = backoff::server(self.failures);
                self.closed_until = self.portal.now().plus(wait);
                tracing::warn!(why, wait, "the mail server cannot be reached");
                metrics().mails.server_unreachable();
                continue;
            }
            self.failures = 0;
            if leaves > Instant::now() {
                if !jobs_left {
                    wait_until(leaves, &self.wake, stop).await;
                }
            } else if let Err(fault) = self.send(&mut batch, &mail).await {
                break Err(fault);
            }
        };
        batch.close().await;
        emptied?;
        self.rest().await
    }

    /// Seconds until there is something to do.
    async fn rest(&self) -> Result<i64, Fault> {
        let Some(due) = self.portal.store.read().await?.next_due().await? else { return Ok(LONGEST_REST) };
        let now = self.portal.now();
        let closed = self.closed_until.since(now);
        let rest = match due.since(now) {
            // Due, but the server is closed to us: wait for it.
            ..=0 if closed > 0 => closed,
            ..=0 => STORE_REST,
            seconds => seconds,
        };
        Ok(rest.min(LONGEST_REST))
    }

    /// Takes a mail and brings it to an end or to its next attempt, where nobody else has it.
    async fn send(&self, batch: &mut Batch<'_>, id: &str) -> Result<(), Fault> {
        let now = self.portal.now();
        let mut unit = self.portal.store.begin_beside().await?;
        let Some(mail) = unit.take_mail(id, now, now.plus(LEASE_SECONDS)).await? else { return Ok(()) };
        unit.save().await?;

        let end = self.attempt(batch, &mail).await?;
        let now = self.portal.now();
        match &end {
            End::Sent => tracing::info!(mail = mail.id, kind = mail.kind, tries = mail.tries, "mail sent"),
            End::Again(why) => {
                tracing::warn!(mail = mail.id, kind = mail.kind, tries = mail.tries, why, "mail will be tried again");
            }
            // Anybody can bring this about by asking again and again: no error.
            End::Useless(why) => tracing::info!(mail = mail.id, kind = mail.kind, why, "mail of no use any more"),
            End::Failed(why) => {
                tracing::error!(mail = mail.id, kind = mail.kind, tries = mail.tries, why, "mail given up");
            }
        }
        metrics().mails.end(&mail.kind, end.counted(), now.since(mail.queued));
        self.record(&mail, &end, now).await
    }

    async fn attempt(&self, batch: &mut Batch<'_>, mail: &Mail) -> Result<End, Fault> {
        let opened = self.portal.vault.open("mail", mail.id.as_bytes(), &mail.sealed);
        let Some(letter) = opened.and_then(|plain| serde_json::from_slice::<Letter>(&plain).ok()) else {
            return Ok(End::Failed("sealed with another key".to_owned()));
        };
        let too_old = self.portal.now().since(mail.queued) >= backoff::GIVEN_UP_AFTER;
        if let Some(token) = letter.message.link()
            && self.portal.now().since(mail.queued) >= WAITED
            && !too_old
        {
            self.portal.renew_link(token.as_str()).await?;
        }
        if let Some(why) = self.dead(&letter.message).await? {
            return Ok(End::Useless(why));
        }
        if too_old {
            return Ok(End::Failed("too old".to_owned()));
        }
        let letter = Letter { message: letter.message.on_day_of(self.portal.now()), ..letter };
        let message = match self.stationery.render(mail, &letter, &self.portal.not_me_token(&mail.id)) {
            Ok(message) => message,
            Err(why) => return Ok(End::Failed(why.to_string())),
        };
        Ok(match batch.send(&message).await {
            Outcome::Sent => End::Sent,
            Outcome::Later(why) => End::Again(why),
            Outcome::Never(why) => End::Failed(why),
        })
    }

    /// Why the link or the password in a mail is of no use any more.
    async fn dead(&self, message: &Message) -> Result<Option<&'static str>, Fault> {
        let token = match message {
            Message::TemporaryPassword { expires, .. } if self.portal.now() >= *expires => return Ok(Some("expired")),
            Message::CallerCode { expires, .. } if self.portal.now() >= *expires => return Ok(Some("expired")),
            Message::TemporaryPassword { username, password, .. } => {
                let works = self.portal.is_temporary(username, password).await?;
                return Ok((!works).then_some("superseded"));
            }
            Message::PasswordExpires { username, expires, .. } => {
                let still = self.portal.still_expires(username, *expires).await?;
                return Ok((!still).then_some("superseded"));
            }
            message => match message.link() {
                Some(token) => token,
                None => return Ok(None),
            },
        };
        let problems = match self.portal.link(token.as_str()).await {
            Ok(_) => return Ok(None),
            Err(Declined::Fault(fault)) => return Err(fault),
            Err(Declined::Problems(problems)) => problems,
        };
        Ok(Some(match problems.first().map(|problem| problem.refused) {
            Some(Refused::LinkSpent) => "spent",
            Some(Refused::LinkSuperseded) => "superseded",
            Some(Refused::LinkExpired | Refused::LinkUnknown) => "expired",
            // The account was closed or stopped in the meantime.
            _ => "closed",
        }))
    }

    /// Writes down what became of a mail.
    async fn record(&self, mail: &Mail, end: &End, now: Moment) -> Result<(), Fault> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.record_once(mail, end, now).await {
                Err(Fault::Busy(_)) if tries < RECORD_TRIES => sleep(Duration::from_secs(1)).await,
                done => return done,
            }
        }
    }

    async fn record_once(&self, mail: &Mail, end: &End, now: Moment) -> Result<(), Fault> {
        let store = &self.portal.store;
        // What failed is somebody's trouble, and stands in the audit.
        let mut unit = if end.is_noted() { store.begin().await? } else { store.begin_beside().await? };
        match end {
            End::Sent => unit.mail_sent(&mail.id, now).await?,
            End::Again(why) => unit.mail_retry(&mail.id, now.plus(backoff::mail(mail.tries)), why).await?,
            End::Useless(_) | End::Failed(_) => {
                let why = end.why();
                let posted = unit.find_mail(&mail.id).await?;
                unit.mail_failed(&mail.id, now, why).await?;
                let account = posted.as_ref().and_then(|posted| posted.account);
                if let Some(posted) = posted.filter(|_| end.is_missed()) {
                    self.portal.unreached(&mut *unit, &posted, NoMail::Failed, why).await?;
                }
                let detail = format!("{} {}: {why}", mail.kind, mail.id);
                self.portal.audit_by(&mut *unit, "worker", "mail-failed", account, &detail).await?;
            }
        }
        unit.save().await
    }
}

/// Does a few jobs, and says whether there may be more.
async fn work(portal: &Portal, heartbeat: &Heartbeat, stop: &watch::Receiver<bool>) -> Result<bool, Fault> {
    for _ in 0..JOBS_AT_ONCE {
        if is_over(stop) || !portal.work().await? {
            return Ok(false);
        }
        heartbeat.beat();
    }
    Ok(true)
}

/// How an attempt ended.
enum End {
    Sent,
    Again(String),
    Failed(String),
    /// What it carries helps nobody any more.
    Useless(&'static str),
}

impl End {
    /// Whether somebody waits for it in vain. What was used up or replaced had done its work, or another mail does.
    fn is_missed(&self) -> bool {
        match self {
            Self::Failed(_) => true,
            Self::Useless(why) => *why == "expired",
            Self::Sent | Self::Again(_) => false,
        }
    }

    /// Whether more than the mail's own row changes.
    const fn is_noted(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Useless(_))
    }

    const fn counted(&self) -> MailEnd {
        match self {
            Self::Sent => MailEnd::Sent,
            Self::Again(_) => MailEnd::Retried,
            Self::Failed(_) => MailEnd::Failed,
            Self::Useless(_) => MailEnd::Useless,
        }
    }

    fn why(&self) -> &str {
        match self {
            Self::Sent => "",
            Self::Again(why) | Self::Failed(why) => why,
            Self::Useless(why) => why,
        }
    }
}

/// Waits for a moment, for new work or for the word to stop.
async fn wait_until(moment: Instant, wake: &Notify, stop: &watch::Receiver<bool>) {
    let mut stop = stop.clone();
    tokio::select! {
        () = sleep_until(moment) => {}
        () = wake.notified() => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

fn is_over(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}
