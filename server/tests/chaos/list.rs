//! The list of cases is whole: no test of this suite without a case, no case without its test.

use std::collections::BTreeSet;
use std::process::Command;

use testkit::cases::Cases;

#[test]
fn every_case_has_its_test_and_every_test_its_case() {
    let cases = Cases::parse(include_str!("cases.toml")).unwrap().cases;
    let listed: BTreeSet<String> = cases.iter().flat_map(|case| case.asked(true)).map(str::to_owned).collect();
    let output = Command::new(std::env::current_exe().unwrap()).args(["--list", "--format", "terse"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let there: BTreeSet<String> = said
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .filter(|test| !test.starts_with("list::"))
        .map(|test| format!("server::chaos {test}"))
        .collect();
    assert_eq!(listed, there);
}
