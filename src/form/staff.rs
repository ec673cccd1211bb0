//! The desk's forms about staff: signing in, the second step, invitations, and who is meant by an act.

use super::Reading;
use crate::identity::{Email, is_gap};
use crate::password::Password;
use crate::refused::{Field, Problem, Problems, Refused};
use crate::staff::{Role, staff_name};

/// Digits of an authenticator's code (RFC 6238 allows 6 to 8; every app shows 6).
pub const CODE_DIGITS: usize = 6;
/// Characters of a recovery code.
pub const RECOVERY_CHARACTERS: usize = 12;
/// What recovery codes are made of: 32 letters and digits, none of which looks like another. Five bits each.
pub const RECOVERY_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The desk's sign-in as typed.
#[derive(Clone, Default)]
pub struct DeskSignInForm {
    pub email: String,
    pub password: String,
}

/// The desk's sign-in, read.
#[derive(Clone, Debug)]
pub struct DeskSignIn {
    pub email: Email,
    pub password: Password,
}

impl DeskSignInForm {
    /// A field left empty is said; everything else that cannot be right is just a wrong sign-in.
    ///
    /// # Errors
    /// The empty fields, text that cannot be read, or [`Refused::DeskWrong`].
    pub fn read(&self) -> Result<DeskSignIn, Problems> {
        let mut reading = Reading::default();
        let wrong = |refused| match refused {
            Refused::Missing | Refused::Unreadable => refused,
            _ => Refused::DeskWrong,
        };
        let email = reading.take(Field::Email, Email::parse(&self.email).map_err(wrong));
        let password = reading.take(Field::Password, Password::parse(&self.password).map_err(wrong));
        match (email, password) {
            (Some(email), Some(password)) => Ok(DeskSignIn { email, password }),
            _ if reading.0.iter().any(|problem| problem.refused == Refused::DeskWrong) => {
                Err(vec![Problem::form(Refused::DeskWrong)])
            }
            _ => Err(reading.0),
        }
    }
}

/// What was typed as the second factor.
#[derive(Clone, PartialEq, Eq)]
pub enum Second {
    /// Six digits of an authenticator.
    Code(String),
    /// A recovery code, without its gaps.
    Recovery(String),
}

impl Second {
    /// Gaps and dashes do not count, nor do capitals.
    ///
    /// # Errors
    /// [`Refused::Missing`], or [`Refused::SecondWrong`] for what can be neither.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let kept: String = text.chars().filter(|c| !is_gap(*c) && *c != '-').flat_map(char::to_lowercase).collect();
        match kept.len() {
            0 => Err(Refused::Missing),
            CODE_DIGITS if kept.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Self::Code(kept)),
            RECOVERY_CHARACTERS if kept.bytes().all(|byte| RECOVERY_LETTERS.contains(&byte)) => {
                Ok(Self::Recovery(kept))
            }
            _ => Err(Refused::SecondWrong),
        }
    }

    /// At its field.
    ///
    /// # Errors
    /// As [`Second::parse`].
    pub fn read(text: &str) -> Result<Self, Problems> {
        Self::parse(text).map_err(|refused| vec![Problem::at(Field::Second, refused)])
    }
}

impl std::fmt::Debug for Second {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Second(…)")
    }
}

/// *Invite* as typed.
#[derive(Clone, Default)]
pub struct InviteForm {
    pub email: String,
    pub staff_name: String,
    pub role: String,
}

/// *Invite*, read.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub email: Email,
    pub name: String,
    pub role: Role,
}

impl InviteForm {
    /// # Errors
    /// Every problem of the form, in the order of its fields.
    pub fn read(&self) -> Result<Invitation, Problems> {
        let mut reading = Reading::default();
        let email = reading.take(Field::Email, Email::parse(&self.email));
        let name = reading.take(Field::StaffName, staff_name(&self.staff_name));
        let role = reading.take(Field::Role, role(&self.role));
        match (email, name, role) {
            (Some(email), Some(name), Some(role)) => Ok(Invitation { email, name, role }),
            _ => Err(reading.0),
        }
    }
}

/// # Errors
/// [`Refused::Missing`] when none was chosen, or one that there is not.
pub fn role(text: &str) -> Result<Role, Refused> {
    Role::from_code(text.trim()).ok_or(Refused::Missing)
}

/// The member of staff that a form is about.
///
/// # Errors
/// [`Refused::StaffGone`] for what is no number.
pub fn number(text: &str) -> Result<i64, Refused> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(Refused::StaffGone)
}
