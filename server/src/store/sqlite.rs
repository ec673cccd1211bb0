//! SQLite: one file, one writer, several readers.
//!
//! - The writer is a pool of exactly one connection, and its transactions begin with `BEGIN IMMEDIATE`:
//!   what a unit of work has read cannot change before it is saved, and nobody fails in the middle.
//! - Readers see one snapshot for as long as their unit lasts, and cannot write.
//! - WAL with `synchronous=FULL`: what was saved is on the disk when [`UnitOfWork::save`] returns.
//! - What is deleted is overwritten with zeros, and leaves the log when housekeeping next folds that into the file.
//! - A lock or a pool that stays taken for five seconds is [`Fault::Busy`].

mod accounts;
mod audit;
mod budgets;
mod cases;
mod challenges;
mod checks;
mod email_changes;
mod flows;
mod import_jobs;
mod imports;
mod jobs;
mod keys;
mod ledgers;
mod links;
mod migrations;
mod moves;
mod outbox;
mod outstanding;
mod people;
mod queues;
mod reports;
mod roster;
mod search;
mod sessions;
mod staff;
mod temporaries;

pub use keys::{Begun, Lying};
pub use migrations::NEWEST as NEWEST_STEP;
pub use outstanding::Pool;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use backboard::service::ports::{Fault, Store, UnitOfWork};
use backboard::service::records::Digest;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Connection as _, Decode, Row, SqliteConnection, SqlitePool, Transaction, Type};
use tokio::time::Instant;

use crate::metrics::{Held, metrics};

/// How long a unit of work waits for the writer, a reader, or another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);
const BEGIN: &str = "BEGIN IMMEDIATE";
/// How long the log's end is waited for before its folding is left to the next time: writers wait meanwhile.
const FOLDING: Duration = Duration::from_millis(100);
/// Connections that only read.
const READERS: u32 = 4;
/// What another try may get over: `SQLITE_BUSY`, `SQLITE_LOCKED`; and `SQLITE_FULL` or `SQLITE_IOERR`, which a full disk
/// gives, once somebody has made room. Extended codes carry them in their lowest byte.
const PASSING: [i32; 4] = [5, 6, 10, 13];

/// A store in one SQLite file.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the file, made with mode 600 when there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, or holds what this version does not know.
    pub async fn open(path: &Path) -> Result<Self, Fault> {
        create(path).map_err(|error| Fault::Other(format!("{}: {error}", path.display())))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("secure_delete", "ON");
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(PATIENCE)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        let writer = pool().max_connections(1).connect_with(options.clone()).await.map_err(fault)?;
        migrations::run(&writer).await?;
        search::fill_names(&writer).await?;
        let readers =
            pool().max_connections(READERS).connect_with(options.pragma("query_only", "ON")).await.map_err(fault)?;
        Ok(Self { writer, readers })
    }

    /// Waits for what is under way, then closes the file; SQLite folds the log into it.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        let since = Instant::now();
        let begun = match self.writer.begin_with(BEGIN).await {
            // SQLite rolls back by itself when the disk is full, and the driver goes on counting that transaction as
            // open (sqlx 0.9): nothing could be written until a restart. Another connection can.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await.map_err(fault)?.close().await.map_err(fault)?;
                self.writer.begin_with(BEGIN).await
            }
            begun => begun,
        };
        let transaction = begun.map_err(fault)?;
        Ok(Box::new(Unit { transaction, _held: Some(metrics().store.begin(since.elapsed())) }))
    }

    async fn read(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        let transaction = self.readers.begin().await.map_err(fault)?;
        Ok(Box::new(Unit { transaction, _held: None }))
    }

    // The log goes on holding earlier pages until it is written over from its beginning, which on a quiet day takes
    // long. A connection of its own, because only its patience is short.
    async fn scrub(&self) -> Result<(), Fault> {
        let options = (*self.writer.connect_options()).clone().busy_timeout(FOLDING);
        let mut connection = SqliteConnection::connect_with(&options).await.map_err(fault)?;
        let folded = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
        connection.close().await.map_err(fault)?;
        match folded.map_err(fault) {
            Ok(_) | Err(Fault::Busy(_)) => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

/// One transaction. Dropped without being saved, it is rolled back.
struct Unit {
    transaction: Transaction<'static, sqlx::Sqlite>,
    /// How long it holds other writers up.
    _held: Option<Held>,
}

#[async_trait]
impl UnitOfWork for Unit {
    async fn save(self: Box<Self>) -> Result<(), Fault> {
        self.transaction.commit().await.map_err(fault)
    }
}

/// SQLite gives its log and its index the mode of the file itself, so all three are private.
fn create(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn fault(error: sqlx::Error) -> Fault {
    let busy = match &error {
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => {
            error.code().and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| PASSING.contains(&(code & 0xff)))
        }
        _ => false,
    };
    if busy {
        metrics().store.busy();
        return Fault::Busy(error.to_string());
    }
    Fault::other(error)
}

/// A row holds what no version of this program writes.
fn unreadable(what: &str) -> Fault {
    Fault::Other(format!("the store holds an unreadable {what}"))
}

fn column<'r, T>(row: &'r SqliteRow, name: &str) -> Result<T, Fault>
where
    T: Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite>,
{
    row.try_get(name).map_err(fault)
}

fn digest(row: &SqliteRow, name: &str) -> Result<Digest, Fault> {
    column::<&[u8]>(row, name)?.try_into().map_err(|_| unreadable(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_connection_is_durable_and_readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("backboard.db")).await.unwrap();
        for (pool, connections, query_only) in [(&store.writer, 1, 0), (&store.readers, READERS, 1)] {
            assert_eq!(pool.options().get_max_connections(), connections);
            let mut held = Vec::new();
            for _ in 0..connections {
                held.push(pool.acquire().await.unwrap());
            }
            for connection in &mut held {
                let journal: String =
                    sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut **connection).await.unwrap();
                assert_eq!(journal, "wal");
                for (pragma, value) in [
                    ("PRAGMA synchronous", 2),
                    ("PRAGMA foreign_keys", 1),
                    ("PRAGMA busy_timeout", 5_000),
                    ("PRAGMA query_only", query_only),
                ] {
                    let found: i64 = sqlx::query_scalar(pragma).fetch_one(&mut **connection).await.unwrap();
                    assert_eq!(found, value, "{pragma}");
                }
            }
        }
    }

    /// Takes the five seconds that SQLite waits.
    #[tokio::test]
    async fn a_lock_held_by_another_process_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backboard.db");
        let (store, other) = (Sqlite::open(&path).await.unwrap(), Sqlite::open(&path).await.unwrap());
        let holding = other.begin().await.unwrap();
        let fault = store.begin().await.err().unwrap();
        assert!(matches!(fault, Fault::Busy(_)), "{fault:?}");
        drop(holding);
        store.begin().await.unwrap();
    }
}
