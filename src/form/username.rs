//! Forgot username: *E-mail address*.

use super::Reading;
use crate::identity::Email;
use crate::refused::{Field, Problem, Problems, Refused};

/// *forgot username?* as typed.
#[derive(Clone, Default)]
pub struct UsernameForm {
    pub email: String,
    /// *I'm not a robot*: `on` when checked.
    pub robot: String,
}

impl UsernameForm {
    /// # Errors
    /// Every problem of the form, in the order of its fields.
    pub fn read(&self) -> Result<Email, Problems> {
        let mut reading = Reading::default();
        let email = reading.take(Field::Email, Email::parse(&self.email));
        if self.robot.is_empty() {
            reading.0.push(Problem::at(Field::Robot, Refused::RobotUnchecked));
        }
        match email {
            Some(email) if reading.0.is_empty() => Ok(email),
            _ => Err(reading.0),
        }
    }
}
