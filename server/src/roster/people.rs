//! Synthetic people: the same ones for the same seed, made one at a time.
//!
//! Nobody real can be among them: SSNs have an area from 900 to 999, which was never issued, and a
//! group from 01 to 49, which taxpayer numbers do not have either; every address ends in a domain that
//! is reserved for examples.

use std::io::Write;

use backboard::identity::fold;
use backboard::roster::Column;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use super::names;

/// The most people of one roster, so that every number stays unique.
pub const MOST_PEOPLE: u32 = 5_000_000;

/// SSNs to give out: 100 areas, 49 groups, 9,999 serials.
const SSNS: u64 = 100 * 49 * 9_999;
/// Certificate numbers to give out.
const CERTIFICATES: u64 = 90_000_000;
/// Shares no factor with either count, so that stepping by it meets every number once.
const STEP: u64 = 7_368_787;

/// One person, cell by cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synthetic {
    pub person_id: String,
    pub last_name: String,
    pub first_name: String,
    pub suffix: String,
    pub earlier_names: String,
    pub date_of_birth: String,
    pub ssn: String,
    pub certificate_number: String,
    pub certification_level: String,
    pub email: String,
    pub username: String,
    pub status: String,
    pub products: String,
}

impl Synthetic {
    /// The cells in the order of [`Column::ALL`].
    #[must_use]
    pub fn cells(&self) -> [&str; 13] {
        [
            &self.person_id,
            &self.last_name,
            &self.first_name,
            &self.suffix,
            &self.earlier_names,
            &self.date_of_birth,
            &self.ssn,
            &self.certificate_number,
            &self.certification_level,
            &self.email,
            &self.username,
            &self.status,
            &self.products,
        ]
    }
}

/// An endless row of people.
pub struct People {
    random: Xoshiro256PlusPlus,
    number: u64,
    offset: u64,
    crew: Crew,
}

/// People who use one login.
#[derive(Default)]
struct Crew {
    left: u32,
    username: String,
    status: &'static str,
}

impl People {
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let offset = random.random_range(0..SSNS);
        Self { random, number: 0, offset, crew: Crew::default() }
    }

    fn email(&mut self, last_name: &str) -> String {
        let random = &mut self.random;
        let number = self.number;
        let domain = names::pick(&["example.org", "example.com", "example.net"], random);
        match random.random_range(0..1000) {
            0..50 => String::new(),
            50..90 => format!("station{}@{domain}", random.random_range(1..=200)),
            90..92 => format!("no-at-sign.{domain}"),
            92..94 => format!("two{number}@{domain},other{number}@{domain}"),
            94..95 => format!("spaced name{number}@{domain}"),
            95..96 => format!("double@@{domain}"),
            96..97 => format!("dots..{number}@{domain}"),
            97..110 => format!("P.{number}+EMS@{domain}"),
            _ => format!("{}{number}@{domain}", letters(last_name)),
        }
    }

    fn username(&mut self, first_name: &str, last_name: &str, status: &str) -> String {
        let unnamed = if status.is_empty() || status == "unclaimed" { 60 } else { 5 };
        let initial: String = letters(first_name).chars().take(1).collect();
        match self.random.random_range(0..100) {
            roll if roll < unnamed => String::new(),
            95..100 => format!("{}{}@example.org", letters(last_name), self.number),
            90..95 => format!("{}{}_{}", initial.to_uppercase(), letters(last_name).to_uppercase(), self.number),
            _ => format!("{initial}{}{}", letters(last_name), self.number),
        }
    }

    /// Of everybody's crew or of nobody's: the username and the status.
    fn login(&mut self, first_name: &str, last_name: &str) -> (String, &'static str) {
        if self.crew.left == 0 && self.random.random_ratio(1, 150) {
            self.crew = Crew {
                left: self.random.random_range(2..=5),
                username: format!("crew-{}", self.number),
                status: if self.random.random_bool(0.5) { "active" } else { "unclaimed" },
            };
        }
        if self.crew.left > 0 {
            self.crew.left -= 1;
            return (self.crew.username.clone(), self.crew.status);
        }
        let status = match self.random.random_range(0..100) {
            0..65 => "unclaimed",
            65..82 => "active",
            82..88 => "inactive",
            88..93 => "suspended",
            93..97 => "external",
            _ => "",
        };
        (self.username(first_name, last_name, status), status)
    }
}

