//! Reports of mails that came back, as the mail servers of the world write them, out of a folder.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::fs;
use std::path::{Path, PathBuf};

use backboard::moment::Moment;
use backboard::service::bounce::{Report, Status, Taken};
use backboard::service::desk::queue_ports::{NoMail, Unreached};
use backboard::service::records::NewMail;
use proptest::prelude::*;
use server::mail::bounces::{self, Bounces};
use server::mail::report;
use tempfile::TempDir;
use testkit::fakes::{Resident, TestPortal};
use testkit::seed::{MailRow, email};
use tokio::sync::watch;

/// As the portal makes them: 16 random bytes in base64url.
const ID: &str = "q83vEjRWeJCrze8SNFZ4kA";
const FAILED: [(&str, &str); 7] = [
    ("postfix", "5.1.1"),
    ("postfix_headers_only", "5.4.6"),
    ("postfix_gave_up", "4.4.1"),
    ("exim", "5.0.0"),
    ("exim_cut", "5.0.0"),
    ("exchange", "5.1.10"),
    ("gmail", "5.1.1"),
];

struct Bench {
    test: TestPortal,
    account: i64,
    folder: TempDir,
    bounces: Bounces,
    // Kept, because a stop whose sender is gone means stop.
    _go: watch::Sender<bool>,
    stop: watch::Receiver<bool>,
}

impl Bench {
    /// Ada, and one mail to her that was sent; a mailbox that is a plain folder.
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let test = TestPortal::default();
        let account = test.settle(Resident::default()).await;
        let (go, stop) = watch::channel(false);
        let bench = Self { test, account, bounces: Bounces::at(folder.path()), folder, _go: go, stop };
        bench.send(ID, Some(account), "reset-link").await;
        bench
    }

    async fn maildir() -> Self {
        let bench = Self::new().await;
        for place in ["new", "cur", "tmp"] {
            fs::create_dir(bench.folder.path().join(place)).unwrap();
        }
        bench
    }

    async fn send(&self, id: &str, account: Option<i64>, kind: &str) {
        let now = self.test.portal.now();
        let mut unit = self.test.portal.store.begin().await.unwrap();
        let (id, kind) = (id.to_owned(), kind.to_owned());
        let recipient = email("ada@example.org");
        let new = NewMail { id: id.clone(), recipient, account, kind, sealed: b"sealed".to_vec(), due: now };
        unit.add_mail(&new).await.unwrap();
        unit.mail_sent(&id, now).await.unwrap();
        unit.save().await.unwrap();
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    async fn round(&mut self) -> usize {
        self.bounces.round(&self.test.portal, &self.stop).await.unwrap()
    }

    async fn row(&self, id: &str) -> MailRow {
        self.test.seed.mail_row(id).await.unwrap()
    }

    async fn queue(&self) -> Vec<Unreached> {
        let mut work = self.test.portal.store.read().await.unwrap();
        work.find_standing(Moment(0), 0, 99).await.unwrap()
    }

    async fn audit(&self) -> Vec<(Option<i64>, String)> {
        let rows = self.test.audit_rows().await.into_iter().filter(|row| row.action == "mail-bounced");
        rows.map(|row| (row.account, row.detail)).collect()
    }

    fn aside(&self) -> usize {
        fs::read_dir(self.folder.path().join("aside")).map_or(0, Iterator::count)
    }
}

/// A report of the corpus about this mail.
fn of(name: &str, id: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/report").join(name);
    fs::read_to_string(path).unwrap().replace("MAIL-ID", id)
}

fn read(text: &str) -> Option<Report> {
    report::read(text.as_bytes())
}

#[tokio::test]
async fn a_report_of_every_kind_of_server_marks_its_mail_and_goes() {
    for (name, status) in FAILED {
        for line_end in ["\n", "\r\n"] {
            let mut bench = Bench::new().await;
            let file = bench.put("report.eml", of(name, ID).replace('\n', line_end));
            assert_eq!(bench.round().await, 1, "{name}");
            let row = bench.row(ID).await;
            assert_eq!((row.bounced, row.status.as_str()), (Some(bench.test.portal.now()), status), "{name}");
            assert_eq!(bench.audit().await, [(Some(bench.account), format!("reset-link {ID}: {status}"))], "{name}");
            let queue = bench.queue().await;
            let [entry] = &queue[..] else { panic!("{name}: {queue:?}") };
            assert_eq!((entry.account, entry.why, entry.said.as_str()), (bench.account, NoMail::Bounced, status));
            assert!(!file.exists() && bench.aside() == 0, "{name}");
        }
    }
}

