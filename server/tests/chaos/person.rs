//! One person: which steps she can take, which of them she takes by chance, and what she writes down.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use testkit::program::{Mail, Visitor};

use crate::crowd::World;
use crate::ledger::{Cause, Certain, Doubt, Ledger};

/// Requests of one kind for one person: under the limits of an account, so that each that is accepted is mailed.
const MOST_ASKED: u32 = 3;
/// Steps after which somebody else takes her place.
const LIFE: std::ops::Range<u32> = 10..24;

/// What came of a post.
pub enum Reply {
    /// Where it leads.
    Accepted(String),
    /// Refused with these words.
    Refused(String),
    /// 503: nothing changed, to be tried again.
    Busy,
    /// The connection died first.
    Unanswered,
    /// Nobody listened.
    NotAsked,
}

impl Reply {
    pub fn word(&self) -> String {
        match self {
            Self::Accepted(to) => format!("accepted, to {to}"),
            Self::Refused(text) => format!("refused: {}", text.split("\r\n\r\n").nth(1).unwrap_or_default()),
            Self::Busy => "busy".to_owned(),
            Self::Unanswered => "cut off".to_owned(),
            Self::NotAsked => "nobody listened".to_owned(),
        }
    }
}

/// A step that can be taken now.
#[derive(Clone, Copy, Debug)]
enum Step {
    Claim,
    Username,
    Reset,
    UseLink,
    TypeCode,
    SignIn,
    SignInWrong,
    Change,
    SetQuestion,
    AskOffice,
    UseTemporary,
    SignOut,
    SignOutEverywhere,
    Freeze,
}

pub struct Person {
    pub number: usize,
    pub ledger: Ledger,
    pub life: u32,
    rng: StdRng,
    /// The browser that last asked for a link.
    asking: Option<Visitor>,
    guesses: u32,
    /// What was posted, and what came back.
    story: Vec<String>,
}

pub fn username(number: usize) -> String {
    format!("person{number:05}")
}

pub fn email(number: usize) -> String {
    format!("person{number:05}@example.org")
}

/// From a range that is never issued.
fn ssn(number: usize) -> String {
    format!("9{:02}-{:02}-{:04}", number / 90_000, 10 + number / 1_000 % 90, 1_000 + number % 1_000)
}

/// Rows of the roster: so many people who may claim.
pub fn rows(count: usize) -> String {
    let row = |number| {
        format!(
            "P-{number},Lovelace,Ada,,,1984-02-29,{},,EMT,{},{},unclaimed,eICS\n",
            ssn(number),
            email(number),
            username(number)
        )
    };
    (0..count).map(row).collect()
}

