//! N. The audit and the log.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Executor as _};
use testkit::program::{Plan, Program};

use crate::bench::{begin, figure};
use crate::people::{
    ANOTHER, ANSWER, PASSWORD, WRONG, ask_reset, at_rest, give_password, give_question, reset_mail, rows, sign_in,
    signed_in, username,
};

/// Journeys, and how often each row of the audit must stand there because of them.
async fn live(program: &Program) -> BTreeMap<&'static str, i64> {
    give_password(program, 0..4, PASSWORD).await;
    give_question(program, [0]).await;
    let mut ledger = BTreeMap::new();
    let mut wrote = |action: &'static str| *ledger.entry(action).or_insert(0) += 1;
    for _ in 0..3 {
        sign_in(&mut program.visitor(), &username(0), WRONG).await;
        wrote("sign-in-refused");
    }
    sign_in(&mut program.visitor(), "nobody", WRONG).await;
    wrote("sign-in-refused");
    let (mut member, csrf) = signed_in(program, 1, PASSWORD).await;
    wrote("signed-in");
    let change = [("current_password", PASSWORD), ("password", ANOTHER), ("password_again", ANOTHER), ("csrf", &csrf)];
    let mut wrong = change;
    wrong[0].1 = WRONG;
    member.submit("/api/password/change", &wrong).await;
    wrote("password-again-wrong");
    member.submit("/api/password/change", &change).await;
    wrote("password-changed");
    let csrf = member.open("/home").await.hidden("csrf").unwrap();
    member.submit("/api/sign-in/out", &[("csrf", &csrf)]).await;
    wrote("signed-out");
    let token = reset_mail(program, &mut program.visitor(), 0).await.token().unwrap();
    wrote("reset-asked");
    wrote("reset-mailed");
    let mut visitor = program.visitor();
    visitor.submit("/api/reset/start", &[("token", &token)]).await;
    wrote("reset-link-opened");
    visitor.submit("/api/reset/answer", &[("answer", "something else")]).await;
    wrote("answer-wrong");
    visitor.submit("/api/reset/answer", &[("answer", ANSWER)]).await;
    wrote("answer-right");
    visitor.submit("/api/reset/password", &[("password", ANOTHER), ("password_again", ANOTHER)]).await;
    wrote("password-reset");
    ask_reset(&mut program.visitor(), "nobody").await;
    wrote("reset-asked");
    wrote("reset-not-found");
    let (mut member, csrf) = signed_in(program, 2, PASSWORD).await;
    wrote("signed-in");
    member.submit("/api/sign-in/everywhere", &[("csrf", &csrf)]).await;
    wrote("signed-out-everywhere");
    program.run(&["account", "suspend", &username(3)]).await;
    wrote("suspended");
    at_rest(program).await;
    ledger
}

#[tokio::test]
async fn n06_the_audit_counts_what_the_clients_counted() {
    let program = begin(&Plan { rows: rows(4), ..Plan::default() }).await;
    let ledger = live(&program).await;
    let database = program.database().await;
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT action, count(*) FROM audit WHERE actor <> 'import' GROUP BY action")
            .fetch_all(&database)
            .await
            .unwrap();
    database.close().await;
    let found: BTreeMap<&str, i64> = rows.iter().map(|(action, count)| (action.as_str(), *count)).collect();
    assert_eq!(found, ledger);
    figure(
        "N06",
        &format!("{} changes and refusals of {} kinds: one row each", ledger.values().sum::<i64>(), ledger.len()),
    );
}

