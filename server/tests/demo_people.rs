//! The demo's made-up people: they are what the mailbox says they are, each time the demo starts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::sync::Arc;

use backboard::account::{Frozen, Username};
use backboard::agency::{Agency, Journey};
use backboard::challenge::Asking;
use backboard::expiry::Schedule;
use backboard::form::sign_in::SignInForm;
use backboard::keep::PEOPLE_DAYS;
use backboard::password::Password;
use backboard::service::Portal;
use backboard::service::ports::Store as _;
use backboard::service::records::{Account, SessionKind};
use server::cli::import::{ImportArguments, run as import};
use server::demo::mailbox::{Demonstration, Opener};
use server::demo::people::{PEOPLE, Player, Role, SEED, cast, shown, stage};
use server::demo::queues;
use server::store::Sqlite;
use server::{profiles, roster};
use tempfile::TempDir;
use testkit::fakes::{Memory, TestPortal};
use testkit::outbox::TakeOldest as _;

/// A demo whose people are staged.
struct Demo {
    portal: Portal,
    store: Arc<Sqlite>,
    players: Vec<Player>,
    _folder: TempDir,
}

impl Demo {
    async fn of(agency: Agency) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(&folder.path().join("backboard.db")).await.unwrap());
        let fakes = TestPortal::over(store.clone(), Arc::new(Memory::default())).portal;
        let portal = Portal {
            agency,
            store: store.clone(),
            clock: fakes.clock.clone(),
            entropy: fakes.entropy.clone(),
            hasher: fakes.hasher.clone(),
            vault: fakes.vault.clone(),
            robots: fakes.robots.clone(),
            multiply: 1,
            people_days: PEOPLE_DAYS,
        };
        let path = folder.path().join("roster.csv");
        roster::write(std::fs::File::create(&path).unwrap(), PEOPLE, SEED, |_| ()).unwrap();
        let arguments = ImportArguments { roster: path, dry_run: false, rejects: None };
        import(&arguments, &portal, &*store, &mut Vec::new()).await.unwrap();
        let players = cast(&portal.agency);
        stage(&portal, &players).await.unwrap();
        Self { portal, store, players, _folder: folder }
    }

    fn player(&self, role: Role) -> &Player {
        self.players.iter().find(|player| player.role == role).unwrap()
    }

    async fn account(&self, role: Role) -> Account {
        let username = Username::parse(&self.player(role).person.username).unwrap();
        let mut unit = self.store.read().await.unwrap();
        unit.find_account_by_username(&username.key()).await.unwrap().unwrap()
    }

    /// Logs in as the mailbox says.
    async fn sign_in(&self, role: Role) -> Option<SessionKind> {
        let Demonstration { username, opener: Opener::Password(password), .. } =
            shown(self.player(role), &self.portal.agency)
        else {
            panic!("{role:?} has no password")
        };
        let form = SignInForm { username, password }.read().unwrap();
        self.portal.sign_in(&TestPortal::visitor(1), &form, None).await.ok().map(|signed_in| signed_in.kind)
    }
}

/// Everything turned on.
fn whole() -> Agency {
    let mut agency = profiles::profile("demo").unwrap();
    agency.journeys = vec![Journey::Claim, Journey::Username, Journey::Reset, Journey::SignIn, Journey::Security];
    agency.policy.password.expires_days = 90;
    agency.policy.challenge.asking = Asking::Optional;
    agency
}

fn count(players: &[Player], role: Role) -> usize {
    players.iter().filter(|player| player.role == role).count()
}

#[test]
fn every_role_is_played_where_the_profile_turns_it_on_and_nobody_plays_two() {
    let agency = whole();
    let players = cast(&agency);
    for (role, wanted) in [
        (Role::Unclaimed, 4),
        (Role::Active, 2),
        (Role::Expired, 1),
        (Role::Expiring, 1),
        (Role::Mailed, 1),
        (Role::Asked, 1),
        (Role::Shared, 2),
        (Role::Inactive, 2),
        (Role::Suspended, 2),
        (Role::External, 2),
    ] {
        assert_eq!(count(&players, role), wanted, "{role:?}");
    }
    let mut ids: Vec<&str> = players.iter().map(|player| player.person.person_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), players.len());
    let shared: Vec<&Player> = players.iter().filter(|player| player.role == Role::Shared).collect();
    let [one, other] = shared.as_slice() else { panic!("{shared:?}") };
    assert!(one.person.username == other.person.username && one.person.email != other.person.email);

    let mut plain = whole();
    plain.policy.password.expires_days = 0;
    plain.policy.challenge.asking = Asking::Off;
    let players = cast(&plain);
    for role in [Role::Expired, Role::Expiring, Role::Asked] {
        assert_eq!(count(&players, role), 0, "{role:?}");
    }
    assert_eq!(count(&players, Role::Mailed), 1);
}

