//! *Forgot password?* as one person goes through it, and whether its answer takes longer for who exists.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use testkit::program::{Mail, Visitor};

use crate::people::{ANSWER, Stand, go};
use crate::table::percentile;

/// Requests before the first that counts.
const WARM_UP: usize = 10;

/// What whole resets took, in milliseconds.
pub struct Whole {
    pub count: usize,
    pub seconds: f64,
    /// The four posts of each together.
    pub posts: Vec<f64>,
    /// From the answer to the first until the mail is there.
    pub mails: Vec<f64>,
}

/// So many people reset their password, so many at once.
pub async fn whole(stand: &Arc<Stand>, count: usize, at_once: usize) -> Whole {
    let since = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let visitors: Vec<_> = (0..at_once)
        .map(|_| {
            let (stand, next) = (Arc::clone(stand), Arc::clone(&next));
            tokio::spawn(async move {
                let mut took = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return took;
                    }
                    took.push(one(&stand, number % stand.people).await);
                }
            })
        })
        .collect();
    let mut took = Vec::new();
    for visitor in visitors {
        took.extend(visitor.await.unwrap());
    }
    let (posts, mails) = took.into_iter().map(|(posts, mail)| (ms(posts), ms(mail))).unzip();
    Whole { count, seconds: since.elapsed().as_secs_f64(), posts, mails }
}

async fn one(stand: &Stand, number: usize) -> (Duration, Duration) {
    let (login, email) = (format!("user{number}"), format!("user{number}@example.org"));
    stand.mailbox.forget(&email);
    let mut visitor: Visitor = stand.program.visitor();
    let asked = Instant::now();
    go(&mut visitor, "/api/reset/request", &[("login", &login), ("robot", "on")], "/forgot-password/sent").await;
    let (answered, waits) = (asked.elapsed(), Instant::now());
    let token = Mail::read(&stand.mailbox.wait_for(&email).await).token().unwrap();
    let (mailed, goes_on) = (waits.elapsed(), Instant::now());
    go(&mut visitor, "/api/reset/start", &[("token", &token)], "/reset/challenge").await;
    go(&mut visitor, "/api/reset/answer", &[("answer", ANSWER)], "/reset/password").await;
    let password = format!("Fresh-Staple-{number}-horse");
    let fields = [("password", password.as_str()), ("password_again", &password)];
    go(&mut visitor, "/api/reset/password", &fields, "/reset/done").await;
    (answered + goes_on.elapsed(), mailed)
}

/// How well the time of an answer tells known names from unknown ones, one after the other on one connection.
pub struct Told {
    /// That a known name's answer takes longer than an unknown one's; 0.5 tells nothing.
    pub auc: f64,
    pub known: f64,
    pub unknown: f64,
}

/// Asks for so many of each, who take turns at going first.
pub fn tell_apart(server: SocketAddr, host: SocketAddr, count: usize, stride: usize) -> Told {
    let mut connection = TcpStream::connect(server).unwrap();
    connection.set_nodelay(true).unwrap();
    let mut took = [Vec::new(), Vec::new()];
    for round in 0..count + WARM_UP {
        for who in if round % 2 == 0 { [1, 0] } else { [0, 1] } {
            let name = if who == 0 { "user" } else { "nobody" };
            let body = format!("login={name}{}%40example.org&robot=on", round % 900 * stride);
            let since = Instant::now();
            ask(&mut connection, host, &body);
            if round >= WARM_UP {
                took[who].push(ms(since.elapsed()));
            }
        }
    }
    let [mut known, mut unknown] = took;
    Told {
        auc: area(&mut known, &mut unknown),
        known: percentile(&mut known, 50),
        unknown: percentile(&mut unknown, 50),
    }
}

/// Posts a request and reads its answer to the end.
fn ask(connection: &mut TcpStream, host: SocketAddr, body: &str) {
    let request = format!(
        "POST /api/reset/request HTTP/1.1\r\nhost: {host}\r\naccept: application/json\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let read = connection.read(&mut part).unwrap();
        assert!(read > 0, "the connection was closed");
        answer.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&answer);
        let Some((head, content)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.starts_with("HTTP/1.1 200"), "{text}");
        let length = head.to_ascii_lowercase();
        let (_, length) = length.split_once("content-length: ").unwrap();
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        if content.len() >= length {
            return;
        }
    }
}

/// The part of all pairs in which the first is the longer one; a tie counts half.
fn area(longer: &mut [f64], shorter: &mut [f64]) -> f64 {
    shorter.sort_by(f64::total_cmp);
    let below = |value: f64| shorter.partition_point(|other| *other < value);
    let at_most = |value: f64| shorter.partition_point(|other| *other <= value);
    let sum: usize = longer.iter().map(|value| below(*value) + at_most(*value)).sum();
    #[expect(clippy::cast_precision_loss, reason = "thousands of pairs")]
    let share = sum as f64 / 2.0 / (longer.len() * shorter.len()) as f64;
    share
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_a_half_for_who_cannot_be_told_apart_and_one_for_who_always_takes_longer() {
        assert!((area(&mut [1.0, 2.0, 3.0], &mut [3.0, 1.0, 2.0]) - 0.5).abs() < 1e-9);
        assert!((area(&mut [4.0, 5.0], &mut [3.0, 1.0, 2.0]) - 1.0).abs() < 1e-9);
        assert!(area(&mut [0.0], &mut [3.0, 1.0]) < 1e-9);
    }
}
