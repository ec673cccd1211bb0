//! Rounds of housekeeping over a real store, with the clock in the test's hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::sync::Arc;

use backboard::account::Username;
use backboard::expiry::{DAY, Schedule};
use backboard::service::mail::Message;
use backboard::service::ports::{Clock as _, Store as _};
use backboard::service::records::NewTemporary;
use server::cli::import::{ImportArguments, run as import};
use server::housekeeping;
use server::store::Sqlite;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use testkit::fakes::{Memory, TestPortal};
use tokio::sync::{Notify, watch};

struct Bench {
    folder: TempDir,
    store: Arc<Sqlite>,
    test: TestPortal,
    wake: Notify,
}

impl Bench {
    /// A store with so many active people.
    async fn of(people: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(&folder.path().join("backboard.db")).await.unwrap());
        let test = TestPortal::over(store.clone(), Arc::new(Memory::default()));
        let mut rows = "person_id,last_name,first_name,date_of_birth,email,username,status\n".to_owned();
        for number in 1..=people {
            rows += &format!("P-{number},Medic,Ada,1984-02-29,m{number}@example.org,medic{number},active\n");
        }
        let roster = folder.path().join("roster.csv");
        std::fs::write(&roster, rows).unwrap();
        let arguments = ImportArguments { roster, dry_run: false, rejects: None };
        import(&arguments, &test.portal, &*store, &mut Vec::new()).await.unwrap();
        Self { folder, store, test, wake: Notify::new() }
    }

    async fn account(&self, number: u32) -> backboard::service::records::Account {
        let username = Username::parse(&format!("medic{number}")).unwrap();
        let mut unit = self.store.read().await.unwrap();
        unit.find_account_by_username(&username.key()).await.unwrap().unwrap()
    }

    /// The person's password was set so many days ago.
    async fn set_password(&self, number: u32, days_ago: i64, schedule: impl Fn(backboard::moment::Moment) -> Schedule) {
        let account = self.account(number).await.id;
        let set = self.test.clock.now().plus(-days_ago * DAY);
        let mut unit = self.store.begin().await.unwrap();
        unit.save_password(account, "$fake$", set, schedule(set)).await.unwrap();
        unit.save().await.unwrap();
    }

    async fn round(&self) {
        let (_going, stopped) = watch::channel(false);
        housekeeping::round(&self.test.portal, &self.wake, &stopped).await;
    }

    /// Who is told of how many days left, in the order of addresses.
    async fn reminded(&self) -> Vec<(String, u32)> {
        let mut told: Vec<(String, u32)> = Vec::new();
        for mail in self.test.deliver().await {
            let Message::PasswordExpires { days, .. } = mail.message else { panic!("{:?}", mail.message) };
            told.push((mail.to.as_str().to_owned(), days));
        }
        told.sort();
        told
    }

    /// Whether the worker was woken since the last time.
    async fn woken(&self) -> bool {
        tokio::select! {
            biased;
            () = self.wake.notified() => true,
            () = std::future::ready(()) => false,
        }
    }

    async fn pool(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("backboard.db"));
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
    }
}

fn of_policy(set: backboard::moment::Moment) -> Schedule {
    Schedule::of(set, 90)
}

#[tokio::test]
async fn a_round_reminds_once_and_wakes_the_worker() {
    let bench = Bench::of(2).await;
    bench.set_password(1, 76, of_policy).await;
    bench.set_password(2, 10, of_policy).await;
    assert!(!bench.woken().await);
    bench.round().await;
    assert!(bench.woken().await);
    assert_eq!(bench.reminded().await, [("m1@example.org".to_owned(), 14)]);
    bench.round().await;
    assert_eq!(bench.reminded().await, []);
    bench.test.clock.pass(7 * DAY);
    bench.round().await;
    assert_eq!(bench.reminded().await, [("m1@example.org".to_owned(), 7)]);
}

#[tokio::test]
async fn the_first_round_after_a_downtime_makes_reminders_good_with_the_days_that_are_left() {
    let bench = Bench::of(3).await;
    for (number, days_ago) in [(1, 80), (2, 89), (3, 120)] {
        bench.set_password(number, days_ago, of_policy).await;
    }
    bench.round().await;
    let told = |number: u32, days| (format!("m{number}@example.org"), days);
    assert_eq!(bench.reminded().await, [told(1, 10), told(2, 1), told(3, 0)]);
    bench.round().await;
    assert_eq!(bench.reminded().await, []);
}

#[tokio::test]
async fn more_reminders_than_one_commit_holds_all_go_out_in_one_round() {
    let bench = Bench::of(250).await;
    for number in 1..=250 {
        bench.set_password(number, 76, of_policy).await;
    }
    bench.round().await;
    assert_eq!(bench.reminded().await.len(), 250);
}

#[tokio::test]
async fn a_password_from_before_the_policy_gets_its_days_and_every_reminder() {
    let bench = Bench::of(250).await;
    for number in 1..=250 {
        bench.set_password(number, 400, |_| Schedule::NEVER).await;
    }
    bench.round().await;
    assert_eq!(bench.reminded().await, []);
    let now = bench.test.clock.now();
    let mut ends = Vec::new();
    for number in 1..=250 {
        let left = bench.account(number).await.schedule.days_left(now).unwrap();
        assert!((15..=90).contains(&left), "{left}");
        ends.push(left);
    }
    ends.sort_unstable();
    ends.dedup();
    assert!(ends.len() > 30, "not spread: {ends:?}");
}

#[tokio::test]
async fn the_ledger_of_temporary_passwords_is_kept_for_90_days_after_they_expired() {
    let bench = Bench::of(1).await;
    let account = bench.account(1).await.id;
    let now = bench.test.clock.now();
    let mut unit = bench.store.begin().await.unwrap();
    let temporary = NewTemporary {
        id: "temporary".to_owned(),
        account,
        digest: [1; 32],
        issued: now,
        expires: now.plus(DAY),
        issuer: "office".to_owned(),
        why: "asked-the-office".to_owned(),
        mail: None,
    };
    unit.add_temporary(&temporary).await.unwrap();
    unit.save().await.unwrap();
    for (days, kept) in [(91, 1), (1, 0)] {
        bench.test.clock.pass(days * DAY);
        bench.round().await;
        let ledger = bench.store.read().await.unwrap().find_temporaries_of(account).await.unwrap();
        assert_eq!(ledger.len(), kept, "{days}");
    }
}

#[tokio::test]
async fn a_part_that_fails_stops_no_other() {
    let bench = Bench::of(1).await;
    bench.set_password(1, 76, of_policy).await;
    let pool = bench.pool().await;
    for table in ["flow", "budget", "temporary_password"] {
        let rename = format!("ALTER TABLE {table} RENAME TO {table}_gone");
        sqlx::query(sqlx::AssertSqlSafe(rename)).execute(&pool).await.unwrap();
    }
    bench.round().await;
    assert_eq!(bench.reminded().await, [("m1@example.org".to_owned(), 14)]);
}

#[tokio::test]
async fn told_to_stop_it_ends_after_a_round() {
    let bench = Bench::of(1).await;
    bench.set_password(1, 76, of_policy).await;
    let (stop, stopped) = watch::channel(false);
    let wake = Arc::new(Notify::new());
    let rounds = tokio::spawn(housekeeping::run(Arc::clone(&bench.test.portal), Arc::clone(&wake), stopped));
    wake.notified().await;
    stop.send(true).unwrap();
    rounds.await.unwrap();
    assert_eq!(bench.reminded().await.len(), 1);
}
