//! Work that nobody waits for: housekeeping, and imports at the desk.

use backboard::moment::Moment;
use prometheus::{IntCounterVec, IntGaugeVec};

use super::New;

/// How a job of an import ended, or where it went from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportEnd {
    Checked,
    /// The file is no roster.
    Refused,
    /// People had changed since the check, so it was shown anew.
    Moved,
    Done,
    /// Cut off: what was taken until then stays.
    Stopped,
}

impl ImportEnd {
    const ALL: [Self; 5] = [Self::Checked, Self::Refused, Self::Moved, Self::Done, Self::Stopped];

    const fn label(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Refused => "refused",
            Self::Moved => "moved",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

pub struct Work {
    done: IntGaugeVec,
    failed: IntCounterVec,
    imports: IntCounterVec,
}

impl Work {
    pub(super) fn new(new: &New<'_>) -> Self {
        let imports = new.counters(
            "backboard_imports_total",
            "Rosters brought at the desk, by what became of them.",
            &["outcome"],
        );
        for end in ImportEnd::ALL {
            imports.with_label_values(&[end.label()]);
        }
        Self {
            done: new.gauges(
                "backboard_housekeeping_last_success_timestamp_seconds",
                "When a task of the housekeeping last ran through; 0 when it did not since the start.",
                &["task"],
            ),
            failed: new.counters(
                "backboard_housekeeping_failures_total",
                "Times a task of the housekeeping failed; it comes again with the next round.",
                &["task"],
            ),
            imports,
        }
    }

    /// There is such a task: so that one that never ran through is seen, and its first failure is an increase.
    pub fn expect_task(&self, task: &str) {
        self.done.with_label_values(&[task]);
        self.failed.with_label_values(&[task]);
    }

    pub fn task_done(&self, task: &str, now: Moment) {
        self.done.with_label_values(&[task]).set(now.0);
    }

    pub fn task_failed(&self, task: &str) {
        self.failed.with_label_values(&[task]).inc();
    }

    pub fn import(&self, end: ImportEnd) {
        self.imports.with_label_values(&[end.label()]).inc();
    }
}
