//! Bad input, for every field of every form, by hand and by script: a clear problem at the field, nothing
//! broken, nothing echoed that is secret, and the other fields kept.

use std::sync::atomic::{AtomicU32, Ordering};

use http::StatusCode;
use server::web::Operation;

use crate::answer::Answer;
use crate::app::App;
use crate::browser::{Browser, HTML, JSON, body};
use crate::people::{ADA, ANOTHER, ANSWER, BERT, PASSWORD, QUESTION, with};
use crate::portals::{Portals, personnel};
use crate::steps::ask_link;

/// Stands in every value, so that an echo can be told.
const CANARY: &str = "canary7731";

/// Fields that a refused form shows again.
const KEPT: [&str; 9] =
    ["birth_month", "birth_day", "birth_year", "last_name", "certificate", "username", "email", "login", "question"];

/// Bytes that are no text: what a person typed cannot be known, so nothing is guessed.
const UNREADABLE: [&str; 12] = [
    "%00",
    "%ff",
    "%c0%af",
    "%e0%80%af",
    "%ed%a0%80",
    "%ed%b0%80",
    "%f4%90%80%80",
    "%EF%BF%BD",
    "%1b[31m",
    "%7f",
    "%",
    "%zz",
];

/// Text that can be read, and is no use.
fn odd() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "%20%20",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "'%20OR%201=1--",
        "%E2%80%AEabc",
        "%E2%80%8F",
        "%E2%80%8B",
        "%E2%80%8D%EF%B8%8F",
        "a%0D%0ASet-Cookie:%20x=y",
        "a%0Ab",
        "%0D%0A%0D%0A<html>",
        "%D9%A1%D9%A2",
        "%EF%BC%91%EF%BC%92",
        "-1",
        "1e3",
        "0x10",
        "99999999999999999999",
        "%F0%9F%9A%91",
        "..%2f..%2fetc%2fpasswd",
        "%24%7Bjndi:ldap://x%7D",
        "%7B%7B7*7%7D%7D",
        "null",
        "undefined",
        "[]",
        "a%CC%81%CC%81%CC%81%CC%81",
        "%E2%80%A8",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("a".repeat(10_000));
    values.push("%F0%9F%9A%91".repeat(2_000));
    values
}

