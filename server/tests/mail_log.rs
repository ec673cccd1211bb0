//! What sending mail leaves in the log. A process of its own, because the log is one for all threads.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use backboard::account::Username;
use mail_parser::MessageParser;
use server::mail::{Delivered, Stationery, Transport, Worker};
use testkit::fakes::{Resident, TestPortal};
use testkit::outbox::ask;
use tokio::sync::watch;

/// Everything that is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_logged_names_a_recipient_a_token_or_a_word_of_the_mail() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let test = TestPortal::default();
    let sent: Arc<Mutex<Vec<Delivered>>> = Arc::default();
    let stationery = Stationery::new(&test.portal.agency, "https://accounts.example.gov").unwrap();
    let transport = Transport::Memory(Arc::clone(&sent));
    let mut worker = Worker::new(Arc::clone(&test.portal), stationery, transport, Arc::default());
    let (_go, stop) = watch::channel(false);
    test.settle(Resident::default()).await;
    ask(&test, 1).await;
    worker.round(&stop).await.unwrap();
    let username = Username::parse("ada.lovelace").unwrap();
    test.portal.office_temporary_password(&username).await.unwrap();
    worker.round(&stop).await.unwrap();
    ask(&test, 2).await;
    test.work_off().await;
    test.portal.office_suspend(&username).await.unwrap();
    worker.round(&stop).await.unwrap();

    let sent = sent.lock().unwrap().clone();
    let parsed = MessageParser::default().parse(&sent[0].bytes).unwrap();
    let text = parsed.body_text(0).unwrap();
    let token: String = text.split_once("/link/").unwrap().1.chars().take(43).collect();
    let not_me: String = text.split_once("/not-me/").unwrap().1.lines().next().unwrap().to_owned();
    let parsed = MessageParser::default().parse(&sent[1].bytes).unwrap();
    let text = parsed.body_text(0).unwrap();
    let password = text.split_once("Your temporary password:").unwrap().1.lines().nth(1).unwrap();
    assert!(password.len() > 8, "{text}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("mail sent") && log.contains("mail of no use any more"), "{log}");
    for secret in ["example.org", "ada.lovelace", "Lovelace", &token, "/link/", &not_me, password] {
        assert!(!log.contains(secret), "{secret}\n{log}");
    }
}
