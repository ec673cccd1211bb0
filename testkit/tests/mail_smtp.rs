//! Mail over real sockets: the worker against an SMTP server that fails as it is told.
//!
//! It stands here and not beside the server's other tests because cargo builds the `smtp-sink` of a
//! package for that package's tests.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use backboard::moment::Moment;
use backboard::password::Password;
use backboard::service::desk::queue_ports::NoMail;
use backboard::service::mail::{Letter, MailedSecret, Message};
use backboard::service::ports::{Clock as _, Vault as _};
use backboard::service::records::{Mail, NewMail, NewTemporary};
use server::mail::{Credentials, Patience, Relay, RelayAt, Stationery, Tls, Transport, Worker};
use tempfile::TempDir;
use testkit::fakes::{Resident, TestPortal};
use testkit::outbox::{ask, queue};
use testkit::seed::{MailRow, email};
use testkit::smtp::{Mode, Received, SinkProcess};
use tokio::sync::{Notify, watch};

const BINARY: &str = env!("CARGO_BIN_EXE_smtp-sink");
const URL: &str = "https://accounts.example.gov";

/// Short enough for a test of a server that says nothing; an answer over loopback takes milliseconds.
const PATIENCE: Patience =
    Patience { connect: Duration::from_secs(5), command: Duration::from_secs(2), mail: Duration::from_secs(20) };

struct Bench {
    test: TestPortal,
    sink: SinkProcess,
    wake: Arc<Notify>,
    go: watch::Sender<bool>,
    stop: watch::Receiver<bool>,
    worker: Option<Worker>,
    _folder: TempDir,
}

fn at(port: u16, tls: Tls, ca_file: Option<PathBuf>) -> RelayAt {
    RelayAt { host: "127.0.0.1".to_owned(), port, tls, credentials: None, ca_file, patience: PATIENCE }
}

fn word(tls: Tls) -> &'static str {
    match tls {
        Tls::None => "off",
        Tls::Starttls => "starttls",
        Tls::Implicit => "implicit",
    }
}

impl Bench {
    async fn new() -> Self {
        Self::with(Tls::None, &[], |_, _| {}).await
    }

    /// A sink with this protection and these further arguments; `change` may misconfigure the relay.
    async fn with(tls: Tls, more: &[&str], change: impl FnOnce(&mut RelayAt, &Path)) -> Self {
        let folder = TempDir::new().unwrap();
        let sink = SinkProcess::start(BINARY, folder.path(), &[&["--tls", word(tls)], more].concat()).await.unwrap();
        let mut relay = at(sink.port(), tls, (tls != Tls::None).then(|| sink.ca_file()));
        change(&mut relay, folder.path());
        let test = TestPortal::default();
        let wake = Arc::new(Notify::new());
        let stationery = Stationery::new(&test.portal.agency, URL).unwrap();
        let transport = Transport::Smtp(Relay::new(relay).unwrap());
        let worker = Worker::new(Arc::clone(&test.portal), stationery, transport, Arc::clone(&wake));
        let (go, stop) = watch::channel(false);
        Self { test, sink, wake, go, stop, worker: Some(worker), _folder: folder }
    }

    async fn round(&mut self) -> i64 {
        self.worker.as_mut().unwrap().round(&self.stop).await.unwrap()
    }

    async fn queue(&self, id: &str) {
        queue(&self.test, id, &format!("{id}@example.org")).await;
    }

    async fn row(&self, id: &str) -> MailRow {
        self.test.seed.mail_row(id).await.unwrap()
    }

    fn received(&self, fate: &str) -> Vec<Received> {
        self.sink.received().unwrap().into_iter().filter(|mail| mail.fate == fate).collect()
    }

    fn accepted_ids(&self) -> Vec<String> {
        self.received("accepted").iter().map(|mail| mail.header("Message-ID").unwrap()).collect()
    }

    /// Nothing arrived, nothing was lost: the mail waits with an untouched attempt.
    async fn assert_waits_untouched(&self, id: &str) {
        let row = self.row(id).await;
        assert_eq!((row.sent, row.failed, row.why.as_str()), (None, None, ""));
        assert_eq!(row.due, Some(self.test.clock.now()));
        assert!(self.sink.received().unwrap().is_empty());
    }
}

