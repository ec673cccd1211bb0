//! Forgot password by link and by code, with and without a question: nothing skipped, nothing shown too early.

use http::StatusCode;

use backboard::account::{AccountState, Frozen};

use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::{Browser, HTML, JSON};
use crate::known::known;
use crate::people::{ADA, ANOTHER, ANSWER, ASKED, BERT, EVE, PASSWORD, QUESTION};
use crate::proof::prove;
use crate::steps::{ask_link, opens, sign_in};

/// Bert has a password, and in this portal also a question.
async fn portal(setup: Setup) -> App {
    let app = App::with(setup).await;
    app.settle(&[ADA, BERT, EVE]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app.give_question(BERT.username).await;
    app
}

const NEW: [(&str, &str); 2] = [("password", ANOTHER), ("password_again", ANOTHER)];

#[tokio::test]
async fn a_person_resets_a_password_without_a_script_and_with_everything_real() {
    let app = portal(Setup::real()).await;
    // Somebody is signed in with the old password on another device.
    let mut elsewhere = app.browser();
    sign_in(&mut elsewhere, BERT.username, PASSWORD, "/home").await;

    let mut browser = app.browser();
    let page = browser.open("/forgot-password").await;
    assert!(page.text().contains("method=\"post\" action=\"/api/reset/request\""));
    let proof = prove(&mut browser).await;
    let mail = ask_link(&mut browser, "Bert@Example.org", &proof).await;
    assert_eq!(mail.to, BERT.email);
    assert!(mail.text.contains(BERT.username) && mail.not_me().is_some());
    let sent = browser.open("/forgot-password/sent").await;
    assert_eq!(sent.status, StatusCode::OK);
    assert!(!sent.holds(BERT.email) && !sent.holds(BERT.username), "the page knows who was found");

    let link = browser.open(&mail.link().unwrap()).await;
    assert_eq!(link.status, StatusCode::OK);
    assert!(link.holds("action=\"/api/reset/start\"") && !link.holds(BERT.username));
    let token = link.attribute("name=\"token\" value=\"").unwrap();
    browser.submit("/api/reset/start", &[("token", &token)]).await.assert_goes("/reset/challenge");

    let challenge = browser.open("/reset/challenge").await;
    assert!(challenge.holds(ASKED) && challenge.holds("action=\"/api/reset/answer\""));
    let wrong = "Somewhere else entirely";
    browser.submit("/api/reset/answer", &[("answer", wrong)]).await.assert_back_to("/reset/challenge");
    let challenge = browser.open("/reset/challenge").await;
    assert!(challenge.summary().unwrap().contains("That is not the answer we have"), "{:?}", challenge.summary());
    assert!(challenge.holds(ASKED) && !challenge.holds(wrong), "the same question, and an empty field");
    browser.submit("/api/reset/answer", &[("answer", "saint BRELADE harbour.")]).await.assert_goes("/reset/password");

    let choosing = browser.open("/reset/password").await;
    assert!(choosing.holds(&format!("value=\"{}\"", BERT.username)) && choosing.holds("autocomplete=\"username\""));
    let done = browser.submit("/api/reset/password", &NEW).await;
    done.assert_goes("/reset/done");
    assert!(done.cookies().iter().any(|cookie| cookie.name == "__Host-flow" && cookie.is_removal()));
    assert!(!browser.has("__Host-session"), "a reset does not sign in");
    assert_eq!(browser.open("/reset/done").await.status, StatusCode::OK);
    browser.open("/home").await.assert_goes("/sign-in");
    elsewhere.open("/home").await.assert_goes("/sign-in");

    assert!(!opens(&app, BERT.username, PASSWORD).await && opens(&app, BERT.username, ANOTHER).await);
    let notices = app.deliver().await;
    let told: Vec<&str> = notices.iter().map(|notice| notice.to.as_str()).collect();
    assert_eq!(told, [BERT.email]);
    assert_eq!(notices[0].link(), None, "a notice carries no link into the account");
    let actions: Vec<String> = app.actions().await.into_iter().filter(|action| !action.starts_with("sign")).collect();
    let resets = &actions[actions.iter().position(|action| action == "reset-asked").unwrap()..];
    let expected =
        ["reset-asked", "reset-mailed", "reset-link-opened", "answer-wrong", "answer-right", "password-reset"];
    assert_eq!(resets, expected);
}

#[tokio::test]
async fn a_person_resets_a_password_with_a_script() {
    let app = portal(Setup::default()).await;
    let mut browser = app.browser();
    let fields = [("login", BERT.username), ("robot", "on"), ("captcha", "good 1")];
    browser.call("/api/reset/request", &fields).await.assert_json_goes("/forgot-password/sent");
    let mail = app.deliver().await.remove(0);
    browser.call("/api/reset/start", &[("token", &mail.token())]).await.assert_json_goes("/reset/challenge");
    let wrong = browser.call("/api/reset/answer", &[("answer", "Somewhere else entirely")]).await;
    wrong.assert_problem(422, "answer", "answer-wrong");
    assert!(wrong.cookies().is_empty());
    browser.call("/api/reset/answer", &[("answer", ANSWER)]).await.assert_json_goes("/reset/password");
    let done = browser.call("/api/reset/password", &NEW).await;
    done.assert_json_goes("/reset/done");
    assert!(!browser.has("__Host-flow") && !browser.has("__Host-session"));
    assert!(opens(&app, BERT.username, ANOTHER).await);
}

#[tokio::test]
async fn without_a_question_the_link_leads_straight_to_the_password() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    let mail = ask_link(&mut browser, BERT.username, "good 1").await;
    browser.submit("/api/reset/start", &[("token", &mail.token())]).await.assert_goes("/reset/password");
    browser.open("/reset/challenge").await.assert_goes("/reset/password");
    browser.submit("/api/reset/password", &NEW).await.assert_goes("/reset/done");
}

