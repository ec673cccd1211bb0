//! Forgot password: back in through the mailbox on file.
//!
//! 1. [`Portal::reset_request`] (*Email or Username*) or [`Portal::reset_by_identity`] always answers the same.
//!    A browser that the account has signed in from before has limits of its own there.
//! 2. The worker finds the accounts and mails what each needs: a link with a code, or a temporary password, or whom to
//!    contact. Of an address with more than three it mails the usernames, to ask again with one of them.
//! 3. The link ([`Portal::reset_start`]) or the code ([`Portal::reset_code`]) takes a flow to the challenge question,
//!    where there is one, else to its password step.
//! 4. [`Portal::reset_answer`] counts a try, then compares. The question is never shown before the mailbox is proved.
//! 5. [`Portal::reset_password`] sets the password and spends the link. It does not sign in.

use super::asking::Limits;
use super::claim::{Choosing, SET_BY_FLOW};
use super::jobs::{Identity, Work};
use super::link::Started;
use super::mail::Message;
use super::mailbox::by_mailbox;
use super::password::{Replacing, again_of};
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Flow, Link, Person};
use super::temporary::Issued;
use super::{Declined, Known, Portal, Token, Visitor, token};
use crate::account::{AccountState, Username};
use crate::agency::Mails;
use crate::challenge::{Answer, Asking, Question};
use crate::form::claim::{Lookup, PasswordForm};
use crate::form::reset::Login;
use crate::identity::Email;
use crate::limit::Budget;
use crate::link::{ANSWER_TRIES, Code, Purpose, Step};
use crate::refused::{Field, Problem, Refused};

/// Requests for one typed address or username: three an hour, known or not.
const BY_LOGIN: Budget = Budget::per(3, 60 * 60);
/// Requests from one address.
const BY_ADDRESS: Budget = Budget::per(20, 60 * 60);
/// Requests that are mailed for one account from browsers that it knows.
const MAILED_BY_KNOWN: [(&str, Budget); 2] =
    [("hour", Budget::per(3, 60 * 60)), ("day", Budget::per(10, 24 * 60 * 60))];
/// Requests that are mailed for one account, however they name it.
const MAILED_BY_ACCOUNT: Budget = Budget::per(10, 24 * 60 * 60);
/// Answers tried on one account, over all its links.
pub(crate) const ANSWERS_BY_ACCOUNT: Budget = Budget::per(10, 24 * 60 * 60);
/// Accounts of one address that one request mails a way in each. Of more it mails the usernames, in one mail.
const MOST_ACCOUNTS: usize = 3;

/// What the worker mails with.
pub(super) struct Asked<'a> {
    flow: &'a str,
    language: &'a str,
    /// The account that the browser has signed in to before.
    known: Option<i64>,
}

impl<'a> Asked<'a> {
    pub(super) const fn new(flow: &'a str, language: &'a str, known: Option<i64>) -> Self {
        Self { flow, language, known }
    }
}

impl Portal {
    /// *forgot password?*, by *Email or Username*. The token is for the browser's flow cookie.
    ///
    /// # Errors
    /// Limits and the proof. Never whether anybody was found.
    pub async fn reset_request(&self, visitor: &Visitor, login: &Login, proof: &str) -> Result<Token, Declined> {
        let now = self.now();
        let proof = self.judge_proof(proof).await?;
        let known = visitor.known.as_ref().and_then(|known| self.known_as(known));
        let limits = Limits {
            crowd: self.crowd("reset.request", visitor, BY_ADDRESS),
            typed: (self.by_login(&login.key()), BY_LOGIN),
            known: known.map(|known| (known, by_known as _)),
        };
        // Nothing here judges by what it has read: it can run beside whoever else asks.
        let mut work = self.store.begin_beside().await?;
        self.admit(&mut *work, visitor, limits, proof, now).await?;
        let job = |flow| Work::Reset {
            flow,
            email: login.email.as_ref().map(Email::key),
            username: login.username.as_ref().map(|name| name.as_str().to_owned()),
            language: visitor.language.clone(),
            browser: known,
        };
        let browser = self.ask(&mut *work, Purpose::Reset, now, job).await?;
        work.save().await?;
        Ok(browser)
    }

