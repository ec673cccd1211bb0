//! What is refused before anything is read: methods, paths, content types, sizes, fields.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, REFERER};
use http::{HeaderValue, Method, Request, StatusCode};
use server::web::operations;

use crate::app::{App, HOST};
use crate::browser::{FORM, HTML, JSON, body, post};
use crate::people::{ADA, BERT, PASSWORD, with};
use crate::portals::{Portals, page_of, personnel};

#[tokio::test]
async fn operations_answer_to_nothing_but_post() {
    let portals = Portals::start().await;
    let before = portals.dump().await;
    for operation in operations() {
        let app = portals.with(&operation.name);
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "post"] {
            for accept in [HTML, JSON] {
                let mut request = post(&operation.path, accept).body(Body::from("code=1")).unwrap();
                *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
                request.headers_mut().insert("x-http-method-override", HeaderValue::from_static("POST"));
                let answer = app.browser().send(request).await;
                assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{}", answer.asked);
                assert_eq!(answer.header(ALLOW.as_str()), Some("POST"), "{}", answer.asked);
                assert!(answer.location().is_none() && answer.cookies().is_empty(), "{}", answer.asked);
            }
        }
    }
    assert_eq!(portals.dump().await, before);
}

#[tokio::test]
async fn a_method_is_never_overridden() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let fields = [("username", BERT.username), ("password", PASSWORD), ("_method", "DELETE")];
    let answer = app.browser().call("/api/sign-in/password", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let mut browser = app.browser();
    browser.set("x-http-method-override", "DELETE");
    browser.set("x-original-url", "/api/sign-in/out");
    browser.call("/api/sign-in/password", &fields[..2]).await.assert_json_goes("/home");
}

#[tokio::test]
async fn what_is_no_page_and_no_operation_is_not_found() {
    let app = App::start().await;
    for path in [
        "/nothing",
        "/claim/",
        "/claim;a.js",
        "/claim/x.css",
        "/home/x.css",
        "/home%2f..%2fpkg",
        "/CLAIM",
        "//claim",
        "/api",
        "/api/",
        "/pkg/",
        "/link/",
        "/link/x/y",
        "/.git/config",
        "/%00",
        "/%ff",
        "/claim%2fsent",
    ] {
        let answer = app.browser().open(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(answer.is_page() && answer.holds("href=\"/sign-in\""), "{path}: a way on is missing");
    }
    for path in [
        "/api/claim",
        "/api/claim/lookup/",
        "/api/Claim/lookup",
        "/api//claim/lookup",
        "/api/claim%2flookup",
        "/api/claim/lookup.css",
        "/api/claim/lookup;x",
        "/api/claim/./lookup",
        "/api/session",
        "/api/%ff",
    ] {
        let answer = app.browser().call(path, &ADA.lookup("good 1")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(app.count("SELECT count(*) FROM budget").await, 0);
}

#[tokio::test]
async fn an_address_that_begins_like_a_hosts_name_is_a_page_that_is_missing() {
    let app = App::start().await;
    for path in ["//", "//[", "//:99999/", "//evil.test/sign-in", "/\\", "/\\evil.test/", "///", "/:"] {
        let answer = app.browser().open(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.text().contains(&format!("=\"{path}")), "{path}: it leads to another host");
    }
}

#[tokio::test]
async fn pages_answer_to_nothing_but_get_and_head() {
    let app = App::start().await;
    let file = app.browser().open("/claim").await.attribute("const words = fetch(\"").unwrap();
    for path in ["/claim", "/sign-in", "/nothing", "/", "/link/abc", &file] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE] {
            let mut request = post(path, HTML).body(Body::empty()).unwrap();
            *request.method_mut() = method.clone();
            let answer = app.browser().send(request).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.header(ALLOW.as_str()), Some("GET, HEAD"), "{method} {path}");
        }
        let mut request = post(path, HTML).body(Body::empty()).unwrap();
        *request.method_mut() = Method::HEAD;
        let (head, page) = (app.browser().send(request).await, app.browser().open(path).await);
        assert_eq!((head.status, head.body.len()), (page.status, 0), "{path}");
    }
}

