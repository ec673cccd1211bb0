//! What `script/abuse` and `script/chaos` ask of their lists of cases: what to run, and the table of what came of it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use testkit::cases::{Case, Cases, Report, filter, targets};

/// The list of cases, asked.
#[derive(Parser)]
struct Arguments {
    #[arg(value_enum)]
    what: What,
    /// Where the outcomes lie: junit.xml, browser.json, commands, and a file CASE.txt for each figure.
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// The suite whose list it is: a folder of server/tests.
    #[arg(long, default_value = "abuse")]
    suite: String,
    #[arg(long)]
    long: bool,
    /// Groups (A) and cases (A01); all without any.
    names: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// nextest's filter of the tests.
    Filter,
    /// What of the workspace they are in, as cargo's arguments.
    Targets,
    /// Playwright's files, one a line.
    Specs,
    /// Commands for a shell, one a line.
    Commands,
    /// The table; the status says whether every case that must pass did.
    Table,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stdout, reason = "what it is asked for goes to a script")]
fn run(arguments: &Arguments) -> Result<bool, String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests");
    let list = tests.join(&arguments.suite).join("cases.toml");
    let text = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let cases = Cases::parse(&text).map_err(|error| error.to_string())?;
    let chosen = cases.chosen(&arguments.names)?;
    let lines = |pick: fn(&Case, bool) -> Vec<String>| {
        let mut lines: Vec<String> = chosen.iter().flat_map(|case| pick(case, arguments.long)).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.join("\n")
    };
    match arguments.what {
        What::Filter => println!("{}", filter(chosen.iter().flat_map(|case| case.asked(arguments.long)))),
        What::Targets => println!("{}", targets(chosen.iter().flat_map(|case| case.asked(arguments.long)))),
        What::Specs => println!("{}", lines(|case, _| case.specs.iter().filter_map(|spec| file_of(spec)).collect())),
        What::Commands => println!("{}", lines(|case, long| case.commanded(long).map(str::to_owned).collect())),
        What::Table => {
            let (table, good) = report(&arguments.folder)?.table(&chosen, arguments.long);
            print!("{table}");
            return Ok(good);
        }
    }
    Ok(true)
}

fn file_of(spec: &str) -> Option<String> {
    spec.split_once(": ").map(|(file, _)| file.to_owned())
}

fn report(folder: &Path) -> Result<Report, String> {
    let mut report = Report::default();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    if let Some(xml) = read("junit.xml") {
        report.read_junit(&xml);
    }
    if let Some(json) = read("browser.json") {
        report.read_playwright(&json).map_err(|error| format!("browser.json: {error}"))?;
    }
    report.read_commands(&read("commands").unwrap_or_default());
    for entry in std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "txt")
            && let (Some(case), Ok(figure)) = (path.file_stem(), std::fs::read_to_string(&path))
        {
            report.figures.insert(case.to_string_lossy().into_owned(), figure.trim().replace('\n', "; "));
        }
    }
    Ok(report)
}
