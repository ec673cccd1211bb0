//! `backboard audit`: rows changed, put in, taken away or cut off behind the portal's back are found and named.

use std::fs;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::bench::Office;

/// Who has the database, and not the keys.
struct Intruder(SqlitePool);

impl Intruder {
    async fn at(office: &Office) -> Self {
        let file = office.folder.path().join("data/backboard.db");
        Self(SqlitePool::connect_with(SqliteConnectOptions::new().filename(file)).await.unwrap())
    }

    async fn does(&self, what: &'static str) {
        let done = sqlx::query(what).execute(&self.0).await.unwrap();
        assert!(done.rows_affected() > 0, "{what}");
    }
}

/// An office in which something has happened: several rows of the audit.
fn eventful() -> Office {
    let office = Office::with_roster();
    for act in ["suspend", "reactivate", "temporary-password", "suspend", "reactivate"] {
        assert_eq!(office.run(&["account", act, "ada.lovelace"]).status, 0, "{act}");
    }
    office
}

fn verified(office: &Office) -> Result<String, String> {
    let said = office.run(&["audit", "verify"]);
    if said.status == 0 { Ok(said.out) } else { Err(said.err) }
}

/// The rows, as they are written out.
fn exported(office: &Office) -> Vec<serde_json::Value> {
    let said = office.run(&["audit", "export"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The line of the head, as the log has it.
fn head(office: &Office) -> String {
    verified(office).unwrap().lines().find(|line| line.starts_with("audit head ")).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_untouched_audit_is_verified_and_written_out_in_order() {
    let office = eventful();
    let rows = exported(&office);
    assert_eq!(
        verified(&office).unwrap().lines().next(),
        Some(format!("{} rows, each as it was written.", rows.len()).as_str())
    );
    let actions: Vec<&str> = rows.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions.first(), Some(&"imported"));
    assert!(
        actions.ends_with(&["suspended", "reactivated", "temporary-issued", "suspended", "reactivated"]),
        "{actions:?}"
    );
    for (place, row) in rows.iter().enumerate() {
        assert_eq!(row["id"], place + 1);
        assert_eq!(row["key"], 1);
        assert!(row["digest"].as_str().is_some_and(|digest| digest.len() == 64), "{row}");
        let at = row["at"].as_str().unwrap();
        assert!(at.len() == 20 && at.starts_with("20") && at.ends_with('Z'), "{at}");
    }
    let later = office.run(&["audit", "export", "--after", "2"]).out;
    assert_eq!(later.lines().count(), rows.len() - 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_file_says_of_each_reason_whether_it_is_there_and_as_it_was_written() {
    let office = eventful();
    let intruder = Intruder::at(&office).await;
    for done in [
        "UPDATE audit SET detail = detail || ' reason=1.gone' WHERE action = 'suspended'",
        "UPDATE audit SET detail = detail || ' reason=1.other' WHERE action = 'reactivated'",
        "INSERT INTO act_reason SELECT '1.other', min(account), x'00', 'put in' FROM audit WHERE account > 0",
    ] {
        intruder.does(done).await;
    }
    for row in exported(&office) {
        let state = match row["action"].as_str().unwrap() {
            "suspended" => "gone".into(),
            "reactivated" => "changed".into(),
            _ => serde_json::Value::Null,
        };
        assert_eq!((&row["reason_state"], &row["reason"]), (&state, &serde_json::Value::Null), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_first_bad_row_is_named_whatever_was_done_to_it() {
    for (what, said) in [
        ("UPDATE audit SET detail = 'nothing' WHERE id = 3", "Row 3 ("),
        ("UPDATE audit SET account = account + 1 WHERE id = 3", "Row 3 ("),
        ("UPDATE audit SET at = at - 60 WHERE id = 3", "Row 3 ("),
        ("UPDATE audit SET digest = zeroblob(31) WHERE id = 3", "Row 3 ("),
        ("UPDATE audit SET key = 2 WHERE id = 3", "under key 2 of [[audit]]"),
        ("UPDATE audit SET key = NULL, digest = NULL WHERE id = 3", "Row 3 ("),
        ("DELETE FROM audit WHERE id = 3", "Between row 2 and row 4 "),
        ("DELETE FROM audit WHERE id < 3", "Between row 0 and row 3 "),
        ("UPDATE audit SET id = id + 100 WHERE id = 3", "Between row 2 and row 4 "),
        ("UPDATE audit SET id = CASE id WHEN 3 THEN -4 ELSE -3 END WHERE id IN (3, 4)", "and row -4 "),
        (
            "INSERT INTO audit (id, at, actor, action, account, detail, key, digest) \
             SELECT id + 1, at, actor, action, account, detail, key, digest FROM audit ORDER BY id DESC LIMIT 1",
            "is not as it was written, or was put in",
        ),
        (
            "INSERT INTO audit (id, at, actor, action, account, detail) SELECT max(id) + 1, 0, 'person', 'x', 1, '' FROM audit",
            "was put in",
        ),
    ] {
        let office = eventful();
        Intruder::at(&office).await.does(what).await;
        let found = verified(&office).unwrap_err();
        assert!(found.starts_with("backboard: ") && found.contains(said), "{what}: {found}");
        assert_eq!(found.trim_end().lines().count(), 1, "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn rows_cut_off_at_the_end_are_missed_beside_a_log() {
    let office = eventful();
    let log = office.folder.path().join("portal.log");
    let verify = |office: &Office| office.run(&["audit", "verify", "--log", "portal.log"]);
    fs::write(&log, "nothing of the audit\n").unwrap();
    assert!(verify(&office).err.contains("names no head of the audit"));

    fs::write(&log, format!("noise \u{fffd}\n{{\"message\":\"{}\"}}\n", head(&office))).unwrap();
    let said = verify(&office);
    assert!(said.status == 0 && said.out.contains("Every head of the log was found: 1."), "{}{}", said.out, said.err);

    let intruder = Intruder::at(&office).await;
    intruder.does("DELETE FROM audit WHERE id > 4").await;
    assert!(verified(&office).is_ok(), "the rows that are left follow from each other");
    let found = verify(&office).err;
    assert!(found.contains("ends with row 4") && found.contains("cut off"), "{found}");
    // What is written afterwards does not hide it.
    for act in ["suspend", "reactivate", "suspend", "reactivate", "suspend"] {
        assert_eq!(office.run(&["account", act, "max.mute"]).status, 0);
    }
    let found = verify(&office).err;
    assert!(found.contains("is not the one that the log names"), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn rows_from_before_the_chain_are_counted_and_nothing_else_passes_for_them() {
    let office = Office::with_roster();
    let intruder = Intruder::at(&office).await;
    // As a version without a chain left them.
    intruder.does("UPDATE audit SET key = NULL, digest = NULL, id = id * 2").await;
    assert_eq!(office.run(&["account", "suspend", "ada.lovelace"]).status, 0);
    assert_eq!(office.run(&["account", "reactivate", "ada.lovelace"]).status, 0);
    let said = verified(&office).unwrap();
    let before = exported(&office).len() - 2;
    assert!(said.contains(&format!("The first {before} are from before there was a chain")), "{said}");
    // One of today's without its tie is no such row.
    intruder.does("UPDATE audit SET key = NULL, digest = NULL WHERE id = (SELECT max(id) - 1 FROM audit)").await;
    assert!(verified(&office).is_err());
}

#[test]
fn another_key_file_proves_nothing() {
    let office = eventful();
    fs::remove_file(office.folder.path().join("keys/keys.toml")).unwrap();
    assert_eq!(office.run(&["keys", "new"]).status, 0);
    let found = verified(&office).unwrap_err();
    assert!(found.contains("Row 1 ("), "{found}");
}

#[test]
fn without_a_database_there_is_nothing_to_verify_and_none_is_made() {
    let office = Office::new();
    assert_eq!(office.run(&["keys", "new"]).status, 0);
    let found = verified(&office).unwrap_err();
    assert!(found.contains("There is no database at"), "{found}");
    assert!(!office.folder.path().join("data").exists());
}
