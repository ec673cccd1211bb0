//! What `script/bench` measures under load, with `wrk`: the portal beside the bare work that nobody can spare, and beside
//! other systems.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on stops at once")]
#![expect(clippy::print_stdout, reason = "its tables are what it is for")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

mod bare;
mod flood;
mod measure;
mod peers;
mod people;
mod picture;
mod reset;
mod server;
mod table;
mod wrk;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use measure::{Settings, measure};
use people::Base;

/// Measures the portal under load.
#[derive(Parser)]
enum Arguments {
    /// The portal alone, on each database with each number of people.
    Load {
        /// The program.
        #[arg(long)]
        binary: PathBuf,
        #[arg(long, value_enum, value_delimiter = ',', default_value = "sqlite,postgres")]
        databases: Vec<Base>,
        #[arg(long, value_delimiter = ',', default_value = "1000,100000,1000000")]
        people: Vec<usize>,
        /// Seconds for each kind of request.
        #[arg(long, default_value_t = 8)]
        seconds: u32,
        /// Where the drawing goes.
        #[arg(long)]
        picture: PathBuf,
    },
    /// Beside other systems, with their own tool.
    Peers {
        #[arg(long)]
        binary: PathBuf,
        /// Their folder, set up.
        #[arg(long)]
        folder: PathBuf,
        #[arg(long, default_value_t = 8)]
        seconds: u32,
        #[arg(long, default_value_t = 3)]
        rounds: u32,
        /// How many hundredths of the machine others may use before their tool waits for a quieter moment.
        #[arg(long, default_value_t = 20)]
        others: u32,
        /// Where their tool's figures and ours go.
        #[arg(long)]
        out: PathBuf,
    },
    /// What `load` compares a page with.
    #[command(hide = true)]
    Page { listen: SocketAddr, page: PathBuf },
}

#[tokio::main]
async fn main() {
    match Arguments::parse() {
        Arguments::Load { binary, databases, people, seconds, picture } => {
            let mut points = Vec::new();
            for base in databases {
                for people in &people {
                    points.push(measure(&Settings { binary: &binary, base, people: *people, seconds }).await);
                    // After each, so that what was measured is not lost with what comes.
                    std::fs::write(&picture, picture::draw(&points)).unwrap();
                }
            }
            println!("{}", picture.display());
        }
        Arguments::Peers { binary, folder, seconds, rounds, others, out } => {
            peers::run(&peers::Settings { binary, folder, seconds, rounds, others, out }).await;
        }
        Arguments::Page { listen, page } => bare::serve_page(listen, std::fs::read_to_string(page).unwrap()).await,
    }
}
