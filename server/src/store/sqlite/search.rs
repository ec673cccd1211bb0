//! Finding people for the desk, and the keys they are found by.

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen, Username};
use backboard::identity::{Email, searched};
use backboard::service::desk::seen::Found;
use backboard::service::desk::seen::Search;
use backboard::service::ports::Fault;
use backboard::staff::Lookup;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, SqliteConnection, SqlitePool};

use super::people::list;
use super::{BEGIN, Unit, column, fault, unreadable};

/// Keys of one insert: each binds three values.
const KEYS: usize = 300;
/// People whose keys are made in one unit of work.
const BATCH: i64 = 2_000;

const BY_NAME: &str = "SELECT person FROM person_name WHERE key >= ? AND key < ? AND first >= ? AND first < ? \
     ORDER BY key, first, person LIMIT ?";
const BY_USERNAME: &str = "SELECT person.id FROM account CROSS JOIN person ON person.account = account.id \
     WHERE username_key >= ? AND username_key < ? ORDER BY username_key LIMIT ?";
const BY_CERTIFICATE: &str =
    "SELECT id FROM person WHERE certificate >= ? AND certificate < ? ORDER BY certificate, id LIMIT ?";
// As the index has it: `Email::key` folds no more.
const BY_EMAIL: &str =
    "SELECT id FROM person WHERE lower(email) >= ? AND lower(email) < ? ORDER BY lower(email), id LIMIT ?";
const FOUND: &str = "SELECT person.id AS person_id, account.id AS account_id, last_name, first_name, suffix, \
     earlier_names, certificate, certification_level, email, username, state, frozen, shared \
     FROM person JOIN account ON account.id = person.account WHERE person.id = ?";

#[async_trait]
impl Search for Unit {
    async fn find_matches(&mut self, lookup: &Lookup, most: u32) -> Result<Vec<i64>, Fault> {
        let query = match lookup {
            Lookup::Name { last, first } => {
                sqlx::query_scalar(BY_NAME).bind(&last.from).bind(&last.below).bind(&first.from).bind(&first.below)
            }
            Lookup::Username(keys) => sqlx::query_scalar(BY_USERNAME).bind(&keys.from).bind(&keys.below),
            Lookup::Certificate(keys) => sqlx::query_scalar(BY_CERTIFICATE).bind(&keys.from).bind(&keys.below),
            Lookup::Email(keys) => sqlx::query_scalar(BY_EMAIL).bind(&keys.from).bind(&keys.below),
        };
        query.bind(most).fetch_all(&mut *self.transaction).await.map_err(fault)
    }

    async fn find_found(&mut self, people: &[i64]) -> Result<Vec<Found>, Fault> {
        let mut rows = Vec::with_capacity(people.len());
        for person in people {
            rows.extend(sqlx::query(FOUND).bind(person).fetch_optional(&mut *self.transaction).await.map_err(fault)?);
        }
        rows.iter().map(found).collect()
    }
}

fn found(row: &SqliteRow) -> Result<Found, Fault> {
    let email: Option<&str> = column(row, "email")?;
    let frozen: Option<&str> = column(row, "frozen")?;
    Ok(Found {
        person: column(row, "person_id")?,
        account: column(row, "account_id")?,
        last_name: column(row, "last_name")?,
        first_name: column(row, "first_name")?,
        suffix: column(row, "suffix")?,
        earlier_names: list(column(row, "earlier_names")?),
        certificate: column(row, "certificate")?,
        level: column(row, "certification_level")?,
        email: email.map(Email::parse).transpose().map_err(|_| unreadable("e-mail address"))?,
        username: Username::parse(column(row, "username")?).map_err(|_| unreadable("username"))?,
        state: AccountState::from_code(column(row, "state")?).ok_or_else(|| unreadable("account state"))?,
        frozen: frozen.map(|code| Frozen::from_code(code).ok_or_else(|| unreadable("freeze"))).transpose()?,
        shared: column(row, "shared")?,
    })
}

/// The names of a person, as they are searched by.
pub(super) struct Named<'a> {
    pub person: i64,
    pub last: &'a str,
    pub earlier: Vec<&'a str>,
    pub first: &'a str,
}

