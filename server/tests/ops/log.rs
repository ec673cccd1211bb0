//! The log of the program itself, as `backboard serve` writes it to a pipe.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use testkit::program::{Program, Visitor};

const ROW: &str = "P-1,Lovelace,Ada,,,1984-02-29,900-47-6613,,EMT,person1@example.org,person1,unclaimed,eICS\n";

/// The lines that were written since the program was started; every one must be JSON.
fn lines(program: &Program) -> Vec<Value> {
    let text = std::fs::read_to_string(program.path("log")).unwrap();
    let serving = text.lines().skip_while(|line| !line.contains("\"serving\""));
    serving.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The whole answer to a sign-in that a script posts.
async fn sign_in_by_script(address: SocketAddr) -> String {
    let body = "username=person1&password=whatever-1-whatever";
    let request = format!(
        "POST /api/sign-in/password HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\naccept: application/json\r\n\
         sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(20), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

fn id_of(answer: &str) -> String {
    let line = answer.lines().find_map(|line| line.strip_prefix("x-request-id: "));
    line.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_leaves_one_line_with_its_id_and_without_what_was_asked() {
    let mut program = crate::program(ROW, "info").await;
    program.start().await;
    let mut visitor = Visitor::new(program.address);
    let token = "canarytokencanarytokencanarytokencanary-551";
    let mut expected = Vec::new();
    for (path, route, status) in [
        ("/sign-in?secret=canary", "/sign-in", 200),
        (&format!("/link/{token}"), "/link/{token}", 410),
        (&format!("/not-me/{token}.x"), "/not-me/{token}", 410),
        (&format!("/Link/{token}"), "unknown", 404),
        (&format!("/link/{token}/"), "unknown", 404),
        ("/icon.svg", "file", 200),
        ("/home", "/home", 303),
    ] {
        let answer = visitor.open(path).await;
        expected.push((id_of(&answer.text), "GET", route, status));
    }
    // A username that would write lines of its own, in a form that is refused, and in one that is looked up.
    for username in ["canary\n{\"forged\":1}\u{1b}[2J\u{2028}", "canary%0a"] {
        let fields = [("username", username), ("password", "canary-password-1")];
        let answer = visitor.submit("/api/sign-in/password", &fields).await;
        expected.push((id_of(&answer.text), "POST", "/api/sign-in/password", 303));
    }
    let answer = visitor.submit(&format!("/api/{token}"), &[]).await;
    expected.push((id_of(&answer.text), "POST", "unknown", 404));
    program.kill().await;

    let lines = lines(&program);
    let access: Vec<&Value> = lines.iter().filter(|line| line["target"] == "access").collect();
    assert_eq!(access.len(), expected.len(), "{access:#?}");
    for (line, (id, method, route, status)) in access.iter().zip(expected) {
        assert_eq!(line["span"]["id"], id, "{line}");
        let fields = &line["fields"];
        assert_eq!((&fields["method"], &fields["route"]), (&Value::from(method), &Value::from(route)), "{line}");
        assert_eq!(fields["status"], status, "{line}");
        assert!(fields["ms"].is_u64(), "{line}");
        let mut names: Vec<&String> = fields.as_object().unwrap().keys().collect();
        names.sort_unstable();
        assert_eq!(names, ["message", "method", "ms", "route", "status"], "{line}");
    }
    let text = std::fs::read_to_string(program.path("log")).unwrap();
    for secret in ["canary", "forged", "127.0.0.1:4", "accept"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_names_the_node_that_wrote_it() {
    let mut program = crate::program("", "info").await;
    let config = std::fs::read_to_string(program.path("backboard.toml")).unwrap();
    for (node, named) in [("", None), ("node = \"a1\"\n", Some("a1"))] {
        std::fs::write(program.path("backboard.toml"), format!("{node}{config}")).unwrap();
        std::fs::write(program.path("log"), "").unwrap();
        program.start().await;
        program.visitor().open("/sign-in").await;
        program.kill().await;
        let lines = lines(&program);
        assert!(lines.iter().any(|line| line["target"] == "access"), "{lines:#?}");
        let nodes: HashSet<_> = lines.iter().map(|line| line["node"].as_str().unwrap()).collect();
        let machine = rustix::system::uname().nodename().to_str().unwrap().to_owned();
        assert_eq!(nodes, HashSet::from([named.unwrap_or(&machine)]));
    }
    std::fs::write(program.path("backboard.toml"), format!("node = \"a 1\"\n{config}")).unwrap();
    let refused = program.attempt(&["serve"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("is no name for the log"));
}

/// Takes the five seconds that a unit of work waits for the writer. Case L04.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l04_a_database_that_another_process_locks_is_a_503_that_recovers_by_itself() {
    let mut program = crate::program(ROW, "info,access=off").await;
    program.start().await;
    let database = program.database().await;
    let mut other = database.acquire().await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut *other).await.unwrap();
    let answer = sign_in_by_script(program.address).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    for line in ["retry-after: 60\r\n", "frame-ancestors 'none'\r\n", "\"refused\":\"busy\""] {
        assert!(answer.contains(line), "{line}: {answer}");
    }
    let id = id_of(&answer);
    // Pages that need no writing are there all the while.
    assert_eq!(Visitor::new(program.address).open("/claim").await.status, Some(200));
    sqlx::query("ROLLBACK").execute(&mut *other).await.unwrap();
    let answer = sign_in_by_script(program.address).await;
    assert!(answer.starts_with("HTTP/1.1 422 "), "nobody has that password: {answer}");
    drop(other);
    program.kill().await;
    // What went wrong is found under the request's id, also in a filter without access lines.
    let lines = lines(&program);
    assert!(lines.iter().any(|line| line["span"]["id"] == *id && line["fields"]["message"] == "busy"), "{lines:#?}");
    assert!(lines.iter().all(|line| line["target"] != "access"), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_nobody_reads_any_more_stops_nothing() {
    let program = crate::program(ROW, "info").await;
    let mut child = program.command(&["serve"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while !lines.next_line().await.unwrap().unwrap().contains("\"serving\"") {}
    // As a program that collects it and ends.
    drop(lines);
    for _ in 0..5 {
        assert_eq!(Visitor::new(program.address).open("/sign-in").await.status, Some(200));
    }
    assert_eq!(child.try_wait().unwrap(), None, "it ended");
    child.start_kill().unwrap();
    child.wait().await.unwrap();
}
