//! Nothing that comes back tells whether anybody was found.

use http::HeaderMap;
use http::header::{CONTENT_SECURITY_POLICY, DATE, SET_COOKIE};

use backboard::account::Frozen;

use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::{HTML, JSON};
use crate::people::{ADA, BERT, CARL, DORA, EVE, FAY, GUS, HAL, NOBODY, PASSWORD, Person, with};

/// An answer without what differs by chance: the date, the nonce, the request's id, and the bytes of a cookie's value.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

fn seen(answer: &Answer) -> Seen {
    let nonce = answer.nonce();
    let mask = |name: &str, value: &str| match name {
        name if name == DATE => String::new(),
        "x-request-id" => "x".repeat(value.len()),
        name if name == CONTENT_SECURITY_POLICY => value.replace(&nonce, "NONCE"),
        name if name == SET_COOKIE => {
            let (named, rest) = value.split_once('=').unwrap();
            let (bytes, flags) = rest.split_once(';').unwrap();
            format!("{named}={};{flags}", "x".repeat(bytes.len()))
        }
        _ => value.to_owned(),
    };
    let headers = |headers: &HeaderMap| {
        headers.iter().map(|(name, value)| (name.to_string(), mask(name.as_str(), value.to_str().unwrap()))).collect()
    };
    Seen {
        status: answer.status.as_u16(),
        headers: headers(&answer.headers),
        body: answer.text().replace(&nonce, "NONCE"),
    }
}

#[tokio::test]
async fn a_forgotten_username_answers_the_same_whether_the_address_is_known() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL]).await;
    for accept in [HTML, JSON] {
        let mut first: Option<Seen> = None;
        for (number, email) in [ADA.email, BERT.email, CARL.email, "nobody@example.org"].into_iter().enumerate() {
            let proof = format!("good {accept} {number}");
            let fields = [("email", email), ("robot", "on"), ("captcha", &*proof)];
            let answer = app.browser().post("/api/username/request", accept, &fields).await;
            let seen = seen(&answer);
            assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen, "{email}");
        }
    }
    let mails = app.deliver().await;
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!(to, [ADA.email, BERT.email, CARL.email]);
}

#[tokio::test]
async fn a_lookup_answers_the_same_whoever_was_found() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE, FAY]).await;
    let mut number = 0;
    for accept in [HTML, JSON] {
        let mut first: Option<(Seen, Seen)> = None;
        let wrong_name = with(&ADA.lookup(""), "last_name", "Byron");
        let wrong_date = with(&BERT.lookup(""), "birth_day", "4");
        let mut lookups: Vec<(&str, Vec<(&str, &str)>)> = Vec::new();
        for person in [&ADA, &BERT, &CARL, &DORA, &EVE, &FAY, &NOBODY] {
            lookups.push((person.username, person.lookup("")));
        }
        lookups.push(("wrong name", wrong_name));
        lookups.push(("wrong date", wrong_date));
        for (who, fields) in lookups {
            number += 1;
            let proof = format!("good {number}");
            let mut browser = app.browser();
            let answer = browser.post("/api/claim/lookup", accept, &with(&fields, "captcha", &proof)).await;
            let page = browser.open("/claim/sent").await;
            let now = (seen(&answer), seen(&page));
            match &first {
                None => first = Some(now),
                Some(first) => assert_eq!(first, &now, "{who}"),
            }
        }
    }
    // What differs is in the mailbox on file, and only there.
    let mut mails: Vec<(String, bool)> =
        app.deliver().await.iter().map(|mail| (mail.to.clone(), mail.link().is_some())).collect();
    mails.sort_unstable();
    mails.dedup();
    let expected =
        [(ADA.email, true), (BERT.email, false), (CARL.email, false), (DORA.email, false), (EVE.email, false)];
    assert_eq!(mails, expected.map(|(to, link)| (to.to_owned(), link)));
}

#[tokio::test]
async fn a_wrong_sign_in_answers_the_same_for_every_name_and_state() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE]).await;
    for person in [&BERT, &CARL, &DORA] {
        app.give_password(person.username, PASSWORD).await;
    }
    for accept in [HTML, JSON] {
        let mut first: Option<(Seen, Seen)> = None;
        for person in [&ADA, &BERT, &CARL, &DORA, &EVE, &NOBODY] {
            let mut browser = app.browser();
            let fields = [("username", person.username), ("password", "Wrong-horse-77")];
            let answer = browser.post("/api/sign-in/password", accept, &fields).await;
            let page = browser.open("/sign-in").await;
            let mut now = (seen(&answer), seen(&page));
            // The form keeps the name as it was typed.
            now.1.body = now.1.body.replace(person.username, "TYPED");
            match &first {
                None => first = Some(now),
                Some(first) => assert_eq!(first, &now, "{}", person.username),
            }
        }
    }
    for (person, refused) in [(&CARL, "account-suspended"), (&DORA, "account-inactive")] {
        let fields = [("username", person.username), ("password", PASSWORD)];
        app.browser().call("/api/sign-in/password", &fields).await.assert_problem(422, "form", refused);
    }
}