    /// *forgot password?*, by date of birth, last name and number.
    ///
    /// # Errors
    /// As [`Portal::reset_request`].
    pub async fn reset_by_identity(&self, visitor: &Visitor, form: &Lookup, proof: &str) -> Result<Token, Declined> {
        self.look_up_for(visitor, form, proof, Purpose::Reset).await
    }

    /// The worker's half of a request by e-mail address or username.
    pub(super) async fn mail_reset(
        &self,
        work: &mut dyn UnitOfWork,
        email: Option<&str>,
        username: Option<&str>,
        asked: Asked<'_>,
    ) -> Result<(), Fault> {
        let on_address = match email {
            Some(key) => work.find_people_by_email(key).await?,
            None => Vec::new(),
        };
        let mut accounts: Vec<Vec<Person>> = Vec::new();
        for person in &on_address {
            match accounts.iter_mut().find(|people| people.iter().any(|one| one.account.id == person.account.id)) {
                Some(people) => people.push(person.clone()),
                None => accounts.push(vec![person.clone()]),
            }
        }
        let crowded = accounts.len() > MOST_ACCOUNTS;
        let mut named = None;
        if let Some(username) = username.and_then(|typed| Username::parse(typed).ok())
            && let Some(account) = work.find_account_by_username(&username.key()).await?
        {
            named = Some(account.id);
            if !accounts.iter().flatten().any(|person| person.account.id == account.id) {
                accounts.push(work.find_people_of(account.id).await?);
            }
        }
        accounts.retain(|people| !people.is_empty());
        if accounts.is_empty() {
            return self.audit(work, "reset-not-found", None, "").await;
        }
        if crowded {
            // Whose username was typed, or whose own browser asks, need not ask again.
            let meant = [named, asked.known];
            accounts.retain(|people| people.iter().any(|person| meant.contains(&Some(person.account.id))));
        }
        for people in accounts {
            self.mail_reset_to(work, people, &asked).await?;
        }
        if crowded { self.mail_which(work, on_address, &asked).await } else { Ok(()) }
    }

    /// Mails the usernames on an address, so that its owner asks again for the one whose password is wanted.
    async fn mail_which(
        &self,
        work: &mut dyn UnitOfWork,
        on_address: Vec<Person>,
        asked: &Asked<'_>,
    ) -> Result<(), Fault> {
        for (to, usernames) in by_mailbox(on_address) {
            if !self.may_mail(work, "reset", &to).await? {
                self.audit(work, "reset-capped", None, "").await?;
                continue;
            }
            let message = Message::WhichUsername { usernames };
            self.post(work, &to, None, &message, asked.language).await?;
            self.audit(work, "reset-mailed", None, message.kind()).await?;
        }
        Ok(())
    }

    /// The worker's half of a request by identity.
    pub(super) async fn mail_reset_by_identity(
        &self,
        work: &mut dyn UnitOfWork,
        identity: &Identity,
        asked: Asked<'_>,
    ) -> Result<(), Fault> {
        match self.find_by_identity(work, identity).await? {
            Some(person) => self.mail_reset_to(work, vec![person], &asked).await,
            None => self.audit(work, "reset-not-found", None, "").await,
        }
    }