/// Right values for all fields of an operation.
fn right(operation: &Operation) -> Vec<(&'static str, String)> {
    let fields = match operation.name.as_str() {
        "claim.lookup" | "reset.identity" => ADA.lookup(""),
        "claim.code" | "reset.code" => vec![("code", "12345678")],
        "claim.start" | "reset.start" | "notme.freeze" => {
            vec![("token", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
        }
        "claim.set" | "reset.set" => vec![("password", ANOTHER), ("password_again", ANOTHER)],
        "reset.request" => vec![("login", BERT.username), ("robot", "on"), ("captcha", "")],
        "reset.answer" | "answer.confirm" => vec![("answer", ANSWER)],
        "password.change" => {
            vec![("current_password", PASSWORD), ("password", ANOTHER), ("password_again", ANOTHER)]
        }
        "answer.change" => {
            vec![("question", QUESTION.code()), ("answer", ANSWER), ("current_password", PASSWORD)]
        }
        "signin" => vec![("username", BERT.username), ("password", PASSWORD)],
        "username.request" => vec![("email", BERT.email), ("robot", "on"), ("captcha", "")],
        _ => vec![],
    };
    assert_eq!(fields.len(), operation.fields.len(), "{} has fields that are not tried here", operation.name);
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

/// The form with these raw bytes as one field's value.
fn form(operation: &Operation, field: &str, raw: &str, proof: &str) -> Vec<u8> {
    let mut pairs: Vec<String> = Vec::new();
    for (name, value) in right(operation) {
        let value = if name == "captcha" { proof.to_owned() } else { value };
        pairs.push(if name == field { format!("{name}={raw}") } else { body(&[(name, &value)]) });
    }
    pairs.join("&").into_bytes()
}

fn is_secret(field: &str) -> bool {
    let secrets = ["ssn", "password", "password_again", "current_password", "answer", "code", "token", "captcha"];
    secrets.contains(&field)
}

/// The field itself, one that it belongs together with, or the form where its problem has no place.
fn may_say(field: &str) -> Vec<&str> {
    match field {
        "birth_month" | "birth_day" | "birth_year" => vec!["birth_month", "birth_day", "birth_year"],
        "captcha" => vec!["robot", "form"],
        // Another password than the first is said at the second.
        "password" => vec!["password", "password_again", "form"],
        // An empty number is missed where the first of the two stands.
        "certificate" => vec!["certificate", "ssn"],
        "token" => vec!["form"],
        // A password that has something to do with the answer is said at the answer.
        "current_password" => vec!["current_password", "answer"],
        "username" => vec!["username", "form"],
        "code" => vec!["code", "form"],
        field => vec![field],
    }
}

struct Form<'a> {
    app: &'a App,
    operation: &'a Operation,
}

/// Every proof is another one.
static PROOFS: AtomicU32 = AtomicU32::new(0);

impl Form<'_> {
    /// A flow at the step that the operation needs, and the post of it.
    async fn post(&self, field: &str, raw: &str, accept: &str) -> (Browser<'_>, Answer) {
        let number = PROOFS.fetch_add(1, Ordering::Relaxed);
        // Days pass between the tries, so that no limit hides a problem.
        self.app.clock.pass(86_400);
        let proof = format!("good {number}");
        let mut browser = self.app.browser();
        let mut csrf = None;
        match self.operation.name.as_str() {
            "reset.code" => drop(ask_link(&mut browser, BERT.username, &format!("good for the flow {number}")).await),
            "reset.answer" | "reset.set" => {
                let mail = ask_link(&mut browser, BERT.username, &format!("good for the flow {number}")).await;
                browser
                    .call("/api/reset/start", &[("token", &mail.token())])
                    .await
                    .assert_json_goes("/reset/challenge");
                if self.operation.name == "reset.set" {
                    browser.call("/api/reset/answer", &[("answer", ANSWER)]).await.assert_json_goes("/reset/password");
                }
            }
            "password.change" | "answer.change" | "answer.confirm" => {
                let fields = [("username", BERT.username), ("password", PASSWORD)];
                browser.submit("/api/sign-in/password", &fields).await.assert_goes("/security/question");
                csrf = Some(browser.open("/security/question").await.csrf());
            }
            "claim.code" => {
                let proof = format!("good for the flow {number}");
                browser.call("/api/claim/lookup", &ADA.lookup(&proof)).await.assert_json_goes("/claim/sent");
            }
            "claim.set" => {
                let proof = format!("good for the flow {number}");
                browser.call("/api/claim/lookup", &ADA.lookup(&proof)).await.assert_json_goes("/claim/sent");
                let mail = self.app.deliver().await.pop().unwrap();
                let token = mail.link().unwrap().trim_start_matches("/link/").to_owned();
                browser.call("/api/claim/start", &[("token", &token)]).await.assert_json_goes("/claim/password");
            }
            _ => {}
        }
        let mut bytes = form(self.operation, field, raw, &proof);
        if let Some(csrf) = csrf {
            bytes.extend_from_slice(format!("&csrf={csrf}").as_bytes());
        }
        let answer = browser.post_bytes(&self.operation.path, accept, bytes).await;
        (browser, answer)
    }
}

#[tokio::test]
async fn text_that_cannot_be_read_is_refused_at_its_field_and_the_others_are_kept() {
    let portals = portals().await;
    for operation in personnel() {
        let app = portals.with(&operation.name);
        for field in &operation.fields {
            let form = Form { app, operation };
            for raw in UNREADABLE {
                for value in [raw.to_owned(), format!("{CANARY}{raw}{CANARY}")] {
                    // A lone `%` in front of letters is one only where no digits follow.
                    let value = if raw == "%" { value.replace("%c", "%-") } else { value };
                    let at = if ["token", "captcha"].contains(&field.as_str()) { "form" } else { field };
                    let (_, answer) = form.post(field, &value, JSON).await;
                    answer.assert_problem(422, at, "unreadable");
                    assert!(!answer.holds(CANARY));
                    let (mut browser, answer) = form.post(field, &value, HTML).await;
                    let page = browser.open(&answer.page_behind(operation)).await;
                    if field == "token" {
                        // Nobody can have typed it: it is a link that nobody knows, whatever it was.
                        assert!(page.status == StatusCode::GONE && page.holds("We do not know this link"), "{value}");
                    } else {
                        assert!(page.summary().unwrap().contains("cannot be read"), "{field}");
                    }
                    assert!(!page.holds(CANARY), "{}: {field}", operation.name);
                    for (name, kept) in right(operation) {
                        if name == "robot" || kept.is_empty() {
                            continue;
                        }
                        // A list shows every choice; which of them was made is another matter.
                        let chosen = if name == "question" { " selected=\"\"" } else { "" };
                        let is_shown = page.holds(&format!("value=\"{kept}\"{chosen}"));
                        let expected = name != field && KEPT.contains(&name);
                        assert_eq!(is_shown, expected, "{}: {name} beside {field}", operation.name);
                    }
                }
            }
        }
    }
}

/// Split in three, because the whole takes longer than one test may.
fn part(operation: &Operation) -> usize {
    match operation.name.split('.').next() {
        Some("claim" | "username") => 0,
        Some("reset") => 1,
        _ => 2,
    }
}

#[tokio::test]
async fn odd_text_in_a_claim_is_a_problem_at_its_field_or_taken_and_never_breaks_anything() {
    try_odd_text(0).await;
}

#[tokio::test]
async fn odd_text_in_a_reset_is_a_problem_at_its_field_or_taken_and_never_breaks_anything() {
    try_odd_text(1).await;
}

#[tokio::test]
async fn odd_text_in_every_other_form_is_a_problem_at_its_field_or_taken_and_never_breaks_anything() {
    try_odd_text(2).await;
}

async fn try_odd_text(tried: usize) {
    let portals = portals().await;
    let (mut refused, mut taken) = (0, 0);
    for operation in personnel().filter(|operation| part(operation) == tried) {
        let app = portals.with(&operation.name);
        for field in &operation.fields {
            let form = Form { app, operation };
            for odd in odd() {
                let value = if is_secret(field) && !odd.is_empty() { format!("{odd}{CANARY}") } else { odd };
                // The same is done to both; setting a password is the last thing that happens to an account.
                let (_, answer) = form.post(field, &value, JSON).await;
                let at = format!("{} {field}={:.60}", operation.name, value);
                match answer.status {
                    StatusCode::OK => taken += 1,
                    StatusCode::UNPROCESSABLE_ENTITY => {
                        refused += 1;
                        let problems = answer.problems();
                        assert!(!problems.is_empty(), "{at}");
                        for (said, why) in &problems {
                            assert!(may_say(field).contains(&said.as_str()), "{at}: {said} {why}");
                        }
                    }
                    // Two thousand ambulances are more than 32 KiB once they are encoded for another field.
                    StatusCode::PAYLOAD_TOO_LARGE => assert!(value.len() > 20_000, "{at}"),
                    status => panic!("{at}: {status}"),
                }
                assert!(!is_secret(field) || !answer.holds(CANARY), "{at}: echoed");
                reset(app).await;

                let (mut browser, page) = form.post(field, &value, HTML).await;
                if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                    let back = page.page_behind(operation);
                    let page = browser.open(&back).await;
                    let dead = page.status == StatusCode::GONE && page.holds("We do not know this link");
                    let says = if field == "token" { dead } else { page.summary().is_some() };
                    assert!(says, "{at}: no reason on the page");
                    // A token without any odd sign is a link's address, and its page may know its own address.
                    let own = back.contains(CANARY);
                    assert!(!own || field == "token", "{at}: echoed in {back}");
                    assert!(!is_secret(field) || own || !page.holds(CANARY), "{at}: echoed");
                    assert!(!page.holds("<script>alert") && !page.holds("<img src"), "{at}: not escaped");
                } else if answer.status == StatusCode::OK {
                    assert_eq!(page.status, StatusCode::SEE_OTHER, "{at}");
                }
                reset(app).await;
            }
        }
    }
    assert!(refused > 200 && taken > 10, "{refused} refused, {taken} taken");
}

