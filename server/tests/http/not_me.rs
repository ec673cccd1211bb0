//! *This wasn't me*: looking changes nothing, the button stops everything that the mail could have begun.

use axum::body::Body;
use backboard::account::Username;
use http::{Method, Request, StatusCode};

use crate::app::{App, HOST};
use crate::browser::{HTML, JSON};
use crate::people::{ADA, ANOTHER, BERT, PASSWORD};
use crate::steps::{ask_link, ask_reset, opens, sign_in, sign_in_expired};

async fn portal() -> App {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

#[tokio::test]
async fn whoever_opens_the_link_however_often_changes_nothing() {
    let app = portal().await;
    let mut browser = app.browser();
    let mail = ask_link(&mut browser, BERT.username, "good 1").await;
    let path = mail.not_me().unwrap();
    let mut signed_in = app.browser();
    sign_in(&mut signed_in, BERT.username, PASSWORD, "/home").await;
    let before = app.dump().await;
    for _ in 0..5 {
        for browser in [&mut browser, &mut signed_in, &mut app.browser()] {
            let page = browser.open(&path).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.holds(BERT.username) && page.holds("action=\"/api/not-me/freeze\""), "{}", page.text());
            assert!(page.cookies().is_empty());
        }
        for (method, name, value) in [
            (Method::HEAD, "accept", "*/*"),
            (Method::GET, "sec-purpose", "prefetch;prerender"),
            (Method::GET, "range", "bytes=0-10"),
            (Method::OPTIONS, "access-control-request-method", "POST"),
            (Method::POST, "content-type", "application/x-www-form-urlencoded"),
        ] {
            let request = Request::builder().method(method).uri(&path).header("host", HOST).header(name, value);
            app.browser().send(request.body(Body::empty()).unwrap()).await;
        }
        assert_eq!(app.browser().open("/not-me/done").await.status, StatusCode::OK);
    }
    assert_eq!(app.dump().await, before);
    browser.submit("/api/reset/start", &[("token", &mail.token())]).await.assert_goes("/reset/password");
}

#[tokio::test]
async fn the_button_of_a_request_stops_resets_and_sessions_and_the_password_goes_on_working() {
    for accept in [HTML, JSON] {
        let app = portal().await;
        let mail = ask_link(&mut app.browser(), BERT.username, "good 1").await;
        let mut intruder = app.browser();
        intruder.submit("/api/reset/start", &[("token", &mail.token())]).await.assert_goes("/reset/password");
        let mut signed_in = app.browser();
        sign_in(&mut signed_in, BERT.username, PASSWORD, "/home").await;

        let mut owner = app.browser();
        let page = owner.open(&mail.not_me().unwrap()).await;
        assert!(page.holds("If you have a password of your own, it goes on working."));
        let token = page.attribute("name=\"token\" value=\"").unwrap();
        let pressed = owner.post("/api/not-me/freeze", accept, &[("token", &token)]).await;
        if accept == HTML {
            pressed.assert_goes("/not-me/done");
        } else {
            pressed.assert_json_goes("/not-me/done");
        }
        assert!(owner.open("/not-me/done").await.holds("the office has been told"));

        assert_eq!(app.count("SELECT count(*) FROM session").await, 0);
        signed_in.open("/home").await.assert_goes("/sign-in");
        let page = intruder.open("/reset/password").await;
        assert!(page.status == StatusCode::GONE && page.holds("it is stopped"), "{}", page.text());
        let fields = [("password", ANOTHER), ("password_again", ANOTHER)];
        intruder.call("/api/reset/password", &fields).await.assert_problem(422, "form", "account-frozen");
        intruder.call("/api/reset/start", &[("token", &mail.token())]).await.assert_problem(
            422,
            "form",
            "account-frozen",
        );
        assert!(opens(&app, BERT.username, PASSWORD).await);
        assert_eq!(app.count("SELECT count(*) FROM office_case WHERE closed IS NULL").await, 1);
        let notices = app.deliver().await;
        assert_eq!(notices.iter().map(|notice| notice.to.as_str()).collect::<Vec<_>>(), [BERT.email]);

        // Pressed again: friendly, and nothing more happens.
        let before = app.dump().await;
        let page = owner.open(&mail.not_me().unwrap()).await;
        assert!(page.holds("This is stopped already.") && !page.holds("action=\"/api/not-me/freeze\""));
        assert_eq!(app.dump().await, before);
        owner.call("/api/not-me/freeze", &[("token", &token)]).await.assert_json_goes("/not-me/done");
        assert_eq!(app.count("SELECT count(*) FROM office_case").await, 1);
        assert!(app.deliver().await.is_empty());

        // Whoever asks now gets the same page, and the mail brings no link.
        let mails = ask_reset(&mut app.browser(), BERT.username, "good 2").await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].link().is_none() && mails[0].code().is_none() && mails[0].not_me().is_none());
    }
}

