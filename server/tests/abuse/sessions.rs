//! E. Sessions, cross-site requests, and what a browser is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use server::web::operations;
use testkit::program::{Answer, Plan};
use tokio::task::JoinSet;

use crate::bench::{begin, figure};
use crate::people::{
    PASSWORD, WRONG, at_rest, claim_mail, count, dump, give_password, lookup, rows, sign_in, signed_in, ssn, username,
};

/// Everything that the browser keeps of an answer must have every flag.
fn assert_flags(answer: &Answer, seen: &mut Vec<String>) {
    for (_, cookie) in answer.headers().into_iter().filter(|(name, _)| name == "set-cookie") {
        let (named, flags) = cookie.split_once(';').unwrap();
        let (name, value) = named.split_once('=').unwrap();
        assert!(name.starts_with("__Host-"), "{cookie}");
        for flag in [" Path=/", " Secure", " HttpOnly", " SameSite=Lax"] {
            assert!(flags.split(';').any(|found| found == flag), "{cookie}: no{flag}");
        }
        assert!(!flags.to_ascii_lowercase().contains("domain"), "{cookie}");
        seen.push(format!("{name} {}", if value.is_empty() { "removed" } else { "set" }));
    }
}

#[tokio::test]
async fn e03_cookies_have_every_flag_when_set_and_when_removed() {
    let program = begin(&Plan { rows: rows(2), ..Plan::default() }).await;
    let mut seen = Vec::new();
    let mut visitor = program.visitor();
    let token = claim_mail(&program, &mut visitor, 0).await.token().unwrap();
    assert_flags(&visitor.submit("/api/claim/lookup", &lookup(&ssn(1))).await, &mut seen);
    assert_flags(&visitor.submit("/api/claim/start", &[("token", &token)]).await, &mut seen);
    assert_flags(
        &visitor.submit("/api/claim/password", &[("password", "x"), ("password_again", "y")]).await,
        &mut seen,
    );
    assert_flags(&visitor.open("/claim/password").await, &mut seen);
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    assert_flags(&visitor.submit("/api/claim/password", &fields).await, &mut seen);
    let csrf = visitor.open("/change-password").await.hidden("csrf").unwrap();
    let fields = [
        ("current_password", PASSWORD),
        ("password", "Heron&97sailing"),
        ("password_again", "Heron&97sailing"),
        ("csrf", csrf.as_str()),
    ];
    assert_flags(&visitor.submit("/api/password/change", &fields).await, &mut seen);
    assert_flags(&visitor.open("/change-password").await, &mut seen);
    let csrf = visitor.open("/home").await.hidden("csrf").unwrap();
    assert_flags(&visitor.submit("/api/sign-in/out", &[("csrf", &csrf)]).await, &mut seen);
    seen.sort_unstable();
    let total = seen.len();
    seen.dedup();
    for both in ["__Host-flow", "__Host-session", "__Host-refused", "__Host-saved"] {
        for how in ["set", "removed"] {
            assert!(seen.contains(&format!("{both} {how}")), "{both} was never {how}: {seen:?}");
        }
    }
    figure("E03", &format!("{total} cookies, 4 kinds, set and removed: every flag on each"));
}

