//! *Stay signed in*: the page says when its session ends, and one press carries it on, but not past its absolute end.

use http::StatusCode;

use crate::app::App;
use crate::browser::{Browser, JSON};
use crate::desk::{HELEN, seat, sign_in_at_desk};
use crate::people::{BERT, PASSWORD};
use crate::steps::{sign_in, sign_in_expired};

const STAY: &str = "/api/sign-in/stay";
const STAY_AT_DESK: &str = "/api/desk/stay";
/// Half an hour, less the minute for which a session's last use is not written down.
const LEFT: i64 = 29 * 60;
/// The same of the quarter of an hour at the desk.
const LEFT_AT_DESK: i64 = 14 * 60;

async fn portal() -> App {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

/// What the page at this address says is left.
async fn left(browser: &mut Browser<'_>, path: &str) -> Option<i64> {
    let page = browser.open(path).await;
    let seconds = page.attribute("data-seconds=\"");
    assert_eq!(seconds.is_some(), page.holds("/pkg/stay."), "the notice and its script come together");
    seconds.map(|seconds| seconds.parse().unwrap())
}

async fn stay(browser: &mut Browser<'_>, csrf: &str) -> i64 {
    carry_on(browser, STAY, csrf).await
}

async fn carry_on(browser: &mut Browser<'_>, path: &str, csrf: &str) -> i64 {
    let answer = browser.call(path, &[("csrf", csrf)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["text"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_page_of_a_session_says_when_that_ends_and_no_other_page_does() {
    let app = portal().await;
    let mut browser = app.browser();
    assert_eq!(left(&mut browser, "/sign-in").await, None);
    sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    for path in ["/home", "/security", "/forgot-password"] {
        assert_eq!(left(&mut browser, path).await, Some(LEFT), "{path}");
    }
    let mut expired = app.browser();
    sign_in_expired(&mut expired).await;
    assert_eq!(left(&mut expired, "/change-password").await, Some(LEFT));
}

#[tokio::test]
async fn who_stays_is_still_signed_in_when_the_session_would_have_ended() {
    let app = portal().await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    for _ in 0..3 {
        app.clock.pass(LEFT - 1);
        assert_eq!(stay(&mut browser, &csrf).await, LEFT);
    }
    app.clock.pass(LEFT - 1);
    assert_eq!(browser.open("/home").await.status, StatusCode::OK);
    app.clock.pass(30 * 60);
    let answer = browser.call(STAY, &[("csrf", &csrf)]).await;
    answer.assert_problem(403, "form", "session-over");
    browser.open("/home").await.assert_goes("/sign-in");
}

#[tokio::test]
async fn nobody_stays_past_the_absolute_end() {
    let app = portal().await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    let mut passed = 0;
    while passed < 8 * 3600 - 20 * 60 {
        app.clock.pass(20 * 60);
        passed += 20 * 60;
        assert_eq!(stay(&mut browser, &csrf).await, LEFT.min(8 * 3600 - passed));
    }
    assert_eq!(left(&mut browser, "/home").await, Some(20 * 60));
    app.clock.pass(20 * 60);
    browser.call(STAY, &[("csrf", &csrf)]).await.assert_problem(403, "form", "session-over");
}

#[tokio::test]
async fn it_takes_the_sessions_own_token_and_leads_home_without_a_script() {
    let app = portal().await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    assert_ne!(browser.post(STAY, JSON, &[]).await.status, StatusCode::OK);
    assert_ne!(browser.post(STAY, JSON, &[("csrf", "another")]).await.status, StatusCode::OK);
    browser.submit(STAY, &[("csrf", &csrf)]).await.assert_goes("/home");
}

#[tokio::test]
async fn at_the_desk_it_is_the_same_after_a_quarter_of_an_hour() {
    let app = portal().await;
    seat(&app, &HELEN).await;
    let mut browser = app.browser();
    assert_eq!(left(&mut browser, "/desk/sign-in").await, None);
    let csrf = sign_in_at_desk(&mut browser, &HELEN).await;
    for path in ["/desk", "/desk/find", "/desk/own", "/desk/nowhere", "/desk/staff"] {
        assert_eq!(left(&mut browser, path).await, Some(LEFT_AT_DESK), "{path}");
    }
    let mut passed = 0;
    while passed < 8 * 3600 - 10 * 60 {
        app.clock.pass(10 * 60);
        passed += 10 * 60;
        assert_eq!(carry_on(&mut browser, STAY_AT_DESK, &csrf).await, LEFT_AT_DESK.min(8 * 3600 - passed));
    }
    browser.submit(STAY_AT_DESK, &[("csrf", &csrf)]).await.assert_goes("/desk");
    app.clock.pass(10 * 60);
    browser.call(STAY_AT_DESK, &[("csrf", &csrf)]).await.assert_problem(403, "form", "session-over");
    browser.open("/desk").await.assert_goes("/desk/sign-in");
}
