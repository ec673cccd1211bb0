//! One database with so many people: what each kind of request costs, what it is compared with, and how much memory
//! the program has.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use testkit::program::{Program, Statements, Visitor};
use tokio::process::Command;

use crate::bare;
use crate::flood::{Flood, flood};
use crate::people::{Base, Stand};
use crate::reset::{Told, tell_apart, whole};
use crate::server::{Server, oneself};
use crate::table::{Table, figure, grouped, percentile};
use crate::wrk::{Asked, Wrk};

pub const PAGE: Asked = Asked {
    name: "GET /sign-in",
    method: "GET",
    path: "/sign-in",
    body: "",
    cookie: "",
    connections: 16,
    expected: 200,
};
/// Somebody's whose session is over: it is looked up all the same.
const PAGE_OF_SESSION: Asked = Asked {
    name: "GET /sign-in, with a session to look up",
    cookie: "__Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ..PAGE
};
const RESETS: [Asked; 2] = [
    reset("reset request, known", "login=user{i}%40example.org&robot=on"),
    reset("reset request, unknown", "login=nobody{i}%40example.org&robot=on"),
];
pub const SIGN_INS: [Asked; 3] = [
    sign_in("sign-in, right", "username=user{i}&password=Correct-Horse-9", 200),
    sign_in("sign-in, wrong", "username=user{i}&password=wrong-password-1", 422),
    sign_in("sign-in, unknown", "username=nobody{i}&password=wrong-password-1", 422),
];
/// Starts of which the middle one is told.
const STARTS: usize = 5;
/// Whole resets, and how many at once.
const WHOLE: (usize, usize) = (200, 64);
/// Seconds of the flood at the least: five hundred need some until the first of them is answered.
const FLOODED: u32 = 10;
/// Seconds for which the worker is watched.
const WORKED: u32 = 4;
/// Requests of each kind while statements are counted.
const COUNTED: usize = 20;

const fn reset(name: &'static str, body: &'static str) -> Asked {
    Asked { name, method: "POST", path: "/api/reset/request", body, cookie: "", connections: 8, expected: 200 }
}

const fn sign_in(name: &'static str, body: &'static str, expected: u16) -> Asked {
    Asked { name, method: "POST", path: "/api/sign-in/password", body, cookie: "", connections: 8, expected }
}

/// What the picture draws.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    pub base: &'static str,
    pub people: usize,
    /// Milliseconds of processor time of a reset request.
    pub processor: f64,
    pub statements: f64,
}

pub struct Settings<'a> {
    pub binary: &'a Path,
    pub base: Base,
    pub people: usize,
    pub seconds: u32,
}

/// Prints all figures of one database.
pub async fn measure(settings: &Settings<'_>) -> Point {
    let Settings { binary, base, people, seconds } = *settings;
    println!("## {}, {} people\n", base.name(), grouped(people));
    let stand = Arc::new(Stand::prepare(binary, base, people, SocketAddr::from(([127, 0, 0, 1], 0))).await);
    println!("imported in {:.1} s\n", stand.imported.as_secs_f64());

    let start = start_time(&stand).await;
    let server = stand.start("info").await;
    for _ in 0..20 {
        assert_eq!(stand.program.visitor().open("/sign-in").await.status, Some(200));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = server.memory();

    let mut load =
        Load { stand: &stand, server: &server, wrk: Wrk::new(server.address, people), seconds, rows: vec![] };
    let page = load.bare_page().await;
    load.run(&PAGE, "the bare page", page).await;
    load.run(&PAGE_OF_SESSION, "the bare page", page).await;
    let sweeping = stand.behind.sweep();
    for asked in &RESETS {
        load.run(asked, "the bare page", page).await;
    }
    let stride = people / people.min(1_000);
    let worker = stand.behind.work(WORKED).await;
    let told = tell_apart(server.address, server.address, 300, stride);
    stand.behind.rest().await;
    let hashes = bare::hashes_a_second(seconds);
    for asked in &SIGN_INS {
        load.run(asked, "the bare loop", hashes).await;
    }
    let flooded = flood(&stand, &server, &load.wrk, seconds.max(FLOODED)).await;
    let durable = bare::durable_writes_a_second(stand.program.folder.path(), seconds.min(3));
    let resets = load.whole().await;
    drop(sweeping);
    let rows = load.rows;
    let after = server.memory();
    server.stop().await;
    let counted = count(&stand).await;

    print_load(&rows, hashes, page);
    println!("durable writes of 4 KiB, one after the other: {}/s\n", figure(durable));
    println!(
        "the worker, over a queue that such a flood left behind: {} jobs/s, {} mails/s\n",
        figure(worker.0),
        figure(worker.1)
    );
    println!("{resets}\n");
    print_told(&told);
    print_memory(start, idle, after, &rows, &flooded);
    print_statements(&counted);
    Point {
        base: base.name(),
        people,
        processor: rows.iter().find(|row| row.name == RESETS[0].name).map(|row| row.processor).unwrap_or_default(),
        statements: counted.statements.of("/api/reset/request"),
    }
}

/// One kind of request.
struct Row {
    name: &'static str,
    rate: f64,
    p50: f64,
    p99: f64,
    /// Milliseconds of processor time each.
    processor: f64,
    /// Of the yardstick's rate.
    ratio: f64,
    yardstick: &'static str,
    /// Writing transactions each, the worker's included.
    transactions: f64,
    /// Answers with another status than expected, or none.
    unexpected: u64,
    memory: f64,
}

struct Load<'a> {
    stand: &'a Arc<Stand>,
    server: &'a Server,
    wrk: Wrk,
    seconds: u32,
    rows: Vec<Row>,
}

