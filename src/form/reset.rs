//! Forgot password: *Email or Username*, the answer to the challenge question.
//!
//! *Set Up Password* asks what *Create a password* asks: [`PasswordForm`](super::claim::PasswordForm).

use super::Reading;
use crate::account::Username;
use crate::identity::Email;
use crate::refused::{Field, Problem, Problems, Refused};

/// *forgot password?* as typed.
#[derive(Clone, Default)]
pub struct ResetForm {
    pub login: String,
    /// *I'm not a robot*: `on` when checked.
    pub robot: String,
}

/// What was typed, read as what it can be: `ada@example.org` may be an address and a username too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub email: Option<Email>,
    pub username: Option<Username>,
}

impl Login {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::Unreadable`] or [`Refused::LoginUnusable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let username = match Username::parse(text) {
            Err(refused @ (Refused::Missing | Refused::Unreadable)) => return Err(refused),
            read => read.ok(),
        };
        let email = Email::parse(text).ok();
        if email.is_none() && username.is_none() { Err(Refused::LoginUnusable) } else { Ok(Self { email, username }) }
    }

    /// What two spellings of one login share, for its budget.
    #[must_use]
    pub fn key(&self) -> String {
        let email = self.email.as_ref().map(Email::key);
        email.or_else(|| self.username.as_ref().map(|name| name.key().as_str().to_owned())).unwrap_or_default()
    }
}

impl ResetForm {
    /// # Errors
    /// Every problem of the form, in the order of its fields.
    pub fn read(&self) -> Result<Login, Problems> {
        let mut reading = Reading::default();
        let login = reading.take(Field::Login, Login::parse(&self.login));
        if self.robot.is_empty() {
            reading.0.push(Problem::at(Field::Robot, Refused::RobotUnchecked));
        }
        match login {
            Some(login) if reading.0.is_empty() => Ok(login),
            _ => Err(reading.0),
        }
    }
}

/// *Password Challenge* as typed.
#[cfg(feature = "service")]
#[derive(Clone, Default)]
pub struct AnswerForm {
    pub answer: String,
}

#[cfg(feature = "service")]
impl AnswerForm {
    /// # Errors
    /// The problem at the answer.
    pub fn read(&self) -> Result<crate::challenge::Answer, Problems> {
        crate::challenge::Answer::parse(&self.answer).map_err(|refused| vec![Problem::at(Field::Answer, refused)])
    }
}
