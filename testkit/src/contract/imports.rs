use backboard::service::desk::import_ports::{Example, ImportJob, ImportReason, ImportState, NewImport, Report};
use backboard::service::roster::Imported;

use super::{Bench, HOUR, NOW, digest, together, yes};

pub async fn an_import_comes_back_as_it_was_saved(bench: Bench) {
    let id = add(&bench, 1).await;
    assert_eq!(found(&bench, id).await, ImportJob::new(id, new(1)));
    assert_eq!(bench.read().await.find_import_job(id + 1).await.unwrap(), None);
    let example = Example { line: 7, person: "P-7".into(), name: "Ada Lovelace".into(), said: "level changes".into() };
    let job = ImportJob {
        state: ImportState::Checked,
        begun_by: Some(4),
        begun: Some(NOW.plus(1)),
        ended: Some(NOW.plus(2)),
        rows: 9,
        reached: 8,
        imported: counts(1),
        leaving: 6,
        people: 7,
        wide: true,
        moved: true,
        outcome: Some(digest(3)),
        report: Some(Report { changed: vec![example], has_rejects: true, ..Report::default() }),
        problem: Some("It stopped.".into()),
        reason: Some(reason()),
        ..ImportJob::new(id, new(1))
    };
    let mut unit = bench.begin().await;
    assert!(unit.save_import_job(&job, ImportState::Uploaded).await.unwrap());
    unit.save().await.unwrap();
    assert_eq!(found(&bench, id).await, job);
}

pub async fn an_import_goes_on_only_from_where_it_stands(bench: Bench) {
    let id = add(&bench, 1).await;
    let checked = ImportJob { state: ImportState::Checked, ..ImportJob::new(id, new(1)) };
    let mut unit = bench.begin().await;
    assert!(!unit.save_import_job(&checked, ImportState::Checking).await.unwrap());
    assert!(!unit.save_import_job(&ImportJob { id: id + 1, ..checked.clone() }, ImportState::Uploaded).await.unwrap());
    assert_eq!(unit.find_import_job(id).await.unwrap().unwrap().state, ImportState::Uploaded);
    unit.save_import_job(&checked, ImportState::Uploaded).await.unwrap();
    unit.save().await.unwrap();
    let begun = together(32, &bench, move |member, store| async move {
        let mut unit = store.begin().await.unwrap();
        let job =
            ImportJob { state: ImportState::Queued, begun_by: Some(i64::from(member)), ..ImportJob::new(id, new(1)) };
        let begun = unit.save_import_job(&job, ImportState::Checked).await.unwrap();
        unit.save().await.unwrap();
        begun
    });
    assert_eq!(yes(&begun.await), 1);
}

pub async fn imports_come_newest_first_and_the_open_ones_oldest_first(bench: Bench) {
    let [first, second, third, fourth] =
        [add(&bench, 1).await, add(&bench, 2).await, add(&bench, 3).await, add(&bench, 4).await];
    let mut unit = bench.begin().await;
    let done = ImportJob { state: ImportState::Done, ..ImportJob::new(second, new(2)) };
    unit.save_import_job(&done, ImportState::Uploaded).await.unwrap();
    let numbers = |jobs: Vec<ImportJob>| jobs.into_iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(numbers(unit.find_import_jobs(3).await.unwrap()), [fourth, third, second]);
    assert_eq!(numbers(unit.find_open_imports().await.unwrap()), [first, third, fourth]);
    unit.add_import_job(&new(1)).await.unwrap_err();
}

pub async fn how_far_an_import_came_moves_alone_and_only_while_it_is_under_way(bench: Bench) {
    let id = add(&bench, 1).await;
    let mut unit = bench.begin().await;
    unit.reach_import_job(id, 5, &counts(1)).await.unwrap();
    assert_eq!(unit.find_import_job(id).await.unwrap(), Some(ImportJob::new(id, new(1))));
    let importing = ImportJob { state: ImportState::Importing, rows: 10, ..ImportJob::new(id, new(1)) };
    unit.save_import_job(&importing, ImportState::Uploaded).await.unwrap();
    unit.reach_import_job(id, 5, &counts(1)).await.unwrap();
    let expected = ImportJob { reached: 5, imported: counts(1), ..importing };
    assert_eq!(unit.find_import_job(id).await.unwrap(), Some(expected));
}

