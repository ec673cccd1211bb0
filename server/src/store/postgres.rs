//! PostgreSQL: one database, any number of portals.
//!
//! - A unit that may write holds one lock of the whole database until it is over: what it has read cannot change before
//!   it is saved, on whatever node, and nobody fails in the middle. It is SQLite's way to write, and the audit, a chain,
//!   would ask for it anyhow. What judges nothing by what it has read runs beside it: [`Store::begin_beside`].
//! - Readers see one snapshot for as long as their unit lasts, and cannot write.
//! - What was saved is on the server's disk when [`UnitOfWork::save`] returns, as far as its `synchronous_commit` says.
//! - A lock or a pool that stays taken for five seconds is [`Fault::Busy`], and so is a server that is not there.
//! - Where the connection ends while a unit is being saved, the audit is asked whether it was: who is told to try again must
//!   not find it done. Only when the server stays away for longer does nobody know.
//! - A node that stops in the middle of a unit holds the others up for ten seconds at the most: then the server ends it.

mod migrations;
#[cfg(test)]
mod plans;

// What the two databases call by different names.

macro_rules! greatest {
    ($one:literal, $other:literal) => {
        concat!("greatest(", $one, ", ", $other, ")")
    };
}
macro_rules! least {
    ($one:literal, $other:literal) => {
        concat!("least(", $one, ", ", $other, ")")
    };
}
/// The index that answers a query; PostgreSQL finds it by itself.
macro_rules! by_index {
    ($index:literal) => {
        ""
    };
}
/// A column that is compared without the index that has it; PostgreSQL weighs that by itself.
macro_rules! beside_index {
    ($column:literal) => {
        $column
    };
}
/// A join whose right side is looked up for each row of the left; PostgreSQL finds the order by itself.
macro_rules! join_after {
    () => {
        "JOIN"
    };
}
/// Rows that no other unit has in hand.
macro_rules! not_taken {
    () => {
        " FOR UPDATE SKIP LOCKED"
    };
}
/// The rows of a JSON array, each as `value`.
macro_rules! each {
    ($array:literal) => {
        concat!("json_array_elements(CAST(", $array, " AS json))")
    };
}
/// Two statements in one go.
macro_rules! both {
    ($one:expr, $other:expr) => {
        concat!("WITH one AS (", $one, ") ", $other)
    };
}
/// The first byte of a blob, in hexadecimal digits.
macro_rules! first_byte {
    ($column:literal) => {
        concat!("encode(substr(", $column, ", 1, 1), 'hex')")
    };
}
/// The two letters after a mark.
macro_rules! two_after {
    ($column:literal, $mark:literal) => {
        concat!("substr(", $column, ", strpos(", $column, ", '", $mark, "') + length('", $mark, "'), 2)")
    };
}

#[path = "sql/mod.rs"]
mod sql;

pub use migrations::NEWEST as NEWEST_STEP;

use std::ops::{Deref, DerefMut};
use std::str::FromStr as _;
use std::time::Duration;

use async_trait::async_trait;
use backboard::service::ports::{Fault, Store, UnitOfWork};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgQueryResult, PgRow};
use sqlx::{Connection as _, Executor as _};

use tokio::time::Instant;

use crate::metrics::{Held, metrics};
use crate::store::{AnyStore, Lead, Pool};

// What the files in `sql/` call them.
use sqlx::Postgres as Database;
type Stored = Postgres;
type Connection = PgConnection;
type TableRow = PgRow;
type QueryResult = PgQueryResult;

/// How long a unit of work waits for a connection or a lock before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);
/// The lock of all who may write, held until the transaction is over. The number is ours alone in this database. A
/// statement of its own after BEGIN: where it fails in one go with it, the driver takes the connection back as if no
/// transaction had begun (sqlx 0.9), and whoever gets it next can do nothing.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4843072650137)";
/// Held by a connection, of the node that does what is scheduled.
const LEAD: &str = "SELECT pg_try_advisory_lock(4843072650138)";
const BEGIN: &str = "BEGIN";
/// The row of the audit that this very transaction has written last, if it has written any: the mark by which it is known
/// whether it was saved. The server's own numbers of transactions would not do, because after a crash it may give the
/// number of one that was lost to another.
const MARK: &str = "SELECT id, digest FROM (SELECT id, digest, xmin FROM audit ORDER BY id DESC LIMIT 1) AS newest
    WHERE xmin = pg_current_xact_id_if_assigned()::xid AND digest IS NOT NULL";
