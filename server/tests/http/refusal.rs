//! A refused form: problems at the top and at the field, what was typed still there, secrets gone.

use std::sync::Arc;

use async_trait::async_trait;
use backboard::moment::Moment;
use backboard::password::Password;
use backboard::service::ports::{Fault, Hasher, Proof, Robots};
use http::StatusCode;

use crate::app::{App, Setup};
use crate::people::{ADA, BERT, PASSWORD};
use crate::portals::{Portals, personnel};

#[tokio::test]
async fn a_refused_lookup_keeps_what_was_typed_but_never_the_ssn() {
    let app = App::start().await;
    let mut browser = app.browser();
    let fields = [
        ("birth_month", "2"),
        ("birth_day", "31"),
        ("birth_year", "1984"),
        ("last_name", "O'Brien \"Jr\" & Söhne"),
        ("ssn", "900-41-7713"),
        ("certificate", "EMT/77-1"),
        ("robot", "on"),
        ("captcha", ""),
    ];
    let answer = browser.submit("/api/claim/lookup", &fields).await;
    answer.assert_back_to("/claim");
    let cookies = answer.cookies();
    assert_eq!(cookies.len(), 1);
    assert_eq!((cookies[0].name.as_str(), cookies[0].max_age), ("__Host-refused", Some(120)));
    // As text, and as the hexadecimal digits that the cookie is written in: long enough to be no accident.
    for text in ["O'Brien", "4f27427269656e", "900417713", "3930302d34312d37373133", "date-impossible", "lookup"] {
        assert!(!cookies[0].value.contains(text), "the cookie is not sealed");
    }

    let page = browser.open("/claim").await;
    assert!(page.cookies().iter().any(|cookie| cookie.name == "__Host-refused" && cookie.is_removal()));
    assert!(page.summary().unwrap().contains("href=\"#birth_day\""), "{:?}", page.summary());
    assert!(page.holds("There is no such day in that month."));
    for value in
        ["value=\"2\"", "value=\"31\"", "value=\"1984\"", "value=\"EMT/77-1\"", "O'Brien &quot;Jr&quot; &amp; Söhne"]
    {
        assert!(page.holds(value), "{value}: {}", page.text());
    }
    let again = browser.open("/claim").await;
    assert_eq!(again.summary(), None, "the refusal is shown once");
    assert!(!again.holds("\"1984\"") && !again.holds(">1984"));
}

#[tokio::test]
async fn the_cookie_of_a_refusal_cannot_be_forged_nor_shown_by_another_form() {
    let app = App::start().await;
    let mut browser = app.browser();
    browser.submit("/api/claim/code", &[("code", "12")]).await.assert_back_to("/code");
    let value = browser.jar["__Host-refused"].clone();
    assert_eq!(browser.open("/sign-in").await.summary(), None);
    for forged in [
        value.replace('a', "b"),
        value[..value.len() - 2].to_owned(),
        value.clone() + "00",
        "x".repeat(200),
        "é".to_owned(),
    ] {
        let mut other = app.browser();
        other.jar.insert("__Host-refused".to_owned(), forged.clone());
        let page = other.open("/code").await;
        assert_eq!((page.status, page.summary()), (StatusCode::OK, None), "{forged}");
    }
    let mut other = app.browser();
    other.jar.insert("__Host-refused".to_owned(), value);
    assert!(other.open("/code").await.summary().is_some());
}

