//! Beside other systems a team would use instead, all measured by their own tool in one run.
//!
//! Their folder brings `tools/bench.py`, which takes a file of further systems in `BENCH_TARGETS`; ours is
//! `backboard.py`, beside this file. Nothing of theirs stands here.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use tokio::process::Command;

use crate::people::{Base, Stand};
use crate::table::{Table, figure, percentile};

/// What their tool calls the kinds of requests.
const KINDS: [(&str, &str); 7] = [
    ("GET sign-in page", "get_login"),
    ("the same, a static one", "get_login_static"),
    ("reset request, known", "reset_known"),
    ("reset request, unknown", "reset_unknown"),
    ("sign-in, right", "signin_ok"),
    ("sign-in, wrong", "signin_bad"),
    ("sign-in, unknown", "signin_unknown"),
];
/// Where their tool's SMTP server listens.
const MAIL: u16 = 2525;
/// As many people as they have.
const PEOPLE: usize = 1_000;
const OURS: &str = "backboard";

pub struct Settings {
    pub binary: PathBuf,
    pub folder: PathBuf,
    pub seconds: u32,
    pub rounds: u32,
    pub others: u32,
    pub out: PathBuf,
}

/// One round of one system.
#[derive(Deserialize)]
struct Round {
    target: String,
    phases: BTreeMap<String, Phase>,
    mem_idle: Memory,
    mem_after: Memory,
    enum_reset: Told,
}

#[derive(Deserialize)]
struct Phase {
    rps: f64,
    p99_ms: f64,
    srv_cpu_ms_per_req: f64,
    unexpected: u64,
}

#[derive(Deserialize)]
struct Memory {
    pss_mb: f64,
}

#[derive(Deserialize)]
struct Told {
    auc: f64,
}

/// Runs their tool over all of them and prints the table.
pub async fn run(settings: &Settings) {
    let Settings { binary, folder, seconds, rounds, others, out } = settings;
    // Its own SMTP server takes the port afterwards.
    let stand = Stand::prepare(binary, Base::Sqlite, PEOPLE, SocketAddr::from(([127, 0, 0, 1], MAIL))).await;
    stand.mailbox.close();
    let targets = stand.program.path("backboard.py");
    std::fs::write(&targets, include_str!("backboard.py")).unwrap();
    let sweeping = stand.behind.sweep();
    let status = Command::new("python3")
        .arg(folder.join("tools/bench.py"))
        .args(["-d", &seconds.to_string(), "-r", &rounds.to_string(), "--max-other", &others.to_string(), "-o"])
        .arg(out)
        .args([OURS, "allauth", "better-auth"])
        .env("BENCH_TARGETS", targets)
        .env("BACKBOARD_BIN", binary)
        .env("BACKBOARD_FOLDER", stand.program.folder.path())
        .env("BACKBOARD_LISTEN", stand.program.address.to_string())
        .status()
        .await
        .unwrap();
    drop(sweeping);
    assert!(status.success(), "{}: {status}", folder.display());
    let all: Vec<Round> = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    print(&all);
}

fn print(all: &[Round]) {
    let mut systems: Vec<&str> = all.iter().map(|round| round.target.as_str()).collect();
    systems.sort_by_key(|system| (*system != OURS, *system));
    systems.dedup();
    let mut head = vec![""];
    head.extend(&systems);
    let others: Vec<&str> = systems.iter().copied().filter(|system| *system != OURS).collect();
    let ratios: Vec<String> = others.iter().map(|other| format!("to {other}")).collect();
    head.extend(ratios.iter().map(String::as_str));
    let mut table = Table::new(&head);
    let rounds_of = |system: &str| all.iter().filter(|round| round.target == system).collect::<Vec<_>>();
    let middle = |system: &str, of: &dyn Fn(&Round) -> Option<f64>| {
        let mut values: Vec<f64> = rounds_of(system).into_iter().filter_map(of).collect();
        if values.is_empty() { None } else { Some(percentile(&mut values, 50)) }
    };
    let mut row = |what: String, compared: bool, of: &dyn Fn(&Round) -> Option<f64>| {
        let values: Vec<Option<f64>> = systems.iter().map(|system| middle(system, of)).collect();
        let mut cells = vec![what];
        cells.extend(values.iter().map(|value| value.map(figure).unwrap_or_default()));
        if compared {
            let ours = values.first().copied().flatten();
            let ratio = |other: &Option<f64>| Some(format!("× {}", figure(ours? / (*other)?)));
            cells.extend(values.iter().skip(1).map(|other| ratio(other).unwrap_or_default()));
        }
        table.row(cells);
    };
    for (name, kind) in KINDS {
        row(format!("{name}, requests/s"), true, &|round| Some(round.phases.get(kind)?.rps));
    }
    for (name, kind) in KINDS {
        row(format!("{name}, p99 ms"), false, &|round| Some(round.phases.get(kind)?.p99_ms));
    }
    for (name, kind) in KINDS {
        row(format!("{name}, CPU ms"), false, &|round| Some(round.phases.get(kind)?.srv_cpu_ms_per_req));
    }
    row("memory idle, MB (PSS)".to_owned(), false, &|round| Some(round.mem_idle.pss_mb));
    row("memory after load, MB (PSS)".to_owned(), false, &|round| Some(round.mem_after.pss_mb));
    row("AUC, reset request known to unknown".to_owned(), false, &|round| Some(round.enum_reset.auc));
    table.print();
    // One worker of theirs sometimes takes all connections, and then the middle one is unfair to it.
    for other in others {
        let page = |round: &Round| Some(round.phases.get("get_login")?.rps);
        let best = |system: &str| rounds_of(system).into_iter().filter_map(page).fold(0.0, f64::max);
        let ours = middle(OURS, &page).unwrap_or_default();
        println!(
            "GET sign-in page against {other}'s best round ({}): × {}",
            figure(best(other)),
            figure(ours / best(other))
        );
    }
    let unexpected: u64 =
        rounds_of(OURS).iter().flat_map(|round| round.phases.values()).map(|phase| phase.unexpected).sum();
    println!("answers of ours with another status than expected: {unexpected}\n");
}