    /// Mails one account's way back in to the addresses of these people of it.
    async fn mail_reset_to(
        &self,
        work: &mut dyn UnitOfWork,
        found: Vec<Person>,
        asked: &Asked<'_>,
    ) -> Result<(), Fault> {
        let Some(account) = found.first().map(|person| person.account.clone()) else { return Ok(()) };
        let is_known = asked.known == Some(account.id);
        let everybody: Vec<i64> = found.iter().map(|person| person.id).collect();
        let mut people: Vec<Person> = Vec::new();
        let mut full = false;
        for person in found {
            let Some(to) = &person.email else { continue };
            if people.iter().any(|other| other.email.as_ref() == Some(to)) {
                continue;
            }
            if is_known || self.may_mail(work, "reset", to).await? { people.push(person) } else { full = true }
        }
        if people.is_empty() {
            if full {
                return self.audit(work, "reset-capped", Some(account.id), "").await;
            }
            for person in everybody {
                self.without_address(work, person).await?;
            }
            return self.audit(work, "reset-no-email", Some(account.id), "").await;
        }
        let caps = match is_known {
            true => MAILED_BY_KNOWN.map(|(span, budget)| (mailed_by_known(span, account.id), budget)).to_vec(),
            false => vec![(mailed_of(account.id), MAILED_BY_ACCOUNT)],
        };
        for (cap, budget) in caps {
            if work.take_budget(&cap, budget, self.now()).await?.is_err() {
                return self.audit(work, "reset-capped", Some(account.id), "").await;
            }
        }
        let username = account.username.clone();
        let message = match account.state {
            AccountState::Inactive => Message::Inactive { username },
            AccountState::Suspended => Message::Suspended { username },
            AccountState::External => Message::External { username },
            _ if account.frozen.is_some() => Message::Frozen { username },
            _ if self.agency.recovery.mails == Mails::TemporaryPassword => {
                for to in people.iter().filter_map(|person| person.email.as_ref()) {
                    let issued = Issued { by: "person", why: "forgot-password" };
                    self.issue_temporary(work, &account, to, issued, asked.language).await?;
                }
                return Ok(());
            }
            AccountState::Unclaimed => Message::Unclaimed { username },
            AccountState::Active if self.lacks_question(work, &account).await? => Message::NoQuestion { username },
            AccountState::Active => return self.mail_links(work, &account, &people, asked).await,
        };
        for to in people.iter().filter_map(|person| person.email.as_ref()) {
            self.post(work, to, Some(account.id), &message, asked.language).await?;
        }
        self.audit(work, "reset-mailed", Some(account.id), message.kind()).await
    }

    /// One link for each address: they are told apart, and the first that is used ends the others.
    async fn mail_links(
        &self,
        work: &mut dyn UnitOfWork,
        account: &Account,
        people: &[Person],
        asked: &Asked<'_>,
    ) -> Result<(), Fault> {
        self.make_room(work, account.id).await?;
        let products = self.products(&work.find_people_of(account.id).await?);
        for person in people {
            let Some(to) = &person.email else { continue };
            let (link, token, code) = self.issue_link(work, Purpose::Reset, person, asked.flow).await?;
            let message = Message::ResetLink {
                username: account.username.clone(),
                token,
                code,
                shared: account.shared,
                products: products.clone(),
            };
            let mail = self.post(work, to, Some(account.id), &message, asked.language).await?;
            work.link_mailed(&link, &mail).await?;
        }
        self.audit(work, "reset-mailed", Some(account.id), "reset-link").await
    }

    /// Gives back every try that the owner of an account, or somebody in their place, may have used up.
    pub(super) async fn refill(&self, work: &mut dyn UnitOfWork, account: &Account) -> Result<(), Fault> {
        let mut keys = self.sign_in_budgets(account).to_vec();
        keys.extend([answers_of(account.id), again_of(account.id), by_known(account.id), mailed_of(account.id)]);
        keys.extend(MAILED_BY_KNOWN.map(|(span, _)| mailed_by_known(span, account.id)));
        keys.push(self.by_login(account.username.key().as_str()));
        for email in self.addresses(work, account.id).await? {
            keys.push(self.by_login(&email.key()));
            keys.extend(["reset", "username"].iter().flat_map(|journey| self.mailed_to(journey, &email)));
        }
        for key in keys {
            work.refill_budget(&key).await?;
        }
        Ok(())
    }

