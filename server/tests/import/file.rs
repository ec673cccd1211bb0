//! What an import makes of a file and its rows.

use async_trait::async_trait;
use backboard::account::Username;
use backboard::service::ports::{Fault, Store as _};
use backboard::service::roster::{RosterStore, RosterWork};
use server::cli::import::{ImportArguments, run};
use server::store::Sqlite;
use std::sync::atomic::{AtomicU32, Ordering};

use super::bench::{ADA, Bench, HEADER, counts};

#[tokio::test]
async fn a_row_becomes_a_person_and_an_account() {
    let bench = Bench::new().await;
    assert_eq!(bench.import(ADA).await, counts(1, 0, 0, 0, 0));
    let person = bench
        .text("SELECT concat_ws('|', roster_id, last_name, first_name, born, certificate, email, products) FROM person")
        .await;
    assert_eq!(person, "P-1|Lovelace|Ada|1984-02-29|E100|ada@example.org|eICS");
    assert_eq!(bench.state_of("ada").await, "unclaimed");
    let ssn = bench.test.portal.vault.ssn(&backboard::identity::Ssn::parse("900123456").unwrap());
    let mut unit = bench.store.read().await.unwrap();
    let found = unit.find_people_by_ssn(&ssn).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].account.username, Username::parse("ada").unwrap());
}

#[tokio::test]
async fn the_second_run_changes_nothing() {
    let bench = Bench::new().await;
    let rows = format!("{ADA}P-2,Muñoz,José,,Díaz;Peña,1990-01-01,,E200,EMT,,,active,\n");
    bench.import(&rows).await;
    let before = bench.dump().await;
    assert_eq!(bench.import(&rows).await, counts(0, 0, 2, 0, 0));
    assert_eq!(bench.dump().await, before);
    let seen = bench.count("SELECT count(*) FROM person WHERE seen = (SELECT max(seen) FROM person)").await;
    assert_eq!(seen, 2);
    let audit = "SELECT group_concat(action || ' ' || detail, ',') FROM audit WHERE actor = 'import'";
    assert_eq!(
        bench.text(audit).await,
        "imported added=2 changed=0 unchanged=0 rejected=0 warned=0,\
         imported added=0 changed=0 unchanged=2 rejected=0 warned=0"
    );
}

#[tokio::test]
async fn a_dry_run_says_what_the_import_does_and_writes_nothing() {
    let bench = Bench::new().await;
    bench.import(&format!("{ADA}P-2,Muñoz,José,,,1990-01-01,,,,jose@example.org,jose,active,\n")).await;
    bench.claim("jose").await;
    let file = format!(
        "{HEADER}{ADA}P-2,Muñoz,José,,,1990-01-01,,,,other@example.net,jose,suspended,eICS\n\
         P-3,New,Person,,,1990-01-01,900-12-9999,,,,,,\nP-4,,Nobody,,,1990-01-01,900-12-8888,,,,,,\n"
    );
    let before = (bench.dump().await, bench.count("SELECT sum(seen) + (SELECT count(*) FROM audit) FROM person").await);
    let (dry, said) = bench.try_run(file.as_bytes(), true).await.unwrap();
    let after = (bench.dump().await, bench.count("SELECT sum(seen) + (SELECT count(*) FROM audit) FROM person").await);
    assert_eq!(before, after);
    assert_eq!((bench.sessions().await, bench.live_links().await), (1, 1));
    assert_eq!(dry, counts(1, 1, 1, 1, 0));
    assert!(said.contains("changed    1 (e-mail 1, products 1, status 1)"), "{said}");
    assert!(
        said.contains(
            "line 3 P-2: e-mail changes (j…@example.org → o…@example.net), products changes, status changes (active → suspended)"
        ),
        "{said}"
    );
    assert!(said.contains("line 5: rejected, last_name is empty"), "{said}");
    for secret in ["9999", "8888", "jose@", "other@"] {
        assert!(!said.contains(secret), "{said}");
    }
    assert!(said.contains("not named  0 of the 2 people"), "{said}");
    // Who stands in a row that has to be mended is named; who stands in none is not.
    let short = format!("{HEADER}P-2,,José,,,1990-01-01,,,,,,,\n");
    let (_, said) = bench.try_run(short.as_bytes(), true).await.unwrap();
    assert!(said.contains("not named  1 of the 2 people on the roster until now\nnot named: P-1\n"), "{said}");
    assert_eq!(bench.try_run(file.as_bytes(), false).await.unwrap().0, dry);
}

