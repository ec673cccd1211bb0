//! Claim: the first sign-in of a person the roster already knows.
//!
//! 1. [`Portal::claim_lookup`] takes date of birth, last name and number, and always answers the same.
//! 2. The worker looks the person up and mails the address on file, and no other.
//! 3. The link ([`Portal::claim_start`], from any browser) or the code ([`Portal::claim_code`], in the
//!    browser that asked) takes a flow to its password step.
//! 4. [`Portal::claim_password`] sets the password, spends the link, and signs in. It is the only
//!    journey that signs in by itself.

use std::collections::VecDeque;

use super::asking::Limits;
use super::jobs::{Identity, Work};
use super::link::Started;
use super::mail::Message;
use super::password::Replacing;
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Flow, Link, Person};
use super::session::Begun;
use super::{Declined, Portal, Token, Visitor, token};
use crate::account::{AccountState, Username};
use crate::form::claim::{Lookup, Number, PasswordForm};
use crate::identity::{CertificateNumber, NameKey};
use crate::limit::Budget;
use crate::link::{Code, Purpose, Step};
use crate::moment::Moment;
use crate::refused::Refused;

/// Lookups of one number, so of one person: five a day.
const BY_PERSON: Budget = Budget::per(5, 24 * 60 * 60);
/// Lookups from one address.
const BY_ADDRESS: Budget = Budget::per(20, 60 * 60);
/// Passwords tried on one flow: each may cost a hash.
pub(super) const SET_BY_FLOW: Budget = Budget::per(30, 60 * 60);

/// What the pages *Create a password* and *Set Up Password* show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    pub username: Username,
    pub shared: bool,
    /// What the password is for, where the agency has several products.
    pub products: Vec<String>,
}

/// A reset by identity, among the operations that have budgets.
const BY_IDENTITY: &str = "reset.identity";

/// The budget of lookups for a new password from browsers that an account knows.
fn by_known(account: i64) -> String {
    format!("{BY_IDENTITY}:known:{account}")
}

impl Portal {
    /// *Lookup*. The token is for the browser's flow cookie.
    ///
    /// # Errors
    /// Limits and the proof. Never whether anybody was found.
    pub async fn claim_lookup(&self, visitor: &Visitor, form: &Lookup, proof: &str) -> Result<Token, Declined> {
        self.look_up_for(visitor, form, proof, Purpose::Claim).await
    }

    /// The lookup of a journey: whoever is typed in, the answer is the same.
    pub(super) async fn look_up_for(
        &self,
        visitor: &Visitor,
        form: &Lookup,
        proof: &str,
        purpose: Purpose,
    ) -> Result<Token, Declined> {
        let now = self.now();
        let operation = match purpose {
            Purpose::Claim => "claim.lookup",
            Purpose::Reset => BY_IDENTITY,
        };
        let proof = self.judge_proof(proof).await?;
        let (mut ssns, certificate) = match &form.number {
            Number::Ssn(ssn) => (self.vault.ssns(ssn).into_iter().map(|(_, digest)| digest).collect(), None),
            Number::Certificate(number) => (VecDeque::new(), Some(number.as_str().to_owned())),
        };
        let ssn = ssns.pop_front();
        let number = match (&ssn, &certificate) {
            (None, Some(number)) => self.vault.digest("certificate", number.as_bytes()),
            (digest, _) => digest.unwrap_or_default(),
        };

        let known = visitor.known.as_ref().and_then(|known| self.known_as(known));
        let limits = Limits {
            crowd: self.crowd(operation, visitor, BY_ADDRESS),
            typed: (format!("{operation}:person:{}", token::base64url(&number)), BY_PERSON),
            known: known.filter(|_| purpose == Purpose::Reset).map(|known| (known, by_known as _)),
        };
        let mut work = self.store.begin_beside().await?;
        self.admit(&mut *work, visitor, limits, proof, now).await?;
        let last_name = form.last_name.as_str().to_owned();
        let identity = Identity { born: form.born, last_name, ssn, other_ssns: ssns.into(), certificate };
        let language = visitor.language.clone();
        let job = |flow| Work::Identity { purpose, flow, identity, language, browser: known };
        let browser = self.ask(&mut *work, purpose, now, job).await?;
        work.save().await?;
        Ok(browser)
    }

    /// The one person that a lookup finds.
    pub(super) async fn find_by_identity(
        &self,
        work: &mut dyn UnitOfWork,
        asked: &Identity,
    ) -> Result<Option<Person>, Fault> {
        let found = match (&asked.ssn, &asked.certificate) {
            (Some(ssn), _) => {
                let mut found = Vec::new();
                for ssn in std::iter::once(ssn).chain(&asked.other_ssns) {
                    found.extend(work.find_people_by_ssn(ssn).await?);
                }
                found
            }
            (None, Some(number)) => match CertificateNumber::parse(number) {
                Ok(number) => work.find_people_by_certificate(&number).await?,
                Err(_) => Vec::new(),
            },
            (None, None) => Vec::new(),
        };
        let name = NameKey::of(&asked.last_name);
        let mut matching =
            found.into_iter().filter(|person| name.as_ref().is_some_and(|name| person.is(name, asked.born)));
        // Two records that answer to one lookup are a duplicate for the desk, never a guess of ours.
        Ok(match (matching.next(), matching.next()) {
            (Some(person), None) => Some(person),
            _ => None,
        })
    }

