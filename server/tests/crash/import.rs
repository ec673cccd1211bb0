//! `kill -9` in the middle of an import that the desk began: every batch is there whole with how far it brought the
//! import, or not at all; the page says where it was cut off, and another go brings the rest.

use sqlx::Row as _;
use testkit::program::{Plan, Program, until};

const PEOPLE: i64 = 6_000;
const KILLS: i64 = 6;

/// Does something to the database while nothing runs.
async fn behind(program: &Program, sql: &'static str) {
    let database = program.database().await;
    sqlx::query(sql).execute(&database).await.unwrap();
    database.close().await;
}

async fn count(program: &Program, sql: &'static str) -> i64 {
    let database = program.database().await;
    let count = sqlx::query_scalar(sql).fetch_one(&database).await.unwrap();
    database.close().await;
    count
}

/// Waits until the job stands so, and gives how far it came.
async fn reaches(program: &Program, state: &str, least: i64) -> (String, i64) {
    let database = program.database().await;
    let mut found = (String::new(), 0);
    until(state, async || {
        let row = sqlx::query("SELECT state, reached FROM import_job").fetch_one(&database).await.unwrap();
        found = (row.get("state"), row.get("reached"));
        (found.0 == state && found.1 >= least) || found.0 == "done"
    })
    .await;
    database.close().await;
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_of_an_import_leaves_whole_batches_and_says_how_far_it_came() {
    let plan = Plan { log: "info", ..Plan::default() };
    let mut program = Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await;
    program.start().await;
    program.stop().await;
    let number = PEOPLE.to_string();
    let folder = program.path("data/imports");
    std::fs::create_dir_all(&folder).unwrap();
    program.run(&["roster", "generate", "--people", &number, "--seed", "11", "--out", "data/imports/june.csv"]).await;
    let bytes = std::fs::read(folder.join("june.csv")).unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes).to_vec();
    std::fs::write(folder.join("left-behind.csv"), "of an upload that was cut off").unwrap();
    // As the desk's upload leaves it.
    let database = program.database().await;
    sqlx::query(
        "INSERT INTO import_job (member, file, stored, bytes, digest, state, uploaded) \
         VALUES (7, 'June.csv', 'june', ?, ?, 'uploaded', unixepoch())",
    )
    .bind(bytes.len() as i64)
    .bind(digest)
    .execute(&database)
    .await
    .unwrap();
    database.close().await;

    let (mut killed, mut reached) = (0, Vec::new());
    loop {
        program.start().await;
        reaches(&program, "checked", 0).await;
        program.stop().await;
        assert!(folder.join("june.csv").exists() && !folder.join("left-behind.csv").exists());
        behind(&program, "UPDATE import_job SET state = 'queued', begun_by = 7, begun = unixepoch()").await;
        program.start().await;
        // So far besides what earlier goes brought that there is always more to come.
        let least = if killed < KILLS { (killed + 1) * PEOPLE / (KILLS + 2) } else { i64::MAX };
        let (state, _) = reaches(&program, "importing", least).await;
        if state == "done" {
            break;
        }
        program.kill().await;
        killed += 1;
        // What the job says is what is there, to the row: everybody whom a batch named is marked with it.
        let database = program.database().await;
        let row = sqlx::query(
            "SELECT state, reached, added, changed, unchanged, rejected, \
             (SELECT count(*) FROM person WHERE seen = (SELECT max(seen) FROM person)) AS seen FROM import_job",
        )
        .fetch_one(&database)
        .await
        .unwrap();
        let of = |name: &str| row.get::<i64, _>(name);
        assert_eq!(row.get::<String, _>("state"), "importing");
        assert_eq!(of("reached"), of("added") + of("changed") + of("unchanged") + of("rejected"));
        assert_eq!(of("reached") - of("rejected"), of("seen"), "a batch is there without its progress, or by half");
        assert_eq!(of("reached") % 250, 0, "the kill fell into the last batch");
        reached.push(of("reached"));
        database.close().await;
        program.run(&["audit", "verify"]).await;

        program.start().await;
        let (_, said) = reaches(&program, "stopped", 0).await;
        assert_eq!(said, *reached.last().unwrap());
        program.stop().await;
        assert_eq!(
            count(
                &program,
                "SELECT count(*) FROM audit WHERE action = 'imported' AND detail LIKE '% stopped' AND actor = 'staff 7'"
            )
            .await,
            killed
        );
        behind(&program, "UPDATE import_job SET state = 'uploaded', ended = NULL, reached = 0").await;
    }
    assert_eq!(killed, KILLS);
    let (there, rejected) = (
        count(&program, "SELECT count(*) FROM person").await,
        count(&program, "SELECT rejected FROM import_job").await,
    );
    assert_eq!(there + rejected, PEOPLE);
    program.stop().await;
    program.run(&["audit", "verify"]).await;
    // The same roster once more from the command line says nothing new.
    std::fs::write(program.path("roster.csv"), bytes).unwrap();
    let again = program.run(&["import", "roster.csv", "--dry-run"]).await;
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(said.contains("new        0") && said.contains("changed    0"), "{said}");
    assert!(!folder.join("june.csv").exists(), "the roster stays");
    assert!(!program.logged().contains("panicked"));
    println!("{KILLS} kills, cut off after {reached:?} of {PEOPLE} rows");
}
