//! `backboard keys`: the keys that live outside the database.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::Config;
use crate::keys::Keys;

#[derive(Debug, Args)]
pub struct KeysArguments {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a new key file, readable by you alone. An existing file is never overwritten.
    New(NewArguments),
}

#[derive(Debug, Args)]
struct NewArguments {
    /// The configuration whose keys.file is made.
    #[arg(long, default_value = "backboard.toml", conflicts_with = "file")]
    config: PathBuf,
    /// Make this file instead.
    #[arg(long)]
    file: Option<PathBuf>,
}

/// # Errors
/// One sentence with the way out.
pub fn run(arguments: KeysArguments) -> Result<(), String> {
    match arguments.command {
        KeysCommand::New(new) => create(new),
    }
}

fn create(arguments: NewArguments) -> Result<(), String> {
    let file = match arguments.file {
        Some(file) => file,
        None => Config::load(Some(&arguments.config), std::env::vars()).map_err(|error| error.to_string())?.keys_file,
    };
    Keys::create(&file).map_err(|error| error.to_string())?;
    writeln!(
        io::stdout(),
        "{} holds new keys. Back it up apart from the database: without it no password, link or SSN is recognised again.",
        file.display()
    )
    .map_err(|error| format!("standard output cannot be written ({error})."))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        keys: KeysArguments,
    }

    fn typed(line: &[&str]) -> Result<(), String> {
        run(Line::try_parse_from(line).map_err(|error| error.to_string())?.keys)
    }

    #[test]
    fn new_makes_the_file_that_is_named_or_configured_and_never_overwrites_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        typed(&["keys", "new", "--file", &path("named.toml")]).unwrap();
        Keys::read(&folder.path().join("named.toml")).unwrap();
        assert!(typed(&["keys", "new", "--file", &path("named.toml")]).unwrap_err().contains("never overwritten"));

        let text = "public_url = \"https://accounts.example.gov\"\nagency = \"demo\"\n\
                    keys.file = \"configured.toml\"\nmail = { transport = \"folder\", folder = \"mail\" }\n";
        std::fs::write(folder.path().join("backboard.toml"), text).unwrap();
        typed(&["keys", "new", "--config", &path("backboard.toml")]).unwrap();
        Keys::read(&folder.path().join("configured.toml")).unwrap();
        assert!(typed(&["keys", "new", "--config", &path("missing.toml")]).unwrap_err().contains("--config"));
    }
}