impl Load<'_> {
    /// Requests a second of a page with the same bytes and nothing behind it.
    async fn bare_page(&self) -> f64 {
        let page = Visitor::new(self.server.address).open("/sign-in").await.body();
        let folder = self.stand.program.folder.path();
        std::fs::write(folder.join("page.html"), page).unwrap();
        let address = self.stand.program.another().listen;
        let mut command = Command::new(oneself());
        command.args(["page", &address.to_string()]).arg(folder.join("page.html"));
        let bare = Server::start(command, address, "/sign-in", &folder.join("page.log")).await;
        self.wrk.run(&PAGE, bare.address, 1).await;
        let answered = self.wrk.run(&PAGE, bare.address, self.seconds).await;
        bare.stop().await;
        rate(answered.requests, answered.seconds)
    }

    async fn run(&mut self, asked: &Asked, yardstick: &'static str, of: f64) {
        let (server, program) = (self.server, &self.stand.program);
        self.wrk.run(asked, server.address, 1).await;
        let watch = server.watch();
        let (processor, transactions) = (server.processor(), transactions(program).await);
        let answered = self.wrk.run(asked, server.address, self.seconds).await;
        let unexpected = answered.others(asked.expected) + answered.unanswered;
        if unexpected != 0 {
            println!("{}: {unexpected} unexpected: {answered:?}\n", asked.name);
        }
        let requests = number(answered.all().max(1));
        let rate = rate(answered.requests, answered.seconds);
        self.rows.push(Row {
            name: asked.name,
            rate,
            p50: answered.p50,
            p99: answered.p99,
            processor: (server.processor() - processor) * 1_000.0 / requests,
            transactions: (self::transactions(program).await - transactions) / requests,
            ratio: rate / of,
            yardstick,
            unexpected,
            memory: watch.most(),
        });
    }

    /// A line about whole resets.
    async fn whole(&self) -> String {
        let (processor, transactions) = (self.server.processor(), transactions(&self.stand.program).await);
        let (count, at_once) = WHOLE;
        let mut whole = whole(self.stand, count, at_once).await;
        let each = number(whole.count as u64);
        format!(
            "a whole reset ({count}, {at_once} at once): {}/s, the four posts p50 {} ms, p99 {} ms, the mail after p50 {} ms, \
             CPU {} ms, {} writing transactions",
            figure(each / whole.seconds),
            figure(percentile(&mut whole.posts, 50)),
            figure(percentile(&mut whole.posts, 99)),
            figure(percentile(&mut whole.mails, 50)),
            figure((self.server.processor() - processor) * 1_000.0 / each),
            figure((self::transactions(&self.stand.program).await - transactions) / each),
        )
    }
}

/// Statements of each kind of request, one after the other, from the program's own log.
struct Counted {
    statements: Statements,
    /// What the worker did for each reset request.
    worker: f64,
    transactions: f64,
}

