//! `backboard import`: a roster file into people and accounts.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use backboard::service::Portal;
use backboard::service::office::OFFICE;
use backboard::service::ports::Fault;
use backboard::service::roster::{Finding, Import, Imported, Left, RosterStore, Said};
use clap::Args;

use super::progress::Progress;
use crate::roster::{Rejects, RosterFile, column, sentence};

/// Rows of one unit of work: large enough to be quick, small enough that people who sign in meanwhile
/// do not notice.
const BATCH: usize = 1_000;
/// Lines that a dry run shows as examples.
const EXAMPLES: usize = 20;

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The roster: a CSV file in UTF-8 whose first line names its columns
    #[arg(value_name = "ROSTER.csv")]
    pub roster: PathBuf,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Where rows go that were not imported, or not as they stand [default: beside the roster]
    #[arg(long, value_name = "OUT.csv")]
    pub rejects: Option<PathBuf>,
}

/// Imports a roster and prints what became of it.
///
/// # Errors
/// One sentence with the way out.
pub async fn run(
    arguments: &ImportArguments,
    portal: &Portal,
    store: &dyn RosterStore,
    out: &mut (dyn Write + Send),
) -> Result<Imported, String> {
    let path = &arguments.roster;
    let mut import = portal.import(store, arguments.dry_run);
    import.told_by(OFFICE, &path.to_string_lossy());
    let rows = RosterFile::survey(path, |username| import.reserve(username))?;
    let mut file = RosterFile::open(path)?;
    let mut report = Report { out, fields: BTreeMap::new(), examples: Vec::new() };
    if !file.columns().ignored().is_empty() {
        let names: Vec<String> = file.columns().ignored().iter().map(|name| format!("{name:?}")).collect();
        report.line(&format!("Columns that are ignored: {}.", names.join(", ")))?;
    }
    let mut rejects = rejects(arguments, &file)?;
    let mut progress = Progress::of(rows);
    let whole = take_all(&mut import, &mut file, rejects.as_mut(), &mut report, &mut progress).await;
    progress.end();
    if let Some(rejects) = &mut rejects {
        rejects.finish()?;
    }
    let done = import.imported();
    let left =
        if arguments.dry_run { import.left(EXAMPLES).await.map_err(|fault| failed(&fault))? } else { Left::default() };
    let finished = import.finish(whole.is_ok()).await.map_err(|fault| failed(&fault));
    whole.map_err(|why| {
        let read = done.added + done.changed + done.unchanged + done.rejected;
        format!("{why} {read} of {rows} rows are done; run the same command again, it takes up the rest.")
    })?;
    let imported = finished?;
    report.summary(arguments.dry_run, &imported, left)?;
    if let Some(rejects) = rejects.filter(|rejects| rejects.rows() > 0) {
        report.line(&format!("What to mend is in {}.", rejects.path().display()))?;
    }
    Ok(imported)
}

async fn take_all(
    import: &mut Import<'_>,
    file: &mut RosterFile,
    mut rejects: Option<&mut Rejects>,
    report: &mut Report<'_>,
    progress: &mut Progress,
) -> Result<(), String> {
    let mut done = 0;
    loop {
        let batch = file.batch(BATCH, import.today())?;
        if batch.lines.is_empty() {
            return Ok(());
        }
        done += batch.lines.len() as u64;
        let findings = import.take(batch.lines).await.map_err(|fault| failed(&fault))?;
        for finding in &findings {
            report.hear(finding);
            if let (Some(rejects), Some(cells)) = (rejects.as_deref_mut(), batch.cells.get(finding.place)) {
                rejects.add(finding, cells)?;
            }
        }
        progress.reach(done);
    }
}

/// Where rejected rows go: where the operator says, else beside the roster; a dry run writes no file of
/// its own accord.
fn rejects(arguments: &ImportArguments, file: &RosterFile) -> Result<Option<Rejects>, String> {
    let path = match &arguments.rejects {
        Some(path) => path.clone(),
        None if arguments.dry_run => return Ok(None),
        None => arguments.roster.with_extension("rejects.csv"),
    };
    if same_file(&path, &arguments.roster) {
        return Err("The rejects file would overwrite the roster; name another file.".to_owned());
    }
    let begin = arguments.rejects.is_some() || path.exists();
    let mut rejects = Rejects::at(path, file.columns().clone(), file.header());
    // An older file would tell of rows that have been mended.
    if begin {
        rejects.begin()?;
    }
    Ok(Some(rejects))
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn failed(fault: &Fault) -> String {
    match fault {
        Fault::Busy(_) => "The database is in use by something that does not let go.".to_owned(),
        Fault::Other(why) => format!("The database failed: {why}."),
    }
}

/// What is printed.
struct Report<'a> {
    out: &'a mut (dyn Write + Send),
    /// How many rows change each field.
    fields: BTreeMap<&'static str, u64>,
    examples: Vec<String>,
}

impl Report<'_> {
    fn line(&mut self, text: &str) -> Result<(), String> {
        writeln!(self.out, "{text}").map_err(|error| format!("The result cannot be printed: {error}."))
    }

    fn hear(&mut self, finding: &Finding) {
        if let Said::Changed(changes) = &finding.said {
            for change in changes {
                *self.fields.entry(column(change)).or_default() += 1;
            }
        }
        if self.examples.len() < EXAMPLES {
            let person = finding.person.as_ref().map(|person| format!(" {person}")).unwrap_or_default();
            let said = match &finding.said {
                Said::Rejected(rejection) => format!("rejected, {rejection}"),
                Said::Warned(warning) => warning.to_string(),
                Said::Changed(changes) => changes.iter().map(sentence).collect::<Vec<_>>().join(", "),
            };
            self.examples.push(format!("line {}{person}: {said}", finding.line));
        }
    }

    fn summary(&mut self, dry_run: bool, imported: &Imported, left: Left) -> Result<(), String> {
        if dry_run {
            self.line("Dry run: nothing was changed. An import would bring:")?;
        }
        let fields: Vec<String> = self.fields.iter().map(|(field, rows)| format!("{field} {rows}")).collect();
        let fields = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
        let Imported { added, changed, unchanged, rejected, warned } = imported;
        self.line(&format!("new        {added}"))?;
        self.line(&format!("changed    {changed}{fields}"))?;
        self.line(&format!("unchanged  {unchanged}"))?;
        self.line(&format!("rejected   {rejected}"))?;
        self.line(&format!("warnings   {warned}"))?;
        if dry_run {
            let Left { leaving, people, examples } = left;
            self.line(&format!("not named  {leaving} of the {people} people on the roster until now"))?;
            for listed in examples {
                self.line(&format!("not named: {}", listed.person))?;
            }
            for example in std::mem::take(&mut self.examples) {
                self.line(&example)?;
            }
        }
        Ok(())
    }
}