impl Iterator for People {
    type Item = Synthetic;

    fn next(&mut self) -> Option<Synthetic> {
        self.number += 1;
        let number = self.number;
        let last_name = names::last(&mut self.random);
        let first_name = names::first(&mut self.random);
        let suffix = names::suffix(&mut self.random);
        let earlier_names = names::earlier(&mut self.random);
        let (username, status) = self.login(&first_name, &last_name);
        let email = self.email(&last_name);
        let random = &mut self.random;
        // Nearly everybody has both numbers; some have one; one in a thousand cannot be looked up at all.
        let (with_ssn, with_certificate) = match random.random_range(0..1000) {
            0..40 => (false, true),
            40..100 => (true, false),
            100..101 => (false, false),
            _ => (true, true),
        };
        Some(Synthetic {
            person_id: format!("P-{number:06}"),
            last_name,
            first_name,
            suffix,
            earlier_names,
            date_of_birth: date_of_birth(random),
            ssn: if with_ssn { ssn(number * STEP + self.offset, random) } else { String::new() },
            certificate_number: if with_certificate { certificate(number * STEP, random) } else { String::new() },
            certification_level: names::pick(&["EMR", "EMT", "EMT", "EMT", "AEMT", "Paramedic", "Paramedic"], random)
                .to_owned(),
            email,
            username,
            status: status.to_owned(),
            products: names::pick(
                &["", "", "EMResource", "eICS;EMResource", "EMTrack", "eICS;EMResource;EMTrack"],
                random,
            )
            .to_owned(),
        })
    }
}

/// Writes a roster of so many people, the header first; `done` hears how many are written.
///
/// # Errors
/// When `out` does not take them.
pub fn write(out: impl Write, people: u32, seed: u64, mut done: impl FnMut(u64)) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(Column::ALL.iter().map(|column| column.code()))?;
    for (number, person) in (1..=u64::from(people)).zip(People::of(seed)) {
        writer.write_record(person.cells())?;
        if number % 1_000 == 0 || number == u64::from(people) {
            done(number);
        }
    }
    writer.flush()?;
    Ok(())
}

fn ssn(number: u64, random: &mut Xoshiro256PlusPlus) -> String {
    let number = number % SSNS;
    let (area, group, serial) = (900 + number % 100, 1 + number / 100 % 49, 1 + number / 4_900);
    match random.random_range(0..10) {
        0 => format!("{area}{group:02}{serial:04}"),
        1 => format!("{area} {group:02} {serial:04}"),
        _ => format!("{area}-{group:02}-{serial:04}"),
    }
}

fn certificate(number: u64, random: &mut Xoshiro256PlusPlus) -> String {
    let digits = 10_000_000 + number % CERTIFICATES;
    match random.random_range(0..10) {
        0 => format!("E {digits}"),
        1 => format!("e{digits}"),
        _ => format!("E{digits}"),
    }
}

/// Between 18 and 80 years before 2025, one in thirty on a leap day.
fn date_of_birth(random: &mut Xoshiro256PlusPlus) -> String {
    if random.random_ratio(1, 30) {
        return format!("{}-02-29", 1944 + 4 * random.random_range(0..=15));
    }
    let (year, month) = (random.random_range(1945..=2006), random.random_range(1..=12));
    let last = match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    format!("{year}-{month:02}-{:02}", random.random_range(1..=last))
}

/// What of a name can stand in an address or a username.
fn letters(name: &str) -> String {
    let letters: String = fold(name).chars().filter(char::is_ascii_alphabetic).take(20).collect();
    if letters.is_empty() { "person".to_owned() } else { letters }
}
