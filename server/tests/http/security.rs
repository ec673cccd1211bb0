//! *Security*: the question and its answer, what happened, and signing out everywhere.

use http::StatusCode;

use crate::app::{App, Setup};
use crate::browser::{HTML, JSON};
use crate::people::{ADA, ANSWER, ASKED, BERT, PASSWORD, QUESTION};
use crate::steps::{ask_link, sign_in};

const SAVED: &str = "__Host-saved";
const YEAR: i64 = 365 * 24 * 3_600;

async fn portal(setup: Setup) -> App {
    let app = App::with(setup).await;
    app.settle(&[ADA, BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

fn question<'a>(answer: &'a str, password: &'a str, csrf: &'a str) -> [(&'a str, &'a str); 4] {
    [("question", QUESTION.code()), ("answer", answer), ("current_password", password), ("csrf", csrf)]
}

#[tokio::test]
async fn a_question_is_set_up_with_the_password_again_and_said_once() {
    for accept in [HTML, JSON] {
        let app = portal(Setup::default()).await;
        let mut browser = app.browser();
        let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
        let page = browser.open("/security").await;
        assert!(page.holds("You have not set one up yet.") && !page.holds(ASKED));
        assert!(browser.open("/security/question/new").await.holds("action=\"/api/security/question\""));

        let done = browser.post("/api/security/question", accept, &question(ANSWER, PASSWORD, &csrf)).await;
        if accept == HTML {
            done.assert_goes("/security");
        } else {
            done.assert_json_goes("/security");
        }
        let saved = done.cookies().into_iter().find(|cookie| cookie.name == SAVED).unwrap();
        assert_eq!((saved.value.as_str(), saved.max_age), ("/api/security/question", Some(120)));
        let page = browser.open("/security").await;
        assert!(page.holds("Your security question is saved.") && page.holds(ASKED));
        assert!(page.cookies().iter().any(|cookie| cookie.name == SAVED && cookie.is_removal()));
        assert!(!browser.open("/security").await.holds("Your security question is saved."), "it is said once");

        let notices = app.deliver().await;
        assert_eq!(notices.len(), 1);
        assert!(notices[0].to == BERT.email && notices[0].not_me().is_some());
        assert!(!notices[0].text.contains(ASKED), "the notice does not tell which");
        let stored = app.dump().await.to_lowercase();
        for part in [ANSWER.to_lowercase().as_str(), "saintbreladeharbour", "saint brelade"] {
            assert!(!stored.contains(part), "the answer lies in the database");
        }
    }
}

#[tokio::test]
async fn a_question_that_is_refused_says_why_and_keeps_the_question_alone() {
    let app = portal(Setup::default()).await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    for (code, answer, password, problems) in [
        ("", "", "", &["question question-unchosen", "answer missing", "current_password missing"][..]),
        ("first-spaceship", ANSWER, PASSWORD, &["question question-unchosen"]),
        (QUESTION.code(), "  ,. ", PASSWORD, &["answer missing"]),
        (QUESTION.code(), "ab", PASSWORD, &["answer answer-too-short"]),
        (QUESTION.code(), "Password", PASSWORD, &["answer answer-trivial"]),
        (QUESTION.code(), "First Station", PASSWORD, &["answer answer-in-question"]),
        (QUESTION.code(), "Bert Working", PASSWORD, &["answer answer-has-username"]),
        (QUESTION.code(), "Kestrel 42", PASSWORD, &["answer answer-has-password"]),
        (QUESTION.code(), ANSWER, "Wrong-horse-77", &["current_password password-not-yours"]),
    ] {
        let fields = [("question", code), ("answer", answer), ("current_password", password), ("csrf", &*csrf)];
        let refused = browser.call("/api/security/question", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
        let said: Vec<String> = refused.problems().into_iter().map(|(field, why)| format!("{field} {why}")).collect();
        assert_eq!(said, problems, "{code} {answer}");
        browser.submit("/api/security/question", &fields).await.assert_back_to("/security/question/new");
        let page = browser.open("/security/question/new").await;
        assert!(page.summary().is_some(), "{answer}");
        let form = page.text().split_once("<form").unwrap().1.to_owned();
        assert!(!form.contains("name=\"answer\" value") && !form.contains("value=\"Bert Working\""), "{answer}");
        let chosen =
            form.split_once("selected").map(|(before, _)| before.rsplit("value=\"").next().unwrap().to_owned());
        let chosen = chosen.map(|rest| rest.split('"').next().unwrap().to_owned()).unwrap_or_default();
        assert_eq!(chosen, if code == QUESTION.code() { code } else { "" }, "{answer}");
    }
    assert_eq!(app.count("SELECT count(*) FROM challenge").await, 0);
}

#[tokio::test]
async fn where_a_question_is_required_signing_in_leads_to_it_until_it_is_set() {
    let app = portal(Setup::of("emresource")).await;
    for _ in 0..2 {
        let mut browser = app.browser();
        sign_in(&mut browser, BERT.username, PASSWORD, "/security/question").await;
        assert!(browser.open("/security/question").await.holds("you must contact your EMResource administrator"));
        assert_eq!(browser.open("/home").await.status, StatusCode::OK, "it can be done later");
    }
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/security/question").await;
    browser.submit("/api/security/question", &question(ANSWER, PASSWORD, &csrf)).await.assert_goes("/security");
    sign_in(&mut app.browser(), BERT.username, PASSWORD, "/home").await;
}

#[tokio::test]
async fn after_a_year_the_answer_is_asked_again() {
    for accept in [HTML, JSON] {
        let app = portal(Setup::default()).await;
        app.give_question(BERT.username).await;
        app.clock.pass(YEAR - 1);
        sign_in(&mut app.browser(), BERT.username, PASSWORD, "/home").await;
        app.clock.pass(1);
        let mut browser = app.browser();
        let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/security/question").await;
        let page = browser.open("/security/question").await;
        assert!(page.holds(ASKED) && page.holds("action=\"/api/security/confirm\""));

        let wrong = [("answer", "Somewhere else entirely"), ("csrf", &*csrf)];
        browser.call("/api/security/confirm", &wrong).await.assert_problem(422, "answer", "answer-wrong");
        browser.submit("/api/security/confirm", &wrong).await.assert_back_to("/security/question");
        let page = browser.open("/security/question").await;
        assert!(page.summary().is_some() && !page.holds("Somewhere else"), "{:?}", page.summary());

        let right = [("answer", "st.  brelade harbour"), ("csrf", &*csrf)];
        browser.call("/api/security/confirm", &right).await.assert_problem(422, "answer", "answer-wrong");
        let right = [("answer", "SAINT brelade-harbour."), ("csrf", &*csrf)];
        let done = browser.post("/api/security/confirm", accept, &right).await;
        if accept == HTML {
            done.assert_goes("/security");
        } else {
            done.assert_json_goes("/security");
        }
        assert!(browser.open("/security").await.holds("Thank you. That is the right answer."));
        assert!(!browser.open("/security").await.holds("Thank you. That is the right answer."), "it is said once");
        sign_in(&mut app.browser(), BERT.username, PASSWORD, "/home").await;
    }
}

#[tokio::test]
async fn what_happened_is_told_in_sentences_newest_first_and_to_its_owner_alone() {
    let app = portal(Setup::default()).await;
    crate::claim::ask(&mut app.browser(), &ADA, "good 1").await;
    let wrong = [("username", BERT.username), ("password", "Wrong-horse-77")];
    app.browser().call("/api/sign-in/password", &wrong).await.assert_problem(422, "form", "sign-in-wrong");
    app.clock.pass(60);
    ask_link(&mut app.browser(), BERT.username, "good 2").await;
    app.clock.pass(60);
    let mut browser = app.browser();
    sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    let text = browser.open("/security/history").await.text();
    let list = text.split_once("<ol").unwrap().1.split("</ol>").next().unwrap();
    let places: Vec<usize> = ["Signed in.", "Somebody asked for a new password.", "A sign-in was refused."]
        .map(|sentence| list.find(sentence).unwrap_or_else(|| panic!("{sentence}: {list}")))
        .to_vec();
    assert!(places.is_sorted(), "{list}");
    assert!(list.contains("January 15, 2027 at 08:0"), "{list}");
    assert!(!text.contains("claim it"), "somebody else's: {list}");
    for code in ["signed-in", "reset-mailed", "sign-in-refused"] {
        assert!(!text.contains(code), "{code} is no sentence");
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_the_account_and_no_other() {
    for accept in [HTML, JSON] {
        let app = portal(Setup::default()).await;
        app.save_state(ADA.username, backboard::account::AccountState::Active).await;
        app.give_password(ADA.username, PASSWORD).await;
        let (mut browser, mut phone, mut ada) = (app.browser(), app.browser(), app.browser());
        let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
        sign_in(&mut phone, BERT.username, PASSWORD, "/home").await;
        sign_in(&mut ada, ADA.username, PASSWORD, "/home").await;
        let done = browser.post("/api/sign-in/everywhere", accept, &[("csrf", &csrf)]).await;
        assert!(done.cookies().iter().any(|cookie| cookie.name == "__Host-session" && cookie.is_removal()));
        let said = "You are signed out on every phone and computer.";
        assert!(browser.open("/sign-in").await.holds(said));
        for browser in [&mut browser, &mut phone] {
            browser.open("/home").await.assert_goes("/sign-in");
            assert!(!browser.open("/sign-in").await.holds(said), "it is said once, where it was done");
            assert!(browser.has("__Host-known"), "they stay known");
        }
        let ended = "SELECT count(*) FROM audit WHERE action = 'signed-out-everywhere'";
        assert_eq!(app.count(ended).await, 1);
        assert_eq!(ada.open("/home").await.status, StatusCode::OK);
    }
}
