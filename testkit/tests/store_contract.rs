//! The store in memory is held to the contract of the databases.

use std::sync::Arc;

use testkit::contract::Bench;
use testkit::fakes::Memory;

testkit::store_contract!(crate::bench);

async fn bench() -> Bench {
    let memory = Arc::new(Memory::default());
    Bench { store: memory.clone(), seed: memory }
}

/// A case that is written but not listed would never run.
#[test]
fn every_case_of_the_suite_is_listed() {
    let list = include_str!("../src/contract.rs");
    let cases = [
        include_str!("../src/contract/accounts.rs"),
        include_str!("../src/contract/checks.rs"),
        include_str!("../src/contract/moves.rs"),
        include_str!("../src/contract/email_changes.rs"),
        include_str!("../src/contract/audit.rs"),
        include_str!("../src/contract/budgets.rs"),
        include_str!("../src/contract/cases.rs"),
        include_str!("../src/contract/challenges.rs"),
        include_str!("../src/contract/flows.rs"),
        include_str!("../src/contract/forgotten.rs"),
        include_str!("../src/contract/jobs.rs"),
        include_str!("../src/contract/links.rs"),
        include_str!("../src/contract/outbox.rs"),
        include_str!("../src/contract/people.rs"),
        include_str!("../src/contract/sessions.rs"),
        include_str!("../src/contract/temporaries.rs"),
        include_str!("../src/contract/units.rs"),
    ];
    let mut found = 0;
    for line in cases.iter().flat_map(|file| file.lines()) {
        let Some(rest) = line.strip_prefix("pub async fn ") else { continue };
        let name = rest.split('(').next().unwrap();
        assert!(list.contains(&format!(" {name},\n")), "{name} is not in store_contract!");
        found += 1;
    }
    assert!(found > 100, "{found} cases found");
}
