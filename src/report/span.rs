//! Weeks and days in a row.

use crate::expiry::DAY;
use crate::moment::Moment;

/// Seconds of a week.
pub const WEEK: i64 = 7 * DAY;
/// The first Monday after the epoch, which was a Thursday.
const MONDAY: i64 = 4 * DAY;

/// So many weeks or days in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When the first of them begins.
    pub from: Moment,
    /// Seconds of each.
    pub step: i64,
    pub steps: usize,
}

impl Span {
    /// The week of this moment and those before it: so many in all.
    #[must_use]
    pub const fn weeks_until(now: Moment, weeks: usize) -> Self {
        Self { from: monday(now).plus(-(weeks as i64 - 1) * WEEK), step: WEEK, steps: weeks }
    }

    /// The week of this moment and those after it: so many in all.
    #[must_use]
    pub const fn weeks_from(now: Moment, weeks: usize) -> Self {
        Self { from: monday(now), step: WEEK, steps: weeks }
    }

    /// The day of this moment and those before it: so many in all.
    #[must_use]
    pub const fn days_until(now: Moment, days: usize) -> Self {
        let today = Moment(now.0.saturating_sub(now.0.rem_euclid(DAY)));
        Self { from: today.plus(-(days as i64 - 1) * DAY), step: DAY, steps: days }
    }

    /// The moment after the last of them.
    #[must_use]
    pub const fn end(self) -> Moment {
        self.start(self.steps)
    }

    /// When the one at this place begins; the first is at 0.
    #[must_use]
    pub const fn start(self, place: usize) -> Moment {
        self.from.plus(place as i64 * self.step)
    }

    /// At which place a moment lies, if it lies in one of them.
    #[must_use]
    pub const fn place(self, at: Moment) -> Option<usize> {
        let place = at.since(self.from).div_euclid(self.step);
        if place >= 0 && place < self.steps as i64 { Some(place as usize) } else { None }
    }
}

const fn monday(now: Moment) -> Moment {
    Moment(now.0.saturating_sub(now.0.saturating_sub(MONDAY).rem_euclid(WEEK)))
}
