//! Requests, sign-ins, and what was refused.

use backboard::refused::{Problem, Refused};
use prometheus::{HistogramVec, IntCounterVec, IntGauge};
use tokio::time::Instant;

use super::New;

/// A page takes one millisecond, a sign-in the tenth of a second that its hash costs, and one behind a full queue
/// several seconds; at thirty a request is given up.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

pub struct Requests {
    answered: IntCounterVec,
    seconds: HistogramVec,
    under_way: IntGauge,
    refusals: IntCounterVec,
    sign_ins: IntCounterVec,
}

/// Counts as under way until it is dropped.
pub struct UnderWay(IntGauge);

/// Whose sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Personnel,
    Staff,
}

impl Who {
    const ALL: [Self; 2] = [Self::Personnel, Self::Staff];

    const fn label(self) -> &'static str {
        match self {
            Self::Personnel => "personnel",
            Self::Staff => "staff",
        }
    }
}

/// How a step of a sign-in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInOutcome {
    SignedIn,
    /// With a temporary or an expired password.
    ChangeOnly,
    /// The password was right, and the second factor of a member of staff is asked.
    SecondAsked,
    /// Name, password or code.
    Wrong,
    Expired,
    /// The right password of an account that is closed.
    Closed,
    TooManyTries,
    /// The queue was full, or the store busy.
    Busy,
    Broken,
    /// A form that could not be read, a page that was too old.
    Other,
}

impl SignInOutcome {
    const ALL: [Self; 10] = [
        Self::SignedIn,
        Self::ChangeOnly,
        Self::SecondAsked,
        Self::Wrong,
        Self::Expired,
        Self::Closed,
        Self::TooManyTries,
        Self::Busy,
        Self::Broken,
        Self::Other,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::ChangeOnly => "change-only",
            Self::SecondAsked => "second-asked",
            Self::Wrong => "wrong",
            Self::Expired => "expired",
            Self::Closed => "closed",
            Self::TooManyTries => "too-many-tries",
            Self::Busy => "busy",
            Self::Broken => "broken",
            Self::Other => "other",
        }
    }

    /// What a refusal of it is. An unknown name and a wrong password are one outcome, as they are one answer.
    #[must_use]
    pub const fn of(refused: Refused) -> Self {
        match refused {
            Refused::SignInWrong | Refused::DeskWrong | Refused::SecondWrong | Refused::SecondDead => Self::Wrong,
            Refused::PasswordExpired => Self::Expired,
            Refused::AccountInactive
            | Refused::AccountSuspended
            | Refused::AccountExternal
            | Refused::AccountFrozen
            | Refused::StaffClosed
            | Refused::StaffUnenrolled => Self::Closed,
            Refused::TooManyTries => Self::TooManyTries,
            Refused::Busy => Self::Busy,
            Refused::Broken => Self::Broken,
            _ => Self::Other,
        }
    }
}

impl Requests {
    pub(super) fn new(new: &New<'_>) -> Self {
        let sign_ins = new.counters(
            "backboard_sign_ins_total",
            "Steps of sign-ins, by whose they were and how they ended.",
            &["who", "outcome"],
        );
        for (who, outcome) in Who::ALL.iter().flat_map(|who| SignInOutcome::ALL.iter().map(move |it| (who, it))) {
            sign_ins.with_label_values(&[who.label(), outcome.label()]);
        }
        Self {
            answered: new.counters(
                "backboard_requests_total",
                "Requests by operation or page, method, and class of the answer's status; `left` went before it.",
                &["operation", "method", "status"],
            ),
            seconds: new.histograms(
                "backboard_request_duration_seconds",
                "From a request's headers to the head of its answer.",
                &SECONDS,
                &["operation"],
            ),
            under_way: new.gauge("backboard_requests_in_flight", "Requests that are being answered."),
            refusals: new.counters(
                "backboard_refusals_total",
                "Operations that were refused, by the first reason that was given.",
                &["operation", "reason"],
            ),
            sign_ins,
        }
    }

    /// A request has come.
    #[must_use]
    pub fn begin(&self) -> UnderWay {
        self.under_way.inc();
        UnderWay(self.under_way.clone())
    }

    /// It is over. Without a status the visitor left before the answer.
    pub fn end(&self, operation: &'static str, method: &'static str, status: Option<u16>, since: Instant) {
        let status = match status.map(|status| status / 100) {
            Some(1) => "1xx",
            Some(2) => "2xx",
            Some(3) => "3xx",
            Some(4) => "4xx",
            Some(_) => "5xx",
            None => "left",
        };
        self.answered.with_label_values(&[operation, method, status]).inc();
        self.seconds.with_label_values(&[operation]).observe(since.elapsed().as_secs_f64());
    }

    /// An operation was refused.
    pub fn refuse(&self, operation: &str, problems: &[Problem]) {
        if let Some(problem) = problems.first() {
            self.refusals.with_label_values(&[operation, problem.refused.code()]).inc();
        }
    }

    pub fn sign_in(&self, who: Who, outcome: SignInOutcome) {
        self.sign_ins.with_label_values(&[who.label(), outcome.label()]).inc();
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}
