//! `invariants.sql`, asked.

use server::store::AnyStore as _;

use crate::stand::Behind;

const FILE: &str = include_str!("invariants.sql");

/// What the database breaks, in words; nothing when all is well. `present` says which second since 1970 it is.
pub async fn broken(behind: &Behind, present: impl Fn() -> i64) -> Vec<String> {
    let mut broken = behind.damage().await;
    for statement in statements() {
        let ask = async || behind.rows(&statement.replace(":now", &present().to_string())).await;
        let mut found = ask().await;
        // A statement may have to wait, and the present goes on meanwhile: what hangs on it must be so twice.
        if !found.is_empty() && statement.contains(":now") {
            found = ask().await;
        }
        broken.extend(found.into_iter().map(|row| row[0].clone().unwrap_or(statement.clone())));
    }
    broken
}

/// The statements without their comments.
fn statements() -> Vec<String> {
    let code: Vec<&str> = FILE.lines().filter(|line| !line.starts_with("--")).collect();
    let code = code.join("\n");
    code.split(';').map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a test holds what another process wrote against the present")]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[tokio::test]
async fn each_invariant_finds_what_breaks_it_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backboard.db");
    server::store::Sqlite::open(&path).await.unwrap().close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).foreign_keys(false);
    let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    each_finds_what_breaks_it(&Behind::Sqlite(pool)).await;
}

#[tokio::test]
async fn each_invariant_finds_what_breaks_it_on_postgres() {
    let own = testkit::cluster::OwnDatabase::new();
    server::store::Postgres::open(&own.url()).await.unwrap().close().await;
    let options = own.url().parse::<sqlx::postgres::PgConnectOptions>().unwrap();
    // No foreign keys.
    let options = options.options([("session_replication_role", "replica")]);
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    each_finds_what_breaks_it(&Behind::Postgres(pool)).await;
}

async fn each_finds_what_breaks_it(behind: &Behind) {
    // Account 1 is whole; each statement here breaks one thing, and must be named for it.
    const BREAKS: [(&str, &str); 14] = [
        (
            "INSERT INTO session (token, kind, account, created, seen, expires) VALUES (x'01', 'full', 2, 1, 1, 1)",
            "has a session",
        ),
        ("UPDATE account SET password_hash = 'h', password_set = 100000 WHERE id = 3", "no row of the audit"),
        ("DELETE FROM audit WHERE id = 2", "the audit has"),
        ("UPDATE audit SET digest = NULL, key = NULL WHERE id = 2", "tied to nothing"),
        ("DELETE FROM mail WHERE kind = 'password-set'", "0 notices"),
        ("UPDATE mail SET due = 5 WHERE id = 'm1'", "is due and has ended"),
        ("UPDATE link SET superseded = 5 WHERE id = 'l1'", "spent and superseded"),
        ("UPDATE link SET spent = NULL WHERE id = 'l1'", "its link is not spent"),
        ("UPDATE flow SET step = 'password' WHERE id = 'f1'", "no flow is done with it"),
        ("UPDATE flow SET account = 2 WHERE id = 'f1'", "another account"),
        ("UPDATE account SET frozen = 'resets' WHERE id = 1", "no case is open"),
        ("INSERT INTO job (kind, sealed, due) VALUES ('job', x'01', 100000000)", "is out for"),
        (
            "INSERT INTO temporary_password (id, account, digest, issued, expires, issuer, why) \
             VALUES ('t', 1, x'01', 1, 1, '', '')",
            "outlived",
        ),
        (
            "INSERT INTO session (token, kind, account, created, seen, expires) \
             VALUES (x'01', 'full', 1, 1, 1, 1), (x'02', 'full', 1, 1, 1, 1)",
            "more than began",
        ),
    ];
    const WHOLE: [&str; 6] = [
        "INSERT INTO account (id, username, username_key, state, created, password_hash, password_set) VALUES \
         (1, 'ada', 'ada', 'active', 1, 'h', 100000), (2, 'bea', 'bea', 'suspended', 1, NULL, NULL), \
         (3, 'cee', 'cee', 'active', 1, NULL, NULL)",
        "INSERT INTO person (roster_id, account, last_name, first_name, suffix, earlier_names, born, \
         certification_level, email, products, seen, fingerprint) \
         VALUES ('P', 1, 'L', 'A', '', '', '1984-02-29', 'EMT', 'a@example.org', '', 1, x'00')",
        "INSERT INTO audit (id, at, actor, action, account, detail, key, digest) VALUES \
         (1, 99999, 'person', 'claim-asked', NULL, '', 1, x'00'), (2, 100000, 'person', 'claimed', 1, '', 1, x'00'), \
         (3, 100001, 'person', 'signed-out', 1, '', 1, x'00')",
        "INSERT INTO link (id, purpose, account, flow, token, code, created, expires, spent, number) \
         VALUES ('l1', 'claim', 1, 'f1', x'01', x'01', 1, 103600, 100000, 1)",
        "INSERT INTO flow (id, purpose, browser, step, account, link, expires) \
         VALUES ('f1', 'claim', x'01', 'done', 1, 'l1', 103600)",
        "INSERT INTO mail (id, recipient, account, kind, queued, sent) \
         VALUES ('m1', 'a@example.org', 1, 'password-set', 100000, 100002)",
    ];
    // A blob is written otherwise there.
    let written = |sql: &str| match behind {
        Behind::Sqlite(_) => sql.to_owned(),
        Behind::Postgres(_) => sql.replace("x'", "'\\x"),
    };
    for row in WHOLE {
        behind.execute(&written(row)).await;
    }
    assert_eq!(broken(behind, || 100_100).await, Vec::<String>::new());
    for (change, word) in BREAKS {
        behind.execute("BEGIN").await;
        behind.execute(&written(change)).await;
        let found = broken(behind, || 100_100).await;
        assert!(found.iter().any(|line| line.contains(word)), "{change}: {found:?}");
        behind.execute("ROLLBACK").await;
    }
    assert_eq!(broken(behind, || 100_100).await, Vec::<String>::new(), "a change stayed");
    assert!(statements().len() > 40, "the file is read wrongly");
}
