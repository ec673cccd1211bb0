//! Moves everything of a SQLite file into an empty PostgreSQL database.
//!
//! - Nobody writes to the file meanwhile: the copy holds its write lock from beginning to end.
//! - Rows go in the order of their keys, so many at a time, each lot in a transaction of its own. Cut off, the next run
//!   goes on after the last row that arrived.
//! - Until the end a table `copying` stands in the target, and nothing else opens such a database.
//! - At the end each table is read once more on both sides, and compared by count and by digest of every value.

mod table;

use std::path::Path;

use backboard::service::ports::{Fault, Store as _, UnitOfWork};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use self::table::{Compared, Table};
use super::{AnyStore as _, Postgres, Sqlite};

/// Every table, after those that it refers to.
pub const TABLES: [&str; 30] = [
    "account",
    "person",
    "person_name",
    "link",
    "flow",
    "session",
    "budget",
    "spent",
    "job",
    "mail",
    "audit",
    "challenge",
    "temporary_password",
    "office_case",
    "key_ring",
    "staff",
    "staff_recovery",
    "staff_link",
    "staff_session",
    "staff_entry",
    "caller_check",
    "act_reason",
    "email_change",
    "unreached",
    "expired_link",
    "import_run",
    "import_reject",
    "import_job",
    "import_reason",
    "epoch",
];

/// Why nothing was copied, or not everything. One sentence with the way out.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("The target holds data already, and nothing was copied; name an empty database, or stop using that one.")]
    InUse,
    #[error(
        "{table} differs after the copy: {there} rows in the file, {here} in the target. The file was changed between two \
         runs; begin again with --anew."
    )]
    Differs { table: &'static str, there: u64, here: u64 },
    #[error("{0}")]
    Failed(String),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(format!("The copy was cut off ({error}); run it again, and it goes on where it stood."))
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Failed(format!("The copy was cut off ({fault}); run it again, and it goes on where it stood."))
    }
}

/// A copy under way.
pub struct Copy {
    source: SqliteConnection,
    target: PgConnection,
    /// Keeps everybody else from writing to the file.
    file: Sqlite,
    _lock: Box<dyn UnitOfWork>,
    tables: Vec<Table>,
}

impl Copy {
    /// Locks the file and prepares the target: its tables are made, or, `anew`, emptied.
    ///
    /// # Errors
    /// A target in which people work already; what cannot be opened.
    pub async fn begin(file: &Path, url: &str, anew: bool) -> Result<Self, Trouble> {
        let store =
            Sqlite::open(file).await.map_err(|fault| Trouble::Failed(format!("{}: {fault}", file.display())))?;
        let lock = store
            .begin()
            .await
            .map_err(|_| Trouble::Failed("Somebody writes to the file; stop backboard serve, then copy.".to_owned()))?;
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let mut source = SqliteConnection::connect_with(&options).await?;
        let made = Postgres::open(url).await.map_err(|fault| Trouble::Failed(format!("The target: {fault}")))?;
        made.close().await;
        let mut target = PgConnection::connect(url).await?;
        let mut tables = Vec::new();
        for name in TABLES {
            tables.push(Table::of(name, &mut source, &mut target).await?);
        }
        prepare(&mut target, anew).await?;
        Ok(Self { source, target, file: store, _lock: lock, tables })
    }

    /// Rows of the file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn total(&mut self) -> Result<u64, Trouble> {
        let mut total = 0;
        for table in &self.tables {
            total += table.count(&mut self.source).await?;
        }
        Ok(total)
    }

    /// Copies what is not there yet. `reached` is told how many rows are.
    ///
    /// # Errors
    /// When one of the databases fails; what has arrived stays.
    pub async fn run(&mut self, mut reached: impl FnMut(u64)) -> Result<(), Trouble> {
        let mut done = 0;
        for table in &self.tables {
            let mut last = table.last(&mut self.target).await?;
            if last.is_some() {
                done += table.count_in_target(&mut self.target).await?;
            }
            loop {
                let rows = table.read_source(&mut self.source, last.as_ref()).await?;
                let Some(key) = rows.last().map(|row| table.key_of(row)) else { break };
                table.write(&mut self.target, &rows).await?;
                done += rows.len() as u64;
                reached(done);
                last = Some(key);
            }
        }
        Ok(())
    }

    /// Reads both sides once more, row by row, and opens the target for use. The rows of each table.
    ///
    /// # Errors
    /// The first table that differs.
    pub async fn finish(mut self) -> Result<Vec<(&'static str, u64)>, Trouble> {
        let mut counts = Vec::new();
        for table in &self.tables {
            let Compared { there, here, same } = table.compare(&mut self.source, &mut self.target).await?;
            if !same {
                return Err(Trouble::Differs { table: table.name, there, here });
            }
            counts.push((table.name, here));
            table.continue_numbers(&mut self.source, &mut self.target).await?;
        }
        self.target.execute("DROP TABLE copying; ANALYZE").await?;
        self.target.close().await?;
        self.source.close().await?;
        drop(self._lock);
        self.file.close().await;
        Ok(counts)
    }
}

/// Marks the target as a copy. One that is marked goes on; one that has people, and no mark, is somebody's.
async fn prepare(target: &mut PgConnection, anew: bool) -> Result<(), Trouble> {
    let mut transaction = target.begin().await?;
    let is_marked: bool =
        sqlx::query_scalar("SELECT to_regclass('copying') IS NOT NULL").fetch_one(&mut *transaction).await?;
    if !is_marked {
        let is_used: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM account) OR EXISTS (SELECT 1 FROM audit) OR EXISTS (SELECT 1 FROM staff)",
        )
        .fetch_one(&mut *transaction)
        .await?;
        if is_used {
            return Err(Trouble::InUse);
        }
        transaction.execute("CREATE TABLE copying (begun BIGINT NOT NULL)").await?;
    }
    if anew || !is_marked {
        let all = format!("TRUNCATE {}", TABLES.join(", "));
        transaction.execute(sqlx::AssertSqlSafe(all)).await?;
    }
    transaction.commit().await?;
    Ok(())
}
