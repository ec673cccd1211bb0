//! The page of `backboard account show`: plain text for a person and for a file; nothing depends on a terminal.

use backboard::account::{AccountState, Frozen};
use backboard::agency::Agency;
use backboard::challenge::Asking;
use backboard::moment::Moment;
use backboard::service::office::Shown;
use backboard::service::records::{Account, Temporary};

use super::{happened, listed};

/// Lines are no longer than this, in characters.
const WIDTH: usize = 100;
/// Where what a label names begins.
const COLUMN: usize = 12;
/// Where what happened at a time begins.
const DATED: usize = 20;
/// Days after which the ledger of mails has forgotten what became of one.
const MAIL_KEPT_DAYS: i64 = 90;

/// Everything that the page is made of.
pub struct Sheet<'a> {
    pub shown: &'a Shown,
    pub agency: &'a Agency,
    pub now: Moment,
    /// Addresses are written out.
    pub addresses: bool,
    /// When *This wasn't me* was pressed, and the kind of the mail it stood in.
    pub frozen_since: Option<(Moment, String)>,
}

impl Sheet<'_> {
    pub fn text(&self) -> String {
        let Shown { account, has_question, temporaries, history, .. } = self.shown;
        let mut text = String::new();
        let mut line = |label: &str, words: &str| write_wrapped(&mut text, COLUMN, label, words);
        line("username", account.username.as_str());
        line("state", &self.state(account));
        line("addresses", &self.addresses());
        line("password", &self.password(account));
        let question = match (has_question, self.agency.policy.challenge.asking) {
            (true, Asking::Off) => "set, but this profile does not ask it",
            (true, _) => "set",
            (false, Asking::Required) => "none; without one Forgot Password only says whom to contact",
            (false, _) => "none",
        };
        line("question", question);
        line("frozen", &self.frozen(account));

        text.push_str("\nTemporary passwords, newest first, in UTC\n");
        for temporary in temporaries {
            let dated = format!("  {}", time(temporary.issued));
            write_wrapped(&mut text, DATED, &dated, &self.temporary(temporary));
        }
        if temporaries.is_empty() {
            text.push_str("  none\n");
        }
        text.push_str("\nWhat happened last, newest first, in UTC\n");
        for happened in history {
            write_wrapped(&mut text, DATED, &format!("  {}", time(happened.at)), &happened::sentence(happened));
        }
        if history.is_empty() {
            text.push_str("  nothing yet\n");
        }
        text
    }

    fn state(&self, account: &Account) -> String {
        let state = match (account.state, &self.agency.external) {
            (AccountState::External, Some(service)) => format!("external: {} keeps the password", service.name),
            (AccountState::Unclaimed, _) => "unclaimed: nobody has set a password yet".to_owned(),
            (state, _) => state.code().to_owned(),
        };
        if account.shared { format!("{state}; shared by several people") } else { state }
    }

    fn addresses(&self) -> String {
        let addresses = &self.shown.addresses;
        match (addresses.is_empty(), self.addresses) {
            (true, _) => "none on file".to_owned(),
            (false, true) => addresses.iter().map(|email| email.as_str()).collect::<Vec<_>>().join(", "),
            (false, false) => format!("{} (--addresses writes them out)", listed(addresses)),
        }
    }

    fn password(&self, account: &Account) -> String {
        let Some(set) = account.password_set.filter(|_| account.password_hash.is_some()) else {
            return "none".to_owned();
        };
        let set = format!("set {}", time(set));
        let counted = self.agency.policy.password.expires_days > 0;
        match (account.schedule.expires.filter(|_| counted), account.schedule.days_left(self.now)) {
            (Some(expires), Some(0)) => {
                let grace = match account.grace_spent {
                    true => "its last sign-in was used",
                    false => "it signs in once more, to be changed",
                };
                format!("{set}; expired {}; {grace}", time(expires))
            }
            (Some(expires), Some(1)) => format!("{set}; expires {}, within a day", time(expires)),
            (Some(expires), Some(days)) => format!("{set}; expires {}, in {days} days", time(expires)),
            _ if counted => format!("{set}; the running portal gives it its days"),
            _ => format!("{set}; does not expire"),
        }
    }

    fn frozen(&self, account: &Account) -> String {
        let stops = match account.frozen {
            None => return "no".to_owned(),
            Some(Frozen::Resets) => "nothing is mailed that could reset it; its password works",
            Some(Frozen::All) => "its password opens nothing, and nothing is mailed that could reset it",
        };
        let since = match &self.frozen_since {
            Some((at, mail)) => {
                format!("since {}: somebody pressed This wasn't me in the mail {mail}", time(*at))
            }
            None => "yes: somebody pressed This wasn't me".to_owned(),
        };
        format!("{since}; {stops}; end it with: backboard account reactivate {}", account.username)
    }

    fn temporary(&self, temporary: &Temporary) -> String {
        let by = happened::issuer(&temporary.issuer, &temporary.why);
        let forgotten = self.now.since(temporary.issued) > MAIL_KEPT_DAYS * 24 * 60 * 60;
        let mail = match (temporary.sent, temporary.failed) {
            (Some(sent), _) => format!("mailed {}", time(sent)),
            (None, Some(failed)) => format!("mail given up {}", time(failed)),
            (None, None) if forgotten => "mail no longer on record".to_owned(),
            (None, None) => "mail not sent yet".to_owned(),
        };
        let used = temporary.used.map_or_else(|| "not used".to_owned(), |used| format!("first used {}", time(used)));
        let end = match temporary.ended {
            Some(ended) => format!("ended {}", time(ended)),
            None if temporary.expires <= self.now => format!("expired {}", time(temporary.expires)),
            None => format!("works until {}", time(temporary.expires)),
        };
        format!("by {by}; {mail}; {used}; {end}")
    }
}

/// `2026-11-21 13:12`, in UTC.
pub fn time(moment: Moment) -> String {
    let second = moment.0.rem_euclid(24 * 60 * 60);
    format!("{} {:02}:{:02}", moment.day(), second / 3600, second / 60 % 60)
}

/// A label, and a text beside it that is broken between words.
fn write_wrapped(text: &mut String, column: usize, label: &str, words: &str) {
    let mut line = format!("{label:<column$}");
    for word in words.split_whitespace() {
        let begun = line.chars().count() > column;
        if begun && line.chars().count() + word.chars().count() > WIDTH {
            *text += line.trim_end();
            text.push('\n');
            line = " ".repeat(column);
        }
        line += word;
        line.push(' ');
    }
    *text += line.trim_end();
    text.push('\n');
}