    /// The budget of whatever was typed as *Email or Username*.
    fn by_login(&self, typed: &str) -> String {
        format!("reset.request:login:{}", token::base64url(&self.vault.digest("login", typed.as_bytes())))
    }

    async fn lacks_question(&self, work: &mut dyn UnitOfWork, account: &Account) -> Result<bool, Fault> {
        Ok(self.agency.policy.challenge.asking == Asking::Required && work.find_challenge(account.id).await?.is_none())
    }

    /// Where a reset goes once the mailbox is proved.
    pub(super) async fn reset_step(&self, work: &mut dyn UnitOfWork, account: i64) -> Result<Step, Fault> {
        let asked = self.agency.policy.challenge.asking != Asking::Off && work.find_challenge(account).await?.is_some();
        Ok(if asked { Step::Challenge } else { Step::Password })
    }

    /// The button of a reset's link.
    ///
    /// # Errors
    /// Limits, or why the link is dead.
    pub async fn reset_start(&self, visitor: &Visitor, token: &str) -> Result<Started, Declined> {
        self.start(visitor, token, Purpose::Reset).await
    }

    /// The typed code of a reset's mail.
    ///
    /// # Errors
    /// As [`Portal::claim_code`].
    pub async fn reset_code(&self, visitor: &Visitor, browser: Option<&Token>, code: &Code) -> Result<Step, Declined> {
        self.enter_code(visitor, browser, code, Purpose::Reset).await
    }

    /// The question that this browser's flow has to answer.
    ///
    /// # Errors
    /// [`Refused::FlowOver`], or why the link behind the flow is dead.
    pub async fn reset_question(&self, browser: Option<&Token>) -> Result<Question, Declined> {
        let mut work = self.store.read().await?;
        let (account, ..) = self.proven(&mut *work, browser, Purpose::Reset, Step::Challenge).await?;
        let challenge = work.find_challenge(account.id).await?.ok_or(Refused::FlowOver)?;
        Ok(challenge.question)
    }

    /// *Password Challenge*, **Submit**. A try is taken, and committed, before the answer is compared.
    ///
    /// # Errors
    /// [`Refused::AnswerWrong`], [`Refused::AnswerDead`] after five on one link, which ends it, too many tries in a
    /// day, or that the flow is over.
    pub async fn reset_answer(&self, browser: Option<&Token>, answer: &Answer) -> Result<(), Declined> {
        self.hasher.room()?;
        let now = self.now();
        let mut work = self.store.begin().await?;
        let (account, flow, link) = self.proven(&mut *work, browser, Purpose::Reset, Step::Challenge).await?;
        let challenge = work.find_challenge(account.id).await?.ok_or(Refused::FlowOver)?;
        let dead = || Problem::at(Field::Answer, Refused::AnswerDead);
        let Some(left) = work.take_answer_try(&link.id, ANSWER_TRIES).await? else { return Err(dead().into()) };
        let day = (answers_of(account.id), ANSWERS_BY_ACCOUNT);
        self.take(&mut *work, std::slice::from_ref(&day), now).await?;
        work.save().await?;

        let right = self.is_answer(answer, &challenge.answer_hash).await?;
        let anew = if right { self.answer_anew(answer, &challenge).await } else { None };
        let mut work = self.store.begin().await?;
        if !right {
            self.audit(&mut *work, "answer-wrong", Some(account.id), "").await?;
            if left == 0 {
                work.end_link(&link.id, now).await?;
            }
            work.save().await?;
            return Err(if left == 0 { dead() } else { Problem::at(Field::Answer, Refused::AnswerWrong) }.into());
        }
        if !work.advance_flow(&flow.id, Step::Challenge, Step::Password, &link, now).await? {
            return Err(Refused::FlowOver.into());
        }
        self.keep_answer(&mut *work, account.id, anew, &challenge).await?;
        work.refill_budget(&day.0).await?;
        self.audit(&mut *work, "answer-right", Some(account.id), "").await?;
        work.save().await?;
        Ok(())
    }