pub async fn purging_forgets_the_reports_of_imports_that_are_over(bench: Bench) {
    let mut unit = bench.begin().await;
    for (number, state, ended) in [
        (1, ImportState::Done, Some(NOW)),
        (2, ImportState::Done, Some(NOW.plus(HOUR))),
        (3, ImportState::Stopped, Some(NOW)),
        (4, ImportState::Refused, Some(NOW)),
        (5, ImportState::Checked, None),
    ] {
        let id = unit.add_import_job(&new(number)).await.unwrap();
        let report = Some(Report::default());
        let job = ImportJob { state, ended, report, ..ImportJob::new(id, new(number)) };
        unit.save_import_job(&job, ImportState::Uploaded).await.unwrap();
    }
    assert_eq!(unit.purge_import_jobs(NOW.plus(1)).await.unwrap(), 2);
    assert_eq!(unit.purge_import_jobs(NOW.plus(1)).await.unwrap(), 0);
    let left = unit.find_import_jobs(9).await.unwrap().into_iter().filter(|job| job.report.is_some());
    assert_eq!(left.map(|job| job.new.stored).collect::<Vec<_>>(), ["file-5", "file-3", "file-2"]);
}

pub async fn the_reason_of_an_import_is_found_by_its_mark(bench: Bench) {
    let id = add(&bench, 1).await;
    let mut unit = bench.begin().await;
    let job = ImportJob { state: ImportState::Queued, reason: Some(reason()), ..ImportJob::new(id, new(1)) };
    unit.save_import_job(&job, ImportState::Uploaded).await.unwrap();
    let kept = unit.find_reason(&reason().mark).await.unwrap().unwrap();
    assert_eq!((kept.account, kept.salt, kept.words), (0, reason().salt, reason().words));
    assert!(unit.find_reason("1.other").await.unwrap().is_none());
    // Begun again for another reason: the row of the audit that names the first one finds it all the same.
    let other = ImportReason { mark: "1.other".to_owned(), words: "What was left of it".to_owned(), ..reason() };
    let again = ImportJob { state: ImportState::Checked, reason: None, ..job.clone() };
    assert!(unit.save_import_job(&again, ImportState::Queued).await.unwrap());
    assert_eq!(unit.find_import_job(id).await.unwrap().unwrap().reason, None);
    let begun = ImportJob { reason: Some(other.clone()), ..job };
    assert!(unit.save_import_job(&begun, ImportState::Checked).await.unwrap());
    assert_eq!(unit.find_import_job(id).await.unwrap().unwrap().reason, Some(other.clone()));
    for (mark, words) in [(reason().mark, reason().words), (other.mark, other.words)] {
        assert_eq!(unit.find_reason(&mark).await.unwrap().map(|kept| kept.words), Some(words));
    }
}

async fn add(bench: &Bench, number: u8) -> i64 {
    let mut unit = bench.begin().await;
    let id = unit.add_import_job(&new(number)).await.unwrap();
    unit.save().await.unwrap();
    id
}

async fn found(bench: &Bench, id: i64) -> ImportJob {
    bench.read().await.find_import_job(id).await.unwrap().unwrap()
}

fn new(number: u8) -> NewImport {
    NewImport {
        member: 3,
        file: "roster.csv".to_owned(),
        stored: format!("file-{number}"),
        bytes: 5_000_000_000,
        digest: digest(number),
        uploaded: NOW,
    }
}

fn counts(first: u64) -> Imported {
    Imported { added: first, changed: first + 1, unchanged: first + 2, rejected: first + 3, warned: first + 4 }
}

fn reason() -> ImportReason {
    ImportReason { mark: "1.mark".to_owned(), salt: digest(8), words: "The nightly roster".to_owned() }
}
