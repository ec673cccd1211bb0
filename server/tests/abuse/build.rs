//! P. The repository and the program that is made of it.

use std::path::Path;
use std::process::Command;

use testkit::program::{Plan, Program};

use crate::bench::{begin, binary, figure};

#[tokio::test]
async fn p02_the_repository_holds_no_secret_and_the_program_no_credential() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(&root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let (mut read, dashes) = (0, "-----BEGIN ");
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let lower = name.to_ascii_lowercase();
        for ending in [".env", ".pem", ".key", ".p12", ".pfx", ".jks", ".kdbx", ".db", ".sqlite", "keys.toml", "id_rsa"]
        {
            assert!(!lower.ends_with(ending), "{name} does not belong into the repository");
        }
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        read += 1;
        for line in text.lines() {
            assert!(!(line.contains(dashes) && line.contains("PRIVATE KEY-")), "{name}: {line}");
            let aws = line
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word.len() == 20 && word.starts_with("AKIA"));
            assert!(!aws, "{name}: {line}");
        }
    }
    assert!(read > 200, "{read}");
    // Without keys of its own nothing starts, and after a start nobody is there who could sign in.
    let mut program: Program = Program::prepare(&binary(), &Plan::default()).await;
    std::fs::rename(program.path("keys/keys.toml"), program.path("keys/away.toml")).unwrap();
    let output = program.attempt(&["serve"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("keys new"));
    std::fs::rename(program.path("keys/away.toml"), program.path("keys/keys.toml")).unwrap();
    program.start().await;
    for (name, password) in
        [("admin", "admin"), ("admin", "password"), ("backboard", "backboard"), ("demo", "demo"), ("root", "")]
    {
        let answer = crate::people::sign_in(&mut program.visitor(), name, password).await;
        assert_eq!(answer.location().as_deref(), Some("/sign-in#problems"), "{name}");
    }
    assert_eq!(crate::people::count(&program, "SELECT count(*) FROM account").await, 0);
    figure("P02", &format!("{read} files of the repository: no key, no credential; no start without keys of its own"));
}

#[tokio::test]
async fn p03_the_program_answers_no_trace_and_names_no_version() {
    let program = begin(&Plan::default()).await;
    let mut asked = 0;
    for path in ["/", "/sign-in", "/api/sign-in/password", "/missing", "/icon.svg"] {
        for method in ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND"] {
            let answer = program.visitor().with("x-secret", "echo").ask(method, path).await;
            assert!(matches!(answer.status, Some(400 | 404 | 405)), "{method} {path}: {}", answer.text);
            assert!(!answer.text.contains("echo"), "{method} {path}");
            asked += 1;
        }
        let answer = program.visitor().open(path).await;
        for name in ["server", "x-powered-by", "via", "x-version", "x-runtime"] {
            assert_eq!(answer.header(name), None, "{path}");
        }
        assert!(
            !answer.text.contains(env!("CARGO_PKG_VERSION")) || !answer.text.to_lowercase().contains("backboard 0")
        );
        asked += 1;
    }
    for path in
        ["/metrics", "/healthz", "/debug", "/debug/pprof", "/.git/config", "/.env", "/live_reload", "/pkg/", "/api"]
    {
        let answer = program.visitor().open(path).await;
        assert_eq!(answer.status, Some(404), "{path}: {}", answer.text);
        asked += 1;
    }
    figure("P03", &format!("{asked} requests for traces, versions and back doors: none"));
}

#[tokio::test]
#[ignore = "reads the released program: script/abuse --long"]
async fn p03_the_released_program_holds_no_hook_of_tests() {
    let path = binary();
    let bytes = std::fs::read(&path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for hook in ["LEPTOS_WATCH", "live_reload", "TestClock", "PlainHasher", "TestRobots", "BACKBOARD_TEST"] {
        assert!(!text.contains(hook), "{} holds {hook}", path.display());
    }
    figure("P03", &format!("{} bytes of the program: no hook of tests", bytes.len()));
}
