//! Copies of a database file: taken while others write to it, looked at, and marked as what they are.
//!
//! `VACUUM INTO` reads one snapshot, as every reader does, so writers go on; the log cannot be folded meanwhile and grows.
//! It copies what is there and leaves out pages that hold nothing any more, so a copy has nothing of what was deleted.
//! Another database has tools of its own for this.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use backboard::moment::Moment;
use backboard::service::ports::Fault;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::turns::Writer;
use super::{PATIENCE, Sqlite, fault};

/// How often it is said how far a copy is.
const TICK: Duration = Duration::from_millis(200);
/// The step that lets a file say whether it is a copy.
const MARKS: i64 = 13;
/// The step from which on rows of the audit are tied.
pub const TIES: i64 = 3;
/// `SQLITE_FULL`.
const FULL: i32 = 13;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    pub step: i64,
    pub people: i64,
    pub accounts: i64,
    /// Members of staff.
    pub staff: i64,
    /// Mails that were not sent.
    pub waiting: i64,
    /// Number and moment of the newest row of the audit.
    pub newest: Option<(i64, Moment)>,
    /// The number of its epoch, where it says.
    pub epoch: Option<i64>,
    /// When it was taken, if it is a copy that says so.
    pub copied: Option<Moment>,
}

impl Contents {
    /// Whether there is nothing in it that anybody could miss.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.people == 0 && self.accounts == 0 && self.staff == 0 && self.newest.is_none()
    }
}

/// Copies a database into an empty file, while others may write to it; `seen` hears bytes done, and about how many
/// there are.
///
/// # Errors
/// What the driver says; [`is_full`] tells a full disk.
pub async fn copy(source: &Path, target: &Path, seen: &mut (dyn FnMut(u64, u64) + Send)) -> sqlx::Result<()> {
    copy_from(as_it_is(source), target, seen).await
}

/// The same from a file that lies still.
///
/// # Errors
/// As above.
pub async fn copy_still(source: &Path, target: &Path, seen: &mut (dyn FnMut(u64, u64) + Send)) -> sqlx::Result<()> {
    copy_from(at_rest(source), target, seen).await
}

async fn copy_from(
    source: SqliteConnectOptions,
    target: &Path,
    seen: &mut (dyn FnMut(u64, u64) + Send),
) -> sqlx::Result<()> {
    let Some(name) = target.to_str() else { return Err(sqlx::Error::Protocol("the name is not UTF-8".to_owned())) };
    let mut connection = SqliteConnection::connect_with(&source).await?;
    let whole: i64 = sqlx::query_scalar("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        .fetch_one(&mut connection)
        .await?;
    {
        let mut copying = pin!(sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection));
        let mut ticks = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                done = &mut copying => { done?; break; }
                _ = ticks.tick() => seen(target.metadata().map_or(0, |about| about.len()), whole.unsigned_abs()),
            }
        }
    }
    connection.close().await
}

/// Whether the disk had no room.
#[must_use]
pub fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code().and_then(|code| code.parse::<i32>().ok()));
    code.is_some_and(|code| code & 0xff == FULL)
}

