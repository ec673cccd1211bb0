//! One table, on both sides.

use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, QueryBuilder, Row as _, Sqlite, SqliteConnection};

/// Rows of one lot.
const LOT: usize = 1_000;

/// What a column holds, as PostgreSQL names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Bytes,
    Truth,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Truth(Option<bool>),
}

type Values = Vec<Value>;

pub struct Table {
    pub name: &'static str,
    columns: Vec<(String, Kind)>,
    /// The places of the key's columns, in the key's order.
    key: Vec<usize>,
    /// The column that PostgreSQL numbers by itself.
    numbered: Option<String>,
}

/// Both sides, read once more.
pub struct Compared {
    pub there: u64,
    pub here: u64,
    pub same: bool,
}

/// The next lot of one side, in the order of the key, and a row of it.
macro_rules! reading {
    ($read:ident, $of:ident, $database:ty, $connection:ty, $row:ty) => {
        pub async fn $read(&self, side: &mut $connection, after: Option<&Values>) -> Result<Vec<Values>, sqlx::Error> {
            let mut query = QueryBuilder::<$database>::new(format!("SELECT {} FROM {}", self.all(), self.name));
            if let Some(after) = after {
                query.push(format!(" WHERE ({}) > (", self.names(&self.key).join(", ")));
                let mut values = query.separated(", ");
                for value in after.iter().cloned() {
                    match value {
                        Value::Number(value) => values.push_bind(value),
                        Value::Text(value) => values.push_bind(value),
                        Value::Bytes(value) => values.push_bind(value),
                        Value::Truth(value) => values.push_bind(value),
                    };
                }
                query.push(")");
            }
            query.push(self.in_order());
            let rows = query.build().fetch_all(side).await?;
            rows.iter().map(|row| self.$of(row)).collect()
        }

        fn $of(&self, row: &$row) -> Result<Values, sqlx::Error> {
            let value = |(place, (_, kind)): (usize, &(String, Kind))| {
                Ok(match kind {
                    Kind::Number => Value::Number(row.try_get(place)?),
                    Kind::Text => Value::Text(row.try_get(place)?),
                    Kind::Bytes => Value::Bytes(row.try_get(place)?),
                    Kind::Truth => Value::Truth(row.try_get(place)?),
                })
            };
            self.columns.iter().enumerate().map(value).collect()
        }
    };
}

impl Table {
    /// As both databases describe it.
    pub async fn of(
        name: &'static str,
        source: &mut SqliteConnection,
        target: &mut PgConnection,
    ) -> Result<Self, sqlx::Error> {
        let described = "SELECT column_name::text, data_type::text, is_identity = 'YES' FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1";
        let described: Vec<(String, String, bool)> = sqlx::query_as(described).bind(name).fetch_all(target).await?;
        let mut columns = Vec::new();
        let mut key = Vec::new();
        let listed = sqlx::query("SELECT name, pk FROM pragma_table_info($1) ORDER BY cid").bind(name);
        for row in listed.fetch_all(source).await? {
            let (column, place): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
            let kind = described.iter().find(|(name, ..)| *name == column).map(|(_, kind, _)| kind.as_str());
            let kind = match kind {
                Some("bigint") => Kind::Number,
                Some("text") => Kind::Text,
                Some("bytea") => Kind::Bytes,
                Some("boolean") => Kind::Truth,
                other => return Err(sqlx::Error::Protocol(format!("{name}.{column} is {other:?} in the target"))),
            };
            if place > 0 {
                key.push((place, columns.len()));
            }
            columns.push((column, kind));
        }
        if described.len() != columns.len() {
            return Err(sqlx::Error::Protocol(format!("{name} has other columns in the target")));
        }
        key.sort_unstable();
        let numbered = described.into_iter().find(|(_, _, is_identity)| *is_identity).map(|(column, ..)| column);
        Ok(Self { name, columns, key: key.into_iter().map(|(_, place)| place).collect(), numbered })
    }

    pub async fn count(&self, source: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
        let count: i64 = sqlx::query_scalar(self.counting()).fetch_one(source).await?;
        Ok(count.unsigned_abs())
    }

    pub async fn count_in_target(&self, target: &mut PgConnection) -> Result<u64, sqlx::Error> {
        let count: i64 = sqlx::query_scalar(self.counting()).fetch_one(target).await?;
        Ok(count.unsigned_abs())
    }

    /// The key of the last row that has arrived.
    pub async fn last(&self, target: &mut PgConnection) -> Result<Option<Values>, sqlx::Error> {
        let keys = self.names(&self.key);
        let back: Vec<String> = keys.iter().map(|key| format!("{key} DESC")).collect();
        let sql = format!("SELECT {} FROM {} ORDER BY {} LIMIT 1", self.all(), self.name, back.join(", "));
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(target).await?;
        Ok(row.map(|row| self.of_target(&row)).transpose()?.map(|row| self.key_of(&row)))
    }

    pub fn key_of(&self, row: &Values) -> Values {
        self.key.iter().filter_map(|place| row.get(*place).cloned()).collect()
    }

