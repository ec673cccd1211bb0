//! Races over any store: 32 visitors do at once what may succeed once.
//!
//! Each function is one round on an account of its own, so that rounds can share a store. Who hashes waits for the
//! others: what everybody read before is then old for all but the first. Where a budget would let only the first few
//! through, it is refilled while they arrive; the budgets are tested elsewhere.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use backboard::account::{AccountState, Frozen, Username};
use backboard::expiry::DAY;
use backboard::form::claim::{LookupForm, PasswordForm};
use backboard::form::password::ChangeForm;
use backboard::form::reset::Login;
use backboard::form::sign_in::SignInForm;
use backboard::link::{Code, Step};
use backboard::refused::Refused;
use backboard::service::desk::Actor;
use backboard::service::desk::acts::Order;
use backboard::service::desk::records::{NewMember, Rights, StaffSession};
use backboard::service::mail::Message;
use backboard::service::ports::{Clock as _, Vault as _};
use backboard::service::records::{Account, SessionKind};
use backboard::service::sign_in::SignedIn;
use backboard::service::{Declined, Portal, Token, Visitor};
use backboard::staff::{Act, Reason, Role, StaffState};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::fakes::{PlainHasher, Received, TestPortal, password};
use crate::outbox::TakeOldest as _;
use crate::seed::{NewAccount, NewPerson, certificate, email};

/// How many try at once.
pub const RUNNERS: u8 = 32;
const OLD: &str = "twelve old ambulances";

/// A portal to race on, without the blocklist: it takes longer than all the rest, and has no part in any race.
///
/// # Panics
/// When somebody else holds the portal already.
#[must_use]
pub fn ready(mut test: TestPortal) -> TestPortal {
    let Some(portal) = Arc::get_mut(&mut test.portal) else { panic!("the portal is in use") };
    portal.agency.policy.password.blocklist = false;
    test
}

/// 32 new passwords for one mailed link, two from each of 16 browsers: the one that is told *done* signs in.
pub async fn one_link(test: &TestPortal, round: u32) {
    let claim = round % 2 == 1;
    let racer = Racer::settle(test, round, claim).await;
    let (_, token, _) = racer.ask(claim).await;
    let mut browsers = Vec::new();
    for runner in 0..RUNNERS / 2 {
        let started = match claim {
            true => test.portal.claim_start(&visitor(runner), &token).await,
            false => test.portal.reset_start(&visitor(runner), &token).await,
        };
        browsers.push(good(started).browser);
    }
    test.hasher.meet(RUNNERS.into());
    let told = together(test, |runner, portal| {
        let browser = browsers.get(usize::from(runner / 2)).cloned();
        async move {
            let form = chosen(runner);
            match claim {
                true => portal.claim_password(&visitor(runner), browser.as_ref(), &form, None).await.map(drop),
                false => portal.reset_password(&visitor(runner), browser.as_ref(), &form).await.map(drop),
            }
        }
    })
    .await;
    test.hasher.part();
    let winner = only_winner(told, &[Refused::LinkSpent, Refused::FlowOver]);
    racer.is_told_once(if claim { "claimed" } else { "password-reset" }).await;
    racer.signs_in_with(winner).await;
}

/// The right code of one mail, 32 times in the browser that asked: one goes on.
pub async fn one_code(test: &TestPortal, round: u32) {
    let claim = round % 2 == 1;
    let racer = Racer::settle(test, round, claim).await;
    let (browser, _, code) = racer.ask(claim).await;
    let told = together(test, |runner, portal| {
        let (browser, code) = (browser.clone(), code.clone());
        async move {
            match claim {
                true => portal.claim_code(&visitor(runner), Some(&browser), &code).await,
                false => portal.reset_code(&visitor(runner), Some(&browser), &code).await.map(|step| {
                    assert_eq!(step, Step::Password);
                }),
            }
        }
    })
    .await;
    only_winner(told, &[Refused::FlowOver, Refused::CodeDead]);
    assert_eq!(racer.count(if claim { "claim-code-right" } else { "reset-code-right" }).await, 1);
    let choosing = match claim {
        true => test.portal.claim_choosing(Some(&browser)).await,
        false => test.portal.reset_choosing(Some(&browser)).await,
    };
    assert_eq!(good(choosing).username, racer.username);
}

/// The right password, 32 times, ten days after its end: one gets the session that changes it.
pub async fn one_grace(test: &TestPortal, round: u32) {
    let racer = Racer::settle(test, round, false).await;
    test.clock.pass(100 * DAY);
    let budget = racer.name_budget();
    let told = racer.all_at_the_hasher(&budget, |runner, portal, username| async move {
        sign_in(&portal, runner, &username, OLD).await.map(|signed| assert_eq!(signed.kind, SessionKind::ChangeOnly))
    });
    only_winner(told.await, &[Refused::PasswordExpired]);
    assert_eq!(racer.count("grace-used").await, 1);
    assert_eq!(racer.count("sign-in-refused").await, usize::from(RUNNERS) - 1);
    assert_eq!(why(sign_in(&test.portal, 0, &racer.username, OLD).await), [Refused::PasswordExpired]);
}

