//! The outbox worker over a portal on fakes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::sync::{Arc, Mutex};

use backboard::account::{AccountState, Username};
use backboard::form::claim::PasswordForm;
use backboard::form::reset::Login;
use backboard::moment::Moment;
use backboard::service::ports::{Clock as _, Vault as _};
use backboard::service::records::NewMail;
use mail_parser::MessageParser;
use server::mail::{Delivered, Folder, Stationery, Transport, Worker};
use tempfile::TempDir;
use testkit::fakes::{Resident, TestPortal};
use testkit::outbox::{ask, queue};
use testkit::seed::{MailRow, email};
use tokio::sync::{Notify, watch};

const URL: &str = "https://accounts.example.gov";
const HOUR: i64 = 60 * 60;

struct Bench {
    test: TestPortal,
    worker: Worker,
    sent: Arc<Mutex<Vec<Delivered>>>,
    // Kept, because a stop whose sender is gone means stop.
    _go: watch::Sender<bool>,
    stop: watch::Receiver<bool>,
}

impl Bench {
    fn new() -> Self {
        let sent = Arc::default();
        Self::over(Transport::Memory(Arc::clone(&sent)), sent)
    }

    fn over(transport: Transport, sent: Arc<Mutex<Vec<Delivered>>>) -> Self {
        let test = TestPortal::default();
        let stationery = Stationery::new(&test.portal.agency, URL).unwrap();
        let worker = Worker::new(Arc::clone(&test.portal), stationery, transport, Arc::default());
        let (go, stop) = watch::channel(false);
        Self { test, worker, sent, _go: go, stop }
    }

    async fn round(&mut self) -> i64 {
        self.worker.round(&self.stop).await.unwrap()
    }

    fn sent(&self) -> Vec<Delivered> {
        self.sent.lock().unwrap().clone()
    }

    async fn row(&self, id: &str) -> MailRow {
        self.test.seed.mail_row(id).await.unwrap()
    }

    /// The rows of the audit that speak of a mail given up.
    async fn given_up(&self) -> Vec<String> {
        let rows = self.test.audit_rows().await;
        rows.into_iter().filter(|row| row.action == "mail-failed").map(|row| row.detail).collect()
    }
}

fn text(mail: &Delivered) -> String {
    MessageParser::default().parse(&mail.bytes).unwrap().body_text(0).unwrap().into_owned()
}

/// The token of the link in a mail.
fn token(mail: &Delivered) -> String {
    let text = text(mail);
    let rest = text.split_once(&format!("{URL}/link/")).unwrap().1;
    rest.chars().take(43).collect()
}

/// Ada, who has a password.
fn claimed() -> Resident {
    Resident { state: AccountState::Active, password: Some("correct horse battery"), ..Resident::default() }
}

fn ada() -> Username {
    Username::parse("ada.lovelace").unwrap()
}

/// Asks for a new password by username.
async fn forget(test: &TestPortal, number: u8) {
    let login = Login::parse("ada.lovelace").unwrap();
    test.portal.reset_request(&TestPortal::visitor(number), &login, &format!("good {number}")).await.unwrap();
    test.work_off().await;
}

fn id(mail: &Delivered) -> String {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    parsed.message_id().unwrap().split('@').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_lookup_becomes_a_mail_whose_link_works() {
    let mut bench = Bench::new();
    bench.test.settle(Resident::default()).await;
    ask(&bench.test, 1).await;
    bench.round().await;
    let sent = bench.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].recipient, "ada@example.org");
    bench.test.portal.link(&token(&sent[0])).await.unwrap();
    let row = bench.row(&id(&sent[0])).await;
    assert_eq!((row.sent, row.due, row.sealed), (Some(bench.test.clock.now()), None, None));
    bench.round().await;
    assert_eq!(bench.sent().len(), 1, "a sent mail stays sent");
}