    reading!(read_source, of_source, Sqlite, SqliteConnection, SqliteRow);
    reading!(read_target, of_target, Postgres, PgConnection, PgRow);

    /// One lot, in one statement: all of it arrives, or nothing.
    pub async fn write(&self, target: &mut PgConnection, rows: &[Values]) -> Result<(), sqlx::Error> {
        let lists: Vec<String> =
            (1..).zip(&self.columns).map(|(place, (_, kind))| format!("${place}::{}[]", kind.name())).collect();
        let sql = format!("INSERT INTO {} ({}) SELECT * FROM unnest({})", self.name, self.all(), lists.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (place, (_, kind)) in self.columns.iter().enumerate() {
            query = bind(query, *kind, rows.iter().filter_map(|row| row.get(place)));
        }
        query.execute(target).await.map(drop)
    }

    /// Both sides, lot by lot.
    pub async fn compare(
        &self,
        source: &mut SqliteConnection,
        target: &mut PgConnection,
    ) -> Result<Compared, sqlx::Error> {
        let (mut there, mut here) = (Side::default(), Side::default());
        loop {
            let rows = self.read_source(source, there.last.as_ref()).await?;
            if !there.take(self, &rows) {
                break;
            }
        }
        loop {
            let rows = self.read_target(target, here.last.as_ref()).await?;
            if !here.take(self, &rows) {
                break;
            }
        }
        let same = there.count == here.count && there.digest.finalize() == here.digest.finalize();
        Ok(Compared { there: there.count, here: here.count, same })
    }

    /// The next row gets the number after the highest that was ever given.
    pub async fn continue_numbers(
        &self,
        source: &mut SqliteConnection,
        target: &mut PgConnection,
    ) -> Result<(), sqlx::Error> {
        let Some(column) = &self.numbered else { return Ok(()) };
        let highest = format!("SELECT coalesce(max({column}), 0) FROM {}", self.name);
        let mut highest: i64 = sqlx::query_scalar(AssertSqlSafe(highest)).fetch_one(&mut *source).await?;
        // Where a number is never given again, the file remembers it after its row is gone.
        let given = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = $1), 0)";
        highest = highest.max(sqlx::query_scalar(given).bind(self.name).fetch_one(source).await?);
        let next = "SELECT setval(pg_get_serial_sequence($1, $2), $3, false)";
        sqlx::query(next).bind(self.name).bind(column).bind(highest.saturating_add(1)).execute(target).await.map(drop)
    }

    fn counting(&self) -> AssertSqlSafe<String> {
        AssertSqlSafe(format!("SELECT count(*) FROM {}", self.name))
    }

    fn all(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }

    fn names(&self, places: &[usize]) -> Vec<&str> {
        places.iter().filter_map(|place| self.columns.get(*place)).map(|(name, _)| name.as_str()).collect()
    }

    fn in_order(&self) -> String {
        format!(" ORDER BY {} LIMIT {LOT}", self.names(&self.key).join(", "))
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Number => "bigint",
            Self::Text => "text",
            Self::Bytes => "bytea",
            Self::Truth => "boolean",
        }
    }
}

/// One column of a lot.
fn bind<'q, 'v>(
    query: Query<'q, Postgres, PgArguments>,
    kind: Kind,
    values: impl Iterator<Item = &'v Value>,
) -> Query<'q, Postgres, PgArguments> {
    macro_rules! list {
        ($kind:ident) => {
            values.map(|value| if let Value::$kind(value) = value { value.clone() } else { None }).collect::<Vec<_>>()
        };
    }
    match kind {
        Kind::Number => query.bind(list!(Number)),
        Kind::Text => query.bind(list!(Text)),
        Kind::Bytes => query.bind(list!(Bytes)),
        Kind::Truth => query.bind(list!(Truth)),
    }
}

/// What was read of one side.
#[derive(Default)]
struct Side {
    count: u64,
    digest: Sha256,
    last: Option<Values>,
}

impl Side {
    /// False when there was nothing any more.
    fn take(&mut self, table: &Table, rows: &[Values]) -> bool {
        for value in rows.iter().flatten() {
            // Length and kind of each value stand before it, so that no two rows look alike that are not.
            let (mark, bytes): (u8, Vec<u8>) = match value {
                Value::Number(None) | Value::Text(None) | Value::Bytes(None) | Value::Truth(None) => (0, Vec::new()),
                Value::Number(Some(number)) => (1, number.to_be_bytes().to_vec()),
                Value::Text(Some(text)) => (2, text.as_bytes().to_vec()),
                Value::Bytes(Some(bytes)) => (3, bytes.clone()),
                Value::Truth(Some(truth)) => (4, vec![u8::from(*truth)]),
            };
            self.digest.update([mark]);
            self.digest.update(bytes.len().to_be_bytes());
            self.digest.update(bytes);
        }
        self.count += rows.len() as u64;
        if let Some(row) = rows.last() {
            self.last = Some(table.key_of(row));
        }
        !rows.is_empty()
    }
}
