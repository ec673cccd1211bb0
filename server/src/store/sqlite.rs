//! SQLite: one file, one writer, several readers.
//!
//! - One connection writes, for one unit of work at a time, and its transactions begin with `BEGIN IMMEDIATE`: what a
//!   unit has read cannot change before it is saved, and nobody fails in the middle. Units that wait for each other are
//!   committed together.
//! - Readers see one snapshot for as long as their unit lasts, and cannot write.
//! - WAL with `synchronous=FULL`: what was saved is on the disk when [`UnitOfWork::save`] returns.
//! - What is deleted is overwritten with zeros, and leaves the log when housekeeping next folds that into the file.
//! - A lock or a pool that stays taken for five seconds is [`Fault::Busy`].

pub mod copies;
mod migrations;
mod names;
#[cfg(test)]
mod plans;
mod turns;

// What the two databases call by different names.

macro_rules! greatest {
    ($one:literal, $other:literal) => {
        concat!("max(", $one, ", ", $other, ")")
    };
}
macro_rules! least {
    ($one:literal, $other:literal) => {
        concat!("min(", $one, ", ", $other, ")")
    };
}
/// The index that answers a query; SQLite takes the first that fits.
macro_rules! by_index {
    ($index:literal) => {
        concat!(" INDEXED BY ", $index)
    };
}
/// A column that is compared without the index that has it.
macro_rules! beside_index {
    ($column:literal) => {
        concat!("+", $column)
    };
}
/// A join whose right side is looked up for each row of the left.
macro_rules! join_after {
    () => {
        "CROSS JOIN"
    };
}
/// Rows that no other unit has in hand: here there is none.
macro_rules! not_taken {
    () => {
        ""
    };
}
/// The rows of a JSON array, each as `value`.
macro_rules! each {
    ($array:literal) => {
        concat!("json_each(", $array, ")")
    };
}
/// Two statements in one go.
macro_rules! both {
    ($one:expr, $other:expr) => {
        concat!($one, "; ", $other)
    };
}
/// The first byte of a blob, in hexadecimal digits.
macro_rules! first_byte {
    ($column:literal) => {
        concat!("hex(substr(", $column, ", 1, 1))")
    };
}
/// The two letters after a mark.
macro_rules! two_after {
    ($column:literal, $mark:literal) => {
        concat!("substr(", $column, ", instr(", $column, ", '", $mark, "') + length('", $mark, "'), 2)")
    };
}

#[path = "sql/mod.rs"]
mod sql;

pub use migrations::NEWEST as NEWEST_STEP;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use backboard::service::ports::{Fault, Store, UnitOfWork};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteQueryResult, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection as _, SqliteConnection, SqlitePool};

use tokio::time::Instant;

use crate::metrics::{Held, metrics};
use crate::store::{AnyStore, Lead, Pool};
use turns::{Turn, Writer};

// What the files in `sql/` call them.
use sqlx::Sqlite as Database;
type Stored = Sqlite;
type Connection = SqliteConnection;
type TableRow = SqliteRow;
type QueryResult = SqliteQueryResult;

/// How long a unit of work waits for the writer, a reader, or another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);
const BEGIN: &str = "BEGIN IMMEDIATE";
const READ: &str = "BEGIN";
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
    writer: Writer,
    readers: SqlitePool,
    /// How another connection that writes is made.
    options: SqliteConnectOptions,
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
        let first = pool().max_connections(1).connect_with(options.clone()).await.map_err(fault)?;
        migrations::run(&first).await?;
        names::fill(&first).await?;
        let writer = Writer::new(first.acquire().await.map_err(fault)?.detach());
        let reading = options.clone().pragma("query_only", "ON");
        let readers = pool().max_connections(READERS).connect_with(reading).await.map_err(fault)?;
        Ok(Self { writer, readers, options })
    }

    /// Waits for what is under way, then closes the file; SQLite folds the log into it.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Begins a transaction that may write.
    async fn lock(&self) -> Result<Unit, Fault> {
        let since = Instant::now();
        let transaction = Transaction::Writes(self.writer.begin().await?);
        Ok(Unit { transaction, _held: Some(metrics().store.begin(since.elapsed())) })
    }

    /// Begins a transaction that only reads.
    async fn look_in(&self) -> Result<Unit, Fault> {
        let transaction = Transaction::Reads(self.readers.begin_with(READ).await.map_err(fault)?);
        Ok(Unit { transaction, _held: None })
    }
}

#[async_trait]
impl AnyStore for Sqlite {
    async fn close(&self) {
        Self::close(self).await;
    }

    fn newest_step(&self) -> i64 {
        NEWEST_STEP
    }

    fn pools(&self) -> Vec<Pool> {
        let writer = Pool { name: "write", open: 1, idle: self.writer.is_idle().into() };
        vec![writer, Pool::of("read", &self.readers)]
    }

    async fn lead(&self) -> Result<Option<Box<dyn Lead>>, Fault> {
        Ok(Some(Box::new(Alone)))
    }

    fn is_shared(&self) -> bool {
        false
    }
}

/// There is no other node.
struct Alone;

#[async_trait]
impl Lead for Alone {
    async fn holds(&mut self) -> bool {
        true
    }

    async fn end(self: Box<Self>) {}
}

#[async_trait]
impl Store for Sqlite {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        Ok(Box::new(self.lock().await?))
    }

    // There is one writer: nothing runs beside it.
    async fn begin_beside(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        self.begin().await
    }

    async fn read(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        Ok(Box::new(self.look_in().await?))
    }

    async fn ask(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        let transaction = Transaction::Asks(self.readers.acquire().await.map_err(fault)?);
        Ok(Box::new(Unit { transaction, _held: None }))
    }

    // The log goes on holding earlier pages until it is written over from its beginning, which on a quiet day takes
    // long. A connection of its own, because only its patience is short.
    async fn scrub(&self) -> Result<(), Fault> {
        let options = self.options.clone().busy_timeout(FOLDING);
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
    transaction: Transaction,
    /// How long it holds other writers up.
    _held: Option<Held>,
}

enum Transaction {
    Writes(Turn),
    Reads(sqlx::Transaction<'static, Database>),
    /// None: each statement by itself.
    Asks(PoolConnection<Database>),
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Writes(turn) => turn,
            Self::Reads(transaction) => transaction,
            Self::Asks(connection) => connection,
        }
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Writes(turn) => turn,
            Self::Reads(transaction) => transaction,
            Self::Asks(connection) => connection,
        }
    }
}

#[async_trait]
impl UnitOfWork for Unit {
    async fn save(self: Box<Self>) -> Result<(), Fault> {
        match self.transaction {
            Transaction::Writes(turn) => turn.save().await,
            Transaction::Reads(transaction) => transaction.commit().await.map_err(fault),
            Transaction::Asks(_) => Ok(()),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_connection_is_durable_and_readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("backboard.db")).await.unwrap();
        assert_eq!(store.readers.options().get_max_connections(), READERS);
        let mut held = vec![store.lock().await.unwrap()];
        for _ in 0..READERS {
            held.push(store.look_in().await.unwrap());
        }
        for (place, unit) in held.iter_mut().enumerate() {
            let journal: String =
                sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *unit.transaction).await.unwrap();
            assert_eq!(journal, "wal");
            for (pragma, value) in [
                ("PRAGMA synchronous", 2),
                ("PRAGMA foreign_keys", 1),
                ("PRAGMA busy_timeout", 5_000),
                ("PRAGMA query_only", i64::from(place > 0)),
            ] {
                let found: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *unit.transaction).await.unwrap();
                assert_eq!(found, value, "{pragma}");
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
