//! What the use cases cannot do to a store but a test must: put people in and look at rows.

use async_trait::async_trait;
use backboard::account::{AccountState, Frozen, Username};
use backboard::expiry::Schedule;
use backboard::identity::{CertificateNumber, DateOfBirth, Email};
use backboard::moment::{Day, Moment};
use backboard::service::records::Digest;

/// A store from behind. Each backend's tests implement it; what goes wrong panics.
#[async_trait]
pub trait Seed: Send + Sync {
    async fn add_account(&self, account: &NewAccount) -> i64;
    async fn add_person(&self, person: &NewPerson) -> i64;
    /// What the desk or an import does to an account, and nothing around it.
    async fn save_state(&self, account: i64, state: AccountState);
    async fn mail_row(&self, id: &str) -> Option<MailRow>;
}

#[derive(Clone, Debug)]
pub struct NewAccount {
    pub username: Username,
    pub state: AccountState,
    pub shared: bool,
    pub password_hash: Option<String>,
    pub password_set: Option<Moment>,
    pub schedule: Schedule,
    pub frozen: Option<Frozen>,
}

impl NewAccount {
    /// An account nobody has claimed.
    ///
    /// # Panics
    /// When the text is no username.
    #[must_use]
    pub fn unclaimed(username: &str) -> Self {
        let Ok(username) = Username::parse(username) else { panic!("{username} is no username") };
        Self {
            username,
            state: AccountState::Unclaimed,
            shared: false,
            password_hash: None,
            password_set: None,
            schedule: Schedule::NEVER,
            frozen: None,
        }
    }
}

/// The certification level of everybody who is put in from behind.
pub const LEVEL: &str = "EMT";

#[derive(Clone, Debug)]
pub struct NewPerson {
    pub roster_id: String,
    pub account: i64,
    pub last_name: String,
    pub first_name: String,
    pub earlier_names: Vec<String>,
    pub born: DateOfBirth,
    pub ssn: Option<Digest>,
    pub certificate: Option<CertificateNumber>,
    pub email: Option<Email>,
    pub products: Vec<String>,
    /// The last import that named them.
    pub named: Moment,
}

impl NewPerson {
    /// Ada Lovelace, without numbers or address.
    #[must_use]
    pub fn of(account: i64, roster_id: &str) -> Self {
        Self {
            roster_id: roster_id.to_owned(),
            account,
            last_name: "Lovelace".to_owned(),
            first_name: "Ada".to_owned(),
            earlier_names: Vec::new(),
            born: date("1984-02-29"),
            ssn: None,
            certificate: None,
            email: None,
            products: Vec::new(),
            named: Moment(0),
        }
    }
}

/// # Panics
/// When the text is no date.
#[must_use]
pub fn date(iso: &str) -> DateOfBirth {
    let last = Day { year: 9999, month: 12, day: 31 };
    DateOfBirth::parse_iso(iso, last).unwrap_or_else(|refused| panic!("{iso} is no date: {refused:?}"))
}

/// # Panics
/// When the text is no address.
#[must_use]
pub fn email(text: &str) -> Email {
    Email::parse(text).unwrap_or_else(|refused| panic!("{text} is no address: {refused:?}"))
}

/// # Panics
/// When the text is no certificate number.
#[must_use]
pub fn certificate(text: &str) -> CertificateNumber {
    CertificateNumber::parse(text).unwrap_or_else(|refused| panic!("{text} is no certificate: {refused:?}"))
}

/// What the ledger keeps of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    pub account: Option<i64>,
    pub sealed: Option<Vec<u8>>,
    pub due: Option<Moment>,
    pub sent: Option<Moment>,
    pub failed: Option<Moment>,
    pub bounced: Option<Moment>,
    pub status: String,
    pub why: String,
}