    pub(super) async fn is_answer(&self, answer: &Answer, hash: &str) -> Result<bool, Declined> {
        let secret = answer.secret().map_err(|refused| Problem::at(Field::Answer, refused))?;
        Ok(self.hasher.verify(&secret, Some(hash)).await?)
    }

    /// Whose password is about to be set.
    ///
    /// # Errors
    /// [`Refused::FlowOver`], or why the link behind the flow is dead.
    pub async fn reset_choosing(&self, browser: Option<&Token>) -> Result<Choosing, Declined> {
        let mut work = self.store.read().await?;
        let (account, ..) = self.resetting(&mut *work, browser).await?;
        Ok(self.choosing(&mut *work, account).await?)
    }

    /// *Set Up Password*, **Submit**: sets the password and spends the link, in one commit. Gives the cookie of a known
    /// browser: strangers who guess must not keep the owner from signing in with the new password.
    ///
    /// # Errors
    /// What is wrong with the password; that the flow or its link is over.
    pub async fn reset_password(
        &self,
        visitor: &Visitor,
        browser: Option<&Token>,
        form: &PasswordForm,
    ) -> Result<Known, Declined> {
        self.hasher.room()?;
        let now = self.now();
        let mut work = self.store.begin().await?;
        let (account, flow, _) = self.resetting(&mut *work, browser).await?;
        self.take(&mut *work, &[(format!("reset.set:flow:{}", flow.id), SET_BY_FLOW)], now).await?;
        work.save().await?;

        let password =
            form.read_beside(&self.agency.policy.password, account.username.as_str(), &self.agency.names())?;
        self.refuse_mailed(account.id, &password).await?;
        // Where passwords expire, the old one must not begin its days anew.
        let expires = self.agency.policy.password.expires_days > 0;
        if expires && self.hasher.verify(&password, account.password_hash.as_deref()).await? {
            return Err(Problem::at(Field::Password, Refused::PasswordSame).into());
        }
        let hash = self.hasher.hash(&password).await?;

        let mut work = self.store.begin().await?;
        // Read again: the world went on while the password was hashed.
        let (account, flow, link) = self.resetting(&mut *work, browser).await?;
        self.finish(&mut *work, &flow, &link, now).await?;
        let detail = link.person.map(|person| format!("person {person}")).unwrap_or_default();
        let language = &visitor.language;
        let replacing =
            Replacing { account: &account, hash: &hash, action: "password-reset", detail: &detail, language };
        self.replace_password(&mut *work, replacing, now).await?;
        work.save().await?;
        Ok(self.know(account.id, Some(now), visitor.known.as_ref()))
    }

    /// The flow of this browser at its password step, its live link, and an active account.
    async fn resetting(
        &self,
        work: &mut dyn UnitOfWork,
        browser: Option<&Token>,
    ) -> Result<(Account, Flow, Link), Declined> {
        let proven = self.proven(work, browser, Purpose::Reset, Step::Password).await?;
        if proven.0.state == AccountState::Active { Ok(proven) } else { Err(Refused::FlowOver.into()) }
    }
}

/// The budget of requests from browsers that an account knows.
fn by_known(account: i64) -> String {
    format!("reset.request:known:{account}")
}

/// The budget of mails for an account, and those for its known browsers.
fn mailed_of(account: i64) -> String {
    format!("reset.mail:account:{account}")
}

fn mailed_by_known(span: &str, account: i64) -> String {
    format!("reset.mail:known:{span}:{account}")
}

/// The budget of answers to an account's question.
pub(super) fn answers_of(account: i64) -> String {
    format!("challenge:account:{account}")
}
