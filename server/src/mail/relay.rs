//! Mail to another mail server.
//!
//! - Without TLS only to this machine itself. With `starttls` the connection is upgraded or given up:
//!   nothing is ever sent in the clear because a server did not offer it.
//! - Every step has a limit of its own, and a whole mail one that ends before its lease does.
//! - Only a refusal of the recipient (55x at RCPT) ends a mail. Everything else may pass: a relay that
//!   is set up wrongly must not cost people their mails.

use std::future::Future;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials as Secret, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use tokio::time::timeout;

use super::{Outcome, Unusable, one_line};

const PEM_BEGINS: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: to this machine itself only.
    None,
    /// Upgraded after the greeting, or given up.
    Starttls,
    /// From the first byte.
    Implicit,
}

/// A name and password at the relay.
#[derive(Clone)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Credentials(…)")
    }
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub connect: Duration,
    /// For each answer.
    pub command: Duration,
    /// For one mail from its first command to the last answer. Shorter than the lease of a mail.
    pub mail: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), command: Duration::from_secs(30), mail: Duration::from_secs(75) }
    }
}

/// Where a relay is, as it is configured.
#[derive(Clone, Debug)]
pub struct RelayAt {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub credentials: Option<Credentials>,
    /// Certificates (PEM) of a private authority; trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
    pub patience: Patience,
}

/// A mail server that takes our mails.
pub struct Relay {
    at: RelayAt,
    parameters: Option<TlsParameters>,
    hello: ClientId,
}

impl Relay {
    /// # Errors
    /// `tls = "none"` to another machine, or certificates that cannot be read.
    pub fn new(mut at: RelayAt) -> Result<Self, Unusable> {
        // An IPv6 address may stand in the brackets it has in URLs; sockets and certificates have none.
        at.host = at.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let parameters = match at.tls {
            Tls::None if is_loopback(&at.host) => None,
            Tls::None => {
                return Err(Unusable::because(
                    "mail.tls: \"none\" works only to this machine itself (127.0.0.1); use \"starttls\" or \"implicit\"",
                ));
            }
            Tls::Starttls | Tls::Implicit => Some(parameters(&at)?),
        };
        Ok(Self { at, parameters, hello: ClientId::default() })
    }

    /// Whether a mail could be handed over now: connects, and leaves again.
    ///
    /// # Errors
    /// What was in the way, in a few words.
    pub async fn try_out(&self) -> Result<(), String> {
        let mut connection = self.connect().await?;
        self.leave(&mut connection).await;
        Ok(())
    }

    /// A connection that is greeted, protected and signed in.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let patience = self.at.patience;
        let server = (self.at.host.as_str(), self.at.port);
        let implicit = self.parameters.clone().filter(|_| self.at.tls == Tls::Implicit);
        let opening = AsyncSmtpConnection::connect_tokio1(server, Some(patience.connect), &self.hello, implicit, None);
        // The handshake and the greeting are answers too.
        let mut connection = within(patience.connect + patience.command, opening).await.map_err(Miss::sentence)?;
        if let (Tls::Starttls, Some(parameters)) = (self.at.tls, &self.parameters) {
            let upgrade = connection.starttls(parameters.clone(), &self.hello);
            within(patience.command, upgrade).await.map_err(Miss::sentence)?;
        }
        if let Some(credentials) = &self.at.credentials {
            let secret = Secret::new(credentials.username.clone(), credentials.password.clone());
            let sign_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &secret);
            within(patience.command, sign_in).await.map_err(|miss| miss.at("AUTH"))?;
        }
        Ok(connection)
    }

    pub(super) async fn is_alive(&self, connection: &mut AsyncSmtpConnection) -> bool {
        timeout(self.at.patience.command, connection.test_connected()).await.unwrap_or(false)
    }

    /// Hands one message over. Also says whether the connection can take another.
    pub(super) async fn deliver(&self, connection: &mut AsyncSmtpConnection, message: &Message) -> (Outcome, bool) {
        let steps = self.steps(connection, message);
        match timeout(self.at.patience.mail, steps).await {
            Ok(Ok(())) => (Outcome::Sent, true),
            Ok(Err((Stage::Recipient, miss))) if miss.is_refusal() => {
                let why = miss.at(Stage::Recipient.name());
                let outcome = if miss.is_for_good() { Outcome::Never(why) } else { Outcome::Later(why) };
                (outcome, self.reset(connection).await)
            }
            Ok(Err((stage, miss))) => (Outcome::Later(miss.at(stage.name())), false),
            Err(_) => (Outcome::Later("the mail took too long".to_owned()), false),
        }
    }

    pub(super) async fn leave(&self, connection: &mut AsyncSmtpConnection) {
        // A server that does not take leave loses nothing by it.
        let _ = timeout(Duration::from_secs(2).min(self.at.patience.command), connection.quit()).await;
    }

    async fn steps(&self, connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), (Stage, Miss)> {
        let limit = self.at.patience.command;
        let envelope = message.envelope();
        let sender = Mail::new(envelope.from().cloned(), Vec::new());
        within(limit, connection.command(sender)).await.map_err(|miss| (Stage::Sender, miss))?;
        for recipient in envelope.to() {
            let recipient = Rcpt::new(recipient.clone(), Vec::new());
            within(limit, connection.command(recipient)).await.map_err(|miss| (Stage::Recipient, miss))?;
        }
        within(limit, connection.command(Data)).await.map_err(|miss| (Stage::Data, miss))?;
        within(limit, connection.message(&message.formatted())).await.map_err(|miss| (Stage::Content, miss))?;
        Ok(())
    }

    async fn reset(&self, connection: &mut AsyncSmtpConnection) -> bool {
        within(self.at.patience.command, connection.command(Rset)).await.is_ok()
    }
}

