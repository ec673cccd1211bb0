//! *Change Password*: after a temporary password, after an expired one, and by choice.

use http::StatusCode;

use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::{Browser, HTML, JSON};
use crate::limits::{BY_NAME, listed};
use crate::people::{ADA, ANOTHER, BERT, PASSWORD};
use crate::steps::{ask_reset, opens, sign_in, sign_in_expired};

const SAVED: &str = "__Host-saved";
const EXPIRED: &str = "Your password has expired, please change the password to proceed";

fn change<'a>(current: &'a str, new: &'a str, csrf: &'a str) -> [(&'a str, &'a str); 4] {
    [("current_password", current), ("password", new), ("password_again", new), ("csrf", csrf)]
}

async fn portal() -> App {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app
}

/// The page after **Save Password** says so once, and offers the way home.
async fn assert_saved_once(browser: &mut Browser<'_>, done: &Answer) {
    let saved = done.cookies().into_iter().find(|cookie| cookie.name == SAVED).unwrap();
    assert_eq!((saved.value.as_str(), saved.max_age), ("/api/password/change", Some(120)));
    let page = browser.open("/change-password").await;
    assert!(page.holds("Your password is saved") && page.holds("usa-alert--success"), "{}", page.text());
    assert!(page.holds("href=\"/home\"") && !page.holds("action=\"/api/password/change\""));
    assert!(page.cookies().iter().any(|cookie| cookie.name == SAVED && cookie.is_removal()));
    assert!(!browser.has(SAVED));
    let again = browser.open("/change-password").await;
    assert!(!again.holds("Your password is saved") && again.holds("action=\"/api/password/change\""));
    assert!(again.cookies().is_empty());
}

#[tokio::test]
async fn temporary_passwords_come_in_any_order_and_all_work_until_the_password_is_changed() {
    let app = App::with(Setup::of("louisiana-bems")).await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, ANOTHER).await;
    let mut asked = app.browser();
    let mut passwords = Vec::new();
    for (number, login) in [BERT.email, BERT.username].into_iter().enumerate() {
        let mails = ask_reset(&mut asked, login, &format!("good {number}")).await;
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].to.as_str(), mails[0].link(), mails[0].code()), (BERT.email, None, None));
        assert!(mails[0].text.contains(BERT.username) && mails[0].not_me().is_some());
        passwords.push(mails[0].temporary().unwrap());
        app.clock.pass(60);
    }
    assert_ne!(passwords[0], passwords[1]);
    assert!(!asked.open("/forgot-password/sent").await.holds("action=\"/api/reset/code\""), "there is no code");
    // Another way in gives no tries back to who guesses at the name, so they are few, and time passes between them.
    let wait = || app.clock.pass(12 * 60);
    // Case counts in the password and not in the Login ID.
    for swapped in [passwords[0].to_lowercase(), passwords[0].to_uppercase()] {
        assert!(swapped == passwords[0] || !opens(&app, BERT.username, &swapped).await);
    }

    // The newest first, then the older one; cut off in between, and again.
    let mut browser = app.browser();
    for password in [&passwords[1], &passwords[0], &passwords[0]] {
        wait();
        browser = app.browser();
        sign_in(&mut browser, &BERT.username.to_uppercase(), password, "/change-password").await;
    }
    let page = browser.open("/change-password").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.holds(EXPIRED) && page.holds("Temporary Password") && page.holds(BERT.username));
    assert!(!page.holds(&passwords[0]) && !page.holds("href=\"/home\""));
    browser.open("/home").await.assert_goes("/change-password");
    // The old password still opens the account: nothing was changed yet.
    assert!(opens(&app, BERT.username, ANOTHER).await);

    let csrf = page.csrf();
    // Whichever of them was used to sign in, any that works will do here.
    let done = browser.submit("/api/password/change", &change(&passwords[1], PASSWORD, &csrf)).await;
    done.assert_goes("/change-password");
    assert_saved_once(&mut browser, &done).await;
    let home = browser.open("/home").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.holds(BERT.username) && home.holds("What Would You Like to Do?") && home.holds("For Individuals"));
    for dead in [&*passwords[0], &passwords[1], ANOTHER] {
        wait();
        assert!(!opens(&app, BERT.username, dead).await, "all of them die at once");
    }
    assert!(opens(&app, BERT.username, PASSWORD).await);
    assert_eq!(app.count("SELECT count(*) FROM temporary_password WHERE ended IS NULL").await, 0);
    assert_eq!(app.count("SELECT count(*) FROM session WHERE kind = 'change-only'").await, 0, "the others are out");
    let notices = app.deliver().await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].to, BERT.email);
}

