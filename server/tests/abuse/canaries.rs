//! Recognisable secrets sent through every journey, and then looked for in everything that was written or answered.
//!
//! A token, a code and a temporary password stand in their own mail to their own recipient, and nowhere else; the page
//! behind a link holds its own token, a form its session's. An SSN, a password and an answer stand nowhere at all, and
//! no name or address in the log.

use testkit::program::{Mail, Plan, Program, Visitor};

use crate::bench::{begin, figure};
use crate::people::{at_rest, mails_to};
use crate::storage::files;
use crate::sweep::{Heard, Kind, Secrets, sweep};

const CLAIMED: &str = "Heron&canary5529";
const CHANGED: &str = "Osprey&canary6630";
const RESET: &str = "Plover&canary7741";
const WRONG: &str = "Egret&canary8852";
const TYPED_AS_NAME: &str = "Curlew&canary9963";
const ANSWER: &str = "Velvet Puffin Lagoon";
const OTHER_ANSWER: &str = "Copper Walrus Meadow";
const WRONG_ANSWER: &str = "Silver Badger Quarry";
pub const NAME: &str = "Canaryworth";
const SSNS: [&str; 5] = ["900-47-6613", "900-58-7724", "900-69-8835", "900-71-9946", "900-82-1157"];
/// On nobody's row.
const NOT_ON_FILE: &str = "900-93-2268";
pub const ASKED: &str = "In which town was the first station you worked at?";
const QUESTION: &str = "first-station";

pub fn email(number: usize) -> String {
    format!("canary{number}@example.org")
}

fn username(number: usize) -> String {
    format!("canary{number}")
}

fn lookup(ssn: &str) -> [(&str, &str); 6] {
    [
        ("birth_month", "2"),
        ("birth_day", "29"),
        ("birth_year", "1984"),
        ("last_name", NAME),
        ("ssn", ssn),
        ("robot", "on"),
    ]
}

/// The mail with a link that nobody has seen yet.
async fn newest(program: &Program, number: usize, secrets: &mut Secrets) -> Mail {
    at_rest(program).await;
    let is_new = |mail: &&Mail| mail.token().is_some_and(|token| !secrets.known.contains_key(&token));
    let mail = mails_to(program, &email(number), 1).await.iter().find(is_new).unwrap().clone();
    collect(&mail, number, secrets);
    mail
}

/// What a mail holds that nobody else may see.
fn collect(mail: &Mail, number: usize, secrets: &mut Secrets) {
    let kind = Kind::Mailed(number);
    for secret in [mail.token(), mail.code(), not_me(mail), temporary(mail)].into_iter().flatten() {
        secrets.add(&secret, kind);
    }
}

fn not_me(mail: &Mail) -> Option<String> {
    Some(mail.text.split_once("/not-me/")?.1.split_whitespace().next()?.to_owned())
}