#[tokio::test]
async fn e04_a_cookie_from_before_signing_out_opens_nothing() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let (mut visitor, csrf) = signed_in(&program, 0, PASSWORD).await;
    let mut thief = visitor.clone();
    let answer = visitor.submit("/api/sign-in/out", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
    assert!(answer.header("clear-site-data").is_some_and(|what| what.contains("\"cache\"")), "{}", answer.text);
    assert_eq!(count(&program, "SELECT count(*) FROM session").await, 0);
    let mut refused = 0;
    for page in ["/home", "/security", "/security/history", "/change-password", "/security/question"] {
        let answer = thief.open(page).await;
        assert_eq!(answer.location().as_deref(), Some("/sign-in"), "{page}");
        assert!(!answer.text.contains(&username(0)), "{page}");
        refused += 1;
    }
    let personnel = operations().iter().filter(|operation| !operation.is_the_desks());
    for operation in personnel.filter(|operation| !operation.sessions.iter().any(|kind| kind == "anonymous")) {
        let answer = thief.submit(&operation.path, &[("csrf", &csrf)]).await;
        assert_eq!(answer.location().as_deref(), Some("/sign-in#problems"), "{}: {}", operation.name, answer.text);
        refused += 1;
    }
    figure("E04", &format!("{refused} uses of a session that was signed out: none opened anything"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e05_signing_out_everywhere_ends_50_sessions_that_are_in_use() {
    const SESSIONS: usize = 50;
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let mut visitors = Vec::new();
    for _ in 0..SESSIONS {
        visitors.push(signed_in(&program, 0, PASSWORD).await);
    }
    let (leaving, asked, stop) = (visitors[0].clone(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut crowd = JoinSet::new();
    for (visitor, _) in &visitors {
        let (mut visitor, asked, stop) = (visitor.clone(), Arc::clone(&asked), Arc::clone(&stop));
        crowd.spawn(async move {
            let jar = visitor.jar.clone();
            while !stop.load(Ordering::SeqCst) {
                visitor.jar.clone_from(&jar);
                let answer = visitor.open("/home").await;
                assert!(matches!(answer.status, Some(200 | 303)), "{}", answer.text);
                asked.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    testkit::program::until("in use", async || asked.load(Ordering::SeqCst) > SESSIONS).await;
    // Their last use is long enough ago to be written down anew: fifty writes of sessions meet the one that ends them.
    let database = program.database().await;
    sqlx::query("UPDATE session SET seen = seen - 120").execute(&database).await.unwrap();
    database.close().await;
    let (mut leaver, csrf) = leaving;
    let answer = leaver.submit("/api/sign-in/everywhere", &[("csrf", &csrf)]).await;
    assert_eq!(answer.location().as_deref(), Some("/sign-in"), "{}", answer.text);
    // Whoever was in the middle of a request finishes it, and must not bring a session back.
    let at_that_moment = asked.load(Ordering::SeqCst);
    testkit::program::until("finished", async || asked.load(Ordering::SeqCst) > at_that_moment + 2 * SESSIONS).await;
    stop.store(true, Ordering::SeqCst);
    while let Some(ended) = crowd.join_next().await {
        ended.unwrap();
    }
    assert_eq!(count(&program, "SELECT count(*) FROM session").await, 0);
    assert_eq!(count(&program, "SELECT count(*) FROM audit WHERE action = 'signed-out-everywhere'").await, 1);
    for (mut visitor, _) in visitors {
        assert_eq!(visitor.open("/home").await.location().as_deref(), Some("/sign-in"));
    }
    figure(
        "E05",
        &format!("{SESSIONS} sessions under {} requests: all over, none came back", asked.load(Ordering::SeqCst)),
    );
}

#[tokio::test]
async fn e08_a_post_from_elsewhere_is_refused_and_nothing_is_written() {
    let program = begin(&Plan { rows: rows(2), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let (member, csrf) = signed_in(&program, 0, PASSWORD).await;
    at_rest(&program).await;
    let before = dump(&program, &[]).await;
    let own = program.address.to_string();
    let mut refused = 0;
    for operation in operations().iter().filter(|operation| operation.name != "reset.identity") {
        let fields: Vec<(String, String)> = operation
            .fields
            .iter()
            .map(|name| (name.clone(), "x".to_owned()))
            .chain([("csrf".to_owned(), csrf.clone())])
            .collect();
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let json = format!("{{\"csrf\":\"{csrf}\"}}");
        for jar in [member.jar.clone(), std::collections::BTreeMap::new()] {
            for from in [
                "sec-fetch-site: cross-site\r\n",
                "sec-fetch-site: same-site\r\n",
                "sec-fetch-site: none\r\n",
                "origin: null\r\n",
                "origin: https://evil.example\r\n",
                &format!("origin: http://{own}\r\n"),
                &format!("sec-fetch-site: cross-site\r\norigin: https://{own}\r\n"),
                "",
            ] {
                for (kind, body) in [
                    ("application/x-www-form-urlencoded", &form),
                    ("text/plain", &json),
                    ("text/plain", &form),
                    ("multipart/form-data; boundary=x", &form),
                    ("application/json", &json),
                ] {
                    let mut visitor = program.visitor();
                    visitor.jar.clone_from(&jar);
                    let request = format!(
                        "POST {} HTTP/1.1\r\n{}{from}content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
                        operation.path,
                        visitor.head(),
                        body.len()
                    );
                    let answer = visitor.raw(request.as_bytes()).await;
                    assert!(
                        matches!(answer.status, Some(403 | 415)),
                        "{} {kind} {from}: {}",
                        operation.name,
                        answer.text
                    );
                    assert_eq!(answer.location(), None, "{} {kind} {from}", operation.name);
                    assert!(!answer.text.contains("__err") && answer.header("set-cookie").is_none());
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(dump(&program, &[]).await, before, "something was written");
    figure("E08", &format!("{refused} posts from elsewhere, with and without cookies: refused, not one row written"));
}

#[tokio::test]
async fn e13_every_kind_of_answer_forbids_framing() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let (mut member, _) = signed_in(&program, 0, PASSWORD).await;
    let style = {
        let page = program.visitor().open("/sign-in").await.body();
        let (_, after) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let mut answers = Vec::new();
    for path in [
        "/",
        "/sign-in",
        "/claim",
        "/claim/password",
        "/link/none",
        "/missing",
        "/icon.svg",
        &style,
        "/api/x",
        "/api/claim/lookup",
    ] {
        answers.push((path.to_owned(), program.visitor().open(path).await));
    }
    for path in ["/home", "/security", "/security/history", "/change-password"] {
        answers.push((path.to_owned(), member.open(path).await));
    }
    answers.push(("405".to_owned(), program.visitor().ask("DELETE", "/sign-in").await));
    answers.push(("TRACE".to_owned(), program.visitor().ask("TRACE", "/sign-in").await));
    answers.push(("303".to_owned(), sign_in(&mut program.visitor(), "nobody", WRONG).await));
    answers.push(("422".to_owned(), sign_in(&mut program.visitor().scripted(), "nobody", WRONG).await));
    answers.push(("400".to_owned(), program.visitor().submit("/api/claim/lookup", &[("unknown", "x")]).await));
    answers.push(("413".to_owned(), program.visitor().post("/api/claim/lookup", &[b'a'; 40_000]).await));
    answers.push((
        "421".to_owned(),
        program.visitor().raw(b"GET / HTTP/1.1\r\nhost: evil\r\nconnection: close\r\n\r\n").await,
    ));
    let mut statuses = std::collections::BTreeSet::new();
    for (what, answer) in &answers {
        let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{what}: no {name}: {}", answer.text));
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{what}");
        assert_eq!(header("x-frame-options"), "DENY", "{what}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
        statuses.insert(answer.status.unwrap());
    }
    assert!([200, 303, 400, 404, 405, 413, 421, 422].iter().all(|status| statuses.contains(status)), "{statuses:?}");
    figure(
        "E13",
        &format!(
            "{} answers of {} statuses, files and operations among them: none may be framed",
            answers.len(),
            statuses.len()
        ),
    );
}

#[tokio::test]
async fn e14_what_is_typed_comes_back_as_text() {
    let program = begin(&Plan::default()).await;
    let mut reflected = 0;
    let payloads = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus=alert(1) autofocus='",
        "javascript:alert(1)",
        "</title><svg onload=alert(1)>",
        "</textarea><script>1</script>",
        "{{7*7}}<b>",
        "&lt;script&gt;<i>",
    ];
    for payload in payloads {
        for (path, page, field, more) in [
            ("/api/sign-in/password", "/sign-in", "username", ("password", "")),
            ("/api/claim/lookup", "/claim", "last_name", ("ssn", "")),
            ("/api/claim/lookup", "/claim", "certificate", ("ssn", "")),
            ("/api/claim/lookup", "/claim", "birth_year", ("ssn", "")),
            ("/api/username/request", "/forgot-username", "email", ("robot", "")),
            ("/api/reset/request", "/forgot-password", "login", ("robot", "")),
        ] {
            let mut visitor = program.visitor();
            let answer = visitor.submit(path, &[(field, payload), more]).await;
            assert_eq!(answer.status, Some(303), "{path}: {}", answer.text);
            let shown = visitor.open(page).await.body();
            // A field that keeps what was typed keeps it escaped, inside its quotation marks.
            for raw in ["<script>alert", "<img src=x", "<svg onload", "<b>", "<i>"] {
                assert!(!shown.contains(raw), "{page} {field}: {raw}");
            }
            reflected += usize::from(shown.contains("alert(1)") || shown.contains("{{7*7}}"));
            let policy = program.visitor().open(page).await.header("content-security-policy").unwrap();
            for part in ["default-src 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'self'"] {
                assert!(policy.contains(part), "{policy}");
            }
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        }
    }
    assert!(reflected > 20, "hardly any form kept what was typed: {reflected}");
    figure("E14", &format!("{} things typed, {reflected} kept on a page: all as text", payloads.len() * 6));
}
