//! Names of people who were on the roster before the desk could search for them.

use backboard::service::ports::Fault;
use sqlx::SqlitePool;

use super::sql::columns::column;
use super::sql::search::{Named, add_names};
use super::{BEGIN, TableRow, fault};

/// People whose keys are made in one unit of work.
const BATCH: i64 = 2_000;

/// Makes the keys of those who were on the roster before there were any. What is cut off goes on where it stood.
pub(super) async fn fill(pool: &SqlitePool) -> Result<(), Fault> {
    // Asked without the writer: who only reads opens the store also while another process writes.
    let waits = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM person_name_fill)").fetch_one(pool);
    if !waits.await.map_err(fault)? {
        return Ok(());
    }
    loop {
        let mut transaction = pool.begin_with(BEGIN).await.map_err(fault)?;
        let last: Option<i64> = sqlx::query_scalar("SELECT person FROM person_name_fill")
            .fetch_optional(&mut *transaction)
            .await
            .map_err(fault)?;
        let Some(last) = last else { return Ok(()) };
        let select = "SELECT id, last_name, earlier_names, first_name FROM person WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = sqlx::query(select).bind(last).bind(BATCH).fetch_all(&mut *transaction).await.map_err(fault)?;
        let people: Vec<Named<'_>> = rows.iter().map(named).collect::<Result<_, Fault>>()?;
        add_names(&mut transaction, &people).await?;
        let advance = match people.last() {
            Some(last) => sqlx::query("UPDATE person_name_fill SET person = $1").bind(last.person),
            None => sqlx::query("DELETE FROM person_name_fill"),
        };
        advance.execute(&mut *transaction).await.map_err(fault)?;
        transaction.commit().await.map_err(fault)?;
    }
}

fn named(row: &TableRow) -> Result<Named<'_>, Fault> {
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
    use backboard::staff::{Bounds, Lookup};
    use sqlx::AssertSqlSafe;

    use super::*;
    use crate::store::Sqlite;

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
            let mut turn = store.writer.begin().await.unwrap();
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *turn).await.unwrap();
            turn.save().await.unwrap();
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
            sqlx::query_scalar("SELECT count(*) FROM person_name_fill").fetch_one(&store.readers).await.unwrap();
        assert_eq!(left, 0);
    }
}
