//! Who may post, under which name, and from where.

use axum::body::Body;
use http::header::{HOST as HOST_HEADER, ORIGIN as ORIGIN_HEADER};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use server::web::operations;

use crate::app::{App, HOST, ORIGIN, Setup};
use crate::browser::{HTML, JSON, body, post};
use crate::people::{ADA, BERT, PASSWORD};
use crate::portals::Portals;
use crate::steps::sign_in;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers
}

/// A post whose origin says this and nothing else.
fn posted(path: &str, accept: &str, fields: &[(&str, &str)], said: &HeaderMap) -> Request<Body> {
    let mut request = post(path, accept).body(Body::from(body(fields))).unwrap();
    request.headers_mut().remove("sec-fetch-site");
    request.headers_mut().remove(ORIGIN_HEADER);
    for (name, value) in said {
        request.headers_mut().append(name, value.clone());
    }
    request
}

#[tokio::test]
async fn a_post_from_another_site_is_refused_and_nothing_is_written() {
    let portals = Portals::start().await;
    portals.settle(&[BERT]).await;
    let app = portals.with("signin");
    app.give_password(BERT.username, PASSWORD).await;
    let mut signed_in = app.browser();
    let csrf = sign_in(&mut signed_in, BERT.username, PASSWORD, "/home").await;
    // So that looking the session up would be written down.
    app.clock.pass(120);
    let before = portals.dump().await;
    for said in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "")],
        &[("sec-fetch-site", "SAME-ORIGIN")],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "https://evil.test")],
        &[("origin", "http://accounts.example.gov")],
        &[("origin", "https://accounts.example.gov:8443")],
        &[("origin", "https://accounts.example.gov.evil.test")],
        &[("origin", "https://evil.accounts.example.gov")],
        &[("origin", ORIGIN), ("origin", "https://evil.test")],
        &[("referer", "https://accounts.example.gov/sign-in")],
        &[],
    ] {
        let said = headers(said);
        for operation in operations() {
            for accept in [HTML, JSON] {
                let fields = match operation.name.as_str() {
                    "claim.lookup" => ADA.lookup("good 1"),
                    "signin" => vec![("username", BERT.username), ("password", PASSWORD)],
                    "signout" => vec![("csrf", csrf.as_str())],
                    _ => vec![],
                };
                let request = posted(&operation.path, accept, &fields, &said);
                let answer = match operation.name.as_str() {
                    "signin" | "reset.identity" => portals.with(&operation.name).browser().send(request).await,
                    _ => signed_in.send(request).await,
                };
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {said:?}", answer.asked);
                assert!(answer.location().is_none() && answer.cookies().is_empty(), "{} {said:?}", answer.asked);
            }
        }
    }
    assert_eq!(portals.dump().await, before);
    assert_eq!(signed_in.open("/home").await.status, StatusCode::OK);
}

#[tokio::test]
async fn our_own_pages_may_post_whichever_of_the_two_headers_the_browser_sends() {
    let app = App::start().await;
    for said in [&[("sec-fetch-site", "same-origin")][..], &[("origin", ORIGIN)]] {
        let request = posted("/api/claim/code", JSON, &[("code", "1")], &headers(said));
        app.browser().send(request).await.assert_problem(422, "code", "code-digits");
    }
}

#[tokio::test]
async fn only_the_configured_host_is_answered() {
    let app = App::start().await;
    let before = app.dump().await;
    let evil = "evil.test";
    for hosts in [
        &[evil][..],
        &[],
        &[""],
        &[HOST, HOST],
        &[HOST, evil],
        &[evil, HOST],
        &["accounts.example.gov:8080"],
        &["accounts.example.gov.evil.test"],
        &["evil.test#accounts.example.gov"],
        &["127.0.0.1"],
        &["a@accounts.example.gov"],
    ] {
        for path in ["/sign-in", "/api/claim/code", "/nothing", "/icon.svg"] {
            let mut request = post(path, HTML).body(Body::from("code=1")).unwrap();
            if !path.starts_with("/api/") {
                *request.method_mut() = http::Method::GET;
            }
            request.headers_mut().remove(HOST_HEADER);
            for host in hosts {
                request.headers_mut().append(HOST_HEADER, HeaderValue::from_static(host));
            }
            let answer = app.send(request).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{hosts:?} {path}");
            assert!(!answer.holds(evil), "{hosts:?}");
        }
    }
    for (target, host, status) in [
        ("http://evil.test/sign-in", HOST, 421),
        ("http://accounts.example.gov/sign-in", evil, 421),
        ("http://accounts.example.gov/sign-in", HOST, 200),
        ("https://ACCOUNTS.example.gov/sign-in", "Accounts.Example.GOV", 200),
    ] {
        let request = Request::get(target).header(HOST_HEADER, host).body(Body::empty()).unwrap();
        assert_eq!(app.send(request).await.status, status, "{target} {host}");
    }
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn no_header_decides_where_a_mailed_link_leads() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mut browser = app.browser();
    for name in ["x-forwarded-host", "x-host", "x-original-host", "x-forwarded-server"] {
        browser.set(name, "evil.test");
    }
    browser.set("x-forwarded-proto", "http");
    browser.set("x-forwarded-prefix", "/evil");
    browser.set("forwarded", "host=evil.test;proto=http");
    let mail = crate::claim::ask(&mut browser, &ADA, "good 1").await;
    assert!(mail.link().is_some() && !mail.text.contains("evil"), "{}", mail.text);
    assert!(mail.id.ends_with("@accounts.example.gov"), "{}", mail.id);
    assert!(!mail.subject.contains("evil"));
}

