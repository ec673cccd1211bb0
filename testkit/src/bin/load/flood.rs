//! Five hundred who sign in at once, again and again, while others ask for a page and somebody asks for its health.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testkit::program::Visitor;
use tokio::sync::watch;

use crate::measure::{PAGE, SIGN_INS};
use crate::people::Stand;
use crate::server::Server;
use crate::table::{Table, figure, percentile};
use crate::wrk::{Answered, Asked, Wrk};

const CONNECTIONS: u32 = 500;
/// How often its health is asked for.
const ASKED: Duration = Duration::from_millis(50);

/// What came of it.
pub struct Flood {
    sign_ins: Answered,
    page: Answered,
    /// Milliseconds.
    health: f64,
    pub memory: f64,
}

pub async fn flood(stand: &Stand, server: &Server, wrk: &Wrk, seconds: u32) -> Flood {
    let watch = server.watch();
    let (over, ended) = watch::channel(false);
    let admin = stand.program.admin.unwrap();
    let asking = tokio::spawn(async move { health(admin, ended).await });
    let crowd = Asked { connections: CONNECTIONS, ..SIGN_INS[0] };
    let visitor = Asked { connections: 1, ..PAGE };
    let (sign_ins, page) =
        tokio::join!(wrk.run(&crowd, server.address, seconds), wrk.run(&visitor, server.address, seconds));
    over.send(true).unwrap();
    let mut health = asking.await.unwrap();
    Flood { sign_ins, page, health: percentile(&mut health, 99), memory: watch.most() }
}

/// How long each answer took, in milliseconds.
async fn health(admin: SocketAddr, ended: watch::Receiver<bool>) -> Vec<f64> {
    let mut took = Vec::new();
    while !*ended.borrow() {
        let since = Instant::now();
        assert_eq!(Visitor::new(admin).open("/healthz").await.status, Some(200));
        took.push(since.elapsed().as_secs_f64() * 1_000.0);
        tokio::time::sleep(ASKED).await;
    }
    took
}

impl Flood {
    pub fn print(&self) {
        let count = |count: u64| count.to_string();
        let mut table = Table::new(&["500 who sign in at once, again and again", ""]);
        for (what, figure) in [
            ("signed in", count(self.sign_ins.of(200))),
            ("told that it is busy (503)", count(self.sign_ins.of(503))),
            ("of these without Retry-After", count(self.sign_ins.mute)),
            ("any other answer", count(self.sign_ins.all() - self.sign_ins.of(200) - self.sign_ins.of(503))),
            ("no answer", count(self.sign_ins.unanswered)),
            ("GET /sign-in beside them, p99 ms", figure(self.page.p99)),
            ("/healthz beside them, p99 ms", figure(self.health)),
        ] {
            table.row(vec![what.to_owned(), figure]);
        }
        table.print();
    }
}
