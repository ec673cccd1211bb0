//! Where messages go.

use std::sync::{Arc, Mutex, PoisonError};

use lettre::Message;
use lettre::transport::smtp::client::AsyncSmtpConnection;

use super::{Folder, Relay};

/// A way out for mail.
pub enum Transport {
    /// Another mail server.
    Smtp(Relay),
    /// One `.eml` file a mail.
    Folder(Folder),
    /// For tests.
    Memory(Arc<Mutex<Vec<Delivered>>>),
}

/// A message as it went out.
#[derive(Clone)]
pub struct Delivered {
    pub recipient: String,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Delivered {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Delivered(…)")
    }
}

/// What became of one attempt. The reasons hold reply codes and stages, never what a server said:
/// servers repeat the recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    Later(String),
    /// The recipient was refused for good.
    Never(String),
}

/// Several mails in a row, over one connection where there is one.
pub struct Batch<'a> {
    transport: &'a Transport,
    connection: Option<AsyncSmtpConnection>,
}

impl Transport {
    #[must_use]
    pub const fn batch(&self) -> Batch<'_> {
        Batch { transport: self, connection: None }
    }
}

impl Batch<'_> {
    /// Makes sure that a mail can be handed over now. Asked before a mail is taken from the outbox, so
    /// that a server that is down costs no mail an attempt or its place.
    ///
    /// # Errors
    /// Why not, for the log.
    pub async fn ready(&mut self) -> Result<(), String> {
        match self.transport {
            Transport::Smtp(relay) => {
                if let Some(connection) = &mut self.connection
                    && relay.is_alive(connection).await
                {
                    return Ok(());
                }
                self.connection = None;
                self.connection = Some(relay.connect().await?);
                Ok(())
            }
            Transport::Folder(folder) => folder.ready().await,
            Transport::Memory(_) => Ok(()),
        }
    }

    /// Hands one message over.
    pub async fn send(&mut self, message: &Message) -> Outcome {
        match self.transport {
            Transport::Smtp(relay) => {
                // Taken out first: a connection that fails half-way through a mail is never used again.
                let Some(mut connection) = self.connection.take() else {
                    return Outcome::Later("no connection".to_owned());
                };
                let (outcome, usable) = relay.deliver(&mut connection, message).await;
                self.connection = usable.then_some(connection);
                outcome
            }
            Transport::Folder(folder) => folder.write(message).await,
            Transport::Memory(delivered) => {
                let recipient = message.envelope().to().first().map(ToString::to_string).unwrap_or_default();
                let delivery = Delivered { recipient, bytes: message.formatted() };
                delivered.lock().unwrap_or_else(PoisonError::into_inner).push(delivery);
                Outcome::Sent
            }
        }
    }

    /// Takes leave of the server.
    pub async fn close(mut self) {
        if let (Transport::Smtp(relay), Some(connection)) = (self.transport, &mut self.connection) {
            relay.leave(connection).await;
        }
    }
}
