//! New keys: the next import puts everybody it names under them, and says nothing of it.

use backboard::identity::Ssn;
use backboard::service::ports::{Store as _, Vault as _};
use server::cli::import::{ImportArguments, run};
use std::sync::atomic::AtomicU32;

use super::bench::{ADA, Bench, HEADER, counts};
use super::file::Failing;

const BOB: &str = "P-2,Byron,Bob,,,1984-02-29,,E200,EMT,bob@example.org,bob,unclaimed,\n";

/// How many people lie under each key, and how many have no SSN.
async fn under(bench: &Bench) -> String {
    bench
        .text(
            "SELECT group_concat(key || ': ' || many, ', ') FROM (SELECT ifnull(ssn_key, 'none') AS key, \
             count(*) AS many FROM person GROUP BY 1 ORDER BY 1)",
        )
        .await
}

/// Who has this SSN, under the key that is written today.
async fn found(bench: &Bench, typed: &str) -> usize {
    let digest = bench.test.vault.ssn(&Ssn::parse(typed).unwrap());
    bench.store.read().await.unwrap().find_people_by_ssn(&digest).await.unwrap().len()
}

/// From now on, each row that is written anew is counted.
async fn count_writes(bench: &Bench) {
    for sql in [
        "CREATE TABLE written (id INTEGER)",
        "CREATE TRIGGER note AFTER UPDATE OF fingerprint ON person BEGIN INSERT INTO written VALUES (new.id); END",
    ] {
        sqlx::query(sql).execute(&bench.pool).await.unwrap();
    }
}

#[tokio::test]
async fn a_row_that_says_nothing_new_is_put_under_the_new_keys_once() {
    let bench = Bench::new().await;
    bench.import(&format!("{ADA}{BOB}")).await;
    assert_eq!((under(&bench).await.as_str(), found(&bench, "900-12-3456").await), ("1: 1, none: 1", 1));
    count_writes(&bench).await;
    bench.test.vault.rotate();
    bench.test.vault.rotate();
    assert_eq!(found(&bench, "900-12-3456").await, 0);

    let (dry, _) = bench.try_run(format!("{HEADER}{ADA}{BOB}").as_bytes(), true).await.unwrap();
    assert_eq!((dry, bench.count("SELECT count(*) FROM written").await), (counts(0, 0, 2, 0, 0), 0));
    for written in [2, 2] {
        assert_eq!(bench.import(&format!("{ADA}{BOB}")).await, counts(0, 0, 2, 0, 0));
        assert_eq!(bench.count("SELECT count(*) FROM written").await, written);
        assert_eq!((under(&bench).await.as_str(), found(&bench, "900-12-3456").await), ("3: 1, none: 1", 1));
    }
    assert!(bench.mails().await.is_empty());
}

#[tokio::test]
async fn a_row_from_before_keys_had_numbers_lies_under_the_first() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    sqlx::query("UPDATE person SET ssn_key = NULL").execute(&bench.pool).await.unwrap();
    bench.test.vault.rotate();
    assert_eq!(bench.import(ADA).await, counts(0, 0, 1, 0, 0));
    assert_eq!((under(&bench).await.as_str(), found(&bench, "900-12-3456").await), ("2: 1", 1));
}

#[tokio::test]
async fn a_row_that_says_something_new_is_told_for_that_alone() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    bench.test.vault.rotate();
    let moved = ADA.replace("Paramedic", "EMT");
    let (imported, said) = bench.try_run(format!("{HEADER}{moved}").as_bytes(), false).await.unwrap();
    assert_eq!(imported, counts(0, 1, 0, 0, 0));
    assert!(said.contains("changed    1 (certification level 1)"), "{said}");
    assert_eq!((under(&bench).await.as_str(), found(&bench, "900-12-3456").await), ("2: 1", 1));
    let other = moved.replace("900-12-3456", "900-12-3457");
    let (_, said) = bench.try_run(format!("{HEADER}{other}").as_bytes(), false).await.unwrap();
    assert!(said.contains("changed    1 (SSN 1)"), "{said}");
}

#[tokio::test]
async fn an_ssn_that_the_roster_does_not_bring_any_more_stays_under_its_key() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    let without = ADA.replace("900-12-3456", "");
    bench.test.vault.rotate();
    assert_eq!(bench.import(&without).await, counts(0, 0, 1, 0, 0));
    assert_eq!(under(&bench).await, "1: 1");
    let stored = "SELECT hex(ssn) FROM person";
    let digest = bench.test.vault.ssns(&Ssn::parse("900-12-3456").unwrap())[1].1;
    let hex: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(bench.text(stored).await, hex);
    // Unchanged from then on, and indexed as soon as a row brings it again.
    count_writes(&bench).await;
    bench.import(&without).await;
    assert_eq!(bench.count("SELECT count(*) FROM written").await, 0);
    bench.import(ADA).await;
    assert_eq!((under(&bench).await.as_str(), found(&bench, "900-12-3456").await), ("2: 1", 1));
}

#[tokio::test]
async fn the_ssn_of_another_person_is_seen_under_any_key() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    bench.test.vault.rotate();
    let twin = ADA.replace("P-1", "P-2").replace("E100", "E300").replace(",ada,", ",twin,");
    assert_eq!(bench.import(&twin).await, counts(1, 0, 0, 0, 1));
    assert!(bench.reasons()[0].contains("P-1"), "{:?}", bench.reasons());
}

#[tokio::test]
async fn an_import_under_new_keys_that_was_cut_off_is_taken_up_by_the_next() {
    let bench = Bench::new().await;
    let rows: String = (0..2_500).map(|id| format!("P-{id},A,B,,,1990-01-01,900-12-{:04},,,,,,\n", id + 1)).collect();
    bench.import(&rows).await;
    bench.test.vault.rotate();
    let arguments = ImportArguments { roster: bench.path("roster.csv"), dry_run: false, rejects: None };
    let failing = Failing(&bench.store, AtomicU32::new(2));
    run(&arguments, &bench.test.portal, &failing, &mut Vec::new()).await.unwrap_err();
    assert_eq!(under(&bench).await, "1: 500, 2: 2000");
    // Both are found meanwhile.
    for (typed, place) in [("900-12-0001", 0), ("900-12-2500", 1)] {
        let digest = bench.test.vault.ssns(&Ssn::parse(typed).unwrap())[place].1;
        assert_eq!(bench.store.read().await.unwrap().find_people_by_ssn(&digest).await.unwrap().len(), 1, "{typed}");
    }
    let imported = run(&arguments, &bench.test.portal, &*bench.store, &mut Vec::new()).await.unwrap();
    assert_eq!(imported, counts(0, 0, 2_500, 0, 0));
    assert_eq!(under(&bench).await, "2: 2500");
}

#[tokio::test]
async fn what_the_office_changed_meanwhile_stays_because_the_row_says_nothing_new() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    sqlx::query("UPDATE person SET email = 'desk@example.org'").execute(&bench.pool).await.unwrap();
    bench.test.vault.rotate();
    assert_eq!(bench.import(ADA).await, counts(0, 0, 1, 0, 0));
    assert_eq!(bench.text("SELECT email FROM person").await, "desk@example.org");
    assert_eq!(under(&bench).await, "2: 1");
}
