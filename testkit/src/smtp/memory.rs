//! A sink for more mails a second than a folder takes in files: the same conversations, and of each recipient the newest
//! mail in memory.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::record::{Envelope, Record};
use super::sink::{Protection, Settings, serve_on};

/// What has arrived.
#[derive(Default)]
pub struct Newest {
    mails: Mutex<HashMap<String, Vec<u8>>>,
    arrived: Notify,
}

/// The sink. It ends with the value.
pub struct Mailbox {
    newest: Arc<Newest>,
    pub port: u16,
    listening: JoinHandle<io::Result<()>>,
    // Where its mode could be set.
    _folder: TempDir,
}

impl Newest {
    pub(super) fn keep(&self, envelope: &Envelope, content: &[u8]) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        for to in &envelope.to {
            mails.insert(to.clone(), content.to_owned());
        }
        drop(mails);
        self.arrived.notify_waiters();
    }

    fn take(&self, to: &str) -> Option<Vec<u8>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).remove(to)
    }
}

impl Mailbox {
    /// Listens; port 0 takes any that is free.
    ///
    /// # Errors
    /// The address or a folder cannot be had.
    pub async fn listen(listen: SocketAddr) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let settings =
            Settings { folder: folder.path().to_owned(), listen, protection: Protection::Off, sign_in: None };
        let listener = TcpListener::bind(listen).await?;
        let port = listener.local_addr()?.port();
        let newest = Arc::new(Newest::default());
        let record = Record::in_memory(folder.path(), Arc::clone(&newest));
        let listening = tokio::spawn(serve_on(listener, settings, record));
        Ok(Self { newest, port, listening, _folder: folder })
    }

    /// Takes no connection any more.
    pub fn close(&self) {
        self.listening.abort();
    }

    /// Waits for a mail to this address, and takes it away.
    pub async fn wait_for(&self, to: &str) -> Vec<u8> {
        loop {
            let arrived = self.newest.arrived.notified();
            tokio::pin!(arrived);
            // From here on an arrival is heard, so none can come between the look and the wait.
            arrived.as_mut().enable();
            if let Some(mail) = self.newest.take(to) {
                return mail;
            }
            arrived.await;
        }
    }

    /// Forgets the mail to this address, if there is one.
    pub fn forget(&self, to: &str) {
        self.newest.take(to);
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn send(mailbox: &Mailbox, to: &str, text: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", mailbox.port)).await.unwrap();
        let said = format!(
            "EHLO a\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<{to}>\r\nDATA\r\nSubject: b\r\n\r\n{text}\r\n.\r\nQUIT\r\n"
        );
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        assert!(answers.contains("250 2.0.0 kept"), "{answers}");
    }

    #[tokio::test]
    async fn each_recipient_has_the_newest_mail_and_takes_it_once() {
        let mailbox = Mailbox::listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        for (to, text) in [("ada@example.org", "old"), ("ada@example.org", "new"), ("bob@example.org", "his")] {
            send(&mailbox, to, text).await;
        }
        let text = |mail: Vec<u8>| String::from_utf8(mail).unwrap();
        assert!(text(mailbox.wait_for("ada@example.org").await).ends_with("\r\n\r\nnew\r\n"));
        assert!(mailbox.newest.take("ada@example.org").is_none());
        assert!(text(mailbox.wait_for("bob@example.org").await).ends_with("his\r\n"));
        let later = tokio::join!(mailbox.wait_for("ada@example.org"), send(&mailbox, "ada@example.org", "later"));
        assert!(text(later.0).ends_with("later\r\n"));
    }
}