#[tokio::test]
async fn a_temporary_password_signs_in_as_often_as_it_is_needed() {
    let app = App::with(Setup::of("louisiana-bems")).await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let temporary = ask_reset(&mut app.browser(), BERT.username, "good 1").await[0].temporary().unwrap();
    let fields = [("username", BERT.username), ("password", &*temporary)];
    for _ in 0..2 * listed(BY_NAME.0, BY_NAME.1) {
        app.browser().call("/api/sign-in/password", &fields).await.assert_json_goes("/change-password");
    }
}

#[tokio::test]
async fn a_temporary_password_is_replaced_with_a_script_too() {
    let app = App::with(Setup::of("louisiana-bems")).await;
    app.settle(&[ADA, BERT]).await;
    let mut browser = app.browser();
    let temporary = ask_reset(&mut browser, BERT.username, "good 1").await[0].temporary().unwrap();
    let fields = [("username", BERT.username), ("password", &*temporary)];
    browser.call("/api/sign-in/password", &fields).await.assert_json_goes("/change-password");
    let csrf = browser.open("/change-password").await.csrf();
    let same = browser.call("/api/password/change", &change(&temporary, &temporary, &csrf)).await;
    same.assert_problem(422, "password", "password-same");
    let done = browser.call("/api/password/change", &change(&temporary, PASSWORD, &csrf)).await;
    done.assert_json_goes("/change-password");
    assert_saved_once(&mut browser, &done).await;

    // Copied with what stands around it in the mail, which is no part of it; of one's own password spaces are.
    app.deliver().await;
    let copied = ask_reset(&mut app.browser(), BERT.email, "good copied").await[0].temporary().unwrap();
    assert!(opens(&app, BERT.username, &format!(" {copied} \r\n")).await);
    assert!(!opens(&app, BERT.username, &copied.replacen(|_: char| true, " ", 1)).await);
    assert!(!opens(&app, BERT.username, &format!(" {PASSWORD}")).await);

    // One that nobody has used ends after its seven days.
    app.deliver().await;
    let late = ask_reset(&mut app.browser(), BERT.username, "good 2").await[0].temporary().unwrap();
    app.clock.pass(7 * 24 * 3_600 - 1);
    assert!(opens(&app, BERT.username, &late).await);
    app.clock.pass(1);
    assert!(!opens(&app, BERT.username, &late).await);
}

#[tokio::test]
async fn an_expired_password_opens_once_to_the_page_that_changes_it() {
    for accept in [HTML, JSON] {
        let app = portal().await;
        let mut browser = app.browser();
        let csrf = sign_in_expired(&mut browser).await;
        let page = browser.open("/change-password").await;
        assert!(page.holds(EXPIRED) && page.holds("Current password") && !page.holds("Temporary Password"));

        let mut second = app.browser();
        let fields = [("username", BERT.username), ("password", PASSWORD)];
        second.call("/api/sign-in/password", &fields).await.assert_problem(422, "form", "password-expired");
        second.submit("/api/sign-in/password", &fields).await.assert_back_to("/sign-in");
        assert!(second.open("/sign-in").await.summary().unwrap().contains("its one extra sign-in is used"));
        // Who does not know it learns nothing of its days.
        let wrong = [("username", BERT.username), ("password", "Wrong-horse-77")];
        second.call("/api/sign-in/password", &wrong).await.assert_problem(422, "form", "sign-in-wrong");

        let done = browser.post("/api/password/change", accept, &change(PASSWORD, ANOTHER, &csrf)).await;
        if accept == HTML {
            done.assert_goes("/change-password");
        } else {
            done.assert_json_goes("/change-password");
        }
        assert_saved_once(&mut browser, &done).await;
        let home = browser.open("/home").await;
        assert_eq!(home.status, StatusCode::OK);
        assert!(home.holds("Your password expires in 90 days."), "{}", home.text());
        assert!(opens(&app, BERT.username, ANOTHER).await && !opens(&app, BERT.username, PASSWORD).await);
    }
}

