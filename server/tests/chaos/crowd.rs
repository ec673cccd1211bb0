//! People at the portal, several at once, until they are told to stop; and what they share.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use testkit::program::{Program, Visitor, until};
use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::bench::binary;
use crate::inbox::Inbox;
use crate::ledger::Certain;
use crate::person::{Person, Reply};

/// Browsers at once.
const CROWD: usize = 6;
/// People whom one browser's chair takes turns with.
const AT_ONCE: usize = 4;
/// And with those who wait for a mail.
const WAITING: usize = 6;
/// Looks at a chair at which everybody waits, before somebody comes whom the roster does not know.
const PATIENCE: u32 = 25;

/// Less than a session lives unused (src/service/session.rs): a thousand kills may take longer.
const IDLE: Duration = Duration::from_mins(29);

/// Passwords that are set before the first fault.
const WARM: u32 = 10;

/// How often each kind of answer came.
#[derive(Default)]
pub struct Tallies {
    pub accepted: AtomicU32,
    pub refused: AtomicU32,
    pub busy: AtomicU32,
    pub unanswered: AtomicU32,
    /// Passwords that were saved.
    pub saved: AtomicU32,
    /// Passwords that were sent and not answered.
    pub in_doubt: AtomicU32,
    /// And of these, those that hold.
    pub done: AtomicU32,
    /// And of those, whose owner was told to try again.
    pub told_busy: AtomicU32,
}

/// What everybody shares.
pub struct World {
    pub inbox: Inbox,
    pub tallies: Tallies,
    /// Whether the portal listens, or is meant to.
    pub up: watch::Sender<bool>,
    visitor: Visitor,
    folder: PathBuf,
    /// What must not have happened.
    wrong: Mutex<Vec<String>>,
    /// Whoever was cut off must not have been served: the portal was told to stop, and finishes what it has begun.
    finishes: AtomicBool,
    /// Time goes by in leaps, so sessions and links come to their end.
    ages: AtomicBool,
    begun: Instant,
}

impl World {
    pub fn of(program: &Program, mails: PathBuf) -> Self {
        Self {
            inbox: Inbox::of(mails),
            tallies: Tallies::default(),
            up: watch::Sender::new(true),
            visitor: program.visitor(),
            folder: program.folder.path().to_owned(),
            wrong: Mutex::default(),
            finishes: AtomicBool::new(false),
            ages: AtomicBool::new(false),
            begun: Instant::now(),
        }
    }

    /// A browser that was never here before.
    pub fn visitor(&self) -> Visitor {
        self.visitor.clone()
    }

    pub fn wrong(&self, what: String) {
        self.wrong.lock().unwrap().push(what);
    }

    pub fn take_wrong(&self) -> Vec<String> {
        std::mem::take(&mut self.wrong.lock().unwrap())
    }

    /// From now on, who got no answer must not have been served.
    pub fn finishes(&self) {
        self.finishes.store(true, Ordering::SeqCst);
    }

    /// From now on, sessions and links end by themselves.
    pub fn age(&self) {
        self.ages.store(true, Ordering::SeqCst);
    }

    pub fn ages(&self) -> bool {
        self.ages.load(Ordering::SeqCst) || self.begun.elapsed() > IDLE
    }

    pub fn listens(&self) -> bool {
        *self.up.borrow()
    }

    pub fn in_doubt(&self) {
        self.tallies.in_doubt.fetch_add(1, Ordering::SeqCst);
    }

    pub fn saved(&self) {
        self.tallies.saved.fetch_add(1, Ordering::SeqCst);
    }

    /// Waits until so many people have set a password: from then on somebody is at every step.
    pub async fn warms_up(&self) {
        until("warm", async || self.tallies.saved.load(Ordering::SeqCst) >= WARM).await;
    }

    /// A password without an answer holds.
    pub fn was_done(&self, told_busy: bool, name: &str) {
        self.tallies.done.fetch_add(1, Ordering::SeqCst);
        if told_busy {
            self.tallies.told_busy.fetch_add(1, Ordering::SeqCst);
        } else if self.finishes.load(Ordering::SeqCst) {
            self.wrong(format!("{name}: what was begun before the word to stop was done and not answered"));
        }
    }

    /// Posts as the script does, where nobody may listen.
    pub async fn post(&self, visitor: &mut Visitor, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut scripted = visitor.clone().scripted();
        let Some(answer) = scripted.attempt(path, fields).await else { return Reply::NotAsked };
        visitor.jar = scripted.jar;
        let count = |tally: &AtomicU32| tally.fetch_add(1, Ordering::SeqCst);
        match answer.status {
            None => {
                count(&self.tallies.unanswered);
                Reply::Unanswered
            }
            Some(200) => {
                count(&self.tallies.accepted);
                let to = answer.text.split_once("\"go\":\"").map_or("", |(_, after)| after);
                Reply::Accepted(to.split('"').next().unwrap_or_default().to_owned())
            }
            Some(503) => {
                count(&self.tallies.busy);
                if answer.header("retry-after").is_none() || !answer.text.contains("\"busy\"") {
                    self.wrong(format!("{path}: busy without a word or a time: {}", answer.text));
                }
                Reply::Busy
            }
            Some(status) if status < 500 => {
                count(&self.tallies.refused);
                Reply::Refused(answer.text)
            }
            Some(_) => {
                self.wrong(format!("{path}: {}", answer.text));
                Reply::Refused(answer.text)
            }
        }
    }