#[tokio::test]
async fn the_page_of_the_new_password_names_what_it_is_for_and_warns_those_who_share_it() {
    for shared in [false, true] {
        let app = portal(Setup::of("emresource")).await;
        if shared {
            app.share(BERT.username).await;
        }
        let mut browser = app.browser();
        let mail = ask_link(&mut browser, BERT.username, "good 1").await;
        assert!(mail.text.contains("This changes your password for eICS."), "{}", mail.text);
        assert_eq!(mail.text.contains("You share this username with others"), shared);
        browser.submit("/api/reset/start", &[("token", &mail.token())]).await.assert_goes("/reset/challenge");
        browser.submit("/api/reset/answer", &[("answer", ANSWER)]).await.assert_goes("/reset/password");
        let page = browser.open("/reset/password").await;
        assert!(page.holds("This changes your password for eICS."), "{}", page.text());
        assert_eq!(page.holds("Several people use this account."), shared);
    }
}

#[tokio::test]
async fn a_reset_while_somebody_else_is_signed_in_changes_the_right_account() {
    let app = portal(Setup::default()).await;
    app.save_state(ADA.username, AccountState::Active).await;
    app.give_password(ADA.username, PASSWORD).await;
    let mail = ask_link(&mut app.browser(), BERT.username, "good 1").await;
    let mut browser = app.browser();
    let csrf = sign_in(&mut browser, ADA.username, PASSWORD, "/home").await;
    let steps = [
        ("/api/reset/start", vec![("token", mail.token())], "/reset/challenge"),
        ("/api/reset/answer", vec![("answer", ANSWER.to_owned())], "/reset/password"),
        ("/api/reset/password", NEW.map(|(name, value)| (name, value.to_owned())).to_vec(), "/reset/done"),
    ];
    for (path, fields, to) in &steps {
        let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // Forms that were open before she signed in come back once, with what they need.
        browser.call(path, &fields).await.assert_problem(422, "form", "page-old");
        fields.push(("csrf", &csrf));
        browser.submit(path, &fields).await.assert_goes(to);
    }
    assert!(opens(&app, BERT.username, ANOTHER).await && !opens(&app, BERT.username, PASSWORD).await);
    assert!(opens(&app, ADA.username, PASSWORD).await && !opens(&app, ADA.username, ANOTHER).await);
    assert!(browser.open("/home").await.holds(ADA.username), "her own session is none of Bert's");
}