fn message_id(id: &str) -> String {
    format!("<{id}@accounts.example.gov>")
}

#[tokio::test]
async fn each_kind_of_protection_delivers() {
    for tls in [Tls::None, Tls::Starttls, Tls::Implicit] {
        let mut bench = Bench::with(tls, &[], |_, _| {}).await;
        bench.queue("ada").await;
        bench.round().await;
        let mails = bench.received("accepted");
        assert_eq!(mails.len(), 1, "{tls:?}");
        let mail = &mails[0];
        assert!(mail.has("from: noreply@example.gov") && mail.has("to: ada@example.org"), "{}", mail.envelope);
        assert!(mail.has(&format!("tls: {}", tls != Tls::None)), "{tls:?}: {}", mail.envelope);
        assert_eq!(mail.header("To").unwrap(), "ada@example.org");
        assert!(bench.row("ada").await.sent.is_some());
    }
}

#[tokio::test]
async fn a_temporary_password_leaves_as_it_was_written_whatever_its_characters() {
    let mut bench = Bench::new().await;
    let stationery = Stationery::new(&bench.test.portal.agency, URL).unwrap();
    let account = bench.test.settle(Resident::default()).await;
    // A line that begins with a dot ends a mail, unless the sender takes care.
    for secret in ["Kdm&W7t!qH#r$xn@", ".starts.with.a.dot", ".", "a=3D&amp;<b>=", &"Kd&4=".repeat(25)] {
        let message = Message::TemporaryPassword {
            username: serde_json::from_str("\"ada.lovelace\"").unwrap(),
            password: MailedSecret::of(&Password::parse(secret).unwrap()),
            expires: Moment(i64::MAX),
            hours: 24,
            shared: false,
            products: Vec::new(),
        };
        let letter = Letter { language: "en".to_owned(), message };
        let plain = serde_json::to_vec(&letter).unwrap();
        let id = format!("secret-{}", secret.len());
        let new = NewMail {
            recipient: email("ada@example.org"),
            account: None,
            kind: "temporary-password".to_owned(),
            sealed: bench.test.vault.seal("mail", id.as_bytes(), &plain),
            due: bench.test.clock.now(),
            id: id.clone(),
        };
        let mut unit = bench.test.portal.store.begin().await.unwrap();
        unit.add_mail(&new).await.unwrap();
        // One that is not in the ledger would not be sent.
        let issued = NewTemporary {
            id: id.clone(),
            account,
            digest: bench.test.vault.digest("temporary", format!("{account}:{secret}").as_bytes()),
            issued: new.due,
            expires: new.due.plus(60 * 60),
            issuer: "person".to_owned(),
            why: "forgot-password".to_owned(),
            mail: Some(id.clone()),
        };
        unit.add_temporary(&issued).await.unwrap();
        unit.save().await.unwrap();
        bench.round().await;

        let mail = Mail {
            recipient: new.recipient,
            kind: new.kind,
            sealed: new.sealed,
            queued: new.due,
            tries: 1,
            id: new.id,
        };
        let written = stationery.render(&mail, &letter, &bench.test.portal.not_me_token(&id)).unwrap().formatted();
        let received = bench.received("accepted").pop().unwrap();
        let (written, received) = (String::from_utf8(written).unwrap(), String::from_utf8(received.bytes).unwrap());
        assert_eq!(received.trim_end(), written.trim_end(), "{secret}");
    }
}

#[tokio::test]
async fn a_name_and_password_sign_in_at_the_relay() {
    let sign_in = ["--user", "portal", "--password", "a word"];
    let mut bench = Bench::with(Tls::Starttls, &sign_in, |relay, _| {
        relay.credentials = Some(Credentials { username: "portal".to_owned(), password: "a word".to_owned() });
    })
    .await;
    bench.queue("ada").await;
    bench.round().await;
    assert!(bench.received("accepted")[0].has("user: portal"));
}

