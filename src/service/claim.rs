//! Claim: the first sign-in of a person the roster already knows.
//!
//! 1. [`Portal::claim_lookup`] takes date of birth, last name and number, and always answers the same.
//! 2. The worker looks the person up and mails the address on file, and no other.
//! 3. The link ([`Portal::claim_start`], from any browser) or the code ([`Portal::claim_code`], in the
//!    browser that asked) takes a flow to its password step.
//! 4. [`Portal::claim_password`] sets the password, spends the link, and signs in. It is the only
//!    journey that signs in by itself.

use super::jobs::Work;
use super::mail::{MailedToken, Message};
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Digest, Flow, Link, NewFlow, NewLink, Person};
use super::{Declined, Portal, Token, Visitor, token};
use crate::account::{AccountState, Username};
use crate::expiry::Schedule;
use crate::form::claim::{Lookup, Number, PasswordForm};
use crate::identity::{CertificateNumber, DateOfBirth, NameKey};
use crate::limit::Budget;
use crate::link::{CODE_TRIES, Code, FLOW_SECONDS, LINK_SECONDS, LINKS_LIVE, Purpose, Step};
use crate::refused::{Field, Problem, Refused};

/// Lookups of one number, so of one person: five a day.
const BY_PERSON: Budget = Budget::per(5, 24 * 60 * 60);
/// Lookups from one address.
const BY_ADDRESS: Budget = Budget::per(20, 60 * 60);
/// Links opened and codes tried from one address.
const OPENED_BY_ADDRESS: Budget = Budget::per(60, 60 * 60);
/// Passwords tried on one flow: each may cost a hash.
const SET_BY_FLOW: Budget = Budget::per(30, 60 * 60);

/// A lookup as the worker gets it.
pub(super) struct Asked {
    pub flow: String,
    pub born: DateOfBirth,
    pub last_name: String,
    pub ssn: Option<Digest>,
    pub certificate: Option<String>,
    pub language: String,
}

/// What the page *Create a password* shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    pub username: Username,
    pub shared: bool,
}

/// A claim that is done: the new session.
#[derive(Debug)]
pub struct Claimed {
    pub session: Token,
}

impl Portal {
    /// *Lookup*. The token is for the browser's flow cookie.
    ///
    /// # Errors
    /// Limits and the proof. Never whether anybody was found.
    pub async fn claim_lookup(&self, visitor: &Visitor, form: &Lookup, proof: &str) -> Result<Token, Declined> {
        let now = self.now();
        let proof = self.judge_proof(proof).await?;
        let number = match &form.number {
            Number::Ssn(ssn) => token::base64url(&self.vault.ssn(ssn)),
            Number::Certificate(number) => {
                token::base64url(&self.vault.digest("certificate", number.as_str().as_bytes()))
            }
        };

        let mut work = self.store.begin().await?;
        let mut budgets = self.crowd("claim.lookup", visitor, BY_ADDRESS);
        budgets.push((format!("claim.lookup:person:{number}"), BY_PERSON));
        self.take(&mut *work, &budgets, now).await?;
        self.spend_proof(&mut *work, visitor, proof).await?;
        let browser = self.token();
        let flow = NewFlow {
            id: self.id(),
            purpose: Purpose::Claim,
            browser: self.vault.digest("browser", browser.as_str().as_bytes()),
            step: Step::Asked,
            link: None,
            account: None,
            expires: now.plus(LINK_SECONDS),
        };
        work.add_flow(&flow).await?;
        let (ssn, certificate) = match &form.number {
            Number::Ssn(ssn) => (Some(self.vault.ssn(ssn)), None),
            Number::Certificate(number) => (None, Some(number.as_str().to_owned())),
        };
        let job = Work::Claim {
            flow: flow.id,
            born: form.born,
            last_name: form.last_name.as_str().to_owned(),
            ssn,
            certificate,
            language: visitor.language.clone(),
        };
        self.queue(&mut *work, &job).await?;
        self.audit(&mut *work, "claim-asked", None, "").await?;
        work.save().await?;
        Ok(browser)
    }

