//! The list of cases is whole, and everything that it points to is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::cases::{Case, Cases};

const LIST: &str = include_str!("cases.toml");

/// The suite's ids, by group; `!` where a case must pass.
const SUITE: [(&str, &str); 15] = [
    ("A", "01! 02! 03! 04! 05! 06 07 08"),
    ("B", "01! 04! 05! 06! 07 08! 09! 10"),
    ("C", "01! 02! 03! 04! 05! 06! 07! 08! 09! 10 11! 12! 13! 14! 15!"),
    ("D", "01! 02! 03! 04"),
    ("E", "01! 02! 03! 04! 05! 06! 07 08! 09! 10 11! 12! 13! 14!"),
    ("F", "01! 02! 03! 04! 05! 06! 07! 08 09! 10 11 12"),
    ("G", "01! 02 03! 04 05! 06! 07! 08! 09!"),
    ("I", "01! 02! 03 04! 05 06!"),
    ("J", "01! 02! 03! 04! 05! 06 07! 08 09!"),
    ("K", "01! 02! 03! 04 05! 06"),
    ("L", "01! 02! 03! 04! 05! 06! 07! 08! 09! 10! 11 12"),
    ("M", "01! 02! 03 04 05"),
    ("N", "01! 02! 03! 04 05! 06! 07! 08"),
    ("O", "01! 02! 03!"),
    ("P", "01 02 03"),
];

fn cases() -> Cases {
    Cases::parse(LIST).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_case_of_the_suite_is_listed_once_with_its_mark() {
    let suite: Vec<String> = SUITE
        .iter()
        .flat_map(|(group, numbers)| numbers.split(' ').map(move |number| format!("{group}{number}")))
        .collect();
    let cases = cases();
    let mark = |case: &Case| format!("{}{}", case.id, if case.must { "!" } else { "" });
    assert_eq!(cases.cases.iter().map(mark).collect::<Vec<_>>(), suite);
}

#[test]
fn every_case_has_a_check_or_a_reason_why_there_is_none() {
    for case in cases().cases {
        let checks = case.tests.len() + case.long.len() + case.specs.len() + case.commanded(true).count();
        assert_eq!(checks == 0, case.not_applicable.is_some(), "{}: {checks} checks", case.id);
        let once: BTreeSet<&String> = case.tests.iter().chain(&case.long).chain(&case.specs).collect();
        assert_eq!(once.len() + case.commanded(true).count(), checks, "{}: one stands twice", case.id);
    }
}

/// The names as the test binary itself gives them: no test without a case, no case without its test.
#[test]
fn every_test_of_this_suite_stands_at_its_case_and_the_other_way_round() {
    let names = |more: &[&str]| -> BTreeSet<String> {
        let binary = std::env::current_exe().unwrap();
        let output = Command::new(binary).args(["--list", "--format", "terse"]).args(more).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
    };
    let (all, ignored) = (names(&[]), names(&["--ignored"]));
    let is_case = |name: &&String| name.rsplit("::").next().is_some_and(|test| id_of(test).is_some());
    let mut listed = BTreeSet::new();
    for case in &cases().cases {
        for (tests, is_long) in [(&case.tests, false), (&case.long, true)] {
            for name in tests.iter().filter_map(|test| test.strip_prefix("server::abuse ")) {
                assert!(all.contains(name), "{}: there is no {name}", case.id);
                assert_eq!(ignored.contains(name), is_long, "{}: {name}", case.id);
                listed.insert(name.to_owned());
            }
        }
    }
    for name in all.iter().filter(is_case) {
        assert!(listed.contains(name), "{name} stands at no case");
        let id = id_of(name.rsplit("::").next().unwrap()).unwrap();
        let cases = cases();
        let case = cases.cases.iter().find(|case| case.id == id).unwrap_or_else(|| panic!("{name}: no case {id}"));
        assert!(case.asked(true).any(|test| test.ends_with(name.as_str())), "{name} does not stand at {id}");
    }
    let others: Vec<_> = all.iter().filter(|name| !is_case(name)).collect();
    assert!(others.iter().all(|name| ["list::", "auc::"].iter().any(|module| name.starts_with(module))), "{others:?}");
}

/// `A01`, of a test that begins with `a01_`.
fn id_of(test: &str) -> Option<String> {
    let (id, _) = test.split_once('_')?;
    let is_id = id.len() == 3
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.get(1..)?.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| id.to_ascii_uppercase())
}

#[test]
fn every_test_elsewhere_that_a_case_points_to_is_there() {
    for case in cases().cases {
        for test in case.asked(true).filter(|test| !test.starts_with("server::abuse ")) {
            let (binary, name) = test.split_once(' ').unwrap_or_else(|| panic!("{}: {test}", case.id));
            let (modules, function) = name.rsplit_once("::").unwrap_or(("", name));
            let sources = sources(binary, modules);
            let source = sources.iter().find_map(|path| std::fs::read_to_string(path).ok());
            let source = source.unwrap_or_else(|| panic!("{}: none of {sources:?}", case.id));
            // A macro that makes tests has their names alone.
            let is_there = source.contains(&format!("fn {function}("))
                || source.lines().any(|line| line.trim_start().starts_with(&format!("{function} =")));
            assert!(is_there, "{}: there is no {test}", case.id);
        }
    }
}

/// Where the source of a test may lie.
fn sources(binary: &str, modules: &str) -> Vec<PathBuf> {
    let (package, target) = binary.split_once("::").unwrap_or((binary, ""));
    let folder = if package == "backboard" { root() } else { root().join(package) };
    let inner = modules.replace("::", "/");
    if target.is_empty() {
        let module = inner.trim_end_matches("tests").trim_end_matches('/');
        return vec![folder.join(format!("src/{module}.rs"))];
    }
    let tests = folder.join("tests");
    if inner.is_empty() {
        vec![tests.join(format!("{target}.rs")), tests.join(target).join("main.rs")]
    } else {
        vec![tests.join(target).join(format!("{inner}.rs"))]
    }
}

#[test]
fn every_browser_test_that_a_case_points_to_is_there() {
    for case in cases().cases {
        for spec in &case.specs {
            let (file, title) = spec.split_once(": ").unwrap_or_else(|| panic!("{}: {spec}", case.id));
            let text = std::fs::read_to_string(root().join("end2end").join(file)).unwrap_or_default();
            let is_there = ["\"", "`"].iter().any(|quote| text.contains(&format!("test({quote}{title}")));
            assert!(is_there, "{}: there is no {spec}", case.id);
        }
    }
}
