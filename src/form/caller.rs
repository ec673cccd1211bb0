//! What a caller says of themselves, typed as heard.

use super::Reading;
use crate::agency::{FACTS_LEAST, Fact};
use crate::identity::{CertificateNumber, DateOfBirth, DateOrder, fold};
use crate::moment::Day;
use crate::refused::{Field, Problem, Problems, Refused};

/// The facts as typed; what the caller was not asked for is empty.
#[derive(Clone, Default)]
pub struct HeardForm {
    pub birth_month: String,
    pub birth_day: String,
    pub birth_year: String,
    pub certificate: String,
    pub certification_level: String,
}

/// The facts, read: two at the least.
#[derive(Clone, Debug)]
pub struct Heard {
    pub born: Option<DateOfBirth>,
    pub certificate: Option<CertificateNumber>,
    /// As it is compared: [`level_key`].
    pub level: Option<String>,
}

impl HeardForm {
    /// Reads the facts that an agency asks for; what it does not ask for counts for nothing.
    ///
    /// # Errors
    /// What is wrong with a field; [`Refused::FactsTooFew`], or [`Refused::FactsOff`] where none is asked for.
    pub fn read(&self, asked: &[Fact], order: DateOrder, today: Day) -> Result<Heard, Problems> {
        if asked.is_empty() {
            return Err(vec![Problem::form(Refused::FactsOff)]);
        }
        let mut reading = Reading::default();
        let parts = [&self.birth_month, &self.birth_day, &self.birth_year];
        let said = parts.iter().any(|part| !part.trim().is_empty());
        let mut born = None;
        if said && asked.contains(&Fact::DateOfBirth) {
            born = reading.take_all(DateOfBirth::parse(
                &self.birth_month,
                &self.birth_day,
                &self.birth_year,
                order,
                today,
            ));
        }
        let mut certificate = None;
        if !self.certificate.trim().is_empty() && asked.contains(&Fact::CertificateNumber) {
            certificate = reading.take(Field::Certificate, CertificateNumber::parse(&self.certificate));
        }
        let level = Some(level_key(&self.certification_level))
            .filter(|level| !level.is_empty() && asked.contains(&Fact::CertificationLevel));
        if !reading.0.is_empty() {
            return Err(reading.0);
        }
        let heard = Heard { born, certificate, level };
        if heard.facts().len() < FACTS_LEAST {
            return Err(vec![Problem::form(Refused::FactsTooFew)]);
        }
        Ok(heard)
    }
}

impl Heard {
    /// Which facts were said.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let said = [
            (Fact::DateOfBirth, self.born.is_some()),
            (Fact::CertificateNumber, self.certificate.is_some()),
            (Fact::CertificationLevel, self.level.is_some()),
        ];
        said.into_iter().filter_map(|(fact, said)| said.then_some(fact)).collect()
    }
}

/// A level as it is compared: letters and digits, whatever their case and accents.
#[must_use]
pub fn level_key(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}
