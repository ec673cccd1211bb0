//! D. Hosts, redirects and addresses that look like files.

use testkit::program::{Plan, Program};

use crate::bench::{Sink, begin, figure};
use crate::people::{PASSWORD, ask_reset, at_rest, give_password, rows, sign_in, signed_in, username};

#[tokio::test]
async fn d01_only_the_configured_host_is_answered_however_it_is_said() {
    let sink = Sink::start();
    let program = begin(&Plan { rows: rows(1), smtp: Some(sink.port), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let own = program.address.to_string();
    let body = "login=person00000&robot=on";
    let post = |target: &str, hosts: &str| {
        format!(
            "POST {target} HTTP/1.1\r\n{hosts}accept: text/html\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let path = "/api/reset/request";
    let mut refused = 0;
    for (target, hosts) in [
        (path.to_owned(), "host: evil.example\r\n".to_owned()),
        (path.to_owned(), format!("host: {own}\r\nhost: evil.example\r\n")),
        (path.to_owned(), format!("host: evil.example\r\nhost: {own}\r\n")),
        (path.to_owned(), format!("host: {own}\r\nhost: {own}\r\n")),
        (path.to_owned(), format!("host: {own}, evil.example\r\n")),
        (path.to_owned(), format!("host: {own}@evil.example\r\n")),
        (path.to_owned(), format!("host: evil.example#{own}\r\n")),
        (path.to_owned(), format!("host: {own}.evil.example\r\n")),
        (path.to_owned(), "host: \r\n".to_owned()),
        (path.to_owned(), String::new()),
        (format!("http://evil.example{path}"), format!("host: {own}\r\n")),
        (format!("http://evil.example{path}"), "host: evil.example\r\n".to_owned()),
        (format!("http://{own}@evil.example{path}"), format!("host: {own}\r\n")),
        (format!("http://{own}{path}"), "host: evil.example\r\n".to_owned()),
    ] {
        let answer = program.visitor().raw(post(&target, &hosts).as_bytes()).await;
        assert!(matches!(answer.status, Some(400 | 421)), "{target} {hosts}: {}", answer.text);
        assert_eq!(answer.location(), None, "{target} {hosts}");
        refused += 1;
    }
    at_rest(&program).await;
    assert!(sink.received().is_empty(), "a request under another name was worked on");

    // Whatever else says another name is ignored.
    let mut visitor = program.visitor();
    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-server", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "/api/evil.example"),
        ("x-rewrite-url", "/api/evil.example"),
        ("x-host", "evil.example"),
        ("referer", "http://evil.example/"),
    ] {
        visitor = visitor.with(name, value);
    }
    assert_eq!(ask_reset(&mut visitor, &username(0)).await.location().as_deref(), Some("/forgot-password/sent"));
    at_rest(&program).await;
    let received = sink.received();
    let mail = String::from_utf8(received[0].bytes.clone()).unwrap().replace("=\r\n", "");
    assert_eq!(received.len(), 1);
    assert!(mail.contains(&format!("https://{own}/link/")) && !mail.contains("evil"), "{mail}");
    figure(
        "D01",
        &format!("{refused} ways to say another host: refused before any work; 9 forwarding headers: ignored"),
    );
}

#[tokio::test]
async fn d02_envelope_and_head_of_a_mail_are_constants() {
    let sink = Sink::start();
    let program = begin(&Plan { rows: rows(1), smtp: Some(sink.port), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    for number in 0..3 {
        let mut visitor = program
            .visitor()
            .with("x-forwarded-host", &format!("evil{number}.example"))
            .with("user-agent", "Mozilla evil.example")
            .with("from", "evil@evil.example");
        ask_reset(&mut visitor, &username(0)).await;
    }
    at_rest(&program).await;
    let received = sink.received();
    assert_eq!(received.len(), 3);
    for mail in &received {
        assert!(mail.has("from: accounts@ems-office.example"), "{}", mail.envelope);
        assert!(mail.header("from").unwrap().ends_with("<accounts@ems-office.example>"));
        let id = mail.header("message-id").unwrap();
        let domain = id.trim_end_matches('>').rsplit('@').next().unwrap().to_owned();
        assert!(["ems-office.example", "127.0.0.1"].contains(&domain.as_str()), "{id}");
        let head = String::from_utf8_lossy(&mail.bytes).split("\r\n\r\n").next().unwrap().to_owned();
        assert!(!head.contains("evil"), "{head}");
    }
    figure(
        "D02",
        &format!("{} mails asked for under other names: envelope, From and Message-ID as configured", received.len()),
    );
}

#[tokio::test]
async fn d03_no_parameter_leads_anywhere() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let (mut member, _) = signed_in(&program, 0, PASSWORD).await;
    let places = [
        "//evil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "https://evil.example",
        "%09//evil.example",
        "javascript:alert(1)",
        "http://127.0.0.1@evil.example",
        "%5C%5Cevil.example",
        "/%E3%80%82evil.example",
        "///evil.example",
        "%0d%0aLocation:%20https://evil.example",
        "/..//evil.example",
    ];
    let names =
        ["next", "redirect", "redirect_uri", "return", "return_to", "url", "continue", "goto", "__err", "__path"];
    let mut asked = 0;
    let own = |location: Option<String>| {
        location
            .is_none_or(|to| to.starts_with('/') && !to.starts_with("//") && !to.contains("evil") && !to.contains('\\'))
    };
    for place in places {
        for name in names {
            for page in ["/", "/sign-in", "/home"] {
                for visitor in [&mut program.visitor(), &mut member] {
                    let answer = visitor.open(&format!("{page}?{name}={place}")).await;
                    assert!(own(answer.location()), "{}", answer.text);
                    asked += 1;
                }
            }
        }
        // A path that is one itself.
        let answer = program.visitor().open(&format!("/{place}")).await;
        assert!(own(answer.location()), "{}", answer.text);
        let path = format!("/api/sign-in/password?next={place}");
        let fields = [("username", place), ("password", "wrong")];
        let answer = program.visitor().with("referer", "https://evil.example/").submit(&path, &fields).await;
        assert_eq!(answer.location().as_deref(), Some("/sign-in#problems"), "{}", answer.text);
        asked += 2;
    }
    let answer = sign_in(&mut program.visitor(), &username(0), PASSWORD).await;
    assert_eq!(answer.location().as_deref(), Some("/home"));
    figure("D03", &format!("{asked} requests that name another place: none was led there"));
}

#[tokio::test]
async fn d04_a_page_under_a_files_name_is_not_found_and_not_kept() {
    let program: Program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    give_password(&program, [0], PASSWORD).await;
    let (mut member, _) = signed_in(&program, 0, PASSWORD).await;
    let mut asked = 0;
    for page in ["home", "security", "security/history", "change-password", "sign-in"] {
        for tail in [
            "/x.css",
            ";a.js",
            "%2f..%2fpkg",
            "/..%2fpkg",
            "%00.css",
            "%23.png",
            "%3f.js",
            ".css",
            "/.js",
            "%0a.css",
            "/pkg/x.js",
            "%2e%2e/x.css",
        ] {
            let answer = member.open(&format!("/{page}{tail}")).await;
            assert!(matches!(answer.status, Some(404 | 400)), "{page}{tail}: {}", answer.text);
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{page}{tail}");
            asked += 1;
        }
        let answer = member.open(&format!("/{page}?x=.css")).await;
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{page}");
    }
    figure("D04", &format!("{asked} addresses of pages under a file's name: 404 and no-store"));
}
