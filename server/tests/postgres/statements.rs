//! What asking for a new password costs the database: at most four statements, the same for everybody.

use serde_json::Value;
use testkit::cluster::OwnDatabase;
use testkit::program::{Plan, Program, Visitor, until};

use super::{claim, roster, username};

/// Where a transaction, or the share of one unit in it, begins and ends.
const ENDS: [&str; 4] = ["BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"];
/// What PostgreSQL is asked before its COMMIT: whether the transaction still stands, and by which row it is known.
const ASKED: &str = "SELECT id, digest FROM (SELECT id, digest, xmin FROM audit";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_for_a_password_is_the_same_few_statements_whoever_asks_on_either_database() {
    // The budgets, the flow and the job, which PostgreSQL adds in one; a proof is one more.
    for (own, count) in [(None, 3), (Some(OwnDatabase::new()), 2)] {
        let database = own.as_ref().map(OwnDatabase::url);
        let log = "info,sqlx::query=debug";
        let plan = Plan { rows: roster(3), log, database, ..Plan::default() };
        let mut program = Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await;
        program.start().await;
        let mut known = claim(&program, [&program; 3], 1).await;
        // Whoever is signed in is looked up besides.
        known.jar.retain(|name, _| !name.contains("session"));
        assert!(known.jar.keys().any(|name| name.contains("known")), "{:?}", known.jar.keys());
        let name = username(1);
        let strangers = [(program.visitor(), "nobody"), (program.visitor(), name.as_str())];
        let mut texts = Vec::new();
        for (mut visitor, login) in strangers.into_iter().chain([(known, name.as_str())]) {
            let statements = ask(&program, &mut visitor, login).await;
            assert_eq!(statements.len(), count, "{login}: {statements:#?}");
            texts.push(statements);
        }
        assert!(texts.iter().all(|statements| *statements == texts[0]), "{texts:#?}");
        program.stop().await;
    }
}

/// Asks for a new password, and gives the statements that the request ran.
async fn ask(program: &Program, visitor: &mut Visitor, login: &str) -> Vec<String> {
    let begun = program.logged().lines().count();
    let answer = visitor.submit("/api/reset/request", &[("login", login), ("robot", "on")]).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
    let lines = || -> Vec<Value> {
        let log = program.logged();
        log.lines().skip(begun).filter_map(|line| serde_json::from_str(line).ok()).collect()
    };
    let request = || lines().into_iter().find(|line| line["fields"]["route"] == "/api/reset/request");
    until("the request is logged", async || request().is_some()).await;
    let id = request().unwrap()["span"]["id"].clone();
    let of_it = |line: &Value| line["target"] == "sqlx::query" && line["span"]["id"] == id;
    let lines = lines();
    let texts = lines.iter().filter(|line| of_it(line)).map(|line| {
        let fields = &line["fields"];
        let text = fields["db.statement"].as_str().filter(|text| !text.is_empty()).or(fields["summary"].as_str());
        text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    });
    texts
        .flat_map(|text| text.split("; ").map(str::to_owned).collect::<Vec<_>>())
        .filter(|text| !text.starts_with(ASKED) && !ENDS.iter().any(|end| text.starts_with(end)))
        .collect()
}
