//! A04, A05, A07, G09: what can be told by the clock. script/abuse --long runs these, on the released program.
//!
//! The two kinds of request alternate over one warm connection, in an order that chance decides for each pair, so that
//! what one leaves behind for the next weighs on both alike. Who has a budget is asked for once in an hour: every
//! sample has a name of its own, known ones from a roster that is large enough, unknown ones of the same form.
#![expect(clippy::disallowed_methods, reason = "what is measured is time")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use backboard::challenge::Answer as Spoken;
use backboard::form::reset::Login;
use backboard::keep::PEOPLE_DAYS;
use backboard::password::Password;
use backboard::service::ports::{Fault, Hasher, Store, Vault};
use backboard::service::{Portal, Visitor};
use server::clock::{SystemClock, SystemEntropy};
use server::hasher::Argon2Hasher;
use server::keys::Keys;
use server::mail::{Delivered, Stationery, Transport, Worker};
use server::profiles::profile;
use server::robots::Altcha;
use server::store::Sqlite;
use server::vault::KeyVault;
use testkit::program::{Plan, Program};
use testkit::smtp::Mode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

use crate::auc::{RUNS, SAFE, SAMPLES, WARM, auc, median};
use crate::bench::{Sink, begin, figure};
use crate::people::{
    ANSWER, PASSWORD, WRONG, ask_reset, email, give_password, give_question, row, rows, ssn, username,
};

/// Those on the roster are numbered up to here, and nobody is from here on.
const NOBODY: usize = 40_000;
const EACH: usize = RUNS * (SAMPLES + WARM);

/// One connection that stays open.
struct Line {
    stream: TcpStream,
    address: SocketAddr,
}

impl Line {
    async fn to(program: &Program) -> Self {
        let stream = TcpStream::connect(program.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, address: program.address }
    }

    /// Posts a form; gives the status and the microseconds until the last byte of the answer.
    async fn ask(&mut self, path: &str, body: &str) -> (u16, f64) {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let (mut read, mut buffer) = (Vec::new(), [0; 8_192]);
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes()).await.unwrap();
        loop {
            let count = self.stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "the connection was closed: {}", String::from_utf8_lossy(&read));
            read.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&read);
            let Some((head, rest)) = text.split_once("\r\n\r\n") else { continue };
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .unwrap_or_else(|| panic!("an answer without a length: {text}"))
                .parse()
                .unwrap();
            if rest.len() >= length {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return (status, begun.elapsed().as_secs_f64() * 1e6);
            }
        }
    }
}

/// Three runs; each must be safe.
async fn judge(
    case: &str,
    what: &str,
    program: &Program,
    status: u16,
    path: &str,
    body: impl Fn(bool, usize) -> String,
) {
    let mut areas = Vec::new();
    let mut medians = (0.0, 0.0);
    for run in 0..RUNS {
        let mut line = Line::to(program).await;
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for sample in 0..SAMPLES + WARM {
            let number = run * (SAMPLES + WARM) + sample;
            let begins: bool = rand::random();
            for is_second in [begins, !begins] {
                let (answered, time) = line.ask(path, &body(is_second, number)).await;
                assert_eq!(answered, status, "{what}");
                if sample >= WARM {
                    if is_second { second.push(time) } else { first.push(time) }
                }
            }
        }
        areas.push(auc(&first, &second));
        medians = (median(&first), median(&second));
    }
    tell(case, what, &areas, medians);
}

fn tell(case: &str, what: &str, areas: &[f64], (first, second): (f64, f64)) {
    let shown: Vec<String> = areas.iter().map(|area| format!("{area:.3}")).collect();
    figure(
        case,
        &format!("{what}: AUC {} (n = {SAMPLES} each; medians {first:.0} and {second:.0} µs)", shown.join(", ")),
    );
    assert!(areas.iter().all(|area| SAFE.contains(area)), "{what}: {areas:?}");
}

/// The roster of those who are known, each with a password.
async fn known(smtp: Option<u16>, agency: &'static str) -> Program {
    let program = begin(&Plan { rows: rows(EACH), smtp, agency, multiply: 100_000, ..Plan::default() }).await;
    give_password(&program, 0..EACH, PASSWORD).await;
    program
}

fn who(is_unknown: bool, number: usize) -> usize {
    if is_unknown { NOBODY + number } else { number }
}

