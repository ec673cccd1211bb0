//! What people do, and what they are told.

use backboard::agency::Mails;
use backboard::link::Code;
use backboard::refused::Refused;
use backboard::service::mail::Message;
use backboard::service::records::SessionKind;
use backboard::service::{Declined, Token};
use testkit::fakes::{Received, TestPortal};

use crate::person::Habit;
use crate::world::World;
use crate::{DAY, HOUR, change, forgot, fresh_password, lives, set, sign_in, why};

const LINK: i64 = HOUR;
const TEMPORARY: i64 = 24 * HOUR;
const IDLE: i64 = HOUR / 2;
const LONGEST: i64 = 8 * HOUR;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Link,
    Code,
    Temporary,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Code => "code",
            Self::Temporary => "temporary",
        }
    }
}

/// A mail that leads back in.
#[derive(Clone, Debug)]
pub struct Held {
    way: Way,
    browser: Token,
    secret: String,
    /// It leads nowhere from this moment on.
    until: i64,
    /// Before or after the end of its time it is used for good.
    offset: i64,
    era: u32,
}

/// A session that somebody comes back to.
#[derive(Clone, Debug)]
pub struct Kept {
    token: Token,
    born: i64,
    seen: i64,
    era: u32,
    /// Used again and again until it is over however busy.
    busy: bool,
    offset: i64,
}

#[derive(Clone, Debug)]
pub enum Deed {
    SignIn {
        change: bool,
    },
    Ask,
    /// Opens the mail and leaves it at that.
    Open(Held),
    /// Opens it, or goes on from there, and sets a password.
    Use(Held),
    Look(Kept),
    Close,
    Reopen,
}

impl World {
    /// Somebody makes up their mind, with a new password or on the first day.
    pub fn plan_ahead(&mut self, index: usize, now: i64) {
        let person = &self.people[index];
        let (habit, over) = (person.habit, person.over);
        match (habit, over) {
            (Habit::Late | Habit::Careless, Some(over)) => {
                let at = match self.below(3) {
                    0 => over + self.offset(),
                    _ => over + self.below(10 * DAY),
                };
                self.plan(index, at.max(now), Deed::SignIn { change: habit == Habit::Late });
            }
            (Habit::Forgetful, _) => self.plan(index, now + self.below(80 * DAY), Deed::Ask),
            (Habit::Closed, _) => self.plan(index, now + self.below(60 * DAY), Deed::Close),
            _ => {}
        }
    }

    /// Somebody reads a reminder.
    pub fn read_reminder(&mut self, index: usize, left: u32, now: i64) {
        match self.people[index].habit {
            Habit::Reminded(most) if left <= most => {
                self.plan(index, now + self.below(30 * HOUR), Deed::SignIn { change: true });
            }
            _ => {}
        }
    }

    pub async fn act(&mut self, index: usize, deed: Deed) {
        match deed {
            Deed::SignIn { change } => self.sign_in(index, change).await,
            Deed::Ask => self.ask(index).await,
            Deed::Open(held) => self.open(index, held).await,
            Deed::Use(held) => self.use_up(index, held).await,
            Deed::Look(session) => self.look(index, session).await,
            Deed::Close => {
                self.test.portal.office_suspend(&self.username(index)).await.unwrap();
                self.people[index].open(false);
                let (try_at, open_at) = (self.now() + self.below(DAY), self.now() + DAY + self.below(20 * DAY));
                self.plan(index, try_at, Deed::SignIn { change: false });
                self.plan(index, try_at + 1, Deed::Ask);
                self.plan(index, open_at, Deed::Reopen);
            }
            Deed::Reopen => {
                self.test.portal.office_reactivate(&self.username(index)).await.unwrap();
                self.people[index].open(true);
                self.plan_ahead(index, self.now());
            }
        }
    }

