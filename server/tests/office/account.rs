//! `backboard account`, as the office types it, against a real database.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use backboard::account::{AccountState, Frozen, Username};
use backboard::audit::Row;
use backboard::challenge::Question;
use backboard::expiry::{DAY, Schedule};
use backboard::moment::Moment;
use backboard::service::ports::{Clock as _, Store as _, UnitOfWork};
use backboard::service::records::{Account, Case, Challenge, NewSession, NewTemporary, SessionKind, Temporary};
use server::clock::SystemClock;
use server::store::Sqlite;

use crate::bench::{Office, Running, Said};
use testkit::outbox::TakeOldest as _;

impl Office {
    fn account(&self, arguments: &[&str]) -> Said {
        self.run(&[&["account"], arguments].concat())
    }

    /// Runs a command that is done, and gives what it says.
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.account(arguments);
        assert_eq!((said.status, said.err.as_str()), (0, ""), "{arguments:?}");
        for line in said.out.lines() {
            assert!(
                line.chars().count() <= 100 && line == line.trim_end() && !line.contains(['\u{1b}', '\t']),
                "{line:?}"
            );
        }
        said.out
    }

    /// Runs a command that is refused, and gives its one sentence.
    fn refused(&self, arguments: &[&str]) -> String {
        let said = self.account(arguments);
        assert_eq!((said.status, said.out.as_str()), (1, ""), "{arguments:?}: {}", said.err);
        assert!(said.err.starts_with("backboard: ") && said.err.trim_end().lines().count() == 1, "{:?}", said.err);
        said.err
    }

    async fn store(&self) -> Sqlite {
        Sqlite::open(&self.folder.path().join("data/backboard.db")).await.unwrap()
    }

    async fn find(&self, username: &str) -> Account {
        let store = self.store().await;
        let mut unit = store.read().await.unwrap();
        find(&mut *unit, username).await
    }

    async fn ledger(&self, username: &str) -> Vec<Temporary> {
        let store = self.store().await;
        let mut unit = store.read().await.unwrap();
        let account = find(&mut *unit, username).await.id;
        unit.find_temporaries_of(account).await.unwrap()
    }

    /// The addresses that mails wait for, by kind.
    async fn mails(&self) -> Vec<(String, String)> {
        let store = self.store().await;
        let mut unit = store.begin().await.unwrap();
        let now = SystemClock.now();
        let mut mails = Vec::new();
        while let Some(mail) = unit.take_oldest_mail(now, now.plus(60)).await.unwrap() {
            mails.push((mail.recipient.as_str().to_owned(), mail.kind));
        }
        mails.sort();
        mails
    }

    async fn set_password(&self, username: &str, set: Moment) {
        let store = self.store().await;
        let mut unit = store.begin().await.unwrap();
        let account = find(&mut *unit, username).await.id;
        unit.save_password(account, "$fake$", set, Schedule::of(set, 90)).await.unwrap();
        unit.save().await.unwrap();
    }

    async fn begin_session(&self, username: &str) {
        let store = self.store().await;
        let mut unit = store.begin().await.unwrap();
        let (account, created) = (find(&mut *unit, username).await.id, SystemClock.now());
        let (kind, expires) = (SessionKind::Full, created.plus(DAY));
        let session = NewSession { token: [7; 32], kind, temporary: false, account, created, expires };
        unit.add_session(&session).await.unwrap();
        unit.save().await.unwrap();
    }

    /// What *This wasn't me* leaves behind.
    async fn freeze(&self, username: &str, frozen: Frozen) {
        let store = self.store().await;
        let mut unit = store.begin().await.unwrap();
        let account = find(&mut *unit, username).await.id;
        unit.save_frozen(account, Some(frozen)).await.unwrap();
        let (kind, detail) = ("not-me".to_owned(), "password-set".to_owned());
        unit.open_case(&Case { account, kind, detail, opened: SystemClock.now() }).await.unwrap();
        unit.save().await.unwrap();
    }
}

async fn find(unit: &mut dyn UnitOfWork, username: &str) -> Account {
    unit.find_account_by_username(&Username::parse(username).unwrap().key()).await.unwrap().unwrap()
}

