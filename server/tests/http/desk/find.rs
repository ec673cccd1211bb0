//! Finding a person at the desk over HTTP, and the page of an account.

use std::collections::BTreeSet;

use server::web::operations;

use super::{HELEN, SAM, Staffer, seat, sign_in_at_desk};
use crate::app::App;
use crate::browser::{Browser, HTML};
use crate::limits::listed;
use crate::people::{ADA, BERT, FAY};

/// A member of staff at the desk, and the token that the forms of the session carry.
async fn at_desk<'a>(app: &'a App, staffer: &Staffer) -> (Browser<'a>, String) {
    seat(app, staffer).await;
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, staffer).await;
    (browser, csrf)
}

/// Searches, and gives the address that the browser is led to.
async fn search(browser: &mut Browser<'_>, csrf: &str, term: &str) -> String {
    let answer = browser.submit("/api/desk/search", &[("term", term), ("csrf", csrf)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location().unwrap().to_owned()
}

#[tokio::test]
async fn a_search_leads_to_a_page_whose_address_names_nobody_and_from_there_to_the_account() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, FAY]).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let address = search(&mut browser, &csrf, "lovelace").await;
    assert!(address.starts_with("/desk/find/") && !address.to_lowercase().contains("lovelace"), "{address}");
    for _ in 0..2 {
        let page = browser.open(&address).await;
        assert_eq!(page.status, 200);
        assert!(page.holds("lovelace") && page.holds(ADA.certificate.replace('-', "").as_str()), "{}", page.text());
        assert!(page.holds("a…@example.org") && !page.holds(ADA.email) && !page.holds(BERT.username));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
    let account = browser.open(&address).await.attribute("href=\"/desk/account/").unwrap();
    let page = browser.open(&format!("/desk/account/{account}")).await;
    assert_eq!(page.status, 200);
    assert!(page.holds(ADA.username) && page.holds("a…@example.org") && !page.holds(ADA.email));
    assert!(page.holds("Helen Helpdesk"), "who looked stands in the history by name");
    for secret in [ADA.ssn, &ADA.ssn.replace('-', ""), "1984", "$argon2", "$fake"] {
        assert!(!page.holds(secret), "{secret}");
    }
    let audit = app.count("SELECT count(*) FROM audit WHERE action IN ('search', 'view') AND actor = 'staff 1'").await;
    assert_eq!(audit, 2);
}

#[tokio::test]
async fn each_form_has_exactly_the_fields_that_are_listed() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let address = search(&mut browser, &csrf, "lovelace").await;
    let account = browser.open(&address).await.attribute("href=\"/desk/account/").unwrap();
    let of_account = format!("/desk/account/{account}");
    for (path, operation) in [("/desk/find", "desk.search"), (&*address, "desk.search"), (&*of_account, "desk.reveal")]
    {
        let page = browser.open(path).await.text();
        let operation = operations().iter().find(|known| known.name == operation).unwrap();
        let (_, form) = page.split_once(&format!("action=\"{}\"", operation.path)).unwrap();
        let form = form.split("</form>").next().unwrap();
        let names = form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        let names: BTreeSet<String> = names.filter(|name| name != "csrf").collect();
        assert_eq!(names, operation.fields.iter().cloned().collect(), "{path}");
    }
}

#[tokio::test]
async fn what_looks_like_an_ssn_is_refused_and_kept_nowhere() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    // From here on no answer may repeat it, or the test fails in `App::send`.
    app.secrets.lock().unwrap().insert(ADA.ssn.to_owned());
    let before = app.dump().await;
    browser.submit("/api/desk/search", &[("term", ADA.ssn), ("csrf", &csrf)]).await.assert_back_to("/desk/find");
    let page = browser.open("/desk/find").await;
    assert!(page.summary().unwrap().contains("Social Security numbers are never searched"), "{}", page.text());
    assert_eq!(app.dump().await, before);
    // What is no secret is there to be mended.
    browser.submit("/api/desk/search", &[("term", "%x"), ("csrf", &csrf)]).await.assert_back_to("/desk/find");
    let page = browser.open("/desk/find").await;
    assert!(page.holds("value=\"%x\"") && page.summary().unwrap().contains("two letters"), "{}", page.text());
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn every_odd_term_and_page_gets_a_clear_answer() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    for (term, refused) in
        [("", "missing"), ("_", "term-too-short"), ("l", "term-too-short"), (&*"l".repeat(1_000), "too-long")]
    {
        let answer = browser.call("/api/desk/search", &[("term", term), ("csrf", &csrf)]).await;
        assert_eq!(answer.problems(), [("term".to_owned(), refused.to_owned())], "{term}");
    }
    let nobody = search(&mut browser, &csrf, "<b>nobody</b>").await;
    let page = browser.open(&nobody).await;
    assert!(page.holds("Nobody found for “&lt;b&gt;nobody"), "{}", page.text());
    let address = search(&mut browser, &csrf, "lovelace").await;
    for page in ["-1", "0", "1000000000", "99999999999999999999", "%F0", "x", "1"] {
        let found = browser.open(&format!("{address}/{page}")).await;
        assert_eq!(found.status, 200, "{page}");
        assert!(found.holds(ADA.username), "{page}");
    }
    for (path, status) in [
        ("/desk/find/AAAA".to_owned(), 410),
        ("/desk/find/%2e%2e".to_owned(), 410),
        (format!("{address}x"), 410),
        ("/desk/account/999999".to_owned(), 404),
        ("/desk/account/-1".to_owned(), 404),
        ("/desk/account/1/before/x".to_owned(), 404),
        ("/desk/account/99999999999999999999".to_owned(), 404),
    ] {
        assert_eq!(browser.open(&path).await.status, status, "{path}");
    }
    let over = browser.open("/desk/find/AAAA").await;
    assert!(over.holds("This search is over"), "{}", over.text());
    let (mut other, _) = at_desk(&app, &SAM).await;
    assert_eq!(other.open(&address).await.status, 410, "a colleague's address is no way in");
}

