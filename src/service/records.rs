//! Rows as the use cases see them.

use crate::account::{AccountState, Frozen, Username};
use crate::challenge::Question;
use crate::expiry::Schedule;
use crate::identity::{DateOfBirth, Email, NameKey, name_keys};
use crate::link::{LinkFate, Purpose, Step};
use crate::moment::Moment;

/// A keyed hash of a token, code, browser or SSN: 32 bytes.
pub type Digest = [u8; 32];

/// A person whom the roster names no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub person: i64,
    pub account: Account,
    /// When the last import that named them began.
    pub named: Moment,
}

/// A person of the roster with the account that is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub last_name: String,
    pub earlier_names: Vec<String>,
    pub first_name: String,
    pub born: DateOfBirth,
    pub email: Option<Email>,
    /// The linked products that the roster names for this person.
    pub products: Vec<String>,
    pub account: Account,
}

impl Person {
    /// Whether the typed name and date are this person's.
    #[must_use]
    pub fn is(&self, last_name: &NameKey, born: DateOfBirth) -> bool {
        self.born == born
            && name_keys(&self.last_name, self.earlier_names.iter().map(String::as_str)).contains(last_name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: i64,
    pub username: Username,
    pub state: AccountState,
    /// Several people use it.
    pub shared: bool,
    /// A PHC string of Argon2id; none until a password was set here.
    pub password_hash: Option<String>,
    pub password_set: Option<Moment>,
    /// When the password expires and who is reminded next.
    pub schedule: Schedule,
    /// The one sign-in with an expired password was taken.
    pub grace_spent: bool,
    pub frozen: Option<Frozen>,
    /// That in which its owner last used it: of mails that nobody asked for on a page.
    pub language: Option<String>,
}

/// The challenge question of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub question: Question,
    /// A PHC string of Argon2id over the normalised answer.
    pub answer_hash: String,
    /// When the answer was set, or last given again.
    pub confirmed: Moment,
}

/// A temporary password to be issued.
#[derive(Clone, Debug)]
pub struct NewTemporary {
    pub id: String,
    pub account: i64,
    /// Keyed: the password is random, so nothing slower is needed (decision 0007).
    pub digest: Digest,
    pub issued: Moment,
    pub expires: Moment,
    /// `person`, `office`, or a member of staff.
    pub issuer: String,
    /// A code: `forgot-password`, `telephone`, …
    pub why: String,
    /// The mail that carries it.
    pub mail: Option<String>,
}

/// A line of the ledger of temporary passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Temporary {
    pub id: String,
    pub issued: Moment,
    pub expires: Moment,
    pub issuer: String,
    pub why: String,
    /// The mail server took the mail that carries it.
    pub sent: Option<Moment>,
    /// That mail was given up.
    pub failed: Option<Moment>,
    /// Its first sign-in.
    pub used: Option<Moment>,
    /// The password was changed, or the account was closed: it opens nothing any more.
    pub ended: Option<Moment>,
}

/// Something that the office has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub account: i64,
    /// A code: `not-me`.
    pub kind: String,
    /// The kind of the mail that it began with.
    pub detail: String,
    pub opened: Moment,
}

#[derive(Clone, Debug)]
pub struct NewFlow {
    pub id: String,
    pub purpose: Purpose,
    pub browser: Digest,
    pub step: Step,
    pub link: Option<String>,
    pub account: Option<i64>,
    pub expires: Moment,
}

/// One visitor's way through one journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub id: String,
    pub purpose: Purpose,
    pub step: Step,
    pub account: Option<i64>,
    /// The link that let this flow past its first step.
    pub link: Option<String>,
    pub code_tries: u32,
    pub expires: Moment,
}

#[derive(Clone, Debug)]
pub struct NewLink {
    pub id: String,
    pub purpose: Purpose,
    pub account: i64,
    /// Whose address it was mailed to, where the account is shared.
    pub person: Option<i64>,
    /// The flow of the browser that asked: its code works only there.
    pub flow: String,
    pub token: Digest,
    pub code: Digest,
    pub created: Moment,
    pub expires: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: String,
    pub purpose: Purpose,
    pub account: i64,
    pub person: Option<i64>,
    /// Answers to the challenge question that were tried on it.
    pub answer_tries: u32,
    pub fate: LinkFate,
}

/// What a session may do. Every operation declares which kinds it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    Full,
    /// After a temporary or expired password: reaches *Change Password* and *Sign Out*, and nothing else.
    ChangeOnly,
}

impl SessionKind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ChangeOnly => "change-only",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "full" => Some(Self::Full),
            "change-only" => Some(Self::ChangeOnly),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct NewSession {
    pub token: Digest,
    pub kind: SessionKind,
    /// It was begun with a temporary password.
    pub temporary: bool,
    pub account: i64,
    pub created: Moment,
    pub expires: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub token: Digest,
    pub kind: SessionKind,
    pub temporary: bool,
    pub account: i64,
    pub username: Username,
    pub created: Moment,
    pub seen: Moment,
    pub expires: Moment,
}

/// Work that a request queued for later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: i64,
    pub kind: String,
    pub sealed: Vec<u8>,
    /// How often it was begun, this time included.
    pub tries: u32,
}

#[derive(Clone, Debug)]
pub struct NewMail {
    /// Also the local part of the Message-ID: the same at every attempt to send.
    pub id: String,
    pub recipient: Email,
    pub account: Option<i64>,
    pub kind: String,
    /// A sealed [`super::mail::Letter`].
    pub sealed: Vec<u8>,
    pub due: Moment,
}

/// What the ledger knows of a mail, sent or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub account: Option<i64>,
    pub recipient: Email,
    pub kind: String,
    pub queued: Moment,
}

/// A mail taken from the outbox under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub id: String,
    pub recipient: Email,
    pub kind: String,
    pub sealed: Vec<u8>,
    pub queued: Moment,
    /// How often sending was begun, this time included.
    pub tries: u32,
}

/// An entry as it is read again, for the account's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub at: Moment,
    pub action: String,
    pub actor: String,
    pub detail: String,
}
