//! The limits of one flow, one link and one account: guesses at what somebody knows. Listed in docs/operations.toml
//! like those of `limits.rs`, which checks that none is left out.

use http::StatusCode;

use crate::app::App;
use crate::browser::Browser;
use crate::claim::ask;
use crate::limits::{assert_limited, listed};
use crate::mail::Mail;
use crate::people::{ADA, ANOTHER, ANSWER, BERT, PASSWORD};
use crate::steps::{ask_link, sign_in};

pub const BY_FLOW: [(&str, &str); 2] = [("claim.code", "for a flow"), ("reset.code", "for a flow")];
pub const SET_BY_FLOW: [(&str, &str); 2] = [("claim.set", "an hour for a flow"), ("reset.set", "an hour for a flow")];
pub const BY_LINK: (&str, &str) = ("reset.answer", "for a link");
/// Answers share one budget, wherever they are given; so does the password that is typed again.
pub const ANSWERS: [(&str, &str); 2] =
    [("reset.answer", "a day for an account"), ("answer.confirm", "a day for an account")];
pub const AGAIN: [(&str, &str); 2] =
    [("password.change", "an hour for an account"), ("answer.change", "an hour for an account")];

/// A mail whose link and code let a flow of this browser on: to a claim of Ada's, or a reset of Bert's.
async fn begin(browser: &mut Browser<'_>, operation: &str) -> Mail {
    if operation.starts_with("claim") {
        return ask(browser, &ADA, "good 1").await;
    }
    browser.app.give_password(BERT.username, PASSWORD).await;
    ask_link(browser, BERT.username, "good 1").await
}

#[tokio::test]
async fn a_code_may_be_guessed_at_as_often_as_listed_and_the_link_still_works() {
    for (operation, words) in BY_FLOW {
        let journey = operation.trim_end_matches(".code");
        let path = format!("/api/{journey}/code");
        let most = listed(operation, words);
        for wrong in [most - 1, most] {
            let app = App::start().await;
            app.settle(&[ADA, BERT]).await;
            let mut browser = app.browser();
            let mail = begin(&mut browser, operation).await;
            let code = mail.code().unwrap();
            let other = if code == "12345678" { "87654321" } else { "12345678" };
            for number in 1..=wrong {
                let reason = if number == most { "code-dead" } else { "code-wrong" };
                browser.call(&path, &[("code", other)]).await.assert_problem(422, "code", reason);
            }
            let last = browser.call(&path, &[("code", &code)]).await;
            let choosing = format!("/{journey}/password");
            if wrong < most {
                last.assert_json_goes(&choosing);
            } else {
                last.assert_problem(422, "code", "code-dead");
                let start = format!("/api/{journey}/start");
                browser.call(&start, &[("token", &mail.token())]).await.assert_json_goes(&choosing);
            }
        }
    }
}

#[tokio::test]
async fn a_flow_may_try_as_many_passwords_as_listed() {
    for ((operation, words), done) in SET_BY_FLOW.into_iter().zip(["/home", "/reset/done"]) {
        let journey = operation.trim_end_matches(".set");
        let app = App::start().await;
        app.settle(&[ADA, BERT]).await;
        let mut browser = app.browser();
        let token = begin(&mut browser, operation).await.token();
        let choosing = format!("/{journey}/password");
        browser.call(&format!("/api/{journey}/start"), &[("token", &token)]).await.assert_json_goes(&choosing);
        let path = format!("/api/{journey}/password");
        for _ in 0..listed(operation, words) {
            let fields = [("password", "short"), ("password_again", "short")];
            browser.call(&path, &fields).await.assert_problem(422, "password", "password-too-short");
        }
        let fields: [(&str, &str); 2] = [("password", ANOTHER), ("password_again", ANOTHER)];
        assert_limited(&browser.call(&path, &fields).await, 3_600);
        app.clock.pass(120);
        browser.call(&path, &fields).await.assert_json_goes(done);
    }
}

const WRONG: [(&str, &str); 1] = [("answer", "Somewhere else entirely")];

/// A browser that stands before the question.
async fn stand_before_the_question<'a>(app: &'a App, number: u32) -> Browser<'a> {
    let mut browser = app.browser();
    let mail = ask_link(&mut browser, BERT.username, &format!("good {number}")).await;
    let token = mail.token();
    browser.call("/api/reset/start", &[("token", &token)]).await.assert_json_goes("/reset/challenge");
    browser
}

