//! When a password expires, and when its owner is reminded.
//!
//! A password has its days from the moment it is set. Reminders go out 14, 7, 3 and 1 days before the end. Each
//! account keeps the moment of its next reminder alone, so a reminder that a downtime swallowed is made good by
//! one mail that tells the days that are really left. After the end there is one more sign-in, which leads to
//! *Change Password* and nowhere else.
//!
//! A day is 86,400 seconds of UTC: clocks that are put forward or back at some place move nothing.

use crate::moment::Moment;

/// Seconds of a day.
pub const DAY: i64 = 24 * 60 * 60;
/// Days before the end at which the owner is reminded, longest first.
pub const REMINDER_DAYS: [u32; 4] = [14, 7, 3, 1];

/// The end of a password's days and the next reminder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// None: it never expires.
    pub expires: Option<Moment>,
    /// None: everything was told.
    pub remind: Option<Moment>,
}

impl Schedule {
    /// Of a password that never expires.
    pub const NEVER: Self = Self { expires: None, remind: None };

    /// Of a password set at `set` that has `days` days; 0: it never expires.
    #[must_use]
    pub fn of(set: Moment, days: u32) -> Self {
        if days == 0 {
            return Self::NEVER;
        }
        let expires = set.plus(i64::from(days) * DAY);
        Self { expires: Some(expires), remind: next_reminder(expires, set) }
    }

    /// Of a password that had no days so far: when the policy begins to ask for them, or when accounts come from
    /// elsewhere. Nobody has fewer than 15 days left, so that every reminder comes, and accounts whose days would
    /// be over sooner are spread over the days of the policy, so that no night brings a thousand mails. Nobody has
    /// more days than the policy gives, unless it gives fewer than 16: then they are spread over the sixteenth.
    #[must_use]
    pub fn spread(account: i64, set: Moment, days: u32, now: Moment) -> Self {
        const LEAST: i64 = (REMINDER_DAYS[0] as i64 + 1) * DAY;
        if days == 0 {
            return Self::NEVER;
        }
        // A clock that was ahead when the password was set gives it no more days than others have.
        let own = set.min(now).plus(i64::from(days) * DAY);
        let expires = if own.since(now) >= LEAST {
            own
        } else {
            let minutes = (i64::from(days) * DAY - LEAST).max(DAY) / 60;
            // Multiplied by the golden ratio, neighbouring ids fall far apart and fill the room evenly.
            let place = account.wrapping_mul(0x9E37_79B9).rem_euclid(1 << 32);
            let minute = (i128::from(place) * i128::from(minutes)) >> 32;
            now.plus(LEAST + i64::try_from(minute).unwrap_or(minutes) * 60)
        };
        Self { expires: Some(expires), remind: next_reminder(expires, now) }
    }

    /// The schedule after a reminder at `now`: whatever was due is told by that one.
    #[must_use]
    pub fn reminded(self, now: Moment) -> Self {
        Self { remind: self.expires.and_then(|expires| next_reminder(expires, now)), ..self }
    }

    #[must_use]
    pub fn is_over(self, now: Moment) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }

    /// Days left, a begun one counted whole; 0 when they are over. None: it never expires.
    #[must_use]
    pub fn days_left(self, now: Moment) -> Option<u32> {
        let left = self.expires?.since(now).max(0);
        Some(u32::try_from(left / DAY + i64::from(left % DAY > 0)).unwrap_or(u32::MAX))
    }
}

/// The first reminder after `now`.
fn next_reminder(expires: Moment, now: Moment) -> Option<Moment> {
    REMINDER_DAYS.iter().map(|days| expires.plus(-i64::from(*days) * DAY)).find(|moment| *moment > now)
}