impl Person {
    pub fn new(number: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(number as u64));
        let life = rng.random_range(LIFE);
        Self { number, ledger: Ledger::default(), life, rng, asking: None, guesses: 0, story: Vec::new() }
    }

    pub fn chance(&mut self, of: f64) -> bool {
        self.rng.random_bool(of)
    }

    /// One of a list, by chance.
    pub fn one_of<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { Some(list[self.rng.random_range(0..list.len())].clone()) }
    }

    /// Takes a step. False when there is none to take: nobody listens, or all there is to do is wait for a mail.
    pub async fn step(&mut self, world: &World) -> bool {
        if self.ledger.doubt.is_some() {
            return self.resolve(world).await;
        }
        if self.ledger.frozen != Certain::No {
            // Nothing is left to do but to press again, where she does not know whether it was done.
            return self.ledger.frozen == Certain::Doubtful && self.freeze(world).await;
        }
        let mails = world.inbox.of_address(&email(self.number));
        let steps = self.possible(&mails);
        let Some(step) = self.one_of(&steps) else { return false };
        self.life = self.life.saturating_sub(1);
        match step {
            Step::Claim => self.ask_claim(world).await,
            Step::Username => self.ask_username(world).await,
            Step::Reset => self.ask_reset(world).await,
            Step::UseLink => self.use_link(world, &mails).await,
            Step::TypeCode => self.type_code(world, &mails).await,
            Step::SignIn => self.sign_in(world).await,
            Step::SignInWrong => self.sign_in_wrong(world).await,
            Step::Change => self.change(world).await,
            Step::SetQuestion => self.set_question(world).await,
            Step::AskOffice => self.ask_office(world).await,
            Step::UseTemporary => self.use_temporary(world, &mails).await,
            Step::SignOut => self.sign_out(world, false).await,
            Step::SignOutEverywhere => self.sign_out(world, true).await,
            Step::Freeze => self.freeze(world).await,
        }
    }

    fn possible(&mut self, mails: &[Mail]) -> Vec<Step> {
        let ledger = &self.ledger;
        let mut steps = Vec::new();
        if ledger.times(Cause::Usernames) == 0 {
            steps.push(Step::Username);
        }
        if self.open_links(mails).next().is_some() {
            // Most of what people do here is this.
            steps.extend([Step::UseLink, Step::UseLink, Step::UseLink]);
            if self.asking.is_some() {
                steps.extend([Step::TypeCode, Step::TypeCode]);
            }
        }
        if self.open_temporaries(mails).next().is_some() {
            steps.extend([Step::UseTemporary, Step::UseTemporary]);
        }
        if ledger.times(Cause::WayIn) < MOST_ASKED {
            steps.push(if ledger.password.is_none() { Step::Claim } else { Step::Reset });
            steps.push(if ledger.password.is_none() { Step::Claim } else { Step::Reset });
        }
        if ledger.times(Cause::Temporary) == 0 {
            steps.push(Step::AskOffice);
        }
        if ledger.password.is_some() {
            steps.extend([Step::SignIn, Step::SignIn]);
            if self.guesses < 2 {
                steps.push(Step::SignInWrong);
            }
        }
        if !ledger.sessions.is_empty() && ledger.password.is_some() {
            steps.extend([Step::Change, Step::Change, Step::Change, Step::SignOut, Step::SignOutEverywhere]);
            if ledger.question == Certain::No {
                steps.push(Step::SetQuestion);
            }
        }
        if mails.len() > 3 && self.rng.random_bool(0.03) {
            steps = vec![Step::Freeze];
        }
        steps
    }

    /// Links that were received and, as far as she knows, lead on.
    fn open_links<'a>(&'a self, mails: &'a [Mail]) -> impl Iterator<Item = &'a Mail> {
        mails.iter().filter(|mail| mail.token().is_some_and(|token| !self.ledger.spent.contains(&token)))
    }

    fn open_temporaries<'a>(&'a self, mails: &'a [Mail]) -> impl Iterator<Item = String> + 'a {
        mails.iter().filter_map(Mail::temporary).filter(|temporary| !self.ledger.former.contains(temporary))
    }

    pub fn fresh_password(&mut self) -> String {
        const SET: &[u8] = b"bdfghjkmnpqrtvwxzBDFGHJKMNPQRTVWXZ2345679";
        (0..14).map(|_| char::from(SET[self.rng.random_range(0..SET.len())])).collect()
    }

    fn answer(&self) -> String {
        format!("Saint Brélade Harbour {}", self.number)
    }

    /// Posts, and remembers it for whoever asks what went wrong.
    async fn post(&mut self, world: &World, visitor: &mut Visitor, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = world.post(visitor, path, fields).await;
        self.story.push(format!("{path} {}", reply.word()));
        reply
    }

    /// Something that must not have happened, with how it came to it.
    pub fn wrong(&self, world: &World, what: &str) {
        world.wrong(format!("{}: {what}\n    {}", username(self.number), self.story.join("\n    ")));
    }

    async fn ask_claim(&mut self, world: &World) -> bool {
        let ssn = ssn(self.number);
        let fields = [
            ("birth_month", "2"),
            ("birth_day", "29"),
            ("birth_year", "1984"),
            ("last_name", "Lovelace"),
            ("ssn", ssn.as_str()),
            ("robot", "on"),
        ];
        self.ask(world, "/api/claim/lookup", &fields, Cause::WayIn).await
    }

    async fn ask_reset(&mut self, world: &World) -> bool {
        let login = if self.chance(0.5) { username(self.number) } else { email(self.number) };
        self.ask(world, "/api/reset/request", &[("login", &login), ("robot", "on")], Cause::WayIn).await
    }

    async fn ask_username(&mut self, world: &World) -> bool {
        let email = email(self.number);
        self.ask(world, "/api/username/request", &[("email", &email), ("robot", "on")], Cause::Usernames).await
    }

    async fn ask(&mut self, world: &World, path: &str, fields: &[(&str, &str)], cause: Cause) -> bool {
        let mut visitor = world.visitor();
        match self.post(world, &mut visitor, path, fields).await {
            Reply::Accepted(_) => {
                self.ledger.accepted(cause);
                if cause == Cause::WayIn {
                    self.asking = Some(visitor);
                }
            }
            Reply::Unanswered => self.ledger.unanswered(cause),
            Reply::Busy => self.ledger.told_busy(cause),
            Reply::Refused(_) => {}
            Reply::NotAsked => return false,
        }
        true
    }

    async fn use_link(&mut self, world: &World, mails: &[Mail]) -> bool {
        let open: Vec<String> = self.open_links(mails).filter_map(Mail::token).collect();
        let Some(token) = self.one_of(&open) else { return true };
        let mut visitor = world.visitor();
        let journey = if self.ledger.password.is_none() { "claim" } else { "reset" };
        match self.post(world, &mut visitor, &format!("/api/{journey}/start"), &[("token", &token)]).await {
            Reply::Accepted(to) => self.go_on(world, visitor, &to, mails).await,
            Reply::Refused(text) => {
                if text.contains("link-spent") || text.contains("link-superseded") {
                    self.ledger.spent.push(token);
                }
                true
            }
            Reply::Busy | Reply::Unanswered => true,
            Reply::NotAsked => false,
        }
    }

    async fn type_code(&mut self, world: &World, mails: &[Mail]) -> bool {
        let code = self.open_links(mails).last().and_then(Mail::code);
        let (Some(mut visitor), Some(code)) = (self.asking.take(), code) else { return true };
        let journey = if self.ledger.password.is_none() { "claim" } else { "reset" };
        match self.post(world, &mut visitor, &format!("/api/{journey}/code"), &[("code", &code)]).await {
            Reply::Accepted(to) => self.go_on(world, visitor, &to, mails).await,
            Reply::NotAsked => false,
            _ => true,
        }
    }

    /// From the mailbox on: the question, where there is one, then the password.
    async fn go_on(&mut self, world: &World, mut visitor: Visitor, to: &str, mails: &[Mail]) -> bool {
        if to.ends_with("/challenge") {
            let answer = self.answer();
            match self.post(world, &mut visitor, "/api/reset/answer", &[("answer", &answer)]).await {
                Reply::Accepted(_) => {}
                Reply::Refused(text) => {
                    // Another link was used meanwhile, or its time is over.
                    if text.contains("answer-wrong") {
                        self.wrong(world, "the right answer was refused");
                    }
                    return true;
                }
                Reply::Busy | Reply::Unanswered => return true,
                Reply::NotAsked => return false,
            }
        }
        let password = self.fresh_password();
        let fields = [("password", password.as_str()), ("password_again", password.as_str())];
        let journey = if self.ledger.password.is_none() { "claim" } else { "reset" };
        let reply = self.post(world, &mut visitor, &format!("/api/{journey}/password"), &fields).await;
        let session = (journey == "claim").then_some(visitor);
        self.settle(world, reply, Doubt { password, told_busy: false, session: None, mails: mails.to_vec() }, session)
    }

    /// Writes down what came of a new password: it holds, it may, or it was refused. `begun` is the session that it began.
    fn settle(&mut self, world: &World, reply: Reply, sent: Doubt, begun: Option<Visitor>) -> bool {
        match reply {
            Reply::Accepted(_) => {
                world.saved();
                self.saved(&sent, begun);
            }
            Reply::Busy => self.ledger.doubt = Some(Doubt { told_busy: true, ..sent }),
            Reply::Unanswered => {
                world.in_doubt();
                self.ledger.doubt = Some(sent);
            }
            Reply::Refused(_) => {}
            Reply::NotAsked => return false,
        }
        true
    }

    fn saved(&mut self, sent: &Doubt, session: Option<Visitor>) {
        let links = sent.mails.iter().filter_map(Mail::token).collect();
        let temporaries = sent.mails.iter().filter_map(Mail::temporary).collect();
        self.ledger.saved(sent.password.clone(), session, links, temporaries);
    }

    async fn sign_in(&mut self, world: &World) -> bool {
        let Some(password) = self.ledger.password.clone() else { return true };
        let mut visitor = world.visitor();
        match self.try_password(world, &mut visitor, &password).await {
            Reply::Accepted(to) => {
                if to == "/change-password" {
                    self.wrong(world, "her password signs in only to be changed");
                }
                self.ledger.sessions.push(visitor);
            }
            Reply::Refused(text) if text.contains("sign-in-wrong") => {
                self.wrong(world, "the password that was saved does not sign in");
            }
            Reply::NotAsked => return false,
            _ => {}
        }
        true
    }

    async fn sign_in_wrong(&mut self, world: &World) -> bool {
        self.guesses += 1;
        let former = self.ledger.former.clone();
        let password = self.one_of(&former).unwrap_or_else(|| self.fresh_password());
        match self.try_password(world, &mut world.visitor(), &password).await {
            Reply::Accepted(_) => {
                self.wrong(world, "a password that another was saved after signs in");
            }
            Reply::NotAsked => return false,
            _ => {}
        }
        true
    }

    /// *Login*, in this browser.
    pub async fn try_password(&mut self, world: &World, visitor: &mut Visitor, password: &str) -> Reply {
        let username = username(self.number);
        self.post(world, visitor, "/api/sign-in/password", &[("username", &username), ("password", password)]).await
    }

    /// A browser that is signed in: its place in the ledger, itself, and what its forms carry. None: nobody listens, or it was cut off.
    async fn signed_in(&mut self, world: &World) -> Option<(usize, Visitor, String)> {
        let place = self.rng.random_range(0..self.ledger.sessions.len());
        let mut visitor = self.ledger.sessions[place].clone();
        let answer = visitor.attempt_open("/home").await?;
        if answer.status == Some(200) {
            return answer.hidden("csrf").map(|csrf| (place, visitor, csrf));
        }
        if answer.status.is_some_and(|status| status < 500) {
            if !world.ages() {
                self.wrong(world, &format!("a session that was begun is over: {:?}", answer.location()));
            }
            self.ledger.sessions.remove(place);
        }
        None
    }

    async fn change(&mut self, world: &World) -> bool {
        let Some((_, mut visitor, csrf)) = self.signed_in(world).await else { return world.listens() };
        let Some(current) = self.ledger.password.clone() else { return true };
        let mails = world.inbox.of_address(&email(self.number));
        self.change_from(world, &mut visitor, &csrf, &current, &mails).await
    }

    async fn change_from(
        &mut self,
        world: &World,
        visitor: &mut Visitor,
        csrf: &str,
        current: &str,
        mails: &[Mail],
    ) -> bool {
        let before = visitor.clone();
        let password = self.fresh_password();
        let fields = [
            ("csrf", csrf),
            ("current_password", current),
            ("password", password.as_str()),
            ("password_again", password.as_str()),
        ];
        let reply = self.post(world, visitor, "/api/password/change", &fields).await;
        let sent = Doubt { password, told_busy: false, session: Some(before), mails: mails.to_vec() };
        self.settle(world, reply, sent, Some(visitor.clone()))
    }

    async fn set_question(&mut self, world: &World) -> bool {
        let Some((_, mut visitor, csrf)) = self.signed_in(world).await else { return world.listens() };
        let (answer, current) = (self.answer(), self.ledger.password.clone().unwrap_or_default());
        let fields = [
            ("csrf", csrf.as_str()),
            ("question", "first-station"),
            ("answer", answer.as_str()),
            ("current_password", current.as_str()),
        ];
        match self.post(world, &mut visitor, "/api/security/question", &fields).await {
            Reply::Accepted(_) => {
                self.ledger.question = Certain::Yes;
                self.ledger.accepted(Cause::Question);
            }
            Reply::Unanswered => {
                self.ledger.question = Certain::Doubtful;
                self.ledger.unanswered(Cause::Question);
            }
            Reply::Refused(_) | Reply::Busy => {}
            Reply::NotAsked => return false,
        }
        true
    }

    /// The office has a temporary password mailed, from a command beside the portal.
    async fn ask_office(&mut self, world: &World) -> bool {
        if world.office(&["account", "temporary-password", &username(self.number)]).await {
            self.ledger.accepted(Cause::Temporary);
        }
        true
    }

    async fn use_temporary(&mut self, world: &World, mails: &[Mail]) -> bool {
        let open: Vec<String> = self.open_temporaries(mails).collect();
        let Some(temporary) = self.one_of(&open) else { return true };
        let mut visitor = world.visitor();
        let saves = self.ledger.times(Cause::Saved);
        match self.try_password(world, &mut visitor, &temporary).await {
            Reply::Accepted(to) => {
                if to != "/change-password" {
                    self.wrong(world, &format!("a temporary password leads to {to}"));
                }
            }
            Reply::Refused(text) if text.contains("sign-in-wrong") => {
                if saves == 0 && !world.ages() {
                    self.wrong(world, "a temporary password does not sign in");
                }
                self.ledger.former.push(temporary);
                return true;
            }
            Reply::NotAsked => return false,
            _ => return true,
        }
        if self.chance(0.3) {
            return true;
        }
        let Some(page) = visitor.attempt_open("/change-password").await else { return false };
        let Some(csrf) = page.hidden("csrf") else { return true };
        self.change_from(world, &mut visitor, &csrf, &temporary, mails).await
    }

    async fn sign_out(&mut self, world: &World, everywhere: bool) -> bool {
        let Some((place, mut visitor, csrf)) = self.signed_in(world).await else { return world.listens() };
        let path = if everywhere { "/api/sign-in/everywhere" } else { "/api/sign-in/out" };
        let reply = self.post(world, &mut visitor, path, &[("csrf", &csrf)]).await;
        match reply {
            Reply::Accepted(_) if everywhere => self.ledger.close(),
            Reply::Accepted(_) => {
                let ended = self.ledger.sessions.remove(place);
                self.ledger.ended.push(ended);
            }
            // They may live or not.
            Reply::Unanswered if everywhere => self.ledger.sessions.clear(),
            Reply::Unanswered => drop(self.ledger.sessions.remove(place)),
            Reply::Refused(_) | Reply::Busy => {}
            Reply::NotAsked => return false,
        }
        true
    }

    /// *This wasn't me*.
    pub async fn freeze(&mut self, world: &World) -> bool {
        let mails = world.inbox.of_address(&email(self.number));
        let tokens: Vec<String> = mails.iter().filter(|mail| mail.token().is_some()).filter_map(Mail::not_me).collect();
        let Some(token) = tokens.first() else { return true };
        match self.post(world, &mut world.visitor(), "/api/not-me/freeze", &[("token", token)]).await {
            Reply::Accepted(_) => {
                self.ledger.frozen = Certain::Yes;
                self.ledger.close();
                self.ledger.spent.extend(mails.iter().filter_map(Mail::token));
                self.ledger.former.extend(mails.iter().filter_map(Mail::temporary));
            }
            Reply::Unanswered => {
                self.ledger.frozen = Certain::Doubtful;
                self.ledger.sessions.clear();
            }
            Reply::Refused(_) | Reply::Busy => {}
            Reply::NotAsked => return false,
        }
        true
    }

    /// Finds out which password holds: the new one or the one before, never neither and never both.
    pub async fn resolve(&mut self, world: &World) -> bool {
        let Some(doubt) = self.ledger.doubt.clone() else { return true };
        let name = username(self.number);
        let mut visitor = world.visitor();
        let holds = match self.try_password(world, &mut visitor, &doubt.password).await {
            Reply::Accepted(_) => true,
            Reply::Refused(text) if text.contains("sign-in-wrong") => false,
            Reply::NotAsked => return false,
            _ => return true,
        };
        if let Some(before) = self.ledger.password.clone() {
            let also = match self.try_password(world, &mut world.visitor(), &before).await {
                Reply::Accepted(_) => true,
                Reply::Refused(text) if text.contains("sign-in-wrong") => false,
                Reply::NotAsked => return false,
                _ => return true,
            };
            if also == holds {
                let which = if holds { "both passwords sign" } else { "neither password signs" };
                self.wrong(world, &format!("{which} in after a save without an answer"));
            }
        }
        if let Some(session) = &doubt.session
            && let Some(lives) = world.lives(session).await
            && lives == holds
        {
            let what =
                if holds { "changed and its session lives on" } else { "did not change and its session is over" };
            self.wrong(world, &format!("without an answer the password {what}"));
        }
        if holds {
            world.was_done(doubt.told_busy, &name);
            self.saved(&doubt, Some(visitor));
        } else {
            self.ledger.former.push(doubt.password);
            self.ledger.doubt = None;
        }
        true
    }
}