#[tokio::test]
async fn a_wrong_password_or_none_at_the_relay_loses_no_mail() {
    let sign_in = ["--user", "portal", "--password", "a word"];
    let wrong = Credentials { username: "portal".to_owned(), password: "another".to_owned() };
    let mut bench = Bench::with(Tls::Implicit, &sign_in, |relay, _| relay.credentials = Some(wrong)).await;
    bench.queue("ada").await;
    bench.round().await;
    bench.assert_waits_untouched("ada").await;

    let mut bench = Bench::with(Tls::Implicit, &sign_in, |_, _| {}).await;
    bench.queue("ada").await;
    bench.round().await;
    let row = bench.row("ada").await;
    assert_eq!((row.why.as_str(), row.failed), ("530 at MAIL", None), "a 5xx that is not the recipient's");
    assert!(row.due.is_some());
}

#[tokio::test]
async fn a_server_that_refuses_the_connection_is_asked_again_and_the_mail_goes_once() {
    let mut bench = Bench::new().await;
    bench.sink.set(Mode::Refuse).unwrap();
    bench.queue("ada").await;
    assert_eq!(bench.round().await, 15);
    bench.sink.wait_for("refused").await.unwrap();
    bench.assert_waits_untouched("ada").await;

    bench.test.clock.pass(15);
    assert_eq!(bench.round().await, 60, "the second time it waits longer");
    bench.sink.set(Mode::Accept).unwrap();
    bench.test.clock.pass(60);
    bench.round().await;
    assert_eq!(bench.accepted_ids(), [message_id("ada")]);
    bench.test.clock.pass(24 * 60 * 60);
    bench.round().await;
    assert_eq!(bench.accepted_ids().len(), 1);
}

#[tokio::test]
async fn a_mail_that_is_cut_off_before_the_250_goes_again_with_the_same_bytes() {
    for (mode, fate, why) in
        [(Mode::Drop, "dropped", "connection lost at the content"), (Mode::Hang, "hung", "no answer at the content")]
    {
        let mut bench = Bench::new().await;
        bench.sink.set(mode).unwrap();
        bench.queue("ada").await;
        let begun = bench.test.clock.now();
        assert_eq!(bench.round().await, 15);
        let row = bench.row("ada").await;
        assert_eq!((row.why.as_str(), row.due), (why, Some(begun.plus(15))));

        bench.test.clock.pass(14);
        bench.round().await;
        assert_eq!(bench.sink.received().unwrap().len(), 1, "not before its time");
        bench.test.clock.pass(1);
        assert_eq!(bench.round().await, 60, "the second wait is longer");
        bench.sink.set(Mode::Accept).unwrap();
        bench.test.clock.pass(60);
        bench.round().await;

        let (lost, accepted) = (bench.received(fate), bench.received("accepted"));
        assert_eq!((lost.len(), accepted.len()), (2, 1), "{mode:?}");
        for mail in &lost {
            assert_eq!(mail.header("Message-ID").unwrap(), message_id("ada"));
            assert_eq!(mail.bytes, accepted[0].bytes);
        }
        bench.test.clock.pass(24 * 60 * 60);
        bench.round().await;
        assert_eq!(bench.accepted_ids().len(), 1, "{mode:?}");
        assert!(bench.row("ada").await.sent.is_some());
    }
}

#[tokio::test]
async fn a_recipient_that_is_put_off_gets_the_mail_later() {
    let mut bench = Bench::new().await;
    bench.sink.set(Mode::Greylist).unwrap();
    bench.queue("ada").await;
    bench.round().await;
    bench.sink.wait_for("greylisted").await.unwrap();
    let row = bench.row("ada").await;
    assert_eq!((row.why.as_str(), row.failed), ("450 at RCPT", None));
    bench.sink.set(Mode::Accept).unwrap();
    bench.test.clock.pass(15);
    bench.round().await;
    assert_eq!(bench.accepted_ids(), [message_id("ada")]);
}

