//! A browser that has signed in before: its cookie, and what it is good for while strangers guess.

use http::StatusCode;

use crate::app::{App, Setup};
use crate::browser::{Browser, JSON};
use crate::limits::{ask_login, assert_limited, listed};
use crate::people::{BERT, PASSWORD};
use crate::portals::agency_with;
use crate::steps::sign_in;

/// What a known browser may, whatever others have used up.
pub const BY_KNOWN: [(&str, &str); 5] = [
    ("signin", "at once for a known browser, then one each 12 minutes"),
    ("reset.request", "an hour for a known browser"),
    ("reset.request", "a day are mailed for a known browser"),
    ("reset.identity", "a day for a known browser"),
    ("reset.identity", "an hour are mailed for a known browser"),
];
const KNOWN: &str = "__Host-known";
const WRONG: &str = "Wrong4Canoe&Tea";

#[tokio::test]
async fn a_sign_in_leaves_a_cookie_that_stays_after_signing_out_and_opens_nothing() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    let answer = browser.submit("/api/sign-in/password", &fields).await;
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let set: Vec<&str> = set.filter(|value| value.starts_with(KNOWN)).collect();
    assert!(
        matches!(set[..], [one] if one.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=15552000")),
        "{set:?}"
    );
    let csrf = browser.open("/home").await.csrf();
    browser.submit("/api/sign-in/out", &[("csrf", &csrf)]).await.assert_goes("/sign-in");
    assert!(browser.has(KNOWN));
    browser.open("/home").await.assert_goes("/sign-in");
}

#[tokio::test]
async fn a_stranger_who_guesses_keeps_the_owner_out_of_no_browser_of_theirs() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut owner = app.browser();
    sign_in(&mut owner, BERT.username, PASSWORD, "/home").await;
    owner.jar.retain(|name, _| name == KNOWN);

    let mut stranger = app.browser();
    for count in 0..8 {
        let fields = [("username", BERT.username), ("password", WRONG)];
        let answer = stranger.post("/api/sign-in/password", JSON, &fields).await;
        let expected = if count < 5 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(answer.status, expected, "guess {count}");
    }
    sign_in(&mut owner, BERT.username, PASSWORD, "/home").await;

    // The limit is written down, and not for each guess anew.
    let refused = "SELECT count(*) FROM audit WHERE action = 'refused' AND detail = 'signin too-many-tries'";
    assert_eq!(app.count(refused).await, 3);
    for _ in 0..20 {
        stranger.post("/api/sign-in/password", JSON, &[("username", BERT.username), ("password", WRONG)]).await;
    }
    assert_eq!(app.count(refused).await, 5);
}

/// A portal with Bert, and a browser that has signed in as him.
async fn portal(operation: &str) -> App {
    let app = App::with(Setup::behind_proxy_of(agency_with(operation))).await;
    app.settle(&[BERT]).await;
    app.save_state(BERT.username, BERT.state).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

/// A browser of Bert's, signed out again.
pub async fn known(app: &App) -> Browser<'_> {
    let mut browser = app.browser();
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    assert_eq!(browser.submit("/api/sign-in/password", &fields).await.status, StatusCode::SEE_OTHER);
    browser.jar.retain(|name, _| name == KNOWN);
    browser
}

#[tokio::test]
async fn a_known_browser_may_try_as_often_as_listed_wherever_it_is() {
    let app = portal("signin").await;
    let jar = known(&app).await.jar;
    let most = listed(BY_KNOWN[0].0, BY_KNOWN[0].1);
    for number in 0..=most {
        let mut browser = app.browser().from(&format!("203.0.{number}.1"));
        browser.jar.clone_from(&jar);
        let answer = browser.call("/api/sign-in/password", &[("username", BERT.username), ("password", WRONG)]).await;
        if number < most {
            answer.assert_problem(422, "form", "sign-in-wrong");
        } else {
            assert_limited(&answer, 12 * 60);
        }
    }
}

#[tokio::test]
async fn a_known_browser_may_ask_for_a_mail_as_often_as_listed_when_strangers_have_used_up_everything() {
    let (hour, day) = (listed(BY_KNOWN[1].0, BY_KNOWN[1].1), listed(BY_KNOWN[2].0, BY_KNOWN[2].1));
    let app = portal("reset.request").await;
    let mut owner = known(&app).await;
    let mut mailed = 0;
    for round in 0..5 {
        for number in 0..6 {
            let mut stranger = app.browser().from(&format!("203.{round}.{number}.1"));
            let login = if number < 3 { BERT.username } else { BERT.email };
            ask_login(&mut stranger, login, &format!("good stranger {round} {number}")).await;
        }
        app.deliver().await;
        for number in 0..=hour {
            let answer = ask_login(&mut owner, BERT.email, &format!("good {round} {number}")).await;
            if number < hour {
                answer.assert_json_goes("/forgot-password/sent");
            } else {
                assert_limited(&answer, 3_600);
            }
        }
        mailed += app.deliver().await.len();
        app.clock.pass(60 * 60);
    }
    // Ten at once, and one that the day has given back by then.
    assert_eq!(mailed, day as usize + 1);
}

#[tokio::test]
async fn a_known_browser_may_look_its_person_up_as_often_as_listed() {
    let (most, hour) = (listed(BY_KNOWN[3].0, BY_KNOWN[3].1), listed(BY_KNOWN[4].0, BY_KNOWN[4].1));
    let app = portal("reset.identity").await;
    let mut owner = known(&app).await;
    for number in 0..6 {
        let mut stranger = app.browser().from(&format!("203.0.{number}.1"));
        stranger.call("/api/reset/identity", &BERT.lookup(&format!("good stranger {number}"))).await;
    }
    app.deliver().await;
    for number in 0..most {
        app.clock.pass(1);
        owner
            .call("/api/reset/identity", &BERT.lookup(&format!("good {number}")))
            .await
            .assert_json_goes("/forgot-password/sent");
    }
    assert_eq!(app.deliver().await.len(), hour as usize);
    assert_limited(&owner.call("/api/reset/identity", &BERT.lookup("good last")).await, 86_400);
}

/// A computer of the station, at which somebody has signed in before.
#[tokio::test]
async fn others_ask_from_a_known_browser_as_from_any() {
    let app = portal("reset.request").await;
    let mut browser = known(&app).await;
    for number in 0..8 {
        let answer = ask_login(&mut browser, &format!("colleague{number}"), &format!("good {number}")).await;
        answer.assert_json_goes("/forgot-password/sent");
    }
}
