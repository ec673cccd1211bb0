//! No order of operations sets an account's password but through that account's own steps.
//!
//! Every order of up to four operations over two accounts and two browsers is tried (30 operations, so 837,930 orders),
//! from two beginnings: nothing has happened yet, and each person has asked in a browser of their own and reads the
//! mail. Browsers may use each other's mails, answers and temporary passwords. The portal is held to [`Rules`], which
//! know accounts, links and steps and nothing of how the portal keeps them.
//!
//! Three things leave 76,000 to be gone, and leave out none that could tell anything:
//! - Orders share their beginnings: each one goes on from a copy of the store.
//! - The two accounts are alike, and so are the two browsers, so the first operation is Ada's, or the first browser's.
//! - An operation that is refused and changes nothing that opens or sets anything is not gone on from: what follows
//!   was tried without it, one operation longer.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

use std::sync::Arc;

use backboard::account::{AccountState, Username};
use backboard::challenge::Question;
use backboard::link::Code;
use backboard::service::{Portal, Token};
use testkit::fakes::{Memory, PlainHasher, Resident, TestPortal, password};

const LONGEST: usize = 4;
const NAMES: [&str; 2] = ["ada.lovelace", "grace.hopper"];
const ANSWERS: [&str; 2] = ["Rover the Second", "Tabby of Arlington"];
const OLD: [&str; 2] = ["twelve calm helicopters", "thirteen red boats"];
const SET_UP: &str = "eleven quiet ambulances";
const CHANGED: &str = "fourteen green bicycles";
/// The days and the blocklist have tests of their own, and the list takes its time.
const RULES: &str = r#"
[policy]
preset = "modern"
[policy.password]
blocklist = false
[policy.challenge]
asking = "required"
"#;

/// An account and a browser are each 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    /// The browser asks for the account.
    Request {
        browser: usize,
        account: usize,
    },
    /// The browser opens the link of the account's newest mail.
    Open {
        browser: usize,
        account: usize,
    },
    /// The browser types the code of the account's newest mail.
    TypeCode {
        browser: usize,
        account: usize,
    },
    /// The browser gives the answer of the account, whatever it is asked: right for one, wrong for the other.
    Answer {
        browser: usize,
        account: usize,
    },
    SetUp {
        browser: usize,
    },
    /// The browser signs in to the account with the temporary password of an account.
    SignIn {
        browser: usize,
        account: usize,
        temporary: usize,
    },
    /// The browser's session changes the password, with the temporary one of an account as the present one.
    Change {
        browser: usize,
        temporary: usize,
    },
}

use Operation::{Answer, Change, Open, Request, SetUp, SignIn, TypeCode};

fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    for browser in 0..2 {
        all.push(SetUp { browser });
        for account in 0..2 {
            all.extend([Request { browser, account }, Open { browser, account }, TypeCode { browser, account }]);
            all.extend([Answer { browser, account }, Change { browser, temporary: account }]);
            all.extend([0, 1].map(|temporary| SignIn { browser, account, temporary }));
        }
    }
    all
}

impl Operation {
    const fn browser(self) -> usize {
        match self {
            SetUp { browser }
            | Request { browser, .. }
            | Open { browser, .. }
            | TypeCode { browser, .. }
            | Answer { browser, .. }
            | SignIn { browser, .. }
            | Change { browser, .. } => browser,
        }
    }

    const fn account(self) -> usize {
        match self {
            SetUp { .. } => 0,
            Request { account, .. }
            | Open { account, .. }
            | TypeCode { account, .. }
            | Answer { account, .. }
            | SignIn { account, .. } => account,
            Change { temporary, .. } => temporary,
        }
    }
}

/// Where the flow of a browser stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Asked { request: usize },
    Challenge { account: usize, link: usize },
    Password { account: usize, link: usize },
    Done,
}

/// What the rules say.
#[derive(Clone, Debug)]
struct Rules {
    flows: [Option<At>; 2],
    /// The account that a browser is signed in to.
    sessions: [Option<usize>; 2],
    /// Whether the link of each request is live; the requests are numbered over both accounts.
    links: Vec<bool>,
    /// Of each account: its requests, the newest last.
    requests: [Vec<usize>; 2],
    temporary: [bool; 2],
    passwords: [&'static str; 2],
}

impl Rules {
    fn at_first() -> Self {
        Self {
            flows: [None; 2],
            sessions: [None; 2],
            links: Vec::new(),
            requests: [Vec::new(), Vec::new()],
            temporary: [true; 2],
            passwords: OLD,
        }
    }

