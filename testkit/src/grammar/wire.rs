//! A connection, byte by byte: no library would send what must be sent here.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;
use super::request::Made;

/// Answers beyond this are cut: no page is nearly as long.
const LONGEST: usize = 4 * 1024 * 1024;

/// What came back.
pub enum Heard {
    /// At least one answer.
    Answers(Vec<Answer>),
    /// The connection ended without one.
    Closed,
    /// Nothing, or no end.
    Silent,
}

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The cookies it sets: name and value.
    pub fn cookies(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.headers.iter().filter(|(name, _)| name == "set-cookie").filter_map(|(_, value)| {
            let pair = std::str::from_utf8(value).ok()?.split(';').next()?;
            pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
        })
    }
}

/// Cookies of journeys as a browser would keep them. Sessions are not among them: they belong to everybody.
#[derive(Default)]
pub struct Jar(pub BTreeMap<String, String>);

impl Jar {
    pub fn keep(&mut self, answer: &Answer) {
        for (name, value) in answer.cookies().filter(|(name, _)| name != "__Host-session") {
            if value.is_empty() {
                self.0.remove(&name)
            } else {
                self.0.insert(name, value)
            };
        }
    }
}

pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    usable: bool,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new(), usable: true })
    }

    /// Whether another request may follow.
    pub const fn is_usable(&self) -> bool {
        self.usable
    }

    pub async fn ask(&mut self, made: &Made) -> Heard {
        self.usable = !made.odd;
        match timeout(PATIENCE, self.exchange(made)).await {
            Ok(heard) => heard,
            Err(_) => {
                self.usable = false;
                Heard::Silent
            }
        }
    }

    /// Writes and listens at once: an answer may come before the whole request has gone.
    async fn exchange(&mut self, made: &Made) -> Heard {
        let (mut incoming, mut outgoing) = self.stream.split();
        let write = async {
            let sent = outgoing.write_all(&made.bytes).await;
            // What is no whole request is ended, so that nobody waits for its rest.
            if made.odd && !made.is_waiting {
                let _ = outgoing.shutdown().await;
            }
            sent
        };
        let buffer = &mut self.read;
        let listen = async {
            let mut answers = Vec::new();
            let mut chunk = vec![0_u8; 16 * 1024];
            loop {
                while let Some((answer, used)) = parse(buffer, made.head) {
                    buffer.drain(..used);
                    if answer.status >= 200 {
                        answers.push(answer);
                    }
                }
                if !made.odd && !answers.is_empty() || answers.len() >= made.asked {
                    return (answers, false);
                }
                match incoming.read(&mut chunk).await {
                    Ok(0) | Err(_) => return (answers, true),
                    Ok(count) if buffer.len() < LONGEST => {
                        buffer.extend_from_slice(chunk.get(..count).unwrap_or_default());
                    }
                    Ok(_) => {}
                }
            }
        };
        tokio::pin!(write, listen);
        // A write that failed is no news: the answer, or the end, comes to the listener.
        let mut sent = None;
        let (answers, ended) = loop {
            tokio::select! {
                heard = &mut listen => break heard,
                done = &mut write, if sent.is_none() => sent = Some(done.is_ok()),
            }
        };
        let says_close =
            |answer: &Answer| answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
        if ended || sent != Some(true) || answers.iter().any(says_close) {
            self.usable = false;
        }
        if answers.is_empty() { Heard::Closed } else { Heard::Answers(answers) }
    }
}

/// A whole answer at the beginning of the buffer, and how many bytes it takes.
fn parse(buffer: &[u8], head: bool) -> Option<(Answer, usize)> {
    let mut lines = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut lines);
    let httparse::Status::Complete(start) = response.parse(buffer).ok()? else { return None };
    let status = response.code?;
    let headers: Vec<(String, Vec<u8>)> =
        response.headers.iter().map(|line| (line.name.to_ascii_lowercase(), line.value.to_vec())).collect();
    let mut answer = Answer { status, headers, body: Vec::new() };
    let rest = buffer.get(start..)?;
    if head || status < 200 || matches!(status, 204 | 304) {
        return Some((answer, start));
    }
    if answer.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) {
        let mut used = 0;
        loop {
            let chunk = rest.get(used..)?;
            let httparse::Status::Complete((begins, length)) = httparse::parse_chunk_size(chunk).ok()? else {
                return None;
            };
            let length = usize::try_from(length).ok()?;
            answer.body.extend_from_slice(chunk.get(begins..begins + length)?);
            used += begins + length + 2;
            rest.get(..used)?;
            if length == 0 {
                return Some((answer, start + used));
            }
        }
    }
    let length = answer.header("content-length").and_then(|value| std::str::from_utf8(value).ok()?.parse().ok());
    let length: usize = length.unwrap_or(0);
    answer.body = rest.get(..length)?.to_vec();
    Some((answer, start + length))
}