#[tokio::test]
async fn mails_leave_in_the_order_in_which_they_were_queued() {
    let mut bench = Bench::new();
    for (number, id) in ["third-name", "a-name", "zz-name", "b-name"].into_iter().enumerate() {
        queue(&bench.test, id, &format!("person{number}@example.org")).await;
        bench.test.clock.pass(1);
    }
    bench.round().await;
    let order: Vec<String> = bench.sent().iter().map(id).collect();
    assert_eq!(order, ["third-name", "a-name", "zz-name", "b-name"]);
}

#[tokio::test]
async fn a_link_that_waited_in_the_queue_lasts_its_hour_from_the_moment_it_is_mailed() {
    for waited in [0, 59, HOUR - 1, HOUR, 25 * HOUR, 71 * HOUR] {
        let mut bench = Bench::new();
        bench.test.settle(Resident::default()).await;
        ask(&bench.test, 1).await;
        bench.test.work_off().await;
        bench.test.clock.pass(waited);
        bench.round().await;
        let sent = bench.sent();
        assert_eq!(sent.len(), 1, "after {waited} seconds");
        // A minute in the queue is the mail's own.
        let lasts = if waited < 60 { HOUR - waited } else { HOUR };
        bench.test.clock.pass(lasts - 1);
        bench.test.portal.link(&token(&sent[0])).await.unwrap();
        bench.test.clock.pass(1);
        assert!(bench.test.portal.link(&token(&sent[0])).await.is_err(), "after {waited} seconds");
    }
}

#[tokio::test]
async fn a_link_that_was_purged_while_its_mail_waited_is_not_mailed() {
    let mut bench = Bench::new();
    bench.test.settle(Resident::default()).await;
    ask(&bench.test, 1).await;
    bench.test.work_off().await;
    bench.test.clock.pass(26 * HOUR);
    let mut unit = bench.test.unit().await;
    let day_ago = bench.test.clock.now().plus(-24 * HOUR);
    assert_eq!((unit.purge_flows(day_ago).await.unwrap(), unit.purge_links(day_ago).await.unwrap()), (1, 1));
    unit.save().await.unwrap();
    bench.round().await;
    assert!(bench.sent().is_empty());
    let given_up = bench.given_up().await;
    assert_eq!(given_up.len(), 1);
    assert!(given_up[0].starts_with("claim-link ") && given_up[0].ends_with(": expired"), "{given_up:?}");
    let id = given_up[0].split([' ', ':']).nth(1).unwrap();
    let row = bench.row(id).await;
    assert_eq!((row.why.as_str(), row.sealed, row.due), ("expired", None, None));
    assert_eq!(row.failed, Some(bench.test.clock.now()));
}

#[tokio::test]
async fn a_link_that_waited_while_the_password_was_set_another_way_stays_dead() {
    let mut bench = Bench::new();
    let account = bench.test.settle(claimed()).await;
    forget(&bench.test, 1).await;
    // It has expired by the time the password changes.
    bench.test.clock.pass(2 * HOUR);
    let mut unit = bench.test.unit().await;
    unit.supersede_links(account, 0, bench.test.clock.now()).await.unwrap();
    unit.save().await.unwrap();
    bench.round().await;
    assert!(bench.sent().is_empty());
    assert!(bench.given_up().await[0].ends_with(": superseded"));
}

#[tokio::test]
async fn of_requests_that_piled_up_while_mail_was_down_the_newest_three_are_mailed() {
    let mut bench = Bench::new();
    bench.test.settle(claimed()).await;
    for number in 1..=5 {
        forget(&bench.test, number).await;
        bench.test.clock.pass(2 * HOUR);
    }
    bench.round().await;
    let sent = bench.sent();
    assert_eq!((sent.len(), bench.given_up().await.len()), (3, 2));
    for mail in &sent {
        bench.test.portal.link(&token(mail)).await.unwrap();
    }
}

#[tokio::test]
async fn a_link_that_newer_ones_replaced_is_not_mailed() {
    let mut bench = Bench::new();
    bench.test.settle(Resident::default()).await;
    for number in 1..=4 {
        ask(&bench.test, number).await;
        bench.test.work_off().await;
        bench.test.clock.pass(1);
    }
    bench.round().await;
    assert_eq!(bench.sent().len(), 3);
    let given_up = bench.given_up().await;
    assert!(given_up.len() == 1 && given_up[0].ends_with(": superseded"), "{given_up:?}");
}

