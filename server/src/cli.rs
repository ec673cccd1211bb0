//! The commands, one file each. Exit status 0: done; 1: refused or failed, with one sentence; 2: usage.

pub mod account;
pub mod audit;
pub mod backup;
pub mod copy;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod keys;
pub mod policy;
mod progress;
pub mod restore;
pub mod roster;
pub mod serve;
pub mod staff;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::config::{Config, Database};
use crate::running::Parts;

/// Gets EMS personnel into their accounts and back into them.
#[derive(Debug, Parser)]
#[command(name = "backboard", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try it: a portal with made-up people, and a mailbox that shows its mails.
    Demo(demo::DemoArguments),
    /// Run the portal.
    Serve(serve::ServeArguments),
    /// Take over the office's roster from a CSV file.
    Import {
        #[command(flatten)]
        arguments: import::ImportArguments,
        /// The configuration.
        #[arg(long, default_value = "backboard.toml")]
        config: PathBuf,
    },
    /// One person's account: look at it, close it, open it, help its owner in.
    Account(account::AccountArguments),
    /// Who works at the desk: invite, list, suspend, roles, a lost authenticator.
    Staff(staff::StaffArguments),
    /// Made-up rosters to try things with.
    Roster(roster::RosterArguments),
    /// The keys that live outside the database.
    Keys(keys::KeysArguments),
    /// What happened: check that nobody changed it, or write it out.
    Audit(audit::AuditArguments),
    /// Copy the database while the portal runs.
    Backup(backup::BackupArguments),
    /// Put a backup back, and void what was outstanding when it was taken.
    Restore(restore::RestoreArguments),
    /// Move a portal from SQLite to PostgreSQL.
    Copy(copy::CopyArguments),
    /// What is unsafe or incomplete, and how to mend it.
    Doctor(doctor::DoctorArguments),
    /// What the policy asks, and what that is held against.
    Policy(policy::PolicyArguments),
}

/// The parts of a portal that has its database already: opening would make an empty one, in which nothing is found.
async fn standing(config: &Path) -> Result<Parts, String> {
    Parts::open(&existing(config)?).await
}

/// A configuration whose database is there.
fn existing(config: &Path) -> Result<Config, String> {
    let config = Config::load(Some(config), std::env::vars()).map_err(|error| error.to_string())?;
    if let Database::Sqlite(path) = &config.database
        && !path.exists()
    {
        return Err(format!("There is no database at {} yet; begin with: backboard import ROSTER.csv", path.display()));
    }
    Ok(config)
}

/// `1 person`, `2 people`.
fn counted(count: u64, (one, several): (&str, &str)) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Runs a command.
///
/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: Arguments) -> Result<(), String> {
    match arguments.command {
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Import { arguments, config } => {
            let config = Config::load(Some(&config), std::env::vars()).map_err(|error| error.to_string())?;
            let parts = Parts::open(&config).await?;
            let imported = import::run(&arguments, &*parts.portal()?, &*parts.store, &mut std::io::stdout()).await;
            parts.store.close().await;
            imported.map(|_| ())
        }
        Command::Account(arguments) => account::run(&arguments, &mut std::io::stdout()).await,
        Command::Staff(arguments) => staff::run(&arguments, &mut std::io::stdout()).await,
        Command::Roster(arguments) => roster::run(&arguments, &mut std::io::stdout()),
        Command::Keys(arguments) => keys::run(arguments, &mut std::io::stdout()).await,
        Command::Audit(arguments) => audit::run(&arguments, &mut std::io::stdout()).await,
        Command::Backup(arguments) => backup::run(&arguments, &mut std::io::stdout()).await,
        Command::Restore(arguments) => restore::run(&arguments, &mut std::io::stdout()).await,
        Command::Copy(arguments) => copy::run(&arguments, &mut std::io::stdout()).await,
        Command::Doctor(arguments) => doctor::run(&arguments, &mut std::io::stdout()).await,
        Command::Policy(arguments) => policy::run(&arguments, &mut std::io::stdout()),
    }
}