#[tokio::test]
async fn an_untrusted_peer_cannot_choose_its_address() {
    let app = App::start().await;
    let mut last = StatusCode::OK;
    for number in 0..61 {
        let mut browser = app.browser().from(&format!("203.0.113.{number}"));
        for name in ["x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip", "x-client-ip"] {
            browser.set(name, &format!("198.51.100.{number}"));
        }
        last = browser.call("/api/captcha/challenge", &[]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "the 61st of one peer");
    let keys = app.count("SELECT count(*) FROM budget WHERE key = 'captcha.challenge:address:127.0.0.1'").await;
    assert_eq!((keys, app.count("SELECT count(*) FROM budget WHERE key NOT LIKE 'audit:%'").await), (1, 3));
}

#[tokio::test]
async fn f05_several_lines_or_garbage_from_an_untrusted_peer_are_the_peers_all_the_same() {
    let app = App::start().await;
    for lines in [
        &["203.0.113.1", "203.0.113.2"][..],
        &["a"],
        &[""],
        &["1.2.3.4:5", "[::1]"],
        &["::ffff:1.2.3.4"],
        &["127.0.0.1", "10.0.0.1"],
    ] {
        let mut request = posted("/api/captcha/challenge", JSON, &[], &headers(&[("sec-fetch-site", "same-origin")]));
        for line in lines {
            request.headers_mut().append("x-forwarded-for", HeaderValue::from_static(line));
        }
        assert_eq!(app.browser().send(request).await.status, StatusCode::OK, "{lines:?}");
    }
    let mine = "SELECT full_at FROM budget WHERE key = 'captcha.challenge:address:127.0.0.1'";
    assert_eq!(app.count(mine).await, app.portal.now().plus(6 * 60).0, "six of one visitor");
    assert_eq!(app.count("SELECT count(*) FROM budget").await, 3);
}

#[tokio::test]
async fn f06_however_long_or_unreadable_a_trusted_proxys_header_is_nothing_is_done_without_an_address() {
    let app = App::with(Setup::behind_proxy()).await;
    let long = |text: &str| text.repeat(64 * 1024 / text.len());
    for lines in [
        vec![long("a").into_bytes()],
        vec![long("1.2.3.4,").into_bytes()],
        vec![long(" ").into_bytes()],
        vec![b"1.2.3.\xff".to_vec()],
        vec!["1.2.3.４".as_bytes().to_vec()],
        vec![b"1.2.3.4".to_vec(), b"a".to_vec()],
        vec![b"a".to_vec(), b"1.2.3.4".to_vec()],
        vec![b"1.2.3.4".to_vec(), b"".to_vec()],
        vec![b"fe80::1%eth0".to_vec()],
        vec![b"01.2.3.4".to_vec()],
        vec![b"16909060".to_vec()],
    ] {
        for path in ["/api/captcha/challenge", "/api/claim/lookup", "/api/sign-in/password"] {
            let own = headers(&[("sec-fetch-site", "same-origin")]);
            let mut request = posted(path, JSON, &ADA.lookup("good 1"), &own);
            for line in &lines {
                request.headers_mut().append("x-forwarded-for", HeaderValue::from_bytes(line).unwrap());
            }
            let answer = app.browser().send(request).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {:.40}", String::from_utf8_lossy(&lines[0]));
        }
    }
    assert_eq!(app.count("SELECT count(*) FROM budget").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM job").await, 0);
    // Without the header, or naming only proxies, the peer itself is the visitor; it is counted as anybody.
    for said in [&[][..], &[("x-forwarded-for", "127.0.0.1")]] {
        let mut said = said.to_vec();
        said.push(("sec-fetch-site", "same-origin"));
        let request = posted("/api/captcha/challenge", JSON, &[], &headers(&said));
        assert_eq!(app.browser().send(request).await.status, StatusCode::OK);
    }
    let peer = "SELECT full_at FROM budget WHERE key = 'captcha.challenge:address:127.0.0.1'";
    assert_eq!(app.count(peer).await, app.portal.now().plus(2 * 60).0);
}

#[tokio::test]
async fn garbage_from_a_trusted_proxy_refuses_the_request() {
    let app = App::with(Setup::behind_proxy()).await;
    let long = "1.2.3.4, ".repeat(100) + "1.2.3.4";
    for garbage in [
        "a",
        "",
        " ",
        "1.2.3.4:5",
        "[::1]",
        "1.2.3.4,",
        ",1.2.3.4",
        "999.1.1.1",
        "1.2.3.4, a",
        "unknown",
        "_hidden",
        &long,
    ] {
        for accept in [HTML, JSON] {
            let mut browser = app.browser().from(garbage);
            let answer = browser.post("/api/claim/lookup", accept, &ADA.lookup("good 1")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{garbage:?}");
        }
    }
    assert_eq!(app.count("SELECT count(*) FROM budget").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM job").await, 0);
    for good in ["1.2.3.4", "::ffff:1.2.3.4", "2001:db8::1", "6.6.6.6, 1.2.3.4", "1.2.3.4, 127.0.0.1"] {
        app.browser().from(good).call("/api/captcha/challenge", &[]).await;
    }
    let mine = "SELECT full_at FROM budget WHERE key = 'captcha.challenge:address:1.2.3.4'";
    assert_eq!(app.count(mine).await, app.portal.now().plus(4 * 60).0, "four of them are one visitor");
}
