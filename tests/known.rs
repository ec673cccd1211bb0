//! A browser that has signed in before: whatever strangers use up, it has tries and mails of its own.

use backboard::account::AccountState;
use backboard::expiry::DAY;
use backboard::form::claim::PasswordForm;
use backboard::form::password::ChangeForm;
use backboard::form::reset::ResetForm;
use backboard::form::sign_in::SignInForm;
use backboard::refused::{Problem, Refused};
use backboard::service::known::KEPT;
use backboard::service::records::SessionKind;
use backboard::service::sign_in::SignedIn;
use backboard::service::{Declined, Known, Token, Visitor};
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::{problems, proof, wait, why};

const RIGHT: &str = "eleven quiet ambulances";
const WRONG: &str = "twelve loud ambulances";
const PLAIN: &str = "[policy]\npreset = \"bridge\"\n[policy.password]\nexpires_days = 0\n";

async fn settled() -> (TestPortal, i64) {
    let portal = TestPortal::under(PLAIN);
    let ada = Resident { state: AccountState::Active, password: Some(RIGHT), ..Resident::default() };
    let account = portal.settle(ada.clone()).await;
    let grace = Resident {
        username: "grace.hopper",
        ssn: Some("900-01-0002"),
        certificate: Some("EMT-1002"),
        email: Some("grace@example.org"),
        ..ada
    };
    portal.settle(grace).await;
    (portal, account)
}

/// A browser with this cookie, at an address of its own.
fn browser(known: Option<&Known>) -> Visitor {
    Visitor { known: known.cloned(), ..TestPortal::visitor(if known.is_some() { 2 } else { 1 }) }
}

async fn sign_in(portal: &TestPortal, from: &Visitor, username: &str, typed: &str) -> Result<SignedIn, Declined> {
    let form = SignInForm { username: username.to_owned(), password: typed.to_owned() };
    portal.portal.sign_in(from, &form.read()?, None).await
}

async fn ask(portal: &TestPortal, from: &Visitor, login: &str) -> Result<Token, Declined> {
    let login = ResetForm { login: login.to_owned(), robot: "on".to_owned() }.read()?;
    portal.portal.reset_request(from, &login, &proof()).await
}

/// Strangers guess until the username has no tries left.
async fn guess(portal: &TestPortal, username: &str) {
    while let Err(Declined::Problems(problems)) = sign_in(portal, &browser(None), username, WRONG).await {
        if problems.iter().any(|problem| problem.wait.is_some()) {
            return;
        }
        assert_eq!(problems, [Problem::form(Refused::SignInWrong)]);
    }
    panic!("the wrong password was not refused");
}

#[tokio::test]
async fn the_owner_signs_in_from_a_browser_of_theirs_while_strangers_guess() {
    let (portal, _) = settled().await;
    let known = sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await.unwrap().known;
    for _ in 0..20 {
        guess(&portal, "ada.lovelace").await;
        sign_in(&portal, &browser(Some(&known)), "ada.lovelace", RIGHT).await.unwrap();
        // The strangers' tries do not come back with it.
        assert_eq!(wait(sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await), 12 * 60);
    }
}

#[tokio::test]
async fn a_known_browser_has_no_more_tries_than_a_stranger() {
    let (portal, _) = settled().await;
    let known = sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await.unwrap().known;
    for _ in 0..5 {
        let wrong = sign_in(&portal, &browser(Some(&known)), "ada.lovelace", WRONG).await;
        assert_eq!(problems(wrong), [Problem::form(Refused::SignInWrong)]);
    }
    let before = portal.hasher.verified();
    assert_eq!(wait(sign_in(&portal, &browser(Some(&known)), "ada.lovelace", RIGHT).await), 12 * 60);
    assert_eq!(portal.hasher.verified(), before);
}