fn temporary(mail: &Mail) -> Option<String> {
    Some(mail.text.split_once("Your temporary password:")?.1.trim_start().lines().next()?.trim().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k03_no_secret_is_written_anywhere_it_does_not_belong() {
    let rows: String = (0..SSNS.len())
        .map(|number| {
            format!(
                "C-{number},{NAME},Ada,,,1984-02-29,{},,EMT,{},{},unclaimed,eICS\n",
                SSNS[number],
                email(number),
                username(number)
            )
        })
        .collect();
    let mut program = begin(&Plan { rows, log: "trace", admin: Some(0), ..Plan::default() }).await;
    let (mut heard, mut secrets) = (Heard::default(), Secrets::default());
    for password in [CLAIMED, CHANGED, RESET, WRONG, TYPED_AS_NAME] {
        secrets.add(password, Kind::Nowhere);
    }
    for answer in [ANSWER, OTHER_ANSWER, WRONG_ANSWER] {
        secrets.add(answer, Kind::Nowhere);
    }
    for ssn in SSNS.iter().chain([&NOT_ON_FILE]) {
        secrets.add(ssn, Kind::Nowhere);
    }
    secrets.add(NAME, Kind::NotLogged);
    for number in 0..SSNS.len() {
        secrets.add(&email(number), Kind::NotLogged);
    }
    let mut jars = live(&program, &mut heard, &mut secrets).await;
    mistake(&program, &mut heard).await;
    let mut written = office(&program).await;
    let figures = program.figures().await;
    assert!(figures.body().contains("backboard_refusals_total{"), "{}", figures.text);
    written.push(("the figures".to_owned(), figures.text));

    // Every mail that was sent, whoever asked for it.
    wake(&program).await;
    for number in 0..SSNS.len() {
        for mail in mails_to(&program, &email(number), 0).await {
            collect(&mail, number, &mut secrets);
        }
    }
    for (name, value) in jars.drain(..) {
        if value.len() >= 40 && name != "__Host-saved" {
            secrets.add(&value, Kind::Cookie);
        }
    }
    for token in heard.answers.iter().filter_map(|(_, answer)| answer.hidden("csrf")) {
        secrets.add(&token, Kind::Form);
    }
    // What the browser is given besides pages.
    let page = heard.open(&mut program.visitor(), "/sign-in").await.body();
    let mut assets = 0;
    for part in page.split(['"', '\'']).filter(|part| part.starts_with("/pkg/")) {
        heard.open(&mut program.visitor(), part).await;
        assets += 1;
    }
    assert!(assets >= 2, "the page has no files: {page}");
    // A backup lies in other places than the database.
    program.run(&["backup", "data/copy.db"]).await;
    assert!(program.stop().await.success());

    for path in files(&program.path("data")).into_iter().chain([program.path("log")]) {
        let name = path.strip_prefix(program.folder.path()).unwrap().display().to_string();
        written.push((name, String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()));
    }
    let hits = sweep(&program, &secrets, &heard, &written);
    assert!(hits.is_empty(), "{} hits:\n{}", hits.len(), hits.join("\n"));

    // What must be there is there: the files are the right ones, a backup among them, and the journeys went all the way.
    let log = program.logged();
    assert!(written.iter().any(|(name, text)| name == "data/copy.db" && text.contains(NAME)));
    assert!(log.contains("sqlx::query") && log.contains("mail sent"), "the log is not at its most talkative");
    let of = |kind: Kind| secrets.known.values().filter(|found| **found == kind).count();
    let mailed = secrets.known.values().filter(|kind| matches!(kind, Kind::Mailed(_))).count();
    assert!(mailed >= 14 && of(Kind::Cookie) >= 10 && of(Kind::Form) >= 4, "{:?}", secrets.known.values());
    let size: usize = written.iter().map(|(_, text)| text.len()).sum();
    figure(
        "K03",
        &format!(
            "{} secrets in {} writings looked for in {} answers, {} mails, and {} KiB of log at TRACE, database, backup, audit and office: 0 hits",
            secrets.known.len(),
            secrets.writings().len(),
            heard.answers.len(),
            testkit::program::mails(&program.path("mail")).len(),
            size / 1024
        ),
    );
}

type Jars = Vec<(String, String)>;

/// Every journey, with a mistake at each step that puts a secret somewhere.
async fn live(program: &Program, heard: &mut Heard, secrets: &mut Secrets) -> Jars {
    let mut jars = Jars::new();
    let keep = |jars: &mut Jars, visitor: &Visitor| jars.extend(visitor.jar.clone());
    // Claim by the link.
    let mut visitor = program.visitor();
    for page in ["/", "/sign-in", "/claim", "/forgot-username", "/forgot-password", "/code", "/reset/challenge"] {
        heard.open(&mut visitor, page).await;
    }
    heard.submit(&mut visitor, "/api/claim/lookup", &lookup(NOT_ON_FILE)).await;
    heard.submit(&mut visitor, "/api/claim/lookup", &lookup(SSNS[0])).await;
    heard.open(&mut visitor, "/claim/sent").await;
    let mail = newest(program, 0, secrets).await;
    let token = mail.token().unwrap();
    heard.open(&mut visitor, &format!("/link/{token}")).await;
    heard.submit(&mut visitor, "/api/claim/start", &[("token", &token)]).await;
    keep(&mut jars, &visitor);
    heard.open(&mut visitor, "/claim/password").await;
    for fields in
        [[("password", CLAIMED), ("password_again", WRONG)], [("password", "short7x"), ("password_again", "short7x")]]
    {
        heard.call(&mut visitor, "/api/claim/password", &fields).await;
        heard.submit(&mut visitor, "/api/claim/password", &fields).await;
        heard.open(&mut visitor, "/claim/password").await;
    }
    let set = [("password", CLAIMED), ("password_again", CLAIMED)];
    let answer = heard.submit(&mut visitor, "/api/claim/password", &set).await;
    assert_eq!(answer.location().as_deref(), Some("/home"), "{}", answer.text);
    keep(&mut jars, &visitor);

    // Signed in: the question, the password, the history.
    let csrf = heard.open(&mut visitor, "/home").await.hidden("csrf").unwrap();
    for page in ["/security", "/security/question/new", "/security/history", "/change-password"] {
        heard.open(&mut visitor, page).await;
    }
    for (answer, password) in [(ANSWER, WRONG), ("x", CLAIMED), (CLAIMED, CLAIMED), (ANSWER, CLAIMED)] {
        let fields = [("question", QUESTION), ("answer", answer), ("current_password", password), ("csrf", &csrf)];
        let answered = heard.submit(&mut visitor, "/api/security/question", &fields).await;
        heard.open(&mut visitor, "/security/question/new").await;
        assert_eq!(answered.status, Some(303), "{}", answered.text);
    }
    for answer in [WRONG_ANSWER, ANSWER] {
        heard.submit(&mut visitor, "/api/security/confirm", &[("answer", answer), ("csrf", &csrf)]).await;
        heard.open(&mut visitor, "/security/question").await;
    }
    for current in [WRONG, CLAIMED] {
        let fields = [
            ("current_password", current),
            ("password", CHANGED),
            ("password_again", CHANGED),
            ("csrf", csrf.as_str()),
        ];
        heard.submit(&mut visitor, "/api/password/change", &fields).await;
        heard.open(&mut visitor, "/change-password").await;
    }
    keep(&mut jars, &visitor);
    let csrf = heard.open(&mut visitor, "/home").await.hidden("csrf").unwrap();
    heard.submit(&mut visitor, "/api/sign-in/out", &[("csrf", &csrf)]).await;

    // Forgot username, forgot password: the link, the question, the new password.
    heard.submit(&mut visitor, "/api/username/request", &[("email", &email(0)), ("robot", "on")]).await;
    heard.open(&mut visitor, "/forgot-username/sent").await;
    heard.submit(&mut visitor, "/api/reset/request", &[("login", &username(0)), ("robot", "on")]).await;
    let mail = newest(program, 0, secrets).await;
    let token = mail.token().unwrap();
    heard.open(&mut visitor, &format!("/link/{token}")).await;
    let before = heard.answers.iter().position(|(path, _)| path.contains(&token)).unwrap();
    for (path, answer) in &heard.answers[before..] {
        assert!(!answer.text.contains(ASKED), "{path} shows the question before the mailbox is proved");
    }
    let mut thief = program.visitor();
    heard.submit(&mut thief, "/api/reset/code", &[("code", &mail.code().unwrap())]).await;
    heard.submit(&mut visitor, "/api/reset/start", &[("token", &token)]).await;
    keep(&mut jars, &visitor);
    assert!(heard.open(&mut visitor, "/reset/challenge").await.text.contains("first station"));
    for answer in [WRONG_ANSWER, ANSWER] {
        heard.submit(&mut visitor, "/api/reset/answer", &[("answer", answer)]).await;
        heard.open(&mut visitor, "/reset/challenge").await;
    }
    heard.open(&mut visitor, "/reset/password").await;
    let answer =
        heard.submit(&mut visitor, "/api/reset/password", &[("password", RESET), ("password_again", RESET)]).await;
    assert_eq!(answer.location().as_deref(), Some("/reset/done"), "{}", answer.text);
    heard.open(&mut visitor, "/reset/done").await;

    // Claim by the code, in the browser that asked.
    let mut second = program.visitor();
    heard.submit(&mut second, "/api/claim/lookup", &lookup(SSNS[1])).await;
    let code = newest(program, 1, secrets).await.code().unwrap();
    heard.submit(&mut second, "/api/claim/code", &[("code", SSNS[1])]).await;
    heard.submit(&mut second, "/api/claim/code", &[("code", &code)]).await;
    let answer = heard.submit(&mut second, "/api/claim/password", &set).await;
    assert_eq!(answer.location().as_deref(), Some("/home"), "{}", answer.text);
    keep(&mut jars, &second);
    // A temporary password from the office, typed and replaced.
    program.run(&["account", "temporary-password", &username(1)]).await;
    wake(program).await;
    let word = mails_to(program, &email(1), 1).await.iter().find_map(temporary).unwrap();
    let mut third = program.visitor();
    let answer =
        heard.submit(&mut third, "/api/sign-in/password", &[("username", &username(1)), ("password", &word)]).await;
    assert_eq!(answer.location().as_deref(), Some("/change-password"), "{}", answer.text);
    keep(&mut jars, &third);
    let csrf = heard.open(&mut third, "/change-password").await.hidden("csrf").unwrap();
    let fields =
        [("current_password", word.as_str()), ("password", CHANGED), ("password_again", CHANGED), ("csrf", &csrf)];
    heard.submit(&mut third, "/api/password/change", &fields).await;
    heard.open(&mut third, "/change-password").await;
    keep(&mut jars, &third);
    // This wasn't me.
    let stop = mails_to(program, &email(1), 1).await.iter().rev().find_map(not_me).unwrap();
    heard.open(&mut third, &format!("/not-me/{stop}")).await;
    let mut stopper = program.visitor();
    let answer = heard.submit(&mut stopper, "/api/not-me/freeze", &[("token", &stop)]).await;
    assert_eq!(answer.location().as_deref(), Some("/not-me/done"), "{}", answer.text);
    jars
}

/// Secrets typed where they do not belong.
async fn mistake(program: &Program, heard: &mut Heard) {
    for (username, password) in
        [("canary0", WRONG), (TYPED_AS_NAME, "canary0"), (SSNS[0], SSNS[0]), (ANSWER, RESET), ("canary0", RESET)]
    {
        let mut visitor = program.visitor();
        let fields = [("username", username), ("password", password)];
        let is_name = username == "canary0";
        heard.call(&mut visitor, "/api/sign-in/password", &fields).await;
        if is_name {
            heard.submit(&mut visitor, "/api/sign-in/password", &fields).await;
            heard.open(&mut visitor, "/sign-in").await;
        }
    }
    let mut visitor = program.visitor();
    let mut mixed_up = lookup(SSNS[0]);
    mixed_up[3].1 = SSNS[0];
    heard.call(&mut visitor, "/api/claim/lookup", &mixed_up).await;
    heard.call(&mut visitor, "/api/claim/lookup", &[("ssn", SSNS[0]), ("unknown", SSNS[0])]).await;
    heard.call(&mut visitor, "/api/claim/start", &[("token", WRONG)]).await;
    heard.call(&mut visitor, "/api/reset/request", &[("login", SSNS[2]), ("robot", "on")]).await;
    heard.call(&mut visitor, "/api/reset/request", &[("login", TYPED_AS_NAME), ("robot", "on")]).await;
    heard.call(&mut visitor, "/api/username/request", &[("email", WRONG), ("robot", "on")]).await;
    for path in [format!("/claim?ssn={}", SSNS[0]), format!("/link/{}", SSNS[0]), format!("/{}", SSNS[1])] {
        heard.open(&mut visitor, &path).await;
    }
    let mut visitor = program.visitor().with("user-agent", WRONG).with("referer", &format!("http://x/?p={WRONG}"));
    heard.open(&mut visitor, "/sign-in").await;
}

/// A command is another process: what it queues goes out within a minute, or with the next form that is taken.
async fn wake(program: &Program) {
    let fields = [("email", "nobody@example.org"), ("robot", "on")];
    program.visitor().submit("/api/username/request", &fields).await;
    at_rest(program).await;
}

/// What the office's commands say.
async fn office(program: &Program) -> Vec<(String, String)> {
    let mut said = Vec::new();
    for number in 0..2 {
        program.run(&["account", "suspend", &username(number)]).await;
        program.run(&["account", "reactivate", &username(number)]).await;
        let shown = program.run(&["account", "show", &username(number)]).await;
        said.push((format!("account show {number}"), String::from_utf8(shown.stdout).unwrap()));
    }
    let exported = program.run(&["audit", "export"]).await;
    let exported = String::from_utf8(exported.stdout).unwrap();
    assert!(exported.lines().count() > 30, "{exported}");
    said.push(("audit export".to_owned(), exported));
    said
}
