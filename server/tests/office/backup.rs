//! `backboard backup` and `backboard restore`, as an operator types them: what they refuse, what they say, and what is
//! left behind.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

use crate::bench::{Office, Running, Said};

/// A database of the office's.
async fn opened(office: &Office, file: &str) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(office.folder.path().join(file));
    SqlitePool::connect_with(options).await.unwrap()
}

async fn change(office: &Office, file: &str, statements: &[&'static str]) {
    let database = opened(office, file).await;
    for statement in statements {
        sqlx::query(*statement).execute(&database).await.unwrap();
    }
    database.close().await;
}

async fn number(office: &Office, file: &str, query: &'static str) -> i64 {
    let database = opened(office, file).await;
    let number = sqlx::query_scalar(query).fetch_one(&database).await.unwrap();
    database.close().await;
    number
}

fn good(office: &Office, arguments: &[&str]) -> String {
    let Said { status, out, err } = office.run(arguments);
    assert_eq!(status, 0, "{arguments:?}: {err}");
    out
}

/// Refused in one sentence that holds this.
fn refused(office: &Office, arguments: &[&str], with: &str) {
    let Said { status, out, err } = office.run(arguments);
    let sentence = err.lines().last().unwrap_or_default();
    assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}: {err}");
    assert!(sentence.starts_with("backboard: ") && sentence.contains(with), "{arguments:?}: {sentence}");
}

