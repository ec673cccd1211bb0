//! J. Bodies that are bombs, and what is no clear HTTP.

use std::fmt::Write as _;
use std::time::Duration;

use server::web::{Operation, operations};
use testkit::program::{Answer, Plan, Program};
use tokio::io::AsyncWriteExt as _;

use crate::bench::{begin, figure};
use crate::people::{at_rest, dump, rows};

/// The demo has every operation but this one.
fn asked() -> impl Iterator<Item = &'static Operation> {
    operations().iter().filter(|operation| operation.name != "reset.identity")
}

#[track_caller]
fn assert_no_panic(program: &Program) {
    let log = program.logged();
    assert!(!log.contains("panicked"), "{log}");
}

fn post(program: &Program, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("POST {path} HTTP/1.1\r\n{}sec-fetch-site: same-origin\r\n{headers}\r\n", program.visitor().head());
    [head.as_bytes(), body].concat()
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

#[tokio::test]
async fn j01_large_bodies_are_refused_on_every_operation_and_cost_no_memory() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let large = vec![b'a'; 8 * 1024 * 1024];
    program.visitor().post("/api/claim/lookup", &large[..100]).await;
    let before = program.memory("VmRSS");
    let mut refused = 0;
    for operation in asked() {
        let declared = format!("{FORM}content-length: {}\r\n", large.len());
        let answer = program.visitor().raw(&post(&program, &operation.path, &declared, &large)).await;
        // A server that has answered may close while the rest is still being written.
        assert!(matches!(answer.status, Some(413) | None), "{}: {}", operation.name, answer.text);
        let just_over = vec![b'a'; 32 * 1024 + 1];
        let declared = format!("{FORM}content-length: {}\r\n", just_over.len());
        let answer = program.visitor().raw(&post(&program, &operation.path, &declared, &just_over)).await;
        assert_eq!(answer.status, Some(413), "{}: {}", operation.name, answer.text);
        let mut chunks = Vec::new();
        for _ in 0..40 {
            chunks.extend_from_slice(b"400\r\n");
            chunks.extend_from_slice(&large[..1024]);
            chunks.extend_from_slice(b"\r\n");
        }
        chunks.extend_from_slice(b"0\r\n\r\n");
        let chunked = format!("{FORM}transfer-encoding: chunked\r\n");
        let answer = program.visitor().raw(&post(&program, &operation.path, &chunked, &chunks)).await;
        assert_eq!(answer.status, Some(413), "{}: {}", operation.name, answer.text);
        // Whatever it would unpack to: compressed forms are not read.
        let packed = format!("{FORM}content-encoding: gzip\r\ncontent-length: 3\r\n");
        let answer = program.visitor().raw(&post(&program, &operation.path, &packed, b"\x1f\x8b\x08")).await;
        assert_eq!(answer.status, Some(415), "{}: {}", operation.name, answer.text);
        refused += 4;
    }
    let after = program.memory("VmRSS");
    assert!(after < before + 16 * 1024, "{before} KiB before, {after} KiB after");
    assert_no_panic(&program);
    figure(
        "J01",
        &format!(
            "{refused} bodies of up to 8 MiB, declared, chunked and packed: refused; memory {before} then {after} KiB"
        ),
    );
}

