//! Use cases, one file per journey, and the ports they need.
//!
//! A use case reads as a list of refusals, then one effect, one commit. The request path of a neutral
//! journey validates the form, spends the proof and the limits, and queues a job; looking up, tokens and
//! mail happen in [`Portal::work`], so that no reply can tell whether anybody was found.

mod asking;
pub mod audit;
pub mod bounce;
pub mod captcha;
pub mod claim;
pub mod desk;
pub mod epoch;
pub mod expiry;
pub mod forget;
pub mod freeze;
pub mod jobs;
mod keyed;
pub mod known;
pub mod link;
pub mod mail;
mod mailbox;
pub mod office;
pub mod outstanding;
pub mod password;
mod pepper;
pub mod ports;
pub mod records;
pub mod reset;
pub mod roster;
pub mod security;
pub mod session;
pub mod sign_in;
mod temporary;
mod token;
mod unreached;
pub mod username;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::agency::Agency;
use crate::identity::Email;
use crate::limit::Budget;
use crate::moment::Moment;
use crate::refused::{Problem, Problems, Refused};

use ports::{Clock, Entropy, Fault, Hasher, Robots, Store, UnitOfWork, Vault};
use records::NewMail;

pub use known::Known;
pub use token::Token;

/// Everything a use case needs, behind ports.
pub struct Portal {
    pub agency: Agency,
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub hasher: Arc<dyn Hasher>,
    pub vault: Arc<dyn Vault>,
    pub robots: Arc<dyn Robots>,
    /// Load tests multiply the address, subnet and global budgets, never those of a person or account.
    pub multiply: u32,
    /// Days after which people are forgotten whom no import names any more; 0: they are kept for good.
    pub people_days: u32,
}

/// Who asks, as far as the server can tell.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub address: std::net::IpAddr,
    pub language: String,
    /// The cookie of a browser that has signed in before.
    pub known: Option<Known>,
}

impl Visitor {
    /// The subnet that shares a budget: /24 for IPv4, /64 for IPv6.
    #[must_use]
    pub fn subnet(&self) -> String {
        match self.address {
            std::net::IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            std::net::IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// Why a use case did not happen.
#[derive(Debug)]
pub enum Declined {
    /// The person can do something about it.
    Problems(Problems),
    /// Something broke; logged where it is turned into an answer.
    Fault(Fault),
}

impl From<Fault> for Declined {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Problems> for Declined {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

impl From<Problem> for Declined {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<Refused> for Declined {
    fn from(refused: Refused) -> Self {
        Problem::form(refused).into()
    }
}

impl Portal {
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    fn token(&self) -> Token {
        let mut bytes = [0_u8; 32];
        self.entropy.fill(&mut bytes);
        Token::from_bytes(&bytes)
    }

    fn id(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.entropy.fill(&mut bytes);
        token::base64url(&bytes)
    }

    /// Takes one attempt from each budget; all of them or none, because the caller drops the unit of
    /// work when this refuses.
    async fn take(&self, work: &mut dyn UnitOfWork, budgets: &[(String, Budget)], now: Moment) -> Result<(), Declined> {
        let taken = work.take_budgets(budgets, now).await?;
        match first_refused(budgets, &taken, now) {
            Some((_, wait)) => Err(Problem::wait(wait).into()),
            None => Ok(()),
        }
    }

    /// Budgets of the address, its subnet and everybody, for one operation.
    fn crowd(&self, operation: &str, visitor: &Visitor, address: Budget) -> Vec<(String, Budget)> {
        let address = address.times(self.multiply);
        vec![
            (format!("{operation}:address:{}", visitor.address), address),
            (format!("{operation}:subnet:{}", visitor.subnet()), address.times(5)),
            (format!("{operation}:all"), address.times(500)),
        ]
    }

    /// Queues a mail in this unit of work, and gives its id. It is sealed: no token or code lies readable in the store.
    async fn post(
        &self,
        work: &mut dyn UnitOfWork,
        to: &Email,
        account: Option<i64>,
        message: &mail::Message,
        language: &str,
    ) -> Result<String, Fault> {
        let letter = mail::Letter { language: language.to_owned(), message: message.clone() };
        let plain = serde_json::to_vec(&letter).map_err(Fault::other)?;
        let id = self.id();
        let new = NewMail {
            sealed: self.vault.seal("mail", id.as_bytes(), &plain),
            id: id.clone(),
            recipient: to.clone(),
            account,
            kind: message.kind().to_owned(),
            due: self.now(),
        };
        work.add_mail(&new).await?;
        Ok(id)
    }
}

/// The first budget that was empty, by its place, and the seconds to wait.
fn first_refused(budgets: &[(String, Budget)], taken: &[Result<(), u32>], now: Moment) -> Option<(usize, u32)> {
    let (at, wait) = taken.iter().enumerate().find_map(|(at, taken)| Some((at, taken.err()?)))?;
    if let Some((key, _)) = budgets.get(at).filter(|(key, _)| key.ends_with(":all")) {
        alarm(key, now);
    }
    Some((at, wait))
}

/// Tells whoever watches the log that a limit for everybody is used up: an attack, or a very busy day. Once a minute.
fn alarm(key: &str, now: Moment) {
    static LAST: AtomicI64 = AtomicI64::new(i64::MIN);
    let last = LAST.load(Ordering::Relaxed);
    if now.0.saturating_sub(last).saturating_abs() >= 60
        && LAST.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    {
        tracing::error!(limit = key, "a limit for everybody is used up");
    }
}
