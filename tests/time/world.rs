//! A portal and its people through 400 days: rounds of housekeeping at irregular times, downtimes of up to 30 days,
//! and what people do in between. Every mail and every answer is held against the model.

use std::collections::BTreeMap;

use backboard::account::AccountState;
use backboard::agency::Mails;
use backboard::expiry::Schedule;
use backboard::moment::Moment;
use backboard::service::mail::Message;
use backboard::service::session::IDLE_SECONDS;
use proptest::prelude::*;
use testkit::fakes::{PlainHasher, Received, SeededEntropy, TestPortal, password};
use testkit::seed::{NewAccount, NewPerson, email};

use crate::deeds::{Deed, Way};
use crate::person::{Habit, Person};
use crate::{DAY, HOUR, fresh_password, housekeeping, portal, post};

/// 1 March 2027, 00:00 UTC: 400 days lead over three changes of the clocks in America and 29 February 2028.
const START: i64 = 1_803_859_200;
const RUN: i64 = 400 * DAY;

pub struct World {
    pub test: TestPortal,
    pub mails: Mails,
    pub people: Vec<Person>,
    draw: SeededEntropy,
    /// What people are going to do, by time, in the order in which they made up their minds.
    plans: BTreeMap<(i64, u64), (usize, Deed)>,
    planned: u64,
    pub seen: Seen,
}

/// What a run has met, so that one that met nothing does not look well.
#[derive(Debug, Default)]
pub struct Seen {
    pub rounds: u32,
    pub reminders: BTreeMap<u32, u32>,
    pub made_good: u32,
    pub full: u32,
    pub graces: u32,
    pub expired: u32,
    pub closed: u32,
    /// Links, codes, temporary passwords and sessions: in time, and too late.
    pub in_time: BTreeMap<&'static str, u32>,
    pub too_late: BTreeMap<&'static str, u32>,
}

impl World {
    async fn settle(seed: u64) -> Self {
        let mails = if seed.is_multiple_of(2) { Mails::Link } else { Mails::TemporaryPassword };
        let test = portal(mails);
        let mut world = Self {
            test,
            mails,
            people: Vec::new(),
            draw: SeededEntropy::of(seed),
            plans: BTreeMap::new(),
            planned: 0,
            seen: Seen::default(),
        };
        let start = START + world.below(DAY);
        world.test.clock.turn_to(Moment(start));
        let habits = [
            Habit::Reminded(14),
            Habit::Reminded(3),
            Habit::Reminded(1),
            Habit::Late,
            Habit::Careless,
            Habit::Forgetful,
            Habit::Never,
            Habit::Closed,
        ];
        for number in 0..32_u8 {
            let habit = habits[usize::from(number) % habits.len()];
            world.move_in(number, habit, start).await;
        }
        world
    }

    /// Most passwords were set in the last 120 days under this policy; every eighth before it counted days.
    async fn move_in(&mut self, number: u8, habit: Habit, start: i64) {
        let username: &'static str = Box::leak(format!("person.{number:02}").into_boxed_str());
        let mut person = Person::new(username, number, habit, fresh_password());
        let set = start - self.below(120 * DAY);
        let counted = number % 8 != 7 - number / 8;
        if counted {
            let typed = person.password.clone();
            person.renew(&typed, set);
        } else {
            person.set = (number < 16).then_some(set);
        }
        let account = NewAccount {
            state: AccountState::Active,
            password_hash: Some(PlainHasher::hash_of(&password(&person.password))),
            password_set: person.set.map(Moment),
            schedule: if counted { Schedule::of(Moment(set), 90) } else { Schedule::NEVER },
            shared: number.is_multiple_of(5),
            ..NewAccount::unclaimed(username)
        };
        person.account = self.test.seed.add_account(&account).await;
        // Most have one address, some share the account, and one has none.
        let addresses = match number {
            31 => 0,
            number if number % 5 == 0 => 2,
            _ => 1,
        };
        for place in 0..addresses {
            let address: &'static str = Box::leak(format!("{username}.{place}@example.org").into_boxed_str());
            person.addresses.push(address);
            let row = NewPerson { email: Some(email(address)), ..NewPerson::of(person.account, address) };
            self.test.seed.add_person(&row).await;
        }
        let index = self.people.len();
        self.people.push(person);
        self.plan_ahead(index, start);
    }

    async fn run(&mut self) {
        let start = self.now();
        let mut next = start;
        while next < start + RUN {
            self.turn_to(next);
            self.round().await;
            let (until, down) = if self.below(20) == 0 {
                let longest = [6 * HOUR, 3 * DAY, 30 * DAY][self.draw.number() as usize % 3];
                (next + HOUR + self.below(longest - HOUR), true)
            } else {
                (next + 10 * 60 + self.below(36 * HOUR), false)
            };
            while let Some(plan) = self.plans.first_entry().filter(|plan| plan.key().0 < until) {
                let ((at, _), (index, deed)) = plan.remove_entry();
                if down {
                    // Nobody can do anything; they come back when the portal does.
                    let later = until + self.below(HOUR);
                    self.plan(index, later, deed);
                } else {
                    self.turn_to(at);
                    self.act(index, deed).await;
                }
            }
            next = until.max(self.now());
        }
    }

