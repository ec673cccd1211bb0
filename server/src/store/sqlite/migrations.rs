//! The steps that bring a file's tables up to date. A step that has shipped is never edited.

use backboard::service::ports::Fault;
use sqlx::SqlitePool;

use crate::store::steps::{self, Step};

/// Number, name and text of every step, oldest first.
const STEPS: [Step; 14] = [
    (1, "start", include_str!("../../../migrations/sqlite/0001_start.sql")),
    (2, "back in", include_str!("../../../migrations/sqlite/0002_back_in.sql")),
    (3, "audit chain", include_str!("../../../migrations/sqlite/0003_audit_chain.sql")),
    (4, "keys", include_str!("../../../migrations/sqlite/0004_keys.sql")),
    (5, "forgotten", include_str!("../../../migrations/sqlite/0005_forgotten.sql")),
    (6, "link order", include_str!("../../../migrations/sqlite/0006_link_order.sql")),
    (7, "staff", include_str!("../../../migrations/sqlite/0007_staff.sql")),
    (8, "search", include_str!("../../../migrations/sqlite/0008_search.sql")),
    (9, "acts", include_str!("../../../migrations/sqlite/0009_acts.sql")),
    (10, "bounces", include_str!("../../../migrations/sqlite/0010_bounces.sql")),
    (11, "reports", include_str!("../../../migrations/sqlite/0011_reports.sql")),
    (12, "import job", include_str!("../../../migrations/sqlite/0012_import_job.sql")),
    (13, "epoch", include_str!("../../../migrations/sqlite/0013_epoch.sql")),
    (14, "language", include_str!("../../../migrations/sqlite/0014_language.sql")),
];

/// The number of the newest step.
pub const NEWEST: i64 = {
    let [.., (number, ..)] = STEPS;
    number
};

pub async fn run(pool: &SqlitePool) -> Result<(), Fault> {
    take(pool, &STEPS).await
}

async fn take(pool: &SqlitePool, steps: &[Step]) -> Result<(), Fault> {
    steps::migrator(steps).run(pool).await.map_err(Fault::other)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use backboard::account::AccountState;
    use backboard::expiry::Schedule;
    use backboard::moment::Moment;
    use backboard::service::ports::Store as _;
    use backboard::staff::{Bounds, Lookup};
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{AssertSqlSafe, Row as _};

    use super::*;
    use crate::store::Sqlite;

    /// A row in every table that the first step makes.
    const ROWS: [&str; 10] = [
        "INSERT INTO account VALUES (3, 'Ada.Lovelace', 'ada.lovelace', 'active', 1, '$hash$', 1800000000, 7)",
        "INSERT INTO person VALUES (5, 'P-1', 3, 'Lovelace', 'Ada', '', 'Byron', '1984-02-29', zeroblob(32), 1, \
         'EMT1', 'Paramedic', 'ada@example.org', 'eICS;EMTrack', 'ada.lovelace', 'active', 8, zeroblob(32))",
        "INSERT INTO link VALUES ('link', 'claim', 3, 'flow', zeroblob(32), zeroblob(32), 9, 1800003600, NULL, 11)",
        "INSERT INTO flow VALUES ('flow', 'claim', zeroblob(32), 'password', 3, 'link', 2, 12)",
        "INSERT INTO session VALUES (zeroblob(32), 'full', 3, 13, 14, 15)",
        "INSERT INTO budget VALUES ('key', 16)",
        "INSERT INTO spent VALUES (zeroblob(32), 17)",
        "INSERT INTO job VALUES (4, 'claim', x'01', 18, 1)",
        "INSERT INTO mail VALUES (6, 'mail', 'ada@example.org', 3, 'claim-link', NULL, 19, NULL, 1, 20, NULL, '')",
        "INSERT INTO audit VALUES (9, 21, 'person', 'claimed', 3, '')",
    ];

    #[tokio::test]
    async fn a_file_of_the_first_step_keeps_its_rows_when_the_later_steps_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backboard.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        take(&pool, &STEPS[..1]).await.unwrap();
        for row in ROWS {
            sqlx::query(row).execute(&pool).await.unwrap();
        }
        let columns = columns(&pool).await;
        let before = contents(&pool, &columns).await;
        assert_eq!(before.len(), ROWS.len(), "a table has no row: {before:?}");

        let store = Sqlite::open(&path).await.unwrap();
        assert_eq!(contents(&pool, &columns).await, before);

        // What is new about them says nothing yet.
        let mut unit = store.read().await.unwrap();
        let account = unit.find_account(3).await.unwrap().unwrap();
        assert_eq!((account.state, account.shared), (AccountState::Active, true));
        assert_eq!((account.schedule, account.grace_spent, account.frozen), (Schedule::NEVER, false, None));
        let link = unit.find_link("link").await.unwrap().unwrap();
        assert_eq!((link.account, link.person, link.fate.superseded), (3, None, true));
        assert!(!unit.find_session(&[0; 32]).await.unwrap().unwrap().temporary);
        assert!(unit.find_challenge(3).await.unwrap().is_none());
        let person = unit.find_people_of(3).await.unwrap();
        assert_eq!(person.first().unwrap().products, ["eICS", "EMTrack"]);
        // The desk finds who was there before there was a desk.
        for name in ["lovelace", "byron"] {
            let lookup = Lookup::Name { last: Bounds::exactly(name), first: Bounds::exactly("ada") };
            assert_eq!(unit.find_matches(&lookup, 9).await.unwrap(), [5], "{name}");
        }
        let links = unit.find_links_of(3).await.unwrap();
        assert_eq!(links.first().map(|link| (link.opened, link.sent)), Some((None, None)));
        // And can be changed like those of today.
        let mut unit = store.begin().await.unwrap();
        assert_eq!(unit.take_answer_try("link", 5).await.unwrap(), Some(4));
        let unscheduled = unit.find_unscheduled(9).await.unwrap();
        assert_eq!(unscheduled.first().map(|account| account.id), Some(3));
        unit.save_schedule(3, Schedule::of(Moment(1_800_000_000), 90)).await.unwrap();
        unit.save().await.unwrap();
    }

    #[tokio::test]
    async fn a_file_that_took_a_step_of_a_later_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backboard.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let later = [STEPS.as_slice(), &[(99, "later", "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")]].concat();
        take(&pool, &later).await.unwrap();
        pool.close().await;
        Sqlite::open(&path).await.unwrap_err();
    }

    /// The columns of every table of ours.
    async fn columns(pool: &SqlitePool) -> BTreeMap<String, Vec<String>> {
        let rows = sqlx::query(
            "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns \
             WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
        )
        .fetch_all(pool)
        .await
        .unwrap();
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            columns.entry(row.get(0)).or_default().push(row.get(1));
        }
        columns
    }

    /// Every row, by its table, as far as these columns go.
    async fn contents(pool: &SqlitePool, columns: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, String> {
        let mut contents = BTreeMap::new();
        for (table, columns) in columns {
            let values: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
            let sql = format!("SELECT {} FROM {table}", values.join(" || ' ' || "));
            for row in sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap() {
                contents.insert(table.clone(), row);
            }
        }
        contents
    }
}
