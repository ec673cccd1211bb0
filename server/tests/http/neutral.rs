//! Nothing that comes back tells whether anybody was found.

use http::HeaderMap;
use http::header::{CONTENT_SECURITY_POLICY, DATE, SET_COOKIE};

use crate::answer::Answer;
use crate::app::App;
use crate::browser::{HTML, JSON};
use crate::people::{ADA, BERT, CARL, DORA, EVE, FAY, NOBODY, PASSWORD, with};

/// An answer without what differs by chance: the date, the nonce, and the bytes of a cookie's value.
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