    /// Whether a browser is signed in; none when it cannot be said.
    pub async fn lives(&self, session: &Visitor) -> Option<bool> {
        let answer = session.clone().attempt_open("/home").await?;
        match (answer.status?, answer.location()) {
            (200, _) => Some(true),
            (303, Some(to)) if to.starts_with("/change-password") => Some(true),
            (303, Some(to)) if to.starts_with("/sign-in") => Some(false),
            _ => None,
        }
    }

    /// A command beside the portal; whether it was done.
    pub async fn office(&self, arguments: &[&str]) -> bool {
        let output = Command::new(binary()).args(arguments).current_dir(&self.folder).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        if !matches!(output.status.code(), Some(0 | 1)) || said.contains("panicked") {
            self.wrong(format!("{arguments:?}: {}: {said}", output.status));
        }
        output.status.success()
    }

    /// Requests that were answered.
    pub fn answered(&self) -> u32 {
        let Tallies { accepted, refused, busy, .. } = &self.tallies;
        [accepted, refused, busy].iter().map(|tally| tally.load(Ordering::SeqCst)).sum()
    }

    /// Waits until so many requests more are answered.
    pub async fn answers(&self, more: u32) {
        let enough = self.answered() + more;
        until(&format!("answered {more} more"), async || self.answered() >= enough).await;
    }

    /// Waits until so many requests more are accepted.
    pub async fn accepts(&self, more: u32) {
        let accepted = || self.tallies.accepted.load(Ordering::SeqCst);
        let enough = accepted() + more;
        until(&format!("accepted {more} more"), async || accepted() >= enough).await;
    }
}

/// A crowd at work.
pub struct Crowd {
    tasks: JoinSet<Vec<Person>>,
    stop: watch::Sender<bool>,
}

impl Crowd {
    /// People with these numbers come one after the other.
    pub fn begin(world: &Arc<World>, people: Range<usize>, seed: u64) -> Self {
        let coming = Arc::new(Mutex::new(people));
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for chair in 0..CROWD {
            tasks.spawn(sit(Arc::clone(world), Arc::clone(&coming), stopped.clone(), seed, chair));
        }
        Self { tasks, stop }
    }

    /// Tells everybody to stop, and gives them with what they know.
    pub async fn end(mut self) -> Vec<Person> {
        self.stop.send(true).unwrap();
        let mut people = Vec::new();
        while let Some(done) = self.tasks.join_next().await {
            people.extend(done.unwrap());
        }
        people
    }
}

/// One chair: a few people take turns at it, each step by whoever's turn chance says it is. Where all of them wait for a
/// mail, or nobody is left, strangers come: whatever the mails do, somebody is always answered.
async fn sit(
    world: Arc<World>,
    coming: Arc<Mutex<Range<usize>>>,
    mut stopped: watch::Receiver<bool>,
    seed: u64,
    chair: usize,
) -> Vec<Person> {
    let mut chance = Person::new(usize::MAX / 2 + chair, seed);
    let (mut here, mut gone): (Vec<Person>, Vec<Person>) = (Vec::new(), Vec::new());
    let (mut up, mut waited) = (world.up.subscribe(), 0);
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => break,
            ready = up.wait_for(|up| *up) => drop(ready),
        }
        if *stopped.borrow() {
            break;
        }
        // Who waits for a mail makes room for somebody else.
        let room = if waited > 0 { WAITING } else { AT_ONCE };
        let next = if here.len() < room { coming.lock().unwrap().next() } else { None };
        here.extend(next.map(|number| Person::new(number, seed)));
        let places: Vec<usize> = (0..here.len()).collect();
        let place = chance.one_of(&places);
        let acted = match place {
            Some(place) => here[place].step(&world).await,
            None => false,
        };
        waited = if acted { 0 } else { waited + 1 };
        if waited > PATIENCE {
            waited = 0;
            come_unknown(&world).await;
        } else if waited > 0 {
            // Between its end and the word that it is down; or a mail is on its way.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let Some(place) = place else { continue };
        let Person { ledger, life, .. } = &here[place];
        let is_over = ledger.frozen == Certain::Yes || (*life == 0 && !coming.lock().unwrap().is_empty());
        if is_over && ledger.doubt.is_none() {
            gone.push(here.swap_remove(place));
        }
    }
    gone.extend(here);
    gone
}

/// Somebody asks for a way in whom the roster does not know: answered as everybody is, and nothing comes of it.
async fn come_unknown(world: &World) {
    let login = format!("nobody{:08}", rand::random_range(0..100_000_000));
    let reply = world.post(&mut world.visitor(), "/api/reset/request", &[("login", &login), ("robot", "on")]).await;
    if matches!(reply, Reply::Refused(_)) {
        world.wrong(format!("a stranger was {}", reply.word()));
    }
}
