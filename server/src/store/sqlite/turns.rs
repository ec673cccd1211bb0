//! One unit writes after the other, and those that wait for each other go to the disk together.
//!
//! A commit waits for the disk, and while it does others queue. So units that come while somebody waits are one
//! transaction to SQLite (group commit): each is a savepoint of it, undone without the others when it is dropped, and
//! [`Turn::save`] returns to all of them when that transaction is committed, or to none. Nobody is told before that.
//! Who comes alone has a transaction alone.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as Briefly, PoisonError};

use backboard::service::ports::Fault;
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, oneshot};
use tokio::time::timeout;

use super::{BEGIN, PATIENCE, fault};

/// Makes room for the next unit, in the same call that ends this one: each call is a turn of the driver's thread, and
/// those are what a unit's time goes to.
const NEXT: &str = "SAVEPOINT unit";
const END_AND_NEXT: &str = "RELEASE unit; SAVEPOINT unit";
/// Leaves the room to the next.
const UNDO_WITHIN: &str = "ROLLBACK TO unit";

/// The one connection that writes.
#[derive(Clone, Debug)]
pub(super) struct Writer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Whoever has it has the turn; they get it in the order in which they ask. None once it was closed, and where
    /// nobody writes.
    connection: Arc<Mutex<Option<SqliteConnection>>>,
    group: Briefly<Group>,
    /// Units that wait for their turn.
    waiting: AtomicUsize,
}

/// What stands in the open transaction.
#[derive(Debug, Default)]
struct Group {
    /// Units that were saved and wait for the commit; behind them an empty savepoint is open for the next. With none of
    /// them no transaction is open but that of the turn.
    saved: Vec<oneshot::Sender<Result<(), Fault>>>,
    /// The turn was begun and not saved: what it did is to be undone before anything else happens.
    left: bool,
}

/// One unit's turn. Dropped without being saved, it is undone.
pub(super) struct Turn {
    undo: Undo,
    connection: OwnedMappedMutexGuard<Option<SqliteConnection>, SqliteConnection>,
}

/// Undoes a turn that was not saved, at once and not only when the next one begins: another process may want to write.
struct Undo(Option<Arc<Shared>>);

impl Writer {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self::of(Some(connection))
    }

    /// Of a file that is only read.
    pub(super) fn nobody() -> Self {
        Self::of(None)
    }

    fn of(connection: Option<SqliteConnection>) -> Self {
        let connection = Arc::new(Mutex::new(connection));
        Self(Arc::new(Shared { connection, group: Briefly::default(), waiting: AtomicUsize::new(0) }))
    }

    /// Waits for a turn and begins it.
    ///
    /// # Errors
    /// [`Fault::Busy`] after [`PATIENCE`], or when another process writes for as long.
    pub(super) async fn begin(&self) -> Result<Turn, Fault> {
        let shared = &self.0;
        let place = Place::of(shared);
        let lock = timeout(PATIENCE, shared.connection.clone().lock_owned());
        let lock = lock.await.map_err(|_| Fault::Busy("others write".to_owned()))?;
        drop(place);
        let connection = OwnedMutexGuard::try_map(lock, Option::as_mut);
        let mut connection = connection.map_err(|_| Fault::Other("nobody writes to this store".to_owned()))?;
        shared.tidy(&mut connection).await;
        let is_first = shared.change(|group| {
            group.left = true;
            group.saved.is_empty()
        });
        let mut turn = Turn { undo: Undo(Some(Arc::clone(shared))), connection };
        if is_first {
            turn.connection.execute(BEGIN).await.map_err(fault)?;
        }
        Ok(turn)
    }

    /// Waits for what is under way, and closes the connection.
    pub(super) async fn close(&self) {
        let mut connection = self.0.connection.lock().await;
        if let Some(open) = connection.as_mut() {
            self.0.end(open).await;
        }
        if let Some(open) = connection.take()
            && let Err(error) = open.close().await
        {
            tracing::error!(%error, "the database was not closed");
        }
    }

    /// Whether nobody has the turn.
    pub(super) fn is_idle(&self) -> bool {
        self.0.connection.try_lock().is_ok()
    }
}