    /// One round of housekeeping: exactly the mails that the model says, and no others.
    async fn round(&mut self) {
        let now = self.now();
        for person in self.people.iter_mut().filter(|person| person.open && person.over.is_none()) {
            // Who has no days yet gets them now; how many is the portal's choice, within bounds.
            while self.test.portal.schedule_passwords().await.unwrap() {}
            let mut unit = self.test.portal.store.read().await.unwrap();
            let account = unit.find_account(person.account).await.unwrap().unwrap();
            person.adopt(account.schedule.expires.unwrap().0, now);
        }
        housekeeping(&self.test).await;
        self.purge(now).await;
        let mut expected = Vec::new();
        let mut reminded = Vec::new();
        for (index, person) in self.people.iter_mut().enumerate() {
            let Some(left) = person.due(now) else { continue };
            expected.extend(person.addresses.iter().map(|to| ((*to).to_owned(), person.username.to_owned(), left)));
            if !person.addresses.is_empty() {
                reminded.push((index, left));
                *self.seen.reminders.entry(left).or_default() += 1;
                self.seen.made_good += u32::from(![14, 7, 3, 1].contains(&left));
            }
        }
        let mut found: Vec<_> = self.post().await.into_iter().map(reminder).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{}", Moment(now).day());
        for (index, left) in reminded {
            self.read_reminder(index, left, now);
        }
        self.seen.rounds += 1;
    }

    async fn purge(&self, now: i64) {
        let before = Moment(now - DAY);
        let mut unit = self.test.portal.store.begin().await.unwrap();
        unit.purge_flows(before).await.unwrap();
        unit.purge_links(before).await.unwrap();
        unit.purge_sessions(Moment(now), Moment(now - IDLE_SECONDS)).await.unwrap();
        unit.purge_budgets(Moment(now)).await.unwrap();
        unit.purge_mail(Moment(now - 90 * DAY)).await.unwrap();
        unit.save().await.unwrap();
    }

    pub async fn post(&self) -> Vec<Received> {
        post(&self.test).await
    }

    pub fn now(&self) -> i64 {
        crate::now(&self.test)
    }

    /// Never back: what somebody did may have taken a while.
    fn turn_to(&self, at: i64) {
        self.test.clock.turn_to(Moment(at.max(self.now())));
    }

    pub fn below(&self, end: i64) -> i64 {
        self.draw.number().cast_signed().rem_euclid(end)
    }

    pub fn plan(&mut self, index: usize, at: i64, deed: Deed) {
        self.planned += 1;
        self.plans.insert((at, self.planned), (index, deed));
    }

    /// The way of a request, drawn from those that the profile has.
    pub fn way(&self) -> Way {
        match self.mails {
            Mails::TemporaryPassword => Way::Temporary,
            Mails::Link if self.below(2) == 0 => Way::Code,
            Mails::Link => Way::Link,
        }
    }
}

fn reminder(received: Received) -> (String, String, u32) {
    match received.message {
        Message::PasswordExpires { username, days, .. } => {
            (received.to.as_str().to_owned(), username.to_string(), days)
        }
        other => panic!("nobody asked for {other:?}"),
    }
}

async fn four_hundred_days(seed: u64) -> Seen {
    let mut world = World::settle(seed).await;
    world.run().await;
    // One thing at the very end: whoever changed nothing has been told everything.
    for person in world.people.iter().filter(|person| person.habit == Habit::Never) {
        assert!((1..=4).contains(&person.mails), "{} got {}", person.username, person.mails);
    }
    world.seen
}

#[tokio::test]
async fn four_hundred_days_bring_everything_about() {
    let (links, temporaries) = (four_hundred_days(2).await, four_hundred_days(3).await);
    println!("{links:#?}\n{temporaries:#?}");
    for seen in [&links, &temporaries] {
        assert!([14, 7, 3, 1, 0].iter().all(|left| seen.reminders.contains_key(left)), "{:?}", seen.reminders);
        let least = [seen.made_good, seen.full, seen.graces, seen.expired, seen.closed].into_iter().min_by_key(|n| *n);
        assert!(least > Some(0), "{seen:?}");
    }
    let kinds = |seen: &Seen| [&seen.in_time, &seen.too_late].map(|met| met.keys().copied().collect::<Vec<_>>());
    assert_eq!(kinds(&links), [["code", "link", "session"]; 2]);
    assert_eq!(kinds(&temporaries), [["session", "temporary"]; 2]);
}

proptest! {
    // A case is 400 days, so there are fewer of them than of others.
    #![proptest_config(ProptestConfig { cases: (ProptestConfig::default().cases / 64).max(1), ..ProptestConfig::default() })]

    #[test]
    fn no_reminder_is_missing_or_twice_over_400_days(seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(four_hundred_days(seed));
    }
}
