//! A dry run of a roster for a job of the desk: its numbers, examples, and the digest of everything it found.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use backboard::account::{AccountState, UsernameKey};
use backboard::roster::is_wide;
use backboard::service::Portal;
use backboard::service::desk::import::Checked;
use backboard::service::desk::import_ports::{Example, ImportJob, Report};
use backboard::service::ports::Fault;
use backboard::service::roster::{Change, Finding, Import, Line, Listed, RosterStore, Said};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Duration, Instant};

use super::Folder;
use crate::roster::{Rejects, RosterFile, column, sentence};

/// Rows that are looked at on one view of the store.
const BATCH: usize = 1_000;
/// Examples of each kind.
const EXAMPLES: usize = 20;
/// How often a check writes down how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Why a check has no result.
#[derive(Debug)]
pub enum Trouble {
    /// The file is no roster: one sentence.
    Unusable(String),
    Fault(Fault),
    /// The program ends.
    Stopping,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What a file is read for.
pub struct Survey {
    pub rows: u64,
    pub usernames: Vec<UsernameKey>,
}

/// Reads the whole file: that it is the one that was brought, how many rows it has, and the usernames that it names.
pub async fn survey(folder: &Folder, job: &ImportJob) -> Result<Survey, Trouble> {
    let (path, name, digest) = (folder.roster(&job.new.stored), job.new.file.clone(), job.new.digest);
    let reading = spawn_blocking(move || {
        if digest_of(&path).ok() != Some(digest) {
            return Err(format!("The roster {name} is not in its folder any more; bring it again."));
        }
        let mut usernames = Vec::new();
        let rows = RosterFile::survey_as(&path, &name, |username| usernames.push(username.clone()))?;
        if rows == 0 {
            return Err(format!("The roster {name} names nobody: it has no row below its first line."));
        }
        Ok(Survey { rows, usernames })
    });
    reading.await.map_err(Fault::other)?.map_err(Trouble::Unusable)
}

fn digest_of(path: &PathBuf) -> std::io::Result<[u8; 32]> {
    let mut file = std::fs::File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(digest.finalize().into());
        }
        digest.update(buffer.get(..read).unwrap_or_default());
    }
}

/// Opens the roster of a job.
pub fn open(folder: &Folder, job: &ImportJob) -> Result<RosterFile, Trouble> {
    RosterFile::open_as(&folder.roster(&job.new.stored), &job.new.file).map_err(Trouble::Unusable)
}

/// What the roster of a job would bring now.
pub async fn check(
    portal: &Portal,
    store: &dyn RosterStore,
    folder: &Folder,
    mut job: ImportJob,
    stopped: &watch::Receiver<bool>,
) -> Result<Checked, Trouble> {
    let Survey { rows, usernames } = survey(folder, &job).await?;
    let mut import: Import<'_> = portal.import(store, true);
    for username in &usernames {
        import.reserve(username);
    }
    let mut file = open(folder, &job)?;
    folder.remove_rejects(&job.new.stored);
    let mut rejects = Rejects::at(folder.rejects(&job.new.stored), file.columns().clone(), file.header());
    let mut seen = Seen::default();
    seen.report.ignored = file.columns().ignored().iter().take(EXAMPLES).cloned().collect();
    (job.rows, job.reached) = (rows, 0);
    let mut told: Option<Instant> = None;
    loop {
        let batch = file.batch(BATCH, import.today()).map_err(Trouble::Unusable)?;
        if batch.lines.is_empty() {
            break;
        }
        let names: Vec<String> = batch.lines.iter().map(name).collect();
        job.reached += batch.lines.len() as u64;
        let findings = import.take(batch.lines).await?;
        job.imported = import.imported();
        for finding in &findings {
            seen.hear(finding, names.get(finding.place).map_or("", String::as_str));
            if let Some(cells) = batch.cells.get(finding.place) {
                rejects.add(finding, cells).map_err(Fault::Other)?;
            }
        }
        seen.digest.update(format!("{}\n", job.imported));
        if *stopped.borrow() {
            return Err(Trouble::Stopping);
        }
        if told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
            portal.import_reached(&job).await?;
            told = Some(Instant::now());
        }
    }
    rejects.finish().map_err(Fault::Other)?;
    seen.report.has_rejects = rejects.rows() > 0;
    let left = import.left(EXAMPLES).await?;
    (job.leaving, job.people) = (left.leaving, left.people);
    seen.report.left = left.examples.into_iter().map(example).collect();
    job.wide = [job.leaving, seen.moving, seen.closing].into_iter().any(|affected| is_wide(affected, job.people));
    seen.digest.update(job.leaving.to_be_bytes());
    seen.report.columns = seen.columns.into_iter().map(|(name, people)| (name.to_owned(), people)).collect();
    job.report = Some(seen.report);
    Ok(Checked { job, outcome: seen.digest.finalize().into() })
}

/// What a check meets on the way.
#[derive(Default)]
struct Seen {
    columns: BTreeMap<&'static str, u64>,
    /// People whose mail goes elsewhere.
    moving: u64,
    /// People who cannot use their account any more.
    closing: u64,
    report: Report,
    digest: Sha256,
}

impl Seen {
    fn hear(&mut self, finding: &Finding, name: &str) {
        let said = match &finding.said {
            Said::Rejected(rejection) => rejection.to_string(),
            Said::Warned(warning) => warning.to_string(),
            Said::Changed(changes) => changes.iter().map(sentence).collect::<Vec<_>>().join(", "),
        };
        self.digest.update(format!("{} {said}\n", finding.line));
        let examples = match &finding.said {
            Said::Rejected(_) | Said::Warned(_) => &mut self.report.rejected,
            Said::Changed(changes) => {
                for change in changes {
                    *self.columns.entry(column(change)).or_default() += 1;
                    self.moving += u64::from(matches!(change, Change::Email { from: Some(_), .. }));
                    self.closing += u64::from(closes(change));
                }
                &mut self.report.changed
            }
        };
        if examples.len() < EXAMPLES {
            let person = finding.person.as_ref().map(ToString::to_string).unwrap_or_default();
            examples.push(Example { line: finding.line, person, name: name.to_owned(), said });
        }
    }
}

/// As far as the line can be read.
fn name(line: &Line) -> String {
    match &line.read {
        Ok((row, _)) => format!("{} {}", row.first_name.as_str(), row.last_name.as_str()),
        Err(_) => String::new(),
    }
}

fn example(listed: Listed) -> Example {
    let Listed { person, first_name, last_name, .. } = listed;
    Example { person, name: format!("{first_name} {last_name}"), ..Example::default() }
}

const fn closes(change: &Change) -> bool {
    matches!(change, Change::State { to, .. } if !matches!(to, AccountState::Active | AccountState::Unclaimed))
}
