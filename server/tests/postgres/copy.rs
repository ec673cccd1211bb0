//! `backboard copy`.

use std::collections::BTreeSet;
use std::process::Output;

use server::store::copying::TABLES;
use sqlx::postgres::PgPool;
use testkit::cluster::OwnDatabase;
use testkit::program::{Plan, Program, until};

use super::{PASSWORD, claim, roster, sign_in};

const FILE: &str = "sqlite:data/backboard.db";

async fn on_sqlite(people: usize) -> Program {
    let plan = Plan { rows: roster(people), ..Plan::default() };
    Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await
}

async fn copy(program: &Program, own: &OwnDatabase, more: &[&str]) -> Output {
    let url = own.url();
    program.attempt(&[&["copy", "--from", FILE, "--to", &url], more].concat()).await
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.lines().last().unwrap().to_owned()
}

/// From now on the program's data is there.
fn move_to(program: &Program, own: &OwnDatabase) {
    let config = program.path("backboard.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(config, text.replace(FILE, &own.url())).unwrap();
}

#[tokio::test]
async fn no_table_is_left_behind() {
    let program = on_sqlite(1).await;
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
         AND name NOT LIKE '%sqlx%'";
    let found: Vec<String> = sqlx::query_scalar(names).fetch_all(&program.database().await).await.unwrap();
    let mut found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    // The keys of people who were there before there were any are made when the file is opened.
    assert!(found.remove("person_name_fill"));
    assert_eq!(found, BTreeSet::from(TABLES));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_goes_on_where_it_was_moved_to() {
    let own = OwnDatabase::new();
    let mut program = on_sqlite(2_500).await;
    program.start().await;
    let mut visitor = claim(&program, [&program; 3], 1).await;
    // Who is half way through goes on there too.
    let mut halfway = program.visitor();
    super::look_up(&mut halfway, 2).await;
    let token = super::mailed_link(&program, 2).await;
    program.run(&["staff", "invite", "--email", "desk@example.org", "--role", "admin"]).await;
    assert!(program.stop().await.success());

    let output = copy(&program, &own, &[]).await;
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("2500 people"), "{output:?}");
    move_to(&program, &own);
    program.start().await;
    assert_eq!(visitor.open("/home").await.status, Some(200), "the session is there");
    assert!(sign_in(&mut program.visitor(), 1, PASSWORD).await);
    assert_eq!(halfway.submit("/api/claim/start", &[("token", &token)]).await.status, Some(303));
    let answer = halfway.submit("/api/claim/password", &[("password", PASSWORD), ("password_again", PASSWORD)]).await;
    assert!(answer.text.contains("location: /home"), "{}", answer.text);
    // New rows get numbers of their own.
    program.import("P-9999,New,Nora,,,1990-01-01,900-41-9999,,EMT,nora@example.org,nora,unclaimed,\n").await;
    assert!(program.stop().await.success());
    let said = program.run(&["audit", "verify"]).await;
    assert!(String::from_utf8_lossy(&said.stdout).contains("each as it was written"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_killed_goes_on_and_is_not_served_before() {
    let own = OwnDatabase::new();
    let program = on_sqlite(6_000).await;
    let url = own.url();
    let mut child = program.command(&["copy", "--from", FILE, "--to", &url]).spawn().unwrap();
    let target = PgPool::connect(&url).await.unwrap();
    until("some people have arrived", async || {
        // At first there is no table.
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM person")
            .fetch_one(&target)
            .await
            .is_ok_and(|people| people > 0)
    })
    .await;
    child.start_kill().unwrap();
    child.wait().await.unwrap();

    let mut serve = program.command(&["serve"]);
    let output = serve.env("BACKBOARD__DATABASE__URL", &url).output().await.unwrap();
    assert!(complaint(&output).contains("a copy into the database is not finished"), "{output:?}");
    let output = copy(&program, &own, &[]).await;
    assert!(output.status.success(), "{output:?}");
    let arrived: i64 = sqlx::query_scalar("SELECT count(*) FROM person").fetch_one(&target).await.unwrap();
    assert_eq!(arrived, 6_000);
}

#[tokio::test]
async fn a_database_that_people_work_in_is_left_alone() {
    let own = OwnDatabase::new();
    let program = on_sqlite(2).await;
    let other = super::program(&own, 1).await;
    let output = copy(&program, &own, &[]).await;
    assert!(complaint(&output).contains("holds data already"), "{output:?}");
    let output = copy(&program, &own, &["--anew"]).await;
    assert!(complaint(&output).contains("holds data already"), "{output:?}");
    drop(other);
}

#[tokio::test]
async fn a_file_that_changed_between_two_runs_is_found_out() {
    let own = OwnDatabase::new();
    let program = on_sqlite(5).await;
    // A run that was cut off after everything had arrived.
    let target = PgPool::connect(&own.url()).await.unwrap();
    assert!(copy(&program, &own, &[]).await.status.success());
    sqlx::query("CREATE TABLE copying (begun BIGINT NOT NULL)").execute(&target).await.unwrap();
    let changed = "UPDATE person SET first_name = 'Eva' WHERE roster_id = 'P-3'";
    sqlx::query(changed).execute(&program.database().await).await.unwrap();
    let output = copy(&program, &own, &[]).await;
    assert!(complaint(&output).contains("person differs after the copy"), "{output:?}");
    let output = copy(&program, &own, &["--anew"]).await;
    assert!(output.status.success(), "{output:?}");
}
