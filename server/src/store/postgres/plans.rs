//! How PostgreSQL can find what is asked often, or of many: with reading through tables made dear, as it is where there
//! is much to read, each of these statements is answered by an index.

use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};
use testkit::cluster::OwnDatabase;

use super::sql::reports::{DELAYS, DONE, EXPIRED_KEPT, EXPIRED_PURGED, EXPIRING, REFUSED, UNUSED};
use super::sql::search::{BY_CERTIFICATE, BY_EMAIL, BY_NAME, BY_USERNAME, FOUND};
use crate::store::Postgres;

#[tokio::test]
async fn nothing_that_is_asked_of_many_reads_a_table_through() {
    let own = OwnDatabase::new();
    let store = Postgres::open(&own.url()).await.unwrap();
    let mut connection = store.readers.acquire().await.unwrap();
    connection
        .execute(
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; \
         SET plan_cache_mode = force_generic_plan",
        )
        .await
        .unwrap();
    let searches = [BY_NAME, BY_USERNAME, BY_CERTIFICATE, BY_EMAIL, FOUND];
    let reports = [DONE, REFUSED, EXPIRED_KEPT, EXPIRED_PURGED, DELAYS, EXPIRING, UNUSED];
    for sql in searches.into_iter().chain(reports) {
        let plan = plan(&mut connection, sql).await;
        assert!(plan.contains("Index"), "{sql}\n{plan}");
        assert!(!plan.contains("Seq Scan"), "{sql}\n{plan}");
    }
    // A page of a search is read off its index in order.
    for sql in searches {
        let plan = plan(&mut connection, sql).await;
        assert!(!plan.contains("Sort"), "{sql}\n{plan}");
    }
}

async fn plan(connection: &mut PgConnection, sql: &str) -> String {
    // Only a prepared statement may leave its parameters open. One of them does not show its type.
    let types = if sql == EXPIRED_KEPT { "(bigint, bigint, bigint, text, bigint)" } else { "" };
    connection.execute(AssertSqlSafe(format!("PREPARE asked {types} AS {sql}"))).await.unwrap();
    let most = sql.matches('$').count();
    let parameters = (1..=most).filter(|number| sql.contains(&format!("${number}"))).count();
    let explain = format!("EXPLAIN EXECUTE asked ({})", vec!["NULL"; parameters].join(", "));
    let rows = connection.fetch_all(AssertSqlSafe(explain)).await.unwrap();
    connection.execute("DEALLOCATE asked").await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0) + "\n").collect()
}