/// Somebody in every state that an account can be in, and nobody.
const EVERYBODY: [&Person; 9] = [&ADA, &BERT, &CARL, &DORA, &EVE, &FAY, &GUS, &HAL, &NOBODY];

/// A portal that mails links to those alone who have a question, with everybody in it.
async fn everybody(agency: &str) -> App {
    let app = App::with(Setup { trusted: Setup::behind_proxy().trusted, ..Setup::of(agency) }).await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE, FAY, GUS, HAL]).await;
    for person in [&BERT, &CARL, &DORA, &GUS, &HAL] {
        app.give_password(person.username, PASSWORD).await;
    }
    for person in [&BERT, &GUS] {
        app.give_question(person.username).await;
    }
    app.freeze(GUS.username, Frozen::Resets).await;
    app
}

/// What one visitor sees of a request for a new password: before the worker has looked, and after.
async fn watch(app: &App, number: usize, path: &str, accept: &str, fields: &[(&str, &str)]) -> Vec<Seen> {
    let mut browser = app.browser().from(&format!("203.0.113.{}", 100 + number));
    let mut watched = vec![seen(&browser.post(path, accept, fields).await)];
    for _ in 0..2 {
        for page in ["/forgot-password/sent", "/code", "/reset/challenge", "/reset/password", "/forgot-password"] {
            watched.push(seen(&browser.open(page).await));
        }
        watched.push(seen(&browser.call("/api/reset/code", &[("code", "0000 0000")]).await));
        watched.push(seen(&browser.submit("/api/reset/code", &[("code", "0000 0000")]).await));
        watched.push(seen(&browser.open("/code").await));
        watched.push(seen(&browser.call("/api/reset/answer", &[("answer", "anything at all")]).await));
        app.deliver().await;
    }
    watched
}

#[tokio::test]
async fn a_forgotten_password_answers_the_same_whoever_it_is_and_however_it_is_asked() {
    for agency in ["emresource", "louisiana-bems"] {
        let app = everybody(agency).await;
        for accept in [HTML, JSON] {
            let mut first: Option<Vec<Seen>> = None;
            let logins = EVERYBODY.iter().flat_map(|person| [person.username, person.email]);
            for (number, login) in logins.filter(|login| !login.is_empty()).enumerate() {
                let proof = format!("good {accept} {number}");
                let fields = [("login", login), ("robot", "on"), ("captcha", &*proof)];
                let watched = watch(&app, number, "/api/reset/request", accept, &fields).await;
                assert_eq!(*first.get_or_insert_with(|| watched.clone()), watched, "{agency} {login}");
                app.clock.pass(3_600);
            }
        }
        // What differs went to the mailboxes on file: everybody was looked for.
        let mailed = app.count("SELECT count(DISTINCT account) FROM mail").await;
        assert_eq!(mailed, 7, "{agency}: all but who has no address");
    }
}

#[tokio::test]
async fn a_password_asked_for_by_identity_answers_the_same_whoever_was_found() {
    let app = everybody("michigan-emsis").await;
    for accept in [HTML, JSON] {
        let mut first: Option<Vec<Seen>> = None;
        let mut lookups: Vec<(&str, Vec<(&str, &str)>)> =
            EVERYBODY.iter().map(|person| (person.username, person.lookup(""))).collect();
        lookups.push(("wrong name", with(&BERT.lookup(""), "last_name", "Byron")));
        lookups.push(("wrong date", with(&BERT.lookup(""), "birth_day", "4")));
        for (number, (who, fields)) in lookups.iter().enumerate() {
            let proof = format!("good {accept} {number}");
            let fields = with(fields, "captcha", &proof);
            let watched = watch(&app, number, "/api/reset/identity", accept, &fields).await;
            assert_eq!(*first.get_or_insert_with(|| watched.clone()), watched, "{who}");
            app.clock.pass(3_600);
        }
    }
    assert_eq!(app.count("SELECT count(DISTINCT account) FROM mail").await, 7);
}
