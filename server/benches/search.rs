//! How long the desk's search takes over an imported roster, kind by kind, and as a ratio to a unit of work that writes
//! one row of the audit and does nothing else.
//!
//! Usage: `cargo bench -p server --bench search -- DATABASE`   (`script/bench` does it)
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on stops at once")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backboard::service::Portal;
use backboard::service::desk::Actor;
use backboard::service::desk::seen::Found;
use backboard::service::ports::Store as _;
use backboard::staff::{Role, Term};
use server::store::Sqlite;
use testkit::fakes::{Memory, TestPortal};

/// Searches of each kind.
const ROUNDS: usize = 500;

type Kind = (&'static str, fn(&Found) -> Option<String>);

const KINDS: [Kind; 9] = [
    ("last name", |found| Some(found.last_name.clone())),
    ("two letters", |found| Some(found.last_name.chars().filter(|c| c.is_alphanumeric()).take(2).collect())),
    ("first and last name", |found| Some(format!("{} {}", found.first_name, found.last_name))),
    ("last name, first name", |found| Some(format!("{}, {}", found.last_name, found.first_name))),
    ("username", |found| Some(found.username.to_string())),
    ("e-mail address", |found| Some(found.email.as_ref()?.as_str().to_owned())),
    ("certificate number", |found| found.certificate.clone()),
    ("its first three", |found| Some(found.certificate.as_ref()?.chars().take(3).collect())),
    ("six words nobody has", |_| Some("xa xb xc xd xe xf".to_owned())),
];

#[tokio::main]
async fn main() {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        return println!("usage: cargo bench -p server --bench search -- DATABASE");
    };
    let store = Arc::new(Sqlite::open(Path::new(&path)).await.unwrap());
    let portal = TestPortal::over(store.clone(), Arc::new(Memory::default())).portal;
    let ids: Vec<i64> = (0..ROUNDS as i64).map(|number| 1 + number * 197 % 90_000).collect();
    let sample = store.read().await.unwrap().find_found(&ids).await.unwrap();
    assert!(!sample.is_empty(), "{path} has no people: import a roster first");

    // One member of staff each, or their limits would be measured.
    let mut staff = std::process::id().into();
    let mut bare = Vec::new();
    for _ in 0..ROUNDS {
        let from = Instant::now();
        let mut work = portal.store.begin().await.unwrap();
        portal.audit_by(&mut *work, "staff 1", "view", None, "").await.unwrap();
        work.save().await.unwrap();
        bare.push(from.elapsed());
    }
    let bare = report("one row of the audit", bare, None);
    let mut all = (Vec::new(), Vec::new());
    for (kind, term) in KINDS {
        let (mut searches, mut pages) = (Vec::new(), Vec::new());
        for term in sample.iter().filter_map(term).filter(|term| Term::parse(term).is_ok()) {
            staff += 1;
            let (search, page) = answer(&portal, staff, &term).await;
            searches.push(search + page);
            pages.push(page);
        }
        all.0.extend_from_slice(&searches);
        all.1.extend_from_slice(&pages);
        report(kind, searches, Some(bare));
    }
    report("all kinds", all.0, Some(bare));
    report("of it, a page shown again", all.1, Some(bare));
    store.close().await;
}

/// How long a search takes, and the first page of what it found.
async fn answer(portal: &Portal, staff: i64, term: &str) -> (Duration, Duration) {
    let actor = Actor { staff, role: Role::Helpdesk, may_show: false, session: [7; 32] };
    let from = Instant::now();
    let handle = portal.desk_search(&actor, term).await.unwrap();
    let searched = from.elapsed();
    portal.desk_hits(&actor, &handle, "1").await.unwrap();
    (searched, from.elapsed().saturating_sub(searched))
}

/// Prints the half, the 99th and the last of a hundred, and gives the 99th.
fn report(what: &str, mut took: Vec<Duration>, bare: Option<Duration>) -> Duration {
    took.sort_unstable();
    let part = |hundredths: usize| {
        let place = (took.len() * hundredths / 100).min(took.len().saturating_sub(1));
        took.get(place).copied().unwrap_or_default()
    };
    let [half, most, last] = [50, 99, 100].map(part);
    let ms = |took: Duration| took.as_secs_f64() * 1_000.0;
    let ratio = bare.map(|bare| format!("  {:5.1} times the bare row", most.as_secs_f64() / bare.as_secs_f64()));
    let ratio = ratio.unwrap_or_default();
    println!("search, {what:<26} p50 {:6.2} ms  p99 {:6.2} ms  most {:6.2} ms{ratio}", ms(half), ms(most), ms(last));
    most
}
