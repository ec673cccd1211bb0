//! O. People who press twice, and people who do the same thing at once.

use testkit::program::{Answer, Plan, Visitor};
use tokio::task::JoinSet;

use crate::bench::{begin, figure, rounds};
use crate::people::{
    ANOTHER, PASSWORD, QUESTION, at_rest, claim_mail, count, email, give_password, mails_to, opens, reset_mail, rows,
    signed_in, username,
};

const PRESSES: usize = 16;

/// The same form, so many times at once, from one browser.
async fn press(visitor: &Visitor, path: &'static str, fields: &[(&str, &str)]) -> Vec<Answer> {
    let mut crowd = JoinSet::new();
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    for _ in 0..PRESSES {
        let (mut visitor, body) = (visitor.clone(), body.clone());
        crowd.spawn(async move { visitor.post(path, body.as_bytes()).await });
    }
    let mut answers = Vec::new();
    while let Some(answer) = crowd.join_next().await {
        let answer = answer.unwrap();
        assert_eq!(answer.status, Some(303), "{path}: {}", answer.text);
        answers.push(answer);
    }
    answers
}

/// The browser of whoever was answered well; there must be one.
fn led_to<'a>(answers: &'a [Answer], to: &str) -> Vec<&'a Answer> {
    let good: Vec<&Answer> = answers.iter().filter(|answer| answer.location().as_deref() == Some(to)).collect();
    assert!(!good.is_empty(), "nobody was led to {to}: {:?}", answers.iter().map(Answer::location).collect::<Vec<_>>());
    good
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o01_every_form_sent_sixteen_times_at_once_does_once_what_it_does() {
    let program = begin(&Plan { rows: rows(5), ..Plan::default() }).await;
    give_password(&program, 1..5, PASSWORD).await;
    let passwords = [("password", ANOTHER), ("password_again", ANOTHER)];
    let mut forms = 0;
    let mut once = async |action: &'static str, query: &'static str| {
        assert_eq!(count(&program, query).await, 1, "{action}");
        forms += 1;
    };

    // The button of a link may be pressed again until the password is set.
    let token = claim_mail(&program, &mut program.visitor(), 0).await.token().unwrap();
    let answers = press(&program.visitor(), "/api/claim/start", &[("token", &token)]).await;
    assert_eq!(led_to(&answers, "/claim/password").len(), PRESSES);
    let mut visitor = program.visitor();
    visitor.submit("/api/claim/start", &[("token", &token)]).await;
    let answers = press(&visitor, "/api/claim/password", &passwords).await;
    assert_eq!(led_to(&answers, "/home").len(), 1);
    once("claimed", "SELECT count(*) FROM audit WHERE action = 'claimed'").await;
    assert!(opens(&program, 0, ANOTHER).await);

    let token = reset_mail(&program, &mut program.visitor(), 1).await.token().unwrap();
    let mut visitor = program.visitor();
    visitor.submit("/api/reset/start", &[("token", &token)]).await;
    let answers = press(&visitor, "/api/reset/password", &passwords).await;
    led_to(&answers, "/reset/done");
    once("reset", "SELECT count(*) FROM audit WHERE action = 'password-reset'").await;
    assert!(opens(&program, 1, ANOTHER).await);

    let (visitor, csrf) = signed_in(&program, 2, PASSWORD).await;
    let fields = [&[("current_password", PASSWORD), ("csrf", csrf.as_str())][..], &passwords].concat();
    press(&visitor, "/api/password/change", &fields).await;
    once("changed", "SELECT count(*) FROM audit WHERE action = 'password-changed'").await;
    assert!(opens(&program, 2, ANOTHER).await && !opens(&program, 2, PASSWORD).await);
    let (visitor, csrf) = signed_in(&program, 4, PASSWORD).await;
    let fields =
        [("question", QUESTION.code()), ("answer", "Saint Brelade"), ("current_password", PASSWORD), ("csrf", &csrf)];
    press(&visitor, "/api/security/question", &fields).await;
    once("question", "SELECT count(*) FROM challenge").await;

    let (visitor, csrf) = signed_in(&program, 3, PASSWORD).await;
    press(&visitor, "/api/sign-in/out", &[("csrf", &csrf)]).await;
    once("signed out", "SELECT count(*) FROM audit WHERE action = 'signed-out'").await;
    let mail = reset_mail(&program, &mut program.visitor(), 3).await;
    let not_me = mail.text.split_once("/not-me/").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let answers = press(&program.visitor(), "/api/not-me/freeze", &[("token", &not_me)]).await;
    led_to(&answers, "/not-me/done");
    once("frozen", "SELECT count(*) FROM audit WHERE action = 'frozen'").await;

    at_rest(&program).await;
    for (number, kind) in [(0, "password-set"), (1, "password-reset"), (2, "password-changed")] {
        let mails = mails_to(&program, &email(number), 1).await;
        let mut ids: Vec<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), mails.len(), "{kind}: one was sent twice");
    }
    let notices = "SELECT count(*) FROM mail WHERE kind IN ('password-set', 'password-reset', 'password-changed')";
    assert_eq!(count(&program, notices).await, 3);
    figure(
        "O01",
        &format!("{forms} forms pressed {PRESSES} times at once: one change, one row, one notice each; no 5xx"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o02_of_two_people_who_claim_one_record_one_does() {
    let rounds = rounds(6) as usize;
    let program = begin(&Plan { rows: rows(rounds), ..Plan::default() }).await;
    for round in 0..rounds {
        let mut browsers = Vec::new();
        for mailed in 1..=2 {
            let mut visitor = program.visitor();
            claim_mail(&program, &mut visitor, round).await;
            let mails = mails_to(&program, &email(round), mailed).await;
            browsers.push((visitor, mails));
        }
        let tokens: Vec<String> = browsers[1].1.iter().filter_map(testkit::program::Mail::token).collect();
        assert_eq!(tokens.len(), 2);
        for (number, (visitor, _)) in browsers.iter_mut().enumerate() {
            let answer = visitor.submit("/api/claim/start", &[("token", &tokens[number])]).await;
            assert_eq!(answer.location().as_deref(), Some("/claim/password"));
        }
        let mut crowd = JoinSet::new();
        for (number, (mut visitor, _)) in browsers.into_iter().enumerate() {
            let password = [PASSWORD, ANOTHER][number];
            crowd.spawn(async move {
                let fields = [("password", password), ("password_again", password)];
                let answer = visitor.submit("/api/claim/password", &fields).await;
                let page = visitor.open("/claim/password").await;
                (password, answer, page, visitor)
            });
        }
        let (mut won, mut lost) = (Vec::new(), Vec::new());
        while let Some(done) = crowd.join_next().await {
            let done = done.unwrap();
            assert_eq!(done.1.status, Some(303), "{}", done.1.text);
            if done.1.location().as_deref() == Some("/home") { won.push(done) } else { lost.push(done) }
        }
        assert_eq!((won.len(), lost.len()), (1, 1), "round {round}");
        assert!(opens(&program, round, won[0].0).await && !opens(&program, round, lost[0].0).await);
        let (_, _, page, mut loser) = lost.remove(0);
        assert!(!page.body().contains(&username(round)), "the loser learns whose account it is");
        assert_eq!(loser.open("/home").await.location().as_deref(), Some("/sign-in"));
    }
    let claimed = count(&program, "SELECT count(*) FROM audit WHERE action = 'claimed'").await;
    assert_eq!(claimed, i64::try_from(rounds).unwrap());
    figure(
        "O02",
        &format!("{rounds} records claimed by two people at once: {claimed} claims, every loser learnt nothing"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o03_a_claim_while_the_roster_is_imported_and_the_account_suspended_is_one_or_the_other() {
    let rounds = rounds(8).min(100) as usize;
    let program = begin(&Plan { rows: rows(rounds), ..Plan::default() }).await;
    let (mut before, mut after) = (0, 0);
    for round in 0..rounds {
        let token = claim_mail(&program, &mut program.visitor(), round).await.token().unwrap();
        let mut visitor = program.visitor();
        visitor.submit("/api/claim/start", &[("token", &token)]).await;
        let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
        // A command takes a moment to start: the claim sets out at a random one within it.
        let wait = std::time::Duration::from_millis(rand::random_range(0..60));
        let (name, mut claiming) = (username(round), visitor.clone());
        let suspending = ["account", "suspend", &name];
        let (_, _, answer) = tokio::join!(program.run(&suspending), program.run(&["import", "roster.csv"]), async {
            tokio::time::sleep(wait).await;
            claiming.submit("/api/claim/password", &fields).await
        });
        let claimed = answer.location().as_deref() == Some("/home");
        assert_eq!(answer.status, Some(303), "{}", answer.text);
        if claimed {
            before += 1
        } else {
            after += 1
        }
        assert_eq!(claiming.open("/home").await.location().as_deref(), Some("/sign-in"), "round {round}: still in");
        assert!(!opens(&program, round, PASSWORD).await, "round {round}: a suspended account opens");
        let database = program.database().await;
        let (state, has_password, sessions): (String, bool, i64) = sqlx::query_as(
            "SELECT state, password_hash IS NOT NULL, (SELECT count(*) FROM session WHERE account = account.id) \
             FROM account WHERE username = ?",
        )
        .bind(username(round))
        .fetch_one(&database)
        .await
        .unwrap();
        database.close().await;
        assert_eq!((state.as_str(), has_password, sessions), ("suspended", claimed, 0), "round {round}");
    }
    figure(
        "O03",
        &format!(
            "{rounds} claims during import and suspension: {before} before it, {after} refused after it, none between"
        ),
    );
}