#[tokio::test]
async fn the_button_of_a_notice_closes_the_account_and_only_the_right_password_is_told_so() {
    let app = portal().await;
    let mut intruder = app.browser();
    let csrf = sign_in(&mut intruder, BERT.username, PASSWORD, "/home").await;
    let fields = [("current_password", PASSWORD), ("password", ANOTHER), ("password_again", ANOTHER), ("csrf", &*csrf)];
    intruder.submit("/api/password/change", &fields).await.assert_goes("/change-password");
    let notice = app.deliver().await.remove(0);
    let mut owner = app.browser();
    let page = owner.open(&notice.not_me().unwrap()).await;
    assert!(page.holds("Nobody can sign in or reset the password"));
    let token = page.attribute("name=\"token\" value=\"").unwrap();
    owner.submit("/api/not-me/freeze", &[("token", &token)]).await.assert_goes("/not-me/done");
    intruder.open("/home").await.assert_goes("/sign-in");
    for (password, refused) in [(ANOTHER, "account-frozen"), (PASSWORD, "sign-in-wrong")] {
        let fields = [("username", BERT.username), ("password", password)];
        app.browser().call("/api/sign-in/password", &fields).await.assert_problem(422, "form", refused);
    }
}

#[tokio::test]
async fn an_account_that_nobody_has_claimed_is_stopped_too() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mail = crate::claim::ask(&mut app.browser(), &ADA, "good 1").await;
    let mut browser = app.browser();
    let page = browser.open(&mail.not_me().unwrap()).await;
    let token = page.attribute("name=\"token\" value=\"").unwrap();
    browser.submit("/api/not-me/freeze", &[("token", &token)]).await.assert_goes("/not-me/done");
    app.deliver().await;
    let dead = app.browser().open(&mail.link().unwrap()).await;
    assert!(dead.status == StatusCode::GONE && dead.holds("it is stopped"), "{}", dead.text());
    assert!(!dead.holds("href=\"/claim\""), "another mail would not help");
    let again = crate::claim::ask(&mut app.browser(), &ADA, "good 2").await;
    assert!(again.link().is_none() && again.code().is_none());
    assert_eq!(app.count("SELECT count(*) FROM office_case WHERE closed IS NULL").await, 1);
}

#[tokio::test]
async fn a_link_that_is_cut_off_forged_or_too_old_stops_nothing() {
    let app = portal().await;
    let mail = ask_link(&mut app.browser(), BERT.username, "good 1").await;
    let token = mail.not_me().unwrap().trim_start_matches("/not-me/").to_owned();
    let (id, digest) = token.split_once('.').unwrap();
    let before = app.count("SELECT count(*) FROM audit WHERE action <> 'refused'").await;
    let other = app.portal.not_me_token("A".repeat(22).as_str());
    let other_digest = other.split_once('.').unwrap().1;
    for forged in [
        &token[..token.len() - 1],
        &format!("{token}x"),
        &format!("{id}."),
        id,
        &format!(".{digest}"),
        &format!("{id}.{other_digest}"),
        &format!("{id}.{}", digest.to_uppercase()),
        &other,
        "x",
        "a.b",
    ] {
        let page = app.browser().open(&format!("/not-me/{forged}")).await;
        assert_eq!(page.status, StatusCode::GONE, "{forged}");
        assert!(page.holds("We do not know this link") && !page.holds(BERT.username), "{forged}");
        app.browser().call("/api/not-me/freeze", &[("token", forged)]).await.assert_problem(422, "form", "not-me-over");
        let mut browser = app.browser();
        // What can be no token leads to a link that nobody knows, and never up to another page.
        let path = if forged.starts_with('.') { "/not-me/unknown".to_owned() } else { format!("/not-me/{forged}") };
        browser.submit("/api/not-me/freeze", &[("token", forged)]).await.assert_back_to(&path);
        let back = browser.open(&path).await;
        assert!(back.status == StatusCode::GONE && back.holds("We do not know this link any more"), "{forged}");
        assert!(!back.holds("href=\"/claim\"") && !back.holds("href=\"/forgot-password\""), "no mail would help");
    }
    // Browsers read dots alone as the way up.
    for (path, page) in [("/api/not-me/freeze", "/not-me/unknown"), ("/api/reset/start", "/link/unknown")] {
        for dots in [".", ".."] {
            app.browser().submit(path, &[("token", dots)]).await.assert_back_to(page);
        }
    }
    assert_eq!(app.count("SELECT count(*) FROM audit WHERE action <> 'refused'").await, before);
    assert_eq!(app.count("SELECT count(*) FROM account WHERE frozen IS NOT NULL").await, 0);
}