#[tokio::test]
async fn a_link_takes_as_many_answers_as_listed_from_however_many_browsers() {
    let most = listed(BY_LINK.0, BY_LINK.1);
    for wrong in [most - 1, most] {
        let app = App::start().await;
        app.settle(&[BERT]).await;
        app.give_password(BERT.username, PASSWORD).await;
        app.give_question(BERT.username).await;
        let token = ask_link(&mut app.browser(), BERT.username, "good 1").await.token();
        let mut browser = app.browser();
        for number in 1..=wrong {
            browser = app.browser();
            browser.call("/api/reset/start", &[("token", &token)]).await.assert_json_goes("/reset/challenge");
            let reason = if number == most { "answer-dead" } else { "answer-wrong" };
            browser.call("/api/reset/answer", &WRONG).await.assert_problem(422, "answer", reason);
        }
        let last = browser.call("/api/reset/answer", &[("answer", ANSWER)]).await;
        if wrong < most {
            last.assert_json_goes("/reset/password");
            continue;
        }
        // The link is over, for every browser, and nothing more can be tried on it.
        last.assert_problem(422, "form", "answer-dead");
        let start = app.browser().call("/api/reset/start", &[("token", &token)]).await;
        start.assert_problem(422, "form", "answer-dead");
        // Nobody is locked out: a new mail brings new tries.
        let mut browser = stand_before_the_question(&app, 2).await;
        browser.call("/api/reset/answer", &[("answer", ANSWER)]).await.assert_json_goes("/reset/password");
    }
}

#[tokio::test]
async fn the_answer_that_ends_a_link_is_told_on_the_page_and_the_link_is_dead_after_it() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app.give_question(BERT.username).await;
    let mut browser = stand_before_the_question(&app, 1).await;
    for _ in 1..listed(BY_LINK.0, BY_LINK.1) {
        browser.submit("/api/reset/answer", &WRONG).await.assert_back_to("/reset/challenge");
        assert!(browser.open("/reset/challenge").await.summary().unwrap().contains("That is not the answer we have"));
    }
    browser.submit("/api/reset/answer", &WRONG).await.assert_back_to("/reset/challenge");
    let page = browser.open("/reset/challenge").await;
    assert!(page.status == StatusCode::GONE && page.holds("Too many wrong answers"), "{}", page.text());
    assert!(page.holds("href=\"/forgot-password\"") && !page.holds("action=\"/api/reset/answer\""));
    assert!(browser.open("/reset/challenge").await.holds("Too many wrong answers"), "and stays told");
}

#[tokio::test]
async fn an_account_takes_as_many_wrong_answers_a_day_as_listed_wherever_they_are_given() {
    let [reset, confirm] = ANSWERS.map(|(operation, words)| listed(operation, words));
    assert_eq!(reset, confirm, "one budget");
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app.give_question(BERT.username).await;
    let mut signed_in = app.browser();
    let csrf = sign_in(&mut signed_in, BERT.username, PASSWORD, "/home").await;
    let (wrong, right) = ([WRONG[0], ("csrf", &*csrf)], [("answer", ANSWER), ("csrf", &*csrf)]);
    let per_link = listed(BY_LINK.0, BY_LINK.1);
    let mut visitor = stand_before_the_question(&app, 0).await;
    let mut on_link = 0;
    for number in 0..reset {
        if number % 2 == 0 {
            let answer = signed_in.call("/api/security/confirm", &wrong).await;
            answer.assert_problem(422, "answer", "answer-wrong");
            continue;
        }
        if on_link == per_link - 1 {
            visitor = stand_before_the_question(&app, number).await;
            on_link = 0;
        }
        on_link += 1;
        visitor.call("/api/reset/answer", &WRONG).await.assert_problem(422, "answer", "answer-wrong");
    }
    assert_limited(&signed_in.call("/api/security/confirm", &right).await, 86_400);
    let answer = [("answer", ANSWER)];
    assert_limited(&stand_before_the_question(&app, 98).await.call("/api/reset/answer", &answer).await, 86_400);
    app.clock.pass(i64::from(86_400 / reset));
    let mut visitor = stand_before_the_question(&app, 99).await;
    visitor.call("/api/reset/answer", &answer).await.assert_json_goes("/reset/password");
}

#[tokio::test]
async fn the_present_password_may_be_typed_as_often_as_listed_on_both_pages_together_right_or_wrong() {
    let [change, question] = AGAIN.map(|(operation, words)| listed(operation, words));
    assert_eq!(change, question, "one budget");
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    let wrong = "Wrong-horse-77";
    let changing =
        |current| [("current_password", current), ("password", ANOTHER), ("password_again", ANOTHER), ("csrf", &*csrf)];
    let asking =
        |current| [("question", "first-station"), ("answer", ANSWER), ("current_password", current), ("csrf", &*csrf)];
    for number in 0..change {
        let answer = match number % 3 {
            0 => browser.call("/api/password/change", &changing(wrong)).await,
            1 => browser.call("/api/security/question", &asking(wrong)).await,
            _ => {
                // Every change is mailed to every address, so a right one counts too.
                let saved = browser.call("/api/security/question", &asking(PASSWORD)).await;
                saved.assert_json_goes("/security");
                continue;
            }
        };
        answer.assert_problem(422, "current_password", "password-not-yours");
    }
    assert_limited(&browser.call("/api/password/change", &changing(PASSWORD)).await, 3_600);
    assert_limited(&browser.call("/api/security/question", &asking(PASSWORD)).await, 3_600);
    app.clock.pass(i64::from(3_600 / change));
    browser.call("/api/password/change", &changing(PASSWORD)).await.assert_json_goes("/change-password");
}