#[tokio::test]
#[ignore = "waits for time-outs: script/abuse --long"]
async fn j01_a_body_of_a_byte_a_second_is_given_up() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let head = post(&program, "/api/claim/lookup", &format!("{FORM}content-length: 1000\r\n"), b"a");
    let stream = program.visitor().send(&head).await;
    let (read, mut write) = stream.into_split();
    let drip = tokio::spawn(async move {
        while write.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let mut answer = Vec::new();
    let mut read = tokio::io::BufReader::new(read);
    let reading = tokio::io::AsyncReadExt::read_to_end(&mut read, &mut answer);
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("it was never given up").ok();
    drip.abort();
    assert_eq!(Answer::read(&answer).status, Some(408), "{}", String::from_utf8_lossy(&answer));
    figure("J01", "a body of 1 B/s: 408 within 30 s");
}

#[tokio::test]
async fn j02_forms_that_are_bombs_are_refused_and_cost_little() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let keys = |count: usize| {
        (0..count).fold(String::new(), |mut body, number| {
            let _ = write!(body, "k{number}=&");
            body
        })
    };
    let deep = format!("last_name{}=x", "[a]".repeat(1_000));
    let json = "[".repeat(30_000);
    let bombs = [
        keys(150_000),
        keys(4_500),
        "&".repeat(32_000),
        "=".repeat(32_000),
        "last_name=1&".repeat(2_500),
        deep,
        json,
        format!("birth_year={}", "9".repeat(30_000)),
        format!("last_name={}", "%".repeat(30_000)),
        format!("last_name={}", "%41".repeat(10_000)),
        format!("last_name={}", "e%CC%81".repeat(4_000)),
        format!("ssn={}", "9-".repeat(15_000)),
        format!("birth_year=1e308&birth_month=-0&birth_day=NaN&last_name={}", "0".repeat(20_000)),
    ];
    let id = program.id();
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        let after: Vec<u64> =
            stat.rsplit(") ").next().unwrap().split(' ').skip(11).take(2).map(|ticks| ticks.parse().unwrap()).collect();
        after.iter().sum::<u64>()
    };
    let before = ticks();
    let mut refused: u64 = 0;
    for bomb in &bombs {
        for path in ["/api/claim/lookup", "/api/sign-in/password"] {
            let answer = program.visitor().scripted().post(path, bomb.as_bytes()).await;
            assert!(matches!(answer.status, Some(400 | 413 | 422) | None), "{path} {:.40}: {}", bomb, answer.text);
            refused += 1;
        }
    }
    // Ticks of 10 ms, user and system together. The unoptimised program is allowed 50 ms for each, all in all.
    let spent = (ticks() - before) * 10;
    assert!(spent < refused * 50, "{spent} ms of CPU for {refused} bombs");
    assert_no_panic(&program);
    figure("J02", &format!("{refused} bombs: refused, {} ms of CPU each", spent / refused));
}

#[tokio::test]
async fn j03_other_kinds_of_content_are_refused_without_a_panic() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let mut refused = 0;
    for operation in asked() {
        for kind in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=x",
            "application/json",
            "text/plain",
            "application/x-www-form-urlencoded, application/json",
            "application/x-www-form-urlencoded; charset=utf-16",
            "application/x-www-form-urlencoded\r\ncontent-type: application/json",
            "application/cbor",
            "x",
            "",
        ] {
            let headers = format!("content-type: {kind}\r\ncontent-length: 4\r\n");
            let answer = program.visitor().raw(&post(&program, &operation.path, &headers, b"--x\r")).await;
            // A form with a file is no other kind where a file is asked for; whoever is not at the desk is led there.
            let is_form = operation.file.is_some() && kind.ends_with("boundary=x");
            let expected = if is_form { 303 } else { 415 };
            assert_eq!(answer.status, Some(expected), "{} {kind}: {}", operation.name, answer.text);
            refused += 1;
        }
        let answer = program.visitor().raw(&post(&program, &operation.path, "content-length: 0\r\n", b"")).await;
        assert_eq!(answer.status, Some(415), "{}: {}", operation.name, answer.text);
        refused += 1;
    }
    assert_no_panic(&program);
    figure("J03", &format!("{refused} posts of other kinds of content: 415 each, no panic"));
}