async fn portals() -> Portals {
    let portals = Portals::start().await;
    portals.settle(&[ADA, BERT]).await;
    reset(portals.with("signin")).await;
    portals
}

/// Undoes what went through, so that the next try finds the accounts as they were. The answer is due again.
async fn reset(app: &App) {
    app.deliver().await;
    app.give_password(BERT.username, PASSWORD).await;
    app.give_question(BERT.username).await;
    sqlx::query("UPDATE challenge SET confirmed = 0").execute(&app.back_door).await.unwrap();
    sqlx::query("UPDATE account SET state = 'unclaimed', password_hash = NULL WHERE username = ?")
        .bind(ADA.username)
        .execute(&app.back_door)
        .await
        .unwrap();
}

#[tokio::test]
async fn dates_that_cannot_be_are_refused_where_they_are_wrong() {
    let app = App::start().await;
    for (month, day, year, at, why) in [
        ("2", "30", "1984", "birth_day", "date-impossible"),
        ("2", "29", "1983", "birth_day", "date-impossible"),
        ("4", "31", "1990", "birth_day", "date-impossible"),
        ("13", "1", "1990", "birth_month", "date-month"),
        ("0", "1", "1990", "birth_month", "date-month"),
        ("1", "0", "1990", "birth_day", "date-day"),
        ("1", "32", "1990", "birth_day", "date-day"),
        ("1", "1", "84", "birth_year", "date-year"),
        ("1", "1", "1899", "birth_year", "date-too-long-ago"),
        ("1", "1", "2099", "birth_year", "date-future"),
        ("1", "1", "19840", "birth_year", "date-year"),
        ("Jan", "1", "1984", "birth_month", "date-not-numbers"),
        ("\u{0661}", "1", "1984", "birth_month", "date-not-numbers"),
        ("", "1", "1984", "birth_month", "missing"),
        ("1", "", "1984", "birth_day", "missing"),
        ("1", "1", "", "birth_year", "missing"),
    ] {
        let mut fields = ADA.lookup("good 1");
        for (name, value) in [("birth_month", month), ("birth_day", day), ("birth_year", year)] {
            fields = with(&fields, name, value);
        }
        app.browser().call("/api/claim/lookup", &fields).await.assert_problem(422, at, why);
        let mut browser = app.browser();
        browser.submit("/api/claim/lookup", &fields).await.assert_back_to("/claim");
        let page = browser.open("/claim").await;
        assert!(page.summary().unwrap().contains(&format!("href=\"#{at}\"")), "{month} {day} {year}");
        assert!(page.holds("value=\"Lovelace\""));
    }
    assert_eq!(app.count("SELECT count(*) FROM budget").await, 0, "a mistake costs no attempt");
}

