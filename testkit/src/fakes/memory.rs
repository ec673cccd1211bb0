//! A store in memory, held to the same contract as the databases.
//!
//! One writer at a time works on a copy of all tables; saving puts the copy in place. Readers keep the
//! tables they began with.

mod accounts;
mod audit;
mod budgets;
mod cases;
mod challenges;
mod checks;
mod email_changes;
mod epochs;
mod flows;
mod imports;
mod jobs;
mod ledgers;
mod links;
mod moves;
mod outbox;
mod outstanding;
mod people;
mod queues;
mod reports;
mod search;
mod seed;
mod sessions;
mod staff;
mod temporaries;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use backboard::audit::Row;
use backboard::moment::Moment;
use backboard::service::desk::checks::{Because, Passed};
use backboard::service::desk::email_ports::{EmailChange, EmailFate};
use backboard::service::desk::import_ports::ImportJob;
use backboard::service::desk::records::{Entry, Member, StaffLink, StaffSession};
use backboard::service::desk::report_ports::ImportRun;
use backboard::service::epoch::Epoch;
use backboard::service::ports::{Fault, Store, UnitOfWork};
use backboard::service::records::{Account, Case, Challenge, Digest, Flow, Job, Mail, NewLink, NewTemporary, Session};
use tokio::sync::OwnedMutexGuard;

use crate::seed::{MailRow, NewPerson};

/// How long a unit of work waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store that is forgotten when its last handle is dropped.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    saved: Arc<Mutex<Arc<Tables>>>,
    writer: Arc<tokio::sync::Mutex<()>>,
}

impl Memory {
    fn tables(&self) -> Arc<Tables> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, tables: Arc<Tables>) {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = tables;
    }

    /// A store of its own with the same rows: what happens to one does not happen to the other.
    #[must_use]
    pub fn fork(&self) -> Self {
        let fork = Self::default();
        fork.put(self.tables());
        fork
    }

    /// Whether everything that could open or set something is as in the other store. What is only written down, or
    /// only slows people down (audit, budgets, proofs that were spent), may differ.
    #[must_use]
    pub fn opens_the_same_as(&self, other: &Self) -> bool {
        let (own, other) = (self.tables(), other.tables());
        let links = |tables: &Tables| {
            let rows = tables.links.iter();
            rows.map(|row| (row.new.id.clone(), row.spent.is_some(), row.superseded.is_some(), row.answer_tries))
                .collect::<Vec<_>>()
        };
        let temporaries = |tables: &Tables| {
            tables.temporaries.iter().map(|row| (row.new.id.clone(), row.used, row.ended)).collect::<Vec<_>>()
        };
        own.accounts == other.accounts
            && own.challenges == other.challenges
            && own.flows == other.flows
            && own.sessions == other.sessions
            && own.staff == other.staff
            && (own.jobs.len(), own.mails.len()) == (other.jobs.len(), other.mails.len())
            && links(&own) == links(&other)
            && temporaries(&own) == temporaries(&other)
    }
}

#[async_trait]
impl Store for Memory {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        let writing = tokio::time::timeout(PATIENCE, self.writer.clone().lock_owned())
            .await
            .map_err(|_| Fault::Busy("another unit of work is not done".to_owned()))?;
        Ok(Box::new(Unit { store: self.clone(), tables: self.tables(), writing: Some(writing) }))
    }

    async fn begin_beside(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        self.begin().await
    }

    async fn read(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        Ok(Box::new(Unit { store: self.clone(), tables: self.tables(), writing: None }))
    }

    async fn scrub(&self) -> Result<(), Fault> {
        Ok(())
    }
}

struct Unit {
    store: Memory,
    tables: Arc<Tables>,
    /// None in a unit that only reads.
    writing: Option<OwnedMutexGuard<()>>,
}

impl Unit {
    fn change(&mut self) -> Result<&mut Tables, Fault> {
        if self.writing.is_none() {
            return Err(Fault::Other("this unit of work only reads".to_owned()));
        }
        Ok(Arc::make_mut(&mut self.tables))
    }
}

#[async_trait]
impl UnitOfWork for Unit {
    async fn save(self: Box<Self>) -> Result<(), Fault> {
        if self.writing.is_some() {
            self.store.put(self.tables);
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Default)]
struct Tables {
    epoch: Epoch,
    accounts: BTreeMap<i64, Account>,
    /// Numbers of accounts that are no more, which are not given again.
    forgotten: BTreeSet<i64>,
    people: BTreeMap<i64, NewPerson>,
    challenges: BTreeMap<i64, Challenge>,
    temporaries: Vec<TemporaryRow>,
    flows: Vec<(Digest, Flow)>,
    links: Vec<LinkRow>,
    sessions: BTreeMap<Digest, Session>,
    budgets: BTreeMap<String, Moment>,
    spent: BTreeMap<Digest, Moment>,
    jobs: Vec<(Moment, Job)>,
    last_job: i64,
    mails: Vec<(Mail, MailRow)>,
    audit: Vec<Row>,
    /// With the moment at which it was closed.
    cases: Vec<(Case, Option<Moment>)>,
    staff: StaffTables,
    callers: BTreeMap<(Digest, i64), CallerRow>,
    reasons: BTreeMap<String, Because>,
    unreached: Vec<queues::UnreachedRow>,
    /// By day since 1970 and purpose.
    expired_links: BTreeMap<(i64, String), u64>,
    imports: BTreeMap<i64, ImportRun>,
    /// With what became of it.
    email_changes: Vec<(EmailChange, Option<EmailFate>)>,
    import_jobs: Vec<ImportJob>,
}

#[derive(Clone, Debug, Default)]
struct CallerRow {
    /// With the moment at which it expires.
    code: Option<(Digest, Moment)>,
    tries: u32,
    passed: Option<Passed>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct StaffTables {
    members: Vec<Member>,
    /// With whether it was used.
    recovery: Vec<(i64, Digest, bool)>,
    links: Vec<StaffLink>,
    sessions: Vec<StaffSession>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct TemporaryRow {
    new: NewTemporary,
    used: Option<Moment>,
    ended: Option<Moment>,
}

#[derive(Clone, Debug)]
struct LinkRow {
    new: NewLink,
    mail: Option<String>,
    opened: Option<Moment>,
    spent: Option<Moment>,
    superseded: Option<Moment>,
    answer_tries: u32,
}

/// The rows for which `gone` is true are taken out; how many there were.
fn purge<T>(rows: &mut Vec<T>, gone: impl Fn(&T) -> bool) -> u64 {
    let before = rows.len();
    rows.retain(|row| !gone(row));
    (before - rows.len()) as u64
}

fn broken(constraint: &str) -> Fault {
    Fault::Other(format!("constraint {constraint}"))
}