    async fn sign_in(&mut self, index: usize, changes: bool) {
        let now = self.now();
        let person = &mut self.people[index];
        let expected = person.sign_in(now);
        let typed = person.password.clone();
        let told = sign_in(&self.test, person.visitor, person.username, &typed).await;
        match (told, expected) {
            (Ok(signed), Ok(kind)) => {
                assert_eq!(signed.kind, kind, "{}", person.username);
                match kind {
                    SessionKind::Full => self.seen.full += 1,
                    SessionKind::ChangeOnly => self.seen.graces += 1,
                }
                if changes {
                    self.change(index, &signed.session, &typed).await;
                } else if person.habit == Habit::Careless {
                    let over = person.over.unwrap_or(now);
                    let at = over.max(now) + self.below(5 * DAY);
                    self.plan(index, at, Deed::SignIn { change: false });
                }
            }
            (told, Err(refused)) => {
                assert_eq!(why(told), [refused], "{}", person.username);
                if refused == Refused::PasswordExpired {
                    self.seen.expired += 1;
                    self.plan(index, now + self.below(20 * DAY), Deed::Ask);
                } else {
                    self.seen.closed += 1;
                }
            }
            (told, expected) => panic!("{}: {told:?}, not {expected:?}", person.username),
        }
    }

    /// *Change Password* in a session, and a look at the new session later.
    async fn change(&mut self, index: usize, session: &Token, current: &str) {
        let new = fresh_password();
        let token = change(&self.test, self.people[index].visitor, session, current, &new).await.unwrap();
        assert!(!lives(&self.test, session).await);
        self.renewed(index, &new).await;
        self.keep(index, token);
    }

    async fn renewed(&mut self, index: usize, new: &str) {
        let now = self.now();
        self.people[index].renew(new, now);
        self.mailed(index, "password-set").await;
        self.plan_ahead(index, now);
    }

    /// Every address on file got this one mail, and nobody anything else; what the first one got.
    async fn mailed(&self, index: usize, kind: &str) -> Option<Received> {
        let mut received = self.post().await;
        let mut found: Vec<_> = received.iter().map(|mail| (mail.to.as_str(), mail.message.kind())).collect();
        found.sort_unstable();
        let expected: Vec<_> = self.people[index].addresses.iter().map(|to| (*to, kind)).collect();
        assert_eq!(found, expected, "{}", self.people[index].username);
        (!received.is_empty()).then(|| received.swap_remove(0))
    }

    async fn ask(&mut self, index: usize) {
        let asked = self.now();
        let way = self.way();
        let (visitor, username) = (self.people[index].visitor, self.people[index].username);
        let browser = forgot(&self.test, visitor, username).await;
        // The worker may have a queue before it.
        self.test.clock.pass(if self.below(3) == 0 { self.below(600) } else { 0 });
        let made = self.now();
        if !self.people[index].open {
            self.mailed(index, "suspended").await;
            return;
        }
        let kind = if self.mails == Mails::Link { "reset-link" } else { "temporary-password" };
        let Some(received) = self.mailed(index, kind).await else { return };
        let (secret, until) = match (way, received.message) {
            (Way::Link, Message::ResetLink { token, .. }) => (token.as_str().to_owned(), made + LINK),
            // The code works in the flow of the browser that asked, which has its own hour.
            (Way::Code, Message::ResetLink { code, .. }) => (code.as_str().to_owned(), asked + LINK),
            (Way::Temporary, Message::TemporaryPassword { password, .. }) => {
                (password.as_str().to_owned(), made + TEMPORARY)
            }
            other => panic!("{other:?}"),
        };
        let held = Held { way, browser, secret, until, offset: self.offset(), era: self.people[index].era };
        match way {
            Way::Code => self.plan(index, until + held.offset, Deed::Use(held)),
            _ => self.plan(index, made + self.below(until - made - 1), Deed::Open(held)),
        }
    }

    /// Whether a mail still leads in.
    fn works(&self, index: usize, held: &Held) -> bool {
        let person = &self.people[index];
        person.open && person.era == held.era && self.now() < held.until
    }