fn reset(is_unknown: bool, number: usize) -> String {
    format!("login={}&robot=on", username(who(is_unknown, number)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for minutes: script/abuse --long"]
async fn a04_a_request_for_a_new_password_takes_as_long_for_nobody() {
    let program = known(None, "demo").await;
    judge("A04", "reset, existing and unknown", &program, 200, "/api/reset/request", reset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for minutes: script/abuse --long"]
async fn a05_a_request_takes_as_long_for_nobody_while_mail_hangs() {
    let sink = Sink::start();
    sink.set(Mode::Hang);
    let program = known(Some(sink.port), "demo").await;
    judge("A05", "reset while SMTP hangs, existing and unknown", &program, 200, "/api/reset/request", reset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for minutes: script/abuse --long"]
async fn a04_a_request_for_a_username_takes_as_long_for_nobody() {
    let program = known(None, "demo").await;
    let body = |is_unknown, number| format!("email={}&robot=on", email(who(is_unknown, number)).replace('@', "%40"));
    judge("A04", "username, existing and unknown", &program, 200, "/api/username/request", body).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for minutes: script/abuse --long"]
async fn a04_a_lookup_takes_as_long_without_a_match() {
    // Nobody has claimed yet: a match is mailed a link.
    let program = begin(&Plan { rows: rows(EACH), multiply: 100_000, ..Plan::default() }).await;
    let body = |is_unknown, number| {
        let number = ssn(who(is_unknown, number));
        format!("birth_month=2&birth_day=29&birth_year=1984&last_name=Lovelace&ssn={number}&robot=on")
    };
    judge("A04", "claim, match and no match", &program, 200, "/api/claim/lookup", body).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for minutes: script/abuse --long"]
async fn a04_a_sign_in_takes_as_long_for_nobody() {
    let program = known(None, "demo").await;
    let body = |is_unknown, number| format!("username={}&password={WRONG}", username(who(is_unknown, number)));
    judge("A04", "sign-in, wrong password and unknown", &program, 422, "/api/sign-in/password", body).await;
}

/// Argon2id as it is, and the moment at which it has said yes or no.
struct Watched {
    hasher: Argon2Hasher,
    said: Mutex<Option<Instant>>,
}

#[async_trait]
impl Hasher for Watched {
    async fn hash(&self, password: &Password) -> Result<String, Fault> {
        self.hasher.hash(password).await
    }

    async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool, Fault> {
        let said = self.hasher.verify(password, hash).await;
        *self.said.lock().unwrap() = Some(Instant::now());
        said
    }

    fn is_outdated(&self, hash: &str) -> bool {
        self.hasher.is_outdated(hash)
    }

    fn room(&self) -> Result<(), Fault> {
        self.hasher.room()
    }
}

/// Up to the verdict: from the call of the use case until Argon2id has said yes or no, in this process, with the real
/// store, keys and hasher. What comes after differs on purpose, and the answer itself says which it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for minutes: script/abuse --long"]
async fn g09_an_answer_takes_as_long_right_or_wrong() {
    // Right and wrong answers are given by two halves of the people; the halves change over from run to run.
    let people = 2 * (SAMPLES + WARM);
    let program = Program::prepare(&crate::bench::binary(), &Plan { rows: rows(people), ..Plan::default() }).await;
    give_password(&program, 0..people, PASSWORD).await;
    give_question(&program, 0..people).await;
    let keys = Keys::read(&program.path("keys/keys.toml")).unwrap();
    let store = Arc::new(Sqlite::open(&program.path("data/backboard.db")).await.unwrap());
    let vault: Arc<dyn Vault> = Arc::new(KeyVault::new(&keys));
    let watched = Arc::new(Watched { hasher: Argon2Hasher::new(&keys).unwrap(), said: Mutex::default() });
    let portal = Arc::new(Portal {
        agency: profile("demo").unwrap(),
        store: Arc::clone(&store) as Arc<dyn Store>,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        hasher: Arc::clone(&watched) as Arc<dyn Hasher>,
        robots: Arc::new(Altcha::new(Arc::clone(&vault))),
        vault,
        multiply: 100_000,
        people_days: PEOPLE_DAYS,
    });
    let delivered: Arc<Mutex<Vec<Delivered>>> = Arc::default();
    let stationery = Stationery::new(&portal.agency, "http://127.0.0.1:1").unwrap();
    let transport = Transport::Memory(Arc::clone(&delivered));
    let mut worker = Worker::new(Arc::clone(&portal), stationery, transport, Arc::new(Notify::new()));
    let (_working, stop) = watch::channel(false);
    let visitor = Visitor { address: "127.0.0.1".parse().unwrap(), language: "en".to_owned(), known: None };
    let (right, wrong) = (Spoken::parse(ANSWER).unwrap(), Spoken::parse("Saint Bernard Harbour").unwrap());
    let (mut areas, mut medians) = (Vec::new(), (0.0, 0.0));
    for run in 0..RUNS {
        let (mut rights, mut wrongs) = (Vec::new(), Vec::new());
        for sample in 0..SAMPLES + WARM {
            let begins: bool = rand::random();
            for is_right in [begins, !begins] {
                let number = 2 * sample + usize::from(is_right == run.is_multiple_of(2));
                portal.reset_request(&visitor, &login(number), "").await.unwrap();
                worker.round(&stop).await.unwrap();
                let mails = std::mem::take(&mut *delivered.lock().unwrap());
                let token = token(mails.iter().find(|mail| mail.recipient == email(number)).unwrap());
                let browser = portal.reset_start(&visitor, &token).await.unwrap().browser;
                let answer = if is_right { &right } else { &wrong };
                let begun = Instant::now();
                let told = portal.reset_answer(Some(&browser), answer).await;
                let said = watched.said.lock().unwrap().take().unwrap();
                assert_eq!(told.is_ok(), is_right);
                if sample >= WARM {
                    let time = said.duration_since(begun).as_secs_f64() * 1e6;
                    if is_right { rights.push(time) } else { wrongs.push(time) }
                }
            }
        }
        areas.push(auc(&rights, &wrongs));
        medians = (median(&rights), median(&wrongs));
    }
    tell("G09", "answer, right and wrong, up to the verdict", &areas, medians);
}

fn login(number: usize) -> Login {
    Login::parse(&username(number)).unwrap()
}

fn token(mail: &Delivered) -> String {
    let message = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
    let text = message.body_text(0).unwrap().into_owned();
    let (_, after) = text.split_once("/link/").unwrap();
    after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// One's own mail, asked for right after somebody's, or after nobody's: fewer samples, because each waits for its mail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for minutes: script/abuse --long"]
async fn a07_ones_own_mail_comes_as_late_after_somebody_as_after_nobody() {
    const EACH: usize = 600;
    /// Three standard errors of an area that is 0.5, with so many samples of each kind: what the suite calls safe.
    const FAR: f64 = 0.05;
    let sink = Sink::start();
    // Victims, then as many accounts of the attacker as there are samples.
    let people: String = (0..3 * EACH).map(|number| row(number, "active")).collect();
    let program = begin(&Plan { rows: people, smtp: Some(sink.port), multiply: 100_000, ..Plan::default() }).await;
    give_password(&program, 0..3 * EACH, PASSWORD).await;
    let (mut after_somebody, mut after_nobody) = (Vec::new(), Vec::new());
    for sample in 0..EACH {
        let begins: bool = rand::random();
        for is_nobody in [begins, !begins] {
            ask_reset(&mut program.visitor(), &username(who(is_nobody, sample))).await;
            let own = EACH + 2 * sample + usize::from(is_nobody);
            let begun = Instant::now();
            ask_reset(&mut program.visitor(), &username(own)).await;
            let to = format!("to: {}", email(own));
            while !sink.received().iter().rev().any(|mail| mail.has(&to)) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let time = begun.elapsed().as_secs_f64() * 1e6;
            if is_nobody { after_nobody.push(time) } else { after_somebody.push(time) }
        }
    }
    let area = auc(&after_somebody, &after_nobody);
    let (one, other) = (median(&after_somebody) / 1e3, median(&after_nobody) / 1e3);
    figure(
        "A07",
        &format!(
            "own mail after somebody's and after nobody's: AUC {area:.3} (n = {EACH} each; medians {one:.0} and {other:.0} ms)"
        ),
    );
    assert!((area - 0.5).abs() <= FAR, "{area}");
}
