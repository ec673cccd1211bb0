//! A browser that has signed in before: its cookie, and what it is good for while strangers guess.

use http::StatusCode;

use crate::app::App;
use crate::browser::JSON;
use crate::people::{BERT, PASSWORD};
use crate::steps::sign_in;

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