#[tokio::test]
async fn j05_line_ends_in_fields_make_no_header_and_no_panic() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let mut asked_for = 0;
    for operation in asked() {
        for field in operation.fields.iter().map(String::as_str).chain(["csrf", "flow"]) {
            for value in [
                "x%0d%0aSet-Cookie:%20evil=1",
                "x%0aLocation:%20https://evil.example",
                "%0d%0a%0d%0a<b>evil",
                "x%0dX-Evil:1",
            ] {
                let body = format!("{field}={value}");
                for scripted in [false, true] {
                    let visitor = program.visitor();
                    let mut visitor = if scripted { visitor.scripted() } else { visitor };
                    let answer = visitor.post(&operation.path, body.as_bytes()).await;
                    assert!(
                        answer.status.is_some_and(|status| status < 500),
                        "{} {body}: {}",
                        operation.name,
                        answer.text
                    );
                    let evil =
                        answer.headers().iter().any(|(name, value)| name.contains("evil") || value.contains("evil"));
                    assert!(!evil, "{} {body}: {}", operation.name, answer.text);
                    asked_for += 1;
                }
            }
        }
    }
    for path in ["/sign-in%0d%0aX-Evil:1", "/link/x%0d%0aLocation:evil", "/not-me/%0d%0aevil"] {
        let answer = program.visitor().open(path).await;
        assert!(answer.status.is_some_and(|status| status < 500), "{path}: {}", answer.text);
        assert!(
            !answer.headers().iter().any(|(name, value)| name.contains("evil") || value.contains("evil")),
            "{path}"
        );
        asked_for += 1;
    }
    assert_no_panic(&program);
    figure("J05", &format!("{asked_for} line ends in fields and paths: no header came of one, no panic"));
}

