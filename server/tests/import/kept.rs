//! What the desk's list of imports is told.

use backboard::moment::Moment;
use backboard::service::desk::report_ports::KeptImport;
use backboard::service::ports::Store as _;

use super::bench::{ADA, Bench, HEADER, counts};

async fn kept(bench: &Bench) -> Vec<KeptImport> {
    bench.store.read().await.unwrap().find_imports(i64::MAX, 99).await.unwrap()
}

#[tokio::test]
async fn an_import_is_kept_with_lines_and_reasons_and_nothing_of_its_rows() {
    let bench = Bench::new().await;
    let rows = format!(
        "{ADA}P-2,Secretname,Bo,,,1990-13-77,900-45-6789,,,,,nonsense,\n{ADA}P-3,Hopper,Cy,,,1991-01-01,,,,,,,\n"
    );
    assert_eq!(bench.import(&rows).await, counts(2, 0, 0, 2, 0));
    let runs = kept(&bench).await;
    let [run] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!((run.file.as_str(), run.by.as_str(), run.whole), ("roster.csv", "office", true));
    assert_eq!(run.imported, counts(2, 0, 0, 2, 0));
    assert!(run.began <= run.ended && run.began > Moment(0));
    let rejects = bench.store.read().await.unwrap().find_rejects(run.id).await.unwrap();
    assert_eq!(rejects.iter().map(|reject| reject.line).collect::<Vec<_>>(), [3, 4]);
    assert!(rejects[1].reason.contains("line 2 names the same person_id"), "{rejects:?}");
    let said = format!("{runs:?} {rejects:?}");
    for secret in ["Secretname", "900-45-6789", "45-6789", "1990-13-77", "nonsense", "Lovelace", "ada@example.org"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

#[tokio::test]
async fn a_dry_run_is_not_kept_and_one_that_stops_says_so() {
    let bench = Bench::new().await;
    bench.try_run(format!("{HEADER}{ADA}").as_bytes(), true).await.unwrap();
    assert!(kept(&bench).await.is_empty());
    // As many rejects as are kept, and no more.
    let bad: String = (0..1_100).map(|number| format!("B-{number},Smith,N,,,nonsense,,,,,,,\n")).collect();
    bench.import(&format!("{bad}{ADA}")).await;
    let [run] = &kept(&bench).await[..] else { panic!() };
    assert_eq!((run.imported.rejected, run.imported.added), (1_100, 1));
    assert_eq!(bench.store.read().await.unwrap().find_rejects(run.id).await.unwrap().len(), 1_000);
}
