//! Every limit that docs/operations.toml lists is the one that is kept: so many attempts pass, and the
//! next one is refused with 429 and the time to wait. The numbers come from the file alone.

use std::collections::BTreeSet;

use server::web::operations;

use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::Browser;
use crate::claim::ask;
use crate::people::{ADA, BERT, PASSWORD, with};

/// The limits of crowds, with what comes before and after their number: for an address, a subnet, in all.
const CROWDS: [(&str, [&str; 3]); 6] = [
    ("captcha.challenge", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("claim.lookup", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("username.request", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("claim.code", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("claim.start", ["an hour for an address", "an hour for a subnet", "an hour in all"]),
    ("signin", ["in 10 minutes for an address", "in 10 minutes for a subnet", "in 10 minutes in all"]),
];
const BY_NUMBER: (&str, &str) = ("claim.lookup", "a day for a number");
const BY_EMAIL: (&str, &str) = ("username.request", "an hour for an e-mail address");
const BY_NAME: (&str, &str) = ("signin", "at once for a username, then one each 12 minutes");
const BY_FLOW: (&str, &str) = ("claim.code", "for a flow");
const SET_BY_FLOW: (&str, &str) = ("claim.set", "an hour for a flow");
const UNPROVEN: &str = "without a proof of work 5 an hour for an address and 120 in all";

/// The operations that share the budget of forms without a proof of work.
const UNPROVEN_AT: [&str; 2] = ["claim.lookup", "username.request"];

/// The number in front of a listed limit.
fn listed(operation: &str, words: &str) -> u32 {
    let operation = operations().iter().find(|known| known.name == operation).unwrap();
    let found: Vec<u32> =
        operation.limits.iter().filter_map(|limit| limit.strip_suffix(words)?.trim_end().parse().ok()).collect();
    assert_eq!(found.len(), 1, "{}: {words}", operation.name);
    found[0]
}

#[test]
fn every_listed_limit_is_measured_in_this_file() {
    let mut measured: BTreeSet<(String, String)> = BTreeSet::new();
    let singles = [BY_NUMBER, BY_EMAIL, BY_NAME, BY_FLOW, SET_BY_FLOW];
    let crowds = CROWDS.iter().flat_map(|(operation, words)| words.iter().map(|words| (*operation, *words)));
    for (operation, words) in singles.into_iter().chain(crowds) {
        measured.insert((operation.to_owned(), format!("{} {words}", listed(operation, words))));
    }
    for operation in UNPROVEN_AT {
        measured.insert((operation.to_owned(), UNPROVEN.to_owned()));
    }
    let listed: BTreeSet<(String, String)> = operations()
        .iter()
        .flat_map(|operation| operation.limits.iter().map(|limit| (operation.name.clone(), limit.clone())))
        .collect();
    assert_eq!(listed, measured);
}

/// One attempt at an operation, as different from the others as it can be.
async fn attempt(operation: &str, browser: &mut Browser<'_>, number: u32) -> Answer {
    match operation {
        "captcha.challenge" => browser.call("/api/captcha/challenge", &[]).await,
        "claim.lookup" => look_up(browser, number, &format!("good {number}")).await,
        "username.request" => ask_username(browser, number, &format!("good username {number}")).await,
        // Without a flow there is nothing to guess at; it counts all the same.
        "claim.code" => browser.call("/api/claim/code", &[("code", "1234 5678")]).await,
        "claim.start" => browser.call("/api/claim/start", &[("token", "unknown")]).await,
        _ => {
            let name = format!("person{number}");
            browser.call("/api/sign-in/password", &[("username", &name), ("password", "wrong")]).await
        }
    }
}

/// A lookup of a number that nobody else looks up.
async fn look_up(browser: &mut Browser<'_>, number: u32, proof: &str) -> Answer {
    let ssn = format!("901-{:02}-{:04}", 1 + number / 9_000, 1 + number % 9_000);
    browser.call("/api/claim/lookup", &with(&ADA.lookup(proof), "ssn", &ssn)).await
}

/// A request for an address that nobody else asks for.
async fn ask_username(browser: &mut Browser<'_>, number: u32, proof: &str) -> Answer {
    let email = format!("somebody{number}@example.org");
    browser.call("/api/username/request", &[("email", &email), ("robot", "on"), ("captcha", proof)]).await
}

#[track_caller]
fn assert_limited(answer: &Answer, longest: u32) {
    answer.assert_problem(429, "form", "too-many-tries");
    let wait = answer.retry_after().unwrap();
    assert!((1..=longest).contains(&wait), "{}: {wait}", answer.asked);
    assert_eq!(answer.json()["problems"][0]["wait"], wait);
}

#[tokio::test]
async fn an_address_and_its_subnet_may_try_as_often_as_listed() {
    for (operation, [by_address, by_subnet, _]) in CROWDS {
        let app = App::with(Setup::behind_proxy()).await;
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
    let app = App::start().await;
    for (operation, [.., in_all]) in CROWDS {
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
    let app = App::with(Setup::behind_proxy()).await;
    let most = listed(BY_NUMBER.0, BY_NUMBER.1);
    for person in [&ADA, &BERT] {
        for number in 0..most {
            let mut browser = app.browser().from(&format!("203.0.{number}.1"));
            let proof = format!("good {} {number}", person.username);
            browser.call("/api/claim/lookup", &person.lookup(&proof)).await.assert_json_goes("/claim/sent");
        }
        let mut browser = app.browser().from("198.51.100.7");
        assert_limited(&browser.call("/api/claim/lookup", &person.lookup("good last")).await, 86_400);
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
async fn without_a_proof_of_work_a_few_lookups_pass() {
    let app = App::with(Setup::behind_proxy()).await;
    let lookup = operations().iter().find(|operation| operation.name == "claim.lookup").unwrap();
    assert!(lookup.limits.iter().any(|limit| limit == UNPROVEN));
    let numbers: Vec<u32> = UNPROVEN.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [by_address, in_all] = numbers[..] else { panic!("{numbers:?}") };
    let mut number = 0;
    for host in 0..in_all / by_address {
        let mut browser = app.browser().from(&format!("203.0.{host}.1"));
        for _ in 0..by_address {
            number += 1;
            if number % 2 == 0 {
                look_up(&mut browser, number, "").await.assert_json_goes("/claim/sent");
            } else {
                ask_username(&mut browser, number, "").await.assert_json_goes("/forgot-username/sent");
            }
        }
        let refused = look_up(&mut browser, number + 5_000, "").await;
        refused.assert_problem(429, "robot", "robot-budget");
        assert!((1..=3_600).contains(&refused.retry_after().unwrap()));
    }
    assert_eq!(number, in_all);
    let mut elsewhere = app.browser().from("198.51.100.1");
    look_up(&mut elsewhere, 9_001, "").await.assert_problem(429, "robot", "robot-budget");
    ask_username(&mut elsewhere, 9_001, "").await.assert_problem(429, "robot", "robot-budget");
    look_up(&mut elsewhere, 9_002, "good 1").await.assert_json_goes("/claim/sent");
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
async fn a_code_may_be_guessed_at_as_often_as_listed_and_the_link_still_works() {
    let most = listed(BY_FLOW.0, BY_FLOW.1);
    for wrong in [most - 1, most] {
        let app = App::start().await;
        app.settle(&[ADA]).await;
        let mut browser = app.browser();
        let mail = ask(&mut browser, &ADA, "good 1").await;
        let code = mail.code().unwrap();
        let other = if code == "12345678" { "87654321" } else { "12345678" };
        for number in 1..=wrong {
            let reason = if number == most { "code-dead" } else { "code-wrong" };
            let answer = browser.call("/api/claim/code", &[("code", other)]).await;
            answer.assert_problem(422, "code", reason);
        }
        let last = browser.call("/api/claim/code", &[("code", &code)]).await;
        if wrong < most {
            last.assert_json_goes("/claim/password");
        } else {
            last.assert_problem(422, "code", "code-dead");
            crate::claim::claim_by_link(&mut browser, &mail, PASSWORD).await;
        }
    }
}

#[tokio::test]
async fn a_flow_may_try_as_many_passwords_as_listed() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    let mut browser = app.browser();
    let mail = ask(&mut browser, &ADA, "good 1").await;
    let token = mail.link().unwrap().trim_start_matches("/link/").to_owned();
    browser.call("/api/claim/start", &[("token", &token)]).await.assert_json_goes("/claim/password");
    for _ in 0..listed(SET_BY_FLOW.0, SET_BY_FLOW.1) {
        let fields = [("password", "short"), ("password_again", "short")];
        browser.call("/api/claim/password", &fields).await.assert_problem(422, "password", "password-too-short");
    }
    let fields: [(&str, &str); 2] = [("password", PASSWORD), ("password_again", PASSWORD)];
    assert_limited(&browser.call("/api/claim/password", &fields).await, 3_600);
    app.clock.pass(120);
    browser.call("/api/claim/password", &fields).await.assert_json_goes("/home");
}

#[tokio::test]
async fn a_limit_is_told_on_the_page_too() {
    let app = App::start().await;
    let mut browser = app.browser();
    for number in 0..listed(BY_NUMBER.0, BY_NUMBER.1) {
        let proof = format!("good {number}");
        browser.submit("/api/claim/lookup", &ADA.lookup(&proof)).await.assert_goes("/claim/sent");
    }
    let answer = browser.submit("/api/claim/lookup", &ADA.lookup("good last")).await;
    answer.assert_back_to("/claim");
    assert!(answer.retry_after().is_some());
    let page = browser.open("/claim").await;
    assert!(page.summary().unwrap().contains("Too many tries. Try again in 5 hours"), "{:?}", page.summary());
}