impl Turn {
    /// Commits, alone or with others; returns when it is on the disk.
    ///
    /// # Errors
    /// Nothing of it was kept.
    pub(super) async fn save(mut self) -> Result<(), Fault> {
        let Some(shared) = self.undo.0.clone() else { return Ok(()) };
        let is_first = shared.change(|group| group.saved.is_empty());
        let is_last = shared.waiting.load(Ordering::SeqCst) == 0;
        if !is_last {
            self.connection.execute(if is_first { NEXT } else { END_AND_NEXT }).await.map_err(fault)?;
        }
        let (told, hear) = oneshot::channel();
        shared.change(|group| {
            group.left = false;
            group.saved.push(told);
        });
        self.undo.0 = None;
        let Self { mut connection, .. } = self;
        // In a task of its own, which nobody cancels: a visitor who leaves must not leave the others without an end. The
        // commit ends the last one's savepoint too.
        if is_last {
            tokio::spawn(async move { shared.end(&mut connection).await });
        } else {
            drop(connection);
            // Behind all who wait now, and they join.
            if is_first {
                tokio::spawn(async move { shared.settle().await });
            }
        }
        hear.await.unwrap_or_else(|_| Err(Fault::Busy("the program is about to end".to_owned())))
    }
}

impl Shared {
    fn change<T>(&self, change: impl FnOnce(&mut Group) -> T) -> T {
        change(&mut self.group.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for a turn to end what is open.
    async fn settle(&self) {
        if let Some(connection) = self.connection.lock().await.as_mut() {
            self.end(connection).await;
        }
    }

    /// Undoes what was left, commits what was saved, and tells it.
    async fn end(&self, connection: &mut SqliteConnection) {
        self.tidy(connection).await;
        let saved = self.change(|group| std::mem::take(&mut group.saved));
        if saved.is_empty() {
            return;
        }
        let done = connection.execute("COMMIT").await.map(drop);
        // Whatever kept it from being committed, a full disk above all: nothing was kept, and another try is worth it.
        let done = done.map_err(|error| Fault::Busy(format!("not committed: {}", fault(error))));
        if done.is_err() {
            abandon(connection).await;
        }
        tell(saved, &done);
    }

    async fn tidy(&self, connection: &mut SqliteConnection) {
        let (left, is_alone) = self.change(|group| (group.left, group.saved.is_empty()));
        if !left {
            return;
        }
        if is_alone {
            abandon(connection).await;
        } else if let Err(error) = connection.execute(UNDO_WITHIN).await {
            // A full disk lets SQLite undo the whole transaction by itself, and the savepoint is gone with it.
            abandon(connection).await;
            let saved = self.change(|group| std::mem::take(&mut group.saved));
            tell(saved, &Err(Fault::Busy(format!("another unit ended the transaction: {error}"))));
        }
        self.change(|group| group.left = false);
    }
}

/// Ends whatever transaction is open. There may be none: SQLite ends one by itself when the disk is full.
async fn abandon(connection: &mut SqliteConnection) {
    if let Err(error) = connection.execute("ROLLBACK").await {
        tracing::debug!(%error, "nothing to undo");
    }
}

fn tell(saved: Vec<oneshot::Sender<Result<(), Fault>>>, done: &Result<(), Fault>) {
    for unit in saved {
        let done = match done {
            Ok(()) => Ok(()),
            Err(Fault::Busy(why)) => Err(Fault::Busy(why.clone())),
            Err(Fault::Other(why)) => Err(Fault::Other(why.clone())),
        };
        // Who has left meanwhile does not hear it.
        let _ = unit.send(done);
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move { shared.settle().await });
        }
    }
}

impl Deref for Turn {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

/// A place in the queue, given up when the turn comes or nobody waits for it any more.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn of(shared: &'a Shared) -> Self {
        shared.waiting.fetch_add(1, Ordering::SeqCst);
        Self(&shared.waiting)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Poll;

    use sqlx::AssertSqlSafe;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

    use super::*;

    /// A file with a table, one who writes it and one who only looks.
    struct Bench {
        _folder: tempfile::TempDir,
        writer: Writer,
        reader: SqliteConnection,
    }

    impl Bench {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let options = SqliteConnectOptions::new().filename(folder.path().join("file.db")).create_if_missing(true);
            let options = options.journal_mode(SqliteJournalMode::Wal);
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            connection.execute("CREATE TABLE word (word TEXT UNIQUE)").await.unwrap();
            let reader = SqliteConnection::connect_with(&options).await.unwrap();
            Self { _folder: folder, writer: Writer::new(connection), reader }
        }

