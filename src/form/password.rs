//! Change Password: the present or temporary password again, a new one, and the new one once more.

use super::claim::PasswordForm;
use crate::password::{Password, PasswordPolicy};
use crate::refused::{Field, Problem, Problems, Refused};

/// *Change Password* as typed.
#[derive(Clone, Default)]
pub struct ChangeForm {
    pub current_password: String,
    pub password: String,
    pub password_again: String,
}

/// *Change Password*, read.
#[derive(Clone, Debug)]
pub struct Change {
    pub current: Password,
    pub new: Password,
}

impl ChangeForm {
    /// `names` are the agency's own, refused as patterns.
    ///
    /// # Errors
    /// Every problem of the form, in the order of its fields.
    pub fn read(&self, policy: &PasswordPolicy, username: &str, names: &[&str]) -> Result<Change, Problems> {
        let current = current(&self.current_password);
        let form = PasswordForm { password: self.password.clone(), password_again: self.password_again.clone() };
        match (current, form.read_beside(policy, username, names)) {
            (Ok(current), Ok(new)) if current == new => Err(vec![Problem::at(Field::Password, Refused::PasswordSame)]),
            (Ok(current), Ok(new)) => Ok(Change { current, new }),
            (current, new) => {
                let mut problems = current.err().unwrap_or_default();
                problems.extend(new.err().unwrap_or_default());
                Err(problems)
            }
        }
    }
}

/// The present password, typed again. What cannot be one is just not the right one.
///
/// # Errors
/// The problem at its field.
pub fn current(typed: &str) -> Result<Password, Problems> {
    Password::parse(typed).map_err(|refused| {
        let refused = match refused {
            Refused::Missing | Refused::Unreadable => refused,
            _ => Refused::PasswordNotYours,
        };
        vec![Problem::at(Field::CurrentPassword, refused)]
    })
}
