//! K. What lies on the disk.

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use testkit::program::Plan;

use crate::bench::{begin, figure};
use crate::people::{at_rest, claim_mail, count, rows};

/// Every file under a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn k01_no_ssn_of_a_roster_lies_in_the_database_in_any_writing() {
    const PEOPLE: usize = 2_000;
    let mut program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    program.run(&["roster", "generate", "--people", &PEOPLE.to_string(), "--out", "many.csv"]).await;
    program.run(&["import", "many.csv"]).await;
    let roster = std::fs::read_to_string(program.path("many.csv")).unwrap();
    let digits = |text: &[u8]| -> Option<String> {
        let digits: String = text.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
        (digits.len() == 9).then_some(digits)
    };
    // 123456789, 123-45-6789, 123 45 6789: nine digits in eleven bytes or nine.
    let column = roster.lines().next().unwrap().split(',').position(|name| name == "ssn").unwrap();
    let known: HashSet<String> =
        roster.lines().skip(1).filter_map(|line| digits(line.split(',').nth(column)?.as_bytes())).collect();
    assert!(known.len() > PEOPLE / 2, "the roster holds {} numbers", known.len());
    program.kill().await;
    let mut read = 0;
    for path in files(&program.path("data")).into_iter().chain([program.path("log")]) {
        let bytes = std::fs::read(&path).unwrap();
        read += bytes.len();
        for length in [9, 11] {
            for window in bytes.windows(length).filter(|window| window[0].is_ascii_digit()) {
                let is_plain = window.iter().all(|byte| byte.is_ascii_digit() || b"- ./".contains(byte));
                if is_plain && let Some(found) = digits(window) {
                    assert!(!known.contains(&found), "{} holds {found}", path.display());
                }
            }
        }
    }
    program.start().await;
    let keyed = "SELECT count(*) FROM person WHERE ssn IS NOT NULL AND length(ssn) = 32 AND ssn_key IS NOT NULL";
    let numbered = count(&program, keyed).await;
    assert_eq!(numbered, count(&program, "SELECT count(*) FROM person WHERE ssn IS NOT NULL").await);
    assert!(numbered > 1_000);
    figure(
        "K01",
        &format!(
            "{} SSNs in {read} bytes of database and log: none, dashed or not; {numbered} digests with their key's id",
            known.len()
        ),
    );
}

#[tokio::test]
async fn k05_what_the_program_writes_is_its_owners_alone_and_open_keys_are_refused() {
    let mut program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    claim_mail(&program, &mut program.visitor(), 0).await;
    at_rest(&program).await;
    let mut checked = 0;
    for folder in ["data", "keys", "mail"] {
        for path in files(&program.path(folder)) {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{} is open to others: {mode:o}", path.display());
            checked += 1;
        }
    }
    assert!(checked >= 4, "{checked}");
    program.kill().await;
    let keys = program.path("keys/keys.toml");
    let mut refused = 0;
    for mode in [0o644, 0o640, 0o604, 0o660, 0o602] {
        std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(mode)).unwrap();
        for arguments in [&["serve"][..], &["import", "roster.csv"], &["account", "show", "person00000"]] {
            let output = program.attempt(arguments).await;
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{mode:o} {arguments:?}: {said}");
            assert!(said.contains("keys.toml"), "{said}");
            refused += 1;
        }
    }
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    program.start().await;
    figure(
        "K05",
        &format!("{checked} files: their owner's alone; {refused} starts with a key file open to others: refused"),
    );
}
