//! What a person has sent and what came back, and what must be true after it.

use std::collections::BTreeMap;

use testkit::program::{Mail, Visitor};

/// Why mails were asked for. Each accepted request queues one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A claim or a reset: a link, or why there is none.
    WayIn,
    Usernames,
    /// A temporary password from the office.
    Temporary,
    /// A password was saved: its notice.
    Saved,
    /// A question was set: its notice.
    Question,
    /// *This wasn't me*: its notice.
    Frozen,
}

impl Cause {
    /// The cause of a mail, by its kind in the outbox.
    pub fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "claim-link" | "already-claimed" | "reset-link" | "unclaimed" => Self::WayIn,
            "usernames" => Self::Usernames,
            "temporary-password" => Self::Temporary,
            "password-set" => Self::Saved,
            "question-set" => Self::Question,
            "frozen" => Self::Frozen,
            _ => return None,
        })
    }
}

/// How often something was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    pub accepted: u32,
    /// The connection died first: it may be done.
    pub unanswered: u32,
    /// Told to try again: it may be done only where the portal could not know.
    pub told_busy: u32,
}

/// A password that was sent and not accepted in so many words: it holds, or what was before does.
#[derive(Clone)]
pub struct Doubt {
    pub password: String,
    /// The portal said that it was busy, so nothing may have changed.
    pub told_busy: bool,
    /// The session that was to change it: alive if and only if the password before it holds.
    pub session: Option<Visitor>,
    /// What had been received when it was sent: all links and temporary passwords in it die with it.
    pub mails: Vec<Mail>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certain {
    #[default]
    No,
    Yes,
    Doubtful,
}

/// Everything that one person knows.
#[derive(Default)]
pub struct Ledger {
    /// The password that holds; none before the account is claimed.
    pub password: Option<String>,
    pub doubt: Option<Doubt>,
    /// Passwords, own and temporary ones, that another was saved after: they open nothing.
    pub former: Vec<String>,
    /// Browsers that are signed in.
    pub sessions: Vec<Visitor>,
    /// Browsers that were, until something that was accepted ended it.
    pub ended: Vec<Visitor>,
    /// Links that were used, or were answered as spent or superseded.
    pub spent: Vec<String>,
    pub asked: BTreeMap<Cause, Asked>,
    pub question: Certain,
    pub frozen: Certain,
}

impl Ledger {
    pub fn accepted(&mut self, cause: Cause) {
        self.asked.entry(cause).or_default().accepted += 1;
    }

    pub fn unanswered(&mut self, cause: Cause) {
        self.asked.entry(cause).or_default().unanswered += 1;
    }

    pub fn told_busy(&mut self, cause: Cause) {
        self.asked.entry(cause).or_default().told_busy += 1;
    }

    /// How often something was asked for, whatever came of it.
    pub fn times(&self, cause: Cause) -> u32 {
        self.asked.get(&cause).map_or(0, |asked| asked.accepted + asked.unanswered)
    }

    /// A password was saved: whatever else opened the account is dead. `links` and `temporaries` are those that had
    /// been received.
    pub fn saved(&mut self, password: String, session: Option<Visitor>, links: Vec<String>, temporaries: Vec<String>) {
        self.former.extend(self.password.replace(password));
        self.former.extend(temporaries);
        self.close();
        self.sessions.extend(session);
        self.spent.extend(links);
        self.doubt = None;
        self.accepted(Cause::Saved);
    }

    /// Every session has ended.
    pub fn close(&mut self) {
        self.ended.append(&mut self.sessions);
    }
}