/// 32 new passwords in one session of a temporary one: the one that is saved signs in, and the temporary one is dead.
pub async fn one_change(test: &TestPortal, round: u32) {
    let racer = Racer::settle(test, round, false).await;
    assert_eq!(good(test.portal.office_temporary_password(&racer.username).await), 1);
    let received = test.deliver().await;
    let [Received { message: Message::TemporaryPassword { password, .. }, .. }] = received.as_slice() else {
        panic!("{received:?}")
    };
    let typed = password.as_str().to_owned();
    let signed = good(sign_in(&test.portal, 0, &racer.username, &typed).await);
    assert_eq!(signed.kind, SessionKind::ChangeOnly);
    let Ok(Some(session)) = test.portal.session(&signed.session).await else { panic!("no session") };

    let budget = format!("password.again:account:{}", racer.account);
    let told = racer.all_at_the_hasher(&budget, |runner, portal, _| {
        let (session, current_password) = (session.clone(), typed.clone());
        async move {
            let PasswordForm { password, password_again } = chosen(runner);
            let form = ChangeForm { current_password, password, password_again };
            let token = portal.change_password(&visitor(runner), &session, &form).await?.session;
            assert!(portal.session(&token).await?.is_some_and(|session| session.kind == SessionKind::Full));
            Ok(())
        }
    });
    let winner = only_winner(told.await, &[Refused::SessionOver]);
    racer.is_told_once("password-changed").await;
    assert!(test.portal.session(&signed.session).await.is_ok_and(|session| session.is_none()));
    racer.signs_in_with(winner).await;
    assert_eq!(why(sign_in(&test.portal, 0, &racer.username, &typed).await), [Refused::SignInWrong]);
}

/// *This wasn't me*, 32 times: all are told that it is stopped, and it is stopped once.
pub async fn one_freeze(test: &TestPortal, round: u32) {
    let racer = Racer::settle(test, round, false).await;
    let login = Login { email: None, username: Some(racer.username.clone()) };
    good(test.portal.reset_request(&visitor(0), &login, &proof()).await);
    test.work_off().await;
    let now = test.clock.now();
    let taken = async {
        let mut unit = test.portal.store.begin().await?;
        let mail = unit.take_oldest_mail(now, now.plus(60)).await?;
        let id = mail.map(|mail| mail.id).unwrap_or_default();
        unit.mail_sent(&id, now).await?;
        unit.save().await?;
        Ok(id)
    };
    let token = test.portal.not_me_token(&good(taken.await));
    let told = together(test, |runner, portal| {
        let token = token.clone();
        async move { portal.freeze(&visitor(runner), &token).await }
    })
    .await;
    for (_, told) in told {
        good(told);
    }
    assert_eq!(racer.account().await.frozen, Some(Frozen::Resets));
    racer.is_told_once("frozen").await;
    let cases = async { test.portal.store.read().await?.find_cases().await };
    let cases = cases.await.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(cases.iter().filter(|case| case.account == racer.account).count(), 1);
    // Closed, so that a thousand rounds do not read a thousand open cases each.
    good(test.portal.office_reactivate(&racer.username).await);
}

/// 32 members of staff who see the same page suspend the account: one does it, and all others are told that somebody
/// did something to it.
pub async fn one_act(test: &TestPortal, round: u32) {
    let racer = Racer::settle(test, round, false).await;
    let actors = good(staff(test, round).await);
    let seen = async { test.portal.store.read().await?.find_version_of(racer.account).await };
    let version = good(seen.await.map_err(Declined::Fault));
    let told = together(test, |runner, portal| {
        let actor = actors.get(usize::from(runner)).cloned();
        async move {
            let Some(actor) = actor else { panic!("no member {runner}") };
            let reason = Reason::parse("heard of a theft")?;
            let order = Order { account: racer.account, version, reason: &reason };
            portal.desk_suspend(&actor, order).await
        }
    })
    .await;
    only_winner(told, &[Refused::AccountChanged]);
    assert_eq!(racer.account().await.state, AccountState::Suspended);
    racer.is_told_once(Act::Suspend.code()).await;
}

