use std::net::IpAddr;
use std::sync::Arc;

use backboard::account::AccountState;
use backboard::agency::Agency;
use backboard::audit::Row;
use backboard::expiry::Schedule;
use backboard::identity::{Email, Ssn};
use backboard::keep::PEOPLE_DAYS;
use backboard::moment::Moment;
use backboard::password::Password;
use backboard::service::mail::{Letter, Message};
use backboard::service::ports::{Clock as _, Store, Vault as _};
use backboard::service::{Portal, Visitor};

use super::{Memory, PlainHasher, SeededEntropy, TestClock, TestRobots, TestVault};
use crate::outbox::TakeOldest as _;
use crate::seed::{NewAccount, NewPerson, Seed, certificate, date, email};

/// 15 January 2027, 08:00:00 UTC.
const START: Moment = Moment(1_800_000_000);

/// The example office, without its rules.
const OFFICE: &str = r#"
id = "example"
name = "Example Bureau of EMS"
system = "Example Portal"
journeys = ["claim", "sign-in"]
date_order = "month-day-year"

[contact]
phones = ["555 0100"]
email = "help@example.gov"
hours = "Monday to Friday, 8 to 4"

[sender]
name = "Example Bureau of EMS"
address = "noreply@example.gov"
"#;

const RULES: &str = r#"
[policy]
preset = "bridge"
"#;

/// A whole portal on fakes, with its clock in the test's hand.
pub struct TestPortal {
    pub portal: Arc<Portal>,
    pub seed: Arc<dyn Seed>,
    pub clock: Arc<TestClock>,
    pub hasher: Arc<PlainHasher>,
    pub vault: Arc<TestVault>,
}

/// A mail as its reader sees it.
#[derive(Debug)]
pub struct Received {
    pub id: String,
    pub to: Email,
    pub language: String,
    pub message: Message,
}

/// A person as a test describes one. The default is Ada Lovelace, who may claim her account.
#[derive(Clone, Debug)]
pub struct Resident {
    pub username: &'static str,
    pub state: AccountState,
    pub last_name: &'static str,
    pub earlier_names: &'static [&'static str],
    pub born: &'static str,
    pub ssn: Option<&'static str>,
    pub certificate: Option<&'static str>,
    pub email: Option<&'static str>,
    pub password: Option<&'static str>,
    /// When the password was set, where it was not just now.
    pub password_set: Option<Moment>,
    /// Several people use the account; [`TestPortal::join`] adds the others.
    pub shared: bool,
    pub products: &'static [&'static str],
}

impl Default for Resident {
    fn default() -> Self {
        Self {
            username: "ada.lovelace",
            state: AccountState::Unclaimed,
            last_name: "Lovelace",
            earlier_names: &[],
            born: "1984-02-29",
            ssn: Some("900-01-0001"),
            certificate: Some("EMT-1001"),
            email: Some("ada@example.org"),
            password: None,
            password_set: None,
            shared: false,
            products: &[],
        }
    }
}

impl Default for TestPortal {
    fn default() -> Self {
        Self::under(RULES)
    }
}

impl TestPortal {
    /// A portal of the example office under rules of the test's own: the profile's tables from `[policy]` on.
    ///
    /// # Panics
    /// When the rules cannot be read.
    #[must_use]
    pub fn under(rules: &str) -> Self {
        Self::of(&format!("{OFFICE}{rules}"))
    }

    /// A portal of the office with this profile.
    ///
    /// # Panics
    /// When the profile cannot be read.
    #[must_use]
    pub fn of(profile: &str) -> Self {
        let memory = Arc::new(Memory::default());
        Self::made(profile, memory.clone(), memory)
    }

    /// A portal over any store, seen from behind through `seed`.
    #[must_use]
    pub fn over(store: Arc<dyn Store>, seed: Arc<dyn Seed>) -> Self {
        Self::made(&format!("{OFFICE}{RULES}"), store, seed)
    }

