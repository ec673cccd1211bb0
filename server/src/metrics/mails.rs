//! Mails on their way out.

use prometheus::{Histogram, IntCounter, IntCounterVec};

use super::New;

/// From the two seconds over which mails leave to the three days after which one is given up.
const SECONDS: [f64; 12] = [0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0, 259_200.0];

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailEnd {
    Sent,
    Retried,
    Failed,
    /// What it carried helps nobody any more.
    Useless,
}

impl MailEnd {
    const ALL: [Self; 4] = [Self::Sent, Self::Retried, Self::Failed, Self::Useless];

    const fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Retried => "retried",
            Self::Failed => "failed",
            Self::Useless => "useless",
        }
    }
}

pub struct Mails {
    ended: IntCounterVec,
    sent: IntCounterVec,
    seconds: Histogram,
    unreachable: IntCounter,
    bounced: IntCounter,
}

impl Mails {
    pub(super) fn new(new: &New<'_>) -> Self {
        let ended = new.counters(
            "backboard_mail_attempts_total",
            "Attempts to send a mail, by how they ended: sent, retried later, failed for good, or useless by then.",
            &["outcome"],
        );
        for end in MailEnd::ALL {
            ended.with_label_values(&[end.label()]);
        }
        Self {
            ended,
            sent: new.counters("backboard_mails_sent_total", "Mails that the mail server took, by kind.", &["kind"]),
            seconds: new.histogram(
                "backboard_mail_delay_seconds",
                "From the moment a mail was queued to the moment the mail server took it.",
                &SECONDS,
            ),
            unreachable: new.counter(
                "backboard_mail_server_unreachable_total",
                "Times that no connection to the mail server could be made.",
            ),
            bounced: new.counter("backboard_mails_bounced_total", "Reports of mails of ours that came back."),
        }
    }

    /// An attempt at a mail of this kind is over, so many seconds after the mail was queued.
    pub fn end(&self, kind: &str, end: MailEnd, seconds: i64) {
        self.ended.with_label_values(&[end.label()]).inc();
        if end == MailEnd::Sent {
            self.sent.with_label_values(&[kind]).inc();
            // A clock that was set back makes no mail arrive before it was queued.
            self.seconds.observe(f64::from(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)));
        }
    }

    pub fn server_unreachable(&self) {
        self.unreachable.inc();
    }

    pub fn bounce(&self) {
        self.bounced.inc();
    }
}
