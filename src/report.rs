//! Reports of the desk: which there are, the weeks and days they count by, and the steps of a plot's axis.
//!
//! Weeks begin on Mondays (ISO 8601) and days at midnight, all in UTC, as the history's times are: whoever compares a
//! report with the history or the log finds the same day.

mod axis;
mod span;

pub use axis::{Axis, amounts, durations};
pub use span::{Span, WEEK};

use serde::{Deserialize, Serialize};

use crate::refused::{Refused, codes};
use crate::staff::Act;

codes! {
    /// A report, and the last part of its address.
    Report {
        Claims = "claims",
        Resets = "resets",
        /// How long mails waited, and how many were given up.
        Mails = "mails",
        /// Passwords that expire in the coming weeks.
        Expiring = "expiring",
        Refused = "refused",
        /// Temporary passwords that nobody used.
        Temporaries = "temporaries",
        Imports = "imports",
    }
}

impl Report {
    /// What a role must allow to see it: counts are everybody's of the desk, what names accounts or rows is not.
    #[must_use]
    pub const fn act(self) -> Act {
        match self {
            Self::Claims | Self::Resets | Self::Mails | Self::Expiring | Self::Refused => Act::Reports,
            Self::Temporaries | Self::Imports => Act::ReportLists,
        }
    }
}

codes! {
    /// What kind of attempt was refused.
    Attempt {
        /// A wrong password, or an account that is closed to its owner.
        SignIn = "sign-in",
        /// A wrong answer, or the present password typed wrong.
        Answer = "answer",
        /// A code or a link that leads nowhere.
        Link = "link",
        /// *I'm not a robot*.
        Robot = "robot",
        /// A limit was used up.
        Limit = "limit",
        /// At the desk.
        Desk = "desk",
        Other = "other",
    }
}

impl Attempt {
    /// Actions of the audit that are refusals by themselves, with their kind. Every other one is a row `refused`.
    pub const ACTIONS: [(&'static str, Self); 6] = [
        ("sign-in-refused", Self::SignIn),
        ("answer-wrong", Self::Answer),
        ("password-again-wrong", Self::Answer),
        ("desk-signin-refused", Self::Desk),
        ("desk-second-wrong", Self::Desk),
        ("staff-password-again-wrong", Self::Desk),
    ];

    /// The kind of a row `refused`, by its detail: the operation, and the code of the reason.
    #[must_use]
    pub fn of(detail: &str) -> Self {
        let (operation, reason) = detail.split_once(' ').unwrap_or(("", detail));
        if operation.starts_with("desk.") {
            return Self::Desk;
        }
        match Refused::from_code(reason) {
            Some(Refused::TooManyTries) => Self::Limit,
            Some(Refused::RobotExpired | Refused::RobotUnproven | Refused::RobotBudget) => Self::Robot,
            Some(Refused::AnswerDead) => Self::Answer,
            Some(
                Refused::CodeWrong
                | Refused::CodeDead
                | Refused::LinkUnknown
                | Refused::LinkSpent
                | Refused::LinkExpired
                | Refused::LinkSuperseded
                | Refused::NotMeOver,
            ) => Self::Link,
            _ => Self::Other,
        }
    }
}

/// The smallest value that so many of a hundred do not go beyond, of values with how often each came, in rising order
/// (nearest rank); none without any.
#[must_use]
pub fn percentile(counted: &[(u64, u64)], percent: u64) -> Option<u64> {
    let all: u64 = counted.iter().map(|(_, count)| count).sum();
    let rank = all.saturating_mul(percent).div_ceil(100).max(1);
    let mut seen = 0;
    counted.iter().find_map(|(value, count)| {
        seen += count;
        (seen >= rank).then_some(*value)
    })
}