#[tokio::test]
async fn the_same_report_twice_is_one_row() {
    let mut bench = Bench::new().await;
    for name in ["a.eml", "b.eml", "c.EML"] {
        bench.put(name, of("postfix", ID));
    }
    assert_eq!(bench.round().await, 1);
    bench.put("d.eml", of("gmail", ID));
    assert_eq!(bench.round().await, 0);
    assert_eq!((bench.audit().await.len(), bench.queue().await[0].times, bench.aside()), (1, 1, 0));
    assert_eq!(bench.row(ID).await.status, "5.1.1");
}

#[tokio::test]
async fn a_mail_that_is_only_late_or_has_arrived_is_not_marked() {
    let mut bench = Bench::new().await;
    for name in ["postfix_delayed", "delivered"] {
        let file = bench.put("report.eml", of(name, ID));
        assert_eq!(bench.round().await, 0, "{name}");
        assert!(!file.exists() && bench.aside() == 0, "{name}");
    }
    assert!(bench.row(ID).await.bounced.is_none() && bench.audit().await.is_empty() && bench.queue().await.is_empty());
}

#[tokio::test]
async fn who_does_not_know_the_mail_or_names_another_address_changes_nothing() {
    let mut bench = Bench::new().await;
    let forged = [
        // The address alone is known to many.
        of("postfix", "AAAAAAAAAAAAAAAAAAAAAA"),
        // Without what was returned and what it answers there is no telling.
        of("exim_cut", ID).replace("References:", "X-References:"),
        // Somebody who was sent a mail of their own says that another address is dead.
        of("postfix", ID).replace("rfc822; ada@", "rfc822; grace@").replace("rfc822;ada@", "rfc822;grace@"),
        of("exchange", ID).replace("rfc822;Ada@example.org", "x400; /G=ada/S=example/"),
        of("out_of_office", ID),
        "From: ada@example.org\n\nhello".to_owned(),
        String::new(),
    ];
    for (number, text) in forged.iter().enumerate() {
        let file = bench.put(&format!("{number}.eml"), text);
        assert_eq!(bench.round().await, 0, "{number}");
        assert!(!file.exists(), "{number}");
    }
    assert_eq!(bench.aside(), forged.len());
    assert!(bench.row(ID).await.bounced.is_none() && bench.audit().await.is_empty() && bench.queue().await.is_empty());
    assert_eq!(bench.round().await, 0, "what was set aside is not read again");
}

#[tokio::test]
async fn one_recipient_of_several_is_ours() {
    let bench = Bench::new().await;
    let others =
        "Final-Recipient: rfc822; grace@example.org\nAction: failed\nStatus: 5.2.2\n\nFinal-Recipient: rfc822; ada@";
    let text = of("postfix", ID).replace("Final-Recipient: rfc822; ada@", others);
    let report = read(&text).unwrap();
    assert_eq!(report.outcomes.len(), 2);
    assert_eq!(bench.test.portal.bounce(&report).await.unwrap(), Taken::Bounced);
    assert_eq!(bench.row(ID).await.status, "5.1.1");
}

#[tokio::test]
async fn a_maildir_is_read_in_new_and_cur_and_never_in_tmp() {
    let mut bench = Bench::maildir().await;
    let ids = ["new-mail", "seen-mail", "half-mail", "beside-mail"];
    let places = ["new/1800000003.M1P2.mail", "cur/1800000004.M1P3.mail:2,S", "tmp/1800000005.M1P4.mail", "note.eml"];
    for (id, place) in ids.into_iter().zip(places) {
        bench.send(id, Some(bench.account), "reset-link").await;
        bench.put(place, of("exim", id));
    }
    bench.put("new/.hidden", of("exim", "half-mail"));
    assert_eq!(bench.round().await, 2);
    for (id, marked) in ids.into_iter().zip([true, true, false, false]) {
        assert_eq!(bench.row(id).await.bounced.is_some(), marked, "{id}");
    }
    assert!(bench.folder.path().join(places[2]).exists());
}

#[tokio::test]
async fn what_is_too_long_or_no_plain_file_is_set_aside_unread() {
    let mut bench = Bench::new().await;
    let report = of("postfix", ID);
    let exact = report.clone() + &" ".repeat(report::LONGEST - report.len());
    bench.put("long.eml", exact.clone() + " ");
    let elsewhere = bench.put("elsewhere", &report);
    std::os::unix::fs::symlink(&elsewhere, bench.folder.path().join("link.eml")).unwrap();
    fs::create_dir(bench.folder.path().join("folder.eml")).unwrap();
    // Whoever opened it would wait for a writer that never comes.
    let pipe = bench.folder.path().join("pipe.eml");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    assert_eq!(bench.round().await, 0);
    assert!(bench.row(ID).await.bounced.is_none() && elsewhere.exists());
    assert_eq!(bench.aside(), 3);
    bench.put("exact.eml", exact);
    assert_eq!(bench.round().await, 1);
}

