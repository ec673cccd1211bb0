//! A browser without a script, over connections of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::answer::Answer;

#[derive(Clone, Debug)]
pub struct Visitor {
    address: SocketAddr,
    /// The node that answers.
    node: SocketAddr,
    pub jar: BTreeMap<String, String>,
    /// Headers of every request over the usual ones.
    headers: Vec<(String, String)>,
    accept: &'static str,
}

impl Visitor {
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address, node: address, jar: BTreeMap::new(), headers: Vec::new(), accept: "text/html" }
    }

    /// The same at this node, as a proxy in front of several would send it there.
    #[must_use]
    pub fn through(mut self, node: SocketAddr) -> Self {
        self.node = node;
        self
    }

    /// The same with a header more.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, asking as the script does.
    #[must_use]
    pub fn scripted(mut self) -> Self {
        self.accept = "application/json";
        self
    }

    pub async fn open(&mut self, path: &str) -> Answer {
        self.ask("GET", path).await
    }

    /// A request without a body.
    pub async fn ask(&mut self, method: &str, path: &str) -> Answer {
        let stream = self.send(format!("{method} {path} HTTP/1.1\r\n{}\r\n", self.head()).as_bytes()).await;
        self.receive(stream).await
    }

    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let stream = self.begin(path, fields).await;
        self.receive(stream).await
    }

    /// Posts a body as it is.
    pub async fn post(&mut self, path: &str, body: &[u8]) -> Answer {
        let stream = self.send(&self.request(path, body)).await;
        self.receive(stream).await
    }

    /// The same where nobody may listen, or the other side may end at any moment. None: no connection came about, so
    /// nothing was asked.
    pub async fn attempt(&mut self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(path, body.as_bytes());
        self.attempt_raw(&request).await
    }

    /// A page where nobody may listen.
    pub async fn attempt_open(&mut self, path: &str) -> Option<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head());
        self.attempt_raw(request.as_bytes()).await
    }

    async fn attempt_raw(&mut self, request: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.node).await.ok()?;
        let _ = stream.set_nodelay(true);
        let _ = stream.write_all(request).await;
        Some(self.receive(stream).await)
    }

    /// Writes a post and does not wait for the answer.
    pub async fn begin(&self, path: &str, fields: &[(&str, &str)]) -> TcpStream {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(&self.request(path, body.as_bytes())).await
    }

    /// A whole post, as bytes.
    #[must_use]
    pub fn request(&self, path: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "POST {path} HTTP/1.1\r\n{}content-type: application/x-www-form-urlencoded\r\n\
             sec-fetch-site: same-origin\r\ncontent-length: {}\r\n\r\n",
            self.head(),
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    /// Bytes that need not be HTTP, and what comes back.
    pub async fn raw(&mut self, bytes: &[u8]) -> Answer {
        let stream = self.send(bytes).await;
        self.receive(stream).await
    }

    /// Reads until the other side ends, however it does.
    pub async fn receive(&mut self, mut stream: TcpStream) -> Answer {
        let mut bytes = Vec::new();
        // A server that is killed resets the connection: what came before counts.
        let _ = stream.read_to_end(&mut bytes).await;
        let answer = Answer::read(&bytes);
        if answer.status.is_none() {
            // A cookie may be cut off in its middle.
            return answer;
        }
        for (name, cookie) in answer.headers() {
            if name != "set-cookie" {
                continue;
            }
            let (name, rest) = cookie.split_once('=').unwrap();
            match rest.split(';').next().unwrap() {
                "" => self.jar.remove(name),
                value => self.jar.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    /// Opens a connection and writes.
    pub async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.node).await.unwrap();
        stream.set_nodelay(true).unwrap();
        // Who is refused while still writing reads the answer all the same.
        let _ = stream.write_all(bytes).await;
        stream
    }

    /// The headers of a request, each with its line end.
    #[must_use]
    pub fn head(&self) -> String {
        let mut head = format!("host: {}\r\naccept: {}\r\nconnection: close\r\n", self.address, self.accept);
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            let _ = write!(head, "cookie: {}\r\n", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head
    }
}