    /// The live link of an account's newest mail.
    fn newest(&self, account: usize) -> Option<usize> {
        self.requests[account].last().copied().filter(|link| self.links[*link])
    }

    /// A new password ends every link, temporary password and session of its account.
    fn replace(&mut self, account: usize, password: &'static str) {
        for link in &self.requests[account] {
            self.links[*link] = false;
        }
        for session in &mut self.sessions {
            *session = session.filter(|signed_in| *signed_in != account);
        }
        self.temporary[account] = false;
        self.passwords[account] = password;
    }

    /// Whether the operation is allowed, and what it leads to.
    fn allow(&mut self, operation: Operation) -> bool {
        let flow = self.flows[operation.browser()];
        match operation {
            // Three an hour for one login.
            Request { account, .. } if self.requests[account].len() == 3 => false,
            Request { browser, account } => {
                self.links.push(true);
                let request = self.links.len() - 1;
                self.requests[account].push(request);
                self.flows[browser] = Some(At::Asked { request });
                true
            }
            Open { browser, account } => match self.newest(account) {
                Some(link) => {
                    self.flows[browser] = Some(At::Challenge { account, link });
                    true
                }
                None => false,
            },
            // The code is bound to the browser that asked for that mail.
            TypeCode { browser, account } => match (flow, self.newest(account)) {
                (Some(At::Asked { request }), Some(link)) if request == link => {
                    self.flows[browser] = Some(At::Challenge { account, link });
                    true
                }
                _ => false,
            },
            Answer { browser, account: answer } => match flow {
                Some(At::Challenge { account, link }) if account == answer && self.links[link] => {
                    self.flows[browser] = Some(At::Password { account, link });
                    true
                }
                _ => false,
            },
            SetUp { browser } => match flow {
                Some(At::Password { account, link }) if self.links[link] => {
                    self.replace(account, SET_UP);
                    self.flows[browser] = Some(At::Done);
                    true
                }
                _ => false,
            },
            SignIn { browser, account, temporary } => {
                let allowed = account == temporary && self.temporary[account];
                if allowed {
                    self.sessions[browser] = Some(account);
                }
                allowed
            }
            Change { browser, temporary } => match self.sessions[browser] {
                Some(account) if account == temporary && self.temporary[account] => {
                    self.replace(account, CHANGED);
                    self.sessions[browser] = Some(account);
                    true
                }
                _ => false,
            },
        }
    }
}

/// The same at a portal of its own.
struct World {
    memory: Memory,
    portal: TestPortal,
    accounts: [i64; 2],
    temporaries: [String; 2],
    flows: [Option<Token>; 2],
    sessions: [Option<Token>; 2],
    mails: [Option<(String, Code)>; 2],
}

impl World {
    /// Both accounts are in use, with a question, and the office has mailed each a temporary password.
    async fn at_first() -> Self {
        let memory = Memory::default();
        let portal = over(&memory, &TestPortal::under(RULES));
        let (mut accounts, mut temporaries) = ([0; 2], [String::new(), String::new()]);
        for (account, (email, ssn)) in
            [("ada@example.org", "900-01-0001"), ("grace@example.org", "900-01-0002")].into_iter().enumerate()
        {
            let resident = Resident {
                username: NAMES[account],
                state: AccountState::Active,
                password: Some(OLD[account]),
                email: Some(email),
                ssn: Some(ssn),
                ..Resident::default()
            };
            accounts[account] = portal.settle(resident).await;
            portal.put_question(accounts[account], Question::FirstPet, ANSWERS[account]).await;
            portal.portal.office_temporary_password(&Username::parse(NAMES[account]).unwrap()).await.unwrap();
            temporaries[account] = portal.deliver().await[0].temporary();
        }
        Self { memory, portal, accounts, temporaries, flows: [None, None], sessions: [None, None], mails: [None, None] }
    }

    fn fork(&self) -> Self {
        let memory = self.memory.fork();
        Self {
            portal: over(&memory, &self.portal),
            memory,
            accounts: self.accounts,
            temporaries: self.temporaries.clone(),
            flows: self.flows.clone(),
            sessions: self.sessions.clone(),
            mails: self.mails.clone(),
        }
    }