/// The lines of a page below a label, joined: where they are broken does not count.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_cannot_be_found_is_refused_with_the_way_out() {
    let office = Office::new();
    for (arguments, status, said) in [
        (&["account"][..], 2, "temporary-password"),
        (&["account", "show"], 2, "USERNAME"),
        (&["account", "close", "ada"], 2, "close"),
        (&["account", "show", "ada", "--config", "none.toml"], 1, "--config"),
        (&["account", "show", "ada"], 1, "backboard import"),
    ] {
        let output = office.run(arguments);
        assert_eq!(output.status, status, "{arguments:?}: {}", output.err);
        assert!(output.err.contains(said) && output.out.is_empty(), "{arguments:?}: {}", output.err);
    }
    assert!(!office.folder.path().join("data").exists(), "a database was made for nothing");

    let office = Office::with_roster();
    for action in ["show", "suspend", "end-sessions", "reactivate", "temporary-password"] {
        let sentence = office.refused(&[action, "ada.lovelac"]);
        assert!(sentence.contains("no account with the username ada.lovelac"), "{sentence}");
        let sentence = office.refused(&[action, "ada\u{1b}[31m lovelace"]);
        assert!(!sentence.contains('\u{1b}') && sentence.contains("no account"), "{sentence:?}");
        let sentence = office.refused(&[action, "Ada@Example.org"]);
        assert!(sentence.contains("on file for: ada.lovelace, ada.second"), "{sentence}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn show_says_in_plain_aligned_lines_how_the_account_stands() {
    let office = Office::with_roster();
    let text = office.done(&["show", "ADA.lovelace"]);
    for line in [
        "username    ada.lovelace",
        "state       active",
        "addresses   a…@example.org (--addresses writes them out)",
        "password    none",
        "question    none",
        "frozen      no",
        "  none",
        "  nothing yet",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is missing in:\n{text}");
    }
    assert!(!text.contains("ada@example.org"));
    assert!(office.done(&["show", "ada.lovelace", "--addresses"]).contains("addresses   ada@example.org\n"));
    let crew = office.done(&["show", "engine7"]);
    assert!(crew.contains("active; shared by several people") && crew.contains("o…@example.org, t…@example.net"));
    assert!(office.done(&["show", "eve.elsewhere"]).contains("external: Other Logins keeps the password"));
    assert!(office.done(&["show", "max.mute"]).contains("addresses   none on file"));
    assert!(office.done(&["show", "ada.second"]).contains("unclaimed: nobody has set a password yet"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn show_tells_the_passwords_days_the_ledger_and_what_happened() {
    let office = Office::with_roster();
    let now = SystemClock.now();
    office.set_password("ada.lovelace", now.plus(-80 * DAY)).await;
    assert!(flat(&office.done(&["show", "ada.lovelace"])).contains(", in 10 days question none"));
    office.set_password("ada.lovelace", now.plus(-91 * DAY)).await;
    assert!(flat(&office.done(&["show", "ada.lovelace"])).contains("it signs in once more, to be changed"));

    let store = office.store().await;
    let mut unit = store.begin().await.unwrap();
    let account = find(&mut *unit, "ada.lovelace").await.id;
    assert!(unit.spend_grace(account, now).await.unwrap());
    let challenge = Challenge { question: Question::FirstPet, answer_hash: "$fake$".to_owned(), confirmed: now };
    unit.save_challenge(account, &challenge).await.unwrap();
    // 1 March 2024, 09:05:59 UTC, the day after a leap day.
    let then = Moment(1_709_283_959);
    for (id, issued, expires) in [("first", then, then.plus(DAY)), ("second", now, now.plus(DAY))] {
        let (id, digest) = (id.to_owned(), [u8::try_from(id.len()).unwrap(); 32]);
        let (issuer, why) = ("office".to_owned(), "asked-the-office".to_owned());
        unit.add_temporary(&NewTemporary { id, account, digest, issued, expires, issuer, why, mail: None })
            .await
            .unwrap();
    }
    unit.temporary_used("first", then.plus(60)).await.unwrap();
    for (action, detail) in [("sign-in-refused", "wrong"), ("reset-mailed", "reset-link"), ("of-the-future", "x-y")] {
        let row = Row {
            id: unit.find_newest_audit().await.unwrap().map_or(1, |row| row.id + 1),
            at: then,
            actor: "person".to_owned(),
            action: action.to_owned(),
            account: Some(account),
            detail: detail.to_owned(),
            tie: None,
        };
        unit.add_audit(&row).await.unwrap();
    }
    unit.save().await.unwrap();

    let text = office.done(&["show", "ada.lovelace"]);
    let flat = flat(&text);
    for said in [
        "its last sign-in was used",
        "question set, but this profile does not ask it",
        "2024-03-01 09:05 by the office (asked the office); mail no longer on record; first used 2024-03-01 09:06; \
         expired 2024-03-02 09:05",
        "mail not sent yet; not used; works until ",
        "2024-03-01 09:05 sign-in refused (wrong password)",
        "2024-03-01 09:05 asked for a new password; mailed (reset link)",
        "2024-03-01 09:05 of the future (x-y)",
    ] {
        assert!(flat.contains(said), "{said:?} is missing in:\n{text}");
    }
    assert!(flat.find("not used").unwrap() < flat.find("first used").unwrap(), "not newest first:\n{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn suspend_closes_and_reactivate_opens_again_each_once() {
    let office = Office::with_roster();
    office.set_password("ada.lovelace", SystemClock.now()).await;
    let said = office.done(&["suspend", "ada.lovelace"]);
    assert!(said.contains("ada.lovelace is suspended.") && said.contains("backboard account reactivate ada.lovelace"));
    assert_eq!(office.find("ada.lovelace").await.state, AccountState::Suspended);
    assert!(office.done(&["suspend", "ada.lovelace"]).contains("nothing has changed"));
    let sentence = office.refused(&["temporary-password", "ada.lovelace"]);
    assert!(sentence.contains("suspended") && sentence.contains("backboard account reactivate ada.lovelace"));
    assert!(office.ledger("ada.lovelace").await.is_empty() && office.mails().await.is_empty());

    let said = office.done(&["reactivate", "ada.lovelace"]);
    assert!(said.contains("open again. The password it had works again."), "{said}");
    let account = office.find("ada.lovelace").await;
    assert_eq!((account.state, account.password_hash.as_deref()), (AccountState::Active, Some("$fake$")));
    assert!(office.done(&["reactivate", "ada.lovelace"]).contains("nothing has changed"));
    let text = office.done(&["show", "ada.lovelace"]);
    assert_eq!(text.matches("suspended by the office; it was active").count(), 1, "{text}");
    assert_eq!(text.matches("opened again by the office; it was suspended").count(), 1, "{text}");

    let sentence = office.refused(&["temporary-password", "rita.retired"]);
    assert!(sentence.contains("inactive") && sentence.contains("backboard account reactivate rita.retired"));
    assert!(office.done(&["reactivate", "rita.retired"]).contains("It has no password"));
    assert_eq!(office.find("rita.retired").await.state, AccountState::Unclaimed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn end_sessions_signs_out_everywhere_and_leaves_the_account_open() {
    let office = Office::with_roster();
    office.set_password("ada.lovelace", SystemClock.now()).await;
    assert!(office.done(&["end-sessions", "ada.lovelace"]).contains("nothing has changed"));
    office.begin_session("ada.lovelace").await;
    let said = office.done(&["end-sessions", "ADA.Lovelace"]);
    assert!(said.contains("is signed out everywhere.") && said.contains("backboard account suspend ada.lovelace"));
    assert!(office.done(&["end-sessions", "ada.lovelace"]).contains("nothing has changed"));
    assert_eq!(office.find("ada.lovelace").await.state, AccountState::Active);
    assert!(office.mails().await.is_empty());
    let text = office.done(&["show", "ada.lovelace"]);
    assert_eq!(text.matches("signed out everywhere by the office").count(), 1, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_password_that_lives_elsewhere_is_left_there() {
    let office = Office::with_roster();
    for action in ["suspend", "reactivate", "temporary-password"] {
        let sentence = office.refused(&[action, "eve.elsewhere"]);
        assert!(sentence.contains("kept by Other Logins") && sentence.contains("https://login.example/"), "{sentence}");
    }
    assert_eq!(office.find("eve.elsewhere").await.state, AccountState::External);
    assert!(office.mails().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_temporary_password_goes_to_every_address_each_its_own_and_is_never_printed() {
    let office = Office::with_roster();
    let said = office.done(&["temporary-password", "engine7"]);
    assert!(
        said.contains("2 addresses, to each its own:\n  o…@example.org\n  t…@example.net\n")
            && said.contains("backboard serve"),
        "{said}"
    );
    assert!(!said.contains("one@example.org"), "{said}");
    let mailed = |address: &str| (address.to_owned(), "temporary-password".to_owned());
    assert_eq!(office.mails().await, [mailed("one@example.org"), mailed("two@example.net")]);
    let ledger = office.ledger("engine7").await;
    assert_eq!(ledger.len(), 2);
    assert!(ledger.iter().all(|line| line.issuer == "office" && line.ended.is_none()));
    let text = office.done(&["show", "engine7"]);
    assert_eq!(text.matches("temporary password issued by the office (asked the office)").count(), 2, "{text}");

    let sentence = office.refused(&["temporary-password", "max.mute"]);
    assert!(sentence.contains("no mail address") && sentence.contains("backboard import"), "{sentence}");
    assert!(office.ledger("max.mute").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn after_this_wasnt_me_nothing_is_mailed_until_reactivate_has_taken_the_password_away() {
    let office = Office::with_roster();
    office.set_password("ada.lovelace", SystemClock.now()).await;
    office.freeze("ada.lovelace", Frozen::All).await;
    let text = flat(&office.done(&["show", "ada.lovelace"]));
    assert!(text.contains("somebody pressed This wasn't me in the mail password-set"), "{text}");
    assert!(text.contains("its password opens nothing") && text.contains("backboard account reactivate ada.lovelace"));
    let sentence = office.refused(&["temporary-password", "ada.lovelace"]);
    assert!(sentence.contains("This wasn't me") && sentence.contains("reactivate ada.lovelace"), "{sentence}");
    assert!(office.mails().await.is_empty());

    let said = office.done(&["reactivate", "ada.lovelace"]);
    assert!(said.contains("works no more") && said.contains("Forgot Password"), "{said}");
    let account = office.find("ada.lovelace").await;
    assert_eq!((account.frozen, account.password_hash), (None, None));
    assert!(office.store().await.read().await.unwrap().find_cases().await.unwrap().is_empty());
    office.done(&["temporary-password", "ada.lovelace"]);

    // Where only a request was reported, the password is its owner's.
    office.set_password("engine7", SystemClock.now()).await;
    office.freeze("engine7", Frozen::Resets).await;
    assert!(flat(&office.done(&["show", "engine7"])).contains("its password works"));
    assert!(office.done(&["reactivate", "engine7"]).contains("The password it had works again."));
    assert!(office.find("engine7").await.password_hash.is_some());
}

/// Takes the five seconds that SQLite waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_database_that_is_busy_is_said_and_can_be_read() {
    let office = Office::with_roster();
    let store = office.store().await;
    let holding = store.begin().await.unwrap();
    let sentence = office.refused(&["suspend", "ada.lovelace"]);
    assert!(sentence.contains("busy") && sentence.contains("nothing was changed"), "{sentence}");
    office.done(&["show", "ada.lovelace"]);
    drop(holding);
    office.done(&["suspend", "ada.lovelace"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_commands_work_beside_a_running_portal() {
    let office = Office::with_roster();
    let portal = office.command(&["serve"]).env("RUST_LOG", "info").stderr(Stdio::piped()).spawn().unwrap();
    let mut portal = Running(portal);
    let mut lines = BufReader::new(portal.0.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("\"serving\"")), "it ended before it served");
    office.done(&["suspend", "ada.lovelace"]);
    office.done(&["reactivate", "ada.lovelace"]);
    office.done(&["temporary-password", "ada.lovelace"]);
    assert!(portal.0.try_wait().unwrap().is_none(), "the portal has ended");
    drop(portal);
    assert_eq!(office.ledger("ada.lovelace").await.len(), 1);
}
