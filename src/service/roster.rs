//! Import: the roster file becomes people and accounts.
//!
//! 1. Rows come in batches; each batch is one unit of work with its audit rows and mails. What a crash
//!    cuts off, the next run finishes: a row that was taken before is unchanged.
//! 2. A row whose fingerprint is the last one's says nothing new. Nothing of it is compared, so what
//!    the office changed at its desk meanwhile stays.
//! 3. A new person joins the account of the username the row names, if those who have it were given it
//!    by the roster too; then the account is shared. A name that Backboard made is never shared.
//! 4. A username that was given out does not change; a person without one gets one made of the name.
//! 5. Another e-mail address kills the account's live links and temporary passwords, and both addresses are told when the
//!    account has a password. An account that is closed loses its sessions and links.
//! 6. A row that lies under older keys is put under those of today, although it says nothing new; as everything of
//!    an import, what a crash cuts off the next run finishes.
//! 7. Whoever is named is still on the roster, also by a row that has to be mended first: nobody is forgotten for it.
//! 8. What an import brought is kept, with the lines and reasons of the first rows it rejected, and nothing of the rows.
//! 9. A dry run takes the same decisions on a snapshot and writes nothing.

mod added;
mod changed;
mod facts;
mod finding;
mod left;
mod names;
mod ports;
mod settled;

use std::collections::{HashMap, HashSet};

pub use facts::Facts;
pub use finding::{Change, Finding, Imported, Said};
pub use left::Left;
pub use ports::{Entry, Indexed, Listed, NamedAccount, NewAccount, NewEntry, RosterStore, RosterWork};

use names::Names;
use settled::News;

use super::Portal;
use super::desk::import_ports::ImportState;
use super::desk::report_ports::{ImportRun, Reject};
use super::desk::reports::MOST_REJECTS;
use super::office::OFFICE;
use super::ports::{Fault, UnitOfWork};
use super::records::Digest;
use crate::account::{AccountState, UsernameKey};
use crate::moment::{Day, Moment};
use crate::roster::{Column, PersonId, Reason, Rejection, Row, Warning, may_hold_ssn};

/// Under which a row of the roster is digested.
const ROW: &str = "roster-row";
/// The longest name of a file that is kept, in characters.
const FILE_LONGEST: usize = 100;

/// One line of the file, read.
#[derive(Debug)]
pub struct Line {
    pub number: u64,
    /// Whom it is about, as far as that can be told.
    pub person: Option<PersonId>,
    pub read: Result<(Row, Vec<Warning>), Rejection>,
}

/// An import under way.
pub struct Import<'a> {
    portal: &'a Portal,
    store: &'a dyn RosterStore,
    dry: bool,
    /// As the audit names who imports.
    actor: String,
    /// The job of the desk that is done, and how many of its rows.
    job: Option<(i64, u64)>,
    now: Moment,
    lines: HashMap<PersonId, u64>,
    /// Everybody whom a dry run has met, also in lines that have to be mended.
    named: HashSet<PersonId>,
    ssns: HashMap<Digest, PersonId>,
    names: Names,
    /// Statuses that a dry run did not write.
    unwritten: HashMap<i64, Option<AccountState>>,
    imported: Imported,
    by: String,
    file: String,
    /// The first [`MOST_REJECTS`].
    rejects: Vec<Reject>,
}

/// A row with what was computed of it.
struct Told {
    place: usize,
    line: u64,
    row: Row,
    /// Under every key of the ring; the first is what is written. None: the row brings no SSN.
    ssns: Vec<(u8, Digest)>,
    fingerprint: Digest,
}

impl Portal {
    /// Begins an import. `dry` decides everything and writes nothing.
    #[must_use]
    pub fn import<'a>(&'a self, store: &'a dyn RosterStore, dry: bool) -> Import<'a> {
        Import {
            portal: self,
            store,
            dry,
            actor: "import".to_owned(),
            job: None,
            now: self.now(),
            lines: HashMap::new(),
            named: HashSet::new(),
            ssns: HashMap::new(),
            names: Names::default(),
            unwritten: HashMap::new(),
            imported: Imported::default(),
            by: OFFICE.to_owned(),
            file: String::new(),
            rejects: Vec::new(),
        }
    }
}

