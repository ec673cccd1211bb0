//! `backboard keys`: the keys that live outside the database: made, rotated, looked at, retired.
//!
//! What a command makes is made with the keys that the portal was started with last; so a rotation takes hold when the
//! portal is started again, and nothing is ever made that a running one cannot read.

mod retire;
mod rotate;
mod standing;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::Config;
use crate::keys::{Keys, Ring};
use standing::Standing;

#[derive(Debug, Args)]
pub struct KeysArguments {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a new key file, readable by you alone. An existing file is never overwritten.
    New(NewArguments),
    /// Add a new key to each ring. The older ones go on reading what they have made.
    Rotate(RotateArguments),
    /// Remove the older keys that nothing needs any more.
    Retire(Which),
    /// Say which keys there are, and what lies under each.
    Status(Which),
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

#[derive(Debug, Args)]
struct RotateArguments {
    /// The ring that gets a new key; may be given several times [default: every ring]
    #[arg(long, value_name = "RING")]
    ring: Vec<Ring>,
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
    /// The configuration.
    #[arg(long, default_value = "backboard.toml")]
    config: PathBuf,
}

impl Which {
    fn config(&self) -> Result<Config, String> {
        Config::load(Some(&self.config), std::env::vars()).map_err(|error| error.to_string())
    }
}

/// # Errors
/// One sentence with the way out.
pub async fn run(arguments: KeysArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let said = match arguments.command {
        KeysCommand::New(new) => create(new)?,
        KeysCommand::Rotate(RotateArguments { ring, which }) => rotate::run(&which.config()?, &ring).await?,
        KeysCommand::Retire(which) => retire::run(&which.config()?).await?,
        KeysCommand::Status(which) => {
            let standing = Standing::of(&which.config()?).await?;
            format!("{}{}", standing.sheet(), standing.waiting())
        }
    };
    out.write_all(said.as_bytes()).map_err(|error| format!("standard output cannot be written ({error})."))
}

fn create(arguments: NewArguments) -> Result<String, String> {
    let file = match arguments.file {
        Some(file) => file,
        None => Config::load(Some(&arguments.config), std::env::vars()).map_err(|error| error.to_string())?.keys_file,
    };
    Keys::create(&file).map_err(|error| error.to_string())?;
    Ok(format!(
        "{} holds new keys. Back it up apart from the database: without it no password, link or SSN is recognised again.\n",
        file.display()
    ))
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
        let arguments = Line::try_parse_from(line).map_err(|error| error.to_string())?.keys;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(arguments, &mut std::io::sink()))
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