    /// The worker's half of *Lookup*: finds the person and queues the right mail, or none.
    pub(super) async fn look_up(&self, work: &mut dyn UnitOfWork, asked: &Asked) -> Result<(), Fault> {
        let found = match (&asked.ssn, &asked.certificate) {
            (Some(ssn), _) => work.find_people_by_ssn(ssn).await?,
            (None, Some(number)) => match CertificateNumber::parse(number) {
                Ok(number) => work.find_people_by_certificate(&number).await?,
                Err(_) => Vec::new(),
            },
            (None, None) => Vec::new(),
        };
        let name = NameKey::of(&asked.last_name);
        let mut matching = found.iter().filter(|person| name.as_ref().is_some_and(|name| person.is(name, asked.born)));
        // Two records that answer to one lookup are a duplicate for the desk, never a guess of ours.
        let (Some(person), None) = (matching.next(), matching.next()) else {
            return self.audit(work, "claim-not-found", None, "").await;
        };
        let Some(email) = &person.email else {
            return self.audit(work, "claim-no-email", Some(person.account.id), "").await;
        };
        let username = person.account.username.clone();
        let message = match person.account.state {
            AccountState::Unclaimed => self.claim_link(work, person, asked).await?,
            AccountState::Active => Message::AlreadyClaimed { username },
            AccountState::Inactive => Message::Inactive { username },
            AccountState::Suspended => Message::Suspended { username },
            AccountState::External => Message::External { username },
        };
        self.post(work, email, Some(person.account.id), &message, &asked.language).await?;
        self.audit(work, "claim-mailed", Some(person.account.id), message.kind()).await
    }

    async fn claim_link(&self, work: &mut dyn UnitOfWork, person: &Person, asked: &Asked) -> Result<Message, Fault> {
        let now = self.now();
        let token = self.token();
        let mut bits = [0_u8; 8];
        self.entropy.fill(&mut bits);
        let code = Code::from_random(u64::from_le_bytes(bits));
        let keep = u32::try_from(LINKS_LIVE - 1).unwrap_or_default();
        work.supersede_links(person.account.id, keep, now).await?;
        let link = NewLink {
            id: self.id(),
            purpose: Purpose::Claim,
            account: person.account.id,
            person: Some(person.id),
            flow: asked.flow.clone(),
            token: self.vault.digest("link", token.as_str().as_bytes()),
            code: self.code_digest(&asked.flow, &code),
            created: now,
            expires: now.plus(LINK_SECONDS),
        };
        work.add_link(&link).await?;
        Ok(Message::ClaimLink { username: person.account.username.clone(), token: MailedToken::of(&token), code })
    }

    fn code_digest(&self, flow: &str, code: &Code) -> Digest {
        self.vault.digest("code", format!("{flow}:{}", code.as_str()).as_bytes())
    }

    /// What a link is and whether it works. Changes nothing, so mail scanners may look.
    ///
    /// # Errors
    /// [`Refused::LinkUnknown`], or why the link is dead.
    pub async fn link(&self, token: &str) -> Result<Link, Declined> {
        let token = Token::parse(token).ok_or(Refused::LinkUnknown)?;
        let digest = self.vault.digest("link", token.as_str().as_bytes());
        let link = self.store.read().await?.find_link_by_token(&digest).await?.ok_or(Refused::LinkUnknown)?;
        link.fate.live(self.now())?;
        Ok(link)
    }

