//! `backboard demo`: a portal with made-up people, and a mailbox that shows its mails, in a folder of
//! its own. Nothing in it is real, and nothing of it reaches `backboard serve`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backboard::agency::Agency;
use backboard::keep::PEOPLE_DAYS;
use backboard::service::Portal;
use backboard::service::ports::Fault;
use clap::Args;

use super::import::{self, ImportArguments};
use crate::config::Captcha;
use crate::demo::mailbox;
use crate::demo::people::{self, PEOPLE, SEED};
use crate::demo::queues;
use crate::demo::staff;
use crate::hold::Hold;
use crate::imports::{self, Imports, MOST_BYTES};
use crate::keys::Keys;
use crate::mail::{Folder, Transport};
use crate::profiles::profile;
use crate::roster;
use crate::running::{Parts, epoch_of, listen, run as run_portal, told_to_stop};
use crate::store::Sqlite;
use crate::web::serve;

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Where the portal listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where its mailbox listens.
    #[arg(long, default_value = "127.0.0.1:8025")]
    mailbox: SocketAddr,
    /// The agency profile: a built-in name, or the path of a file.
    #[arg(long, default_value = "demo")]
    agency: String,
    /// The folder for its data [default: backboard-demo in your data folder]
    #[arg(long)]
    data: Option<PathBuf>,
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: DemoArguments) -> Result<(), String> {
    for address in [arguments.listen, arguments.mailbox] {
        if !address.ip().is_loopback() {
            return Err(format!(
                "{address}: a demo listens on loopback alone; everybody's password is in its mailbox."
            ));
        }
    }
    let agency = profile(&arguments.agency)?;
    let folder = arguments.data.unwrap_or_else(data_folder).join(&agency.id);
    let (portal_listener, mailbox_listener) = (listen(arguments.listen)?, listen(arguments.mailbox)?);
    let parts = open(&folder, agency, &format!("http://{}", arguments.listen)).await?;
    let portal = parts.portal()?;
    settle(&parts, &portal, &folder).await?;
    let players = people::cast(&parts.agency);
    people::stage(&portal, &players).await.map_err(|fault| of_another_version(&fault, &folder))?;
    queues::fill(&portal, &players).await.map_err(|fault| of_another_version(&fault, &folder))?;
    let staff = staff::seat(&portal).await.map_err(|fault| of_another_version(&fault, &folder))?;

    let origin = parts.origin.clone();
    let mut out = std::io::stdout();
    let said = writeln!(
        out,
        "A demo of {}: nobody in it is real.\n  portal   {origin}\n  mailbox  http://{}   (mails, and people to play)\n  data     {}\nCtrl-C ends it.",
        parts.agency.name,
        arguments.mailbox,
        folder.display()
    );
    said.map_err(|error| format!("standard output cannot be written ({error})."))?;
    let listed = players.iter().map(|player| people::shown(player, &parts.agency)).collect();
    let pages = mailbox::router(folder.join("mail"), listed, staff, &origin);
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let mut watching = stopped.clone();
    let mails = tokio::spawn(serve(mailbox_listener, pages, async move {
        let _ = watching.wait_for(|stopped| *stopped).await;
    }));
    let result = run_portal(parts, portal, portal_listener, None, told_to_stop()).await;
    let _ = stopping.send(true);
    let _ = mails.await;
    result
}

async fn open(folder: &Path, agency: Agency, origin: &str) -> Result<Parts, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(folder.join("mail")).map_err(failed)?;
    std::fs::create_dir_all(folder.join("data")).map_err(failed)?;
    let keys = folder.join("keys.toml");
    let keys =
        if keys.exists() { Keys::read(&keys) } else { Keys::create(&keys) }.map_err(|error| error.to_string())?;
    let database = folder.join("data/backboard.db");
    let hold = Hold::shared(&database)?;
    let store = Sqlite::open(&database).await;
    let store = store.map_err(|fault| of_another_version(&fault, folder))?;
    Ok(Parts {
        epoch: epoch_of(&store).await?,
        hold: Some(hold),
        agency,
        keys,
        store: Arc::new(store),
        transport: Transport::Folder(Folder::at(folder.join("mail"))),
        bounces: None,
        captcha: Captcha::Altcha,
        origin: origin.to_owned(),
        trusted: Vec::new(),
        multiply: 1,
        people_days: PEOPLE_DAYS,
        imports: Imports::of(imports::Folder::beside(&database, MOST_BYTES)),
    })
}

fn of_another_version(fault: &Fault, folder: &Path) -> String {
    format!("{fault}. Is {} a demo of another version? Remove it and start again.", folder.display())
}

/// Brings the made-up roster in, once.
async fn settle(parts: &Parts, portal: &Portal, folder: &Path) -> Result<(), String> {
    let file = folder.join("roster.csv");
    if !file.exists() {
        let draft = folder.join("roster.csv.new");
        let written = std::fs::File::create(&draft).map_err(|error| error.to_string())?;
        roster::write(std::io::BufWriter::new(written), PEOPLE, SEED, |_| ()).map_err(|error| error.to_string())?;
        let arguments =
            ImportArguments { roster: draft.clone(), dry_run: false, rejects: Some(folder.join("rejects.csv")) };
        import::run(&arguments, portal, &*parts.store, &mut std::io::sink()).await?;
        // Under its final name only when everything before it is done: a demo cut off begins again.
        std::fs::rename(&draft, &file).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// `$XDG_DATA_HOME/backboard-demo`, or `~/.local/share/backboard-demo`, or a folder here.
fn data_folder() -> PathBuf {
    let own = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    own.or_else(home).unwrap_or_default().join("backboard-demo")
}