    fn made(profile: &str, store: Arc<dyn Store>, seed: Arc<dyn Seed>) -> Self {
        let agency = Agency::from_toml(profile).unwrap_or_else(|error| panic!("{error}"));
        let clock = Arc::new(TestClock::at(START));
        let hasher = Arc::new(PlainHasher::default());
        let vault = Arc::new(TestVault::default());
        let portal = Arc::new(Portal {
            agency,
            store,
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::of(1)),
            hasher: hasher.clone(),
            vault: vault.clone(),
            robots: Arc::new(TestRobots),
            multiply: 1,
            people_days: PEOPLE_DAYS,
        });
        Self { portal, seed, clock, hasher, vault }
    }

    /// Puts a person with an account of their own on the roster; the account.
    ///
    /// # Panics
    /// When the description holds what cannot be.
    pub async fn settle(&self, resident: Resident) -> i64 {
        let hash = resident.password.map(|typed| PlainHasher::hash_of(&password(typed)));
        let set = resident.password_set.unwrap_or_else(|| self.clock.now());
        let days = self.portal.agency.policy.password.expires_days;
        let account = NewAccount {
            state: resident.state,
            shared: resident.shared,
            password_set: hash.is_some().then_some(set),
            schedule: if hash.is_some() { Schedule::of(set, days) } else { Schedule::NEVER },
            password_hash: hash,
            ..NewAccount::unclaimed(resident.username)
        };
        let account = self.seed.add_account(&account).await;
        self.join(account, resident).await;
        account
    }

    /// Puts one more person on an account.
    ///
    /// # Panics
    /// When the description holds what cannot be.
    pub async fn join(&self, account: i64, resident: Resident) {
        let person = NewPerson {
            last_name: resident.last_name.to_owned(),
            earlier_names: resident.earlier_names.iter().map(|name| (*name).to_owned()).collect(),
            born: date(resident.born),
            ssn: resident.ssn.map(|typed| self.vault.ssn(&ssn(typed))),
            certificate: resident.certificate.map(certificate),
            email: resident.email.map(email),
            products: resident.products.iter().map(|product| (*product).to_owned()).collect(),
            ..NewPerson::of(account, &format!("{account}-{:?}-{:?}", resident.email, resident.ssn))
        };
        self.seed.add_person(&person).await;
    }

    /// Does every job that is due; how many there were.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn work_off(&self) -> u32 {
        let mut done = 0;
        while self.portal.work().await.unwrap_or_else(|fault| panic!("{fault}")) {
            done += 1;
        }
        done
    }

    /// Does every job that is due, then sends every mail that is due and gives what people read.
    ///
    /// # Panics
    /// When the store fails or a mail does not open.
    pub async fn deliver(&self) -> Vec<Received> {
        self.work_off().await;
        self.send().await.unwrap_or_else(|fault| panic!("{fault}"))
    }

    async fn send(&self) -> Result<Vec<Received>, backboard::service::ports::Fault> {
        let now = self.clock.now();
        let mut received = Vec::new();
        let mut unit = self.portal.store.begin().await?;
        while let Some(mail) = unit.take_oldest_mail(now, now.plus(60)).await? {
            let Some(plain) = self.portal.vault.open("mail", mail.id.as_bytes(), &mail.sealed) else {
                panic!("mail {} does not open", mail.id)
            };
            let letter: Letter = serde_json::from_slice(&plain).unwrap_or_else(|error| panic!("{error}"));
            unit.mail_sent(&mail.id, now).await?;
            assert_eq!(mail.kind, letter.message.kind());
            received.push(Received {
                id: mail.id,
                to: mail.recipient,
                language: letter.language,
                message: letter.message,
            });
        }
        unit.save().await?;
        Ok(received)
    }

    /// The audit, oldest first.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn audit_rows(&self) -> Vec<Row> {
        let rows = async { self.portal.store.read().await?.find_audit_after(0, u32::MAX).await };
        rows.await.unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// What the audit says happened, oldest first.
    pub async fn actions(&self) -> Vec<String> {
        self.audit_rows().await.into_iter().map(|row| row.action).collect()
    }

    /// Somebody at the last number of this address block.
    #[must_use]
    pub fn visitor(number: u8) -> Visitor {
        Visitor { address: IpAddr::from([192, 0, 2, number]), language: "en".to_owned(), known: None }
    }
}

/// # Panics
/// When the text is no password.
#[must_use]
pub fn password(typed: &str) -> Password {
    Password::parse(typed).unwrap_or_else(|refused| panic!("{typed} is no password: {refused:?}"))
}

fn ssn(typed: &str) -> Ssn {
    Ssn::parse(typed).unwrap_or_else(|refused| panic!("{typed} is no SSN: {refused:?}"))
}