async fn count(stand: &Stand) -> Counted {
    let server = stand.start(Statements::LOG).await;
    stand.behind.rest().await;
    stand.behind.execute("DELETE FROM budget").await;
    let before = Statements::read(&stand.logged()).worker;
    let mut transactions = transactions(&stand.program).await;
    for number in 0..COUNTED {
        let login = format!("user{}", number % stand.people);
        let fields = [("login", login.as_str()), ("robot", "on")];
        let asked = stand.program.visitor().submit("/api/reset/request", &fields).await;
        assert_eq!(asked.location().as_deref(), Some("/forgot-password/sent"), "{}", asked.text);
    }
    stand.behind.rest().await;
    transactions = self::transactions(&stand.program).await - transactions;
    let after = Statements::read(&stand.logged()).worker;
    for number in COUNTED..2 * COUNTED {
        let username = format!("nobody{number}");
        let mut visitor = stand.program.visitor();
        let (name, token) = PAGE_OF_SESSION.cookie.split_once('=').unwrap();
        visitor.jar.insert(name.to_owned(), token.to_owned());
        visitor.open("/sign-in").await;
        visitor.submit("/api/sign-in/password", &[("username", &username), ("password", "wrong-password-1")]).await;
    }
    server.stop().await;
    let each = number(COUNTED as u64);
    let statements = Statements::read(&stand.logged());
    Counted { statements, worker: f64::from(after - before) / each, transactions: transactions / each }
}

/// The middle one of some starts, in milliseconds, of a database that is there.
async fn start_time(stand: &Stand) -> f64 {
    let mut took = Vec::new();
    for _ in 0..STARTS {
        let server = stand.start("info").await;
        took.push(server.started.as_secs_f64() * 1_000.0);
        server.stop().await;
    }
    percentile(&mut took, 50)
}

/// Writing transactions since the start.
async fn transactions(program: &Program) -> f64 {
    program.scrape().await.value("backboard_store_write_duration_seconds_count", &[]).unwrap_or_default()
}

fn rate(requests: u64, seconds: f64) -> f64 {
    number(requests) / seconds
}

#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
const fn number(count: u64) -> f64 {
    count as f64
}

fn print_load(rows: &[Row], hashes: f64, page: f64) {
    println!("the bare page {}/s, the bare loop of Argon2 {}/s\n", figure(page), figure(hashes));
    let head = [
        "",
        "requests/s",
        "of the yardstick",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "transactions",
        "MB at most",
        "unexpected",
    ];
    let mut table = Table::new(&head);
    for row in rows {
        let ratio = format!("{} of {}", figure(row.ratio), row.yardstick);
        let figures = [row.p50, row.p99, row.processor, row.transactions, row.memory].map(figure);
        let mut cells = vec![row.name.to_owned(), figure(row.rate), ratio];
        cells.extend(figures);
        cells.push(row.unexpected.to_string());
        table.row(cells);
    }
    table.print();
}

fn print_told(told: &Told) {
    println!(
        "known or unknown by the time of a reset request's answer: AUC {} (p50 {} ms and {} ms)\n",
        figure(told.auc),
        figure(told.known),
        figure(told.unknown)
    );
}

fn print_memory(start: f64, idle: f64, after: f64, rows: &[Row], flood: &Flood) {
    let under_load = rows.iter().map(|row| row.memory).fold(0.0, f64::max);
    println!("start to first answer: {} ms\n", figure(start));
    let mut table = Table::new(&["memory, MB (PSS)", ""]);
    for (what, memory) in [
        ("idle", idle),
        ("at most under load", under_load),
        ("at most with 500 who sign in at once", flood.memory),
        ("after all of it", after),
    ] {
        table.row(vec![what.to_owned(), figure(memory)]);
    }
    table.print();
    flood.print();
}

fn print_statements(counted: &Counted) {
    let mut table = Table::new(&["SQL statements of a request, its transaction apart", ""]);
    for (what, statements) in [
        ("GET /sign-in, with a session to look up", counted.statements.of("/sign-in")),
        ("reset request", counted.statements.of("/api/reset/request")),
        ("what the worker does for it afterwards", counted.worker),
        ("writing transactions of both", counted.transactions),
        ("sign-in, unknown", counted.statements.of("/api/sign-in/password")),
    ] {
        table.row(vec![what.to_owned(), figure(statements)]);
    }
    table.print();
}
