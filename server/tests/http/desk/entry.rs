//! Into the desk: invitations, both steps of the sign-in, recovery codes, and forgotten passwords.

use backboard::service::desk::session::{DESK_ABSOLUTE_SECONDS, DESK_IDLE_SECONDS};
use backboard::service::desk::sign_in::SECOND_SECONDS;
use http::StatusCode;
use totp_rs::{Builder, Secret};

use super::forms::mailed;
use super::{ANNA, HELEN, STAFF_PASSWORD, code, first_step, seat, sign_in_at_desk};
use crate::answer::Answer;
use crate::app::App;
use crate::browser::Browser;

const NEW: &str = "new@office.example";

/// Invites somebody, and gives the token of the mailed link.
async fn invite(app: &App) -> String {
    seat(app, &ANNA).await;
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
    let fields = [("email", NEW), ("staff_name", "Nora New"), ("role", "supervisor"), ("csrf", &csrf)];
    browser.submit("/api/desk/staff/invite", &fields).await.assert_goes("/desk/staff");
    mailed(app, NEW).await
}

/// What an app shows that was told the key of the page.
fn app_code(app: &App, page: &Answer) -> String {
    let key: String = page.attribute("id=\"key\">").unwrap().split('<').next().unwrap().split(' ').collect();
    let totp = Builder::new().with_secret(Secret::try_from_base32(key).unwrap()).build().unwrap();
    totp.generate(app.portal.now().0.unsigned_abs()).to_string()
}

/// The recovery codes of a page.
fn codes(page: &Answer) -> Vec<String> {
    page.text().split("<code").skip(1).map(|rest| rest.split(['>', '<']).nth(1).unwrap().to_owned()).collect()
}

async fn set_up<'a>(app: &'a App, token: &str) -> (Browser<'a>, Vec<String>, String) {
    let mut browser = app.browser();
    let fields = [("token", token), ("password", STAFF_PASSWORD), ("password_again", STAFF_PASSWORD)];
    browser.submit("/api/desk/password/set", &fields).await.assert_goes("/desk/enrol");
    let page = browser.open("/desk/enrol").await;
    assert!(page.holds("<svg") && page.holds("viewBox"), "{}", page.text());
    let key: String = page.attribute("id=\"key\">").unwrap().split('<').next().unwrap().split(' ').collect();
    browser.submit("/api/desk/second/enrol", &[("second", &app_code(app, &page))]).await.assert_goes("/desk/recovery");
    let shown = browser.open("/desk/recovery").await;
    (browser, codes(&shown), key)
}

#[tokio::test]
async fn an_invitation_leads_over_password_and_authenticator_to_codes_that_are_shown_once() {
    let app = App::start().await;
    let token = invite(&app).await;
    let page = app.browser().open(&format!("/desk/link/{token}")).await;
    assert!(page.holds("Nora New") && page.holds("Supervisor") && page.holds(NEW), "{}", page.text());
    // A scanner may look as often as it likes.
    assert_eq!(app.browser().open(&format!("/desk/link/{token}")).await.status, 200);
    let (mut browser, codes, _) = set_up(&app, &token).await;
    assert_eq!(codes.len(), 10, "{codes:?}");
    assert!(codes.iter().all(|code| code.len() == 14 && code.split('-').count() == 3), "{codes:?}");
    let again = browser.open("/desk/recovery").await;
    assert!(codes.iter().all(|code| !again.holds(code)), "reload shows them again");
    assert!(browser.open("/desk").await.holds("Nora New"));
    let dead = app.browser().open(&format!("/desk/link/{token}")).await;
    assert_eq!(dead.status, StatusCode::GONE);
    assert!(dead.holds("This link was used"), "{}", dead.text());
    let told: Vec<String> =
        app.deliver().await.into_iter().filter(|mail| mail.to == NEW).map(|mail| mail.subject).collect();
    assert!(told.iter().any(|subject| subject.contains("authenticator app is set up")), "{told:?}");
    let dump = app.dump().await;
    let shown: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
    assert!(shown.iter().chain(&codes).all(|code| !dump.contains(code.as_str())), "a recovery code lies readable");
}

