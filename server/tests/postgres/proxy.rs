//! Two nodes behind nginx, by the very configuration in `deploy/`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tempfile::TempDir;
use testkit::cluster::OwnDatabase;
use testkit::program::{Plan, Program, Visitor, until};
use tokio::process::{Child, Command};

use super::{PASSWORD, claim, email, roster, username};

const PEOPLE: usize = 6;

/// Nginx with `deploy/nginx.conf`: without TLS and on loopback, but else word for word.
struct Nginx {
    _process: Child,
    _folder: TempDir,
}

impl Nginx {
    async fn start(front: SocketAddr, nodes: [SocketAddr; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/nginx.conf");
        let mut text = std::fs::read_to_string(deploy).unwrap();
        for (there, here) in [
            ("10.0.0.11:8080", nodes[0].to_string()),
            ("10.0.0.12:8080", nodes[1].to_string()),
            ("listen 443 ssl;", format!("listen {front};")),
            ("listen 80;", format!("listen unix:{}/plain;", folder.path().display())),
        ] {
            assert!(text.contains(there), "{there}");
            text = text.replace(there, &here);
        }
        let text: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("ssl_")).collect();
        std::fs::write(folder.path().join("site.conf"), text.join("\n")).unwrap();
        let here = folder.path().display();
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {here}/{what};\n"))
            .concat();
        let whole = format!(
            "pid {here}/pid;\nerror_log {here}/error.log warn;\nworker_processes 2;\nevents {{}}\nhttp {{\n{paths}\
             access_log off;\ninclude {here}/site.conf;\n}}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), whole).unwrap();
        let mut nginx = Command::new("nginx");
        nginx.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap())).kill_on_drop(true);
        nginx.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
        nginx.args(["-e", "error.log", "-g", "daemon off;"]).stdout(Stdio::null()).stderr(Stdio::null());
        let process = nginx.spawn().unwrap();
        until("nginx listens", async || tokio::net::TcpStream::connect(front).await.is_ok()).await;
        Self { _process: process, _folder: folder }
    }
}

/// People who sign in and ask for their usernames, one after the other, until it is over.
async fn come(front: SocketAddr, number: usize, over: Arc<AtomicBool>, answered: Arc<[AtomicUsize; PEOPLE]>) {
    let (username, email) = (username(number), email(number));
    while !over.load(Ordering::Relaxed) {
        for (path, fields) in [
            ("/api/sign-in/password", [("username", username.as_str()), ("password", PASSWORD)]),
            ("/api/username/request", [("email", email.as_str()), ("robot", "on")]),
        ] {
            let answer = Visitor::new(front).scripted().submit(path, &fields).await;
            assert!(matches!(answer.status, Some(200 | 429)), "{path}: {}", answer.text);
            answered[number].fetch_add(1, Ordering::Relaxed);
        }
        let answer = Visitor::new(front).open("/sign-in").await;
        assert_eq!(answer.status, Some(200), "{}", answer.text);
        answered[number].fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_are_restarted_in_turn_fail_nobody() {
    let rounds = if std::env::var_os("RACE_ROUNDS").is_some() { 50 } else { 3 };
    let own = OwnDatabase::new();
    let plan = Plan { rows: roster(PEOPLE), database: Some(own.url()), proxy: true, ..Plan::default() };
    let first = Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await;
    // The portal's own address is the proxy's: both nodes listen elsewhere.
    let front = first.address;
    let [mut one, mut other] = [first.another(), first.another()];
    one.start().await;
    other.start().await;
    let _nginx = Nginx::start(front, [one.listen, other.listen]).await;
    for number in 0..PEOPLE {
        claim(&first, [&first; 3], number).await;
    }
    let over = Arc::new(AtomicBool::new(false));
    let answered: Arc<[AtomicUsize; PEOPLE]> = Arc::new(std::array::from_fn(|_| AtomicUsize::new(0)));
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..PEOPLE {
        crowd.spawn(come(front, number, Arc::clone(&over), Arc::clone(&answered)));
    }
    let counts = || answered.each_ref().map(|one| one.load(Ordering::Relaxed));
    // Nobody is left who asked before: who was turned away at one door asks there once more, a second later.
    let all_go_on = async || {
        let before = counts();
        until("everybody is answered", async || counts().iter().zip(&before).all(|(now, then)| *now > then + 1)).await;
    };
    for _ in 0..rounds {
        for node in [&mut one, &mut other] {
            assert!(node.stop().await.success());
            all_go_on().await;
            node.start().await;
            all_go_on().await;
        }
    }
    over.store(true, Ordering::Relaxed);
    while let Some(done) = crowd.join_next().await {
        done.unwrap();
    }
    println!("{} restarts, {} answers", rounds * 2, counts().iter().sum::<usize>());
}