    /// The worker's half of *Lookup*: finds the person and queues the right mail, or none.
    pub(super) async fn look_up(
        &self,
        work: &mut dyn UnitOfWork,
        asked: &Identity,
        flow: &str,
        language: &str,
    ) -> Result<(), Fault> {
        let Some(person) = self.find_by_identity(work, asked).await? else {
            return self.audit(work, "claim-not-found", None, "").await;
        };
        let account = &person.account;
        let Some(email) = &person.email else {
            self.without_address(work, person.id).await?;
            return self.audit(work, "claim-no-email", Some(account.id), "").await;
        };
        let username = account.username.clone();
        let mut issued = None;
        let message = match account.state {
            AccountState::Unclaimed if account.frozen.is_some() => Message::Frozen { username },
            AccountState::Unclaimed => {
                self.make_room(work, account.id).await?;
                let (link, token, code) = self.issue_link(work, Purpose::Claim, &person, flow).await?;
                issued = Some(link);
                Message::ClaimLink { username, token, code }
            }
            AccountState::Active => Message::AlreadyClaimed { username },
            AccountState::Inactive => Message::Inactive { username },
            AccountState::Suspended => Message::Suspended { username },
            AccountState::External => Message::External { username },
        };
        let mail = self.post(work, email, Some(account.id), &message, language).await?;
        if let Some(link) = issued {
            work.link_mailed(&link, &mail).await?;
        }
        self.audit(work, "claim-mailed", Some(account.id), message.kind()).await
    }

    /// The button of a claim's link.
    ///
    /// # Errors
    /// Limits, or why the link is dead.
    pub async fn claim_start(&self, visitor: &Visitor, token: &str) -> Result<Started, Declined> {
        self.start(visitor, token, Purpose::Claim).await
    }

    /// The typed code of a claim's mail.
    ///
    /// # Errors
    /// [`Refused::CodeWrong`] alike for a wrong code and for nobody found, [`Refused::CodeDead`] after
    /// five, [`Refused::FlowOver`] without a flow.
    pub async fn claim_code(&self, visitor: &Visitor, browser: Option<&Token>, code: &Code) -> Result<(), Declined> {
        self.enter_code(visitor, browser, code, Purpose::Claim).await.map(drop)
    }

    /// Whose password is about to be chosen.
    ///
    /// # Errors
    /// [`Refused::FlowOver`], or why the link behind the flow is dead.
    pub async fn claim_choosing(&self, browser: Option<&Token>) -> Result<Choosing, Declined> {
        let mut work = self.store.read().await?;
        let (account, ..) = self.claiming(&mut *work, browser).await?;
        Ok(self.choosing(&mut *work, account).await?)
    }

    pub(super) async fn choosing(&self, work: &mut dyn UnitOfWork, account: Account) -> Result<Choosing, Fault> {
        let people = work.find_people_of(account.id).await?;
        Ok(Choosing { username: account.username, shared: account.shared, products: self.products(&people) })
    }

    /// The linked products that a password is for: those the roster names for these people, or all there are.
    pub(super) fn products(&self, people: &[Person]) -> Vec<String> {
        let all = || self.agency.policy.products.iter().map(|product| product.name.clone());
        let theirs = |name: &String| people.iter().any(|person| person.products.contains(name));
        if all().any(|name| theirs(&name)) { all().filter(theirs).collect() } else { all().collect() }
    }

    /// *Create a password*, **Submit**: sets the password, spends the link and signs in, in one commit.
    ///
    /// # Errors
    /// What is wrong with the password; that the flow or its link is over.
    pub async fn claim_password(
        &self,
        visitor: &Visitor,
        browser: Option<&Token>,
        form: &PasswordForm,
        old: Option<&Token>,
    ) -> Result<Begun, Declined> {
        self.hasher.room()?;
        let now = self.now();
        let mut work = self.store.begin().await?;
        let (account, flow, _) = self.claiming(&mut *work, browser).await?;
        self.take(&mut *work, &[(format!("claim.set:flow:{}", flow.id), SET_BY_FLOW)], now).await?;
        work.save().await?;

        let password =
            form.read_beside(&self.agency.policy.password, account.username.as_str(), &self.agency.names())?;
        self.refuse_mailed(account.id, &password).await?;
        let hash = self.hasher.hash(&password).await?;

        let mut work = self.store.begin().await?;
        // Read again: the world went on while the password was hashed.
        let (account, flow, link) = self.claiming(&mut *work, browser).await?;
        self.finish(&mut *work, &flow, &link, now).await?;
        let replacing =
            Replacing { account: &account, hash: &hash, action: "claimed", detail: "", language: &visitor.language };
        self.replace_password(&mut *work, replacing, now).await?;
        if let Some(old) = old {
            self.end_session_of(&mut *work, old).await?;
        }
        let session = self.begin_session(&mut *work, account.id, now).await?;
        work.save().await?;
        Ok(Begun { session, known: self.know(account.id, Some(now), visitor.known.as_ref()) })
    }

    /// The last step of a flow: ends it and spends its link, or refuses because somebody else did.
    pub(super) async fn finish(
        &self,
        work: &mut dyn UnitOfWork,
        flow: &Flow,
        link: &Link,
        now: Moment,
    ) -> Result<(), Declined> {
        let done = work.advance_flow(&flow.id, Step::Password, Step::Done, link, now).await?
            && work.spend_link(&link.id, now).await?;
        if done { Ok(()) } else { Err(Refused::LinkSpent.into()) }
    }

    /// The flow of this browser at its password step, its live link, and an account that may be claimed.
    async fn claiming(
        &self,
        work: &mut dyn UnitOfWork,
        browser: Option<&Token>,
    ) -> Result<(Account, Flow, Link), Declined> {
        let proven = self.proven(work, browser, Purpose::Claim, Step::Password).await?;
        if proven.0.state == AccountState::Unclaimed { Ok(proven) } else { Err(Refused::LinkSpent.into()) }
    }
}