#[tokio::test]
async fn a_link_that_another_one_made_useless_is_not_mailed() {
    let mut bench = Bench::new();
    bench.test.settle(Resident::default()).await;
    ask(&bench.test, 1).await;
    bench.round().await;
    let first = bench.sent().remove(0);
    bench.test.clock.pass(1);
    ask(&bench.test, 2).await;
    bench.test.work_off().await;

    let visitor = TestPortal::visitor(1);
    let browser = bench.test.portal.claim_start(&visitor, &token(&first)).await.unwrap().browser;
    let form = PasswordForm {
        password: "correct horse battery".to_owned(),
        password_again: "correct horse battery".to_owned(),
    };
    bench.test.portal.claim_password(&visitor, Some(&browser), &form, None).await.unwrap();
    bench.round().await;
    let sent = bench.sent();
    assert_eq!(sent.len(), 2, "the first link and the notice");
    assert!(!text(&sent[1]).contains("/link/"));
    assert_eq!(bench.given_up().await.len(), 1);
}

#[tokio::test]
async fn a_link_of_an_account_that_was_closed_meanwhile_is_not_mailed() {
    let mut bench = Bench::new();
    let account = bench.test.settle(claimed()).await;
    forget(&bench.test, 1).await;
    bench.test.seed.save_state(account, AccountState::Suspended).await;
    bench.round().await;
    assert!(bench.sent().is_empty());
    assert!(bench.given_up().await[0].ends_with(": closed"));
}

#[tokio::test]
async fn a_temporary_password_that_expired_in_the_queue_is_not_mailed() {
    for (waited, sent) in [(24 * HOUR - 1, 1), (24 * HOUR, 0)] {
        let mut bench = Bench::new();
        bench.test.settle(claimed()).await;
        assert_eq!(bench.test.portal.office_temporary_password(&ada()).await.unwrap(), 1);
        bench.test.clock.pass(waited);
        bench.round().await;
        assert_eq!(bench.sent().len(), sent, "after {waited} seconds");
        let given_up = bench.given_up().await;
        assert_eq!(given_up.len(), 1 - sent);
        let expired = |why: &String| why.starts_with("temporary-password ") && why.ends_with(": expired");
        assert!(given_up.iter().all(expired), "{given_up:?}");
    }
}

#[tokio::test]
async fn what_is_given_up_is_written_down_at_its_account() {
    let mut bench = Bench::new();
    let account = bench.test.settle(claimed()).await;
    forget(&bench.test, 1).await;
    bench.test.clock.pass(HOUR);
    queue(&bench.test, "nobody's", "ada@example.org").await;
    bench.test.clock.pass(3 * 24 * HOUR);
    bench.round().await;
    let rows = bench.test.audit_rows().await;
    let accounts: Vec<Option<i64>> =
        rows.into_iter().filter(|row| row.action == "mail-failed").map(|row| row.account).collect();
    assert_eq!(accounts, [Some(account), None]);
}

#[tokio::test]
async fn the_link_this_was_not_me_of_a_mail_stops_its_account() {
    let mut bench = Bench::new();
    bench.test.settle(claimed()).await;
    forget(&bench.test, 1).await;
    bench.round().await;
    let mail = bench.sent().remove(0);
    let text = text(&mail);
    let rest = text.split_once(&format!("{URL}/not-me/")).unwrap().1;
    let not_me = rest.lines().next().unwrap();
    let shown = bench.test.portal.not_me(not_me).await.unwrap();
    assert_eq!((shown.username, shown.done), (ada(), false));
    bench.test.portal.freeze(&TestPortal::visitor(1), not_me).await.unwrap();
    assert!(bench.test.portal.link(&token(&mail)).await.is_err());
}

