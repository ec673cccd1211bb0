//! Sign in: *Username*, *Password*.

use super::Reading;
use crate::account::Username;
use crate::password::Password;
use crate::refused::{Field, Problem, Problems, Refused};

/// *Login* as typed.
#[derive(Clone, Default)]
pub struct SignInForm {
    pub username: String,
    pub password: String,
}

/// *Login*, read.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub username: Username,
    pub password: Password,
}

impl SignInForm {
    /// A field left empty is said; everything else that cannot be right is just a wrong sign-in, so
    /// that the page never teaches what usernames or passwords look like.
    ///
    /// # Errors
    /// The empty fields, text that cannot be read, or [`Refused::SignInWrong`].
    pub fn read(&self) -> Result<SignIn, Problems> {
        let mut reading = Reading::default();
        let wrong = |refused| match refused {
            Refused::Missing | Refused::Unreadable => refused,
            _ => Refused::SignInWrong,
        };
        let username = reading.take(Field::Username, Username::parse(&self.username).map_err(wrong));
        let password = reading.take(Field::Password, Password::parse(&self.password).map_err(wrong));
        match (username, password) {
            (Some(username), Some(password)) => Ok(SignIn { username, password }),
            _ if reading.0.iter().any(|problem| problem.refused == Refused::SignInWrong) => {
                Err(vec![Problem::form(Refused::SignInWrong)])
            }
            _ => Err(reading.0),
        }
    }
}
