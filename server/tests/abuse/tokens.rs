//! C. Mailed links, codes and cookies.

use std::collections::{BTreeSet, HashSet};

use backboard::service::Token;
use backboard::service::ports::Entropy as _;
use server::clock::SystemEntropy;
use testkit::program::{Plan, Visitor};
use tokio::task::JoinSet;

use crate::bench::{Sink, begin, figure, rounds};
use crate::people::{
    ANOTHER, PASSWORD, at_rest, claim_mail, count, dump, email, give_password, lookup, mails_to, opens, reset_mail,
    row, rows, signed_in, ssn, username,
};
use crate::proof::prove;

const TOKENS: usize = 100_000;
/// Links that are really mailed.
const MAILED: usize = 40;
/// Chi-square with 63 degrees of freedom stays below this but once in 10^7.
const MOST_CHI_63: f64 = 140.0;
/// The same with 15.
const MOST_CHI_15: f64 = 63.0;

#[tokio::test]
async fn c01_a_hundred_thousand_tokens_are_random_at_every_place() {
    let mut seen = HashSet::new();
    let mut counts = vec![[0_u32; 128]; 43];
    for _ in 0..TOKENS {
        let mut bytes = [0; 32];
        SystemEntropy.fill(&mut bytes);
        let token = Token::from_bytes(&bytes).as_str().to_owned();
        assert_eq!(token.len(), 43);
        for (place, letter) in token.bytes().enumerate() {
            assert!(letter.is_ascii_alphanumeric() || b"-_".contains(&letter));
            counts[place][usize::from(letter)] += 1;
        }
        assert!(seen.insert(token), "one came twice");
    }
    let mut worst: f64 = 0.0;
    for (place, counts) in counts.iter().enumerate() {
        // 256 bits are 42 letters of six and one of four.
        let (letters, most) = if place < 42 { (64_u32, MOST_CHI_63) } else { (16, MOST_CHI_15) };
        assert_eq!(counts.iter().filter(|count| **count > 0).count(), letters as usize, "place {place}");
        let expected = TOKENS as f64 / f64::from(letters);
        let chi: f64 = counts
            .iter()
            .filter(|count| **count > 0)
            .map(|count| (f64::from(*count) - expected).powi(2) / expected)
            .sum();
        assert!(chi < most, "place {place}: chi-square {chi}");
        worst = worst.max(chi / most);
    }

    // Those that are mailed have the same shape, and nothing of the person or the moment in them.
    let program = begin(&Plan { rows: rows(MAILED), ..Plan::default() }).await;
    let mut tokens = BTreeSet::new();
    for number in 0..MAILED {
        program.visitor().submit("/api/claim/lookup", &lookup(&ssn(number))).await;
    }
    for number in 0..MAILED {
        let token = mails_to(&program, &email(number), 1).await[0].token().unwrap();
        assert_eq!(token.len(), 43);
        tokens.insert(token);
    }
    assert_eq!(tokens.len(), MAILED);
    let shared = tokens
        .iter()
        .zip(tokens.iter().skip(1))
        .map(|(one, next)| one.bytes().zip(next.bytes()).take_while(|(a, b)| a == b).count());
    // Neighbours of 40 random ones share two letters at times, four never.
    assert!(shared.max().unwrap() < 4, "they begin alike: {tokens:?}");
    figure(
        "C01",
        &format!(
            "{TOKENS} tokens of 256 bits, no two alike; chi-square at its worst place {:.0} % of the bound",
            worst * 100.0
        ),
    );
}

