//! Sessions: never adopted, always new, ended when they should.

use http::StatusCode;

use crate::app::App;
use crate::browser::{Browser, HTML, JSON};
use crate::people::{ADA, BERT, PASSWORD};

const SESSION: &str = "__Host-session";

async fn portal() -> App {
    let app = App::start().await;
    app.settle(&[ADA, BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

async fn sign_in(browser: &mut Browser<'_>) {
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    browser.submit("/api/sign-in/password", &fields).await.assert_goes("/home");
}

async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let home = browser.open("/home").await;
    if home.status == StatusCode::OK {
        assert!(home.holds(BERT.username));
        return true;
    }
    home.assert_goes("/sign-in");
    assert!(!home.holds(BERT.username));
    false
}

#[tokio::test]
async fn a_session_id_that_somebody_else_chose_is_never_adopted() {
    let app = portal().await;
    let mut victim = app.browser();
    for planted in ["A".repeat(43), "x".to_owned(), "0".repeat(200)] {
        victim.jar.insert(SESSION.to_owned(), planted.clone());
        assert!(!is_signed_in(&mut victim).await);
        assert!(!victim.open("/sign-in").await.text().contains("name=\"csrf\""));
        sign_in(&mut victim).await;
        assert_ne!(victim.jar[SESSION], planted);
        let mut attacker = app.browser();
        attacker.jar.insert(SESSION.to_owned(), planted);
        assert!(!is_signed_in(&mut attacker).await);
        victim.jar.clear();
    }
}

#[tokio::test]
async fn signing_in_again_gives_a_new_id_and_ends_the_old_one() {
    let app = portal().await;
    let mut browser = app.browser();
    sign_in(&mut browser).await;
    let old = browser.jar.clone();
    let csrf = browser.open("/home").await.csrf();
    let fields = [("username", BERT.username), ("password", PASSWORD), ("csrf", &csrf)];
    browser.submit("/api/sign-in/password", &fields).await.assert_goes("/home");
    assert_ne!(browser.jar[SESSION], old[SESSION]);
    assert!(is_signed_in(&mut browser).await);
    let mut replay = app.browser();
    replay.jar = old;
    assert!(!is_signed_in(&mut replay).await);
    assert_eq!(app.count("SELECT count(*) FROM session").await, 1);
}

#[tokio::test]
async fn claiming_while_somebody_is_signed_in_leaves_the_new_person_signed_in() {
    let app = portal().await;
    let mut browser = app.browser();
    sign_in(&mut browser).await;
    let csrf = browser.open("/home").await.csrf();
    let mut lookup = ADA.lookup("good 1");
    lookup.push(("csrf", &csrf));
    browser.submit("/api/claim/lookup", &lookup).await.assert_goes("/claim/sent");
    let code = app.deliver().await.remove(0).code().unwrap();
    browser.submit("/api/claim/code", &[("code", &code), ("csrf", &csrf)]).await.assert_goes("/claim/password");
    let fields = [("password", PASSWORD), ("password_again", PASSWORD), ("csrf", &csrf)];
    browser.submit("/api/claim/password", &fields).await.assert_goes("/home");
    let home = browser.open("/home").await;
    assert!(home.holds(ADA.username) && !home.holds(BERT.username));
    assert_eq!(app.count("SELECT count(*) FROM session").await, 1, "the session before it is gone");
}

#[tokio::test]
async fn a_post_of_a_session_without_its_own_token_is_refused() {
    let app = portal().await;
    let (mut browser, mut other) = (app.browser(), app.browser());
    sign_in(&mut browser).await;
    sign_in(&mut other).await;
    let foreign = other.open("/home").await.csrf();
    let own = browser.open("/home").await.csrf();
    assert_ne!(own, foreign);
    let cut = &own[..own.len() - 1];
    for csrf in [None, Some(""), Some(foreign.as_str()), Some(cut), Some("%00")] {
        let fields: Vec<(&str, &str)> = csrf.iter().map(|csrf| ("csrf", *csrf)).collect();
        browser.call("/api/sign-in/out", &fields).await.assert_problem(422, "form", "page-old");
        browser.submit("/api/sign-in/out", &fields).await.assert_back_to("/sign-in");
        let mut lookup = ADA.lookup("good 1");
        lookup.extend(fields);
        browser.submit("/api/claim/lookup", &lookup).await.assert_back_to("/claim");
        let page = browser.open("/claim").await;
        assert!(page.summary().is_some() && page.holds("value=\"Lovelace\""), "what was typed is kept");
    }
    assert!(is_signed_in(&mut browser).await);
    assert_eq!(app.count("SELECT count(*) FROM job").await, 0);
    browser.submit("/api/sign-in/out", &[("csrf", &own)]).await.assert_goes("/sign-in");
}

#[tokio::test]
async fn a_session_ends_after_thirty_idle_minutes() {
    let app = portal().await;
    let mut browser = app.browser();
    sign_in(&mut browser).await;
    let csrf = browser.open("/home").await.csrf();
    for _ in 0..3 {
        app.clock.pass(30 * 60 - 1);
        assert!(is_signed_in(&mut browser).await);
    }
    app.clock.pass(30 * 60);
    assert!(!is_signed_in(&mut browser).await);
    // What was open before posts without a session, and does nothing to anybody's.
    browser.submit("/api/sign-in/out", &[("csrf", &csrf)]).await.assert_goes("/sign-in");
}

#[tokio::test]
async fn a_session_ends_after_eight_hours_however_busy() {
    let app = portal().await;
    let mut browser = app.browser();
    sign_in(&mut browser).await;
    for _ in 0..47 {
        app.clock.pass(10 * 60);
        assert!(is_signed_in(&mut browser).await);
    }
    app.clock.pass(10 * 60 - 1);
    assert!(is_signed_in(&mut browser).await);
    app.clock.pass(1);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn signing_out_ends_the_row_and_the_cookie_is_worth_nothing() {
    for accept in [HTML, JSON] {
        let app = portal().await;
        let mut browser = app.browser();
        sign_in(&mut browser).await;
        let old = browser.jar.clone();
        let csrf = browser.open("/home").await.csrf();
        let answer = browser.post("/api/sign-in/out", accept, &[("csrf", &csrf)]).await;
        assert!(answer.cookies().iter().any(|cookie| cookie.name == SESSION && cookie.is_removal()));
        assert!(!browser.has(SESSION));
        assert_eq!(app.count("SELECT count(*) FROM session").await, 0);
        let mut replay = app.browser();
        replay.jar = old;
        assert!(!is_signed_in(&mut replay).await);
        assert_eq!(app.actions().await.last().unwrap(), "signed-out");
        // Once more, without a session: no harm and no audit row.
        browser.post("/api/sign-in/out", accept, &[]).await;
        assert_eq!(app.count("SELECT count(*) FROM audit WHERE action = 'signed-out'").await, 1);
    }
}

#[tokio::test]
async fn a_suspended_person_is_told_only_after_the_right_password() {
    let app = portal().await;
    for (state, refused) in [
        (backboard::account::AccountState::Suspended, "account-suspended"),
        (backboard::account::AccountState::Inactive, "account-inactive"),
        (backboard::account::AccountState::External, "account-external"),
    ] {
        app.save_state(BERT.username, state).await;
        let wrong = [("username", BERT.username), ("password", "wrong-password")];
        app.browser().call("/api/sign-in/password", &wrong).await.assert_problem(422, "form", "sign-in-wrong");
        let right = [("username", BERT.username), ("password", PASSWORD)];
        app.browser().call("/api/sign-in/password", &right).await.assert_problem(422, "form", refused);
        app.clock.pass(3_600);
    }
    assert_eq!(app.count("SELECT count(*) FROM session").await, 0);
}

#[tokio::test]
async fn signing_out_makes_the_browser_forget_its_pages_and_nothing_else_does() {
    let app = portal().await;
    for path in ["/api/sign-in/out", "/api/sign-in/everywhere"] {
        for accept in [HTML, JSON] {
            let mut browser = app.browser();
            let before = browser.open("/sign-in").await;
            assert_eq!(before.header("clear-site-data"), None);
            sign_in(&mut browser).await;
            let home = browser.open("/home").await;
            assert_eq!(home.header("clear-site-data"), None);
            let refused = browser.post(path, accept, &[("csrf", "wrong")]).await;
            assert_eq!(refused.header("clear-site-data"), None, "{path}");
            let out = browser.post(path, accept, &[("csrf", &home.csrf())]).await;
            assert_eq!(out.header("clear-site-data"), Some("\"cache\", \"storage\""), "{path}");
            assert!(!is_signed_in(&mut browser).await, "{path}");
        }
    }
}
