//! Claim, from *Lookup* to the home page: by hand and by script, by link and by code.

use http::StatusCode;

use crate::app::{App, Setup};
use crate::browser::{Browser, HTML, JSON};
use crate::mail::Mail;
use crate::people::{ADA, PASSWORD, Person, with};
use crate::proof::prove;

/// *Lookup*, and the one mail that comes of it.
pub async fn ask(browser: &mut Browser<'_>, person: &Person, proof: &str) -> Mail {
    browser.submit("/api/claim/lookup", &person.lookup(proof)).await.assert_goes("/claim/sent");
    let mut mails = browser.app.deliver().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails.remove(0)
}

/// Opens the mail's link, presses its button, chooses a password.
pub async fn claim_by_link(browser: &mut Browser<'_>, mail: &Mail, password: &str) {
    let page = browser.open(&mail.link().unwrap()).await;
    let token = page.attribute("name=\"token\" value=\"").unwrap();
    browser.submit("/api/claim/start", &[("token", &token)]).await.assert_goes("/claim/password");
    let fields = [("password", password), ("password_again", password)];
    browser.submit("/api/claim/password", &fields).await.assert_goes("/home");
}

#[tokio::test]
async fn a_person_claims_her_account_without_a_script_and_with_everything_real() {
    let app = App::with(Setup::real()).await;
    app.settle(&[ADA]).await;
    let mut browser = app.browser();
    let page = browser.open("/claim").await;
    assert_eq!(page.status, StatusCode::OK);
    for name in ["birth_month", "birth_day", "birth_year", "last_name", "ssn", "certificate", "robot", "captcha"] {
        assert!(page.text().contains(&format!("name=\"{name}\"")), "{name}");
    }
    assert!(page.text().contains("method=\"post\" action=\"/api/claim/lookup\""));

    let proof = prove(&mut browser).await;
    let mail = ask(&mut browser, &ADA, &proof).await;
    assert_eq!(mail.to, ADA.email);
    assert!(mail.text.contains(ADA.username));
    let sent = browser.open("/claim/sent").await;
    assert_eq!(sent.status, StatusCode::OK);
    assert!(!sent.holds(ADA.email) && !sent.holds(ADA.username), "the page knows who was found");

    let link = browser.open(&mail.link().unwrap()).await;
    assert_eq!(link.status, StatusCode::OK);
    assert!(!link.holds(ADA.username), "a link names nobody before its button");
    let token = link.attribute("name=\"token\" value=\"").unwrap();
    browser.submit("/api/claim/start", &[("token", &token)]).await.assert_goes("/claim/password");
    let choosing = browser.open("/claim/password").await;
    assert_eq!(choosing.status, StatusCode::OK);
    assert!(choosing.holds(&format!("value=\"{}\"", ADA.username)));

    let done = browser.submit("/api/claim/password", &[("password", PASSWORD), ("password_again", PASSWORD)]).await;
    done.assert_goes("/home");
    assert!(done.cookies().iter().any(|cookie| cookie.name == "__Host-flow" && cookie.is_removal()));
    assert!(browser.has("__Host-session") && !browser.has("__Host-flow"));
    let home = browser.open("/home").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.holds(ADA.username));

    let notices = app.deliver().await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].to, ADA.email);
    assert_eq!(notices[0].link(), None, "a notice carries no link");
    assert_eq!(
        app.actions().await.into_iter().filter(|action| action.starts_with("claim")).collect::<Vec<_>>(),
        ["claim-asked", "claim-mailed", "claim-link-opened", "claimed"]
    );

    // The password is hers now, in any browser, with the username in any case.
    let mut other = app.browser();
    let fields = [("username", "ADA.Lovelace"), ("password", PASSWORD)];
    other.submit("/api/sign-in/password", &fields).await.assert_goes("/home");
}

#[tokio::test]
async fn a_person_claims_her_account_with_a_script() {
    let app = App::with(Setup { robots: None, ..Setup::default() }).await;
    app.settle(&[ADA]).await;
    let mut browser = app.browser();
    let proof = prove(&mut browser).await;
    browser.call("/api/claim/lookup", &ADA.lookup(&proof)).await.assert_json_goes("/claim/sent");
    let mail = app.deliver().await.remove(0);
    let token = mail.link().unwrap().trim_start_matches("/link/").to_owned();
    browser.call("/api/claim/start", &[("token", &token)]).await.assert_json_goes("/claim/password");
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    browser.call("/api/claim/password", &fields).await.assert_json_goes("/home");
    assert!(browser.open("/home").await.holds(ADA.username));
    let csrf = browser.open("/home").await.csrf();
    browser.call("/api/sign-in/out", &[("csrf", &csrf)]).await.assert_json_goes("/sign-in");
    let fields = [("username", ADA.username), ("password", PASSWORD)];
    browser.call("/api/sign-in/password", &fields).await.assert_json_goes("/home");
}

