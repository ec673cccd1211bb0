//! Requests made from a grammar against a real portal; see `testkit::grammar` for what it does.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use testkit::grammar::{Report, Settings, run};

/// Starts a portal of its own, asks it everything, and says what must not be. Status 1 when there was something.
#[derive(Parser)]
struct Arguments {
    /// The portal's program
    #[arg(long)]
    program: PathBuf,
    #[arg(long, default_value_t = 1_000_000)]
    requests: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Connections at once
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { program, requests, seed, connections } = Arguments::parse();
    let settings = Settings { program, requests, seed, connections, people: 12 };
    match run(&settings).await {
        Ok(report) => {
            let _ = print(&report, seed);
            if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

fn print(report: &Report, seed: u64) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let statuses: Vec<String> = report.statuses.iter().map(|(status, count)| format!("{status} {count}")).collect();
    writeln!(out, "seed          {seed}")?;
    writeln!(
        out,
        "requests      {} in {:.1} s, {:.0} a second",
        report.requests,
        report.seconds,
        report.requests as f64 / report.seconds
    )?;
    writeln!(out, "answers       {}", statuses.join(", "))?;
    writeln!(out, "busy          {} times 503 with Retry-After", report.busy)?;
    writeln!(out, "no HTTP       {} turned off by the connection", report.turned_off)?;
    writeln!(out, "slowest       {} ms", report.slowest.as_millis())?;
    writeln!(out, "sessions      {} of {} live in the end", report.sessions.0, report.sessions.1)?;
    writeln!(out, "descriptors   {} before, {} after", report.before.files, report.after.files)?;
    writeln!(out, "memory        {} KiB before, {} KiB after", report.before.memory, report.after.memory)?;
    writeln!(out, "findings      {}", report.findings.len())?;
    for finding in &report.findings {
        writeln!(out, "  {finding}")?;
    }
    Ok(())
}