impl Import<'_> {
    /// The same for a job of the desk: it is that member's, and each batch writes down with its rows how far the job has
    /// come.
    #[must_use]
    pub fn for_job(mut self, job: i64, member: i64, file: &str) -> Self {
        let actor = format!("staff {member}");
        self.told_by(&actor, file);
        Self { actor, job: Some((job, 0)), ..self }
    }

    /// The day on which dates of birth must have passed.
    #[must_use]
    pub const fn today(&self) -> Day {
        self.now.day()
    }

    /// A username that some row of the file names, so that none of the made ones takes it. Told for the
    /// whole file before the first batch.
    pub fn reserve(&mut self, username: &UsernameKey) {
        self.names.reserve(username);
    }

    /// Who imports, as the audit names them, and the name of the file, for the desk's list of imports. Folders are left
    /// out, and what could be an SSN.
    pub fn told_by(&mut self, by: &str, file: &str) {
        by.clone_into(&mut self.by);
        self.file = file_name(file);
    }

    #[must_use]
    pub const fn imported(&self) -> Imported {
        self.imported
    }

    /// Takes one batch of lines, in one unit of work.
    ///
    /// # Errors
    /// When the store fails; then nothing of the batch was taken.
    pub async fn take(&mut self, lines: Vec<Line>) -> Result<Vec<Finding>, Fault> {
        let mut findings = Vec::new();
        let rows = lines.len() as u64;
        let named: Vec<PersonId> = lines.iter().filter_map(|line| line.person.clone()).collect();
        let told = self.first_of_each(lines, &mut findings);
        let mut work = if self.dry { self.store.read_roster() } else { self.store.begin_roster() }.await?;

        let ids: Vec<&str> = told.iter().map(|told| told.row.person_id.as_str()).collect();
        let known: HashMap<String, Digest> = work.find_fingerprints(&ids).await?.into_iter().collect();
        let fingerprint = |told: &Told| known.get(told.row.person_id.as_str());
        let mut stale = Vec::new();
        let (same, news): (Vec<Told>, Vec<Told>) = told.into_iter().partition(|told| {
            let known = fingerprint(told);
            let stays = known == Some(&told.fingerprint);
            let is_stale = !stays && known.is_some_and(|known| self.is_stale(told, known));
            if is_stale {
                stale.push(told.indexed());
            }
            stays || is_stale
        });
        self.judge_ssns(&mut *work, &same, &news, &mut findings).await?;
        let (changed, new): (Vec<Told>, Vec<Told>) = news.into_iter().partition(|told| fingerprint(told).is_some());
        let known: HashSet<usize> = same.iter().chain(&changed).map(|told| told.place).collect();
        let new_rows = new.len() as u64;

        self.change(&mut *work, changed, &mut findings).await?;
        self.add(&mut *work, new, &mut findings).await?;
        let imported = self.counted(&findings, &known, new_rows);
        if !self.dry {
            let ids: Vec<&str> = named.iter().map(PersonId::as_str).collect();
            work.mark_seen(&ids, self.now).await?;
            work.index_anew(&stale).await?;
            if let Some((job, reached)) = &mut self.job {
                *reached += rows;
                work.reach_import_job(*job, *reached, &imported).await?;
            }
            work.save().await?;
        }
        if self.dry {
            self.named.extend(named);
        }
        self.imported = imported;
        self.keep_rejects(&findings);
        findings.sort_by_key(|finding| finding.place);
        Ok(findings)
    }

    /// Ends the import with its audit row. `whole` is false when it stopped on the way.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish(self, whole: bool) -> Result<Imported, Fault> {
        if self.dry {
            return Ok(self.imported);
        }
        let mut work = self.store.begin_roster().await?;
        let job = match self.job {
            Some((id, _)) => work.find_import_job(id).await?,
            None => None,
        };
        let named = job.as_ref().map(|job| format!(" import={}", job.id)).unwrap_or_default();
        let stopped = if whole { "" } else { " stopped" };
        self.note(&mut *work, "imported", None, format!("{}{named}{stopped}", self.imported)).await?;
        if let Some(mut job) = job {
            job.state = if whole { ImportState::Done } else { ImportState::Stopped };
            job.ended = Some(self.portal.now());
            work.save_import_job(&job, ImportState::Importing).await?;
        }
        let run = ImportRun {
            began: self.now,
            ended: self.portal.now(),
            by: self.by,
            file: self.file,
            imported: self.imported,
            whole,
            rejects: self.rejects,
        };
        work.keep_import(&run).await?;
        work.save().await?;
        Ok(self.imported)
    }

    fn keep_rejects(&mut self, findings: &[Finding]) {
        for finding in findings {
            if let Said::Rejected(rejection) = &finding.said
                && self.rejects.len() < MOST_REJECTS
            {
                self.rejects.push(Reject { line: finding.line, reason: rejection.to_string() });
            }
        }
    }

    fn counted(&self, findings: &[Finding], known: &HashSet<usize>, new: u64) -> Imported {
        let mut imported = self.imported;
        let mut refused_new = 0;
        let mut changed = 0;
        for finding in findings {
            match &finding.said {
                Said::Rejected(rejection) => {
                    imported.rejected += 1;
                    refused_new += u64::from(rejection.reason == Reason::UsernameTaken);
                }
                Said::Warned(_) => imported.warned += 1,
                // A new person can change the account that they join, and is still counted as new.
                Said::Changed(_) => changed += u64::from(known.contains(&finding.place)),
            }
        }
        imported.added += new - refused_new;
        imported.changed += changed;
        imported.unchanged += known.len() as u64 - changed;
        imported
    }

    /// The rows that can be read and are the first of their person.
    fn first_of_each(&mut self, lines: Vec<Line>, findings: &mut Vec<Finding>) -> Vec<Told> {
        let mut told = Vec::with_capacity(lines.len());
        for (place, Line { number: line, read, .. }) in lines.into_iter().enumerate() {
            let (row, warnings) = match read {
                Ok(read) => read,
                Err(rejection) => {
                    findings.push(Finding { place, line, person: None, said: Said::Rejected(rejection) });
                    continue;
                }
            };
            let person = row.person_id.clone();
            if let Some(first) = self.lines.get(&person) {
                let rejection = Rejection { column: Some(Column::PersonId), reason: Reason::PersonTwice(*first) };
                findings.push(Finding { place, line, person: Some(person), said: Said::Rejected(rejection) });
                continue;
            }
            self.lines.insert(person.clone(), line);
            findings.extend(warnings.into_iter().map(|warning| Finding {
                place,
                line,
                person: Some(person.clone()),
                said: Said::Warned(warning),
            }));
            let ssns = row.ssn.as_ref().map(|ssn| self.portal.vault.ssns(ssn)).unwrap_or_default();
            let ssn = ssns.first().map(|(_, digest)| digest);
            let fingerprint = self.portal.vault.digest(ROW, &facts::written(&row, ssn));
            told.push(Told { place, line, row, ssns, fingerprint });
        }
        told
    }

    /// Whether the row is the one that was taken before, under older keys: it says nothing new.
    fn is_stale(&self, told: &Told, known: &Digest) -> bool {
        let vault = &self.portal.vault;
        let under = |ssn| vault.digests(ROW, &facts::written(&told.row, ssn)).contains(known);
        if told.ssns.is_empty() { under(None) } else { told.ssns.iter().any(|(_, digest)| under(Some(digest))) }
    }

    /// Says which rows bring the SSN of another person, of this file or of the store.
    async fn judge_ssns(
        &mut self,
        work: &mut dyn RosterWork,
        same: &[Told],
        news: &[Told],
        findings: &mut Vec<Finding>,
    ) -> Result<(), Fault> {
        let digests: Vec<Digest> = news.iter().flat_map(|told| &told.ssns).map(|(_, digest)| *digest).collect();
        let stored = work.find_people_with_ssns(&digests).await?;
        let mut rows: Vec<(&Told, bool)> =
            same.iter().map(|told| (told, false)).chain(news.iter().map(|told| (told, true))).collect();
        rows.sort_by_key(|(told, _)| told.place);
        for (told, is_news) in rows {
            let Some((_, ssn)) = told.ssn() else { continue };
            let is_own = |digest| told.ssns.iter().any(|(_, own)| own == digest);
            let own = &told.row.person_id;
            let other = self.ssns.get(&ssn).cloned().or_else(|| {
                let (_, other) = stored.iter().find(|(digest, id)| is_news && is_own(digest) && id != own.as_str())?;
                PersonId::parse(other).ok()
            });
            self.ssns.entry(ssn).or_insert_with(|| own.clone());
            if let Some(other) = other {
                findings.push(told.found(Said::Warned(Warning::SsnOf(other))));
            }
        }
        Ok(())
    }

    async fn note(
        &self,
        work: &mut dyn UnitOfWork,
        action: &'static str,
        account: Option<i64>,
        detail: String,
    ) -> Result<(), Fault> {
        self.portal.audit_by(work, &self.actor, action, account, &detail).await
    }
}

/// The last part of a path, cut, in characters that can be read.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(FILE_LONGEST).collect();
    if may_hold_ssn(&name) { "…".to_owned() } else { name }
}

impl Told {
    /// As it is written.
    fn ssn(&self) -> Option<(u8, Digest)> {
        self.ssns.first().copied()
    }

    fn indexed(&self) -> Indexed {
        Indexed { person: self.row.person_id.to_string(), ssn: self.ssn(), fingerprint: self.fingerprint }
    }

    fn found(&self, said: Said) -> Finding {
        Finding { place: self.place, line: self.line, person: Some(self.row.person_id.clone()), said }
    }

    fn news(&self, account: i64) -> News {
        News { place: self.place, line: self.line, person: self.row.person_id.clone(), account, told: self.row.status }
    }
}