#[tokio::test]
async fn the_code_of_a_reset_works_in_the_browser_that_asked_and_in_no_other() {
    for accept in [HTML, JSON] {
        let app = portal(Setup::default()).await;
        let mut asked = app.browser();
        let code = ask_link(&mut asked, BERT.username, "good 1").await.code().unwrap();
        let page = asked.open("/code").await;
        assert!(page.holds("action=\"/api/reset/code\"") && !page.holds("action=\"/api/claim/code\""));

        let mut stranger = app.browser();
        stranger.call("/api/reset/code", &[("code", &code)]).await.assert_problem(422, "form", "flow-over");
        let mut another = app.browser();
        ask_link(&mut another, BERT.username, "good 2").await;
        another.call("/api/reset/code", &[("code", &code)]).await.assert_problem(422, "code", "code-wrong");
        // The other journey's form does not take it, and costs it no try.
        asked.call("/api/claim/code", &[("code", &code)]).await.assert_problem(422, "form", "flow-over");

        let grouped = format!("{}-{}", &code[..4], &code[4..]);
        let right = asked.post("/api/reset/code", accept, &[("code", &grouped)]).await;
        if accept == HTML {
            right.assert_goes("/reset/challenge");
        } else {
            right.assert_json_goes("/reset/challenge");
        }
        // Back on a page that is done, the journey goes on where it stands, in this browser alone.
        asked.open("/code").await.assert_goes("/reset/challenge");
        assert!(another.open("/code").await.holds("action=\"/api/reset/code\""));
        asked.submit("/api/reset/answer", &[("answer", ANSWER)]).await.assert_goes("/reset/password");
        for done in ["/code", "/reset/challenge"] {
            asked.open(done).await.assert_goes("/reset/password");
        }
        asked.submit("/api/reset/password", &NEW).await.assert_goes("/reset/done");
        asked.call("/api/reset/code", &[("code", &code)]).await.assert_problem(422, "form", "flow-over");
    }
}

#[tokio::test]
async fn the_page_that_takes_codes_serves_the_journey_that_was_begun_last() {
    let app = portal(Setup::default()).await;
    let mut browser = app.browser();
    assert!(browser.open("/code").await.holds("action=\"/api/claim/code\""), "nothing begun");
    ask_link(&mut browser, BERT.username, "good 1").await;
    assert!(browser.open("/code").await.holds("action=\"/api/reset/code\""));
    crate::claim::ask(&mut browser, &ADA, "good 2").await;
    assert!(browser.open("/code").await.holds("action=\"/api/claim/code\""));
}

#[tokio::test]
async fn no_step_of_a_reset_can_be_skipped_or_carried_over() {
    let app = portal(Setup::default()).await;
    let before = app.count("SELECT count(*) FROM account WHERE password_hash IS NOT NULL").await;
    let mut browser = app.browser();
    let over = async |browser: &mut Browser<'_>, operation: &str, fields: &[(&str, &str)]| {
        browser.call(operation, fields).await.assert_problem(422, "form", "flow-over");
    };
    let answer = [("answer", ANSWER)];
    over(&mut browser, "/api/reset/answer", &answer).await;
    over(&mut browser, "/api/reset/password", &NEW).await;
    let mail = ask_link(&mut browser, BERT.username, "good 1").await;
    over(&mut browser, "/api/reset/answer", &answer).await;
    over(&mut browser, "/api/reset/password", &NEW).await;
    for path in ["/reset/challenge", "/reset/password", "/claim/password"] {
        assert_eq!(browser.open(path).await.status, StatusCode::GONE, "{path}");
    }
    // A link of one journey is none of the other.
    let token = mail.token();
    browser.call("/api/claim/start", &[("token", &token)]).await.assert_problem(422, "form", "link-unknown");
    let claim = crate::claim::ask(&mut app.browser(), &ADA, "good 2").await.token();
    browser.call("/api/reset/start", &[("token", &claim)]).await.assert_problem(422, "form", "link-unknown");
    // The mailbox is proved, the question is not.
    browser.submit("/api/reset/start", &[("token", &token)]).await.assert_goes("/reset/challenge");
    over(&mut browser, "/api/reset/password", &NEW).await;
    over(&mut browser, "/api/claim/password", &NEW).await;
    browser.open("/reset/password").await.assert_goes("/reset/challenge");
    // Another browser has not proved it.
    over(&mut app.browser(), "/api/reset/answer", &answer).await;
    browser.call("/api/reset/answer", &answer).await.assert_json_goes("/reset/password");
    over(&mut browser, "/api/reset/answer", &answer).await;
    over(&mut browser, "/api/claim/password", &NEW).await;
    assert_eq!(app.count("SELECT count(*) FROM account WHERE password_hash IS NOT NULL").await, before);
    assert!(opens(&app, BERT.username, PASSWORD).await);
}

