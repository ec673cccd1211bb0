//! A connection that ends in the middle of being saved.

use backboard::audit::{Row, Tie};
use backboard::moment::Moment;
use backboard::service::ports::Store as _;
use server::store::{AnyStore as _, Postgres};
use sqlx::PgPool;
use testkit::cluster::OwnDatabase;
use testkit::program::until;

/// Sessions that have saved, and wait for a second server to say that it has it too.
const SAVED: &str = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_saved_when_the_connection_ended_counts_as_saved() {
    let own = OwnDatabase::alone();
    let store = Postgres::open(&own.url()).await.unwrap();
    let behind = PgPool::connect(&own.url()).await.unwrap();
    // A standby that never comes: COMMIT is done here, and its answer waits.
    sqlx::raw_sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'").execute(&behind).await.unwrap();
    own.crash();
    own.start();
    let mut unit = store.begin().await.unwrap();
    let row = Row {
        id: 1,
        at: Moment(1),
        actor: "person".to_owned(),
        action: "claimed".to_owned(),
        account: None,
        detail: String::new(),
        tie: Some(Tie { key: 1, digest: [7; 32] }),
    };
    unit.add_audit(&row).await.unwrap();
    let saving = tokio::spawn(unit.save());
    let count = format!("SELECT count(*) {SAVED}");
    let waiting =
        async || sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(count.clone())).fetch_one(&behind).await.unwrap();
    until("it waits", async || waiting().await == 1).await;
    let cut = format!("SELECT pg_terminate_backend(pid) {SAVED}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(cut)).execute(&behind).await.unwrap();
    saving.await.unwrap().unwrap();
    assert_eq!(store.read().await.unwrap().find_newest_audit().await.unwrap().unwrap().id, 1);
    store.close().await;
}