#[tokio::test]
async fn ssns_that_cannot_be_are_refused_and_never_repeated() {
    let app = App::start().await;
    for (ssn, why) in [
        ("000-12-3456", "ssn-never-issued"),
        ("666-12-3456", "ssn-never-issued"),
        ("900-00-3456", "ssn-never-issued"),
        ("900-12-0000", "ssn-never-issued"),
        ("000000000", "ssn-never-issued"),
        ("900-12-345", "ssn-nine-digits"),
        ("900-12-34567", "ssn-nine-digits"),
        ("900-12-345x", "ssn-nine-digits"),
        ("\u{0669}\u{0660}\u{0660}123456", "ssn-nine-digits"),
    ] {
        let fields = with(&ADA.lookup("good 1"), "ssn", ssn);
        app.browser().call("/api/claim/lookup", &fields).await.assert_problem(422, "ssn", why);
        let mut browser = app.browser();
        browser.submit("/api/claim/lookup", &fields).await.assert_back_to("/claim");
        let page = browser.open("/claim").await;
        assert!(page.summary().unwrap().contains("href=\"#ssn\""), "{ssn}");
        assert!(page.holds("value=\"Lovelace\"") && page.holds("value=\"1984\""));
        let digits: String = ssn.chars().filter(char::is_ascii_digit).collect();
        assert!(!page.holds(&digits) && !page.holds(ssn), "{ssn} came back");
    }
}
