//! The database under the portal, as a case sees it: how it begins, how it is asked, how it is stopped and started.

use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool, Row as _, SqlitePool};
use testkit::cluster::OwnDatabase;
use testkit::program::{Plan, Program};

use crate::bench::binary;

/// The databases there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Sqlite,
    Postgres,
}

impl Base {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A database of one case.
pub enum Stand {
    /// A file of the program's own.
    Sqlite,
    /// On the server that the tests share, or on one of the case's own.
    Postgres(OwnDatabase),
}

impl Stand {
    pub fn on(base: Base) -> Self {
        match base {
            Base::Sqlite => Self::Sqlite,
            Base::Postgres => Self::Postgres(OwnDatabase::new()),
        }
    }

    pub const fn base(&self) -> Base {
        match self {
            Self::Sqlite => Base::Sqlite,
            Self::Postgres(_) => Base::Postgres,
        }
    }

    /// A portal on it, set up and not yet running.
    pub async fn prepare(&self, plan: Plan) -> Program {
        let database = match self {
            Self::Sqlite => None,
            Self::Postgres(own) => Some(own.url()),
        };
        Program::prepare(&binary(), &Plan { database, ..plan }).await
    }

    /// The database from behind.
    pub async fn open(&self, program: &Program) -> Behind {
        match self {
            Self::Sqlite => Behind::Sqlite(program.database().await),
            Self::Postgres(own) => {
                Behind::Postgres(PgPoolOptions::new().max_connections(1).connect(&own.url()).await.unwrap())
            }
        }
    }
}

/// A connection of the test's own.
pub enum Behind {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Behind {
    /// The rows of a statement whose columns are all text or numbers, each column as text; nothing for none.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        match self {
            Self::Sqlite(pool) => {
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
                    .fetch_all(pool)
                    .await
                    .unwrap_or_else(|error| panic!("{sql}: {error}"));
                rows.iter()
                    .map(|row| {
                        let text = |at| {
                            row.try_get_unchecked::<Option<String>, _>(at).unwrap_or_else(|_| {
                                row.try_get_unchecked::<Option<i64>, _>(at).unwrap().map(|number| number.to_string())
                            })
                        };
                        (0..row.len()).map(text).collect()
                    })
                    .collect()
            }
            // Asked without parameters, this server gives every column as text.
            Self::Postgres(pool) => {
                let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                    .fetch_all(pool)
                    .await
                    .unwrap_or_else(|error| panic!("{sql}: {error}"));
                rows.iter().map(|row| (0..row.len()).map(|at| row.try_get_unchecked(at).unwrap()).collect()).collect()
            }
        }
    }

    /// The one number that a statement finds.
    pub async fn count(&self, sql: &str) -> i64 {
        self.rows(sql).await[0][0].as_ref().map_or(0, |number| number.parse().unwrap())
    }

    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
            Self::Postgres(pool) => drop(sqlx::raw_sql(sql).execute(pool).await.unwrap()),
        }
    }

    /// What the database says of itself where plain SQL cannot ask: nothing when it is whole.
    pub async fn damage(&self) -> Vec<String> {
        match self {
            Self::Sqlite(pool) => {
                let mut damage: Vec<String> =
                    sqlx::query_scalar("PRAGMA integrity_check").fetch_all(pool).await.unwrap();
                damage.retain(|line| line != "ok");
                for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(pool).await.unwrap() {
                    damage.push(format!("a row of {} names what is not there", row.get::<String, _>(0)));
                }
                damage
            }
            Self::Postgres(_) => {
                self.execute("CREATE EXTENSION IF NOT EXISTS amcheck").await;
                let damage = self.rows(DAMAGE).await;
                damage.into_iter().map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(": ")).collect()
            }
        }
    }

    pub async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Every table and every index that is not what it should be. An index that is broken ends the statement with an error.
const DAMAGE: &str = "
    WITH own AS (
        SELECT pg_class.oid, relname, relkind, relam FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = 'public'),
    indexes AS MATERIALIZED (
        SELECT bt_index_check(own.oid, true) FROM own
        JOIN pg_am ON pg_am.oid = relam AND amname = 'btree' WHERE relkind = 'i')
    SELECT relname, msg FROM own, verify_heapam(own.oid) WHERE relkind = 'r'
    UNION ALL SELECT 'an index', 'is not there' WHERE (SELECT count(*) FROM indexes) = 0";