#[tokio::test]
async fn only_a_form_is_read() {
    let app = App::start().await;
    let before = app.dump().await;
    let form = body(&ADA.lookup("good 1"));
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"last_name\"\r\n\r\nLovelace\r\n--x--\r\n";
    for (kind, content) in [
        (None, form.as_str()),
        (Some(""), &form),
        (Some("text/plain"), &form),
        (Some("text/plain"), "{\"last_name\":\"Lovelace\"}"),
        (Some("application/json"), "{\"last_name\":\"Lovelace\"}"),
        (Some("multipart/form-data"), multipart),
        (Some("multipart/form-data; boundary=x"), multipart),
        (Some("multipart/form-data; boundary="), multipart),
        (Some("application/x-www-form-urlencoded; charset=iso-8859-1"), &form),
        (Some("application/x-www-form-urlencoded-not"), &form),
        (Some("application/x-www-form-urlencoded, text/plain"), &form),
        (Some("application/octet-stream"), &form),
    ] {
        for accept in [HTML, JSON] {
            let mut request = post("/api/claim/lookup", accept).body(Body::from(content.to_owned())).unwrap();
            request.headers_mut().remove(CONTENT_TYPE);
            if let Some(kind) = kind {
                request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            }
            let answer = app.browser().send(request).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}");
        }
    }
    for encoding in ["gzip", "br", "deflate", "identity"] {
        let request = post("/api/claim/lookup", JSON).header(CONTENT_ENCODING, encoding);
        let answer = app.browser().send(request.body(Body::from(form.clone())).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{encoding}");
    }
    let twice = post("/api/claim/lookup", JSON).header(CONTENT_TYPE, "text/plain");
    let answer = app.browser().send(twice.body(Body::from(form.clone())).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "two content types");
    assert_eq!(app.dump().await, before);

    for kind in [FORM, "application/x-www-form-urlencoded;charset=UTF-8", "Application/X-WWW-Form-URLEncoded"] {
        let mut request = post("/api/claim/code", JSON).body(Body::from("code=1")).unwrap();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        app.browser().send(request).await.assert_problem(422, "code", "code-digits");
    }
}

/// A body that does not say how long it is.
struct Unsized(Option<Bytes>);

impl hyper::body::Body for Unsized {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(hyper::body::Frame::data(bytes))))
    }
}

#[tokio::test]
async fn more_than_32_kib_are_not_read_whether_declared_or_not() {
    let portals = Portals::start().await;
    let before = portals.dump().await;
    let filled = |length: usize| {
        let mut bytes = b"code=".to_vec();
        bytes.resize(length, b'1');
        Bytes::from(bytes)
    };
    for operation in operations() {
        let app = portals.with(&operation.name);
        for accept in [HTML, JSON] {
            for content in [Body::from(filled(32 * 1024 + 1)), Body::new(Unsized(Some(filled(32 * 1024 + 1))))] {
                let answer = app.browser().send(post(&operation.path, accept).body(content).unwrap()).await;
                assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.asked);
            }
        }
    }
    assert_eq!(portals.dump().await, before);
    for content in [Body::from(filled(32 * 1024)), Body::new(Unsized(Some(filled(32 * 1024))))] {
        let app = portals.with("claim.code");
        let answer = app.browser().send(post("/api/claim/code", JSON).body(content).unwrap()).await;
        answer.assert_problem(422, "code", "code-digits");
    }
}

