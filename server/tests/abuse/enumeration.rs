//! A. Whoever is asked for, nobody outside learns who exists.

use testkit::program::{Plan, Program, Seen, Visitor};
use testkit::smtp::Mode;
use tokio::task::JoinSet;

use crate::bench::{Sink, begin, figure};
use crate::people::{
    PASSWORD, WRONG, ask_reset, at_the_back_door, email, give_password, lookup, opens, row, row_at, sign_in, ssn,
    username,
};

/// Somebody in every state, and at the end nobody.
const UNCLAIMED: usize = 1;
const ACTIVE: usize = 2;
const SUSPENDED: usize = 3;
const INACTIVE: usize = 4;
const EXTERNAL: usize = 5;
const NO_MAIL: usize = 6;
const EXPIRED: usize = 7;
const TEMPORARY: usize = 8;
const NOBODY: usize = 9;
const EVERYBODY: [usize; 9] = [NOBODY, UNCLAIMED, ACTIVE, SUSPENDED, INACTIVE, EXTERNAL, NO_MAIL, EXPIRED, TEMPORARY];

async fn everybody(smtp: Option<u16>) -> Program {
    let rows = [
        row(UNCLAIMED, "unclaimed"),
        row(ACTIVE, "active"),
        row(SUSPENDED, "suspended"),
        row(INACTIVE, "inactive"),
        row(EXTERNAL, "external"),
        row_at(NO_MAIL, "unclaimed", ""),
        row(EXPIRED, "active"),
        row(TEMPORARY, "active"),
    ];
    let program = begin(&Plan { rows: rows.concat(), smtp, ..Plan::default() }).await;
    give_password(&program, [ACTIVE, SUSPENDED, INACTIVE, EXPIRED, TEMPORARY], PASSWORD).await;
    let expired = "UPDATE account SET password_expires = 1 WHERE username = ?";
    assert_eq!(at_the_back_door(&program, expired, EXPIRED).await, 1);
    program.run(&["account", "temporary-password", &username(TEMPORARY)]).await;
    program
}

/// Holds every answer against the first.
#[derive(Default)]
struct Alike {
    first: Option<Vec<Seen>>,
    compared: usize,
}

impl Alike {
    fn hold(&mut self, who: impl std::fmt::Debug, seen: Vec<Seen>) {
        self.compared += seen.len();
        assert!(seen.iter().all(|seen| seen.status.is_some_and(|status| status < 500)), "{who:?}: {seen:?}");
        assert_eq!(*self.first.get_or_insert_with(|| seen.clone()), seen, "{who:?}");
    }
}

/// Posts a form and looks at the pages that follow; as a browser without a script, or as the script.
async fn watch(program: &Program, scripted: bool, path: &str, fields: &[(&str, &str)], pages: &[&str]) -> Vec<Seen> {
    let mut visitor = if scripted { program.visitor().scripted() } else { program.visitor() };
    let mut seen = vec![visitor.submit(path, fields).await.seen()];
    for page in pages {
        seen.push(visitor.open(page).await.seen());
    }
    seen
}

#[tokio::test]
async fn a01_a_request_answers_the_same_whoever_is_asked_for() {
    let program = everybody(None).await;
    let mut compared = 0;
    for scripted in [false, true] {
        let (mut resets, mut usernames) = (Alike::default(), Alike::default());
        for who in EVERYBODY {
            let pages = ["/forgot-password/sent", "/code", "/reset/challenge", "/reset/password"];
            for login in [username(who), email(who)] {
                let fields = [("login", login.as_str()), ("robot", "on")];
                resets.hold(who, watch(&program, scripted, "/api/reset/request", &fields, &pages).await);
            }
            let email = email(who);
            let fields = [("email", email.as_str()), ("robot", "on")];
            usernames.hold(
                who,
                watch(&program, scripted, "/api/username/request", &fields, &["/forgot-username/sent"]).await,
            );
        }
        compared += resets.compared + usernames.compared;
    }
    figure("A01", &format!("{compared} answers about {} people in every state: identical", EVERYBODY.len()));
}