#[tokio::test]
async fn nobody_but_the_staff_finds_anybody() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let address = search(&mut browser, &csrf, "lovelace").await;
    let mut stranger = app.browser();
    for path in ["/desk/find", &*address, "/desk/account/1", "/desk/account/1/before/9"] {
        stranger.open(path).await.assert_goes("/desk/sign-in");
    }
    let before = app.dump().await;
    for operation in ["/api/desk/search", "/api/desk/reveal"] {
        let fields = match operation {
            "/api/desk/search" => vec![("term", "lovelace")],
            _ => vec![("account", "1"), ("reason", "caller asks")],
        };
        stranger.post(operation, HTML, &fields).await.assert_goes("/desk/sign-in#problems");
        // Neither without the session's own token.
        let answer = browser.post(operation, HTML, &fields).await;
        assert!(answer.location().unwrap().ends_with("#problems"), "{operation}");
    }
    assert_eq!(app.count("SELECT count(*) FROM audit WHERE action = 'reveal'").await, 0);
    assert!(before.contains("search"));
}

#[tokio::test]
async fn an_address_is_shown_after_a_reason() {
    let app = App::start().await;
    app.settle(&[ADA, FAY]).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let number = app.count("SELECT id FROM account WHERE username_key = 'ada.lovelace'").await;
    let (id, path) = (number.to_string(), format!("/desk/account/{number}"));
    let reveal = [("account", &*id), ("reason", "    "), ("csrf", &*csrf)];
    browser.submit("/api/desk/reveal", &reveal).await.assert_back_to(&path);
    let page = browser.open(&path).await;
    assert!(page.summary().unwrap().contains("Say in a few words why") && !page.holds(ADA.email));
    let reveal = [("account", &*id), ("reason", "caller spells it out"), ("csrf", &*csrf)];
    browser.submit("/api/desk/reveal", &reveal).await.assert_goes(&path);
    let page = browser.open(&path).await;
    assert!(page.holds(ADA.email) && page.holds("caller spells it out"), "{}", page.text());
    assert_eq!(page.header("cache-control"), Some("no-store"));
    app.clock.pass(14 * 60);
    assert!(browser.open(&path).await.holds(ADA.email), "used, the session lasts on");
    app.clock.pass(60);
    assert!(!browser.open(&path).await.holds(ADA.email));
    // Who has none has none.
    let silent = app.count("SELECT id FROM account WHERE username_key = 'fay.noletter'").await;
    let page = browser.open(&format!("/desk/account/{silent}")).await;
    assert!(page.holds("none on file") && !page.holds("/api/desk/reveal"), "{}", page.text());
}

#[tokio::test]
async fn searches_and_addresses_are_limited_as_listed_for_each_member() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let (mut browser, csrf) = at_desk(&app, &HELEN).await;
    let words = "an hour for a member of staff";
    for number in 0..listed("desk.search", words) {
        let answer = browser.call("/api/desk/search", &[("term", "lovelace"), ("csrf", &csrf)]).await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
    }
    let answer = browser.call("/api/desk/search", &[("term", "lovelace"), ("csrf", &csrf)]).await;
    assert_eq!((answer.status.as_u16(), answer.problems()[0].1.as_str()), (429, "too-many-tries"));
    let (mut other, csrf) = at_desk(&app, &SAM).await;
    search(&mut other, &csrf, "lovelace").await;
    assert_eq!(app.count("SELECT count(*) FROM audit WHERE action = 'refused' AND actor = 'staff 1'").await, 1);

    let most = listed("desk.reveal", words);
    for number in 0..most {
        let made = "INSERT INTO account (username, username_key, state, created) VALUES (?, ?, 'active', 0)";
        let name = format!("user{number}");
        sqlx::query(made).bind(&name).bind(&name).execute(&app.back_door).await.unwrap();
    }
    let first = app.count("SELECT id FROM account WHERE username_key = 'user0'").await;
    for number in 0..i64::from(most) {
        let id = (first + number).to_string();
        let fields = [("account", &*id), ("reason", "caller asks"), ("csrf", &*csrf)];
        assert_eq!(other.call("/api/desk/reveal", &fields).await.status, 200, "{number}");
    }
    let fields = [("account", "1"), ("reason", "caller asks"), ("csrf", &*csrf)];
    assert_eq!(other.call("/api/desk/reveal", &fields).await.status, 429);
}
