//! G. *I'm not a robot*, and challenge answers.

use backboard::challenge::Answer as Spoken;
use backboard::service::ports::Hasher as _;
use server::hasher::{MEMORY, PASSES};
use testkit::program::{Answer, Plan, Program, Visitor};
use tokio::task::JoinSet;

use crate::bench::{begin, figure, rounds};
use crate::people::{
    ANSWER, PASSWORD, at_rest, count, dump, give_password, give_question, hasher, lookup, reset_mail, rows, ssn,
    username,
};
use crate::proof::prove;

fn is_refused(answer: &Answer) -> bool {
    answer.location().is_some_and(|location| location.ends_with("#problems"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g01_of_100_uses_of_one_solution_at_once_one_is_good() {
    const PARALLEL: usize = 100;
    let rounds = rounds(3).min(100);
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let mut refused = 0;
    for round in 0..rounds {
        let proof = prove(&mut program.visitor()).await;
        let mut crowd = JoinSet::new();
        for number in 0..PARALLEL {
            let (mut visitor, proof) = (program.visitor(), proof.clone());
            // On every form that asks for one, from browsers of their own.
            crowd.spawn(async move {
                let name = format!("nobody{round}x{number}@example.org");
                let proven = |field| [(field, name.as_str()), ("robot", "on"), ("captcha", proof.as_str())];
                match number % 3 {
                    0 => visitor.submit("/api/reset/request", &proven("login")).await,
                    1 => visitor.submit("/api/username/request", &proven("email")).await,
                    _ => {
                        let ssn = ssn(number);
                        let fields = [&lookup(&ssn)[..], &[("captcha", proof.as_str())]].concat();
                        visitor.submit("/api/claim/lookup", &fields).await
                    }
                }
            });
        }
        let mut good = 0;
        while let Some(answer) = crowd.join_next().await {
            if is_refused(&answer.unwrap()) { refused += 1 } else { good += 1 }
        }
        assert_eq!(good, 1, "round {round}");
    }
    figure(
        "G01",
        &format!("{rounds} rounds of {PARALLEL} uses of one solution on 3 forms: 1 good each, {refused} refused"),
    );
}

#[tokio::test]
async fn g03_without_the_box_or_with_a_bad_solution_nothing_is_queued() {
    let program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    let proof = prove(&mut program.visitor()).await;
    let (half, longer) = (proof[..proof.len() / 2].to_owned(), format!("{proof}AAAA"));
    let forged = proof.replacen('A', "B", 3);
    let before = dump(&program, &["job", "flow", "mail", "link"]).await;
    let mut refused = 0;
    for (path, field) in [("/api/reset/request", "login"), ("/api/username/request", "email")] {
        for body in [
            format!("{field}=person00000"),
            format!("{field}=person00000&robot="),
            format!("{field}=person00000&captcha={proof}"),
            format!("{field}=person00000&robot=on&robot=on"),
            format!("{field}=person00000&robot[]=on&captcha[]=x"),
            format!("{field}=person00000&robot=on&captcha=null"),
            format!("{field}=person00000&robot=on&captcha=%5B%5D"),
            format!("{field}=person00000&robot=on&captcha=%7B%7D"),
            format!("{field}=person00000&robot=on&captcha=e30="),
            format!("{field}=person00000&robot=on&captcha={half}"),
            format!("{field}=person00000&robot=on&captcha={longer}"),
            format!("{field}=person00000&robot=on&captcha={forged}"),
        ] {
            let body = body.replace('+', "%2B").replace("person00000", "person00000%40example.org");
            let answer = program.visitor().post(path, body.as_bytes()).await;
            assert!(answer.status == Some(400) || is_refused(&answer), "{path} {body:.60}: {}", answer.text);
            refused += 1;
        }
    }
    // The later steps, called without the earlier ones.
    for (path, fields) in [
        ("/api/claim/code", vec![("code", "12345678")]),
        ("/api/reset/code", vec![("code", "12345678")]),
        ("/api/reset/answer", vec![("answer", ANSWER)]),
        ("/api/reset/password", vec![("password", PASSWORD), ("password_again", PASSWORD)]),
        ("/api/claim/password", vec![("password", PASSWORD), ("password_again", PASSWORD)]),
    ] {
        let answer = program.visitor().submit(path, &fields).await;
        assert!(is_refused(&answer), "{path}: {}", answer.text);
        refused += 1;
    }
    assert_eq!(dump(&program, &["job", "flow", "mail", "link"]).await, before);
    figure("G03", &format!("{refused} requests without box, solution or earlier step: refused, nothing queued"));
}

/// At *Password Challenge*, from a link of its own.
async fn challenged(program: &Program, number: usize) -> Visitor {
    let token = reset_mail(program, &mut program.visitor(), number).await.token().unwrap();
    let mut visitor = program.visitor();
    let answer = visitor.submit("/api/reset/start", &[("token", &token)]).await;
    assert_eq!(answer.location().as_deref(), Some("/reset/challenge"), "{}", answer.text);
    visitor
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g06_of_64_answers_at_once_five_are_looked_at_and_the_account_goes_on() {
    const PARALLEL: usize = 64;
    let rounds = rounds(2) as usize;
    let program = begin(&Plan { rows: rows(rounds), ..Plan::default() }).await;
    give_password(&program, 0..rounds, PASSWORD).await;
    give_question(&program, 0..rounds).await;
    let wrong = "SELECT count(*) FROM audit WHERE action = 'answer-wrong'";
    let mut most = 0;
    for round in 0..rounds {
        let before = count(&program, wrong).await;
        let visitor = challenged(&program, round).await;
        let mut crowd = JoinSet::new();
        for number in 0..PARALLEL {
            let mut visitor = visitor.clone();
            crowd.spawn(async move {
                visitor.submit("/api/reset/answer", &[("answer", &format!("guess number {number}"))]).await
            });
        }
        while let Some(answer) = crowd.join_next().await {
            let answer = answer.unwrap();
            assert!(is_refused(&answer), "{}", answer.text);
        }
        let looked_at = count(&program, wrong).await - before;
        assert_eq!(looked_at, 5, "round {round}");
        most = most.max(looked_at);
        // The link is dead; the account is not, and a new link asks the same.
        assert!(is_refused(&visitor.clone().submit("/api/reset/answer", &[("answer", ANSWER)]).await));
        let mut again = challenged(&program, round).await;
        let answer = again.submit("/api/reset/answer", &[("answer", ANSWER)]).await;
        assert_eq!(answer.location().as_deref(), Some("/reset/password"), "{}", answer.text);
    }
    figure(
        "G06",
        &format!("{rounds} rounds of {PARALLEL} answers at once: {most} looked at; a new link takes the right one"),
    );
}

#[tokio::test]
async fn g08_two_like_answers_lie_as_two_hashes_and_nothing_else() {
    let program = begin(&Plan { rows: rows(2), ..Plan::default() }).await;
    give_password(&program, 0..2, PASSWORD).await;
    for number in 0..2 {
        let (mut visitor, csrf) = crate::people::signed_in(&program, number, PASSWORD).await;
        let fields = [
            ("question", crate::people::QUESTION.code()),
            ("answer", ANSWER),
            ("current_password", PASSWORD),
            ("csrf", csrf.as_str()),
        ];
        let answer = visitor.submit("/api/security/question", &fields).await;
        assert!(!is_refused(&answer), "{}", answer.text);
    }
    let database = program.database().await;
    let hashes: Vec<String> =
        sqlx::query_scalar("SELECT answer_hash FROM challenge").fetch_all(&database).await.unwrap();
    let columns: Vec<String> =
        sqlx::query_scalar("SELECT name FROM pragma_table_info('challenge')").fetch_all(&database).await.unwrap();
    database.close().await;
    assert_eq!(hashes.len(), 2);
    let part = |hash: &str, place: usize| hash.split('$').nth(place).unwrap().to_owned();
    for hash in &hashes {
        assert_eq!(part(hash, 1), "argon2id");
        assert!(
            part(hash, 3).contains(&format!("m={MEMORY},t={PASSES}")) && part(hash, 3).contains("keyid="),
            "{hash}"
        );
    }
    assert_ne!(part(&hashes[0], 4), part(&hashes[1], 4), "one salt");
    assert_ne!(part(&hashes[0], 5), part(&hashes[1], 5));
    assert_eq!(columns, ["account", "question", "answer_hash", "confirmed"], "a column that could tell of the answer");
    let secret = Spoken::parse(ANSWER).unwrap().secret().unwrap();
    assert!(hasher(&program).verify(&secret, Some(&hashes[0])).await.unwrap());
    at_rest(&program).await;
    let dump = dump(&program, &[]).await.to_lowercase();
    assert!(!["brélade", "brelade", "saintbrelade"].iter().any(|word| dump.contains(word)));
    figure("G08", "one answer of two people: argon2id with pepper, two salts, no length, no plain text");
}

#[tokio::test]
async fn g09_an_answer_costs_one_hash_right_or_wrong() {
    let program = begin(&Plan { rows: rows(3), ..Plan::default() }).await;
    give_password(&program, 0..3, PASSWORD).await;
    give_question(&program, 0..2).await;
    // Looked at with the program's own hasher: how much is computed does not depend on the answer.
    let hasher = hasher(&program);
    let hash = hasher.hash(&Spoken::parse(ANSWER).unwrap().secret().unwrap()).await.unwrap();
    let mut costs = Vec::new();
    for answer in [ANSWER, "something else entirely", "x y z"] {
        let before = hasher.load();
        hasher.verify(&Spoken::parse(answer).unwrap().secret().unwrap(), Some(&hash)).await.unwrap();
        let after = hasher.load();
        costs.push((after.hashes - before.hashes, after.blocks - before.blocks));
    }
    assert!(costs.iter().all(|cost| *cost == costs[0] && cost.0 == 1), "{costs:?}");
    // Who has no answer is not asked, and only the mailbox leads on: nothing is skipped by it.
    let token = reset_mail(&program, &mut program.visitor(), 2).await.token().unwrap();
    let mut visitor = program.visitor();
    let answer = visitor.submit("/api/reset/start", &[("token", &token)]).await;
    assert_eq!(answer.location().as_deref(), Some("/reset/password"));
    let stranger = program.visitor().submit("/api/reset/answer", &[("answer", ANSWER)]).await;
    assert!(is_refused(&stranger), "{}", username(0));
    figure("G09", &format!("an answer costs {} hash of {} blocks, right or wrong", costs[0].0, costs[0].1));
}