#[tokio::test]
async fn what_a_page_shows_once_is_not_shown_again_with_the_same_cookie_or_in_another_session() {
    let app = App::start().await;
    let token = invite(&app).await;
    let mut browser = app.browser();
    let fields = [("token", token.as_str()), ("password", STAFF_PASSWORD), ("password_again", STAFF_PASSWORD)];
    browser.submit("/api/desk/password/set", &fields).await;
    let page = browser.open("/desk/enrol").await;
    browser.submit("/api/desk/second/enrol", &[("second", &app_code(&app, &page))]).await;
    let kept = browser.jar.clone();
    let mut other = app.browser();
    sign_in_at_desk(&mut other, &ANNA).await;
    other.jar.insert("__Host-desk-once".to_owned(), kept["__Host-desk-once"].clone());
    assert!(codes(&other.open("/desk/recovery").await).is_empty(), "shown to somebody else");
    // Twenty minutes have passed with that sign-in, so a fresh one is made.
    let csrf = browser.open("/desk").await;
    assert_eq!(csrf.status, 303, "an idle session lives on");
    let mut anna = app.browser();
    let csrf = sign_in_at_desk(&mut anna, &ANNA).await;
    let fields = [("current_password", STAFF_PASSWORD), ("csrf", csrf.as_str())];
    anna.submit("/api/desk/recovery", &fields).await.assert_goes("/desk/recovery");
    let jar = anna.jar.clone();
    assert_eq!(codes(&anna.open("/desk/recovery").await).len(), 10);
    anna.jar.clone_from(&jar);
    assert!(codes(&anna.open("/desk/recovery").await).is_empty(), "the same cookie showed them twice");
}

#[tokio::test]
async fn a_code_is_good_once_and_a_recovery_code_too() {
    let app = App::start().await;
    let token = invite(&app).await;
    let (_, recovery, _) = set_up(&app, &token).await;
    app.deliver().await;
    seat(&app, &HELEN).await;
    app.clock.pass(60);
    let now = code(&app, &HELEN);
    for (fields, to) in [("first", "/desk"), ("again", "/desk/second#problems")] {
        let mut browser = app.browser();
        first_step(&mut browser, &HELEN).await;
        let answer = browser.submit("/api/desk/second", &[("second", &now)]).await;
        assert_eq!(answer.location(), Some(to), "{fields}");
    }
    let signed_in = async |typed: &str| {
        let mut browser = app.browser();
        let fields = [("email", NEW), ("password", STAFF_PASSWORD)];
        browser.submit("/api/desk/sign-in", &fields).await.assert_goes("/desk/second");
        browser.submit("/api/desk/second", &[("second", typed)]).await.location() == Some("/desk")
    };
    assert!(signed_in(&recovery[0].to_uppercase()).await);
    assert!(!signed_in(&recovery[0]).await, "a recovery code worked twice");
    assert!(signed_in(&recovery[1].replace('-', " ")).await);
    let told = app.deliver().await;
    assert_eq!(told.iter().filter(|mail| mail.subject.contains("recovery code was used")).count(), 2, "{told:?}");
}

