//! `backboard serve`: the portal itself.

use std::path::PathBuf;

use clap::Args;

use crate::config::Config;
use crate::log;
use crate::running::{Admin, Parts, listen, run as run_portal, told_to_stop};

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The configuration.
    #[arg(long, default_value = "backboard.toml")]
    config: PathBuf,
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: ServeArguments) -> Result<(), String> {
    let config = Config::load(Some(&arguments.config), std::env::vars()).map_err(|error| error.to_string())?;
    if let Some(node) = &config.node {
        log::name(node);
    }
    let listener = listen(config.listen)?;
    // Before it says that it serves: whoever waits for that may ask at once how it stands.
    let admin = match config.admin {
        Some(address) => Some(Admin { listener: listen(address)?, drain: config.drain }),
        None => None,
    };
    let mut parts = Parts::open(&config).await?;
    parts.begin_keys().await?;
    let portal = parts.portal()?;
    let stop = told_to_stop();
    tracing::info!(listen = %config.listen, public_url = parts.origin, agency = parts.agency.id, "serving");
    run_portal(parts, portal, listener, admin, stop).await
}