/// So many members of staff who are signed in.
async fn staff(test: &TestPortal, round: u32) -> Result<Vec<Actor>, Declined> {
    let now = test.clock.now();
    let mut unit = test.portal.store.begin().await?;
    let mut actors = Vec::new();
    for runner in 0..RUNNERS {
        let new = NewMember {
            email: email(&format!("staff{round}-{runner}@office.example")),
            name: "Staff".to_owned(),
            role: Role::Helpdesk,
            admin_asked_by: None,
            created: now,
            invited_by: None,
        };
        let staff = unit.add_member(&new).await?;
        let rights = Rights { role: Role::Helpdesk, state: StaffState::Active, may_show: false, admin_asked_by: None };
        unit.save_rights(staff, rights).await?;
        let session = test.vault.digest("race", format!("{round} {runner}").as_bytes());
        let row = StaffSession { token: session, staff, created: now, seen: now, expires: now.plus(DAY) };
        unit.add_staff_session(&row).await?;
        actors.push(Actor { staff, role: Role::Helpdesk, may_show: false, session });
    }
    unit.save().await?;
    Ok(actors)
}

/// The account that a round is about.
struct Racer<'a> {
    test: &'a TestPortal,
    account: i64,
    username: Username,
    certificate: String,
}

impl<'a> Racer<'a> {
    async fn settle(test: &'a TestPortal, round: u32, unclaimed: bool) -> Self {
        // Every budget of the round before is full again.
        test.clock.pass(2 * DAY);
        let name = format!("racer.{round}");
        let blank = NewAccount::unclaimed(&name);
        let now = test.clock.now();
        let account = NewAccount {
            state: if unclaimed { AccountState::Unclaimed } else { AccountState::Active },
            password_hash: (!unclaimed).then(|| PlainHasher::hash_of(&password(OLD))),
            password_set: (!unclaimed).then_some(now),
            schedule: match unclaimed {
                true => backboard::expiry::Schedule::NEVER,
                false => backboard::expiry::Schedule::of(now, test.portal.agency.policy.password.expires_days),
            },
            ..blank
        };
        let username = account.username.clone();
        let account = test.seed.add_account(&account).await;
        let number = format!("EMT-{round:06}");
        let person = NewPerson {
            email: Some(email(&format!("{name}@example.org"))),
            certificate: Some(certificate(&number)),
            ..NewPerson::of(account, &name)
        };
        test.seed.add_person(&person).await;
        Self { test, account, username, certificate: number }
    }

    /// Asks for a mail and reads it: the browser that asked, the link and the code.
    async fn ask(&self, claim: bool) -> (Token, String, Code) {
        let portal = &self.test.portal;
        let asked = if claim {
            let form = LookupForm {
                birth_month: "2".to_owned(),
                birth_day: "29".to_owned(),
                birth_year: "1984".to_owned(),
                last_name: "Lovelace".to_owned(),
                certificate: self.certificate.clone(),
                robot: "on".to_owned(),
                ..LookupForm::default()
            };
            let lookup = form.read(portal.agency.date_order, self.test.clock.now().day());
            let lookup = lookup.unwrap_or_else(|problems| panic!("{problems:?}"));
            portal.claim_lookup(&visitor(0), &lookup, &proof()).await
        } else {
            let login = Login { email: None, username: Some(self.username.clone()) };
            portal.reset_request(&visitor(0), &login, &proof()).await
        };
        let browser = good(asked);
        let received = self.test.deliver().await;
        match received.as_slice() {
            [Received { message: Message::ClaimLink { token, code, .. }, .. }] if claim => {
                (browser, token.as_str().to_owned(), code.clone())
            }
            [Received { message: Message::ResetLink { token, code, .. }, .. }] if !claim => {
                (browser, token.as_str().to_owned(), code.clone())
            }
            other => panic!("{other:?}"),
        }
    }

    /// Everybody acts; each waits where the password is hashed until all are there.
    async fn all_at_the_hasher<F>(
        &self,
        budget: &str,
        act: impl Fn(u8, Arc<Portal>, Username) -> F,
    ) -> Vec<(u8, Result<(), Declined>)>
    where
        F: Future<Output = Result<(), Declined>> + Send + 'static,
    {
        let TestPortal { portal, hasher, .. } = self.test;
        hasher.meet(RUNNERS.into());
        let before = hasher.verified();
        let mut tasks = JoinSet::new();
        for runner in 0..RUNNERS {
            let acting = act(runner, portal.clone(), self.username.clone());
            let task = tasks.spawn(async move { (runner, acting.await) });
            while hasher.verified() <= before + u32::from(runner) {
                // Whoever is done has passed the hasher, or has not come that far.
                let stuck = task.is_finished() && hasher.verified() <= before + u32::from(runner);
                assert!(!stuck, "runner {runner} was turned away before the password was looked at");
                tokio::task::yield_now().await;
            }
            let refilled = async {
                let mut unit = portal.store.begin().await?;
                unit.refill_budget(budget).await?;
                unit.save().await
            };
            refilled.await.unwrap_or_else(|fault| panic!("{fault}"));
        }
        let told = tasks.join_all().await;
        hasher.part();
        told
    }