/// How far a mail got.
#[derive(Clone, Copy)]
enum Stage {
    Sender,
    Recipient,
    Data,
    Content,
}

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Self::Sender => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Content => "the content",
        }
    }
}

/// A step that did not work.
enum Miss {
    Said(Error),
    Silence,
}

impl Miss {
    fn code(&self) -> Option<u16> {
        match self {
            Self::Said(error) => error.status().map(u16::from),
            Self::Silence => None,
        }
    }

    fn is_refusal(&self) -> bool {
        self.code().is_some()
    }

    /// 55x: the mailbox itself. Other 5xx speak of syntax, order or sign-in, which an operator can mend.
    fn is_for_good(&self) -> bool {
        self.code().is_some_and(|code| (550..560).contains(&code))
    }

    /// Without what the server said, because it may repeat the recipient or the sign-in.
    fn at(&self, stage: &str) -> String {
        match (self.code(), self) {
            (Some(code), _) => format!("{code} at {stage}"),
            (None, Self::Silence) => format!("no answer at {stage}"),
            (None, Self::Said(_)) => format!("connection lost at {stage}"),
        }
    }

    /// With the reason in full, while nobody has been named yet.
    fn sentence(self) -> String {
        match self {
            Self::Silence => "the mail server does not answer".to_owned(),
            Self::Said(error) => {
                let mut sentence = error.to_string();
                let mut source = std::error::Error::source(&error);
                while let Some(cause) = source {
                    if !sentence.contains(&cause.to_string()) {
                        sentence = format!("{sentence}: {cause}");
                    }
                    source = cause.source();
                }
                one_line(&sentence)
            }
        }
    }
}

async fn within<T>(limit: Duration, step: impl Future<Output = Result<T, Error>>) -> Result<T, Miss> {
    match timeout(limit, step).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Miss::Said(error)),
        Err(_) => Err(Miss::Silence),
    }
}

fn parameters(at: &RelayAt) -> Result<TlsParameters, Unusable> {
    let mut builder = TlsParameters::builder(at.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(file) = &at.ca_file {
        let pem = std::fs::read(file)
            .map_err(|error| Unusable::because(format!("mail.ca_file: {}: {error}", file.display())))?;
        // The reader takes a file without any certificate for an empty list.
        if !pem.windows(PEM_BEGINS.len()).any(|window| window == PEM_BEGINS) {
            return Err(Unusable::because(format!("mail.ca_file: {}: no certificate in it", file.display())));
        }
        let certificate = Certificate::from_pem(&pem)
            .map_err(|error| Unusable::because(format!("mail.ca_file: {}: {error}", file.display())))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| Unusable::because(format!("mail.tls: {error}")))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
