//! Claim: *Lookup*, the typed code, *Create a password*.

use super::Reading;
use crate::identity::{CertificateNumber, DateOfBirth, DateOrder, LastName, Ssn};
use crate::link::Code;
use crate::moment::Day;
use crate::password::{Password, PasswordPolicy};
use crate::refused::{Field, Problem, Problems, Refused};

/// *Lookup* as typed.
#[derive(Clone, Default)]
pub struct LookupForm {
    pub birth_month: String,
    pub birth_day: String,
    pub birth_year: String,
    pub last_name: String,
    pub ssn: String,
    pub certificate: String,
    /// *I'm not a robot*: `on` when checked.
    pub robot: String,
}

/// *Lookup*, read.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub born: DateOfBirth,
    pub last_name: LastName,
    pub number: Number,
}

/// The number a record is looked up by.
#[derive(Clone, Debug)]
pub enum Number {
    Ssn(Ssn),
    Certificate(CertificateNumber),
}

impl LookupForm {
    /// # Errors
    /// Every problem of the form, in the order of its fields.
    pub fn read(&self, order: DateOrder, today: Day) -> Result<Lookup, Problems> {
        let mut reading = Reading::default();
        let born =
            reading.take_all(DateOfBirth::parse(&self.birth_month, &self.birth_day, &self.birth_year, order, today));
        if order == DateOrder::DayMonthYear {
            reading.0.sort_by_key(|problem| match problem.field {
                Field::BirthDay => 0,
                Field::BirthMonth => 1,
                _ => 2,
            });
        }
        let last_name = reading.take(Field::LastName, LastName::parse(&self.last_name));
        let number = match (self.ssn.trim().is_empty(), self.certificate.trim().is_empty()) {
            (true, true) => reading.take(Field::Ssn, Err(Refused::IdentifierMissing)),
            (false, _) => reading.take(Field::Ssn, Ssn::parse(&self.ssn)).map(Number::Ssn),
            (true, false) => {
                reading.take(Field::Certificate, CertificateNumber::parse(&self.certificate)).map(Number::Certificate)
            }
        };
        if self.robot.is_empty() {
            reading.0.push(Problem::at(Field::Robot, Refused::RobotUnchecked));
        }
        match (born, last_name, number) {
            (Some(born), Some(last_name), Some(number)) if reading.0.is_empty() => {
                Ok(Lookup { born, last_name, number })
            }
            _ => Err(reading.0),
        }
    }
}

/// The code of the mail, typed in the browser that asked.
#[derive(Clone, Default)]
pub struct CodeForm {
    pub code: String,
}

impl CodeForm {
    /// # Errors
    /// The problem at the code.
    pub fn read(&self) -> Result<Code, Problems> {
        Code::parse(&self.code).map_err(|refused| vec![Problem::at(Field::Code, refused)])
    }
}

/// *Create a password* as typed.
#[derive(Clone, Default)]
pub struct PasswordForm {
    pub password: String,
    pub password_again: String,
}

impl PasswordForm {
    /// # Errors
    /// Every line of the checklist that is not met, and whether the two differ.
    pub fn read(&self, policy: &PasswordPolicy, username: &str) -> Result<Password, Problems> {
        self.read_beside(policy, username, &[])
    }

    /// The same, where the words of `names` are refused as patterns too: the agency's own.
    ///
    /// # Errors
    /// As [`PasswordForm::read`].
    pub fn read_beside(&self, policy: &PasswordPolicy, username: &str, names: &[&str]) -> Result<Password, Problems> {
        let password =
            Password::parse(&self.password).map_err(|refused| vec![Problem::at(Field::Password, refused)])?;
        let mut problems = Problems::new();
        if let Err(wrong) = policy.check_beside(&password, username, names) {
            problems.extend(wrong.into_iter().map(|refused| Problem::at(Field::Password, refused)));
        }
        match Password::parse(&self.password_again) {
            Err(Refused::Missing) => problems.push(Problem::at(Field::PasswordAgain, Refused::Missing)),
            Ok(again) if again == password => {}
            _ => problems.push(Problem::at(Field::PasswordAgain, Refused::PasswordsDiffer)),
        }
        if problems.is_empty() { Ok(password) } else { Err(problems) }
    }
}