#[tokio::test]
async fn a02_a_lookup_answers_the_same_whoever_is_found() {
    let program = everybody(None).await;
    let mut compared = 0;
    for scripted in [false, true] {
        let mut alike = Alike::default();
        for who in EVERYBODY {
            let ssn = ssn(who);
            let pages = ["/claim/sent", "/code", "/claim/password"];
            let right = lookup(&ssn);
            alike.hold(who, watch(&program, scripted, "/api/claim/lookup", &right, &pages).await);
            // Two look-ups of a number each time: its day has five.
            let mut wrong = right;
            wrong[if scripted { 1 } else { 3 }].1 = if scripted { "28" } else { "Byron" };
            alike.hold((who, "wrong"), watch(&program, scripted, "/api/claim/lookup", &wrong, &pages).await);
        }
        compared += alike.compared;
    }
    figure("A02", &format!("{compared} answers of look-ups, found or not: identical"));
}

#[tokio::test]
async fn a03_a_wrong_sign_in_answers_the_same_for_every_name_and_state() {
    let program = everybody(None).await;
    let mut compared = 0;
    for scripted in [false, true] {
        let mut alike = Alike::default();
        for who in EVERYBODY {
            let username = username(who);
            let fields = [("username", username.as_str()), ("password", WRONG)];
            let mut seen = watch(&program, scripted, "/api/sign-in/password", &fields, &["/sign-in"]).await;
            // The form keeps the name as it was typed.
            seen[1].body = seen[1].body.replace(&username, "TYPED");
            alike.hold(who, seen);
        }
        compared += alike.compared;
    }
    // What differs is told after the right password alone.
    assert!(opens(&program, ACTIVE, PASSWORD).await);
    let mut told = Vec::new();
    for who in [SUSPENDED, INACTIVE] {
        let mut visitor = program.visitor();
        sign_in(&mut visitor, &username(who), PASSWORD).await;
        told.push(visitor.open("/sign-in").await.body().replace(&username(who), "TYPED"));
    }
    assert_ne!(told[0], told[1]);
    figure("A03", &format!("{compared} answers of wrong sign-ins: identical"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a05_answers_are_the_same_while_mail_is_refused_or_hangs() {
    let sink = Sink::start();
    let program = everybody(Some(sink.port)).await;
    let mut alike = Alike::default();
    for mode in [Mode::Refuse, Mode::Hang] {
        sink.set(mode);
        for who in EVERYBODY {
            let email = email(who);
            let fields = [("login", email.as_str()), ("robot", "on")];
            alike.hold((mode, who), watch(&program, false, "/api/reset/request", &fields, &[]).await);
        }
    }
    // Every connection to the database is wanted at once: they wait for each other, and are answered alike.
    let mut crowd = JoinSet::new();
    for number in 0..128 {
        let mut visitor: Visitor = program.visitor();
        let login = if number % 2 == 0 { username(ACTIVE) } else { username(NOBODY) };
        crowd.spawn(async move { (number, ask_reset(&mut visitor, &format!("{login}{number}")).await.seen()) });
    }
    while let Some(answer) = crowd.join_next().await {
        let (number, seen) = answer.unwrap();
        alike.hold((number, "of a crowd"), vec![seen]);
    }
    figure("A05", &format!("{} answers while mail was refused or hung: identical, none a 5xx", alike.compared));
}

#[tokio::test]
async fn a08_nothing_answers_whether_a_name_is_free() {
    let program = everybody(None).await;
    let mut asked = 0;
    let mut alike = Alike::default();
    for word in ["check", "available", "availability", "exists", "suggest", "autocomplete", "search", "list", "lookup"]
    {
        for journey in ["username", "email", "account", "accounts", "users", "person", "password", "sign-in", "claim"] {
            if (journey, word) == ("claim", "lookup") {
                continue;
            }
            for who in [ACTIVE, NOBODY] {
                let mut visitor = program.visitor().scripted();
                let (username, email) = (username(who), email(who));
                let path = format!("/api/{journey}/{word}");
                let posted = visitor.submit(&path, &[("username", &username), ("email", &email)]).await;
                let got = visitor.open(&format!("{path}?username={username}&email={email}")).await;
                assert_eq!((posted.status, got.status), (Some(404), Some(404)), "{path}");
                alike.hold(path, vec![posted.seen(), got.seen()]);
                asked += 2;
            }
        }
    }
    figure("A08", &format!("{asked} requests at 80 addresses that could tell: each 404, identical"));
}
