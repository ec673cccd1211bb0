//! `backboard roster generate`: who is in a synthetic roster, and who never is.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::collections::{HashMap, HashSet};
use std::path::Path;

use backboard::account::AccountState;
use backboard::identity::{CertificateNumber, Email, NameKey, Ssn, name_keys};
use backboard::moment::Day;
use server::cli::roster::{GenerateArguments, RosterArguments, RosterCommand, run};
use server::roster::{People, RosterFile, Synthetic};

const PEOPLE: u32 = 20_000;

fn generate(path: &Path, people: u32, seed: u64) -> Result<String, String> {
    let mut out = Vec::new();
    let generate = GenerateArguments { people, seed, out: path.to_owned() };
    run(&RosterArguments { command: RosterCommand::Generate(generate) }, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn people() -> Vec<Synthetic> {
    People::of(7).take(PEOPLE as usize).collect()
}

#[test]
fn one_seed_gives_one_roster_and_another_seed_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, seed) in [("a.csv", 5), ("b.csv", 5), ("c.csv", 6)] {
        generate(&path(name), 500, seed).unwrap();
    }
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("a.csv"), read("b.csv"));
    assert_ne!(read("a.csv"), read("c.csv"));
    assert!(read("a.csv").starts_with(
        "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,\
         certification_level,email,username,status,products\n"
    ));
    assert_eq!(read("a.csv").lines().count(), 501);
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.csv");
    std::fs::write(&path, "the real one").unwrap();
    assert!(generate(&path, 5, 1).unwrap_err().contains("already a file"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "the real one");
}

#[test]
fn every_row_can_be_imported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.csv");
    generate(&path, 60_000, 1).unwrap();
    let mut file = RosterFile::open(&path).unwrap();
    let batch = file.batch(70_000, Day::new(2026, 11, 21).unwrap()).unwrap();
    assert_eq!(batch.lines.len(), 60_000);
    for line in batch.lines {
        assert!(line.read.is_ok(), "{line:?}");
    }
}

#[test]
fn every_ssn_is_from_a_range_never_issued_and_is_given_once() {
    let mut seen = HashSet::new();
    for person in people().iter().filter(|person| !person.ssn.is_empty()) {
        let digits = *Ssn::parse(&person.ssn).unwrap().digits();
        let group = (digits[3] - b'0') * 10 + digits[4] - b'0';
        assert_eq!(digits[0], b'9');
        assert!((1..=49).contains(&group), "{group}");
        assert!(seen.insert(digits));
    }
    assert!(seen.len() > 19_000);
}

#[test]
fn certificate_numbers_and_person_ids_are_given_once() {
    let people = people();
    let ids: HashSet<&str> = people.iter().map(|person| person.person_id.as_str()).collect();
    assert_eq!(ids.len(), people.len());
    let given: Vec<&Synthetic> = people.iter().filter(|person| !person.certificate_number.is_empty()).collect();
    let numbers: HashSet<CertificateNumber> =
        given.iter().map(|person| CertificateNumber::parse(&person.certificate_number).unwrap()).collect();
    assert_eq!(numbers.len(), given.len());
}

#[test]
fn every_address_lies_in_a_domain_reserved_for_examples() {
    let people = people();
    let mut shared = HashMap::new();
    let (mut missing, mut bad) = (0, 0);
    for person in &people {
        for part in person.email.split(',') {
            let reserved = ["example.org", "example.com", "example.net"].iter().any(|domain| part.ends_with(domain));
            assert!(part.is_empty() || reserved, "{part}");
        }
        match Email::parse(&person.email) {
            Ok(email) => *shared.entry(email).or_insert(0) += 1,
            Err(backboard::refused::Refused::Missing) => missing += 1,
            Err(_) => bad += 1,
        }
    }
    assert!(missing > 500 && bad > 50, "{missing} {bad}");
    assert!(shared.values().filter(|people| **people > 1).count() > 100);
}

#[test]
fn every_account_state_and_shared_logins_occur() {
    let people = people();
    for state in AccountState::ALL {
        assert!(people.iter().filter(|person| person.status == state.code()).count() > 100, "{state:?}");
    }
    let mut logins: HashMap<&str, Vec<&Synthetic>> = HashMap::new();
    for person in people.iter().filter(|person| !person.username.is_empty()) {
        logins.entry(&person.username).or_default().push(person);
    }
    let crews: Vec<&Vec<&Synthetic>> = logins.values().filter(|people| people.len() > 1).collect();
    assert!(crews.len() > 50);
    assert!(crews.iter().all(|crew| crew.iter().all(|person| person.status == crew[0].status)));
}

#[test]
fn names_hold_what_breaks_portals() {
    let people = people();
    let some = |what: &str, found: fn(&Synthetic) -> bool| {
        assert!(people.iter().filter(|person| found(person)).count() > 20, "{what}");
    };
    for apostrophe in ['\'', '’', 'ʼ', '`', '´', '‘'] {
        assert!(people.iter().any(|person| person.last_name.contains(apostrophe)), "{apostrophe}");
    }
    some("hyphens", |person| person.last_name.contains('-'));
    some("double surnames", |person| person.last_name.contains(' '));
    some("particles", |person| person.last_name.starts_with("de la "));
    some("commas", |person| person.last_name.contains(','));
    some("capitals", |person| person.last_name == person.last_name.to_uppercase());
    some("letters and accents apart", |person| person.last_name.contains('\u{301}'));
    some("suffixes", |person| !person.suffix.is_empty());
    some("earlier names", |person| !person.earlier_names.is_empty());
    some("leap days", |person| person.date_of_birth.ends_with("-02-29"));
    for person in &people {
        let key = NameKey::of(&person.last_name).unwrap();
        assert!(name_keys(&person.last_name, []).contains(&key), "{}", person.last_name);
    }
}
