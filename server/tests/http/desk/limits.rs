//! Every limit of the desk that docs/operations.toml lists is the one that is kept.

use std::collections::BTreeSet;

use backboard::staff::Act;
use server::web::operations;

use super::forms::mailed;
use super::{ANNA, HELEN, STAFF_PASSWORD, code, first_step, seat, sign_in_at_desk};
use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::Browser;
use crate::limits::{assert_limited, listed};

/// What is counted for an address, a subnet and everybody.
const CROWDS: [(&str, &str); 6] = [
    ("desk.signin", "in 10 minutes"),
    ("desk.second", "an hour"),
    ("desk.forgot", "an hour"),
    ("desk.password.set", "an hour"),
    ("desk.second.begin", "an hour"),
    ("desk.second.enrol", "an hour"),
];
/// What is counted for one.
const ALONE: &[(&str, &str)] = &[
    ("desk.signin", "at once for an e-mail address, then one each 12 minutes"),
    ("desk.second", "for a sign-in"),
    ("desk.second", "at once for a member of staff, then one each 30 minutes"),
    ("desk.forgot", "an hour for an e-mail address"),
    ("desk.password.set", "an hour for a link"),
    ("desk.second.begin", "an hour for a member of staff"),
    ("desk.second.enrol", "for an authenticator"),
    ("desk.password.change", "an hour for a member of staff"),
    ("desk.recovery", "an hour for a member of staff"),
    ("desk.staff.invite", "an hour for a member of staff"),
    ("desk.staff.resend", "an hour for a member of staff"),
    ("desk.staff.reset-second", "an hour for a member of staff"),
    // These two in `queues.rs`.
    ("desk.dead-mail-done", "an hour for a member of staff"),
    ("desk.dead-mail-undo", "an hour for a member of staff"),
    // In `audit.rs`.
    ("desk.audit", "an hour for a member of staff"),
    // In `import.rs`.
    ("desk.import.upload", "an hour for a member of staff"),
    // These two in `find.rs`.
    ("desk.search", "an hour for a member of staff"),
    ("desk.reveal", "an hour for a member of staff"),
    // From here on in `acts.rs`.
    ("desk.caller.mail", "an hour for a member of staff, with facts"),
    ("desk.caller.mail", "a day for an account"),
    ("desk.caller.code", "for a code"),
    ("desk.caller.facts", "an hour for a member of staff, with mailed codes"),
    ("desk.caller.facts", "a day for an account"),
    ("desk.merge.find", "an hour for a member of staff, with desk.search"),
];

#[test]
fn every_listed_limit_of_the_desk_is_measured_here() {
    let mut measured: BTreeSet<(String, String)> = BTreeSet::new();
    for (operation, per) in CROWDS {
        for whose in ["for an address", "for a subnet", "in all"] {
            let words = format!("{per} {whose}");
            measured.insert((operation.to_owned(), format!("{} {words}", listed(operation, &words))));
        }
    }
    for (operation, words) in ALONE.iter().copied() {
        measured.insert((operation.to_owned(), format!("{} {words}", listed(operation, words))));
    }
    for act in Act::DEEDS {
        let (operation, words) = (format!("desk.{}", act.code()), "an hour for a member of staff, all acts together");
        let most = listed(&operation, words);
        measured.insert((operation, format!("{most} {words}")));
    }
    let all = operations().iter().filter(|operation| operation.is_the_desks());
    let all: BTreeSet<(String, String)> = all
        .flat_map(|operation| operation.limits.iter().map(|limit| (operation.name.clone(), limit.clone())))
        .collect();
    assert_eq!(all, measured);
}

/// One attempt, as different from the others as it can be.
async fn attempt(operation: &str, browser: &mut Browser<'_>, number: u32) -> Answer {
    let email = format!("somebody{number}@office.example");
    match operation {
        "desk.signin" => browser.call("/api/desk/sign-in", &[("email", &email), ("password", "wrong")]).await,
        "desk.second" => browser.call("/api/desk/second", &[("second", "000000")]).await,
        "desk.forgot" => browser.call("/api/desk/forgot", &[("email", &email)]).await,
        "desk.password.set" => browser.call("/api/desk/password/set", &[("token", "unknown")]).await,
        "desk.second.begin" => browser.call("/api/desk/second/begin", &[("token", "unknown")]).await,
        _ => browser.call("/api/desk/second/enrol", &[("second", "000000")]).await,
    }
}