    fn name_budget(&self) -> String {
        let key = self.test.vault.digest("name", self.username.key().as_str().as_bytes());
        format!("sign-in:name:{}", Token::from_bytes(&key).as_str())
    }

    async fn account(&self) -> Account {
        let found = async { self.test.portal.store.read().await?.find_account(self.account).await };
        let found = found.await.unwrap_or_else(|fault| panic!("{fault}"));
        found.unwrap_or_else(|| panic!("no account {}", self.account))
    }

    /// How often the audit says so of this account.
    async fn count(&self, action: &str) -> usize {
        let rows = async { self.test.portal.store.read().await?.find_audit_of(self.account, 1_000).await };
        let rows = rows.await.unwrap_or_else(|fault| panic!("{fault}"));
        rows.iter().filter(|row| row.action == action).count()
    }

    /// One audit row, and one notice to the one address on file.
    async fn is_told_once(&self, action: &str) {
        assert_eq!(self.count(action).await, 1, "{action}");
        let received = self.test.deliver().await;
        let [notice] = received.as_slice() else { panic!("{received:?}") };
        let kind = match action {
            "frozen" => "frozen",
            "suspend" => "office-suspended",
            _ => "password-set",
        };
        assert_eq!((notice.message.kind(), notice.message.usernames()), (kind, [self.username.clone()].as_slice()));
        assert_eq!(notice.to.as_str(), format!("{}@example.org", self.username));
    }

    /// The stored password is the one whose owner was told so, and it opens the account.
    async fn signs_in_with(&self, winner: u8) {
        let typed = chosen(winner).password;
        assert_eq!(self.account().await.password_hash, Some(PlainHasher::hash_of(&password(&typed))));
        let signed = good(sign_in(&self.test.portal, winner, &self.username, &typed).await);
        assert_eq!(signed.kind, SessionKind::Full);
    }
}

/// Runs all at once, and gives what each was told.
async fn together<F>(test: &TestPortal, act: impl Fn(u8, Arc<Portal>) -> F) -> Vec<(u8, Result<(), Declined>)>
where
    F: Future<Output = Result<(), Declined>> + Send + 'static,
{
    let start = Arc::new(Barrier::new(RUNNERS.into()));
    let mut tasks = JoinSet::new();
    for runner in 0..RUNNERS {
        let (start, acting) = (start.clone(), act(runner, test.portal.clone()));
        tasks.spawn(async move {
            start.wait().await;
            (runner, acting.await)
        });
    }
    tasks.join_all().await
}

async fn sign_in(portal: &Portal, runner: u8, username: &Username, typed: &str) -> Result<SignedIn, Declined> {
    let form = SignInForm { username: username.to_string(), password: typed.to_owned() };
    portal.sign_in(&visitor(runner), &form.read()?, None).await
}

/// The one who was told yes. Everybody else was told one of these reasons.
fn only_winner(told: Vec<(u8, Result<(), Declined>)>, sensible: &[Refused]) -> u8 {
    assert_eq!(told.len(), usize::from(RUNNERS));
    let mut winners = Vec::new();
    for (runner, told) in told {
        match told {
            Ok(()) => winners.push(runner),
            told => {
                let why = why(told);
                assert!(matches!(why.as_slice(), [one] if sensible.contains(one)), "{runner} was told {why:?}");
            }
        }
    }
    let [winner] = winners.as_slice() else { panic!("done {} times, for {winners:?}", winners.len()) };
    *winner
}

fn why<T: std::fmt::Debug>(told: Result<T, Declined>) -> Vec<Refused> {
    match told {
        Err(Declined::Problems(problems)) => problems.iter().map(|problem| problem.refused).collect(),
        other => panic!("not declined: {other:?}"),
    }
}

fn good<T>(told: Result<T, Declined>) -> T {
    told.unwrap_or_else(|declined| panic!("{declined:?}"))
}

/// The password that a runner chooses.
fn chosen(runner: u8) -> PasswordForm {
    let typed = format!("kd7mwtqh {runner:02} xnbpr4v");
    PasswordForm { password: typed.clone(), password_again: typed }
}

/// Every runner in a subnet of their own.
fn visitor(runner: u8) -> Visitor {
    Visitor { address: IpAddr::from([10, 0, runner, 1]), language: "en".to_owned(), known: None }
}

/// A proof that nobody has used.
fn proof() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("good race {}", COUNT.fetch_add(1, Ordering::SeqCst))
}