#[tokio::test]
async fn however_many_browsers_of_an_account_are_known_they_share_its_tries() {
    let (portal, _) = settled().await;
    let mut cookies = Vec::new();
    for _ in 0..4 {
        cookies.push(sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await.unwrap().known);
        portal.clock.pass(1);
    }
    let mut looked_at = 0;
    for cookie in cookies.iter().cycle().take(12) {
        let refused = why(sign_in(&portal, &browser(Some(cookie)), "ada.lovelace", WRONG).await);
        looked_at += u32::from(refused == [Refused::SignInWrong]);
    }
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn who_knew_an_earlier_password_or_came_half_a_year_ago_is_a_stranger() {
    let (portal, account) = settled().await;
    let known = sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await.unwrap();
    portal.clock.pass(1);
    let session = portal.session(&known.session).await.unwrap();
    let new = "nine patient dispatchers".to_owned();
    let form = ChangeForm { current_password: RIGHT.to_owned(), password: new.clone(), password_again: new.clone() };
    let begun = portal.portal.change_password(&browser(Some(&known.known)), &session, &form).await.unwrap();
    guess(&portal, "ada.lovelace").await;
    assert_eq!(wait(sign_in(&portal, &browser(Some(&known.known)), "ada.lovelace", &new).await), 12 * 60);
    // The browser that changed it goes on being known.
    sign_in(&portal, &browser(Some(&begun.known)), "ada.lovelace", &new).await.unwrap();
    assert_eq!(portal.account(account).await.id, account);

    portal.clock.pass(KEPT);
    guess(&portal, "ada.lovelace").await;
    assert_eq!(
        why(sign_in(&portal, &browser(Some(&begun.known)), "ada.lovelace", &new).await),
        [Refused::TooManyTries]
    );
}

#[tokio::test]
async fn a_browser_that_signs_in_now_and_then_stays_known() {
    let (portal, _) = settled().await;
    let mut known = sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await.unwrap().known;
    let mut cookies = 1;
    for _ in 0..40 {
        portal.clock.pass(10 * DAY);
        guess(&portal, "ada.lovelace").await;
        let now = sign_in(&portal, &browser(Some(&known)), "ada.lovelace", RIGHT).await.unwrap().known;
        cookies += u32::from(now != known);
        known = now;
    }
    // A year and more; made anew each month.
    assert_eq!(cookies, 1 + 40 / 3);
}

#[tokio::test]
async fn the_cookie_is_of_its_account_alone_and_cannot_be_made() {
    let (portal, _) = settled().await;
    let ada = sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await.unwrap().known;
    let again = sign_in(&portal, &browser(Some(&ada)), "ada.lovelace", RIGHT).await.unwrap().known;
    assert_eq!(again, ada, "a browser keeps its cookie");
    let grace = sign_in(&portal, &browser(Some(&ada)), "grace.hopper", RIGHT).await.unwrap().known;
    assert_ne!(grace, ada, "another account is another cookie");
    assert_eq!(format!("{ada:?}"), "Known(…)");

    guess(&portal, "grace.hopper").await;
    let mut forged = ada.as_str().to_owned();
    let last = if forged.pop() == Some('0') { '1' } else { '0' };
    forged.push(last);
    for cookie in [ada.as_str(), &forged, "", "00", "abc", &"0".repeat(300), "zz"] {
        let from = Visitor { known: Known::parse(cookie), ..TestPortal::visitor(3) };
        assert_eq!(wait(sign_in(&portal, &from, "grace.hopper", RIGHT).await), 12 * 60, "{cookie}");
    }
    sign_in(&portal, &browser(Some(&grace)), "grace.hopper", RIGHT).await.unwrap();
}

#[tokio::test]
async fn strangers_who_ask_for_mails_use_up_none_of_the_owners_browser() {
    let (portal, account) = settled().await;
    let known = sign_in(&portal, &browser(None), "ada.lovelace", RIGHT).await.unwrap().known;
    // A whole day of strangers: no mail to this address is left.
    for _ in 0..12 {
        for login in ["ada@example.org", "ada.lovelace"] {
            while ask(&portal, &browser(None), login).await.is_ok() {}
        }
        portal.deliver().await;
        portal.clock.pass(60 * 60);
    }
    // What the last hour gave back is gone too.
    while ask(&portal, &browser(None), "ada.lovelace").await.is_ok() {}
    portal.deliver().await;
    let capped = portal.audit_rows().await.pop().unwrap();
    assert_eq!((capped.action.as_str(), capped.account), ("reset-capped", Some(account)));

    // Hers still gets its three an hour, for her own account alone.
    for count in 0..4 {
        let asked = ask(&portal, &browser(Some(&known)), "ada.lovelace").await;
        if count == 3 {
            assert_eq!(why(asked), [Refused::TooManyTries]);
        } else {
            asked.unwrap();
            assert_eq!(portal.deliver().await.len(), 1, "request {count}");
        }
    }
    portal.clock.pass(60 * 60);
    for _ in 0..2 {
        ask(&portal, &browser(None), "grace.hopper").await.unwrap();
        ask(&portal, &browser(Some(&known)), "grace@example.org").await.unwrap();
    }
    assert_eq!(portal.deliver().await.len(), 3, "another's address has three mails an hour, whoever asks");
}

#[tokio::test]
async fn a_browser_gets_the_link_of_its_own_account_however_many_others_have_the_address() {
    let portal = TestPortal::under(PLAIN);
    for username in ["ada.lovelace", "grace.hopper", "jean.bartik", "kay.mcnulty"] {
        let state = AccountState::Active;
        portal.settle(Resident { username, state, password: Some(RIGHT), ssn: None, ..Resident::default() }).await;
    }
    let known = sign_in(&portal, &browser(None), "jean.bartik", RIGHT).await.unwrap().known;
    for (from, kinds) in
        [(browser(Some(&known)), &["reset-link", "which-username"][..]), (browser(None), &["which-username"])]
    {
        ask(&portal, &from, "ada@example.org").await.unwrap();
        let mails = portal.deliver().await;
        assert_eq!(mails.iter().map(|mail| mail.message.kind()).collect::<Vec<_>>(), kinds);
        let (first, names) = (mails[0].message.usernames()[0].as_str(), mails.last().unwrap().message.usernames());
        assert!(kinds.len() == 1 || first == "jean.bartik", "{first}");
        assert_eq!(names.len(), 4);
    }
}

#[tokio::test]
async fn after_a_reset_or_with_a_temporary_password_the_owner_signs_in_while_strangers_guess() {
    let (portal, account) = settled().await;
    guess(&portal, "ada.lovelace").await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    let (link, _) = portal.deliver().await.remove(0).reset_link();
    let flow = portal.open_reset(&link).await.unwrap().browser;
    let new = "nine patient dispatchers".to_owned();
    let form = PasswordForm { password: new.clone(), password_again: new.clone() };
    let known = portal.portal.reset_password(&browser(None), Some(&flow), &form).await.unwrap();
    assert_eq!(wait(sign_in(&portal, &browser(None), "ada.lovelace", &new).await), 12 * 60);
    sign_in(&portal, &browser(Some(&known)), "ada.lovelace", &new).await.unwrap();

    // The notice that the password was set.
    portal.deliver().await;
    portal.portal.office_temporary_password(&portal.account(account).await.username).await.unwrap();
    let temporary = portal.deliver().await.remove(0).temporary();
    // From whatever browser: nobody guesses one that was mailed.
    for _ in 0..7 {
        portal.clock.pass(10 * 60);
        guess(&portal, "ada.lovelace").await;
        let signed_in = sign_in(&portal, &browser(None), "ada.lovelace", &temporary).await.unwrap();
        assert_eq!(signed_in.kind, SessionKind::ChangeOnly);
    }
}
