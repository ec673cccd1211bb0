//! The roster: the file from which the office's people come.
//!
//! 1. `person_id`, `last_name`, `first_name` and `date_of_birth` are required. Header names do not mind
//!    case, spaces or dashes; a column that is not known is ignored.
//! 2. A row is taken whole or not at all. One exception: an e-mail address that no mail can be sent to
//!    is left out and said, because the person behind it still exists.
//! 3. A column that the file does not have says nothing: what is known stays. An empty cell clears what
//!    is known, but for `ssn`, `username` and `status`, where it says nothing either.
//! 4. An SSN may stand in its own column and nowhere else: every other one is stored as it is.
//! 5. A status counts when it is news, that is when it differs from the last one the roster gave. So
//!    what the office decided at its desk outlives the next import, and what somebody claimed does too
//!    ([`state_after`]).

/// Whether so many of the roster's people are more than a fifth: then a change of all of them is one that somebody has to
/// agree to, because it is more often a mistake than news.
#[must_use]
pub const fn is_wide(affected: u64, people: u64) -> bool {
    affected.saturating_mul(5) > people
}

mod column;
mod reason;
mod row;
mod safe;
mod status;

pub use column::{Column, Columns, HeaderRefused};
pub use reason::{Reason, Rejection, Warning};
pub use row::{PersonId, Row};
pub use safe::{formula_safe, masked, may_hold_ssn};
pub use status::{joint_status, state_after, state_of_new};