/// The first thing that is wrong with a file, pages and references; none when it is whole.
///
/// # Errors
/// It cannot be read at all.
pub async fn find_damage(file: &Path) -> sqlx::Result<Option<String>> {
    let mut connection = SqliteConnection::connect_with(&at_rest(file)).await?;
    let pages: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
    if pages != "ok" {
        let pages = pages.trim_start_matches("*** in database main ***");
        // A sentence of ours stays on one line.
        return Ok(Some(pages.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    let query = sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1");
    let table: Option<String> = query.fetch_optional(&mut connection).await?;
    connection.close().await?;
    Ok(table.map(|table| format!("a row of {table} names one that is not there")))
}

/// What a file holds, taken as it lies there.
///
/// # Errors
/// It is no database of ours, or cannot be read.
pub async fn find_contents(file: &Path) -> sqlx::Result<Contents> {
    let mut connection = SqliteConnection::connect_with(&at_rest(file)).await?;
    let contents = contents_of(&mut connection).await?;
    connection.close().await?;
    Ok(contents)
}

async fn contents_of(connection: &mut SqliteConnection) -> sqlx::Result<Contents> {
    let step: i64 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut *connection)
        .await?;
    let mut count = async |query: &'static str| sqlx::query_scalar::<_, i64>(query).fetch_one(&mut *connection).await;
    let people = count("SELECT count(*) FROM person").await?;
    let accounts = count("SELECT count(*) FROM account").await?;
    let waiting = count("SELECT count(*) FROM mail WHERE due IS NOT NULL").await?;
    let staff = if step >= 7 { count("SELECT count(*) FROM staff").await? } else { 0 };
    let newest: Option<(i64, i64)> =
        sqlx::query_as("SELECT id, at FROM audit ORDER BY id DESC LIMIT 1").fetch_optional(&mut *connection).await?;
    let epoch: Option<(i64, Option<i64>)> = match step {
        MARKS.. => Some(sqlx::query_as("SELECT number, copied FROM epoch").fetch_one(&mut *connection).await?),
        _ => None,
    };
    Ok(Contents {
        step,
        people,
        accounts,
        staff,
        waiting,
        newest: newest.map(|(id, at)| (id, Moment(at))),
        epoch: epoch.map(|(number, _)| number),
        copied: epoch.and_then(|(_, copied)| copied.map(Moment)),
    })
}

/// Lets a file say that it is a copy of this moment. False when it is too old to say so.
///
/// # Errors
/// It cannot be written.
pub async fn mark_copy(file: &Path, copied: Moment) -> sqlx::Result<bool> {
    let mut connection = SqliteConnection::connect_with(&writing(file)).await?;
    if contents_of(&mut connection).await?.step < MARKS {
        connection.close().await?;
        return Ok(false);
    }
    let mark = sqlx::query("UPDATE epoch SET copied = $1").bind(copied.0);
    let marked = mark.execute(&mut connection).await?.rows_affected();
    connection.close().await?;
    Ok(marked == 1)
}

/// The same for a file that takes another one's place, whose epoch had this number: the next one is later than both.
///
/// # Errors
/// It cannot be written.
pub async fn mark_successor(file: &Path, copied: Moment, replaced: i64) -> sqlx::Result<()> {
    let mut connection = SqliteConnection::connect_with(&writing(file)).await?;
    sqlx::query("UPDATE epoch SET copied = coalesce(copied, $1), number = max(number, $2)")
        .bind(copied.0)
        .bind(replaced)
        .execute(&mut connection)
        .await?;
    connection.close().await
}

/// Whether nobody else has the file open. What cannot be read as a database has no users.
pub async fn is_alone(file: &Path) -> bool {
    // In this mode the first read asks for the whole file, which whoever has it open in WAL mode has a share of.
    let options = as_it_is(file).locking_mode(SqliteLockingMode::Exclusive).busy_timeout(Duration::ZERO);
    // Afterwards as anybody would, which takes the index away that the first leaves beside the file.
    for options in [options, as_it_is(file)] {
        let asked = async {
            let mut connection = SqliteConnection::connect_with(&options).await?;
            sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(&mut connection).await?;
            connection.close().await
        };
        if asked.await.is_err_and(|error| matches!(fault(error), Fault::Busy(_))) {
            return false;
        }
    }
    true
}

impl Sqlite {
    /// A file that lies still, to be read and nothing else: no step is taken, nothing is written beside it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn look(file: &Path) -> Result<Self, Fault> {
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let options = at_rest(file);
        let readers = pool.connect_with(options.clone()).await.map_err(fault)?;
        Ok(Self { writer: Writer::nobody(), readers, options })
    }
}

/// Neither made nor brought up to date.
fn as_it_is(file: &Path) -> SqliteConnectOptions {
    // What takes seconds here takes them for the size of the file, and is nothing to warn of.
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
}

/// A file that nobody writes to. With a log beside it there are pages in that.
fn at_rest(file: &Path) -> SqliteConnectOptions {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let has_log = Path::new(&log).exists();
    as_it_is(file).read_only(!has_log).immutable(!has_log)
}

/// A file that nobody knows of yet: cut off, it is made anew.
fn writing(file: &Path) -> SqliteConnectOptions {
    as_it_is(file).journal_mode(SqliteJournalMode::Memory)
}
