//! What is our own fault: busy, too slow, broken. A browser gets a page with the office's phone and a number to tell
//! it, a script its JSON; and the portal lives on.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use backboard::moment::Moment;
use backboard::password::Password;
use backboard::service::ports::{Fault, Hasher, Proof, Robots};
use http::{Method, Request, StatusCode};

use crate::answer::Answer;
use crate::app::{App, HOST, Setup};
use crate::browser::{Browser, HTML, JSON};
use crate::people::{ADA, BERT, PASSWORD, with};

/// The page of something that broke: the office's phone, and the end of the request's id.
fn assert_helps(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}: {}", answer.asked, answer.text());
    assert!(answer.is_page() && answer.location().is_none(), "{}", answer.asked);
    assert!(answer.holds("Something went wrong here") && answer.holds("href=\"tel:5555550142\""), "{}", answer.text());
    let id = answer.header("x-request-id").unwrap();
    let (first, second) = id[24..].split_at(4);
    let number = format!("<strong>{first} {second}<");
    assert!(answer.holds(&number), "{id}: {}", answer.text());
    // Nothing of it needs a script.
    assert!(answer.holds("<title>Something went wrong here") && !answer.holds("<script"), "{}", answer.text());
    assert_eq!(answer.retry_after(), (status == 503).then_some(60), "{}", answer.asked);
}

async fn sign_in(browser: &mut Browser<'_>) {
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    browser.submit("/api/sign-in/password", &fields).await.assert_goes("/home");
}

/// The parts that do what a test wants of them.
struct Troubled;

const DETAIL: &str = "detail-7731-of-the-inside";

#[async_trait]
impl Hasher for Troubled {
    async fn hash(&self, _: &Password) -> Result<String, Fault> {
        std::future::pending().await
    }

    async fn verify(&self, _: &Password, _: Option<&str>) -> Result<bool, Fault> {
        std::future::pending().await
    }

    fn is_outdated(&self, _: &str) -> bool {
        panic!("{DETAIL}")
    }

    fn room(&self) -> Result<(), Fault> {
        Ok(())
    }
}

#[async_trait]
impl Robots for Troubled {
    fn challenge(&self, _: Moment) -> Option<String> {
        panic!("{DETAIL}")
    }

    async fn check(&self, _: &str, _: Moment) -> Result<Proof, Fault> {
        panic!("{DETAIL}")
    }
}

#[tokio::test]
async fn a_panic_becomes_a_page_that_helps_and_the_portal_lives_on() {
    let app = App::with(Setup { robots: Some(Arc::new(Troubled)), ..Setup::default() }).await;
    for (path, fields) in [("/api/captcha/challenge", vec![]), ("/api/claim/lookup", ADA.lookup("proof"))] {
        for _ in 0..3 {
            let page = app.browser().post(path, HTML, &fields).await;
            assert_helps(&page, 500);
            let json = app.browser().post(path, JSON, &fields).await;
            json.assert_problem(500, "form", "broken");
            assert!(!page.holds(DETAIL) && !json.holds(DETAIL), "{path}");
        }
    }
    assert_eq!(app.browser().open("/claim").await.status, StatusCode::OK);
    // Nothing is left locked by the panics.
    app.browser()
        .call("/api/claim/lookup", &with(&ADA.lookup(""), "captcha", ""))
        .await
        .assert_json_goes("/claim/sent");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up_with_a_page_that_helps() {
    let patience = Some(Duration::from_millis(200));
    let app = App::with(Setup { hasher: Some(Arc::new(Troubled)), patience, ..Setup::default() }).await;
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    assert_helps(&app.browser().submit("/api/sign-in/password", &fields).await, 503);
    let json = app.browser().call("/api/sign-in/password", &fields).await;
    json.assert_problem(503, "form", "busy");
    assert_eq!(json.retry_after(), Some(60));
}

#[tokio::test]
async fn a_script_whose_session_cannot_be_looked_up_is_told_that_it_is_busy() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut signed_in = app.browser();
    sign_in(&mut signed_in).await;
    sqlx::query("ALTER TABLE session RENAME TO elsewhere").execute(&app.back_door).await.unwrap();
    let json = signed_in.call("/api/sign-in/out", &[]).await;
    json.assert_problem(503, "form", "busy");
    assert_eq!(json.retry_after(), Some(60));
    assert_helps(&signed_in.submit("/api/sign-in/out", &[]).await, 503);
}