    async fn act(&mut self, operation: Operation) -> bool {
        // Stand-ins for those who have nothing: a cookie and a mail that were never given.
        let flow = self.flows[operation.browser()].clone().unwrap_or_else(|| Token::from_bytes(&[1; 32]));
        let mail =
            |account: usize| self.mails[account].clone().unwrap_or_else(|| ("A".repeat(43), Code::from_random(1)));
        match operation {
            Request { browser, account } => {
                let Ok(cookie) = self.portal.ask_reset(NAMES[account]).await else { return false };
                self.flows[browser] = Some(cookie);
                // Notices of what was done before lie beside it.
                let received = self.portal.deliver().await;
                let mail = received.iter().find(|mail| mail.message.kind() == "reset-link").unwrap();
                self.mails[account] = Some(mail.reset_link());
                true
            }
            Open { browser, account } => match self.portal.open_reset(&mail(account).0).await {
                Ok(started) => {
                    self.flows[browser] = Some(started.browser);
                    true
                }
                Err(_) => false,
            },
            TypeCode { account, .. } => self.portal.type_reset_code(&flow, &mail(account).1).await.is_ok(),
            Answer { account, .. } => self.portal.answer(&flow, ANSWERS[account]).await.is_ok(),
            SetUp { .. } => self.portal.set_up(&flow, SET_UP).await.is_ok(),
            SignIn { browser, account, temporary } => {
                match self.portal.sign_in(NAMES[account], &self.temporaries[temporary]).await {
                    Ok(signed_in) => {
                        self.sessions[browser] = Some(signed_in.session);
                        true
                    }
                    Err(_) => false,
                }
            }
            Change { browser, temporary } => {
                let Some(cookie) = &self.sessions[browser] else { return false };
                let Some(session) = self.portal.session(cookie).await else { return false };
                match self.portal.change(&session, &self.temporaries[temporary], CHANGED).await {
                    Ok(cookie) => {
                        self.sessions[browser] = Some(cookie);
                        true
                    }
                    Err(_) => false,
                }
            }
        }
    }
}

/// The portal as it is, over another store.
fn over(memory: &Memory, like: &TestPortal) -> TestPortal {
    let store = Arc::new(memory.clone());
    let portal = Portal {
        agency: like.portal.agency.clone(),
        store: store.clone(),
        clock: like.portal.clock.clone(),
        entropy: like.portal.entropy.clone(),
        hasher: like.portal.hasher.clone(),
        vault: like.portal.vault.clone(),
        robots: like.portal.robots.clone(),
        multiply: like.portal.multiply,
        people_days: like.portal.people_days,
    };
    TestPortal {
        portal: Arc::new(portal),
        seed: store,
        clock: like.clock.clone(),
        hasher: like.hasher.clone(),
        vault: like.vault.clone(),
    }
}

/// Goes every order from here; how many were tried, and how many of them ended in a password being set or changed.
async fn go(world: World, rules: Rules, first: impl Fn(Operation) -> bool) -> (u32, u32) {
    let (mut tried, mut set) = (0, 0);
    let mut open = vec![(world, rules, Vec::new())];
    while let Some((world, rules, order)) = open.pop() {
        for operation in operations().into_iter().filter(|operation| !order.is_empty() || first(*operation)) {
            let (mut world_after, mut rules_after) = (world.fork(), rules.clone());
            let mut order: Vec<Operation> = order.clone();
            order.push(operation);
            let allowed = rules_after.allow(operation);
            assert_eq!(world_after.act(operation).await, allowed, "{order:#?} {rules:?}");
            for (account, typed) in world.accounts.into_iter().zip(rules_after.passwords) {
                let hash = world_after.portal.account(account).await.password_hash;
                assert_eq!(hash, Some(PlainHasher::hash_of(&password(typed))), "{order:#?}");
            }
            tried += 1;
            set += u32::from(rules_after.passwords != rules.passwords);
            let changed = allowed || !world_after.memory.opens_the_same_as(&world.memory);
            if changed && order.len() < LONGEST {
                open.push((world_after, rules_after, order));
            }
        }
    }
    (tried, set)
}

#[tokio::test]
async fn from_nothing_no_order_sets_a_password_but_through_its_own_steps() {
    let world = World::at_first().await;
    let (tried, set) = go(world, Rules::at_first(), |first| first.browser() == 0 && first.account() == 0).await;
    assert!(tried > 8_000 && set > 200, "{tried} orders tried, {set} set a password");
}

#[tokio::test]
async fn with_mails_at_hand_no_order_sets_a_password_but_through_its_own_steps() {
    let (mut world, mut rules) = (World::at_first().await, Rules::at_first());
    for person in 0..2 {
        let asks = Request { browser: person, account: person };
        assert!(world.act(asks).await && rules.allow(asks));
    }
    let (tried, set) = go(world, rules, |first| first.browser() == 0).await;
    assert!(tried > 60_000 && set > 1_500, "{tried} orders tried, {set} set a password");
}
