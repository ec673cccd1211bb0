//! Where people, flows, links and the rest are kept: the port `backboard::service::ports::Store`.
//!
//! Two databases, and one text of their statements: the files in `sql/` are compiled for each of them, and what the
//! databases call by different names stands in `sqlite.rs` and `postgres.rs` (decision 0022). Both are held to the one
//! suite in `testkit::contract`.

pub mod copying;
pub mod postgres;
pub mod sqlite;
mod steps;

pub use postgres::Postgres;
pub use sqlite::{NEWEST_STEP, Sqlite};

use std::sync::Arc;

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::service::ports::{Fault, Store};
use backboard::service::roster::RosterStore;

use crate::config::Database;
use crate::keys::{Keys, Ring};

/// A store as the server runs on it, whatever its database is.
#[async_trait]
pub trait AnyStore: Store + RosterStore + KeyLedger {
    /// Waits for what is under way, and closes the database.
    async fn close(&self);

    /// The newest step that this version takes the tables to.
    fn newest_step(&self) -> i64;

    /// How its pools of connections stand.
    fn pools(&self) -> Vec<Pool>;

    /// Whether this node may do what is scheduled: none while another one does.
    async fn lead(&self) -> Result<Option<Box<dyn Lead>>, Fault>;

    /// Whether other nodes may write to the same database, so that this one is not told of everything by itself.
    fn is_shared(&self) -> bool;
}

/// How many connections a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What its connections are for: `write`, `read`, or `other`.
    pub name: &'static str,
    pub open: u32,
    /// Of those.
    pub idle: u32,
}

impl Pool {
    fn of<D: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<D>) -> Self {
        Self { name, open: pool.size(), idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX) }
    }
}

/// That this node, and no other, does what is scheduled.
#[async_trait]
pub trait Lead: Send {
    /// Whether it still does.
    async fn holds(&mut self) -> bool;
    /// Lets another one.
    async fn end(self: Box<Self>);
}

/// Which keys the portal makes things with, and what still lies under older ones. Keys that come and go are the server's
/// own business, and no use case's.
#[async_trait]
pub trait KeyLedger: Send + Sync {
    /// The keys that the portal was started with last; none before its first start.
    async fn find_begun(&self) -> Result<Vec<Begun>, Fault>;
    /// Writes down that the portal begins to make things with these keys, and gives the rings where that is new.
    async fn begin_keys(&self, keys: &Keys, now: Moment) -> Result<Vec<Ring>, Fault>;
    /// What lies under the keys of a ring. What is known by its digest alone says nothing of its key: of that ring only
    /// what was made before `since` is counted.
    async fn find_lying(&self, ring: Ring, since: Moment, now: Moment) -> Result<Vec<Lying>, Fault>;
}

/// The key of a ring that the portal was started with last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    pub ring: Ring,
    pub key: u8,
    /// Tells it from every other key of its number.
    pub mark: Vec<u8>,
    /// When the portal was first started with it.
    pub since: Moment,
}

/// So many things of one kind lie under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    /// None where the thing itself does not say, or says what cannot be read.
    pub key: Option<u8>,
    /// One, and several.
    pub what: (&'static str, &'static str),
    pub count: u64,
}

/// Opens what the configuration names.
///
/// # Errors
/// When it cannot be opened, or holds what this version does not know.
pub async fn open(database: &Database) -> Result<Arc<dyn AnyStore>, Fault> {
    Ok(match database {
        Database::Sqlite(path) => Arc::new(Sqlite::open(path).await?),
        Database::Postgres(url) => {
            let store = Postgres::open(url.reveal()).await?;
            if store.is_copy().await? {
                let sentence = "a copy into the database is not finished; run backboard copy again";
                return Err(Fault::Other(sentence.to_owned()));
            }
            Arc::new(store)
        }
    })
}