#[tokio::test]
async fn an_address_and_its_subnet_may_try_at_the_desk_as_often_as_listed() {
    for (operation, per) in CROWDS {
        let app = App::with(Setup::behind_proxy()).await;
        let (by_address, by_subnet) =
            (listed(operation, &format!("{per} for an address")), listed(operation, &format!("{per} for a subnet")));
        let mut number = 0;
        for neighbour in 1..=by_subnet / by_address {
            let mut browser = app.browser().from(&format!("203.0.113.{neighbour}"));
            for _ in 0..by_address {
                number += 1;
                assert_ne!(attempt(operation, &mut browser, number).await.status, 429, "{operation} {number}");
            }
            assert_limited(&attempt(operation, &mut browser, number + 1).await, 3_600);
        }
        let mut last = app.browser().from("203.0.113.99");
        assert_limited(&attempt(operation, &mut last, number + 2).await, 3_600);
        let mut elsewhere = app.browser().from("198.51.100.1");
        assert_ne!(attempt(operation, &mut elsewhere, number + 3).await.status, 429, "{operation}");
        let all = listed(operation, &format!("{per} in all"));
        assert_eq!(all, by_address * 500, "{operation}: the budget for everybody follows from that of an address");
    }
}

#[tokio::test]
async fn an_address_of_staff_and_a_member_may_be_tried_as_often_as_listed() {
    let app = App::with(Setup::behind_proxy()).await;
    seat(&app, &HELEN).await;
    let most = listed("desk.signin", ALONE[0].1);
    for (email, network) in [(HELEN.email, 1), ("nobody@office.example", 2)] {
        let fields = [("email", email), ("password", "wrong")];
        for number in 0..most {
            let mut browser = app.browser().from(&format!("203.{network}.{number}.1"));
            assert_eq!(browser.call("/api/desk/sign-in", &fields).await.status, 422);
        }
        let mut browser = app.browser().from(&format!("203.{network}.99.1"));
        assert_limited(&browser.call("/api/desk/sign-in", &fields).await, 12 * 60);
    }
    let most = listed("desk.forgot", "an hour for an e-mail address");
    for number in 0..=most {
        let mut browser = app.browser().from(&format!("204.1.{number}.1"));
        let answer = browser.call("/api/desk/forgot", &[("email", HELEN.email)]).await;
        if number < most { answer.assert_json_goes("/desk/forgot/sent") } else { assert_limited(&answer, 3_600) }
    }
}

#[tokio::test]
async fn a_member_s_second_factor_may_be_tried_as_often_as_listed_over_all_sign_ins() {
    let app = App::with(Setup::behind_proxy()).await;
    seat(&app, &HELEN).await;
    let (most, each) = (listed("desk.second", ALONE[2].1), listed("desk.second", "for a sign-in"));
    let wrong = if code(&app, &HELEN) == "000000" { "000001" } else { "000000" };
    let mut tried = 0;
    for round in 0..=most / each {
        let mut browser = app.browser().from(&format!("203.1.{round}.1"));
        first_step(&mut browser, &HELEN).await;
        for _ in 0..each {
            let answer = browser.call("/api/desk/second", &[("second", wrong)]).await;
            if tried == most {
                assert_limited(&answer, 30 * 60);
                return;
            }
            assert_eq!(answer.status, 422, "{tried}");
            tried += 1;
        }
    }
    panic!("{tried} codes were tried, and no limit was met");
}

