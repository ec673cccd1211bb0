//! Mailed links, the codes beside them, and the flows they let on: what claim and reset share.
//!
//! - The link, from any browser, begins a flow of that browser; the typed code moves the flow of the browser that
//!   asked. Either proves the mailbox, and neither changes anything else.
//! - The link stays live until the last step spends it, so a visitor who was cut off opens it again.
//! - Closed accounts are told so here: who holds the link has proved who asks.

use super::mail::MailedToken;
use super::ports::{Fault, UnitOfWork};
use super::records::{Account, Flow, Link, NewFlow, NewLink, Person};
use super::{Declined, Portal, Token, Visitor, keyed};
use crate::account::AccountState;
use crate::limit::Budget;
use crate::link::{ANSWER_TRIES, CODE_TRIES, Code, FLOW_SECONDS, LINK_SECONDS, LINKS_LIVE, Purpose, Step};
use crate::moment::Moment;
use crate::refused::{Field, Problem, Refused};

/// Links opened and codes tried from one address.
pub(super) const OPENED_BY_ADDRESS: Budget = Budget::per(60, 60 * 60);

/// Under which the mark of a browser's forms is digested.
const FLOW_MARK: &str = "flow-mark";

/// The names of one journey's operations, for its budgets and its audit rows.
pub(super) struct Names {
    pub start: &'static str,
    pub code: &'static str,
    pub opened: &'static str,
    pub right: &'static str,
}

impl Names {
    const fn of(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Claim => Self {
                start: "claim.start",
                code: "claim.code",
                opened: "claim-link-opened",
                right: "claim-code-right",
            },
            Purpose::Reset => Self {
                start: "reset.start",
                code: "reset.code",
                opened: "reset-link-opened",
                right: "reset-code-right",
            },
        }
    }
}

/// A link that was exchanged for a flow of this browser.
#[derive(Debug)]
pub struct Started {
    /// For the browser's flow cookie.
    pub browser: Token,
    pub step: Step,
}

impl Portal {
    /// Makes room for the links of one request: those of the two requests before it stay live, however many
    /// addresses each was mailed to.
    pub(super) async fn make_room(&self, work: &mut dyn UnitOfWork, account: i64) -> Result<(), Fault> {
        work.supersede_links(account, LINKS_LIVE - 1, self.now()).await
    }

    /// A new link for one address, and the code beside it. With its id, for the ledger.
    pub(super) async fn issue_link(
        &self,
        work: &mut dyn UnitOfWork,
        purpose: Purpose,
        person: &Person,
        flow: &str,
    ) -> Result<(String, MailedToken, Code), Fault> {
        let now = self.now();
        let token = self.token();
        let mut bits = [0_u8; 8];
        self.entropy.fill(&mut bits);
        let code = Code::from_random(u64::from_le_bytes(bits));
        let link = NewLink {
            id: self.id(),
            purpose,
            account: person.account.id,
            person: Some(person.id),
            flow: flow.to_owned(),
            token: self.vault.digest(keyed::LINK, token.as_str().as_bytes()),
            code: self.vault.digest(keyed::CODE, &keyed::code_secret(flow, &code)),
            created: now,
            expires: now.plus(LINK_SECONDS),
        };
        work.add_link(&link).await?;
        Ok((link.id, MailedToken::of(&token), code))
    }

    /// What a link is and whether it works. Changes nothing, so mail scanners may look.
    ///
    /// # Errors
    /// [`Refused::LinkUnknown`], that the account is closed, or why the link is dead.
    pub async fn link(&self, token: &str) -> Result<Link, Declined> {
        let token = Token::parse(token).ok_or(Refused::LinkUnknown)?;
        let mut work = self.store.read().await?;
        let link = self.link_of(&mut *work, &token).await?.ok_or(Refused::LinkUnknown)?;
        let account = work.find_account(link.account).await?.ok_or(Refused::LinkUnknown)?;
        usable(&link, &account, self.now())?;
        Ok(link)
    }