/// Adds the keys of these people.
pub(super) async fn add_names(connection: &mut SqliteConnection, people: &[Named<'_>]) -> Result<(), Fault> {
    let keys: Vec<(String, String, i64)> = people
        .iter()
        .flat_map(|named| {
            let keys = searched(named.last, named.earlier.iter().copied(), named.first).into_iter();
            keys.map(|(key, first)| (key, first, named.person))
        })
        .collect();
    for chunk in keys.chunks(KEYS) {
        let mut query = QueryBuilder::new("INSERT INTO person_name (key, first, person) ");
        query.push_values(chunk, |mut row, (key, first, person)| {
            row.push_bind(key).push_bind(first).push_bind(person);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().persistent(chunk.len() == KEYS).execute(&mut *connection).await.map_err(fault)?;
    }
    Ok(())
}

/// Takes a person's keys away.
pub(super) async fn remove_names(connection: &mut SqliteConnection, person: i64) -> Result<(), Fault> {
    let query = sqlx::query("DELETE FROM person_name WHERE person = ?").bind(person);
    query.execute(connection).await.map(drop).map_err(fault)
}

/// Makes the keys of those who were on the roster before there were any. What is cut off goes on where it stood.
pub(super) async fn fill_names(pool: &SqlitePool) -> Result<(), Fault> {
    loop {
        let mut transaction = pool.begin_with(BEGIN).await.map_err(fault)?;
        let last: Option<i64> = sqlx::query_scalar("SELECT person FROM person_name_fill")
            .fetch_optional(&mut *transaction)
            .await
            .map_err(fault)?;
        let Some(last) = last else { return Ok(()) };
        let select = "SELECT id, last_name, earlier_names, first_name FROM person WHERE id > ? ORDER BY id LIMIT ?";
        let rows = sqlx::query(select).bind(last).bind(BATCH).fetch_all(&mut *transaction).await.map_err(fault)?;
        let people: Vec<Named<'_>> = rows.iter().map(named).collect::<Result<_, Fault>>()?;
        add_names(&mut transaction, &people).await?;
        let advance = match people.last() {
            Some(last) => sqlx::query("UPDATE person_name_fill SET person = ?").bind(last.person),
            None => sqlx::query("DELETE FROM person_name_fill"),
        };
        advance.execute(&mut *transaction).await.map_err(fault)?;
        transaction.commit().await.map_err(fault)?;
    }
}

fn named(row: &SqliteRow) -> Result<Named<'_>, Fault> {
    Ok(Named {
        person: column(row, "id")?,
        last: column(row, "last_name")?,
        earlier: column::<&str>(row, "earlier_names")?.split(';').collect(),
        first: column(row, "first_name")?,
    })
}

#[cfg(test)]
mod tests {
    use backboard::service::ports::Store as _;
    use backboard::staff::Bounds;
    use sqlx::{AssertSqlSafe, Row as _};

    use super::*;
    use crate::store::Sqlite;

    #[tokio::test]
    async fn no_search_reads_through_a_table_or_sorts() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("backboard.db")).await.unwrap();
        for sql in [BY_NAME, BY_USERNAME, BY_CERTIFICATE, BY_EMAIL, FOUND] {
            let explain = format!("EXPLAIN QUERY PLAN {}", sql.replace('?', "'x'").replace("LIMIT 'x'", "LIMIT 401"));
            let plan = sqlx::query(AssertSqlSafe(explain)).fetch_all(&store.writer).await.unwrap();
            let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            assert!(!plan.is_empty());
            for step in &plan {
                assert!(step.starts_with("SEARCH "), "{sql}\n{plan:?}");
            }
        }
    }

    #[tokio::test]
    async fn who_was_on_the_roster_before_is_found_and_what_was_cut_off_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backboard.db");
        let store = Sqlite::open(&path).await.unwrap();
        let people = 2 * BATCH + 3;
        for sql in [
            "INSERT INTO account (id, username, username_key, state, created) VALUES (1, 'crew', 'crew', 'active', 0)"
                .to_owned(),
            format!(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people}) INSERT INTO person \
                 (id, roster_id, account, last_name, first_name, suffix, earlier_names, born, certification_level, \
                 products, seen, fingerprint) SELECT i, 'P-' || i, 1, 'O’Brien-Sm' || i, 'Zoë', '', 'Byron;Díaz', \
                 '1990-01-01', '', '', 0, x'' FROM n"
            ),
            // As the step leaves a file that has people, with the first batch done before the power went.
            "INSERT INTO person_name SELECT 'kept', '', 1".to_owned(),
            format!("INSERT INTO person_name_fill VALUES ({BATCH})"),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&store.writer).await.unwrap();
        }
        store.close().await;

        let store = Sqlite::open(&path).await.unwrap();
        let mut unit = store.read().await.unwrap();
        let last = |key: &str| Lookup::Name { last: Bounds::exactly(key), first: Bounds::exactly("zoe") };
        for (key, found) in [("byron", people - BATCH), ("diaz", people - BATCH), (&*format!("sm{people}"), 1)] {
            assert_eq!(unit.find_matches(&last(key), 9_999).await.unwrap().len() as i64, found, "{key}");
        }
        drop(unit);
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM person_name_fill").fetch_one(&store.writer).await.unwrap();
        assert_eq!(left, 0);
    }
}
