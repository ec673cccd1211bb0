//! `backboard copy`: moves a portal's data from SQLite to PostgreSQL.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::progress::Progress;
use crate::config::{Config, Database, Secret};
use crate::running::Parts;
use crate::store::copying::{Copy, Trouble};

#[derive(Debug, Args)]
pub struct CopyArguments {
    /// Where the data is: sqlite:PATH. Stop `backboard serve` first.
    #[arg(long)]
    pub from: String,
    /// Where it is to go: postgres://USER@HOST/NAME, an empty database.
    #[arg(long)]
    pub to: String,
    /// Forget what an earlier run has copied.
    #[arg(long)]
    pub anew: bool,
    /// The configuration, for the keys: the audit is checked where it arrives.
    #[arg(long, default_value = "backboard.toml")]
    pub config: PathBuf,
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: &CopyArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let config = Config::load(Some(&arguments.config), std::env::vars()).map_err(|error| error.to_string())?;
    let (file, url) = ends(arguments)?;
    let mut copy = Copy::begin(&file, url.reveal(), arguments.anew).await.map_err(said)?;
    let mut progress = Progress::of(copy.total().await.map_err(said)?);
    let copied = copy.run(|rows| progress.reach(rows)).await;
    progress.end();
    copied.map_err(said)?;
    let counts = copy.finish().await.map_err(said)?;
    let rows = verify(Config { database: Database::Postgres(url), ..config }).await?;
    let people = counts.iter().find(|(table, _)| *table == "person").map_or(0, |(_, people)| *people);
    let all: u64 = counts.iter().map(|(_, rows)| rows).sum();
    let text = format!(
        "{all} rows of {} tables are in the target, each as it was: {people} people, {rows} rows of the audit, whose \
         chain is whole.\nNow write the target's address into backboard.toml as database.url, run backboard doctor, and \
         start backboard serve. The file is as it was; keep it until you have a backup of the new database, then delete \
         it.\n",
        counts.len()
    );
    out.write_all(text.as_bytes()).map_err(|error| format!("standard output cannot be written ({error})."))
}

fn ends(arguments: &CopyArguments) -> Result<(PathBuf, Secret), String> {
    let folder = arguments.config.parent().unwrap_or(Path::new(""));
    let read = |url: &str| Config::database(url, folder).map_err(|error| error.to_string());
    let Database::Sqlite(file) = read(&arguments.from)? else {
        return Err("--from: only a SQLite file can be copied; write sqlite:PATH.".to_owned());
    };
    let Database::Postgres(url) = read(&arguments.to)? else {
        return Err("--to: the target is PostgreSQL; write postgres://USER@HOST/NAME.".to_owned());
    };
    if !file.exists() {
        return Err(format!("--from: there is no database at {}; correct the path.", file.display()));
    }
    Ok((file, url))
}

/// Follows the chain of the audit in the target; how many rows it has.
async fn verify(config: Config) -> Result<u64, String> {
    let parts = Parts::open(&config).await?;
    let portal = parts.portal()?;
    let verified = portal.verify_audit(Vec::new(), |_| {}).await;
    parts.store.close().await;
    let verified = verified.map_err(|fault| fault.to_string())?;
    match verified.flaw {
        None => Ok(verified.chain.rows()),
        Some((row, _)) => Err(format!(
            "Everything was copied, but row {} of the audit is not as it was written; backboard audit verify says the same \
             of the file.",
            row.id
        )),
    }
}

fn said(trouble: Trouble) -> String {
    trouble.to_string()
}
