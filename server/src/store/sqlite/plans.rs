//! How SQLite finds what is asked often, or of many.

use sqlx::{AssertSqlSafe, Row as _};

use super::sql::reports::{DELAYS, DONE, EXPIRED_KEPT, EXPIRED_PURGED, EXPIRING, REFUSED, UNUSED};
use super::sql::search::{BY_CERTIFICATE, BY_EMAIL, BY_NAME, BY_USERNAME, FOUND};
use crate::store::Sqlite;

#[tokio::test]
async fn no_search_reads_through_a_table_or_sorts() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("backboard.db")).await.unwrap();
    for sql in [BY_NAME, BY_USERNAME, BY_CERTIFICATE, BY_EMAIL, FOUND] {
        let plan = plan(&store, sql).await;
        assert!(!plan.is_empty());
        for step in &plan {
            assert!(step.starts_with("SEARCH "), "{sql}\n{plan:?}");
        }
    }
}

/// Nothing is read through that grows with people, accounts or what happened to them: each of the tables is found
/// by an index, or by the number of a row.
#[tokio::test]
async fn no_report_reads_a_table_through() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("backboard.db")).await.unwrap();
    for (sql, indexes) in [
        (DONE, &["USING COVERING INDEX audit_action"][..]),
        (REFUSED, &["USING COVERING INDEX audit_refused"]),
        (EXPIRED_KEPT, &["USING INDEX link_expires"]),
        (EXPIRED_PURGED, &["USING PRIMARY KEY"]),
        (DELAYS, &["USING COVERING INDEX mail_delay"]),
        (EXPIRING, &["USING COVERING INDEX account_expires"]),
        (UNUSED, &["USING INDEX temporary_unused", "USING INTEGER PRIMARY KEY"]),
    ] {
        let plan = plan(&store, sql).await;
        for index in indexes {
            assert!(plan.iter().any(|step| step.contains(index)), "{sql}: {plan:?}");
        }
        let is_scan = |step: &&String| step.starts_with("SCAN");
        assert!(!plan.iter().any(|step| is_scan(&step)), "{sql}: {plan:?}");
    }
}

async fn plan(store: &Sqlite, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&store.readers).await;
    rows.unwrap().iter().map(|row| row.get("detail")).collect()
}