#[tokio::test]
async fn every_form_that_is_refused_says_why_on_the_page_it_comes_back_to() {
    let portals = Portals::start().await;
    portals.settle(&[BERT]).await;
    let app = portals.with("signin");
    app.give_password(BERT.username, PASSWORD).await;
    app.give_question(BERT.username).await;
    // So long that the answer is to be given again.
    app.clock.pass(400 * 86_400);
    for operation in personnel()
        .filter(|operation| !["captcha.challenge", "stay", "signout", "signout_all"].contains(&operation.name.as_str()))
    {
        let app = portals.with(&operation.name);
        let mut browser = app.browser();
        let mut csrf = None;
        if !operation.sessions.iter().any(|kind| kind == "anonymous") {
            csrf = Some(crate::steps::sign_in(&mut browser, BERT.username, PASSWORD, "/security/question").await);
        }
        let fields: Vec<(&str, &str)> = csrf.iter().map(|csrf| ("csrf", csrf.as_str())).collect();
        let refused = browser.call(&operation.path, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", operation.name);
        assert!(!refused.problems().is_empty());
        assert!(refused.cookies().is_empty(), "a script needs no cookie to know why");
        let back = browser.submit(&operation.path, &fields).await.page_behind(operation);
        let page = browser.open(&back).await;
        // Without a flow or a link the page is itself the reason.
        let says = match operation.name.as_str() {
            "claim.set" | "reset.answer" | "reset.set" => page.holds("begun in another browser"),
            "claim.start" | "reset.start" | "notme.freeze" => page.holds("We do not know this link"),
            _ => page.summary().is_some(),
        };
        assert!(says, "{}: {}", operation.name, page.text());
    }
}

#[tokio::test]
async fn a_password_that_is_refused_says_every_line_and_keeps_nothing() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mut browser = app.browser();
    let mail = crate::claim::ask(&mut browser, &ADA, "good 1").await;
    let token = mail.link().unwrap().trim_start_matches("/link/").to_owned();
    browser.submit("/api/claim/start", &[("token", &token)]).await.assert_goes("/claim/password");
    for (password, again, problems) in [
        ("", "", &["password missing"][..]),
        ("", "something-else-1", &["password missing"]),
        ("sh0rt", "", &["password password-too-short", "password_again missing"]),
        ("Welcome2!", "Welcome2!", &["password password-patterned"]),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", &["password password-common"]),
        ("ada.lovelace-2027", "ada.lovelace-2027", &["password password-has-username"]),
        ("Kestrel&42rows", "kestrel&42rows", &["password_again passwords-differ"]),
        ("Kestrel&42rows", "Kestrel&42rows ", &["password_again passwords-differ"]),
    ] {
        let fields = [("password", password), ("password_again", again)];
        let answer = browser.call("/api/claim/password", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said: Vec<String> =
            answer.problems().into_iter().map(|(field, refused)| format!("{field} {refused}")).collect();
        assert_eq!(said, problems, "{password}");
        browser.submit("/api/claim/password", &fields).await.assert_back_to("/claim/password");
        let page = browser.open("/claim/password").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.summary().is_some(), "{password}");
    }
    assert_eq!(app.count("SELECT count(*) FROM account WHERE password_hash IS NOT NULL").await, 0);
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    browser.submit("/api/claim/password", &fields).await.assert_goes("/home");
}

/// A part that breaks in a way that must not be told.
struct Broken(fn() -> Fault);

const DETAIL: &str = "detail-7731-of-the-inside";

#[async_trait]
impl Hasher for Broken {
    async fn hash(&self, _: &Password) -> Result<String, Fault> {
        Err(self.0())
    }

    async fn verify(&self, _: &Password, _: Option<&str>) -> Result<bool, Fault> {
        Err(self.0())
    }

    fn is_outdated(&self, _: &str) -> bool {
        panic!("{DETAIL}")
    }

    fn room(&self) -> Result<(), Fault> {
        Ok(())
    }
}

#[async_trait]
impl Robots for Broken {
    fn challenge(&self, _: Moment) -> Option<String> {
        panic!("{DETAIL}")
    }

    async fn check(&self, _: &str, _: Moment) -> Result<Proof, Fault> {
        panic!("{DETAIL}")
    }
}

#[tokio::test]
async fn a_busy_server_says_so_and_when_to_come_back() {
    let busy = Broken(|| Fault::Busy(DETAIL.to_owned()));
    let app = App::with(Setup { hasher: Some(Arc::new(busy)), ..Setup::default() }).await;
    let fields = [("username", "ada.lovelace"), ("password", "whatever-1")];
    let mut browser = app.browser();
    let answer = browser.call("/api/sign-in/password", &fields).await;
    answer.assert_problem(503, "form", "busy");
    assert_eq!(answer.retry_after(), Some(60));
    assert!(!answer.holds(DETAIL));
    browser.submit("/api/sign-in/password", &fields).await.assert_back_to("/sign-in");
    let page = browser.open("/sign-in").await;
    assert!(page.summary().unwrap().contains("Very many people are here right now"));
    assert!(page.holds("value=\"ada.lovelace\"") && !page.holds(DETAIL));
}

#[tokio::test]
async fn what_broke_inside_is_told_to_nobody() {
    let broken = Broken(|| Fault::Other(DETAIL.to_owned()));
    let app = App::with(Setup { hasher: Some(Arc::new(broken)), ..Setup::default() }).await;
    let fields = [("username", "ada.lovelace"), ("password", "whatever-1")];
    let mut browser = app.browser();
    let answer = browser.call("/api/sign-in/password", &fields).await;
    answer.assert_problem(500, "form", "broken");
    assert!(!answer.holds(DETAIL));
    browser.submit("/api/sign-in/password", &fields).await.assert_back_to("/sign-in");
    let page = browser.open("/sign-in").await;
    assert!(page.summary().unwrap().contains("Something went wrong here") && !page.holds(DETAIL));
}