#[tokio::test]
async fn a_flood_is_read_so_many_a_round_and_no_report_is_lost_in_it() {
    let mut bench = Bench::new().await;
    for number in 0..bounces::MOST * 2 {
        bench.put(&format!("{number}.eml"), "Subject: junk\n\njunk");
    }
    bench.put("ours.eml", of("postfix", ID));
    let mut marked = bench.round().await;
    assert!(bench.aside() <= bounces::MOST && bench.aside() + marked == bounces::MOST, "{}", bench.aside());
    for _ in 0..2 {
        marked += bench.round().await;
    }
    assert_eq!((marked, bench.aside()), (1, bounces::MOST * 2));
}

#[tokio::test]
async fn a_report_waits_while_the_store_does_not_answer() {
    let mut bench = Bench::new().await;
    let file = bench.put("report.eml", of("postfix", ID));
    let writing = bench.test.portal.store.begin().await.unwrap();
    bench.bounces.round(&bench.test.portal, &bench.stop).await.unwrap_err();
    assert!(file.exists());
    drop(writing);
    assert_eq!(bench.round().await, 1);
    assert!(!file.exists());
}

#[tokio::test]
async fn a_folder_that_is_not_there_stops_nothing_and_is_named() {
    let mut bench = Bench::new().await;
    let folder = bench.folder.path().join("later");
    bench.bounces = Bounces::at(&folder);
    assert_eq!(bench.round().await, 0);
    let (place, _) = bounces::look(&folder).unwrap_err();
    assert_eq!(place, folder);
    fs::create_dir(&folder).unwrap();
    bounces::look(&folder).unwrap();
    bench.put("later/report.eml", of("postfix", ID));
    assert_eq!(bench.round().await, 1);
    // A Maildir without one of its folders is none.
    fs::create_dir(folder.join("new")).unwrap();
    assert_eq!(bounces::look(&folder).unwrap_err().0, folder.join("cur"));
}

#[tokio::test]
async fn a_notice_that_came_back_is_marked_and_waits_for_nobody() {
    let mut bench = Bench::new().await;
    bench.send("notice", Some(bench.account), "password-set").await;
    bench.put("report.eml", of("postfix", "notice"));
    assert_eq!(bench.round().await, 1);
    assert!(bench.queue().await.is_empty());
    // Usernames are mailed to an address, whoever is on it.
    bench.send("names", None, "usernames").await;
    bench.put("report.eml", of("postfix", "names"));
    assert_eq!(bench.round().await, 1);
    assert_eq!(bench.queue().await.len(), 1);
    assert_eq!(bench.audit().await[1], (None, "usernames names: 5.1.1".to_owned()));
}

#[test]
fn what_is_no_report_is_none() {
    for text in ["", "\n", "From: a@example.org\n\nhello", &of("out_of_office", ID)] {
        assert_eq!(read(text), None);
    }
    // A part without a recipient, or with another action, says nothing.
    for (from, to) in [("Action: failed", "Action: vanished"), ("Final-Recipient: rfc822;", "Final-Recipient: ")] {
        assert_eq!(read(&of("exim", ID).replace(from, to)), None, "{to}");
    }
    // Without a status it has failed all the same.
    let report = read(&of("exim", ID).replace("Status: 5.0.0", "X: y")).unwrap();
    assert_eq!(report.outcomes[0].status.to_string(), "5.0.0");
}

proptest! {
    #[test]
    fn a_status_is_three_numbers_of_a_known_class_and_nothing_else(
        class in 0_u16..12, subject in 0_u16..2_000, detail in 0_u16..2_000, tail in "(| .{0,20})",
    ) {
        let code = format!("{class}.{subject}.{detail}");
        let known = [2, 4, 5].contains(&class) && subject < 1_000 && detail < 1_000;
        let read = Status::parse(&format!("{code}{tail}"));
        prop_assert_eq!(read.map(|status| status.to_string()), known.then_some(code));
    }

    #[test]
    fn whatever_is_no_status_is_none(text in "[ -~]{0,12}") {
        if let Some(status) = Status::parse(&text) {
            let shown = status.to_string();
            let first = text.split_whitespace().next().unwrap();
            prop_assert!(first.split('.').map(|part| part.parse::<u16>().unwrap().to_string()).eq(shown.split('.').map(str::to_owned)));
        }
    }
}