/// Nothing of a question: neither its sentence nor its code, in no header, page or data for the script.
#[track_caller]
fn assert_unasked(answer: &Answer) {
    for part in [ASKED, QUESTION.code(), "FirstStation", "first station"] {
        assert!(!answer.holds(part), "{}: the question before the mailbox is proved", answer.asked);
    }
}

#[tokio::test]
async fn the_question_is_nowhere_before_the_mailbox_is_proved() {
    let app = portal(Setup::default()).await;
    let mut browser = app.browser();
    assert_unasked(&browser.open("/forgot-password").await);
    let fields = [("login", BERT.username), ("robot", "on"), ("captcha", "good 1")];
    assert_unasked(&browser.submit("/api/reset/request", &fields).await);
    let fields = [("login", BERT.email), ("robot", "on"), ("captcha", "good 2")];
    assert_unasked(&app.browser().call("/api/reset/request", &fields).await);
    let mails = app.deliver().await;
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert!(!mail.text.contains(ASKED) && !mail.text.contains(QUESTION.code()), "{}", mail.text);
    }
    let link = mails[0].link().unwrap();
    let pages = ["/forgot-password/sent", "/code", &link, "/reset/challenge", "/reset/password", "/reset/done"];
    for path in pages {
        assert_unasked(&browser.open(path).await);
    }
    let wrong = if mails[0].code().unwrap() == "12345678" { "87654321" } else { "12345678" };
    assert_unasked(&browser.call("/api/reset/code", &[("code", wrong)]).await);
    assert_unasked(&browser.submit("/api/reset/code", &[("code", wrong)]).await);
    assert_unasked(&browser.open("/code").await);
    assert_unasked(&browser.call("/api/reset/answer", &[("answer", "anything at all")]).await);
    assert_unasked(&browser.submit("/api/reset/answer", &[("answer", "anything at all")]).await);
    assert_unasked(&browser.open("/reset/challenge").await);

    let mut phone = app.browser();
    phone.submit("/api/reset/start", &[("token", &mails[0].token())]).await.assert_goes("/reset/challenge");
    assert!(phone.open("/reset/challenge").await.holds(ASKED));
    // What one browser proved is not proved for another, nor on another page.
    for path in pages {
        assert_unasked(&browser.open(path).await);
    }
    assert_unasked(&phone.open("/reset/password").await);
    // Nor once the link is dead.
    app.clock.pass(3_600);
    let dead = phone.open("/reset/challenge").await;
    assert_eq!(dead.status, StatusCode::GONE);
    assert_unasked(&dead);
}

/// The page is 410 with its reason and the way to a new mail; the button's post says the same both ways.
async fn assert_dead(app: &App, path: &str, refused: &str, text: &str, way: &str) {
    let page = app.browser().open(path).await;
    assert_eq!(page.status, StatusCode::GONE, "{path}");
    assert!(page.holds(text) && page.holds(&format!("href=\"{way}\"")), "{path}: {}", page.text());
    // A link that nobody knows may have been of either journey.
    let other = if way == "/claim" { "href=\"/forgot-password\"" } else { "href=\"/claim\"" };
    assert_eq!(page.holds(other), refused == "link-unknown", "{path}: {}", page.text());
    let token = path.trim_start_matches("/link/");
    app.browser().call("/api/reset/start", &[("token", token)]).await.assert_problem(422, "form", refused);
    let mut browser = app.browser();
    browser.submit("/api/reset/start", &[("token", token)]).await.assert_back_to(path);
    let back = browser.open(path).await;
    assert!(back.status == StatusCode::GONE && back.holds(text), "{path}: {}", back.text());
}