        async fn words(&mut self) -> String {
            let words: Option<String> = sqlx::query_scalar("SELECT group_concat(word, ' ' ORDER BY rowid) FROM word")
                .fetch_one(&mut self.reader)
                .await
                .unwrap();
            words.unwrap_or_default()
        }

        /// Saves a word while another unit waits for its turn; gives that turn, and what becomes of the first.
        async fn two(&self) -> (Turn, tokio::task::JoinHandle<Result<(), Fault>>) {
            let first = write(self.writer.begin().await.unwrap(), "first").await;
            let mut second = Box::pin(self.writer.begin());
            assert!(is_pending(&mut second).await);
            let first = tokio::spawn(first.save());
            (second.await.unwrap(), first)
        }
    }

    async fn write(mut turn: Turn, word: &str) -> Turn {
        turn.execute(AssertSqlSafe(format!("INSERT INTO word VALUES ('{word}')"))).await.unwrap();
        turn
    }

    async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|context| Poll::Ready(pin!(&mut *future).poll(context).is_pending())).await
    }

    #[tokio::test]
    async fn units_that_wait_for_each_other_are_committed_together_and_told_afterwards() {
        let mut bench = Bench::new().await;
        let (second, first) = bench.two().await;
        let second = write(second, "second").await;
        assert_eq!(bench.words().await, "");
        assert!(!first.is_finished());
        second.save().await.unwrap();
        first.await.unwrap().unwrap();
        assert_eq!(bench.words().await, "first second");
        write(bench.writer.begin().await.unwrap(), "third").await.save().await.unwrap();
        assert_eq!(bench.words().await, "first second third");
    }

    #[tokio::test]
    async fn what_is_not_saved_is_undone_without_the_others() {
        let mut bench = Bench::new().await;
        let (second, first) = bench.two().await;
        drop(write(second, "second").await);
        first.await.unwrap().unwrap();
        assert_eq!(bench.words().await, "first");
        drop(write(bench.writer.begin().await.unwrap(), "alone").await);
        write(bench.writer.begin().await.unwrap(), "third").await.save().await.unwrap();
        assert_eq!(bench.words().await, "first third");
    }

    #[tokio::test]
    async fn nobody_waits_for_ever_for_one_who_gave_up_waiting_for_a_turn() {
        let mut bench = Bench::new().await;
        let first = write(bench.writer.begin().await.unwrap(), "first").await;
        let mut second = Box::pin(bench.writer.begin());
        assert!(is_pending(&mut second).await);
        let mut first = Box::pin(first.save());
        assert!(is_pending(&mut first).await);
        drop(second);
        first.await.unwrap();
        assert_eq!(bench.words().await, "first");
    }

    #[tokio::test]
    async fn one_who_leaves_after_saving_leaves_the_others_their_commit() {
        let mut bench = Bench::new().await;
        let (second, first) = bench.two().await;
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        write(second, "second").await.save().await.unwrap();
        assert_eq!(bench.words().await, "first second");
    }

    #[tokio::test]
    async fn a_transaction_that_ends_by_itself_is_no_ones_success() {
        let mut bench = Bench::new().await;
        let (second, first) = bench.two().await;
        let mut second = write(second, "second").await;
        // As SQLite does when the disk is full.
        second.execute("ROLLBACK").await.unwrap();
        second.save().await.unwrap_err();
        let fault = first.await.unwrap().unwrap_err();
        assert!(matches!(fault, Fault::Busy(_)), "{fault:?}");
        assert_eq!(bench.words().await, "");
        write(bench.writer.begin().await.unwrap(), "third").await.save().await.unwrap();
        assert_eq!(bench.words().await, "third");
    }

    #[tokio::test]
    async fn a_closed_store_gives_no_turn_and_lost_nothing() {
        let mut bench = Bench::new().await;
        let (second, first) = bench.two().await;
        let (writer, closing) = (bench.writer.clone(), bench.writer.clone());
        let closing = tokio::spawn(async move { closing.close().await });
        write(second, "second").await.save().await.unwrap();
        first.await.unwrap().unwrap();
        closing.await.unwrap();
        assert_eq!(bench.words().await, "first second");
        assert!(writer.begin().await.is_err());
    }
}
