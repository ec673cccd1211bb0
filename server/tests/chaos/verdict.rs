//! A case from its beginning to its verdict: the portal, its mail server and the crowd; then the ledgers held against the
//! database, the mails and the portal itself.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use testkit::cluster::OwnDatabase;
use testkit::program::{Plan, Program, Visitor};
use testkit::smtp::Sink;

use crate::bench::seed;
use crate::crowd::{Crowd, World};
use crate::invariants::{broken, now};
use crate::ledger::{Cause, Certain};
use crate::person::{Person, Reply, email, rows, username};
use crate::stand::{Base, Behind, Stand};

/// Longer than anything in hand is leased for, in seconds.
const LEASE: i64 = 200;
/// Longer than a mail waits for its next attempt, in seconds.
const WAIT: i64 = 3_700;

/// How long everything that waits may take to be done, and how often it is looked at.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(25);

/// A portal with its mail server and its people.
pub struct Scene {
    pub program: Program,
    pub stand: Stand,
    pub sink: Sink,
    pub world: Arc<World>,
    /// Variables of the portal's environment.
    pub variables: Vec<(String, String)>,
    /// Seconds by which the portal's clock is ahead; where it was set back, by which it has been.
    pub ahead: i64,
    people: usize,
    seed: u64,
}

impl Scene {
    /// Prepared, not yet running.
    pub async fn prepare(stand: Stand, people: usize) -> Self {
        let (sink, seed) = (Sink::start(), seed());
        let plan = Plan { rows: rows(people + 1), smtp: Some(sink.port), ..Plan::default() };
        let program = stand.prepare(plan).await;
        let world = Arc::new(World::of(&program, sink.folder().to_owned()));
        Self { program, stand, sink, world, variables: Vec::new(), ahead: 0, people, seed }
    }

    pub async fn begin(base: Base, people: usize) -> Self {
        Self::begin_on(Stand::on(base), people).await
    }

    pub async fn begin_on(stand: Stand, people: usize) -> Self {
        let mut scene = Self::prepare(stand, people).await;
        scene.start().await;
        scene
    }

