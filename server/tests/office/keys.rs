//! `backboard keys`, as the office types it: rotated, taken up by the portal, indexed anew, retired; and killed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use server::keys::file::KeyFile;
use server::keys::{Keys, Ring};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::bench::{Office, Running};

const SSNS: &str = "person_id,last_name,first_name,date_of_birth,ssn,email,username,status\n\
                    P-1,Lovelace,Ada,1984-02-29,900-12-3456,ada@example.org,ada.lovelace,active\n\
                    P-2,Hopper,Grace,1906-12-09,900-12-3457,grace@example.org,grace.hopper,unclaimed\n\
                    P-3,Without,Will,1990-01-01,,will@example.org,will.without,unclaimed\n";

/// An office whose people have SSNs.
fn office() -> Office {
    let office = Office::with_roster();
    fs::write(office.folder.path().join("roster.csv"), SSNS).unwrap();
    fs::remove_dir_all(office.folder.path().join("data")).unwrap();
    done(&office, &["import", "roster.csv"]);
    office
}

fn done(office: &Office, arguments: &[&str]) -> String {
    let said = office.run(arguments);
    assert_eq!(said.status, 0, "{arguments:?}: {}", said.err);
    said.out
}

fn refused(office: &Office, arguments: &[&str]) -> String {
    let said = office.run(arguments);
    assert_eq!((said.status, said.out.as_str()), (1, ""), "{arguments:?}: {}", said.err);
    said.err
}

fn file(office: &Office) -> KeyFile {
    KeyFile::read(&office.folder.path().join("keys/keys.toml")).unwrap()
}

async fn database(office: &Office) -> SqlitePool {
    let path = office.folder.path().join("data/backboard.db");
    SqlitePool::connect_with(SqliteConnectOptions::new().filename(path)).await.unwrap()
}

async fn count(database: &SqlitePool, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(database).await.unwrap()
}

/// The portal is started, says that it serves, and is ended: from then on it makes things with the newest keys.
fn restart(office: &Office) {
    let portal = office.command(&["serve"]).env("RUST_LOG", "info").stderr(Stdio::piped()).spawn().unwrap();
    let mut portal = Running(portal);
    let mut lines = BufReader::new(portal.0.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("\"serving\"")), "it ended before it served");
}