const IS_MARKED: &str = "SELECT EXISTS (SELECT 1 FROM audit WHERE id = $1 AND digest = $2)";
/// Between two tries to ask for it.
const ASKED_EVERY: Duration = Duration::from_millis(200);
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Connections for units that hold the lock: one has it, and one waits at its door.
const WRITERS: u32 = 2;
/// Connections for everything else.
const OTHERS: u32 = 6;
/// What the server itself gives up after, in milliseconds: a lock that is waited for, a transaction in which nothing
/// happens, a statement. The first is our patience; the second lets the others go on when a node hangs. The last three, in
/// seconds: after half a minute a node whose machine is gone holds nothing any more.
const SETTINGS: [(&str, &str); 6] = [
    ("lock_timeout", "5000"),
    ("idle_in_transaction_session_timeout", "10000"),
    ("statement_timeout", "30000"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];
/// Classes of errors that another try may get over: connection (08), resources such as a full disk (53), somebody's
/// intervention such as a restart (57), deadlock and serialization (40), a lock that was not to be had (55), a
/// transaction that was ended for being idle (25P03 is found by its own code).
const PASSING: [&str; 5] = ["08", "53", "57", "40", "55"];

/// A store in one PostgreSQL database.
#[derive(Clone, Debug)]
pub struct Postgres {
    writer: PgPool,
    readers: PgPool,
}

impl Postgres {
    /// Connects, and brings the tables up to date. Of several nodes that start at once, one does it.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses us, or the database holds what this version does not know.
    pub async fn open(url: &str) -> Result<Self, Fault> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| Fault::Other("database.url cannot be read; write postgres://USER@HOST/NAME".to_owned()))?
            .application_name("backboard")
            .options(SETTINGS);
        // Asking each connection whether it still lives costs a round trip, and spares the first visitors after a
        // restart of the database their errors.
        let pool =
            |most| PgPoolOptions::new().max_connections(most).acquire_timeout(PATIENCE).test_before_acquire(true);
        let writer = pool(WRITERS).connect_with(options.clone()).await.map_err(fault)?;
        migrations::run(&writer).await?;
        let readers = pool(OTHERS).connect_with(options).await.map_err(fault)?;
        Ok(Self { writer, readers })
    }

    /// Whether `backboard copy` has begun to fill the database, and not ended.
    pub(super) async fn is_copy(&self) -> Result<bool, Fault> {
        sqlx::query_scalar("SELECT to_regclass('copying') IS NOT NULL").fetch_one(&self.readers).await.map_err(fault)
    }

    /// Begins a transaction that may write, alone among all nodes.
    async fn lock(&self) -> Result<Unit, Fault> {
        let since = Instant::now();
        let mut transaction = self.writer.begin_with(BEGIN).await.map_err(fault)?;
        transaction.execute(LOCK).await.map_err(fault)?;
        let transaction = Transaction::One(transaction);
        Ok(Unit { transaction, store: self.clone(), _held: Some(metrics().store.begin(since.elapsed())) })
    }

    /// Begins a transaction that only reads.
    async fn look_in(&self) -> Result<Unit, Fault> {
        let transaction = Transaction::One(self.readers.begin_with(READ).await.map_err(fault)?);
        Ok(Unit { transaction, store: self.clone(), _held: None })
    }

    /// Whether a unit was saved whose connection ended meanwhile. Asked under the lock that it held, so it is over.
    ///
    /// # Errors
    /// The server could not be asked for as long as our patience lasts: nobody knows.
    async fn was_saved(&self, mark: &Mark) -> Result<bool, Fault> {
        let since = Instant::now();
        loop {
            let asked = async {
                let mut unit = self.lock().await?;
                let asked = sqlx::query_scalar(IS_MARKED).bind(mark.0).bind(&mark.1);
                asked.fetch_one(&mut *unit.transaction).await.map_err(fault)
            };
            match asked.await {
                Err(fault) if since.elapsed() > PATIENCE => {
                    return Err(unknown(&fault.to_string()));
                }
                Err(_) => tokio::time::sleep(ASKED_EVERY).await,
                answered => return answered,
            }
        }
    }
}