/// Everything in a folder of the office, hidden names too.
fn names(office: &Office, folder: &str) -> Vec<String> {
    let listing = fs::read_dir(office.folder.path().join(folder)).unwrap();
    let mut names: Vec<String> = listing.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

fn bytes(office: &Office, file: &str) -> Vec<u8> {
    fs::read(office.folder.path().join(file)).unwrap()
}

#[test]
fn a_backup_says_what_it_holds_and_what_must_be_kept_apart_and_is_its_owners_alone() {
    let office = Office::with_roster();
    let said = good(&office, &["backup", "copy.db"]);
    assert!(said.contains("copy.db is whole: 7 people, 6 accounts"), "{said}");
    assert!(said.contains("The keys are not in it.") && said.contains("keys/keys.toml"), "{said}");
    assert!(said.contains("backboard.toml") && said.contains("own.toml"), "{said}");
    assert!(said.contains("backboard restore copy.db"), "{said}");
    let mode = fs::metadata(office.folder.path().join("copy.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!names(&office, ".").iter().any(|name| name.contains(".part")), "{:?}", names(&office, "."));
}

#[test]
fn a_backup_writes_over_nothing_and_not_where_the_keys_are() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    let before = bytes(&office, "copy.db");
    refused(&office, &["backup", "copy.db"], "exists and stays as it is");
    assert_eq!(bytes(&office, "copy.db"), before);
    good(&office, &["account", "suspend", "ada.lovelace"]);
    good(&office, &["backup", "copy.db", "--replace"]);
    assert_ne!(bytes(&office, "copy.db"), before);
    refused(&office, &["backup", "keys/copy.db"], "holds the keys");
    refused(&office, &["backup", "none/copy.db"], "install -d -m 700");
    refused(&office, &["backup", "data"], "is a folder");
    refused(&office, &["backup", "data/backboard.db", "--replace"], "is the database itself");
    // Somebody else's file under the name that ours would have for a while.
    std::os::unix::fs::symlink("roster.csv", office.folder.path().join(".other.db.part")).unwrap();
    let roster = bytes(&office, "roster.csv");
    refused(&office, &["backup", "other.db"], "cannot be written");
    assert_eq!(bytes(&office, "roster.csv"), roster);
}

#[test]
fn without_a_database_there_is_nothing_to_back_up() {
    let office = Office::new();
    good(&office, &["keys", "new"]);
    refused(&office, &["backup", "copy.db"], "There is no database at");
    assert_eq!(names(&office, "."), ["backboard.toml", "keys", "own.toml", "roster.csv"]);
}

#[test]
fn postgres_is_sent_to_its_own_tools() {
    let office = Office::with_roster();
    for arguments in [&["backup", "copy.db"][..], &["restore", "copy.db"]] {
        let mut command = office.command(arguments);
        let output = command.env("BACKBOARD__DATABASE__URL", "postgres://localhost/backboard").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("pg_dump") && said.contains("OPERATIONS.md"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_backup_of_an_audit_that_was_changed_is_kept_and_is_no_success() {
    let office = Office::with_roster();
    good(&office, &["account", "suspend", "ada.lovelace"]);
    change(&office, "data/backboard.db", &["UPDATE audit SET detail = 'nothing' WHERE id = 2"]).await;
    let said = office.run(&["backup", "copy.db"]);
    assert_eq!(said.status, 1);
    assert!(said.err.contains("row 2 of its audit is not as it was written"), "{}", said.err);
    assert!(names(&office, ".").contains(&"copy.db".to_owned()));
    refused(&office, &["restore", "copy.db", "--replace"], "row 2 of its audit");
    good(&office, &["restore", "copy.db", "--replace", "--force"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_damaged_database_is_not_copied_and_a_damaged_backup_not_put_back() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    // A reference that leads nowhere.
    let orphan =
        "INSERT INTO session (token, kind, account, created, seen, expires) VALUES (x'00', 'full', 999, 0, 0, 9)";
    let off = "PRAGMA foreign_keys = OFF";
    let options = SqliteConnectOptions::new().filename(office.folder.path().join("copy.db")).foreign_keys(false);
    let copy = SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(orphan).execute(&copy).await.unwrap();
    copy.close().await;
    refused(&office, &["restore", "copy.db", "--replace"], "is damaged (a row of session");
    let database = opened(&office, "data/backboard.db").await;
    let mut connection = database.acquire().await.unwrap();
    for statement in [off, orphan] {
        sqlx::query(statement).execute(&mut *connection).await.unwrap();
    }
    drop(connection);
    database.close().await;
    refused(&office, &["backup", "other.db"], "is damaged (a row of session");
    assert!(!names(&office, ".").iter().any(|name| name.contains("other.db")), "{:?}", names(&office, "."));
    // Pages.
    let mut torn = bytes(&office, "copy.db");
    let middle = torn.len() / 2;
    torn[middle..middle + 8192].fill(0x5a);
    fs::write(office.folder.path().join("torn.db"), &torn).unwrap();
    refused(&office, &["restore", "torn.db", "--replace"], "torn.db");
    fs::write(office.folder.path().join("no.db"), "not a database at all").unwrap();
    refused(&office, &["restore", "no.db", "--replace"], "is no backup of a portal");
    refused(&office, &["restore", "none.db", "--replace"], "There is no file none.db");
    assert_eq!(names(&office, "data"), ["backboard.db"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn data_are_never_written_over_but_moved_aside_where_that_is_meant() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    good(&office, &["account", "suspend", "ada.lovelace"]);
    let before = bytes(&office, "data/backboard.db");
    refused(&office, &["restore", "copy.db"], "--replace");
    refused(&office, &["restore", "data/backboard.db"], "--in-place");
    assert_eq!(bytes(&office, "data/backboard.db"), before);
    let said = good(&office, &["restore", "copy.db", "--replace"]);
    let names = names(&office, "data");
    let aside = names.iter().find(|name| name.contains(".replaced-")).unwrap();
    assert_eq!((names.len(), bytes(&office, &format!("data/{aside}"))), (2, before));
    assert!(said.contains(aside.as_str()) && said.contains("audit export --after 1 --config backboard.toml"), "{said}");
    // It tells what was lost.
    let url = format!("sqlite:{}/data/{aside}", office.folder.path().display());
    let mut lost = office.command(&["audit", "export", "--after", "1"]);
    let lost = String::from_utf8(lost.env("BACKBOARD__DATABASE__URL", url).output().unwrap().stdout).unwrap();
    assert!(lost.contains("\"suspended\"") && !lost.contains("\"restored\""), "{lost}");
    assert!(good(&office, &["account", "show", "ada.lovelace"]).contains("active"), "the time before");
}

#[test]
fn into_an_empty_folder_it_is_put_back_without_more_words() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    fs::remove_dir_all(office.folder.path().join("data")).unwrap();
    let said = good(&office, &["restore", "copy.db"]);
    assert!(said.contains("is the backup again: 7 people") && said.contains("Epoch 2 begins"), "{said}");
    assert_eq!(names(&office, "data"), ["backboard.db"]);
    assert!(good(&office, &["audit", "verify"]).starts_with("2 rows, each as it was written."));
    let exported = good(&office, &["audit", "export"]);
    assert!(exported.lines().last().unwrap().contains("\"restored\""), "{exported}");
    // An empty one, as a first start makes it, is no data either.
    fs::remove_dir_all(office.folder.path().join("data")).unwrap();
    assert_eq!(office.run(&["account", "show", "nobody"]).status, 1);
    good(&office, &["staff", "invite", "--email", "ada@office.example", "--role", "admin"]);
    refused(&office, &["restore", "copy.db"], "--replace");
}

#[test]
fn a_wrong_key_file_is_refused_and_nothing_is_changed() {
    let office = Office::with_roster();
    good(&office, &["account", "temporary-password", "ada.lovelace"]);
    good(&office, &["backup", "copy.db"]);
    let (keys, kept) = (office.folder.path().join("keys/keys.toml"), office.folder.path().join("kept.toml"));
    fs::rename(&keys, &kept).unwrap();
    good(&office, &["keys", "new"]);
    let (before, database) = (names(&office, "data"), bytes(&office, "data/backboard.db"));
    refused(
        &office,
        &["restore", "copy.db", "--replace"],
        "row 1 of its audit is not as it was written under these keys",
    );
    assert_eq!((names(&office, "data"), bytes(&office, "data/backboard.db")), (before, database));
    // Put back by hand, it is not worked with either.
    fs::copy(office.folder.path().join("copy.db"), office.folder.path().join("data/backboard.db")).unwrap();
    fs::rename(&kept, &keys).unwrap();
    good(&office, &["restore", "copy.db", "--replace"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn keys_of_another_portal_are_told_by_their_mark_and_keys_that_are_missing_by_what_lies_under_them() {
    let office = Office::with_roster();
    // As the first start writes it down.
    let started = office.command(&["serve"]).spawn().unwrap();
    let running = Running(started);
    let begun = "SELECT count(*) FROM key_ring";
    while number(&office, "data/backboard.db", begun).await < 5 {
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    drop(running);
    good(&office, &["backup", "copy.db"]);
    let (keys, kept) = (office.folder.path().join("keys/keys.toml"), office.folder.path().join("kept.toml"));
    fs::rename(&keys, &kept).unwrap();
    good(&office, &["keys", "new"]);
    refused(&office, &["restore", "copy.db", "--replace"], "is another one than it was written with");
    fs::copy(office.folder.path().join("copy.db"), office.folder.path().join("data/backboard.db")).unwrap();
    refused(&office, &["account", "suspend", "ada.lovelace"], "restore --in-place --force");
    good(&office, &["restore", "--in-place", "--force"]);
    fs::rename(&kept, &keys).unwrap();
    change(
        &office,
        "copy.db",
        &["UPDATE account SET password_hash = '$argon2id$v=19$m=1,t=1,p=1,keyid=Bw$x$y' WHERE id = 1"],
    )
    .await;
    refused(&office, &["restore", "copy.db", "--replace"], "1 password lie under key 7 of [[pepper]]");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_later_versions_backup_is_refused_and_an_earlier_ones_is_brought_up_to_date_and_voided() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    fs::copy(office.folder.path().join("copy.db"), office.folder.path().join("later.db")).unwrap();
    let later = "INSERT INTO _sqlx_migrations SELECT 99, 'later', installed_on, success, checksum, execution_time \
                 FROM _sqlx_migrations WHERE version = 1";
    change(&office, "later.db", &[later]).await;
    let before = bytes(&office, "data/backboard.db");
    refused(&office, &["restore", "later.db", "--replace"], "later version (step 99");
    assert_eq!(bytes(&office, "data/backboard.db"), before);

    // A database from before copies could say what they are, with a session in it.
    change(
        &office,
        "data/backboard.db",
        &[
            "DROP TABLE epoch",
            "ALTER TABLE account DROP COLUMN language",
            "DELETE FROM _sqlx_migrations WHERE version >= 13",
            "INSERT INTO session (token, kind, account, created, seen, expires) \
             SELECT zeroblob(32), 'full', id, 0, 0, 9999999999 FROM account WHERE username = 'ada.lovelace'",
        ],
    )
    .await;
    let said = good(&office, &["backup", "earlier.db"]);
    assert!(said.contains("of step 12") && said.contains("never by copying it"), "{said}");
    let step = "SELECT max(version) FROM _sqlx_migrations";
    assert_eq!(number(&office, "data/backboard.db", step).await, 12, "a backup takes no step");
    let said = good(&office, &["restore", "earlier.db", "--replace"]);
    assert!(said.contains("Void from now on: 1 session."), "{said}");
    assert!(number(&office, "data/backboard.db", step).await >= 13);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_restore_begins_an_epoch_of_its_own_also_of_one_backup_and_by_hand() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    let (epoch, copied) = ("SELECT number FROM epoch", "SELECT count(*) FROM epoch WHERE copied IS NOT NULL");
    for expected in [2, 3] {
        good(&office, &["restore", "copy.db", "--replace"]);
        assert_eq!(number(&office, "data/backboard.db", epoch).await, expected);
    }
    good(&office, &["restore", "--in-place"]);
    assert_eq!(number(&office, "data/backboard.db", epoch).await, 4);

    // By hand: looking at it changes nothing, working with it begins the epoch.
    fs::copy(office.folder.path().join("copy.db"), office.folder.path().join("data/backboard.db")).unwrap();
    let doctor = office.run(&["doctor"]);
    assert!(doctor.out.contains("is a backup of 20") && doctor.out.contains("voids"), "{}", doctor.out);
    assert!(good(&office, &["audit", "verify"]).starts_with("1 rows"));
    assert_eq!(number(&office, "data/backboard.db", copied).await, 1);
    good(&office, &["account", "suspend", "ada.lovelace"]);
    assert_eq!(number(&office, "data/backboard.db", copied).await, 0);
    let actions: Vec<String> = sqlx::query_scalar("SELECT action FROM audit ORDER BY id")
        .fetch_all(&opened(&office, "data/backboard.db").await)
        .await
        .unwrap();
    assert_eq!(actions, ["imported", "restored", "suspended"]);
    good(&office, &["audit", "verify"]);
}

#[test]
fn while_the_portal_runs_nothing_is_put_in_its_place() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    let log = fs::File::create(office.folder.path().join("log")).unwrap();
    let running = Running(office.command(&["serve"]).env("RUST_LOG", "info").stderr(log).spawn().unwrap());
    while !String::from_utf8(bytes(&office, "log")).unwrap().contains("audit head") {
        std::thread::yield_now();
    }
    let before = names(&office, "data");
    refused(&office, &["restore", "copy.db", "--replace"], "stop it first");
    refused(&office, &["restore", "--in-place"], "stop it first");
    good(&office, &["backup", "other.db"]);
    assert_eq!(names(&office, "data"), before);
    drop(running);
    good(&office, &["restore", "copy.db", "--replace"]);
}

/// A program that knows nothing of our lock, such as an earlier version.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn while_anybody_has_the_database_open_nothing_is_put_in_its_place() {
    let office = Office::with_roster();
    good(&office, &["backup", "copy.db"]);
    let database = opened(&office, "data/backboard.db").await;
    let mut held = database.acquire().await.unwrap();
    sqlx::query("SELECT count(*) FROM person").execute(&mut *held).await.unwrap();
    refused(&office, &["restore", "copy.db", "--replace"], "stop it first");
    drop(held);
    database.close().await;
    good(&office, &["restore", "copy.db", "--replace"]);
}

#[test]
fn beside_the_log_of_the_lost_time_the_audit_says_that_a_backup_was_put_back() {
    let office = Office::with_roster();
    let head = |office: &Office| {
        let said = good(office, &["audit", "verify"]);
        said.lines().find(|line| line.starts_with("audit head ")).unwrap().to_owned()
    };
    good(&office, &["backup", "copy.db"]);
    for act in ["suspend", "reactivate", "suspend"] {
        good(&office, &["account", act, "ada.lovelace"]);
    }
    fs::write(office.folder.path().join("portal.log"), head(&office)).unwrap();
    good(&office, &["restore", "copy.db", "--replace"]);
    let verify = ["audit", "verify", "--log", "portal.log"];
    refused(&office, &verify, "row 2 (20");
    refused(&office, &verify, "a backup was put back (epoch=2 copied=20");
    // Also once other rows stand in the place of the lost ones.
    for act in ["suspend", "reactivate", "suspend"] {
        good(&office, &["account", act, "ada.lovelace"]);
    }
    refused(&office, &verify, "The log names a row 4 that is not here");
    fs::write(office.folder.path().join("portal.log"), head(&office)).unwrap();
    assert!(good(&office, &verify).contains("Every head of the log was found: 1."));
}
