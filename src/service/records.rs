//! Rows as the use cases see them.

use crate::account::{AccountState, Username};
use crate::identity::{DateOfBirth, Email, NameKey, name_keys};
use crate::link::{LinkFate, Purpose, Step};
use crate::moment::Moment;

/// A keyed hash of a token, code, browser or SSN: 32 bytes.
pub type Digest = [u8; 32];

/// A person of the roster with the account that is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub last_name: String,
    pub earlier_names: Vec<String>,
    pub first_name: String,
    pub born: DateOfBirth,
    pub email: Option<Email>,
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
    pub fate: LinkFate,
}

/// What a session may do. Every operation declares which kinds it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    Full,
}

impl SessionKind {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        (code == "full").then_some(Self::Full)
    }
}

#[derive(Clone, Debug)]
pub struct NewSession {
    pub token: Digest,
    pub kind: SessionKind,
    pub account: i64,
    pub created: Moment,
    pub expires: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub token: Digest,
    pub kind: SessionKind,
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Moment,
    pub action: &'static str,
    pub account: Option<i64>,
    /// `person`, `import`, `worker`, or a member of staff.
    pub actor: String,
    /// Codes and ids, never a secret, never free text of a visitor.
    pub detail: String,
}
