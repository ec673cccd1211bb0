//! Every limit that docs/operations.toml lists is the one that is kept: so many attempts pass, and the
//! next one is refused with 429 and the time to wait. The numbers come from the file alone. What one account, link or
//! flow takes is in `tries.rs`, what a mailbox does in `mailed.rs`.

use std::collections::BTreeSet;

use server::web::operations;

use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::Browser;
use crate::known::BY_KNOWN;
use crate::mailed::{FOR_ACCOUNT, TO_ADDRESS_BY_DAY, TO_ADDRESS_BY_HOUR, USERNAMES_BY_DAY};
use crate::people::{ADA, BERT, PASSWORD, with};
use crate::portals::{Portals, agency_with, personnel};
use crate::tries::{AGAIN, ANSWERS, BY_FLOW, BY_LINK, SET_BY_FLOW};

/// The limits of crowds, with what comes before and after their number: for an address, a subnet, in all.
const CROWDS: [(&str, [&str; 3]); 11] = [
    ("captcha.challenge", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("claim.lookup", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("username.request", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("claim.code", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("claim.start", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("reset.request", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("reset.identity", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("reset.code", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("reset.start", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("notme.freeze", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("signin", ["in 10 minutes for an address", "in 10 minutes for a subnet", "in 10 minutes in all"]),
];
const BY_NUMBER: [(&str, &str); 2] = [("claim.lookup", "a day for a number"), ("reset.identity", "a day for a number")];
const BY_LOGIN: (&str, &str) = ("reset.request", "an hour for a login");
const BY_EMAIL: (&str, &str) = ("username.request", "an hour for an e-mail address");
pub const BY_NAME: (&str, &str) = ("signin", "at once for a username, then one each 12 minutes");
const UNPROVEN: &str = "without a proof of work 5 an hour for an address and 120 in all";

/// The operations that share the budget of forms without a proof of work.
const UNPROVEN_AT: [&str; 4] = ["claim.lookup", "username.request", "reset.request", "reset.identity"];

/// The number in front of a listed limit.
pub fn listed(operation: &str, words: &str) -> u32 {
    let operation = operations().iter().find(|known| known.name == operation).unwrap();
    let found: Vec<u32> =
        operation.limits.iter().filter_map(|limit| limit.strip_suffix(words)?.trim_end().parse().ok()).collect();
    assert_eq!(found.len(), 1, "{}: {words}", operation.name);
    found[0]
}

#[test]
fn every_listed_limit_is_measured_here_or_beside_this_file() {
    let mut measured: BTreeSet<(String, String)> = BTreeSet::new();
    let mailed = [FOR_ACCOUNT, TO_ADDRESS_BY_DAY, TO_ADDRESS_BY_HOUR];
    let pairs = [BY_NUMBER, BY_FLOW, SET_BY_FLOW, ANSWERS, AGAIN].into_iter().chain(mailed);
    let singles = [BY_EMAIL, BY_NAME, BY_LOGIN, BY_LINK]
        .into_iter()
        .chain(pairs.flatten())
        .chain(BY_KNOWN)
        .chain([USERNAMES_BY_DAY]);
    let crowds = CROWDS.iter().flat_map(|(operation, words)| words.iter().map(|words| (*operation, *words)));
    for (operation, words) in singles.chain(crowds) {
        measured.insert((operation.to_owned(), format!("{} {words}", listed(operation, words))));
    }
    for operation in UNPROVEN_AT {
        measured.insert((operation.to_owned(), UNPROVEN.to_owned()));
    }
    let listed: BTreeSet<(String, String)> = personnel()
        .flat_map(|operation| operation.limits.iter().map(|limit| (operation.name.clone(), limit.clone())))
        .collect();
    assert_eq!(listed, measured);
}

/// One attempt at an operation, as different from the others as it can be.
async fn attempt(operation: &str, browser: &mut Browser<'_>, number: u32) -> Answer {
    match operation {
        "captcha.challenge" => browser.call("/api/captcha/challenge", &[]).await,
        "claim.lookup" => look_up(browser, "/api/claim/lookup", number, &format!("good {number}")).await,
        "reset.identity" => look_up(browser, "/api/reset/identity", number, &format!("good reset {number}")).await,
        "reset.request" => {
            let (login, proof) = (format!("somebody{number}"), format!("good login {number}"));
            ask_login(browser, &login, &proof).await
        }
        "username.request" => ask_username(browser, number, &format!("good username {number}")).await,
        // Without a flow there is nothing to guess at; it counts all the same.
        "claim.code" => browser.call("/api/claim/code", &[("code", "1234 5678")]).await,
        "reset.code" => browser.call("/api/reset/code", &[("code", "1234 5678")]).await,
        "claim.start" => browser.call("/api/claim/start", &[("token", "unknown")]).await,
        "reset.start" => browser.call("/api/reset/start", &[("token", "unknown")]).await,
        "notme.freeze" => browser.call("/api/not-me/freeze", &[("token", "unknown")]).await,
        _ => {
            let name = format!("person{number}");
            browser.call("/api/sign-in/password", &[("username", &name), ("password", "wrong")]).await
        }
    }
}

/// A lookup of a number that nobody else looks up.
async fn look_up(browser: &mut Browser<'_>, path: &str, number: u32, proof: &str) -> Answer {
    let ssn = format!("901-{:02}-{:04}", 1 + number / 9_000, 1 + number % 9_000);
    browser.call(path, &with(&ADA.lookup(proof), "ssn", &ssn)).await
}

/// A request for an address that nobody else asks for.
async fn ask_username(browser: &mut Browser<'_>, number: u32, proof: &str) -> Answer {
    let email = format!("somebody{number}@example.org");
    browser.call("/api/username/request", &[("email", &email), ("robot", "on"), ("captcha", proof)]).await
}

#[track_caller]
pub fn assert_limited(answer: &Answer, longest: u32) {
    answer.assert_problem(429, "form", "too-many-tries");
    let wait = answer.retry_after().unwrap();
    assert!((1..=longest).contains(&wait), "{}: {wait}", answer.asked);
    assert_eq!(answer.json()["problems"][0]["wait"], wait);
}

#[tokio::test]
async fn an_address_and_its_subnet_may_try_as_often_as_listed() {
    for (operation, [by_address, by_subnet, _]) in CROWDS {
        let app = App::with(Setup::behind_proxy_of(agency_with(operation))).await;
        let (by_address, by_subnet) = (listed(operation, by_address), listed(operation, by_subnet));
        let mut number = 0;
        for host in 1..=by_subnet / by_address {
            let mut browser = app.browser().from(&format!("203.0.113.{host}"));
            for _ in 0..by_address {
                number += 1;
                let answer = attempt(operation, &mut browser, number).await;
                assert!(answer.status.as_u16() < 429, "{operation} {number}: {}", answer.status);
            }
            number += 1;
            assert_limited(&attempt(operation, &mut browser, number).await, 3_600);
        }
        assert_eq!(by_subnet % by_address, 0);
        let mut neighbour = app.browser().from("203.0.113.250");
        assert_limited(&attempt(operation, &mut neighbour, number + 1).await, 3_600);
        let mut elsewhere = app.browser().from("198.51.100.1");
        let answer = attempt(operation, &mut elsewhere, number + 2).await;
        assert!(answer.status.as_u16() < 429, "{operation}: others are not locked out: {}", answer.status);
    }
}

#[tokio::test]
async fn a_whole_network_of_ipv6_counts_as_one_subnet() {
    let app = App::with(Setup::behind_proxy()).await;
    let (by_address, by_subnet) =
        (listed("claim.start", "an hour for an address"), listed("claim.start", "an hour for a subnet"));
    for number in 0..by_subnet {
        let address = format!("2001:db8:1:2::{:x}", 1 + number % (by_subnet / by_address));
        let answer = attempt("claim.start", &mut app.browser().from(&address), number).await;
        assert_eq!(answer.status, 422);
    }
    assert_limited(&attempt("claim.start", &mut app.browser().from("2001:db8:1:2:ffff::1"), 0).await, 3_600);
    assert_eq!(attempt("claim.start", &mut app.browser().from("2001:db8:1:3::1"), 0).await.status, 422);
}

#[tokio::test]
async fn everybody_together_may_try_as_often_as_listed() {
    let portals = Portals::start().await;
    for (operation, [.., in_all]) in CROWDS {
        let app = portals.with(operation);
        let in_all = i64::from(listed(operation, in_all));
        let prefix = if operation == "signin" { "sign-in" } else { operation };
        // All but one are used up; at this size one comes back each second, so the row holds the number.
        sqlx::query("INSERT INTO budget (key, full_at) VALUES (?, ?)")
            .bind(format!("{prefix}:all"))
            .bind(app.portal.now().plus(in_all - 1).0)
            .execute(&app.back_door)
            .await
            .unwrap();
        let last = attempt(operation, &mut app.browser(), 1).await;
        assert!(last.status.as_u16() < 429, "{operation}: {}", last.status);
        assert_limited(&attempt(operation, &mut app.browser(), 2).await, 1);
    }
}

#[tokio::test]
async fn a_number_may_be_looked_up_as_often_as_listed_by_the_whole_world() {
    let [claim, reset] = BY_NUMBER;
    let app = App::with(Setup::behind_proxy_of(agency_with(reset.0))).await;
    let forms = [(claim, "/api/claim/lookup", "/claim/sent"), (reset, "/api/reset/identity", "/forgot-password/sent")];
    for ((operation, words), path, sent) in forms {
        for person in [&ADA, &BERT] {
            for number in 0..listed(operation, words) {
                let mut browser = app.browser().from(&format!("203.0.{number}.1"));
                let proof = format!("good {operation} {} {number}", person.username);
                browser.call(path, &person.lookup(&proof)).await.assert_json_goes(sent);
            }
            let mut browser = app.browser().from("198.51.100.7");
            assert_limited(&browser.call(path, &person.lookup("good last")).await, 86_400);
        }
    }
}

#[tokio::test]
async fn an_address_may_be_asked_for_as_often_as_listed_known_or_not() {
    let app = App::with(Setup::behind_proxy()).await;
    app.settle(&[BERT]).await;
    for email in [BERT.email, "nobody@example.org"] {
        let mut browser = app.browser();
        for number in 0..=listed(BY_EMAIL.0, BY_EMAIL.1) {
            let mut elsewhere = app.browser().from(&format!("203.0.{number}.1"));
            let proof = format!("good {email} {number}");
            let fields = [("email", email), ("robot", "on"), ("captcha", &proof)];
            let answer = elsewhere.call("/api/username/request", &fields).await;
            if number < listed(BY_EMAIL.0, BY_EMAIL.1) {
                answer.assert_json_goes("/forgot-username/sent");
            } else {
                assert_limited(&answer, 3_600);
            }
        }
        let fields = [("email", "another@example.org"), ("robot", "on"), ("captcha", email)];
        browser.call("/api/username/request", &fields).await.assert_problem(422, "robot", "robot-unproven");
    }
}

#[tokio::test]
async fn a_login_may_be_asked_for_as_often_as_listed_known_or_not_in_any_spelling() {
    let app = App::with(Setup::behind_proxy()).await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let most = listed(BY_LOGIN.0, BY_LOGIN.1);
    for login in [BERT.username, BERT.email, "nobody.at.all", "nobody@example.org"] {
        for number in 0..=most {
            let mut browser = app.browser().from(&format!("203.0.{number}.1"));
            let proof = format!("good {login} {number}");
            let typed = if number % 2 == 0 { login.to_owned() } else { format!(" {} ", login.to_uppercase()) };
            let answer = ask_login(&mut browser, &typed, &proof).await;
            if number < most {
                answer.assert_json_goes("/forgot-password/sent");
            } else {
                assert_limited(&answer, 3_600);
            }
        }
    }
}

/// A request by e-mail address or username.
pub async fn ask_login(browser: &mut Browser<'_>, login: &str, proof: &str) -> Answer {
    browser.call("/api/reset/request", &[("login", login), ("robot", "on"), ("captcha", proof)]).await
}

#[tokio::test]
async fn without_a_proof_of_work_a_few_lookups_pass() {
    let numbers: Vec<u32> = UNPROVEN.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [by_address, in_all] = numbers[..] else { panic!("{numbers:?}") };
    let portals = Portals::behind_proxy().await;
    for (app, asks) in portals.all().into_iter().zip(["reset.request", "reset.identity"]) {
        // They share one budget, so each gets a part of it, and none is left for any.
        let forms = ["claim.lookup", "username.request", asks];
        let mut number = 0;
        for host in 0..in_all / by_address {
            let mut browser = app.browser().from(&format!("203.0.{host}.1"));
            for _ in 0..by_address {
                number += 1;
                let answer = ask_unproven(&mut browser, forms[number as usize % forms.len()], number).await;
                assert_eq!(answer.status, 200, "{number}: {}", answer.text());
            }
            let refused = ask_unproven(&mut browser, "claim.lookup", number + 5_000).await;
            refused.assert_problem(429, "robot", "robot-budget");
            assert!((1..=3_600).contains(&refused.retry_after().unwrap()));
        }
        assert_eq!(number, in_all);
        let mut elsewhere = app.browser().from("198.51.100.1");
        for form in forms {
            ask_unproven(&mut elsewhere, form, 9_001).await.assert_problem(429, "robot", "robot-budget");
        }
        look_up(&mut elsewhere, "/api/claim/lookup", 9_002, "good 1").await.assert_json_goes("/claim/sent");
    }
}

/// One of the forms that need no proof of work as long as they are few.
async fn ask_unproven(browser: &mut Browser<'_>, operation: &str, number: u32) -> Answer {
    match operation {
        "claim.lookup" => look_up(browser, "/api/claim/lookup", number, "").await,
        "reset.identity" => look_up(browser, "/api/reset/identity", number, "").await,
        "username.request" => ask_username(browser, number, "").await,
        _ => ask_login(browser, &format!("somebody{number}"), "").await,
    }
}

#[tokio::test]
async fn a_username_may_be_guessed_at_as_often_as_listed_whether_it_exists_or_not() {
    let app = App::with(Setup::behind_proxy()).await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let most = listed(BY_NAME.0, BY_NAME.1);
    for name in [BERT.username, "nobody.at.all"] {
        for number in 0..most {
            let mut browser = app.browser().from(&format!("203.0.{number}.1"));
            // The name's case makes no other budget.
            let typed = if number % 2 == 0 { name.to_owned() } else { name.to_uppercase() };
            let answer = browser.call("/api/sign-in/password", &[("username", &typed), ("password", "wrong")]).await;
            answer.assert_problem(422, "form", "sign-in-wrong");
        }
        let mut owner = app.browser().from("198.51.100.1");
        let fields = [("username", name), ("password", PASSWORD)];
        assert_limited(&owner.call("/api/sign-in/password", &fields).await, 12 * 60);
    }
    app.clock.pass(12 * 60);
    let mut owner = app.browser().from("198.51.100.1");
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    owner.call("/api/sign-in/password", &fields).await.assert_json_goes("/home");
}

#[tokio::test]
async fn a_limit_is_told_on_the_page_too() {
    let app = App::start().await;
    let mut browser = app.browser();
    for number in 0..listed(BY_NUMBER[0].0, BY_NUMBER[0].1) {
        let proof = format!("good {number}");
        browser.submit("/api/claim/lookup", &ADA.lookup(&proof)).await.assert_goes("/claim/sent");
    }
    let answer = browser.submit("/api/claim/lookup", &ADA.lookup("good last")).await;
    answer.assert_back_to("/claim");
    assert!(answer.retry_after().is_some());
    let page = browser.open("/claim").await;
    assert!(page.summary().unwrap().contains("Too many tries. Try again in 5 hours"), "{:?}", page.summary());
}