#[tokio::test]
async fn who_may_only_change_a_password_is_led_to_do_so_and_may_stop_the_account_from_elsewhere() {
    let app = portal().await;
    let mail = ask_link(&mut app.browser(), BERT.username, "good 1").await;
    let (path, token) = (mail.not_me().unwrap(), mail.not_me().unwrap().trim_start_matches("/not-me/").to_owned());
    let mut browser = app.browser();
    let csrf = sign_in_expired(&mut browser).await;
    let before = app.dump().await;
    browser.open(&path).await.assert_goes("/change-password");
    let fields = [("token", &*token), ("csrf", &csrf)];
    browser.submit("/api/not-me/freeze", &fields).await.assert_goes("/change-password");
    browser.call("/api/not-me/freeze", &fields).await.assert_problem(403, "form", "page-old");
    assert_eq!(app.dump().await, before);
    app.browser().submit("/api/not-me/freeze", &[("token", &token)]).await.assert_goes("/not-me/done");
    browser.open("/change-password").await.assert_goes("/sign-in");
}

#[tokio::test]
async fn a_request_that_has_led_to_a_new_password_since_is_stopped_with_that_password() {
    let app = portal().await;
    let mut intruder = app.browser();
    let mail = ask_link(&mut intruder, BERT.username, "good 1").await;
    intruder.submit("/api/reset/start", &[("token", &mail.token())]).await.assert_goes("/reset/password");
    app.clock.pass(60);
    let fields = [("password", ANOTHER), ("password_again", ANOTHER)];
    intruder.submit("/api/reset/password", &fields).await.assert_goes("/reset/done");
    let mut owner = app.browser();
    let page = owner.open(&mail.not_me().unwrap()).await;
    assert!(page.holds("Nobody can sign in or reset the password"), "{}", page.text());
    let token = page.attribute("name=\"token\" value=\"").unwrap();
    owner.submit("/api/not-me/freeze", &[("token", &token)]).await.assert_goes("/not-me/done");
    let fields = [("username", BERT.username), ("password", ANOTHER)];
    intruder.call("/api/sign-in/password", &fields).await.assert_problem(422, "form", "account-frozen");
}

#[tokio::test]
async fn a_mail_from_before_the_office_had_looked_stops_nothing_any_more() {
    let app = portal().await;
    let mail = ask_link(&mut app.browser(), BERT.username, "good 1").await;
    let (path, token) = (mail.not_me().unwrap(), mail.not_me().unwrap().trim_start_matches("/not-me/").to_owned());
    let mut browser = app.browser();
    browser.submit("/api/not-me/freeze", &[("token", &token)]).await.assert_goes("/not-me/done");
    app.clock.pass(600);
    app.portal.office_reactivate(&Username::parse(BERT.username).unwrap()).await.unwrap();
    let before = app.count("SELECT count(*) FROM audit WHERE action <> 'refused'").await;
    let page = browser.open(&path).await;
    assert!(page.status == StatusCode::GONE && page.holds("the office has dealt with it"), "{}", page.text());
    browser.submit("/api/not-me/freeze", &[("token", &token)]).await.assert_back_to(&path);
    browser.call("/api/not-me/freeze", &[("token", &token)]).await.assert_problem(422, "form", "not-me-over");
    assert_eq!(app.count("SELECT count(*) FROM audit WHERE action <> 'refused'").await, before);
    assert!(opens(&app, BERT.username, PASSWORD).await);
}