#[tokio::test]
async fn the_first_step_says_the_same_for_an_unknown_address_and_a_wrong_password_and_opens_nothing() {
    let app = App::start().await;
    seat(&app, &HELEN).await;
    let mut answers = Vec::new();
    for fields in [
        [("email", HELEN.email), ("password", "wrong")],
        [("email", "nobody@office.example"), ("password", STAFF_PASSWORD)],
        [("email", "no address"), ("password", STAFF_PASSWORD)],
    ] {
        let mut browser = app.browser();
        let answer = browser.call("/api/desk/sign-in", &fields).await;
        answer.assert_problem(422, "form", "desk-wrong");
        assert!(browser.jar.is_empty());
        answers.push(answer.text());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let mut browser = app.browser();
    first_step(&mut browser, &HELEN).await;
    browser.open("/desk").await.assert_goes("/desk/sign-in");
    browser.open("/desk/staff").await.assert_goes("/desk/sign-in");
}

#[tokio::test]
async fn after_five_wrong_codes_or_five_minutes_the_password_is_asked_again_and_the_member_is_told() {
    let app = App::start().await;
    seat(&app, &HELEN).await;
    let mut browser = app.browser();
    first_step(&mut browser, &HELEN).await;
    let wrong = if code(&app, &HELEN) == "000000" { "000001" } else { "000000" };
    for number in 1..=5 {
        let expected = if number == 5 { "second-dead" } else { "second-wrong" };
        browser.call("/api/desk/second", &[("second", wrong)]).await.assert_problem(422, "second", expected);
    }
    let right = code(&app, &HELEN);
    browser.call("/api/desk/second", &[("second", &right)]).await.assert_problem(422, "form", "entry-over");
    let told = app.deliver().await;
    assert!(told.iter().any(|mail| mail.subject.contains("Somebody knows your desk password")), "{told:?}");

    let mut late = app.browser();
    first_step(&mut late, &HELEN).await;
    app.clock.pass(SECOND_SECONDS);
    late.call("/api/desk/second", &[("second", &code(&app, &HELEN))]).await.assert_problem(422, "form", "entry-over");
    late.open("/desk/second").await.assert_goes("/desk/sign-in");
}

#[tokio::test]
async fn a_session_ends_after_15_idle_minutes_and_8_hours_and_is_a_new_one_at_every_sign_in() {
    let app = App::start().await;
    seat(&app, &HELEN).await;
    let mut browser = app.browser();
    sign_in_at_desk(&mut browser, &HELEN).await;
    let first = browser.jar["__Host-desk"].clone();
    app.clock.pass(DESK_IDLE_SECONDS - 1);
    assert_eq!(browser.open("/desk").await.status, 200);
    app.clock.pass(DESK_IDLE_SECONDS);
    browser.open("/desk").await.assert_goes("/desk/sign-in");
    sign_in_at_desk(&mut browser, &HELEN).await;
    assert_ne!(browser.jar["__Host-desk"], first);
    for _ in 0..DESK_ABSOLUTE_SECONDS / 600 - 1 {
        app.clock.pass(600);
        assert_eq!(browser.open("/desk").await.status, 200);
    }
    app.clock.pass(600);
    browser.open("/desk").await.assert_goes("/desk/sign-in");
    // One that a stranger has set before is not taken over, and the old one is gone.
    let mut fixed = app.browser();
    fixed.jar.insert("__Host-desk".to_owned(), first.clone());
    sign_in_at_desk(&mut fixed, &HELEN).await;
    assert_ne!(fixed.jar["__Host-desk"], first);
    let csrf = fixed.open("/desk").await.csrf();
    let out = fixed.submit("/api/desk/sign-out", &[("csrf", &csrf)]).await;
    out.assert_goes("/desk/sign-in");
    assert!(out.header("clear-site-data").is_some());
    assert_eq!(app.count("SELECT count(*) FROM staff_session WHERE expires > 0").await, 1, "of the one that was over");
}

/// E12: with a second factor, a forgotten password is reset without getting in, and the factor is still asked.
#[tokio::test]
async fn a_forgotten_password_of_staff_is_set_by_mail_and_the_second_factor_is_still_asked() {
    let app = App::start().await;
    seat(&app, &HELEN).await;
    let mut browser = app.browser();
    for email in ["nobody@office.example", HELEN.email] {
        browser.submit("/api/desk/forgot", &[("email", email)]).await.assert_goes("/desk/forgot/sent");
    }
    let token = mailed(&app, HELEN.email).await;
    let mut inside = app.browser();
    sign_in_at_desk(&mut inside, &HELEN).await;
    let new = "nine grebes under a loud bridge";
    let fields = [("token", token.as_str()), ("password", new), ("password_again", new)];
    browser.submit("/api/desk/password/set", &fields).await.assert_goes("/desk/sign-in");
    assert!(!browser.has("__Host-desk") && !browser.has("__Host-desk-entry"));
    assert!(browser.open("/desk/sign-in").await.holds("Your password is set"));
    inside.open("/desk").await.assert_goes("/desk/sign-in");
    browser.submit("/api/desk/sign-in", &[("email", HELEN.email), ("password", new)]).await.assert_goes("/desk/second");
    browser.open("/desk").await.assert_goes("/desk/sign-in");
    app.clock.pass(60);
    browser.submit("/api/desk/second", &[("second", &code(&app, &HELEN))]).await.assert_goes("/desk");
    let mut stale = app.browser();
    stale.submit("/api/desk/password/set", &fields).await;
    assert_eq!(stale.open(&format!("/desk/link/{token}")).await.status, StatusCode::GONE);
}