#[tokio::test]
async fn the_password_again_links_and_mails_are_limited_as_listed() {
    let app = App::with(Setup::behind_proxy()).await;
    seat(&app, &ANNA).await;
    let helen = seat(&app, &HELEN).await.to_string();
    for (operation, path) in [("desk.password.change", "password/change"), ("desk.recovery", "recovery")] {
        let mut browser = app.browser();
        let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
        app.clock.pass(10 * 60);
        browser.open("/desk").await;
        app.clock.pass(50 * 60);
        let csrf =
            if browser.open("/desk").await.status == 200 { csrf } else { sign_in_at_desk(&mut browser, &ANNA).await };
        let most = listed(operation, "an hour for a member of staff");
        for number in 0..=most {
            let fields = [("current_password", "wrong"), ("csrf", csrf.as_str())];
            let answer = browser.call(&format!("/api/desk/{path}"), &fields).await;
            if number < most { assert_eq!(answer.status, 422) } else { assert_limited(&answer, 3_600) }
        }
        app.clock.pass(3_600);
    }
    let most = listed("desk.staff.invite", "an hour for a member of staff");
    for (path, email) in [("invite", true), ("resend", false), ("reset-second", false)] {
        let mut browser = app.browser();
        app.clock.pass(3_600);
        let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
        for number in 0..=most {
            let address = format!("{number}-{path}@office.example");
            let invited = (helen.parse::<i64>().unwrap() + 1).to_string();
            let fields = match (email, path) {
                (true, _) => vec![("email", address.as_str()), ("staff_name", "X"), ("role", "helpdesk")],
                (_, "resend") => vec![("staff", invited.as_str())],
                _ => vec![("staff", helen.as_str())],
            };
            let fields: Vec<(&str, &str)> = fields.into_iter().chain([("csrf", csrf.as_str())]).collect();
            let answer = browser.call(&format!("/api/desk/staff/{path}"), &fields).await;
            if number < most {
                assert_eq!(answer.status, 200, "{path}: {}", answer.text())
            } else {
                assert_limited(&answer, 3_600)
            }
        }
    }
    // Links: the password that is set, the password again, and the code of the app.
    let token = mailed(&app, HELEN.email).await;
    let most = listed("desk.second.begin", "an hour for a member of staff");
    for number in 0..=most {
        let mut browser = app.browser().from(&format!("205.1.{number}.1"));
        let fields = [("token", token.as_str()), ("current_password", "wrong")];
        let answer = browser.call("/api/desk/second/begin", &fields).await;
        if number < most { assert_eq!(answer.status, 422) } else { assert_limited(&answer, 3_600) }
    }
    let mut browser = app.browser();
    app.clock.pass(3_600);
    let csrf = sign_in_at_desk(&mut browser, &ANNA).await;
    let new = [("email", "last@office.example"), ("staff_name", "X"), ("role", "helpdesk"), ("csrf", csrf.as_str())];
    assert_eq!(browser.call("/api/desk/staff/invite", &new).await.status, 200);
    let token = mailed(&app, "last@office.example").await;
    let most = listed("desk.password.set", "an hour for a link");
    for number in 0..=most {
        let mut browser = app.browser().from(&format!("206.1.{number}.1"));
        let answer = browser.call("/api/desk/password/set", &[("token", &token), ("password", "short")]).await;
        if number < most { assert_eq!(answer.status, 422) } else { assert_limited(&answer, 3_600) }
    }
    app.clock.pass(3_600);
    let mut browser = app.browser();
    let set = [("token", token.as_str()), ("password", STAFF_PASSWORD), ("password_again", STAFF_PASSWORD)];
    browser.submit("/api/desk/password/set", &set).await.assert_goes("/desk/enrol");
    let most = listed("desk.second.enrol", "for an authenticator");
    for number in 0..=most {
        browser.set("x-forwarded-for", &format!("207.1.{number}.1"));
        let answer = browser.call("/api/desk/second/enrol", &[("second", "0000000")]).await;
        answer.assert_problem(422, "second", "second-wrong");
        let answer = browser.call("/api/desk/second/enrol", &[("second", "aaaabbbbcccc")]).await;
        if number < most {
            answer.assert_problem(422, "second", "second-wrong");
        } else {
            answer.assert_problem(422, "form", "entry-over");
        }
    }
}
