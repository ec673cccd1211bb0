//! `backboard roster generate`: synthetic people for demos, load tests and trials of an import.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::progress::Progress;
use crate::roster::{self, MOST_PEOPLE};

#[derive(Debug, Args)]
pub struct RosterArguments {
    #[command(subcommand)]
    pub command: RosterCommand,
}

#[derive(Debug, Subcommand)]
pub enum RosterCommand {
    /// Write a roster of synthetic people; SSNs only from ranges never issued
    Generate(GenerateArguments),
}

#[derive(Debug, Args)]
pub struct GenerateArguments {
    /// How many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PEOPLE)))]
    pub people: u32,
    /// The same seed gives the same people
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// The file to write; there must be none yet
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// # Errors
/// One sentence with the way out.
pub fn run(arguments: &RosterArguments, out: &mut (dyn Write + Send)) -> Result<(), String> {
    let RosterCommand::Generate(GenerateArguments { people, seed, out: path }) = &arguments.command;
    // A real roster that lies where the synthetic one should go is not worth losing.
    let file = File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            format!("There is already a file {}; name another one or remove it first.", path.display())
        }
        _ => format!("The roster {} cannot be written: {error}.", path.display()),
    })?;
    let mut progress = Progress::of(u64::from(*people));
    roster::write(BufWriter::new(file), *people, *seed, |done| progress.reach(done))
        .map_err(|error| format!("The roster {} cannot be written: {error}.", path.display()))?;
    progress.end();
    writeln!(out, "{people} synthetic people are in {}.", path.display()).map_err(|error| error.to_string())
}