#[tokio::test]
async fn a_recipient_that_does_not_exist_ends_the_mail() {
    let mut bench = Bench::new().await;
    bench.sink.set(Mode::Reject).unwrap();
    bench.queue("nobody").await;
    bench.round().await;
    bench.sink.wait_for("rejected").await.unwrap();
    let row = bench.row("nobody").await;
    assert_eq!(row.failed, Some(bench.test.clock.now()));
    assert_eq!((row.why.as_str(), row.due, row.sealed), ("550 at RCPT", None, None));
    let audit = bench.test.audit_rows().await;
    let failed: Vec<_> = audit.iter().filter(|row| row.action == "mail-failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].detail, "password-set nobody: 550 at RCPT");

    bench.sink.set(Mode::Accept).unwrap();
    bench.test.clock.pass(24 * 60 * 60);
    bench.round().await;
    assert!(bench.sink.received().unwrap().is_empty(), "it is never tried again");
}

#[tokio::test]
async fn who_asked_and_whose_address_the_relay_refuses_waits_for_the_office() {
    let mut bench = Bench::new().await;
    let account = bench.test.settle(Resident::default()).await;
    bench.sink.set(Mode::Reject).unwrap();
    ask(&bench.test, 1).await;
    // A notice that nobody asked for is refused as well.
    bench.queue("ada").await;
    bench.round().await;
    for _ in 0..2 {
        bench.sink.wait_for("rejected").await.unwrap();
    }
    let mut unit = bench.test.portal.store.read().await.unwrap();
    let now = bench.test.clock.now();
    let waiting = unit.find_standing(now, 0, 9).await.unwrap();
    let [entry] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!((entry.account, entry.why, entry.said.as_str()), (account, NoMail::Failed, "550 at RCPT"));
    assert_eq!((entry.address.as_ref(), entry.times), (Some(&email("ada@example.org")), 1));

    // The mailbox is back: a mail that arrives takes the entry off after a day.
    bench.sink.set(Mode::Accept).unwrap();
    bench.test.clock.pass(60);
    ask(&bench.test, 2).await;
    bench.round().await;
    bench.sink.wait_for("accepted").await.unwrap();
    let day = 24 * 60 * 60;
    for (seconds, count) in [(day, 1), (1, 0)] {
        bench.test.clock.pass(seconds);
        let arrived = bench.test.clock.now().plus(-day);
        let mut unit = bench.test.portal.store.read().await.unwrap();
        assert_eq!(unit.count_standing(arrived).await.unwrap(), count, "{seconds}");
    }
}

#[tokio::test]
async fn a_refused_recipient_does_not_hold_up_the_mails_behind_it() {
    let mut bench = Bench::new().await;
    bench.sink.set(Mode::Greylist).unwrap();
    for id in ["one", "two", "three"] {
        bench.queue(id).await;
        bench.test.clock.pass(1);
    }
    bench.round().await;
    for id in ["one", "two", "three"] {
        assert_eq!(bench.row(id).await.why, "450 at RCPT");
    }
    bench.sink.wait_for("connected").await.unwrap();
    for _ in 0..3 {
        assert_eq!(bench.sink.wait_for_either(&["connected", "greylisted"]).await.unwrap(), "greylisted");
    }
}

#[tokio::test]
async fn the_queue_keeps_its_order_over_one_connection() {
    let mut bench = Bench::new().await;
    let ids = ["m", "a", "z", "k", "b"];
    for id in ids {
        bench.queue(id).await;
        bench.test.clock.pass(1);
    }
    bench.round().await;
    assert_eq!(bench.accepted_ids(), ids.map(message_id));
    assert_eq!(bench.sink.wait_for_either(&["connected"]).await.unwrap(), "connected");
    for number in 1..=ids.len() {
        let event = bench.sink.wait_for_either(&["connected", "accepted"]).await.unwrap();
        assert_eq!(event, format!("accepted {number:06}"));
    }
    assert_eq!(bench.sink.wait_for_either(&["connected", "left"]).await.unwrap(), "left");
}

#[tokio::test]
async fn the_order_survives_a_server_that_was_down() {
    let mut bench = Bench::new().await;
    bench.sink.set(Mode::Refuse).unwrap();
    let ids = ["m", "a", "z"];
    for id in ids {
        bench.queue(id).await;
        bench.round().await;
        bench.test.clock.pass(100);
    }
    bench.sink.set(Mode::Accept).unwrap();
    bench.test.clock.pass(24 * 60 * 60);
    bench.round().await;
    assert_eq!(bench.accepted_ids(), ids.map(message_id));
}

#[tokio::test]
async fn a_certificate_of_somebody_else_is_refused() {
    let other = TempDir::new().unwrap();
    let stranger = SinkProcess::start(BINARY, other.path(), &["--tls", "implicit"]).await.unwrap();
    for tls in [Tls::Starttls, Tls::Implicit] {
        for ca_file in [Some(stranger.ca_file()), None] {
            let mut bench = Bench::with(tls, &[], |relay, _| relay.ca_file = ca_file).await;
            bench.queue("ada").await;
            assert_eq!(bench.round().await, 15, "{tls:?}");
            bench.assert_waits_untouched("ada").await;
        }
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    for tls in [Tls::Starttls, Tls::Implicit] {
        // The certificate is good for localhost and 127.0.0.1, and this is neither.
        let mut bench = Bench::with(tls, &["--listen", "127.0.0.2:0"], |relay, _| {
            relay.host = "127.0.0.2".to_owned();
        })
        .await;
        bench.queue("ada").await;
        assert_eq!(bench.round().await, 15, "{tls:?}");
        bench.assert_waits_untouched("ada").await;
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing_in_the_clear() {
    let mut bench = Bench::with(Tls::None, &[], |relay, _| relay.tls = Tls::Starttls).await;
    bench.queue("ada").await;
    assert_eq!(bench.round().await, 15);
    bench.assert_waits_untouched("ada").await;
}

#[test]
fn without_tls_only_this_machine_is_spoken_to() {
    for host in ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "LOCALHOST"] {
        let relay = RelayAt { host: host.to_owned(), ..at(25, Tls::None, None) };
        assert!(Relay::new(relay).is_ok(), "{host}");
    }
    for host in [
        "192.0.2.1",
        "mail.example.gov",
        "localhost.example.gov",
        "127.0.0.1.example.gov",
        "0.0.0.0",
        "10.0.0.1",
        "::",
        "",
    ] {
        let refused = Relay::new(RelayAt { host: host.to_owned(), ..at(25, Tls::None, None) }).err();
        assert!(refused.is_some_and(|refused| refused.to_string().contains("mail.tls")), "{host}");
    }
}

#[test]
fn a_ca_file_that_holds_no_certificate_is_refused_at_the_start() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ca.pem");
    assert!(Relay::new(at(25, Tls::Starttls, Some(path.clone()))).is_err(), "no file");
    std::fs::write(&path, "no certificate").unwrap();
    assert!(Relay::new(at(25, Tls::Starttls, Some(path))).is_err(), "no certificate");
}

#[tokio::test]
async fn a_poke_wakes_the_worker_and_a_stop_lets_it_finish_the_mail_in_hand() {
    let mut bench = Bench::new().await;
    let running = tokio::spawn(bench.worker.take().unwrap().run(bench.stop.clone()));
    bench.queue("first").await;
    bench.wake.notify_one();
    bench.sink.wait_for("accepted").await.unwrap();

    bench.sink.wait_for("left").await.unwrap();
    bench.sink.set(Mode::Slow).unwrap();
    bench.queue("second").await;
    bench.test.clock.pass(1);
    bench.queue("third").await;
    bench.wake.notify_one();
    // The slow server has begun with the second mail: the worker is told to stop in the middle of it.
    bench.sink.wait_for("connected").await.unwrap();
    bench.sink.wait_for("mail").await.unwrap();
    bench.go.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(bench.accepted_ids(), [message_id("first"), message_id("second")]);
    assert!(bench.row("second").await.sent.is_some());
    assert_eq!(bench.row("third").await.due, Some(bench.test.clock.now()), "not begun");
}
