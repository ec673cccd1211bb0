//! What has to be done now and then: forgets what nobody needs any more, gives passwords their days, and reminds
//! those whose days are nearly over.
//!
//! The first round is at the start, so that a reminder which a downtime swallowed is made good at once.

use std::sync::Arc;
use std::time::Duration;

use backboard::audit::Head;
use backboard::expiry::DAY;
use backboard::moment::Moment;
use backboard::service::Portal;
use backboard::service::desk::session::DESK_IDLE_SECONDS;
use backboard::service::freeze::GOOD_FOR;
use backboard::service::ports::Fault;
use backboard::service::session::IDLE_SECONDS;
use backboard::staff::CALLER_SECONDS;
use tokio::sync::{Notify, watch};

use crate::metrics::metrics;

/// Seconds between two rounds.
const ROUND_SECONDS: u64 = 10 * 60;
/// Dead links and flows are kept for a day, so that their pages can say why they are dead.
const LINK_KEPT: i64 = DAY;
/// The ledger of mails, without their content: as long as a link in one of them works.
const MAIL_KEPT: i64 = GOOD_FOR;
/// The ledger of temporary passwords, from the day they expired.
const TEMPORARY_KEPT: i64 = 90 * DAY;

/// What imports brought.
const IMPORTS_KEPT: i64 = 2 * 365 * DAY;

/// What a round consists of. Each part has its own units of work, so that one that fails stops no other.
#[derive(Clone, Copy, Debug)]
enum Part {
    Flows,
    Links,
    Sessions,
    /// Sessions, links and ways in of staff.
    Staff,
    /// Callers that the desk checked.
    Callers,
    Budgets,
    Mail,
    Temporaries,
    /// Entries of the desk's queue of those whom no mail reaches.
    DeadMail,
    Imports,
    /// Who left the roster.
    People,
    /// New addresses whose wait is over.
    Addresses,
    /// Before the reminders, which need the days.
    Days,
    Reminders,
    /// Last, because it takes what the others deleted out of the store's files.
    Files,
}

impl Part {
    const ALL: [Self; 15] = [
        Self::Flows,
        Self::Links,
        Self::Sessions,
        Self::Staff,
        Self::Callers,
        Self::Budgets,
        Self::Mail,
        Self::Temporaries,
        Self::DeadMail,
        Self::Imports,
        Self::People,
        Self::Addresses,
        Self::Days,
        Self::Reminders,
        Self::Files,
    ];

    /// Its name among the metrics.
    const fn name(self) -> &'static str {
        match self {
            Self::Flows => "flows",
            Self::Links => "links",
            Self::Sessions => "sessions",
            Self::Staff => "staff",
            Self::Callers => "callers",
            Self::Budgets => "budgets",
            Self::Mail => "mail",
            Self::Temporaries => "temporaries",
            Self::DeadMail => "dead-mail",
            Self::Imports => "imports",
            Self::People => "people",
            Self::Addresses => "addresses",
            Self::Days => "days",
            Self::Reminders => "reminders",
            Self::Files => "files",
        }
    }
}

/// Rounds until it is told to stop. `wake` is poked after reminders, so that they are sent at once.
pub async fn run(portal: Arc<Portal>, wake: Arc<Notify>, mut stopped: watch::Receiver<bool>) {
    let mut logged = None;
    for part in Part::ALL {
        metrics().work.expect_task(part.name());
    }
    loop {
        round(&portal, &wake, &stopped).await;
        log_head(&portal, &mut logged).await;
        let rest = tokio::time::sleep(Duration::from_secs(ROUND_SECONDS));
        let over = tokio::select! {
            () = rest => false,
            _ = stopped.wait_for(|stopped| *stopped) => true,
        };
        if over {
            return log_head(&portal, &mut logged).await;
        }
    }
}

/// Writes the head of the audit into the log where it has moved: that rows were cut off shows beside it alone.
async fn log_head(portal: &Portal, logged: &mut Option<Head>) {
    match portal.audit_head().await {
        Ok(head) if head == *logged => {}
        Ok(head) => {
            if let Some(head) = head {
                tracing::info!("{head}");
            }
            *logged = head;
        }
        Err(fault) => tracing::warn!(%fault, "the head of the audit cannot be read"),
    }
}

/// One round. What fails is logged and comes again with the next.
pub async fn round(portal: &Portal, wake: &Notify, stopped: &watch::Receiver<bool>) {
    for part in Part::ALL {
        match work(portal, part, stopped).await {
            Ok(()) => metrics().work.task_done(part.name(), portal.now()),
            Err(fault) => {
                tracing::warn!(%fault, ?part, "housekeeping");
                metrics().work.task_failed(part.name());
            }
        }
    }
    wake.notify_one();
}

async fn work(portal: &Portal, part: Part, stopped: &watch::Receiver<bool>) -> Result<(), Fault> {
    match part {
        Part::Addresses => while !*stopped.borrow() && portal.settle_emails().await? {},
        Part::Days => while !*stopped.borrow() && portal.schedule_passwords().await? {},
        Part::Reminders => while !*stopped.borrow() && portal.remind().await? {},
        Part::People => while !*stopped.borrow() && portal.forget().await? {},
        Part::DeadMail => portal.settle_dead_mail(MAIL_KEPT).await?,
        Part::Files => portal.store.scrub().await?,
        part => purge(portal, part, portal.now()).await?,
    }
    Ok(())
}

async fn purge(portal: &Portal, part: Part, now: Moment) -> Result<(), Fault> {
    let mut work = portal.store.begin().await?;
    match part {
        Part::Flows => work.purge_flows(now.plus(-LINK_KEPT)).await?,
        Part::Links => work.purge_links(now.plus(-LINK_KEPT)).await?,
        Part::Sessions => work.purge_sessions(now, now.plus(-IDLE_SECONDS)).await?,
        Part::Staff => work.purge_staff(now, now.plus(-DESK_IDLE_SECONDS), now.plus(-LINK_KEPT)).await?,
        Part::Callers => work.purge_callers(now, now.plus(-CALLER_SECONDS)).await?,
        Part::Budgets => work.purge_budgets(now).await?,
        Part::Mail => work.purge_mail(now.plus(-MAIL_KEPT)).await?,
        Part::Temporaries => work.purge_temporaries(now.plus(-TEMPORARY_KEPT)).await?,
        Part::Imports => work.purge_imports(now.plus(-IMPORTS_KEPT)).await?,
        Part::DeadMail | Part::People | Part::Addresses | Part::Days | Part::Reminders | Part::Files => 0,
    };
    work.save().await
}
