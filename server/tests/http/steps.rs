//! Steps that several journeys begin with.

use crate::app::App;
use crate::browser::Browser;
use crate::mail::Mail;
use crate::people::{BERT, PASSWORD};

/// *forgot password?*, **Continue**, and the mails that come of it.
pub async fn ask_reset(browser: &mut Browser<'_>, login: &str, proof: &str) -> Vec<Mail> {
    let fields = [("login", login), ("robot", "on"), ("captcha", proof)];
    browser.submit("/api/reset/request", &fields).await.assert_goes("/forgot-password/sent");
    browser.app.deliver().await
}

/// The same for who gets one mail.
pub async fn ask_link(browser: &mut Browser<'_>, login: &str, proof: &str) -> Mail {
    let mut mails = ask_reset(browser, login, proof).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails.remove(0)
}

/// Signs in and gives the token that the session's forms carry.
pub async fn sign_in(browser: &mut Browser<'_>, username: &str, password: &str, to: &str) -> String {
    let fields = [("username", username), ("password", password)];
    browser.submit("/api/sign-in/password", &fields).await.assert_goes(to);
    browser.open(to).await.csrf()
}

/// Bert, who may change his password and nothing else, because its days are over.
pub async fn sign_in_expired(browser: &mut Browser<'_>) -> String {
    let app: &App = browser.app;
    app.give_password(BERT.username, PASSWORD).await;
    app.expire(BERT.username).await;
    sign_in(browser, BERT.username, PASSWORD, "/change-password").await
}

/// Whether a password opens the account, in a browser that was never here.
pub async fn opens(app: &App, username: &str, password: &str) -> bool {
    let fields = [("username", username), ("password", password)];
    let answer = app.browser().call("/api/sign-in/password", &fields).await;
    if answer.status != 200 {
        answer.assert_problem(422, "form", "sign-in-wrong");
    }
    answer.status == 200
}
