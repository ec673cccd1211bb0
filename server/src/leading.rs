//! What is scheduled is done by one node at a time: the one that leads.
//!
//! A store of one file has one portal, which leads from its start. In PostgreSQL it is a lock that a connection holds:
//! the server gives it to another node as soon as that connection is gone, whatever became of the node.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::store::{AnyStore, Lead};

/// How often a node that does not lead asks whether it may, and one that leads whether it still does.
const ASKED_EVERY: Duration = Duration::from_secs(5);

/// Runs the tasks that `begin` gives for as long as this node leads, and again when it leads again, until it is told to
/// stop. The tasks are told to stop when it leads no more.
pub async fn run<F>(
    store: Arc<dyn AnyStore>,
    mut stopped: watch::Receiver<bool>,
    begin: impl Fn(watch::Receiver<bool>) -> Vec<F>,
) where
    F: Future<Output = ()> + Send + 'static,
{
    while !*stopped.borrow() {
        match store.lead().await {
            Ok(Some(mut lead)) => {
                tracing::info!("this node does what is scheduled");
                let (over, ended) = watch::channel(false);
                let mut tasks: JoinSet<()> = begin(ended).into_iter().collect();
                still(&mut *lead, &mut stopped).await;
                let _ = over.send(true);
                while tasks.join_next().await.is_some() {}
                lead.end().await;
            }
            Ok(None) => rest(&mut stopped).await,
            Err(fault) => {
                tracing::warn!(%fault, "whether this node leads cannot be found out");
                rest(&mut stopped).await;
            }
        }
    }
}

/// Until this node leads no more, or is told to stop.
async fn still(lead: &mut dyn Lead, stopped: &mut watch::Receiver<bool>) {
    while !*stopped.borrow() {
        rest(stopped).await;
        if !lead.holds().await {
            tracing::warn!("the database was lost: this node leads no more");
            return;
        }
    }
}

async fn rest(stopped: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(ASKED_EVERY) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}
