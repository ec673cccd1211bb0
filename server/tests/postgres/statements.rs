//! What asking for a new password costs the database: at most four statements, the same for everybody.

use testkit::cluster::OwnDatabase;
use testkit::program::{Plan, Program, Statements, Visitor, until};

use super::{claim, roster, username};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_for_a_password_is_the_same_few_statements_whoever_asks_on_either_database() {
    for own in [None, Some(OwnDatabase::new())] {
        let database = own.as_ref().map(OwnDatabase::url);
        let plan = Plan { rows: roster(3), log: Statements::LOG, database, ..Plan::default() };
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
            // The budgets, the flow and the job. PostgreSQL adds the last two in one, and is asked before its COMMIT
            // whether the transaction still stands. A proof would be the fourth.
            assert_eq!(statements.len(), 3, "{login}: {statements:#?}");
            texts.push(statements);
        }
        assert!(texts.iter().all(|statements| *statements == texts[0]), "{texts:#?}");
        program.stop().await;
    }
}

/// Asks for a new password, and gives the statements that the request ran.
async fn ask(program: &Program, visitor: &mut Visitor, login: &str) -> Vec<String> {
    let asked = || {
        let all = Statements::read(&program.logged()).requests;
        all.into_iter().filter(|(route, _)| route == "/api/reset/request").map(|(_, texts)| texts).collect::<Vec<_>>()
    };
    let before = asked().len();
    let answer = visitor.submit("/api/reset/request", &[("login", login), ("robot", "on")]).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
    until("the request is logged", async || asked().len() > before).await;
    asked().pop().unwrap()
}