#[tokio::test]
async fn a_mail_is_given_up_after_three_days_and_not_a_second_before() {
    for (waited, sent) in [(3 * 24 * HOUR - 1, 1), (3 * 24 * HOUR, 0)] {
        let mut bench = Bench::new();
        queue(&bench.test, "old", "ada@example.org").await;
        bench.test.clock.pass(waited);
        bench.round().await;
        assert_eq!(bench.sent().len(), sent);
        assert_eq!(bench.row("old").await.failed.is_some(), sent == 0);
    }
}

#[tokio::test]
async fn a_mail_sealed_for_another_id_is_given_up_and_the_next_one_goes() {
    let mut bench = Bench::new();
    let sealed = bench.test.vault.seal("mail", b"another", b"{}");
    let mail = NewMail {
        id: "swapped".to_owned(),
        recipient: email("ada@example.org"),
        account: None,
        kind: "password-set".to_owned(),
        sealed,
        due: bench.test.clock.now(),
    };
    let mut unit = bench.test.portal.store.begin().await.unwrap();
    unit.add_mail(&mail).await.unwrap();
    unit.save().await.unwrap();
    bench.test.clock.pass(1);
    queue(&bench.test, "next", "ada@example.org").await;
    bench.round().await;
    assert_eq!(bench.sent().iter().map(id).collect::<Vec<_>>(), ["next"]);
    assert_eq!(bench.row("swapped").await.why, "sealed with another key");
}

#[tokio::test]
async fn the_rest_ends_when_something_is_due() {
    let mut bench = Bench::new();
    assert_eq!(bench.round().await, 60, "nothing waits");
    bench.test.clock.turn_to(Moment(bench.test.clock.now().0 + 25));
    queue(&bench.test, "later", "ada@example.org").await;
    bench.test.clock.pass(-25);
    assert_eq!(bench.round().await, 25);
    assert!(bench.sent().is_empty());
}

#[tokio::test]
async fn a_folder_gets_one_private_file_a_mail_and_nothing_half_written() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("mail");
    let mut bench = Bench::over(Transport::Folder(Folder::at(&path)), Arc::default());
    queue(&bench.test, "one", "ada@example.org").await;
    queue(&bench.test, "two", "ada@example.org").await;
    bench.round().await;
    let mut names: Vec<String> =
        std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["001800000000-one.eml", "001800000000-two.eml"]);
    let bytes = std::fs::read(path.join(&names[0])).unwrap();
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.message_id(), Some("one@accounts.example.gov"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join(&names[0]))), (0o700, 0o600));
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_costs_no_mail_its_place_or_an_attempt() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("mail");
    std::fs::write(&path, "in the way").unwrap();
    let mut bench = Bench::over(Transport::Folder(Folder::at(&path)), Arc::default());
    queue(&bench.test, "one", "ada@example.org").await;
    let queued = bench.test.clock.now();
    assert_eq!(bench.round().await, 15, "asked again after a quarter of a minute");
    let row = bench.row("one").await;
    assert_eq!((row.due, row.why.as_str()), (Some(queued), ""));
    std::fs::remove_file(&path).unwrap();
    bench.test.clock.pass(14);
    bench.round().await;
    assert!(!path.exists(), "not asked before its time");
    bench.test.clock.pass(1);
    bench.round().await;
    assert_eq!(bench.row("one").await.sent, Some(bench.test.clock.now()));
}

#[tokio::test]
async fn a_worker_ends_when_it_is_told_to_and_when_nobody_can_tell_it_any_more() {
    for told in [true, false] {
        let test = TestPortal::default();
        let stationery = Stationery::new(&test.portal.agency, URL).unwrap();
        let transport = Transport::Memory(Arc::default());
        let worker = Worker::new(Arc::clone(&test.portal), stationery, transport, Arc::new(Notify::new()));
        let (go, stop) = watch::channel(false);
        let running = tokio::spawn(worker.run(stop));
        if told {
            go.send(true).unwrap();
        } else {
            drop(go);
        }
        running.await.unwrap();
    }
}