#[tokio::test]
async fn the_certificate_number_serves_instead_of_the_ssn() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let lookup = with(&with(&ADA.lookup("good 1"), "ssn", ""), "certificate", "emt 1001");
    app.browser().submit("/api/claim/lookup", &lookup).await.assert_goes("/claim/sent");
    assert_eq!(app.deliver().await.remove(0).to, ADA.email);
}

#[tokio::test]
async fn the_link_works_in_another_browser_than_the_one_that_asked() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mail = ask(&mut app.browser(), &ADA, "good 1").await;
    let mut phone = app.browser();
    claim_by_link(&mut phone, &mail, PASSWORD).await;
    assert!(phone.open("/home").await.holds(ADA.username));
}

#[tokio::test]
async fn the_code_works_in_the_browser_that_asked_and_in_no_other() {
    for accept in [HTML, JSON] {
        let app = App::start().await;
        app.settle(&[ADA]).await;
        let mut asked = app.browser();
        let code = ask(&mut asked, &ADA, "good 1").await.code().unwrap();
        let grouped = format!("{} {}", &code[..4], &code[4..]);

        let mut stranger = app.browser();
        stranger.call("/api/claim/code", &[("code", &code)]).await.assert_problem(422, "form", "flow-over");
        let mut another = app.browser();
        another.submit("/api/claim/lookup", &ADA.lookup("good 2")).await.assert_goes("/claim/sent");
        another.call("/api/claim/code", &[("code", &code)]).await.assert_problem(422, "code", "code-wrong");

        let right = asked.post("/api/claim/code", accept, &[("code", &grouped)]).await;
        if accept == HTML {
            right.assert_goes("/claim/password");
        } else {
            right.assert_json_goes("/claim/password");
        }
        let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
        asked.submit("/api/claim/password", &fields).await.assert_goes("/home");
        asked.call("/api/claim/code", &[("code", &code)]).await.assert_problem(422, "form", "page-old");
    }
}

#[tokio::test]
async fn no_step_can_be_skipped() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let password = [("password", PASSWORD), ("password_again", PASSWORD)];
    let mut browser = app.browser();
    browser.call("/api/claim/password", &password).await.assert_problem(422, "form", "flow-over");
    ask(&mut browser, &ADA, "good 1").await;
    browser.call("/api/claim/password", &password).await.assert_problem(422, "form", "flow-over");
    assert_eq!(browser.open("/claim/password").await.status, StatusCode::GONE);
    browser.call("/api/claim/start", &[("token", "")]).await.assert_problem(422, "form", "link-unknown");
    assert_eq!(app.count("SELECT count(*) FROM account WHERE state = 'active'").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM session").await, 0);
}

#[tokio::test]
async fn a_proof_of_work_is_good_once() {
    let app = App::with(Setup { robots: None, ..Setup::default() }).await;
    let mut browser = app.browser();
    let proof = prove(&mut browser).await;
    browser.call("/api/claim/lookup", &ADA.lookup(&proof)).await.assert_json_goes("/claim/sent");
    let again = app.browser().call("/api/claim/lookup", &ADA.lookup(&proof)).await;
    again.assert_problem(422, "robot", "robot-expired");

    let late = prove(&mut browser).await;
    app.clock.pass(301);
    browser.call("/api/claim/lookup", &ADA.lookup(&late)).await.assert_problem(422, "robot", "robot-expired");
    for forged in ["AAAA", "e30=", "null", "[]"] {
        let answer = browser.call("/api/claim/lookup", &ADA.lookup(forged)).await;
        answer.assert_problem(422, "robot", "robot-unproven");
    }
    let unchecked = with(&ADA.lookup(&late), "robot", "");
    browser.call("/api/claim/lookup", &unchecked).await.assert_problem(422, "robot", "robot-unchecked");
    assert_eq!(app.count("SELECT count(*) FROM job").await, 1);
}