#[tokio::test]
async fn a_dead_link_of_a_reset_says_why_and_leads_to_a_new_mail() {
    const AGAIN: &str = "/forgot-password";
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut links = Vec::new();
    for number in 0..4 {
        // By address and by username, and the one too many from a browser of his own, as fits the limits.
        let login = [BERT.email, BERT.username][number % 2];
        let mut browser = if number == 3 { known(&app).await } else { app.browser() };
        links.push(ask_link(&mut browser, login, &format!("good {number}")).await.link().unwrap());
        app.clock.pass(1);
    }
    assert_dead(&app, &links[0], "link-superseded", "A newer mail has taken", AGAIN).await;
    for link in &links[1..] {
        assert_eq!(app.browser().open(link).await.status, StatusCode::OK);
    }
    // Of a link that nobody knows, nobody knows the journey.
    let cut = &links[1][..links[1].len() - 1];
    for unknown in [cut, &format!("/link/{}", "A".repeat(43))] {
        assert_dead(&app, unknown, "link-unknown", "We do not know this link", "/claim").await;
    }

    let mut second = app.browser();
    let other = links[3].trim_start_matches("/link/");
    second.submit("/api/reset/start", &[("token", other)]).await.assert_goes("/reset/password");
    let mut browser = app.browser();
    let token = links[2].trim_start_matches("/link/");
    browser.submit("/api/reset/start", &[("token", token)]).await.assert_goes("/reset/password");
    browser.submit("/api/reset/password", &NEW).await.assert_goes("/reset/done");
    assert_dead(&app, &links[2], "link-spent", "This link was already used", AGAIN).await;
    assert_dead(&app, &links[3], "link-superseded", "A newer mail has taken", AGAIN).await;
    // Whoever had got as far with another link is told the same, before and after typing.
    let page = second.open("/reset/password").await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.holds("href=\"/forgot-password\"") && !page.holds("href=\"/claim\""));
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    second.call("/api/reset/password", &fields).await.assert_problem(422, "form", "link-superseded");

    app.deliver().await;
    app.clock.pass(3_600);
    let link = ask_link(&mut app.browser(), BERT.username, "good last").await.link().unwrap();
    app.clock.pass(3_600);
    assert_dead(&app, &link, "link-expired", "Links work for 60 minutes", AGAIN).await;
    assert!(!opens(&app, BERT.username, PASSWORD).await && opens(&app, BERT.username, ANOTHER).await);
}

#[tokio::test]
async fn an_account_that_was_closed_meanwhile_cannot_be_reset_and_no_new_mail_is_offered() {
    const CLOSED: [(Option<AccountState>, &str, &str); 4] = [
        (Some(AccountState::Suspended), "account-suspended", "Your account is suspended"),
        (Some(AccountState::Inactive), "account-inactive", "Your account is inactive"),
        (Some(AccountState::External), "account-external", "Demo Login Services"),
        (None, "account-frozen", "it is stopped"),
    ];
    for (state, refused, text) in CLOSED {
        let app = portal(Setup::default()).await;
        let mut browser = app.browser();
        let mail = ask_link(&mut browser, BERT.username, "good 1").await;
        browser.submit("/api/reset/start", &[("token", &mail.token())]).await.assert_goes("/reset/challenge");
        match state {
            Some(state) => app.save_state(BERT.username, state).await,
            None => app.freeze(BERT.username, Frozen::Resets).await,
        }
        for path in [&*mail.link().unwrap(), "/reset/challenge"] {
            let page = browser.open(path).await;
            assert_eq!(page.status, StatusCode::GONE, "{refused} {path}");
            assert!(page.holds(text) && page.holds("href=\"/sign-in\""), "{refused} {path}: {}", page.text());
            assert!(!page.holds("href=\"/forgot-password\""), "{refused} {path}: another mail would not help");
            let linked = page.holds("href=\"https://login.ems-office.example/\"");
            assert_eq!(linked, refused == "account-external", "{path}");
            assert_unasked(&page);
        }
        browser.call("/api/reset/answer", &[("answer", ANSWER)]).await.assert_problem(422, "form", refused);
        let mut other = app.browser();
        other.call("/api/reset/start", &[("token", &mail.token())]).await.assert_problem(422, "form", refused);
    }
}

#[tokio::test]
async fn whose_password_lives_elsewhere_is_led_there_by_mail_and_after_the_right_password() {
    let app = portal(Setup::default()).await;
    let service = "https://login.ems-office.example/";
    let mail = ask_link(&mut app.browser(), EVE.email, "good 1").await;
    assert!(mail.text.contains("Demo Login Services") && mail.text.contains(service), "{}", mail.text);
    assert!(mail.link().is_none() && mail.code().is_none());
    app.give_password(EVE.username, PASSWORD).await;
    let mut browser = app.browser();
    let fields = [("username", EVE.username), ("password", PASSWORD)];
    browser.submit("/api/sign-in/password", &fields).await.assert_back_to("/sign-in");
    let page = browser.open("/sign-in").await;
    assert!(page.summary().unwrap().contains(&format!("href=\"{service}\"")), "{:?}", page.summary());
    assert!(!app.browser().open("/sign-in").await.holds(service), "before proof nobody is led there");
}