#[tokio::test]
async fn j06_unclear_http_is_refused_and_the_connection_closed() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    at_rest(&program).await;
    let before = dump(&program, &[]).await;
    let host = program.address;
    let base = format!("host: {host}\r\naccept: text/html\r\nsec-fetch-site: same-origin\r\n{FORM}");
    let line = "POST /api/reset/request HTTP/1.1\r\n";
    let smuggled = format!("GET /smuggled HTTP/1.1\r\nhost: {host}\r\n\r\n");
    let many = (0..10_000).fold(String::new(), |mut text, number| {
        let _ = write!(text, "x{number}: y\r\n");
        text
    });
    let cookie = "c".repeat(64 * 1024);
    let requests = [
        (
            "TE and CL",
            format!("{line}{base}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
        ),
        ("two CL", format!("{line}{base}content-length: 4\r\ncontent-length: 50\r\n\r\nabcd{smuggled}")),
        ("a list of CL", format!("{line}{base}content-length: 4, 5\r\n\r\nabcd{smuggled}")),
        ("CL with a plus", format!("{line}{base}content-length: +4\r\n\r\nabcd")),
        ("CL below zero", format!("{line}{base}content-length: -1\r\n\r\nabcd")),
        ("CL too large", format!("{line}{base}content-length: 99999999999999999999999\r\n\r\nabcd")),
        ("an odd TE", format!("{line}{base}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}")),
        (
            "TE twice",
            format!("{line}{base}transfer-encoding: identity\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        ),
        ("a folded header", format!("{line}{base}x-a: b\r\n c: d\r\ncontent-length: 0\r\n\r\n")),
        ("a space before the colon", format!("{line}{base}content-length : 4\r\n\r\nabcd")),
        ("a bad chunk", format!("{line}{base}transfer-encoding: chunked\r\n\r\nzz\r\nabcd\r\n0\r\n\r\n")),
        ("a chunk too large", format!("{line}{base}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nabcd")),
        ("10,000 headers", format!("{line}{base}{many}content-length: 0\r\n\r\n")),
        ("65 headers", format!("{line}{base}{}content-length: 0\r\n\r\n", "x-a: b\r\n".repeat(65))),
        ("64 KiB of cookie", format!("{line}{base}cookie: {cookie}\r\ncontent-length: 4\r\n\r\nabcd")),
        ("NUL in a header", format!("{line}{base}x-a: \0\r\ncontent-length: 0\r\n\r\n")),
        ("no version", format!("GET /sign-in\r\n{base}\r\n")),
        ("HTTP/9", format!("GET /sign-in HTTP/9.9\r\n{base}\r\n")),
        ("a space in the path", format!("GET /sign in HTTP/1.1\r\n{base}\r\n")),
        ("a method of odd letters", format!("GE(T /sign-in HTTP/1.1\r\n{base}\r\n")),
        ("CONNECT", format!("CONNECT evil.example:443 HTTP/1.1\r\n{base}\r\n")),
        ("TLS", "\x16\x03\x01\x02\0\x01\0\x01".to_owned()),
        ("the HTTP/2 preface and nothing", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0garbage garbage".to_owned()),
    ];
    let mut statuses = std::collections::BTreeMap::new();
    for (what, request) in &requests {
        let mut visitor = program.visitor();
        let mut stream = visitor.send(request.as_bytes()).await;
        // Nothing more comes from here: who waits for it closes.
        let _ = stream.shutdown().await;
        let answer = tokio::time::timeout(Duration::from_secs(20), visitor.receive(stream)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{what}: the connection stays open"));
        // RFC 9112 6.3: of both, the chunks count and the connection is closed; that is as safe as refusing.
        let is_closed = *what == "TE and CL" && answer.header("connection").as_deref() == Some("close");
        let refused = [400, 404, 405, 408, 411, 413, 415, 421, 431, 501, 505];
        let is_good = is_closed || answer.status.is_none_or(|status| refused.contains(&status));
        assert!(is_good, "{what}: {}", answer.text);
        assert!(
            !answer.text.contains("smuggled") && answer.text.matches("HTTP/1.1 ").count() <= 1,
            "{what}: {}",
            answer.text
        );
        *statuses.entry(answer.status.unwrap_or(0)).or_insert(0) += 1;
    }
    // A bare line feed may end a line (RFC 9112 2.2); what it says counts, and no more.
    let bare = format!("GET /sign-in HTTP/1.1\nhost: {host}\nconnection: close\n\n");
    let answer = program.visitor().raw(bare.as_bytes()).await;
    assert!(matches!(answer.status, Some(200 | 400)), "{}", answer.text);
    assert_eq!(dump(&program, &[]).await, before);
    assert_no_panic(&program);
    assert_eq!(program.visitor().open("/sign-in").await.status, Some(200));
    figure(
        "J06",
        &format!("{} requests that are no clear HTTP: refused or cut off ({statuses:?}, 0: no answer)", requests.len()),
    );
}

#[tokio::test]
async fn j07_fields_of_another_type_or_name_are_refused_on_every_operation() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    at_rest(&program).await;
    let before = dump(&program, &["account", "person", "session", "challenge", "link"]).await;
    let mut refused = 0;
    for operation in asked() {
        for more in [
            "is_staff=true",
            "account_id=1",
            "role=admin",
            "__proto__=x",
            "constructor=x",
            "_method=PUT",
            "state=active",
            "id=1",
            "user[role]=admin",
        ] {
            // Admins choose a role at the desk; there it is a field like others.
            if operation.fields.iter().any(|field| more.split('=').next() == Some(field)) {
                continue;
            }
            let answer = program.visitor().post(&operation.path, more.as_bytes()).await;
            assert_eq!(answer.status, Some(400), "{} {more}: {}", operation.name, answer.text);
            refused += 1;
        }
        for field in &operation.fields {
            for body in [
                format!("{field}[]=x"),
                format!("{field}[a]=x"),
                format!("{field}.a=x"),
                format!("{field}=a&{field}=b"),
                format!("{{\"{field}\":true}}"),
                format!("{{\"{field}\":{{\"$ne\":null}}}}"),
                format!("[{{\"{field}\":0}}]"),
            ] {
                let answer = program.visitor().post(&operation.path, body.as_bytes()).await;
                assert_eq!(answer.status, Some(400), "{} {body}: {}", operation.name, answer.text);
                refused += 1;
            }
        }
    }
    assert_eq!(dump(&program, &["account", "person", "session", "challenge", "link"]).await, before);
    assert_no_panic(&program);
    figure("J07", &format!("{refused} forms with fields of another type or name: 400 each"));
}
