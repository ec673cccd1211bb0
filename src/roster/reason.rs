//! Why a row was not taken, or not taken as it stands. No sentence ever repeats what a cell held.

use super::{Column, PersonId};
use crate::account::{AccountState, Username};
use crate::refused::Refused;

/// A row that was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The column at fault, where it is one.
    pub column: Option<Column>,
    pub reason: Reason,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The cell cannot be what its column asks.
    Unusable(Refused),
    NotUtf8,
    /// More than any value has.
    CellTooLong,
    TooManyParts,
    UnknownStatus,
    /// This many cells instead of that many.
    WrongCount(usize, usize),
    /// The person's SSN stands in a column where it would be stored readable.
    HoldsSsn,
    /// The row on this line names the same person.
    PersonTwice(u64),
    /// The username belongs to somebody who does not share it.
    UsernameTaken,
}

/// Something to look at in a row that was imported all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// No mail can be sent to the address; the person was imported without one.
    EmailUnusable,
    /// Another person has the same number.
    SsnOf(PersonId),
    /// The roster now names another username; a username that was given out stays.
    UsernameKept(Username),
    /// This person's status differs from that of the others who share the account.
    StatusOutvoted(AccountState),
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let column = self.column.map_or("row", Column::code);
        match &self.reason {
            Reason::Unusable(refused) => write!(out, "{column} {}", said(*refused)),
            Reason::NotUtf8 => write!(out, "{column} is not UTF-8 text; save the file as \"CSV UTF-8\""),
            Reason::CellTooLong => {
                write!(out, "{column} is far too long; look for a quotation mark that is never closed")
            }
            Reason::TooManyParts => write!(out, "{column} lists more than {} entries", super::row::MOST_PARTS),
            Reason::UnknownStatus => {
                write!(out, "{column} is none of unclaimed, active, inactive, suspended, external")
            }
            Reason::WrongCount(found, asked) => {
                write!(out, "the row has {found} cells instead of {asked}; look for a missing quotation mark or comma")
            }
            Reason::HoldsSsn => {
                write!(out, "{column} repeats the person's SSN, which may stand in its own column only")
            }
            Reason::PersonTwice(line) => write!(out, "line {line} names the same person_id"),
            Reason::UsernameTaken => {
                write!(out, "username belongs to another person, whose row does not name it as a shared one")
            }
        }
    }
}

impl std::fmt::Display for Warning {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EmailUnusable => out.write_str("email is no address mail can be sent to; imported without one"),
            Self::SsnOf(other) => {
                write!(out, "ssn is that of {other} too; neither can claim with it until one is mended")
            }
            Self::UsernameKept(username) => {
                write!(out, "username stays {username}, because a username that was given out does not change")
            }
            Self::StatusOutvoted(state) => {
                write!(out, "status does not count while others share the account, which stays {}", state.code())
            }
        }
    }
}

const fn said(refused: Refused) -> &'static str {
    match refused {
        Refused::Missing => "is empty",
        Refused::TooLong => "is too long",
        Refused::Unreadable => "holds a line break, a control character or one that was lost in a conversion",
        Refused::NameUnusable => "is not a name",
        Refused::DateNotNumbers | Refused::DateMonth | Refused::DateDay | Refused::DateYear => {
            "is not a date like 1984-02-29"
        }
        Refused::DateImpossible => "is not a day of the calendar",
        Refused::DateFuture => "lies in the future",
        Refused::DateTooLongAgo => "lies before 1900",
        Refused::SsnNineDigits => "does not have nine digits",
        Refused::SsnNeverIssued => "is a number that was never issued",
        Refused::CertificateUnusable => "is not 3 to 20 letters and digits",
        Refused::UsernameUnusable => "is not 3 to 64 letters, digits and . _ - @ +",
        _ => "cannot be used",
    }
}
