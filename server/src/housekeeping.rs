//! Forgets what nobody needs any more: links, flows, sessions, budgets that are full, mails that ended.

use std::sync::Arc;
use std::time::Duration;

use backboard::service::Portal;
use backboard::service::ports::Fault;
use backboard::service::session::IDLE_SECONDS;
use tokio::sync::watch;

/// Seconds between two rounds.
const ROUND_SECONDS: u64 = 10 * 60;
/// Dead links and flows are kept for a day, so that their pages can say why they are dead.
const LINK_KEPT: i64 = 24 * 60 * 60;
/// The ledger of mails, without their content.
const MAIL_KEPT: i64 = 90 * 24 * 60 * 60;

/// Rounds until it is told to stop.
pub async fn run(portal: Arc<Portal>, mut stopped: watch::Receiver<bool>) {
    loop {
        if let Err(fault) = round(&portal).await {
            tracing::warn!(%fault, "housekeeping");
        }
        let rest = tokio::time::sleep(Duration::from_secs(ROUND_SECONDS));
        tokio::select! {
            () = rest => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

async fn round(portal: &Portal) -> Result<(), Fault> {
    let now = portal.now();
    let mut work = portal.store.begin().await?;
    work.purge_flows(now.plus(-LINK_KEPT)).await?;
    work.purge_links(now.plus(-LINK_KEPT)).await?;
    work.purge_sessions(now, now.plus(-IDLE_SECONDS)).await?;
    work.purge_budgets(now).await?;
    work.purge_mail(now.plus(-MAIL_KEPT)).await?;
    work.save().await
}