    /// Lets the link of a mail that had to wait last its whole time from now on: nobody has had it yet. One that was
    /// used up or replaced meanwhile stays dead.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn renew_link(&self, token: &str) -> Result<(), Fault> {
        let Some(token) = Token::parse(token) else { return Ok(()) };
        let mut work = self.store.begin().await?;
        if let Some(link) = self.link_of(&mut *work, &token).await? {
            work.renew_link(&link.id, self.now().plus(LINK_SECONDS), LINKS_LIVE).await?;
        }
        work.save().await
    }

    /// The journey of a link, dead or alive, so that its page can offer a new mail.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn link_purpose(&self, token: &str) -> Result<Option<Purpose>, Fault> {
        let Some(token) = Token::parse(token) else { return Ok(None) };
        let mut work = self.store.read().await?;
        Ok(self.link_of(&mut *work, &token).await?.map(|link| link.purpose))
    }

    /// The button of the link page: exchanges the link for a flow of this browser. The link stays live
    /// until the password is set.
    pub(super) async fn start(&self, visitor: &Visitor, token: &str, purpose: Purpose) -> Result<Started, Declined> {
        let now = self.now();
        let names = Names::of(purpose);
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd(names.start, visitor, OPENED_BY_ADDRESS), now).await?;
        work.save().await?;
        let link = self.link(token).await?;
        if link.purpose != purpose {
            return Err(Refused::LinkUnknown.into());
        }
        let browser = self.token();
        let mut work = self.store.begin().await?;
        let step = self.first_step(&mut *work, &link).await?;
        let flow = NewFlow {
            id: self.id(),
            purpose,
            browser: self.vault.digest(keyed::BROWSER, browser.as_str().as_bytes()),
            step,
            account: Some(link.account),
            link: Some(link.id.clone()),
            expires: now.plus(FLOW_SECONDS),
        };
        work.add_flow(&flow).await?;
        work.link_opened(&link.id, now).await?;
        self.audit(&mut *work, names.opened, Some(link.account), "").await?;
        work.save().await?;
        Ok(Started { browser, step })
    }

    /// The typed code, in the browser that asked. A try is taken before the code is compared.
    pub(super) async fn enter_code(
        &self,
        visitor: &Visitor,
        browser: Option<&Token>,
        code: &Code,
        purpose: Purpose,
    ) -> Result<Step, Declined> {
        let now = self.now();
        let names = Names::of(purpose);
        let mut work = self.store.begin().await?;
        self.take(&mut *work, &self.crowd(names.code, visitor, OPENED_BY_ADDRESS), now).await?;
        // What was taken is kept also when there is no flow to try a code on.
        let flow = self.flow_at(&mut *work, browser, purpose, Step::Asked).await;
        let left = match &flow {
            Ok(flow) => work.take_code_try(&flow.id, CODE_TRIES).await?,
            Err(_) => None,
        };
        work.save().await?;
        let flow = flow?;
        let Some(left) = left else { return Err(Problem::at(Field::Code, Refused::CodeDead).into()) };

        let wrong = || Problem::at(Field::Code, if left == 0 { Refused::CodeDead } else { Refused::CodeWrong });
        let mut work = self.store.begin().await?;
        let Some(link) = self.link_by_code(&mut *work, &flow.id, code).await? else { return Err(wrong().into()) };
        let account = work.find_account(link.account).await?.ok_or(Refused::FlowOver)?;
        usable(&link, &account, now)?;
        let step = self.first_step(&mut *work, &link).await?;
        if !work.advance_flow(&flow.id, Step::Asked, step, &link, now).await? {
            return Err(Refused::FlowOver.into());
        }
        work.link_opened(&link.id, now).await?;
        self.audit(&mut *work, names.right, Some(link.account), "").await?;
        work.save().await?;
        Ok(step)
    }

    /// What the forms of this browser's flow carry, so that a tab that shows another account's form changes nothing.
    #[must_use]
    pub fn flow_mark(&self, browser: &Token) -> String {
        super::token::base64url(&self.vault.digest(FLOW_MARK, browser.as_str().as_bytes()))
    }

    /// Whether a form carries that mark: it may have been shown under an older key.
    #[must_use]
    pub fn is_flow_mark(&self, browser: &Token, sent: &str) -> bool {
        self.is_marked(FLOW_MARK, browser.as_str().as_bytes(), sent)
    }

    /// The journey that this browser is on, and where it stands: a page that is behind leads on, so that a button
    /// pressed twice, Back or a reload lose nothing.
    ///
    /// # Errors
    /// Only when the store fails.
    pub async fn stands_at(&self, browser: Option<&Token>) -> Result<Option<(Purpose, Step)>, Fault> {
        let Some(browser) = browser else { return Ok(None) };
        let mut work = self.store.read().await?;
        let flow = self.flow_of(&mut *work, browser).await?;
        Ok(flow.filter(|flow| self.now() < flow.expires).map(|flow| (flow.purpose, flow.step)))
    }

    /// Where a flow goes once the mailbox is proved.
    async fn first_step(&self, work: &mut dyn UnitOfWork, link: &Link) -> Result<Step, Fault> {
        match link.purpose {
            Purpose::Claim => Ok(Step::Password),
            Purpose::Reset => self.reset_step(work, link.account).await,
        }
    }

    /// The flow of this browser at a step, its live link, and its account, which is not closed.
    pub(super) async fn proven(
        &self,
        work: &mut dyn UnitOfWork,
        browser: Option<&Token>,
        purpose: Purpose,
        step: Step,
    ) -> Result<(Account, Flow, Link), Declined> {
        let flow = self.flow_at(work, browser, purpose, step).await?;
        let (Some(account), Some(link)) = (flow.account, flow.link.as_deref()) else {
            return Err(Refused::FlowOver.into());
        };
        let link = work.find_link(link).await?.ok_or(Refused::LinkUnknown)?;
        let account = work.find_account(account).await?.ok_or(Refused::FlowOver)?;
        usable(&link, &account, self.now())?;
        Ok((account, flow, link))
    }

    async fn flow_at(
        &self,
        work: &mut dyn UnitOfWork,
        browser: Option<&Token>,
        purpose: Purpose,
        step: Step,
    ) -> Result<Flow, Declined> {
        let browser = browser.ok_or(Refused::FlowOver)?;
        let flow = self.flow_of(work, browser).await?.ok_or(Refused::FlowOver)?;
        let here = flow.purpose == purpose && flow.step == step && self.now() < flow.expires;
        if here { Ok(flow) } else { Err(Refused::FlowOver.into()) }
    }
}

/// Whether a link leads on. Closing an account kills its links, and that it is closed tells more than that; but who
/// holds a link that was used up or is too old has proved nothing.
fn usable(link: &Link, account: &Account, now: Moment) -> Result<(), Refused> {
    match link.fate.live(now) {
        Err(refused @ (Refused::LinkSpent | Refused::LinkExpired)) => Err(refused),
        Err(Refused::LinkSuperseded) if link.answer_tries >= ANSWER_TRIES => Err(Refused::AnswerDead),
        live => open(account).and(live),
    }
}

/// Whether a link of this account may lead anywhere.
const fn open(account: &Account) -> Result<(), Refused> {
    match account.state {
        AccountState::Inactive => Err(Refused::AccountInactive),
        AccountState::Suspended => Err(Refused::AccountSuspended),
        AccountState::External => Err(Refused::AccountExternal),
        AccountState::Active | AccountState::Unclaimed if account.frozen.is_some() => Err(Refused::AccountFrozen),
        AccountState::Active | AccountState::Unclaimed => Ok(()),
    }
}
