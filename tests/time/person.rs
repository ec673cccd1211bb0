//! What ought to happen to one person's password, as the product describes it. No function of the program is asked.
//!
//! A password has 90 days. 14, 7, 3 and 1 days before the end its owner is reminded, by the first round of
//! housekeeping at or after that moment; a round that finds several of them due sends one mail. The mail tells the
//! days that are left, a begun one counted whole, or that they are over. Accounts that are closed are not written to.
//! From the end on there is one sign-in, which leads to *Change Password* alone.

use backboard::refused::Refused;
use backboard::service::records::SessionKind;

use crate::DAY;

const DAYS: i64 = 90;
const REMINDED_BEFORE: [i64; 4] = [14, 7, 3, 1];

/// How somebody treats their password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Changes it soon after a mail that tells so many days or fewer.
    Reminded(u32),
    /// Notices at the first sign-in after the end, and changes it there.
    Late,
    /// Signs in once after the end and goes away again; comes back through *Forgot Password*.
    Careless,
    /// Asks for a new one now and then, and uses the mail as late as can be.
    Forgetful,
    Never,
    /// The office closes the account now and then, and opens it again.
    Closed,
}

pub struct Person {
    pub account: i64,
    pub username: &'static str,
    pub addresses: Vec<&'static str>,
    /// The end of their network address.
    pub visitor: u8,
    pub habit: Habit,
    pub password: String,
    pub set: Option<i64>,
    /// The end of the password's days; none while the policy has given it none.
    pub over: Option<i64>,
    pub open: bool,
    /// Goes up with whatever ends all links, temporary passwords and sessions.
    pub era: u32,
    grace_taken: bool,
    /// How many of the four moments lie behind the last round.
    covered: usize,
    /// Mails about the present password.
    pub mails: u32,
}

impl Person {
    pub fn new(username: &'static str, visitor: u8, habit: Habit, password: String) -> Self {
        Self {
            account: 0,
            username,
            addresses: Vec::new(),
            visitor,
            habit,
            password,
            set: None,
            over: None,
            open: true,
            era: 0,
            grace_taken: false,
            covered: 0,
            mails: 0,
        }
    }

    /// A password was set.
    pub fn renew(&mut self, password: &str, now: i64) {
        password.clone_into(&mut self.password);
        self.set = Some(now);
        self.over = Some(now + DAYS * DAY);
        (self.grace_taken, self.covered, self.mails) = (false, 0, 0);
        self.era += 1;
    }

    /// The policy gave days to a password that had none: this many at least, and not more than any other has.
    pub fn adopt(&mut self, over: i64, now: i64) {
        assert!(self.over.is_none());
        let own = self.set.map(|set| set + DAYS * DAY).filter(|own| *own >= now + 15 * DAY);
        match own {
            Some(own) => assert_eq!(over, own, "{}", self.username),
            None => assert!((now + 15 * DAY..=now + DAYS * DAY).contains(&over), "{}: {}", self.username, over - now),
        }
        self.over = Some(over);
    }

    /// The office closed the account or opened it again.
    pub fn open(&mut self, open: bool) {
        self.open = open;
        if !open {
            self.era += 1;
        }
    }

    /// What a round has to mail: the days left.
    pub fn due(&mut self, now: i64) -> Option<u32> {
        let over = self.over?;
        let behind = REMINDED_BEFORE.iter().filter(|days| over - **days * DAY <= now).count();
        if behind <= self.covered {
            return None;
        }
        self.covered = behind;
        if !self.open {
            return None;
        }
        self.mails += 1;
        assert!(self.mails <= 4);
        let mut left = 0;
        while over > now + i64::from(left) * DAY {
            left += 1;
        }
        Some(left)
    }

    /// What a sign-in with the present password leads to.
    pub fn sign_in(&mut self, now: i64) -> Result<SessionKind, Refused> {
        let expired = self.over.is_some_and(|over| over <= now);
        match (self.open, expired, self.grace_taken) {
            (false, ..) => Err(Refused::AccountSuspended),
            (_, false, _) => Ok(SessionKind::Full),
            (_, true, true) => Err(Refused::PasswordExpired),
            (_, true, false) => {
                self.grace_taken = true;
                Ok(SessionKind::ChangeOnly)
            }
        }
    }
}
