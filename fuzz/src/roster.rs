//! A roster file, and what its rejects file repeats of it.

use std::path::Path;

use backboard::identity::Ssn;
use backboard::roster::{Column, may_hold_ssn};
use backboard::service::roster::{Finding, Said};
use csv::{ByteRecord, ReaderBuilder};
use server::roster::{Batch, Rejects, RosterFile};

use crate::{assert_one_line, today};

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a folder for the file");
}

pub fn check(data: &[u8]) {
    FOLDER.with(|folder| {
        let path = folder.path().join("roster.csv");
        std::fs::write(&path, data).expect("the roster is written");
        read(&path, &folder.path().join("rejects.csv"));
    });
}

fn read(path: &Path, rejects: &Path) {
    let mut file = match RosterFile::open(path) {
        Ok(file) => file,
        Err(refused) => return assert!(refused.ends_with('.'), "no sentence: {refused:?}"),
    };
    let rows = RosterFile::survey(path, |_| {}).expect("what was opened can be read");
    let batch = file.batch(usize::MAX, today()).expect("what was surveyed can be read");
    assert_eq!(batch.lines.len() as u64, rows, "the two readings differ");
    assert!(batch.lines.iter().all(|line| line.number >= 1));
    assert!(batch.lines.is_sorted_by(|one, next| one.number < next.number), "two rows begin on one line");
    let _ = std::fs::remove_file(rejects);
    let mut out = Rejects::at(rejects.to_owned(), file.columns().clone(), file.header());
    out.begin().expect("the rejects file is written");
    let mut told = Vec::new();
    for (place, line) in batch.lines.iter().enumerate() {
        let said: Vec<Said> = match &line.read {
            Ok((_, warnings)) => warnings.iter().cloned().map(Said::Warned).collect(),
            Err(rejection) => vec![Said::Rejected(rejection.clone())],
        };
        if let Err(rejection) = &line.read {
            assert_one_line(&rejection.to_string());
            assert!(rejection.to_string().is_ascii(), "a reason repeats a cell: {rejection}");
        }
        for said in said {
            let finding = Finding { place, line: line.number, person: None, said };
            out.add(&finding, batch.cells.get(place).expect("each line has its cells")).expect("it is written");
            told.push(place);
        }
    }
    out.finish().expect("the rejects file is written");
    assert_eq!(out.rows(), told.len() as u64);
    repeats_no_ssn(&file, &batch, &told, rejects);
}

fn repeats_no_ssn(file: &RosterFile, batch: &Batch, told: &[usize], rejects: &Path) {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_path(rejects).expect("a file");
    let rows: Vec<ByteRecord> = reader.byte_records().map(|row| row.expect("a row")).collect();
    let (header, rows) = rows.split_first().expect("a first line");
    assert_eq!(header.len(), file.columns().count() + 3);
    assert_eq!(rows.len(), told.len(), "a rejected row became two");
    let ssn = file.columns().place(Column::Ssn);
    for (row, place) in rows.iter().zip(told) {
        assert_eq!(row.len(), header.len(), "a rejected row is out of step");
        let cells = batch.cells.get(*place).expect("each line has its cells");
        let own = ssn.and_then(|place| cells.get(place)).and_then(|cell| std::str::from_utf8(cell).ok());
        let own = own.and_then(|text| Ssn::parse(text).ok());
        for cell in row.iter().skip(3) {
            let text = std::str::from_utf8(cell).expect("the rejects file is UTF-8");
            assert!(!text.contains(char::is_control) && text.chars().count() <= 201, "{text:?}");
            assert!(!text.trim_start().starts_with(['=', '+', '-', '@']), "a formula: {text:?}");
            assert!(!may_hold_ssn(text), "an SSN may stand in {text:?}");
            let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
            let is_own = |ssn: &Ssn| digits.windows(9).any(|nine| nine == ssn.digits());
            assert!(!own.as_ref().is_some_and(is_own), "the person's SSN stands in {text:?}");
        }
    }
}
