//! One connection: the commands of RFC 5321 that a relay needs, STARTTLS and AUTH PLAIN.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};

use super::mode::Mode;
use super::record::Envelope;
use super::sink::{Protection, Shared};

/// How long `slow` waits before each answer.
const SLOW: Duration = Duration::from_millis(150);

/// A socket, with or without TLS.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub struct Dialogue<'a> {
    shared: &'a Shared,
    stream: BufReader<Box<dyn Stream>>,
    secured: bool,
    user: Option<String>,
}

/// Whether to go on after a command.
enum Next {
    Line,
    Hang,
    End,
}

impl<'a> Dialogue<'a> {
    pub fn new(shared: &'a Shared, stream: Box<dyn Stream>, secured: bool) -> Self {
        Self { shared, stream: BufReader::new(stream), secured, user: None }
    }

    pub async fn hold(mut self) -> io::Result<()> {
        self.shared.record.event("connected")?;
        if self.mode()? == Mode::Refuse {
            self.answer("421 4.3.2 not now").await?;
            return self.shared.record.event("refused");
        }
        self.answer("220 sink ready").await?;
        let mut envelope = Envelope::default();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            if line.eq_ignore_ascii_case("STARTTLS") && self.offers_tls() {
                self = self.secure().await?;
                envelope = Envelope::default();
                continue;
            }
            match self.command(line, &mut envelope).await? {
                Next::Line => {}
                Next::End => return Ok(()),
                Next::Hang => {
                    // Nothing more is said; the connection ends when the other side gives up.
                    let mut rest = Vec::new();
                    self.stream.read_to_end(&mut rest).await?;
                    return Ok(());
                }
            }
        }
    }

    async fn command(&mut self, line: &str, envelope: &mut Envelope) -> io::Result<Next> {
        let verb = line.get(..4).unwrap_or(line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => self.hello().await?,
            "HELO" | "NOOP" => self.answer("250 OK").await?,
            "RSET" => {
                *envelope = Envelope::default();
                self.answer("250 OK").await?;
            }
            "AUTH" => self.sign_in(line).await?,
            "MAIL" if self.shared.sign_in.is_some() && self.user.is_none() => {
                self.answer("530 5.7.0 sign in first").await?;
            }
            "MAIL" => {
                *envelope =
                    Envelope { from: path(line), tls: self.secured, user: self.user.clone(), ..Envelope::default() };
                self.shared.record.event("mail")?;
                self.answer("250 OK").await?;
            }
            "RCPT" => self.recipient(line, envelope).await?,
            "DATA" if envelope.to.is_empty() => self.answer("503 5.5.1 no recipient").await?,
            "DATA" => return self.content(envelope).await,
            "QUIT" => {
                self.answer("221 bye").await?;
                return Ok(Next::End);
            }
            _ => self.answer("502 5.5.1 unknown").await?,
        }
        Ok(Next::Line)
    }

    async fn hello(&mut self) -> io::Result<()> {
        let mut lines = vec!["sink", "SIZE 10485760"];
        if self.offers_tls() {
            lines.push("STARTTLS");
        }
        if self.shared.sign_in.is_some() {
            lines.push("AUTH PLAIN");
        }
        let last = lines.len().saturating_sub(1);
        let mut text = String::new();
        for (place, line) in lines.iter().enumerate() {
            text.push_str(if place == last { "250 " } else { "250-" });
            text.push_str(line);
            text.push_str(if place == last { "" } else { "\r\n" });
        }
        self.answer(&text).await
    }

    async fn sign_in(&mut self, line: &str) -> io::Result<()> {
        let Some((user, password)) = &self.shared.sign_in else { return self.answer("502 5.5.1 unknown").await };
        let right = format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")));
        if line == right {
            self.user = Some(user.clone());
            self.answer("235 2.7.0 welcome").await
        } else {
            self.answer("535 5.7.8 no").await
        }
    }

    async fn recipient(&mut self, line: &str, envelope: &mut Envelope) -> io::Result<()> {
        let to = path(line);
        match self.mode()? {
            Mode::Greylist => {
                self.answer("450 4.2.0 greylisted, come back later").await?;
                self.shared.record.event("greylisted")
            }
            Mode::Reject => {
                self.answer(&format!("550 5.1.1 <{to}>: no such mailbox")).await?;
                self.shared.record.event("rejected")
            }
            _ => {
                envelope.to.push(to);
                self.answer("250 OK").await
            }
        }
    }

    async fn content(&mut self, envelope: &mut Envelope) -> io::Result<Next> {
        self.answer("354 go on").await?;
        let mut content = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(Next::End);
            }
            if line == b".\r\n" {
                break;
            }
            // A dot at the start of a line was doubled by the sender.
            content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let record = &self.shared.record;
        match self.mode()? {
            Mode::Hang => {
                record.keep(envelope, &content, "hung")?;
                Ok(Next::Hang)
            }
            Mode::Drop => {
                record.keep(envelope, &content, "dropped")?;
                Ok(Next::End)
            }
            _ => {
                // Kept before the 250 is said: from then on the sender forgets it.
                record.keep(envelope, &content, "accepted")?;
                *envelope = Envelope::default();
                self.answer("250 2.0.0 kept").await?;
                Ok(Next::Line)
            }
        }
    }

    async fn secure(mut self) -> io::Result<Self> {
        self.answer("220 go on").await?;
        let Some(acceptor) = &self.shared.acceptor else { return Ok(self) };
        let stream = acceptor.accept(self.stream.into_inner()).await?;
        Ok(Self { shared: self.shared, stream: BufReader::new(Box::new(stream)), secured: true, user: None })
    }

    fn offers_tls(&self) -> bool {
        self.shared.protection == Protection::Starttls && !self.secured
    }

    fn mode(&self) -> io::Result<Mode> {
        Mode::of(self.shared.record.folder())
    }

    async fn answer(&mut self, text: &str) -> io::Result<()> {
        if self.mode()? == Mode::Slow {
            tokio::time::sleep(SLOW).await;
        }
        self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await
    }
}

/// What stands between the angle brackets of MAIL and RCPT, byte for byte.
fn path(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(path, _)| path.to_owned())
}