/// The number and the digest of a row of the audit.
type Mark = (i64, Vec<u8>);

#[async_trait]
impl AnyStore for Postgres {
    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    fn newest_step(&self) -> i64 {
        NEWEST_STEP
    }

    fn pools(&self) -> Vec<Pool> {
        vec![Pool::of("write", &self.writer), Pool::of("other", &self.readers)]
    }

    async fn lead(&self) -> Result<Option<Box<dyn Lead>>, Fault> {
        let mut connection = self.readers.acquire().await.map_err(fault)?.detach();
        let asked = sqlx::query_scalar(LEAD).fetch_one(&mut connection).await.map_err(fault)?;
        if asked {
            return Ok(Some(Box::new(Leading(connection))));
        }
        connection.close().await.map_err(fault)?;
        Ok(None)
    }

    fn is_shared(&self) -> bool {
        true
    }
}

/// The connection that holds the lock. It stands outside the pools: nobody else may get it.
struct Leading(PgConnection);

#[async_trait]
impl Lead for Leading {
    async fn holds(&mut self) -> bool {
        self.0.ping().await.is_ok()
    }

    async fn end(self: Box<Self>) {
        if let Err(error) = self.0.close().await {
            tracing::debug!(%error, "the connection of the lead was gone already");
        }
    }
}

#[async_trait]
impl Store for Postgres {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        Ok(Box::new(self.lock().await?))
    }

    async fn begin_beside(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        let transaction = Transaction::One(self.readers.begin_with(BEGIN).await.map_err(fault)?);
        Ok(Box::new(Unit { transaction, store: self.clone(), _held: None }))
    }

    async fn read(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        Ok(Box::new(self.look_in().await?))
    }

    async fn ask(&self) -> Result<Box<dyn UnitOfWork>, Fault> {
        let transaction = Transaction::None(self.readers.acquire().await.map_err(fault)?);
        Ok(Box::new(Unit { transaction, store: self.clone(), _held: None }))
    }

    // Rows that are gone stay in the server's files until it vacuums and writes over them: its own affair, and its
    // administrator's. docs/OPERATIONS.md says so.
    async fn scrub(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// One transaction. Dropped without being saved, it is rolled back.
struct Unit {
    transaction: Transaction,
    /// To be asked what became of it.
    store: Postgres,
    /// How long it holds other writers up.
    _held: Option<Held>,
}

enum Transaction {
    One(sqlx::Transaction<'static, Database>),
    /// Each statement by itself.
    None(PoolConnection<Database>),
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::One(transaction) => transaction,
            Self::None(connection) => connection,
        }
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::One(transaction) => transaction,
            Self::None(connection) => connection,
        }
    }
}

#[async_trait]
impl UnitOfWork for Unit {
    // A transaction in which a statement failed is rolled back by COMMIT, and the server calls that a success. A
    // statement before it finds out.
    async fn save(self: Box<Self>) -> Result<(), Fault> {
        let Self { transaction, store, _held: held } = *self;
        let Transaction::One(mut transaction) = transaction else { return Ok(()) };
        let mark: Option<Mark> = sqlx::query_as(MARK).fetch_optional(&mut *transaction).await.map_err(fault)?;
        let Err(why) = transaction.commit().await.map_err(fault) else { return Ok(()) };
        drop(held);
        match (mark, why) {
            (Some(mark), Fault::Busy(why)) => {
                if !store.was_saved(&mark).await? {
                    return Err(Fault::Busy(why));
                }
                tracing::info!(why, "the connection ended after it was saved");
                Ok(())
            }
            // What adds no row to the audit leaves nothing by which it is known again. Who asked asks once more, and
            // gets a mail more than they needed.
            (None, Fault::Busy(why)) => Err(unknown(&why)),
            (_, why) => Err(why),
        }
    }
}

/// The connection ended while the server was told to save, and it cannot be found out what became of that.
fn unknown(why: &str) -> Fault {
    Fault::Busy(format!("whether it was saved is not known: {why}"))
}

fn fault(error: sqlx::Error) -> Fault {
    let busy = match &error {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code == "25P03" || PASSING.iter().any(|class| code.starts_with(class)))
        }
        _ => false,
    };
    if busy {
        metrics().store.busy();
        return Fault::Busy(error.to_string());
    }
    Fault::other(error)
}
