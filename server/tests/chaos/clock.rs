//! The clock is put on by an hour, put back, and found ninety days on at a start. libfaketime does it: the portal has no
//! hook of its own.

use std::path::PathBuf;

use testkit::program::Answer;

use crate::bench::figure;
use crate::person::{email, username};
use crate::stand::{Base, Stand};
use crate::verdict::Scene;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// Tries to sign in that one name has at once, and more.
const TRIES: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_breaks_nothing_revives_nothing_and_locks_nobody_out_on_sqlite() {
    set_the_clock(Base::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_breaks_nothing_revives_nothing_and_locks_nobody_out_on_postgres() {
    set_the_clock(Base::Postgres).await;
}

async fn set_the_clock(base: Base) {
    let mut scene = Scene::prepare(Stand::on(base), 40).await;
    let clock = Clock::over(&mut scene).await;
    scene.start().await;
    let crowd = scene.crowd();
    scene.world.warms_up().await;
    scene.world.age();

    scene.ahead = HOUR;
    clock.set(HOUR);
    scene.world.answers(80).await;
    scene.check("an hour on").await;
    // Back again: what is in hand was leased by the clock that ran ahead, so the later one stays the measure.
    clock.set(0);
    scene.world.answers(80).await;
    scene.check("an hour back").await;
    // Leases made ahead end an hour late; that hour goes by.
    clock.set(HOUR);
    let (outcome, mut people) = scene.judge(crowd).await;

    // What is used up by a clock ninety days ahead is given back by the right one.
    scene.ahead = 90 * DAY;
    clock.set(90 * DAY);
    scene.start().await;
    let holder = people.iter().find(|person| person.ledger.password.is_some()).unwrap().number;
    let mut waits = 0;
    for _ in 0..TRIES {
        let answer = guess(&scene, holder).await;
        waits += usize::from(answer.status == Some(429));
        let wait = answer.header("retry-after").map_or(0, |wait| wait.parse().unwrap());
        assert!(wait <= HOUR, "{wait} s to wait for one name");
    }
    assert!(waits > 0, "the limit was not reached");
    let links: Vec<String> = people
        .iter()
        .flat_map(|person| scene.world.inbox.of_address(&email(person.number)))
        .filter_map(|mail| mail.token())
        .collect();
    let mut live = 0;
    for token in &links {
        let answer = scene.world.visitor().scripted().submit("/api/reset/start", &[("token", token)]).await;
        live += usize::from(answer.status == Some(200));
    }
    assert_eq!(live, 0, "links of ninety days ago lead on");
    for person in &people {
        for session in &person.ledger.sessions {
            assert_eq!(scene.world.lives(session).await, Some(false), "a session of ninety days ago lives");
        }
    }
    scene.program.stop().await;
    scene.check("ninety days on").await;
    clock.set(HOUR);
    scene.start().await;
    for person in &mut people {
        if person.number == holder {
            // Without waiting: her tries of ninety days from now do not count.
            scene.ask(person).await;
        }
    }
    scene.program.stop().await;
    scene.check("ninety days back").await;
    assert!(!scene.program.logged().contains("panicked"));
    scene.is_well();
    figure(
        "clock",
        &format!(
            "{}, +1 h, -1 h, +90 d, -90 d: {outcome}; {} links of ninety days ago dead, {waits} of {TRIES} guesses held \
             up, nobody kept out after",
            scene.base(),
            links.len()
        ),
    );
}

async fn guess(scene: &Scene, number: usize) -> Answer {
    let fields = [("username", username(number)), ("password", "Wrong-horse-77".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    scene.world.visitor().scripted().submit("/api/sign-in/password", &fields).await
}

/// The portal's calendar. Waiting is left alone: only the date moves.
struct Clock(PathBuf);

impl Clock {
    async fn over(scene: &mut Scene) -> Self {
        let file = scene.program.path("clock");
        let mut ask = tokio::process::Command::new("faketime");
        let said = ask.args(["-m", "-f", "+0d", "printenv", "LD_PRELOAD"]).output().await.unwrap();
        let preload = String::from_utf8(said.stdout).unwrap().trim().to_owned();
        assert!(!preload.is_empty(), "faketime does not work here");
        let variables = [
            ("LD_PRELOAD", preload),
            ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
        scene.variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let clock = Self(file);
        clock.set(0);
        clock
    }

    /// So many seconds ahead of the true time. The file is replaced whole, because it is read all the time.
    fn set(&self, ahead: i64) {
        let fresh = self.0.with_extension("new");
        std::fs::write(&fresh, format!("+{ahead}\n")).unwrap();
        std::fs::rename(fresh, &self.0).unwrap();
    }
}