    async fn open(&mut self, index: usize, mut held: Held) {
        let works = self.works(index, &held);
        let visitor = self.people[index].visitor;
        match held.way {
            Way::Link => match self.test.portal.reset_start(&TestPortal::visitor(visitor), &held.secret).await {
                Ok(started) => {
                    assert!(works);
                    held.browser = started.browser;
                }
                told => return self.refused(index, held.way, works, told.map(drop)),
            },
            // Signed in, cut off, nothing lost.
            Way::Temporary => match sign_in(&self.test, visitor, self.people[index].username, &held.secret).await {
                Ok(signed) => assert!(works && signed.kind == SessionKind::ChangeOnly),
                told => return self.refused(index, held.way, works, told.map(drop)),
            },
            Way::Code => {}
        }
        self.plan(index, held.until + held.offset, Deed::Use(held));
    }

    async fn use_up(&mut self, index: usize, held: Held) {
        let works = self.works(index, &held);
        let (visitor, username) = (self.people[index].visitor, self.people[index].username);
        let new = fresh_password();
        let told = match held.way {
            Way::Link => set(&self.test, visitor, &held.browser, &new).await,
            Way::Code => {
                let code = Code::parse(&held.secret).unwrap();
                let told = self.test.portal.reset_code(&TestPortal::visitor(visitor), Some(&held.browser), &code).await;
                match told {
                    Ok(_) => set(&self.test, visitor, &held.browser, &new).await,
                    told => told.map(drop),
                }
            }
            Way::Temporary => match sign_in(&self.test, visitor, username, &held.secret).await {
                Ok(signed) => change(&self.test, visitor, &signed.session, &held.secret, &new).await.map(drop),
                told => told.map(drop),
            },
        };
        if told.is_err() {
            return self.refused(index, held.way, works, told);
        }
        assert!(works, "{username} got in with a dead {}", held.way.name());
        *self.seen.in_time.entry(held.way.name()).or_default() += 1;
        self.renewed(index, &new).await;
        let signed = sign_in(&self.test, visitor, username, &new).await.unwrap();
        assert_eq!(signed.kind, SessionKind::Full);
        self.keep(index, signed.session);
    }

    /// It must have been too late, and say so; then another mail helps.
    fn refused(&mut self, index: usize, way: Way, works: bool, told: Result<(), Declined>) {
        let person = &self.people[index];
        let told = why(told);
        assert!(!works, "{}'s {} was refused: {told:?}", person.username, way.name());
        let sensible: &[Refused] = match way {
            Way::Temporary => &[Refused::SignInWrong],
            // A day later the link is purged.
            Way::Link => &[Refused::LinkExpired, Refused::FlowOver, Refused::LinkUnknown],
            Way::Code => &[Refused::LinkExpired, Refused::FlowOver],
        };
        assert!(matches!(told.as_slice(), [one] if sensible.contains(one)), "{}: {told:?}", way.name());
        *self.seen.too_late.entry(way.name()).or_default() += 1;
        self.plan(index, self.now() + self.below(3 * DAY), Deed::Ask);
    }

    /// A session begins; somebody comes back to it just before or after its end.
    fn keep(&mut self, index: usize, token: Token) {
        let now = self.now();
        let (busy, offset) = (self.below(4) == 0, self.offset());
        let session = Kept { token, born: now, seen: now, era: self.people[index].era, busy, offset };
        self.plan_look(index, session);
    }

    fn plan_look(&mut self, index: usize, session: Kept) {
        let at = match session.busy {
            true => (session.seen + IDLE - 1).min(session.born + LONGEST + session.offset),
            false => session.seen + IDLE + session.offset,
        };
        self.plan(index, at, Deed::Look(session));
    }

    async fn look(&mut self, index: usize, mut session: Kept) {
        let now = self.now();
        let over = now - session.seen >= IDLE || now - session.born >= LONGEST;
        let works = !over && self.people[index].era == session.era;
        assert_eq!(lives(&self.test, &session.token).await, works, "{}", self.people[index].username);
        let ends = if works { &mut self.seen.in_time } else { &mut self.seen.too_late };
        *ends.entry("session").or_default() += 1;
        if works && session.busy && now < session.born + LONGEST + session.offset {
            session.seen = now;
            self.plan_look(index, session);
        }
    }

    /// A second before, at, or a second after.
    fn offset(&self) -> i64 {
        self.below(3) - 1
    }

    fn username(&self, index: usize) -> backboard::account::Username {
        backboard::account::Username::parse(self.people[index].username).unwrap()
    }
}