#[tokio::test]
async fn fields_that_no_page_of_ours_sends_are_refused() {
    let portals = Portals::start().await;
    let before = portals.dump().await;
    let app = portals.with("claim.lookup");
    let form = body(&ADA.lookup("good 1"));
    let many: String = (0..3_000).map(|number| format!("&k{number}=1")).collect();
    for more in [
        "&account_id=1",
        "&is_staff=true",
        "&email=a@b.c",
        "&email[]=a",
        "&last_name[]=a",
        "&last_name[0]=a",
        "&last_name=Other",
        "&ssn=900-41-7713",
        "&=x",
        "&%ff=1",
        "&last_name%00=1",
        "&username=x",
        "&__proto__=1",
        "&csrf=a&csrf=b",
        "&CSRF=a",
        &many,
    ] {
        for accept in [HTML, JSON] {
            let bytes = format!("{form}{more}").into_bytes();
            let answer = app.browser().post_bytes("/api/claim/lookup", accept, bytes).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{more}");
            assert!(answer.location().is_none() && answer.cookies().is_empty(), "{more}");
        }
    }
    for operation in operations() {
        let app = portals.with(&operation.name);
        let answer = app.browser().call(&operation.path, &[("redirect", "//evil.test")]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", operation.name);
        // Whom it concerns is the session's to say, but where the desk acts on somebody.
        let foreign = if operation.fields.iter().any(|field| field == "account") { "staff" } else { "account" };
        // Each of its own fields twice, as an array, as an object; one half unreadable does not help.
        for field in &operation.fields {
            for bytes in [
                format!("{field}=a&{field}=b"),
                format!("{field}=%ff&{field}=b"),
                format!("{field}=b&{field}=%00"),
                format!("{field}[]=a"),
                format!("{field}%5B%5D=a"),
                format!("{field}[0]=a"),
                format!("{field}[x]=a"),
                format!("{field}.x=a"),
                format!("{field}%00=a"),
                format!("{}=a", field.to_uppercase()),
                format!("{field} =a"),
                format!("{field}=a&{foreign}=1"),
            ] {
                for accept in [HTML, JSON] {
                    let answer = app.browser().post_bytes(&operation.path, accept, bytes.clone().into_bytes()).await;
                    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{} {bytes}", operation.name);
                    assert!(answer.location().is_none() && answer.cookies().is_empty(), "{} {bytes}", operation.name);
                }
            }
        }
    }
    assert_eq!(portals.dump().await, before);
}

#[tokio::test]
async fn a_referer_or_a_query_leads_nowhere() {
    let portals = Portals::behind_proxy().await;
    portals.settle(&[BERT]).await;
    for app in portals.all() {
        app.give_password(BERT.username, PASSWORD).await;
    }
    let mut number = 0;
    for evil in [
        "https://evil.test/x",
        "//evil.test",
        "/\\evil.test",
        "javascript:alert(1)",
        "https://accounts.example.gov/home",
    ] {
        for operation in personnel() {
            let app = portals.with(&operation.name);
            for password in [PASSWORD, "wrong-password"] {
                number += 1;
                let fields: Vec<(&str, &str)> = match operation.name.as_str() {
                    "claim.lookup" => with(&ADA.lookup(""), "ssn", "12"),
                    "claim.code" => vec![("code", "12")],
                    "claim.set" => vec![("password", password)],
                    "signin" => vec![("username", BERT.username), ("password", password)],
                    "reset.request" => vec![("login", BERT.username), ("captcha", "")],
                    "reset.answer" => vec![("answer", password)],
                    "claim.start" | "reset.start" | "notme.freeze" => vec![("token", "12")],
                    _ => vec![],
                };
                let path = format!("{}?next=https://evil.test&redirect=%2F%2Fevil.test", operation.path);
                let request = post(&path, HTML).header(REFERER, evil).body(Body::from(body(&fields))).unwrap();
                let mut browser = app.browser().from(&format!("203.{number}.113.1"));
                let answer = browser.send(request).await;
                assert!(!answer.holds("evil.test"), "{}", answer.asked);
                match operation.name.as_str() {
                    "captcha.challenge" => assert_eq!(answer.status, StatusCode::OK),
                    "signin" if password == PASSWORD => answer.assert_goes("/home"),
                    "signout" => answer.assert_goes(&operation.page),
                    _ if !operation.sessions.iter().any(|kind| kind == "anonymous") => {
                        answer.assert_back_to("/sign-in");
                    }
                    _ => answer.assert_back_to(&page_of(operation, "12")),
                }
                app.clock.pass(86_400);
            }
        }
    }
}

#[tokio::test]
async fn a_request_without_a_body_or_with_odd_cookies_is_answered() {
    let app = App::start().await;
    for cookie in [
        "__Host-session=",
        "__Host-session=x; __Host-session=y",
        "=",
        ";;;",
        "__Host-refused=zz",
        "__Host-refused=00ff",
        "__Host-flow=%00",
        "unknown=1; theme=dark",
        "__Host-session",
        "a=b=c=d",
    ] {
        let request = Request::get("/sign-in").header("host", HOST).header("cookie", cookie).body(Body::empty());
        let page = app.browser().send(request.unwrap()).await;
        assert_eq!(page.status, StatusCode::OK, "{cookie}");
        assert_eq!(page.summary(), None, "{cookie}");
        let request = post("/api/claim/code", JSON).header("cookie", cookie).body(Body::empty()).unwrap();
        app.browser().send(request).await.assert_problem(422, "code", "missing");
    }
    // Another application of the same domain may set what it likes: ours are read beside it.
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    crate::steps::sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    for (name, value) in [("name", "José"), ("a", "\u{fffd}"), ("quoted", "\"a b\"")] {
        browser.jar.insert(name.to_owned(), value.to_owned());
        assert_eq!(browser.open("/home").await.status, StatusCode::OK, "{name}={value}");
    }
    let long = format!("theme={}", "x".repeat(60_000));
    let request = Request::get("/sign-in").header("host", HOST).header("cookie", long).body(Body::empty());
    assert!(app.browser().send(request.unwrap()).await.status.as_u16() < 500);
}