#[test]
fn every_ring_gets_a_key_or_the_named_ones_alone() {
    let office = office();
    let said = done(&office, &["keys", "rotate"]);
    assert!(said.starts_with("New keys: ssn=2 pepper=2 digest=2 seal=2 audit=2."), "{said}");
    assert!(Ring::ALL.into_iter().all(|ring| file(&office).ids(ring) == [1, 2]));
    let said = done(&office, &["keys", "rotate", "--ring", "seal", "--ring", "ssn", "--ring", "seal"]);
    assert!(said.starts_with("New keys: ssn=3 seal=3."), "{said}");
    assert_eq!(Ring::ALL.map(|ring| file(&office).ids(ring).len()), [3, 2, 2, 3, 2]);
    let mode = fs::metadata(office.folder.path().join("keys/keys.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(office.run(&["keys", "rotate", "--ring", "paper"]).status, 2);
    assert!(said.contains("2 people wait for the next import"), "{said}");
    assert!(done(&office, &["audit", "export"]).contains("\"keys-rotated\""));
    done(&office, &["audit", "verify"]);
}

#[test]
fn rotate_says_what_is_to_be_done_also_before_there_is_a_database() {
    let office = Office::new();
    assert!(refused(&office, &["keys", "rotate"]).contains("backboard keys new"));
    done(&office, &["keys", "new"]);
    let said = done(&office, &["keys", "rotate"]);
    for words in ["Back up", "Restart backboard serve", "backboard import", "keys retire", "There is no database yet"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!office.folder.path().join("data").exists());
    assert!(refused(&office, &["keys", "retire"]).contains("no database"));
}

#[test]
fn a_file_from_before_the_audit_ring_is_mended_by_the_command_that_its_refusal_names() {
    let office = office();
    let path = office.folder.path().join("keys/keys.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.split("[[audit]]").next().unwrap()).unwrap();
    let sentence = refused(&office, &["account", "show", "ada.lovelace"]);
    assert!(sentence.contains("backboard keys rotate --ring audit"), "{sentence}");
    assert!(done(&office, &["keys", "status"]).contains("audit   no key; give it one with"));
    done(&office, &["keys", "rotate", "--ring", "audit"]);
    assert_eq!(file(&office).ids(Ring::Audit), [1]);
    done(&office, &["account", "show", "ada.lovelace"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_rotation_takes_hold_with_the_next_start_and_ends_with_the_older_keys_retired() {
    let office = office();
    restart(&office);
    let database = database(&office).await;
    done(&office, &["account", "temporary-password", "ada.lovelace"]);
    let sealed = "SELECT group_concat(DISTINCT hex(substr(sealed, 1, 1))) FROM mail";
    let seals = async || sqlx::query_scalar::<_, String>(sealed).fetch_one(&database).await.unwrap();
    done(&office, &["keys", "rotate"]);

    // The portal that runs knows nothing of the new keys: no command makes anything with them.
    let status = done(&office, &["keys", "status"]);
    assert!(status.contains("ssn     key 2 will make once the portal is started again, 1 reads"), "{status}");
    done(&office, &["account", "temporary-password", "ada.lovelace"]);
    done(&office, &["import", "roster.csv"]);
    assert_eq!(seals().await, "01");
    assert_eq!(count(&database, "SELECT count(*) FROM person WHERE ssn_key = 1").await, 2);
    let sentence = refused(&office, &["keys", "retire"]);
    assert!(sentence.contains("ssn key 1 is needed by the portal, until it is started again"), "{sentence}");
    assert_eq!(file(&office).ids(Ring::Seal), [1, 2]);

    // Its mails are left to lie, because this is about their keys.
    for sql in [
        "UPDATE mail SET due = due + 86400, queued = queued - 100",
        "UPDATE temporary_password SET issued = issued - 100",
        "UPDATE account SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1,keyid=AQ$c2FsdA$aGFzaA' \
         WHERE username = 'will.without'",
    ] {
        sqlx::query(sql).execute(&database).await.unwrap();
    }
    restart(&office);
    // What is made in the second of the start may still be the earlier portal's, and is counted so.
    sqlx::query("UPDATE key_ring SET since = since - 50").execute(&database).await.unwrap();
    done(&office, &["account", "suspend", "grace.hopper"]);
    done(&office, &["account", "reactivate", "grace.hopper"]);
    done(&office, &["account", "temporary-password", "grace.hopper"]);
    assert_eq!(seals().await, "01,02");
    let status = done(&office, &["keys", "status"]);
    for line in [
        "ssn     key 2 makes since ",
        "        under key 1: 2 people",
        "digest  key 2 makes since ",
        "        from before: 2 temporary passwords, 2 This wasn't me links",
        "        under key 1: 1 password",
        "        under key 1: 2 waiting mails",
        "        under key 2: 1 waiting mail",
        "2 people wait for the next import",
    ] {
        assert!(status.contains(line), "{line}: {status}");
    }
    let sentence = refused(&office, &["keys", "retire"]);
    assert!(sentence.contains("ssn key 1 is needed by 2 people. An import"), "{sentence}");
    assert!(sentence.contains("seal key 1 is needed by 2 waiting mails."), "{sentence}");

    // What nothing needs goes, and what something needs stays.
    done(&office, &["import", "roster.csv"]);
    let said = done(&office, &["keys", "retire"]);
    assert!(said.starts_with("Retired: ssn=1."), "{said}");
    assert!(said.contains("pepper key 1 is needed by 1 password. Each is made anew when its owner signs in"), "{said}");
    assert!(said.contains("digest key 1 is needed by 2 temporary passwords, 2 This wasn't me links."), "{said}");
    assert!(said.contains("audit: the older keys are kept for good"), "{said}");
    assert_eq!(
        Ring::ALL.map(|ring| file(&office).ids(ring)),
        [vec![2], vec![1, 2], vec![1, 2], vec![1, 2], vec![1, 2]]
    );

    for sql in [
        "UPDATE temporary_password SET ended = 1 WHERE account = (SELECT id FROM account WHERE username = 'ada.lovelace')",
        "UPDATE account SET password_hash = replace(password_hash, 'keyid=AQ', 'keyid=Ag')",
        "DELETE FROM mail WHERE hex(substr(sealed, 1, 1)) = '01'",
    ] {
        assert!(sqlx::query(AssertSqlSafe(sql)).execute(&database).await.unwrap().rows_affected() > 0, "{sql}");
    }
    assert!(done(&office, &["keys", "retire"]).starts_with("Retired: pepper=1 digest=1 seal=1."));
    assert!(done(&office, &["keys", "retire"]).starts_with("There is no older key to retire."));
    restart(&office);
    done(&office, &["import", "roster.csv"]);
    done(&office, &["audit", "verify"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whose_key_is_not_in_the_file_any_more_is_named() {
    let office = office();
    let database = database(&office).await;
    let path = office.folder.path().join("keys/keys.toml");
    let backup = fs::read_to_string(&path).unwrap();
    done(&office, &["keys", "rotate", "--ring", "ssn"]);
    done(&office, &["import", "roster.csv"]);
    assert_eq!(count(&database, "SELECT count(*) FROM person WHERE ssn_key = 2").await, 2);
    fs::write(&path, backup).unwrap();
    let status = done(&office, &["keys", "status"]);
    assert!(status.contains("under key 2, which is not in the file: 2 people"), "{status}");
    assert!(status.contains("2 people wait for the next import"), "{status}");
    // The next import brings them back, whatever key they lay under.
    done(&office, &["import", "roster.csv"]);
    assert_eq!(count(&database, "SELECT count(*) FROM person WHERE ssn_key = 1").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whenever_a_rotation_is_killed_the_file_is_whole_and_has_every_key_it_had() {
    let office = office();
    let path = office.folder.path().join("keys/keys.toml");
    let mut before = Keys::read(&path).unwrap();
    for kill in 0..40 {
        let mut rotating = office.command(&["keys", "rotate", "--ring", "digest"]);
        let mut rotating = rotating.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Anywhere between the start of the process and its end, which takes some tens of milliseconds.
        tokio::time::sleep(std::time::Duration::from_micros(1_500 * kill)).await;
        let _ = rotating.kill();
        rotating.wait().unwrap();
        let after = Keys::read(&path).unwrap();
        for (id, key) in before.digest.all() {
            assert!(after.digest.find(id) == Some(key), "{kill}: key {id} is gone");
        }
        before = after;
    }
    done(&office, &["keys", "rotate", "--ring", "digest"]);
    assert!(Keys::read(&path).unwrap().digest.newest().0 > before.digest.newest().0);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_import_that_indexes_anew_is_killed_half_way_and_goes_on_until_nobody_is_under_the_old_key() {
    let office = Office::new();
    done(&office, &["keys", "new"]);
    done(&office, &["roster", "generate", "--people", "6000", "--out", "people.csv"]);
    done(&office, &["import", "people.csv"]);
    let database = database(&office).await;
    let (old, new) = ("SELECT count(*) FROM person WHERE ssn_key = 1", "SELECT count(*) FROM person WHERE ssn_key = 2");
    let all = count(&database, old).await;
    done(&office, &["keys", "rotate", "--ring", "ssn"]);
    let importing = office.command(&["import", "people.csv"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut importing = Running(importing.unwrap());
    // Killed as soon as one batch is there.
    while count(&database, new).await == 0 {
        assert!(importing.0.try_wait().unwrap().is_none(), "it ended too early");
        tokio::task::yield_now().await;
    }
    importing.0.kill().unwrap();
    importing.0.wait().unwrap();
    let (left, moved) = (count(&database, old).await, count(&database, new).await);
    assert!(left > 0 && moved > 0 && left + moved == all, "{left} {moved} {all}");
    let status = done(&office, &["keys", "status"]);
    assert!(status.contains(&format!("{left} people wait for the next import")), "{status}");
    assert!(refused(&office, &["keys", "retire"]).contains("until it is started again"));

    let said = done(&office, &["import", "people.csv"]);
    assert!(said.contains("changed    0"), "{said}");
    assert_eq!((count(&database, old).await, count(&database, new).await), (0, all));
    assert!(!done(&office, &["keys", "status"]).contains("wait for the next import"));
    restart(&office);
    assert!(done(&office, &["keys", "retire"]).starts_with("Retired: ssn=1."));
}
