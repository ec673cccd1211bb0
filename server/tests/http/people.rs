//! People on the roster. Their usernames have one length, so that pages that show one can be compared.

use backboard::account::AccountState;
use backboard::challenge::Question;

pub const HEADER: &str = "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,\
                          certification_level,email,username,status,products\n";

/// One of them, as a test describes her.
#[derive(Clone, Debug)]
pub struct Person {
    pub username: &'static str,
    pub last_name: &'static str,
    /// ISO.
    pub born: &'static str,
    pub ssn: &'static str,
    pub certificate: &'static str,
    /// Empty: the office has none.
    pub email: &'static str,
    pub state: AccountState,
}

/// She may claim her account.
pub const ADA: Person = Person {
    username: "ada.lovelace",
    last_name: "Lovelace",
    born: "1984-02-29",
    ssn: "900-41-7713",
    certificate: "EMT-1001",
    email: "ada@example.org",
    state: AccountState::Unclaimed,
};

pub const BERT: Person = Person {
    username: "bert.working",
    last_name: "Active",
    born: "1975-11-03",
    ssn: "900-52-8814",
    certificate: "EMT-1002",
    email: "bert@example.org",
    state: AccountState::Active,
};

pub const CARL: Person = Person {
    username: "carl.stopped",
    last_name: "Suspended",
    born: "1990-01-01",
    ssn: "900-63-9915",
    certificate: "EMT-1003",
    email: "carl@example.org",
    state: AccountState::Suspended,
};

pub const DORA: Person = Person {
    username: "dora.resting",
    last_name: "Inactive",
    born: "1969-07-20",
    ssn: "900-74-1016",
    certificate: "EMT-1004",
    email: "dora@example.org",
    state: AccountState::Inactive,
};

pub const EVE: Person = Person {
    username: "eve.external",
    last_name: "External",
    born: "2001-12-31",
    ssn: "900-85-2117",
    certificate: "EMT-1005",
    email: "eve@example.org",
    state: AccountState::External,
};

/// Nobody knows where to write to her.
pub const FAY: Person = Person {
    username: "fay.noletter",
    last_name: "Silent",
    born: "1999-09-09",
    ssn: "900-86-3218",
    certificate: "EMT-1006",
    email: "",
    state: AccountState::Unclaimed,
};

/// He has a password, and somebody has told the office that it was not he who asked.
pub const GUS: Person = Person {
    username: "gus.isfrozen",
    last_name: "Frozen",
    born: "1988-08-08",
    ssn: "900-88-5420",
    certificate: "EMT-1008",
    email: "gus@example.org",
    state: AccountState::Active,
};

/// He has a password, and never set up a question.
pub const HAL: Person = Person {
    username: "hal.noanswer",
    last_name: "Forgetful",
    born: "1977-07-07",
    ssn: "900-89-6521",
    certificate: "EMT-1009",
    email: "hal@example.org",
    state: AccountState::Active,
};

/// On no roster.
pub const NOBODY: Person = Person {
    username: "nobody.known",
    last_name: "Nobody",
    born: "1980-10-10",
    ssn: "900-87-4319",
    certificate: "EMT-1007",
    email: "nobody@example.org",
    state: AccountState::Unclaimed,
};

/// A password that every built-in profile takes.
pub const PASSWORD: &str = "Kestrel&42rowed";

/// Another one.
pub const ANOTHER: &str = "Heron&97sailing";

/// What a person with a question is asked, and what is right.
pub const QUESTION: Question = Question::FirstStation;
pub const ANSWER: &str = "Saint Brélade Harbour";

/// The question as pages ask it.
pub const ASKED: &str = "In which town was the first station you worked at?";

impl Person {
    /// Her row of the roster.
    pub fn row(&self) -> String {
        let Self { username, last_name, born, ssn, certificate, email, .. } = self;
        format!(
            "P-{certificate},{last_name},Somebody,,,{born},{ssn},{certificate},EMT,{email},{username},unclaimed,eICS\n"
        )
    }

    /// *Lookup* by her SSN, the box checked, with this answer of *I'm not a robot*.
    pub fn lookup<'a>(&'a self, proof: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut parts = self.born.split('-');
        let mut part = || parts.next().unwrap();
        vec![
            ("birth_year", part()),
            ("birth_month", part()),
            ("birth_day", part()),
            ("last_name", self.last_name),
            ("ssn", self.ssn),
            ("certificate", ""),
            ("robot", "on"),
            ("captcha", proof),
        ]
    }
}

/// The same fields with one of them otherwise.
pub fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = fields.iter().copied().filter(|(known, _)| *known != name).collect();
    fields.push((name, value));
    fields
}