#[tokio::test]
async fn a_dry_run_shows_twenty_lines_at_the_most_and_leaves_no_file_of_its_own() {
    let bench = Bench::new().await;
    let rows: String = (0..30).map(|number| format!("P-{number},,X,,,1990-01-01,,,,,,,\n")).collect();
    std::fs::write(bench.path("roster.csv"), format!("{HEADER}{rows}")).unwrap();
    let arguments = ImportArguments { roster: bench.path("roster.csv"), dry_run: true, rejects: None };
    let mut out = Vec::new();
    let imported = run(&arguments, &bench.test.portal, &*bench.store, &mut out).await.unwrap();
    assert_eq!(imported.rejected, 30);
    assert_eq!(String::from_utf8(out).unwrap().lines().filter(|line| line.starts_with("line ")).count(), 20);
    assert!(!bench.path("roster.rejects.csv").exists());
    let arguments = ImportArguments { dry_run: false, ..arguments };
    run(&arguments, &bench.test.portal, &*bench.store, &mut Vec::new()).await.unwrap();
    assert!(bench.path("roster.rejects.csv").exists());
}

#[tokio::test]
async fn a_bad_row_never_stops_the_import_and_its_ssn_is_not_repeated() {
    let bench = Bench::new().await;
    let long = "x".repeat(10_000);
    let mut file = format!("\u{feff}{HEADER}").replace('\n', "\r\n").into_bytes();
    let rows: [&[u8]; 14] = [
        b"P-1,Lovelace,Ada,,,1984-02-29,900-12-3401,E100,,ada@example.org,ada,,\r\n",
        b"\r\n",
        b"P-2,Mu\xf1oz,Ana,,,1984-02-29,900-12-3402,,,,,,\r\n",
        b"P-3,A\0B,Ana,,,1984-02-29,900-12-3403,,,,,,\r\n",
        b"P-4,Short,Row,900-12-3404\r\n",
        b"P-5,=cmd()|x,+A,,,1984-02-30,900-12-3405,,,@evil,,,-2\r\n",
        b"P-6,Bad,Mail,,,1984-02-29,900-12-3406,,,a@example.org;b@example.org,,,\r\n",
        b"P-1,Other,Ada,,,1984-02-29,900-12-3407,,,,,,\r\n",
        b",No,Id,,,1984-02-29,900-12-3408,,,,,,\r\n",
        b"P-9,\"Two\r\nlines\",X,,,1984-02-29,900-12-3409,,,,,,\r\n",
        b",,,,,,,,,,,,\r\n",
        b"P-10,900-12-3410,X,,,1984-02-29,12,,,,,,\r\n",
        long.as_bytes(),
        b",A,B,,,1984-02-29,900-12-3411,,,,,,\r\nP-12,Good,Again,,,1984-02-29,900-12-3412,,,,,,\r\n",
    ];
    rows.iter().for_each(|row| file.extend_from_slice(row));
    let (imported, said) = bench.try_run(&file, false).await.unwrap();
    assert_eq!(imported, counts(3, 0, 0, 9, 1));
    assert_eq!(
        bench.reasons(),
        [
            "4 rejected last_name is not UTF-8 text; save the file as \"CSV UTF-8\"",
            "5 rejected last_name holds a line break, a control character or one that was lost in a conversion",
            "6 rejected the row has 4 cells instead of 13; look for a missing quotation mark or comma",
            "7 rejected date_of_birth is not a day of the calendar",
            "8 imported email is no address mail can be sent to; imported without one",
            "9 rejected line 2 names the same person_id",
            "10 rejected person_id is empty",
            "11 rejected last_name holds a line break, a control character or one that was lost in a conversion",
            "14 rejected last_name is not a name",
            "15 rejected person_id is far too long; look for a quotation mark that is never closed",
        ]
    );
    let rejects = bench.rejects();
    assert!(rejects.iter().all(|row| row["ssn"].is_empty()));
    assert_eq!(rejects[2]["person_id"], "P-4");
    assert_eq!((rejects[3]["last_name"].as_str(), rejects[3]["first_name"].as_str()), ("'=cmd()|x", "'+A"));
    assert_eq!((rejects[3]["email"].as_str(), rejects[3]["products"].as_str()), ("'@evil", "'-2"));
    let written = std::fs::read_to_string(bench.path("rejects.csv")).unwrap();
    for number in 3401..=3412 {
        assert!(!written.contains(&number.to_string()) && !said.contains(&number.to_string()), "{number}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_rejects_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new().await;
    bench.import("P-1,,Ada,,,1984-02-29,,,,,,,\n").await;
    let mode = std::fs::metadata(bench.path("rejects.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_rejects_file_can_be_mended_and_imported_in_turn() {
    let bench = Bench::new().await;
    bench.import("P-1,Lovelace,Ada,,,1984-02-30,900-12-3456,,,,,,\n").await;
    let mended = std::fs::read_to_string(bench.path("rejects.csv")).unwrap().replace("02-30", "02-29");
    let (imported, said) = bench.try_run(mended.as_bytes(), false).await.unwrap();
    assert_eq!(imported, counts(1, 0, 0, 0, 0));
    assert_eq!(said.matches("Columns that are ignored: \"line\", \"outcome\", \"reason\".").count(), 1);
}

#[tokio::test]
async fn what_is_no_roster_is_refused_in_one_sentence() {
    let bench = Bench::new().await;
    for (bytes, said) in [
        (&b"person_id,first_name,email\nP-1,A,\n"[..], "The roster lacks the columns last_name and date_of_birth:"),
        (b"", "is empty."),
        (b"\xff\xfep\0e\0r\0", "The roster is UTF-16 text;"),
        (b"person_id,last_name,first_name,date_of_birth,pr\xe9nom\n", "is not UTF-8 text;"),
    ] {
        let refused = bench.try_run(bytes, false).await.unwrap_err();
        assert!(refused.contains(said), "{refused}");
    }
    let missing = ImportArguments { roster: bench.path("nowhere.csv"), dry_run: false, rejects: None };
    let refused = run(&missing, &bench.test.portal, &*bench.store, &mut Vec::new()).await.unwrap_err();
    assert!(refused.contains("cannot be read"), "{refused}");
    std::fs::write(bench.path("roster.csv"), HEADER).unwrap();
    let itself =
        ImportArguments { roster: bench.path("roster.csv"), dry_run: false, rejects: Some(bench.path("./roster.csv")) };
    let refused = run(&itself, &bench.test.portal, &*bench.store, &mut Vec::new()).await.unwrap_err();
    assert!(refused.contains("overwrite the roster"), "{refused}");
}

#[tokio::test]
async fn one_ssn_on_two_people_is_imported_and_said() {
    let bench = Bench::new().await;
    let imported = bench.import(&format!("{ADA}P-2,Twin,Tom,,,1990-01-01,900123456,,,,tom,,\n")).await;
    assert_eq!(imported, counts(2, 0, 0, 0, 1));
    assert_eq!(bench.reasons(), ["3 imported ssn is that of P-1 too; neither can claim with it until one is mended"]);
    let imported = bench.import("P-3,Third,Tim,,,1990-01-01,900-12-3456,,,,tim,,\n").await;
    assert_eq!(imported, counts(1, 0, 0, 0, 1));
}

#[tokio::test]
async fn no_ssn_lies_readable_in_the_database() {
    let bench = Bench::new().await;
    bench.import("P-1,A,B,,,1990-01-01,912-34-5678,,,,,,\nP-2,,B,,,1990-01-01,912-34-5679,,,,,,\n").await;
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("roster.csv") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for canary in ["912345678", "912-34-5678", "912345679", "912-34-5679"] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn a_quotation_mark_that_is_never_closed_is_found_by_its_line() {
    let bench = Bench::new().await;
    let rows: String = (3..200).map(|id| format!("P-{id},A,B,,,1990-01-01,,,,,,,\n")).collect();
    assert_eq!(bench.import(&format!("{ADA}P-2,\"Smith,B,,,1990-01-01,,,,,,,\n{rows}")).await, counts(1, 0, 0, 1, 0));
    assert!(bench.reasons()[0].starts_with("3 rejected the row has 2 cells instead of 13; look for a missing quot"));
    bench.import(&format!("{ADA}P-2,A,B,,,1990-01-01,,,,,,,\"{rows}")).await;
    assert_eq!(
        bench.reasons(),
        ["3 rejected products is far too long; look for a quotation mark that is never closed"]
    );
}

#[tokio::test]
async fn a_file_with_nothing_to_mend_is_not_announced() {
    let bench = Bench::new().await;
    let (_, said) = bench.try_run(format!("{HEADER}{ADA}").as_bytes(), false).await.unwrap();
    assert!(!said.contains("mend"), "{said}");
    assert!(bench.reasons().is_empty());
}

#[tokio::test]
async fn absent_columns_keep_what_is_known_and_empty_cells_clear_all_but_the_ssn() {
    let bench = Bench::new().await;
    bench.import(ADA).await;
    let known = "SELECT concat_ws('|', ssn IS NOT NULL, certificate, certification_level, email, products) FROM person";
    let short = "Date of Birth,PERSON ID,First Name,Last Name\n1984-02-29,P-1,Ada,Lovelace\n";
    assert_eq!(bench.try_run(short.as_bytes(), false).await.unwrap().0, counts(0, 0, 1, 0, 0));
    assert_eq!(bench.text(known).await, "1|E100|Paramedic|ada@example.org|eICS");
    assert_eq!(bench.import("P-1,Lovelace,Ada,,,1984-02-29,,,,,,,\n").await, counts(0, 1, 0, 0, 0));
    assert_eq!(bench.text(known).await, "1||");
    assert_eq!(bench.state_of("ada").await, "unclaimed");
}

/// A store that gives way after some units of work.
pub struct Failing<'a>(pub &'a Sqlite, pub AtomicU32);

#[async_trait]
impl RosterStore for Failing<'_> {
    async fn begin_roster(&self) -> Result<Box<dyn RosterWork>, Fault> {
        let left = self.1.fetch_sub(1, Ordering::SeqCst);
        if left == 0 { Err(Fault::Busy("locked".to_owned())) } else { self.0.begin_roster().await }
    }

    async fn read_roster(&self) -> Result<Box<dyn RosterWork>, Fault> {
        self.0.read_roster().await
    }
}

#[tokio::test]
async fn an_import_that_was_cut_off_is_taken_up_by_the_next() {
    let bench = Bench::new().await;
    let rows: String = (0..2_500).map(|id| format!("P-{id},A,B,,,1990-01-01,,,,,,,\n")).collect();
    std::fs::write(bench.path("roster.csv"), format!("{HEADER}{rows}")).unwrap();
    let arguments = ImportArguments { roster: bench.path("roster.csv"), dry_run: false, rejects: None };
    let failing = Failing(&bench.store, AtomicU32::new(2));
    let refused = run(&arguments, &bench.test.portal, &failing, &mut Vec::new()).await.unwrap_err();
    assert_eq!(
        refused,
        "The database is in use by something that does not let go. 2000 of 2500 rows are done; run the same command \
         again, it takes up the rest."
    );
    assert_eq!(bench.count("SELECT count(*) FROM person").await, 2_000);
    let imported = run(&arguments, &bench.test.portal, &*bench.store, &mut Vec::new()).await.unwrap();
    assert_eq!(imported, counts(500, 0, 2_000, 0, 0));
}

#[tokio::test]
async fn a_synthetic_roster_is_imported_whole_and_once() {
    let bench = Bench::new().await;
    let mut roster = Vec::new();
    server::roster::write(&mut roster, 5_000, 3, |_| {}).unwrap();
    let (dry, _) = bench.try_run(&roster, true).await.unwrap();
    let (first, said) = bench.try_run(&roster, false).await.unwrap();
    assert_eq!(dry, first);
    assert_eq!((first.added, first.changed, first.unchanged, first.rejected), (5_000, 0, 0, 0), "{said}");
    assert!(bench.reasons().iter().all(|reason| reason.contains("email is no address")));
    let before = bench.dump().await;
    let (second, _) = bench.try_run(&roster, false).await.unwrap();
    assert_eq!(second, counts(0, 0, 5_000, 0, first.warned));
    assert_eq!(bench.dump().await, before);
}