#[tokio::test]
async fn c05_scanners_and_prefetching_browsers_leave_a_link_and_the_database_as_they_were() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let mail = claim_mail(&program, &mut program.visitor(), 0).await;
    let token = mail.token().unwrap();
    let not_me = mail.text.split_once("/not-me/").map(|(_, after)| after.split_whitespace().next().unwrap().to_owned());
    at_rest(&program).await;
    let before = dump(&program, &[]).await;
    let mut asked = 0;
    for path in [format!("/link/{token}"), format!("/not-me/{}", not_me.as_deref().unwrap_or("none"))] {
        for _ in 0..20 {
            for method in ["GET", "HEAD", "OPTIONS"] {
                for (name, value) in [
                    ("sec-purpose", "prefetch"),
                    ("purpose", "prefetch"),
                    ("user-agent", "SafeLinks/1.0"),
                    ("x-moz", "prefetch"),
                ] {
                    let answer = program.visitor().with(name, value).ask(method, &path).await;
                    assert!(answer.status.is_some_and(|status| status < 500), "{}", answer.text);
                    asked += 1;
                }
            }
        }
    }
    assert_eq!(dump(&program, &[]).await, before, "looking has changed the database");
    let started = program.visitor().submit("/api/claim/start", &[("token", &token)]).await;
    assert_eq!(started.location().as_deref(), Some("/claim/password"), "{}", started.text);
    figure("C05", &format!("{asked} visits of scanners and prefetchers: not one row changed, and the link works"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c07_of_64_passwords_set_at_once_with_one_link_one_is() {
    const PARALLEL: usize = 64;
    let rounds = rounds(1) as usize;
    let program = begin(&Plan { rows: rows(rounds), ..Plan::default() }).await;
    give_password(&program, 0..rounds, PASSWORD).await;
    let mut busy = 0;
    for round in 0..rounds {
        let token = reset_mail(&program, &mut program.visitor(), round).await.token().unwrap();
        // Eight tries from each of eight browsers that pressed the button: a flow may try 30.
        let mut browsers = Vec::new();
        for _ in 0..8 {
            let mut visitor = program.visitor();
            let answer = visitor.submit("/api/reset/start", &[("token", &token)]).await;
            assert_eq!(answer.location().as_deref(), Some("/reset/password"), "{}", answer.text);
            browsers.push(visitor);
        }
        let mut crowd = JoinSet::new();
        for number in 0..PARALLEL {
            let mut visitor = browsers[number % 8].clone();
            crowd.spawn(async move {
                let password = format!("Plover&{number:02}gliding");
                let fields = [("password", password.as_str()), ("password_again", &password)];
                let answer = visitor.submit("/api/reset/password", &fields).await;
                // 503: the machine has more to do than this; such an answer has to have changed nothing, too.
                assert!(matches!(answer.status, Some(303 | 503)), "{}", answer.text);
                (password, answer)
            });
        }
        let (mut won, mut lost) = (Vec::new(), Vec::new());
        while let Some(told) = crowd.join_next().await {
            let (password, answer) = told.unwrap();
            busy += usize::from(answer.status == Some(503));
            if answer.location().as_deref() == Some("/reset/done") { won.push(password) } else { lost.push(password) }
        }
        assert_eq!((won.len(), lost.len()), (1, PARALLEL - 1), "round {round}");
        assert!(opens(&program, round, &won[0]).await, "round {round}: the password that was reported does not open");
        for password in [&lost[0], PASSWORD] {
            assert!(!opens(&program, round, password).await, "round {round}: {password} opens");
        }
    }
    at_rest(&program).await;
    let rounds = i64::try_from(rounds).unwrap();
    assert_eq!(count(&program, "SELECT count(*) FROM audit WHERE action = 'password-reset'").await, rounds);
    let notices = "SELECT count(*) FROM mail WHERE kind LIKE 'password-%' AND sent IS NOT NULL";
    assert_eq!(count(&program, notices).await, rounds, "one notice for each round");
    figure(
        "C07",
        &format!(
            "{rounds} rounds of {PARALLEL} passwords with one link: one success, one notice, one row each; {busy} told busy"
        ),
    );
}

/// What a token of another kind must not touch.
const TOUCHED: [&str; 7] = ["account", "challenge", "link", "office_case", "person", "session", "temporary_password"];

#[tokio::test]
async fn c11_a_token_of_one_kind_is_nothing_anywhere_else() {
    let program = begin(&Plan { rows: rows(1) + &row(1, "active"), ..Plan::default() }).await;
    give_password(&program, [1], PASSWORD).await;
    let mut asker = program.visitor();
    let claim = claim_mail(&program, &mut asker, 0).await;
    let reset = reset_mail(&program, &mut program.visitor(), 1).await;
    let (session, csrf) = signed_in(&program, 1, PASSWORD).await;
    let (_, after) = reset.text.split_once("/not-me/").unwrap();
    let not_me = after.split_whitespace().next().unwrap().to_owned();
    let proof = prove(&mut program.visitor()).await;
    let tokens = [
        ("claim", claim.token().unwrap()),
        ("reset", reset.token().unwrap()),
        ("not-me", not_me),
        ("code", claim.code().unwrap()),
        ("flow", asker.jar["__Host-flow"].clone()),
        ("session", session.jar["__Host-session"].clone()),
        ("csrf", csrf),
        ("proof", proof),
    ];
    at_rest(&program).await;
    let before = dump(&program, &TOUCHED).await;
    let mut tried = 0;
    for (kind, token) in &tokens {
        for (own, path, field) in [
            ("claim", "/api/claim/start", "token"),
            ("reset", "/api/reset/start", "token"),
            ("not-me", "/api/not-me/freeze", "token"),
            ("code", "/api/claim/code", "code"),
            ("", "/api/reset/code", "code"),
        ] {
            // A code is good in the browser that asked alone; here nobody has.
            if *kind != own || own == "code" {
                let answer = program.visitor().submit(path, &[(field, token)]).await;
                assert_refused(&answer, &format!("{kind} at {path}"));
                tried += 1;
            }
        }
        for (own, cookie, path) in [
            ("session", "__Host-session", "/home"),
            ("session", "__Host-session", "/security"),
            ("none", "__Host-flow", "/claim/password"),
            ("none", "__Host-flow", "/reset/password"),
            ("none", "__Host-flow", "/reset/challenge"),
        ] {
            if *kind != own {
                let mut visitor = program.visitor();
                visitor.jar.insert(cookie.to_owned(), token.clone());
                let answer = visitor.open(path).await;
                assert!(answer.status != Some(200), "{kind} as {cookie} opens {path}: {}", answer.text);
                tried += 1;
            }
        }
        if *kind != "proof" {
            let fields = [("login", username(1)), ("robot", "on".to_owned()), ("captcha", token.clone())];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = program.visitor().submit("/api/reset/request", &fields).await;
            assert_refused(&answer, &format!("{kind} as a proof"));
            tried += 1;
        }
        for path in ["/link/", "/not-me/"] {
            let own = matches!((*kind, path), ("claim" | "reset", "/link/") | ("not-me", "/not-me/"));
            let answer = program.visitor().open(&format!("{path}{}", token.replace(['/', '+', '='], "-"))).await;
            assert_eq!(answer.status == Some(200), own, "{kind} at {path}: {}", answer.text);
            tried += 1;
        }
    }
    assert_eq!(dump(&program, &TOUCHED).await, before, "a token of another kind has changed something");
    figure(
        "C11",
        &format!(
            "{tried} uses of {} kinds of tokens where they do not belong: none opened or changed anything",
            tokens.len()
        ),
    );
}

#[track_caller]
fn assert_refused(answer: &testkit::program::Answer, what: &str) {
    let back = answer.location().is_some_and(|location| location.ends_with("#problems"));
    assert!(answer.status == Some(303) && back, "{what}: {}", answer.text);
}

#[tokio::test]
async fn c12_no_field_and_no_cookie_turns_a_token_to_another_account() {
    let program = begin(&Plan { rows: rows(2), ..Plan::default() }).await;
    give_password(&program, [0, 1], PASSWORD).await;
    let token = reset_mail(&program, &mut program.visitor(), 0).await.token().unwrap();
    let (mut victim, csrf) = signed_in(&program, 1, PASSWORD).await;
    let mut attacker: Visitor = program.visitor();
    attacker.submit("/api/reset/start", &[("token", &token)]).await;
    let right = [("password", ANOTHER), ("password_again", ANOTHER)];
    let (other, before) = (username(1), dump(&program, &TOUCHED).await);
    let mut tried = 0;
    for (name, value) in [
        ("username", other.as_str()),
        ("account", "2"),
        ("account_id", "2"),
        ("user", &other),
        ("email", "person00001@example.org"),
        ("token", &token),
        ("flow", "other"),
        ("login", &other),
        ("id", "2"),
    ] {
        let fields = [&right[..], &[(name, value)]].concat();
        let answer = attacker.clone().submit("/api/reset/password", &fields).await;
        assert!(matches!(answer.status, Some(400 | 303)), "{name}: {}", answer.text);
        assert_ne!(answer.location().as_deref(), Some("/reset/done"), "{name}");
        tried += 1;
    }
    assert_eq!(dump(&program, &TOUCHED).await, before, "a field that is none has changed something");
    // The session of one, the flow of another: the flow decides, and only its own account changes.
    victim.jar.insert("__Host-flow".to_owned(), attacker.jar["__Host-flow"].clone());
    let fields = [&right[..], &[("csrf", csrf.as_str())]].concat();
    assert_eq!(victim.submit("/api/reset/password", &fields).await.location().as_deref(), Some("/reset/done"));
    assert!(opens(&program, 0, ANOTHER).await && !opens(&program, 0, PASSWORD).await);
    assert!(opens(&program, 1, PASSWORD).await && !opens(&program, 1, ANOTHER).await);
    figure(
        "C12",
        &format!("{tried} fields that name another account: refused whole; a link changed its own account alone"),
    );
}

#[tokio::test]
async fn c15_two_addresses_in_one_request_mail_nobody() {
    let sink = Sink::start();
    let program = begin(&Plan { rows: rows(3), smtp: Some(sink.port), ..Plan::default() }).await;
    give_password(&program, 0..3, PASSWORD).await;
    let (a, b) = (email(0), "attacker@evil.example");
    let bodies = [
        format!("F[]={a}&F[]={b}&robot=on"),
        format!("F={a}&F={b}&robot=on"),
        format!("F={b}&F={a}&robot=on"),
        format!("F={a},{b}&robot=on"),
        format!("F={a};{b}&robot=on"),
        format!("F={a}%20{b}&robot=on"),
        format!("F={a}%0d%0aBcc:{b}&robot=on"),
        format!("F={a}%0aCc:%20{b}&robot=on"),
        format!("F={a}%00{b}&robot=on"),
        format!("F=%22{b}%22%20%3C{a}%3E&robot=on"),
        format!("F=Ada%20%3C{a}%3E,{b}&robot=on"),
        format!("F=%5B%22{a}%22,%22{b}%22%5D&robot=on"),
        format!("F[0]={a}&F[1]={b}&robot=on"),
        format!("F.0={a}&F.1={b}&robot=on"),
        format!("{{\"F\":[\"{a}\",\"{b}\"],\"robot\":\"on\"}}"),
        format!("F={a}%26email={b}&robot=on"),
    ];
    let mut refused = 0;
    for (path, field) in [("/api/reset/request", "login"), ("/api/username/request", "email")] {
        for body in &bodies {
            let answer = program.visitor().post(path, body.replace('F', field).as_bytes()).await;
            let is_back = answer.location().is_some_and(|location| location.ends_with("#problems"));
            assert!(answer.status == Some(400) || is_back, "{path} {body}: {}", answer.text);
            refused += 1;
        }
    }
    // An honest request shows that the queue is being worked off.
    let honest = program.visitor().submit("/api/username/request", &[("email", &email(2)), ("robot", "on")]).await;
    assert_eq!(honest.location().as_deref(), Some("/forgot-username/sent"));
    at_rest(&program).await;
    assert_eq!(sink.recipients(), [email(2)]);
    figure("C15", &format!("{refused} requests with two addresses: all refused, no mail to anybody"));
}