    /// The name of its database.
    pub const fn base(&self) -> &'static str {
        self.stand.base().name()
    }

    /// The database server of the case's own.
    pub fn server(&self) -> &OwnDatabase {
        match &self.stand {
            Stand::Postgres(own) => own,
            Stand::Sqlite => panic!("SQLite has no server"),
        }
    }

    /// Somebody on the roster who is not of the crowd.
    pub fn bystander(&self) -> String {
        username(self.people)
    }

    pub fn crowd(&self) -> Crowd {
        Crowd::begin(&self.world, 0..self.people, self.seed)
    }

    /// The database from behind.
    pub async fn behind(&self) -> Behind {
        self.stand.open(&self.program).await
    }

    pub async fn start(&mut self) {
        let variables: Vec<(&str, &str)> = self.variables.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.program.start_with(&variables).await;
    }

    /// `kill -9`. Whoever is at the portal waits until [`Scene::back`].
    pub async fn kill(&mut self) {
        self.world.up.send_replace(false);
        self.program.kill().await;
    }

    /// SIGTERM, likewise.
    pub async fn stop(&mut self) {
        self.world.up.send_replace(false);
        let status = self.program.stop().await;
        assert!(status.success(), "it ended with {status}");
    }

    pub async fn back(&mut self) {
        self.start().await;
        self.world.up.send_replace(true);
    }

    /// Gives back what anybody used up of their tries: who is cut off again and again would only wait.
    pub async fn forgive(&self) {
        let behind = self.behind().await;
        behind.execute("DELETE FROM budget").await;
        behind.close().await;
    }

    /// Holds the invariants against the database as it is now.
    pub async fn check(&self, when: &str) {
        let behind = self.behind().await;
        for line in broken(&behind, || now() + self.ahead).await {
            self.world.wrong(format!("{when}: {line}"));
        }
        behind.close().await;
    }

    /// As long as all leases last, and all waits before another attempt, goes by.
    pub async fn wait_out(&self) {
        let behind = self.behind().await;
        behind.execute(&format!("UPDATE job SET due = due - {LEASE}")).await;
        behind.execute(&format!("UPDATE mail SET due = due - {WAIT} WHERE due IS NOT NULL")).await;
        behind.close().await;
    }

    /// Waits until nothing waits.
    ///
    /// # Panics
    /// When that never comes, with what waits.
    pub async fn rest(&self) {
        let behind = self.behind().await;
        let waiting = "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM mail WHERE due IS NOT NULL)";
        let resting = async {
            while behind.count(waiting).await > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(PATIENCE, resting).await.is_err() {
            let jobs = behind.rows("SELECT id, due, tries FROM job").await;
            let mails = behind.rows("SELECT id, kind, due, tries, why FROM mail WHERE due IS NOT NULL").await;
            let log = self.program.logged();
            let end: Vec<&str> = log.lines().rev().filter(|line| !line.contains("\"access\"")).take(30).collect();
            panic!("never at rest at {}: jobs {jobs:?}, mails {mails:?}; {}", now(), end.join("\n"));
        }
        behind.close().await;
    }

    /// Ends the crowd, lets everything that waits be done after another start, and holds every ledger against what there
    /// is. The portal is down then.
    ///
    /// # Panics
    /// When something was lost, half done, or told otherwise than it is.
    pub async fn judge(&mut self, crowd: Crowd) -> (Outcome, Vec<Person>) {
        let people = crowd.end().await;
        self.program.stop().await;
        self.check("at the end").await;
        self.wait_out().await;
        self.start().await;
        let people = self.look_back(people).await;
        self.program.stop().await;
        self.close(people).await
    }

    /// Everything that waits is done; then each person asks whether what she was told is so.
    pub async fn look_back(&self, mut people: Vec<Person>) -> Vec<Person> {
        self.rest().await;
        self.forgive().await;
        for person in &mut people {
            self.ask(person).await;
        }
        people
    }

    /// The last look at a database that is at rest.
    ///
    /// # Panics
    /// As [`Scene::judge`].
    pub async fn close(&self, people: Vec<Person>) -> (Outcome, Vec<Person>) {
        self.check("after the end").await;
        self.program.run(&["audit", "verify"]).await;
        let repeated = self.mails(&people).await;
        let log = self.program.logged();
        // Only where the database went away in the middle and nobody could know, and the log says so.
        let told_busy = self.world.tallies.told_busy.load(Ordering::SeqCst);
        if told_busy as usize > log.matches("whether it was saved is not known").count() {
            self.world.wrong(format!("{told_busy} were told to try again, and it was done"));
        }
        if log.contains("panicked") {
            self.world.wrong("the program panicked".to_owned());
        }
        self.is_well();
        (Outcome::of(&self.world, &people, repeated), people)
    }

    /// # Panics
    /// When anything happened that must not.
    pub fn is_well(&self) {
        let wrong = self.world.take_wrong();
        if wrong.is_empty() {
            return;
        }
        let log = self.program.logged();
        let errors: Vec<&str> = log.lines().filter(|line| line.contains("\"ERROR\"")).take(20).collect();
        let (count, wrong, errors) = (wrong.len(), wrong.join("\n"), errors.join("\n"));
        panic!("seed {}, {count} wrong:\n{wrong}\nthe log says:\n{errors}", self.seed);
    }

    /// Asks the portal whether what it told one person is so.
    pub async fn ask(&self, person: &mut Person) {
        let world = &*self.world;
        person.resolve(world).await;
        if person.ledger.doubt.is_some() {
            person.wrong(world, "which password holds cannot be found out");
        }
        if person.ledger.frozen == Certain::Doubtful {
            person.freeze(world).await;
        }
        if let Some(password) = person.ledger.password.clone().filter(|_| person.ledger.frozen == Certain::No) {
            let former = person.ledger.former.clone();
            if let Some(former) = person.one_of(&former)
                && let Reply::Accepted(_) = person.try_password(world, &mut world.visitor(), &former).await
            {
                person.wrong(world, "a password from before signs in");
            }
            match person.try_password(world, &mut world.visitor(), &password).await {
                Reply::Accepted(to) if to == "/home" => {}
                Reply::Accepted(to) => person.wrong(world, &format!("her password leads to {to}")),
                _ => person.wrong(world, "the password that was accepted does not sign in"),
            }
        }
        if !world.ages() {
            for session in &person.ledger.sessions {
                if world.lives(session).await != Some(true) {
                    person.wrong(world, "a session that was accepted is over");
                }
            }
        }
        let ended: Vec<Visitor> = person.ledger.ended.clone();
        if let Some(session) = person.one_of(&ended)
            && world.lives(&session).await != Some(false)
        {
            person.wrong(world, "a session that was ended lives");
        }
        let spent = person.ledger.spent.clone();
        if let Some(token) = person.one_of(&spent) {
            for journey in ["claim", "reset"] {
                let path = format!("/api/{journey}/start");
                if let Reply::Accepted(_) = world.post(&mut world.visitor(), &path, &[("token", &token)]).await {
                    person.wrong(world, "a link that was used up leads on");
                }
            }
        }
    }

    /// Holds what was asked for against the outbox, and the outbox against the mails. How many came more than once.
    async fn mails(&self, people: &[Person]) -> u32 {
        let behind = self.behind().await;
        let sql = "SELECT id, recipient, kind, why, CASE WHEN sent IS NULL THEN 0 ELSE 1 END, \
                   CASE WHEN failed IS NULL THEN 0 ELSE 1 END FROM mail";
        let rows = behind.rows(sql).await;
        let questions =
            behind.rows("SELECT account.username FROM challenge JOIN account ON account.id = challenge.account").await;
        let frozen = behind.rows("SELECT username FROM account WHERE frozen IS NOT NULL").await;
        behind.close().await;
        let world = &*self.world;
        let mut times = world.inbox.times();
        let mut queued: BTreeMap<(String, Cause), u32> = BTreeMap::new();
        for row in &rows {
            let text = |at: usize| row[at].clone().unwrap_or_default();
            let (id, to, kind) = (text(0), text(1), text(2));
            let came = times.remove(&id).unwrap_or_default();
            if text(4) == "1" && came == 0 {
                world.wrong(format!("{kind} {id} to {to} counts as sent and never came"));
            }
            if text(5) == "1" && !["spent", "superseded", "closed", "expired"].contains(&text(3).as_str()) {
                world.wrong(format!("{kind} {id} to {to} was given up: {}", text(3)));
            }
            if let Some(cause) = Cause::of(&kind) {
                *queued.entry((to, cause)).or_default() += 1;
            }
            if came > 1 {
                times.insert(id, came);
            }
        }
        let repeated = times.values().map(|came| came - 1).sum();
        for id in times.keys().filter(|id| !rows.iter().any(|row| row[0].as_ref() == Some(id))) {
            world.wrong(format!("a mail {id} came that stands in no ledger"));
        }
        let has = |rows: &[Vec<Option<String>>], name: &str| rows.iter().any(|row| row[0].as_deref() == Some(name));
        for person in people {
            let (name, to) = (username(person.number), email(person.number));
            for cause in [Cause::WayIn, Cause::Usernames, Cause::Temporary, Cause::Saved, Cause::Question] {
                let asked = person.ledger.asked.get(&cause).copied().unwrap_or_default();
                let mut found = queued.get(&(to.clone(), cause)).copied().unwrap_or_default();
                if cause == Cause::WayIn && person.ledger.frozen != Certain::No {
                    // Asked for before, looked at after it was stopped: told that it is.
                    found += queued.get(&(to.clone(), Cause::Frozen)).copied().unwrap_or_default().saturating_sub(1);
                }
                // Was done of what was told to try again; whether each of these could not be known is looked at later.
                let more = found.saturating_sub(asked.accepted + asked.unanswered).min(asked.told_busy);
                world.tallies.told_busy.fetch_add(more, Ordering::SeqCst);
                if found < asked.accepted || found - more > asked.accepted + asked.unanswered {
                    person.wrong(world, &format!("{cause:?} was {asked:?}, and {found} mails were queued"));
                }
            }
            if person.ledger.question == Certain::Yes && !has(&questions, &name) {
                person.wrong(world, "the question that was accepted is not there");
            }
            if (person.ledger.frozen == Certain::Yes) != has(&frozen, &name) {
                world.wrong(format!("{name}: stopped is {:?}, and the account says otherwise", person.ledger.frozen));
            }
        }
        repeated
    }
}

/// What was counted.
pub struct Outcome {
    people: usize,
    accepted: u32,
    refused: u32,
    pub busy: u32,
    unanswered: u32,
    in_doubt: u32,
    done: u32,
    pub repeated: u32,
}

impl Outcome {
    fn of(world: &World, people: &[Person], repeated: u32) -> Self {
        let tallies = &world.tallies;
        Self {
            people: people.len(),
            accepted: tallies.accepted.load(Ordering::SeqCst),
            refused: tallies.refused.load(Ordering::SeqCst),
            busy: tallies.busy.load(Ordering::SeqCst),
            unanswered: tallies.unanswered.load(Ordering::SeqCst),
            in_doubt: tallies.in_doubt.load(Ordering::SeqCst),
            done: tallies.done.load(Ordering::SeqCst),
            repeated,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} people, {} accepted, {} refused, {} busy, {} cut off (of {} passwords {} hold); 0 lost, 0 half done, \
             {} mails twice under one Message-ID",
            self.people,
            self.accepted,
            self.refused,
            self.busy,
            self.unanswered,
            self.in_doubt,
            self.done,
            self.repeated
        )
    }
}
