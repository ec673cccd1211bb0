//! Mailed links: opening one changes nothing, and a dead one says why.

use http::{Method, Request, StatusCode};

use axum::body::Body;
use backboard::account::AccountState;

use crate::app::{App, HOST};
use crate::claim::{ask, claim_by_link};
use crate::people::{ADA, PASSWORD};

#[tokio::test]
async fn mail_scanners_may_open_a_link_as_often_as_they_like() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mut browser = app.browser();
    let mail = ask(&mut browser, &ADA, "good 1").await;
    let path = mail.link().unwrap();
    let before = app.dump().await;
    for number in 0..20 {
        // With the cookies of the browser that asked, and without.
        let answer = if number % 2 == 0 { browser.open(&path).await } else { app.browser().open(&path).await };
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.cookies().is_empty());
        for (method, name, value) in [
            (Method::HEAD, "accept", "*/*"),
            (Method::GET, "sec-purpose", "prefetch"),
            (Method::GET, "sec-purpose", "prefetch;prerender"),
            (Method::GET, "purpose", "preview"),
            (Method::GET, "range", "bytes=0-10"),
            (Method::OPTIONS, "access-control-request-method", "POST"),
        ] {
            let request = Request::builder().method(method).uri(&path).header("host", HOST).header(name, value);
            app.browser().send(request.body(Body::empty()).unwrap()).await;
        }
    }
    assert_eq!(app.dump().await, before);
    claim_by_link(&mut app.browser(), &mail, PASSWORD).await;
}

#[tokio::test]
async fn the_button_may_be_pressed_again_until_the_password_is_set() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mail = ask(&mut app.browser(), &ADA, "good 1").await;
    let token = mail.link().unwrap().trim_start_matches("/link/").to_owned();
    for _ in 0..3 {
        app.browser().submit("/api/claim/start", &[("token", &token)]).await.assert_goes("/claim/password");
    }
    claim_by_link(&mut app.browser(), &mail, PASSWORD).await;
}

#[tokio::test]
async fn a_dead_link_says_why_and_offers_a_new_mail() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mut paths = Vec::new();
    for number in 0..4 {
        let mail = ask(&mut app.browser(), &ADA, &format!("good {number}")).await;
        paths.push(mail.link().unwrap());
        app.clock.pass(1);
    }
    // Three may be live: the fourth superseded the first.
    assert_dead(&app, &paths[0], "link-superseded", "A newer mail has taken").await;
    for path in &paths[1..] {
        assert_eq!(app.browser().open(path).await.status, StatusCode::OK);
    }
    let cut = &paths[1][..paths[1].len() - 1];
    let long = format!("{}x", paths[1]);
    let swapped = paths[1].to_uppercase().replace("/LINK/", "/link/");
    let unknown = format!("/link/{}", "A".repeat(43));
    for path in [cut, &long, &swapped, &unknown, "/link/..%2f", "/link/%ff", "/link/%3Cscript%3E"] {
        assert_dead(&app, path, "link-unknown", "We do not know this link").await;
    }

    let mut browser = app.browser();
    let page = browser.open(&paths[2]).await;
    let token = page.attribute("name=\"token\" value=\"").unwrap();
    browser.submit("/api/claim/start", &[("token", &token)]).await.assert_goes("/claim/password");
    let mut second = app.browser();
    let other = paths[3].trim_start_matches("/link/");
    second.submit("/api/claim/start", &[("token", other)]).await.assert_goes("/claim/password");
    browser
        .submit("/api/claim/password", &[("password", PASSWORD), ("password_again", PASSWORD)])
        .await
        .assert_goes("/home");
    assert_dead(&app, &paths[2], "link-spent", "This link was already used").await;
    assert_dead(&app, &paths[3], "link-superseded", "A newer mail has taken").await;

    // Whoever had got as far with another link is told the same, before and after typing.
    let page = second.open("/claim/password").await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.holds("href=\"/claim\""));
    let fields = [("password", "Another&77rows"), ("password_again", "Another&77rows")];
    second.call("/api/claim/password", &fields).await.assert_problem(422, "form", "link-superseded");
    let fields = [("username", ADA.username), ("password", "Another&77rows")];
    app.browser().call("/api/sign-in/password", &fields).await.assert_problem(422, "form", "sign-in-wrong");
}

#[tokio::test]
async fn a_link_ends_after_sixty_minutes() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mut browser = app.browser();
    let mail = ask(&mut browser, &ADA, "good 1").await;
    let (path, code) = (mail.link().unwrap(), mail.code().unwrap());
    app.clock.pass(3_599);
    assert_eq!(app.browser().open(&path).await.status, StatusCode::OK);
    app.clock.pass(1);
    assert_dead(&app, &path, "link-expired", "Links work for 60 minutes").await;
    browser.call("/api/claim/code", &[("code", &code)]).await.assert_problem(422, "form", "flow-over");
    // The clock going back revives nothing that was spent, and no more than was promised.
    app.clock.pass(-10);
    claim_by_link(&mut app.browser(), &mail, PASSWORD).await;
    assert_dead(&app, &path, "link-spent", "This link was already used").await;
}

#[tokio::test]
async fn an_account_that_was_suspended_meanwhile_cannot_be_claimed() {
    for (state, refused, text) in [
        (AccountState::Suspended, "account-suspended", "Your account is suspended"),
        (AccountState::Inactive, "account-inactive", "Your account is inactive"),
        (AccountState::External, "account-external", "Demo Login Services"),
    ] {
        let app = App::start().await;
        app.settle(&[ADA]).await;
        let mut browser = app.browser();
        let mail = ask(&mut browser, &ADA, "good 1").await;
        let token = mail.link().unwrap().trim_start_matches("/link/").to_owned();
        browser.submit("/api/claim/start", &[("token", &token)]).await.assert_goes("/claim/password");
        app.save_state(ADA.username, state).await;
        let page = browser.open("/claim/password").await;
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.holds(text));
        let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
        browser.call("/api/claim/password", &fields).await.assert_problem(422, "form", refused);
        assert_eq!(app.count("SELECT count(*) FROM session").await, 0);
    }
}

/// The page is 410 with its reason and the way to a new mail; the button's post says the same both ways.
async fn assert_dead(app: &App, path: &str, refused: &str, text: &str) {
    let page = app.browser().open(path).await;
    assert_eq!(page.status, StatusCode::GONE, "{path}");
    assert!(page.holds(text) && page.holds("href=\"/claim\""), "{path}: {}", page.text());
    let token = path.trim_start_matches("/link/");
    if token.contains('%') {
        return;
    }
    app.browser().call("/api/claim/start", &[("token", token)]).await.assert_problem(422, "form", refused);
    let mut browser = app.browser();
    browser.submit("/api/claim/start", &[("token", token)]).await.assert_back_to(path);
    let back = browser.open(path).await;
    assert!(back.status == StatusCode::GONE && back.holds(text), "{path}: {}", back.text());
}
