//! What each kind of session reaches, operation by operation and page by page.

use http::StatusCode;

use crate::app::App;
use crate::browser::{Browser, HTML, JSON};
use crate::people::{ANSWER, BERT, PASSWORD};
use crate::portals::{Portals, page_of, personnel};
use crate::steps::{sign_in, sign_in_expired};

const KINDS: [&str; 3] = ["anonymous", "full", "change-only"];

async fn portal() -> App {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

/// A browser with a session of this kind, and the token of its forms.
async fn begin<'a>(app: &'a App, kind: &str) -> (Browser<'a>, Option<String>) {
    // Days pass between the sign-ins, so that no limit hides an answer.
    app.clock.pass(86_400);
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    let csrf = match kind {
        "full" => Some(sign_in(&mut browser, BERT.username, PASSWORD, "/home").await),
        "change-only" => Some(sign_in_expired(&mut browser).await),
        _ => None,
    };
    (browser, csrf)
}

#[tokio::test]
async fn every_operation_takes_the_kinds_of_session_that_are_listed_and_no_other() {
    let portals = Portals::start().await;
    portals.settle(&[BERT]).await;
    let (mut taken, mut refused) = (0, 0);
    for operation in personnel() {
        let app = portals.with(&operation.name);
        for kind in KINDS {
            for accept in [HTML, JSON] {
                let (mut browser, csrf) = begin(app, kind).await;
                let fields: Vec<(&str, &str)> = csrf.iter().map(|csrf| ("csrf", csrf.as_str())).collect();
                let before = app.dump().await;
                let answer = browser.post(&operation.path, accept, &fields).await;
                let at = format!("{} {kind} {accept}", operation.name);
                if operation.sessions.iter().any(|listed| listed == kind) {
                    taken += 1;
                    assert_ne!(answer.status, StatusCode::FORBIDDEN, "{at}");
                    let reasons = ["page-old", "session-over"];
                    assert!(!reasons.iter().any(|reason| answer.holds(reason)), "{at}: {}", answer.text());
                    if accept == HTML && operation.name != "captcha.challenge" {
                        let back = format!("{}#problems", page_of(operation, "unknown"));
                        let expected = match operation.name.as_str() {
                            "signout" | "signout_all" => "/sign-in",
                            "stay" => "/home",
                            _ => &back,
                        };
                        answer.assert_goes(expected);
                    }
                    continue;
                }
                refused += 1;
                assert_eq!(app.dump().await, before, "{at}: something was written");
                match (kind, accept) {
                    ("anonymous", HTML) => answer.assert_back_to("/sign-in"),
                    ("anonymous", _) => answer.assert_problem(403, "form", "session-over"),
                    ("change-only", HTML) => answer.assert_goes("/change-password"),
                    ("change-only", _) => answer.assert_problem(403, "form", "page-old"),
                    _ => panic!("{at}: refused to who is signed in"),
                }
                if kind == "change-only" {
                    assert!(browser.has("__Host-session"), "{at}: signed out");
                }
            }
        }
    }
    assert!(taken > 70 && refused > 36, "{taken} taken, {refused} refused");
}

#[tokio::test]
async fn who_was_signed_out_meanwhile_reads_so_on_the_login_page_and_nothing_typed_comes_back() {
    let app = portal().await;
    for (path, fields) in [
        (
            "/api/password/change",
            vec![
                ("current_password", PASSWORD),
                ("password", "Heron&97sailing"),
                ("password_again", "Heron&97sailing"),
            ],
        ),
        (
            "/api/security/question",
            vec![("question", "first-station"), ("answer", ANSWER), ("current_password", PASSWORD)],
        ),
        ("/api/security/confirm", vec![("answer", ANSWER)]),
        ("/api/sign-in/everywhere", vec![]),
    ] {
        let mut browser = app.browser();
        sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
        app.clock.pass(30 * 60);
        browser.submit(path, &fields).await.assert_back_to("/sign-in");
        let page = browser.open("/sign-in").await;
        assert!(page.summary().unwrap().contains("You were signed out because some time has passed"), "{path}");
        assert!(!page.holds("first-station"), "{path}: {}", page.text());
        browser.call(path, &fields).await.assert_problem(403, "form", "session-over");
    }
}

/// Pages with what a visitor, a person and who may only change a password get there: a status, or elsewhere.
const PAGES: [(&str, &str, &str); 26] = [
    ("/", "/sign-in", "/home"),
    ("/sign-in", "200", "/home"),
    ("/claim", "200", "200"),
    ("/claim/sent", "200", "200"),
    ("/claim/password", "410", "410"),
    ("/forgot-username", "200", "200"),
    ("/forgot-username/sent", "200", "200"),
    ("/forgot-password", "200", "200"),
    ("/forgot-password/sent", "200", "200"),
    ("/code", "200", "200"),
    ("/reset/challenge", "410", "410"),
    ("/reset/password", "410", "410"),
    ("/reset/done", "200", "200"),
    ("/link/x", "410", "410"),
    ("/not-me/x", "410", "410"),
    ("/not-me/done", "200", "200"),
    ("/home", "/sign-in", "200"),
    ("/change-password", "/sign-in", "200"),
    ("/security", "/sign-in", "200"),
    ("/security/question", "/sign-in", "200"),
    ("/security/question/new", "/sign-in", "200"),
    ("/security/history", "/sign-in", "200"),
    ("/security/nothing", "404", "404"),
    ("/change-password/", "404", "404"),
    ("/home/", "404", "404"),
    ("/nothing", "404", "404"),
];

#[tokio::test]
async fn every_page_is_shown_to_whom_it_is_for_and_leads_others_on() {
    let app = portal().await;
    app.give_question(BERT.username).await;
    for kind in KINDS {
        let (mut browser, _) = begin(&app, kind).await;
        for (path, anonymous, full) in PAGES {
            let expected = match kind {
                "anonymous" => anonymous,
                "full" => full,
                _ if path == "/change-password" => "200",
                _ => "/change-password",
            };
            let page = browser.open(path).await;
            assert_eq!(page.header("cache-control"), Some("no-store"), "{kind} {path}");
            if expected.starts_with('/') {
                page.assert_goes(expected);
                assert!(!page.holds(BERT.username) && page.body.is_empty(), "{kind} {path}");
            } else {
                assert_eq!(page.status.as_str(), expected, "{kind} {path}");
                assert!(page.is_page(), "{kind} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_session_that_may_only_change_the_password_sees_nothing_of_the_account() {
    let app = portal().await;
    app.give_question(BERT.username).await;
    let (mut browser, _) = begin(&app, "change-only").await;
    for (path, status) in [("/change-password", 200), ("/not-me/x", 303), ("/nothing", 303)] {
        let page = browser.open(path).await;
        assert_eq!(page.status, status, "{path}");
        let text = page.text();
        for part in [
            "href=\"/home\"",
            "/security",
            "/api/security",
            "/api/sign-in/everywhere",
            "What Would You Like to Do?",
            "first-station",
            "first station",
            "Standing",
            BERT.email,
            BERT.last_name,
            "days_left",
        ] {
            assert!(!text.contains(part), "{path}: {part}");
        }
    }
    let actions = browser.open("/change-password").await.text();
    let actions: Vec<&str> = actions.split("action=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(actions, ["/api/password/change", "/api/sign-in/out", "/api/sign-in/stay"]);
}
