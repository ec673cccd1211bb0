//! The database under the portal, as a case sees it: how it begins, how it is asked, how it is stopped and started.

use sqlx::Row as _;
use sqlx::{AssertSqlSafe, SqlitePool};
use testkit::program::{Plan, Program};

use crate::bench::binary;

/// The databases there are. Another one is another variant: where its data lies, how it is asked from behind, and what of
/// it can be restarted apart from the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Sqlite,
}

impl Base {
    /// Every database that the cases run on.
    pub const ALL: [Self; 1] = [Self::Sqlite];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
        }
    }

    /// A portal on a fresh database of this kind, set up and not yet running.
    pub async fn prepare(self, plan: &Plan) -> Program {
        match self {
            Self::Sqlite => Program::prepare(&binary(), plan).await,
        }
    }

    /// The database from behind.
    pub async fn open(self, program: &Program) -> Behind {
        match self {
            Self::Sqlite => Behind::Sqlite(program.database().await),
        }
    }
}

/// A connection of the test's own.
pub enum Behind {
    Sqlite(SqlitePool),
}

impl Behind {
    /// The rows of a statement whose columns are all text or numbers, each column as text; nothing for none.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        match self {
            Self::Sqlite(pool) => {
                let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(pool).await;
                let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
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
        }
    }

    /// The one number that a statement finds.
    pub async fn count(&self, sql: &str) -> i64 {
        self.rows(sql).await[0][0].as_ref().map_or(0, |number| number.parse().unwrap())
    }

    pub async fn execute(&self, sql: &str) {
        match self {
            Self::Sqlite(pool) => {
                sqlx::query(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
            }
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
        }
    }

    pub async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
        }
    }
}