#[test]
fn in_every_profile_the_password_will_do_and_no_hint_names_a_journey_that_is_off() {
    for name in profiles::built_in() {
        let agency = profiles::profile(&name).unwrap();
        for player in cast(&agency) {
            let listed = shown(&player, &agency);
            assert!(!listed.hint.is_empty() && !listed.state.is_empty());
            assert!(agency.has(Journey::Reset) || !listed.hint.contains("Forgot Password"), "{name}: {}", listed.hint);
            if let Opener::Password(password) = &listed.opener {
                let password = Password::parse(password).unwrap();
                let checked = agency.policy.password.check_beside(&password, &listed.username, &agency.names());
                assert!(checked.is_ok(), "{name}: {checked:?}");
            }
        }
    }
    let asked = cast(&whole()).into_iter().find(|player| player.role == Role::Asked).unwrap();
    let hint = shown(&asked, &whole()).hint;
    assert!(hint.contains("“What was the name of your first pet?”") && hint.contains("Pumpernickel"), "{hint}");
}

#[tokio::test]
async fn the_people_are_as_the_mailbox_lists_them() {
    let demo = Demo::of(whole()).await;
    let now = demo.portal.now();
    assert_eq!(demo.account(Role::Expiring).await.schedule.days_left(now), Some(5));
    assert_eq!(demo.sign_in(Role::Active).await, Some(SessionKind::Full));
    assert_eq!(demo.sign_in(Role::Expiring).await, Some(SessionKind::Full));
    assert_eq!(demo.sign_in(Role::Asked).await, Some(SessionKind::Full));
    assert_eq!(demo.sign_in(Role::Shared).await, Some(SessionKind::Full));
    assert_eq!(demo.sign_in(Role::Suspended).await, None);
    // Once more, and then never again.
    assert_eq!(demo.sign_in(Role::Expired).await, Some(SessionKind::ChangeOnly));
    assert_eq!(demo.sign_in(Role::Expired).await, None);

    let mailed = demo.account(Role::Mailed).await;
    let mut unit = demo.store.read().await.unwrap();
    assert_eq!(unit.find_temporaries_of(mailed.id).await.unwrap().len(), 1);
    assert_eq!(mailed.password_hash, None);
    let asked = demo.account(Role::Asked).await.id;
    assert!(unit.find_challenge(asked).await.unwrap().is_some());
    assert!(demo.account(Role::Shared).await.shared);
    drop(unit);
    // Both whose days are over, or nearly, are told at once.
    demo.portal.remind().await.unwrap();
    let mut told = Vec::new();
    let mut unit = demo.store.begin().await.unwrap();
    while let Some(mail) = unit.take_oldest_mail(now, now.plus(60)).await.unwrap() {
        told.push(mail.kind);
    }
    told.sort();
    assert_eq!(told, ["password-expires", "password-expires", "temporary-password"]);
}

#[tokio::test]
async fn the_next_start_puts_back_whatever_was_tried() {
    let demo = Demo::of(whole()).await;
    let before = [demo.account(Role::Unclaimed).await, demo.account(Role::Active).await];
    let mailed = demo.account(Role::Mailed).await.id;
    stage(&demo.portal, &demo.players).await.unwrap();
    assert_eq!(ledger(&demo.store, mailed).await, 1, "one that still works was not replaced");

    let now = demo.portal.now();
    let mut unit = demo.store.begin().await.unwrap();
    for account in before.iter().map(|account| account.id).chain([mailed]) {
        unit.save_password(account, "$another$", now, Schedule::NEVER).await.unwrap();
        unit.save_frozen(account, Some(Frozen::All)).await.unwrap();
        unit.end_temporaries(account, now).await.unwrap();
    }
    unit.save().await.unwrap();
    stage(&demo.portal, &demo.players).await.unwrap();
    assert_eq!([demo.account(Role::Unclaimed).await, demo.account(Role::Active).await], before);
    assert_eq!(demo.account(Role::Mailed).await.password_hash, None);
    assert_eq!(ledger(&demo.store, mailed).await, 2);
}

async fn ledger(store: &Sqlite, account: i64) -> usize {
    store.read().await.unwrap().find_temporaries_of(account).await.unwrap().len()
}

#[tokio::test]
async fn a_demo_of_another_version_whose_people_are_others_is_refused() {
    let mut demo = Demo::of(whole()).await;
    demo.players.iter_mut().for_each(|player| player.person.username = "nobody.here".to_owned());
    assert!(stage(&demo.portal, &demo.players).await.unwrap_err().to_string().contains("nobody.here"));
}

#[tokio::test]
async fn the_desk_finds_one_of_each_in_its_queues_after_every_start() {
    for name in profiles::built_in() {
        let demo = Demo::of(profiles::profile(&name).unwrap()).await;
        for start in 1..=2 {
            queues::fill(&demo.portal, &demo.players).await.unwrap();
            let mut unit = demo.store.read().await.unwrap();
            let waiting = unit.find_standing(demo.portal.now(), 0, 9).await.unwrap();
            let mut why: Vec<&str> = waiting.iter().map(|entry| entry.why.code()).collect();
            why.sort_unstable();
            assert_eq!(why, ["bounced", "no-address"], "{name}, start {start}");
            assert_eq!(unit.count_waiting("not-me").await.unwrap(), 1, "{name}, start {start}");
            // Whom the mailbox lists is as it says.
            for entry in &waiting {
                assert!(demo.players.iter().all(|player| player.person.username != entry.username.as_str()), "{name}");
            }
        }
    }
}