/// Takes the five seconds that a unit of work waits for the writer.
#[tokio::test]
async fn while_another_process_holds_the_database_pages_load_and_forms_say_busy() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut signed_in = app.browser();
    sign_in(&mut signed_in).await;
    // So that looking the session up is written down.
    app.clock.pass(120);
    let mut held = app.back_door.acquire().await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut *held).await.unwrap();
    let mut browser = app.browser();
    let page = tokio::time::timeout(Duration::from_secs(2), browser.open("/claim")).await.unwrap();
    assert_eq!(page.status, StatusCode::OK);
    let lookup = ADA.lookup("good 1");
    let (page, json) = tokio::join!(signed_in.open("/home"), browser.call("/api/claim/lookup", &lookup));
    // Only that it was used cannot be written down.
    assert_eq!(page.status, StatusCode::OK);
    json.assert_problem(503, "form", "busy");
    sqlx::query("ROLLBACK").execute(&mut *held).await.unwrap();
    drop(held);
    assert_eq!(app.count("SELECT count(*) FROM job").await, 0);
    assert_eq!(signed_in.open("/home").await.status, StatusCode::OK);
    browser.call("/api/claim/lookup", &ADA.lookup("good 1")).await.assert_json_goes("/claim/sent");
}

#[tokio::test]
async fn a_store_that_broke_is_a_page_that_helps_and_tells_nothing_of_the_inside() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    sign_in(&mut browser).await;
    sqlx::query("ALTER TABLE session RENAME TO gone").execute(&app.back_door).await.unwrap();
    let page = browser.open("/home").await;
    assert_helps(&page, 503);
    let form = browser.submit("/api/sign-in/out", &[]).await;
    assert_helps(&form, 503);
    assert!(!page.holds("no such table") && !form.holds("no such table"));
    sqlx::query("ALTER TABLE gone RENAME TO session").execute(&app.back_door).await.unwrap();
    assert_eq!(browser.open("/home").await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_method_but_those_of_browsers_does_anything() {
    let app = App::start().await;
    let before = app.dump().await;
    for method in ["TRACE", "TRACK", "CONNECT", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "GETS", "get"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        for path in ["/", "/sign-in", "/link/x", "/icon.svg", "/nothing", "/api/claim/lookup", "/api/nothing"] {
            // The one whose target is no path.
            let path = if method == Method::CONNECT { HOST } else { path };
            let request = Request::builder().method(method.clone()).uri(path).header("host", HOST);
            let request = request.header("x-secret-of-mine", "canary-5519").body(Body::empty()).unwrap();
            let answer = app.send(request).await;
            let unknown = path == "/api/nothing" && answer.status == StatusCode::NOT_FOUND;
            assert!(unknown || answer.status == StatusCode::METHOD_NOT_ALLOWED, "{}: {}", answer.asked, answer.status);
            assert!(unknown || answer.header("allow").is_some(), "{}", answer.asked);
            assert!(!answer.holds("canary-5519"), "{}", answer.asked);
            for name in ["server", "x-powered-by", "via"] {
                assert_eq!(answer.header(name), None, "{}: {name}", answer.asked);
            }
            assert!(!answer.holds(env!("CARGO_PKG_VERSION")), "{}", answer.asked);
        }
    }
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn the_id_of_a_request_is_the_proxys_own_and_never_the_visitors() {
    let id = |answer: &Answer| answer.header("x-request-id").unwrap().to_owned();
    let theirs = "0123456789abcdef0123456789abcdef";
    let app = App::start().await;
    let mut browser = app.browser();
    browser.set("x-request-id", theirs);
    let (first, second) = (id(&browser.open("/claim").await), id(&browser.open("/claim").await));
    assert!(first != theirs && second != theirs && first != second);

    let app = App::with(Setup::behind_proxy()).await;
    let mut browser = app.browser();
    browser.set("x-request-id", theirs);
    assert_eq!(id(&browser.open("/claim").await), theirs);
    assert_eq!(id(&browser.open("/nothing").await), theirs);
    for bad in ["short", "0123456789abcdef\u{1}", "0123456789abcdef 0", "<0123456789abcdef>"] {
        let value = http::HeaderValue::from_bytes(bad.as_bytes());
        let Ok(value) = value else { continue };
        browser.headers.insert("x-request-id", value);
        assert_ne!(id(&browser.open("/claim").await), bad);
    }
}