#[tokio::test]
async fn n05_whatever_was_done_to_the_audit_is_found_at_its_first_row() {
    let mut program = begin(&Plan { rows: rows(4), ..Plan::default() }).await;
    live(&program).await;
    assert!(program.stop().await.success());
    let verify = async || program.attempt(&["audit", "verify", "--log", "log"]).await;
    let whole = verify().await;
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    let files = ["data/backboard.db", "data/backboard.db-wal", "data/backboard.db-shm"].map(|name| program.path(name));
    let kept = files.each_ref().map(|path| std::fs::read(path).ok());
    let database = program.database().await;
    let last: i64 = sqlx::query_scalar("SELECT max(id) FROM audit").fetch_one(&database).await.unwrap();
    database.close().await;
    let middle = last / 2;
    let mut found = 0;
    for (what, first, statements) in [
        ("a word changed", middle, format!("UPDATE audit SET detail = 'other' WHERE id = {middle}")),
        ("a time changed", middle, format!("UPDATE audit SET at = at - 1 WHERE id = {middle}")),
        (
            "another's name",
            middle,
            format!("UPDATE audit SET account = account + 1, actor = 'desk' WHERE id = {middle}"),
        ),
        ("a row gone", middle + 1, format!("DELETE FROM audit WHERE id = {middle}")),
        ("the first row gone", 2, "DELETE FROM audit WHERE id = 1".to_owned()),
        (
            "a row more",
            last + 1,
            format!(
                "INSERT INTO audit SELECT {last} + 1, at, actor, action, account, detail, key, digest FROM audit WHERE id = {last}"
            ),
        ),
        (
            "a row more without a tie",
            last + 1,
            format!(
                "INSERT INTO audit (id, at, actor, action, detail) VALUES ({last} + 1, 1, 'person', 'signed-in', '')"
            ),
        ),
        (
            "two rows exchanged",
            middle,
            format!(
                "UPDATE audit SET id = -1 WHERE id = {middle}; UPDATE audit SET id = {middle} WHERE id = {middle} + 1; \
             UPDATE audit SET id = {middle} + 1 WHERE id = -1"
            ),
        ),
        ("a digest changed", middle, format!("UPDATE audit SET digest = zeroblob(32) WHERE id = {middle}")),
        ("the ties forgotten", middle, format!("UPDATE audit SET key = NULL, digest = NULL WHERE id >= {middle}")),
        ("the tail cut", last, format!("DELETE FROM audit WHERE id > {middle}")),
        ("the last row cut", last, format!("DELETE FROM audit WHERE id = {last}")),
        ("all of it cut", last, "DELETE FROM audit".to_owned()),
    ] {
        let database = program.database().await;
        database.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
        database.close().await;
        let output = verify().await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{what} was not found: {said}");
        assert!(said.contains(&format!("ow {first}")), "{what}, first at {first}: {said}");
        found += 1;
        for (path, bytes) in files.iter().zip(&kept) {
            match bytes {
                Some(bytes) => std::fs::write(path, bytes).unwrap(),
                None => drop(std::fs::remove_file(path)),
            }
        }
    }
    assert!(verify().await.status.success());
    figure("N05", &format!("{found} ways to touch the audit: each found at its first row, cut tails beside the log"));
}

#[tokio::test]
async fn n07_nothing_typed_breaks_a_line_of_the_log() {
    let mut program = begin(&Plan { log: "trace", ..Plan::default() }).await;
    let hostile = [
        "a\nb",
        "a\r\n{\"level\":\"ERROR\"}",
        "\u{1b}[31mred\u{1b}[0m",
        "a\u{2028}b\u{2029}c",
        "\u{85}",
        "\u{202e}abc",
        "%0a%1b[2J",
        "\0",
    ];
    let mut sent = 0;
    for text in hostile {
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for (path, body) in [
            ("/api/sign-in/password", format!("username={encoded}&password={encoded}")),
            ("/api/reset/request", format!("login={encoded}&robot=on")),
            ("/api/claim/lookup", format!("last_name={encoded}&ssn={encoded}&robot=on")),
            ("/api/username/request", format!("email={encoded}&robot=on")),
            ("/api/claim/start", format!("token={encoded}")),
        ] {
            let mut visitor =
                program.visitor().with("user-agent", "x\u{1b}[31m\u{2028}y").with("x-forwarded-for", "1\u{1b}[1m");
            visitor.post(path, body.as_bytes()).await;
            sent += 1;
        }
        program.visitor().open(&format!("/link/{encoded}")).await;
        program.visitor().open(&format!("/{encoded}?x={encoded}")).await;
        program.visitor().raw("GET / HTTP/1.1\r\nhost: evil\u{1b}[31m\r\nconnection: close\r\n\r\n".as_bytes()).await;
        sent += 3;
    }
    program.stop().await;
    let log = std::fs::read(program.path("log")).unwrap();
    assert!(!log.contains(&0x1b) && !log.contains(&0), "a control character stands in the log as it is");
    let text = String::from_utf8(log).unwrap();
    assert!(!text.contains(['\u{2028}', '\u{2029}', '\u{85}', '\u{202e}', '\r']), "a line separator stands in the log");
    let mut lines = 0;
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value["level"].is_string() && value["timestamp"].is_string(), "{line}");
        lines += 1;
    }
    assert!(lines > 50, "the log is not at its most talkative: {lines}");
    figure("N07", &format!("{sent} hostile requests at RUST_LOG=trace: {lines} lines, each one JSON object"));
}
