//! The commands, one file each. Exit status 0: done; 1: refused or failed, with one sentence; 2: usage.

pub mod keys;
pub mod serve;

use clap::{Parser, Subcommand};

/// Gets EMS personnel into their accounts and back into them.
#[derive(Debug, Parser)]
#[command(name = "backboard", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the portal.
    Serve(serve::ServeArguments),
    /// The keys that live outside the database.
    Keys(keys::KeysArguments),
}

/// Runs a command.
///
/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: Arguments) -> Result<(), String> {
    match arguments.command {
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Keys(arguments) => keys::run(arguments),
    }
}
