//! How long people are kept whom the roster names no more.
//!
//! Each import writes down whom it named. Who was named by none for the operator's days, while later imports named
//! others, has left; a roster that names them again makes them anew. Nobody goes whose account is in use, or closed
//! for a reason: that is for the office to say, in the roster's status.

use crate::account::AccountState;
use crate::expiry::DAY;
use crate::moment::Moment;

/// Days, unless the operator writes others: three years. Certifications are renewed every two or three, so somebody
/// who only pauses is back on the roster by then.
pub const PEOPLE_DAYS: u32 = 3 * 365;

/// Who was last named at this moment, or before, has been gone for `days`; none where they are kept for good (0).
#[must_use]
pub const fn named_last_by(days: u32, now: Moment) -> Option<Moment> {
    if days == 0 { None } else { Some(now.plus(-(days as i64) * DAY)) }
}

/// Whether the people of an account in this state may be forgotten: nobody has claimed it, or the roster said that it
/// is used no more. One that is suspended has to stay closed should its owner come back.
#[must_use]
pub const fn may_go(state: AccountState) -> bool {
    match state {
        AccountState::Unclaimed | AccountState::Inactive => true,
        AccountState::Active | AccountState::Suspended | AccountState::External => false,
    }
}
