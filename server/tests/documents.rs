//! The security documents say what is in the tree.

#![expect(clippy::unwrap_used, reason = "what cannot be read has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use server::web::operations;

const WRITTEN: [&str; 3] = ["SECURITY.md", "THREAT-MODEL.md", "DEVIATIONS.md"];

fn tree() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn document(name: &str) -> String {
    std::fs::read_to_string(tree().join("docs").join(name)).unwrap()
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn the_deviations_are_those_that_the_program_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_backboard")).args(["policy", "deviations"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let way_out = "run: backboard policy deviations > docs/DEVIATIONS.md";
    // Line by line, so that a difference can be read.
    for (committed, printed) in document("DEVIATIONS.md").lines().zip(printed.lines()) {
        assert_eq!(committed, printed, "{way_out}");
    }
    assert_eq!(document("DEVIATIONS.md"), printed, "{way_out}");
}

#[test]
fn every_file_and_every_test_that_the_documents_name_is_there() {
    let endings = [".rs", ".ts", ".toml", ".md", ".sql", ".js"];
    for name in WRITTEN {
        let text = document(name);
        let mut named = 0;
        for code in code(&text) {
            let (file, test) = code.split_once("::").map_or((code, None), |(file, test)| (file, Some(test)));
            // A path of this tree, or a file at its top; not an example of the operator's own.
            if !endings.iter().any(|ending| file.ends_with(ending)) || file.contains(['*', ' ', '…']) {
                continue;
            }
            let is_path = file.contains('/') || tree().join(file).exists();
            if !is_path || file.starts_with('/') {
                continue;
            }
            named += 1;
            let found = std::fs::read_to_string(tree().join(file));
            assert!(found.is_ok(), "{name} names {file}, which is not there");
            if let Some(test) = test {
                let found = found.unwrap();
                let is_there = [format!("fn {test}("), format!("const {test}:"), format!("{test} = races::")];
                assert!(is_there.iter().any(|it| found.contains(it.as_str())), "{name}: {file} has no {test}");
            }
        }
        assert!(named > 20, "{name} names {named} files: the reading of it is wrong");
    }
}

#[test]
fn every_limit_of_every_operation_stands_in_the_security_document() {
    let text = document("SECURITY.md");
    for operation in operations() {
        let name = format!("| `{}` |", operation.name);
        let row = text.lines().find(|line| line.starts_with(&name)).unwrap_or_default();
        let wanted = format!("{name} {} |", operation.limits.join("; "));
        let is_there = operation.limits.is_empty() && !row.is_empty() || row.starts_with(&wanted);
        assert!(is_there, "docs/SECURITY.md, limits, wants: {wanted} `FILE` |");
    }
}