    /// The button of the link page: exchanges the link for a flow of this browser. The link stays live
    /// until the password is set.
    ///
    /// # Errors
    /// Limits, or why the link is dead.
    pub async fn claim_start(&self, visitor: &Visitor, token: &str) -> Result<Token, Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd("claim.start", visitor, OPENED_BY_ADDRESS), now).await?;
        work.save().await?;
        let link = self.link(token).await?;
        if link.purpose != Purpose::Claim {
            return Err(Refused::LinkUnknown.into());
        }
        let browser = self.token();
        let mut work = self.store.begin().await?;
        let flow = NewFlow {
            id: self.id(),
            purpose: Purpose::Claim,
            browser: self.vault.digest("browser", browser.as_str().as_bytes()),
            step: Step::Password,
            account: Some(link.account),
            link: Some(link.id),
            expires: now.plus(FLOW_SECONDS),
        };
        work.add_flow(&flow).await?;
        self.audit(&mut *work, "claim-link-opened", Some(link.account), "").await?;
        work.save().await?;
        Ok(browser)
    }

    /// The typed code, in the browser that asked. A try is taken before the code is compared.
    ///
    /// # Errors
    /// [`Refused::CodeWrong`] alike for a wrong code and for nobody found, [`Refused::CodeDead`] after
    /// five, [`Refused::FlowOver`] without a flow.
    pub async fn claim_code(&self, visitor: &Visitor, browser: Option<&Token>, code: &Code) -> Result<(), Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd("claim.code", visitor, OPENED_BY_ADDRESS), now).await?;
        // What was taken is kept also when there is no flow to try a code on.
        let flow = self.flow_at(&mut *work, browser, Step::Asked).await;
        let left = match &flow {
            Ok(flow) => work.take_code_try(&flow.id, CODE_TRIES).await?,
            Err(_) => None,
        };
        work.save().await?;
        let flow = flow?;
        let Some(left) = left else { return Err(Problem::at(Field::Code, Refused::CodeDead).into()) };

        let wrong = || Problem::at(Field::Code, if left == 0 { Refused::CodeDead } else { Refused::CodeWrong });
        let mut work = self.store.begin().await?;
        let digest = self.code_digest(&flow.id, code);
        let Some(link) = work.find_link_by_code(&flow.id, &digest).await? else { return Err(wrong().into()) };
        link.fate.live(now)?;
        if !work.advance_flow(&flow.id, Step::Asked, Step::Password, &link, now).await? {
            return Err(Refused::FlowOver.into());
        }
        self.audit(&mut *work, "claim-code-right", Some(link.account), "").await?;
        work.save().await?;
        Ok(())
    }

    /// Whose password is about to be chosen.
    ///
    /// # Errors
    /// [`Refused::FlowOver`], or why the link behind the flow is dead.
    pub async fn claim_choosing(&self, browser: Option<&Token>) -> Result<Choosing, Declined> {
        let mut work = self.store.read().await?;
        let (account, _, _) = self.claiming(&mut *work, browser).await?;
        Ok(Choosing { username: account.username, shared: account.shared })
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
    ) -> Result<Claimed, Declined> {
        let now = self.now();
        let mut work = self.store.begin().await?;
        let (account, flow, _) = self.claiming(&mut *work, browser).await?;
        self.take(&mut *work, &[(format!("claim.set:flow:{}", flow.id), SET_BY_FLOW)], now).await?;
        work.save().await?;

        let password =
            form.read_beside(&self.agency.policy.password, account.username.as_str(), &self.agency.names())?;
        let hash = self.hasher.hash(&password).await?;

        let mut work = self.store.begin().await?;
        // Read again: the world went on while the password was hashed.
        let (account, flow, link) = self.claiming(&mut *work, browser).await?;
        let done = work.advance_flow(&flow.id, Step::Password, Step::Done, &link, now).await?
            && work.spend_link(&link.id, now).await?;
        if !done {
            return Err(Refused::LinkSpent.into());
        }
        let schedule = Schedule::of(now, self.agency.policy.password.expires_days);
        work.save_password(account.id, &hash, now, schedule).await?;
        work.supersede_links(account.id, 0, now).await?;
        work.end_sessions_of(account.id).await?;
        if let Some(old) = old {
            work.end_session(&self.vault.digest("session", old.as_str().as_bytes())).await?;
        }
        let session = self.begin_session(&mut *work, account.id, now).await?;
        self.audit(&mut *work, "claimed", Some(account.id), "").await?;
        let mut told = Vec::new();
        for email in work.find_people_of(account.id).await?.into_iter().filter_map(|person| person.email) {
            if !told.contains(&email) {
                let notice = Message::PasswordSet { username: account.username.clone() };
                self.post(&mut *work, &email, Some(account.id), &notice, &visitor.language).await?;
                told.push(email);
            }
        }
        work.save().await?;
        Ok(Claimed { session })
    }

    /// The flow of this browser at its password step, its live link, and an account that may be claimed.
    async fn claiming(
        &self,
        work: &mut dyn UnitOfWork,
        browser: Option<&Token>,
    ) -> Result<(Account, Flow, Link), Declined> {
        let flow = self.flow_at(work, browser, Step::Password).await?;
        let (Some(account), Some(link)) = (flow.account, flow.link.as_deref()) else {
            return Err(Refused::FlowOver.into());
        };
        let link = work.find_link(link).await?.ok_or(Refused::LinkUnknown)?;
        link.fate.live(self.now())?;
        let account = work.find_account(account).await?.ok_or(Refused::FlowOver)?;
        match account.state {
            AccountState::Unclaimed => Ok((account, flow, link)),
            AccountState::Active => Err(Refused::LinkSpent.into()),
            AccountState::Inactive => Err(Refused::AccountInactive.into()),
            AccountState::Suspended => Err(Refused::AccountSuspended.into()),
            AccountState::External => Err(Refused::AccountExternal.into()),
        }
    }

    async fn flow_at(&self, work: &mut dyn UnitOfWork, browser: Option<&Token>, step: Step) -> Result<Flow, Declined> {
        let browser = browser.ok_or(Refused::FlowOver)?;
        let digest = self.vault.digest("browser", browser.as_str().as_bytes());
        let flow = work.find_flow(&digest).await?.ok_or(Refused::FlowOver)?;
        let here = flow.purpose == Purpose::Claim && flow.step == step && self.now() < flow.expires;
        if here { Ok(flow) } else { Err(Refused::FlowOver.into()) }
    }
}