#[tokio::test]
async fn a_change_by_choice_gives_a_new_session_and_ends_all_others() {
    let app = portal().await;
    let (mut browser, mut phone) = (app.browser(), app.browser());
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    sign_in(&mut phone, BERT.username, PASSWORD, "/home").await;
    let old = browser.jar.clone();
    let done = browser.submit("/api/password/change", &change(PASSWORD, ANOTHER, &csrf)).await;
    done.assert_goes("/change-password");
    assert_ne!(browser.jar["__Host-session"], old["__Host-session"]);
    assert_saved_once(&mut browser, &done).await;
    phone.open("/home").await.assert_goes("/sign-in");
    let mut replay = app.browser();
    replay.jar = old;
    replay.open("/home").await.assert_goes("/sign-in");
    // A form of before, in another tab: the session's token is another one now.
    let again = browser.call("/api/password/change", &change(ANOTHER, PASSWORD, &csrf)).await;
    again.assert_problem(422, "form", "page-old");
    assert_eq!(app.count("SELECT count(*) FROM session").await, 1);
}

#[tokio::test]
async fn a_change_that_is_refused_says_why_and_keeps_nothing() {
    let app = portal().await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    for (current, new, again, problems) in [
        ("", "", "", &["current_password missing", "password missing"][..]),
        ("", ANOTHER, ANOTHER, &["current_password missing"]),
        ("Wrong-horse-77", ANOTHER, ANOTHER, &["current_password password-not-yours"]),
        ("kestrel&42rowed", ANOTHER, ANOTHER, &["current_password password-not-yours"]),
        (PASSWORD, PASSWORD, PASSWORD, &["password password-same"]),
        (PASSWORD, ANOTHER, "Heron&97sailinG", &["password_again passwords-differ"]),
        (PASSWORD, "sh0rt", "sh0rt", &["password password-too-short"]),
        (PASSWORD, "bert.working-2027", "bert.working-2027", &["password password-has-username"]),
    ] {
        let fields = [("current_password", current), ("password", new), ("password_again", again), ("csrf", &*csrf)];
        let answer = browser.call("/api/password/change", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        let said: Vec<String> =
            answer.problems().into_iter().map(|(field, refused)| format!("{field} {refused}")).collect();
        assert_eq!(said, problems, "{current} {new} {again}");
        assert!(answer.cookies().is_empty());
        browser.submit("/api/password/change", &fields).await.assert_back_to("/change-password");
        assert!(!browser.has(SAVED));
        let page = browser.open("/change-password").await;
        assert!(page.summary().is_some() && !page.holds("Your password is saved"), "{current} {new} {again}");
        app.clock.pass(700);
    }
    assert!(opens(&app, BERT.username, PASSWORD).await);
}

#[tokio::test]
async fn the_notice_that_something_is_saved_belongs_to_its_page_and_cannot_be_made_to_speak() {
    let app = portal().await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, BERT.username, PASSWORD, "/home").await;
    browser.submit("/api/password/change", &change(PASSWORD, ANOTHER, &csrf)).await.assert_goes("/change-password");
    // Another page does not show it, and takes it away.
    let security = browser.open("/security").await;
    assert!(!security.holds("usa-alert--success") && !browser.has(SAVED));
    for forged in ["/api/nothing", "<script>", "x".repeat(2_000).as_str(), "/change-password"] {
        browser.jar.insert(SAVED.to_owned(), forged.to_owned());
        let page = browser.open("/change-password").await;
        assert_eq!(page.status, StatusCode::OK, "{forged}");
        assert!(!page.holds("usa-alert--success") && !page.holds(forged) || forged == "/change-password", "{forged}");
    }
}
