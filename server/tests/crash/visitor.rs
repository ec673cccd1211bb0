//! A browser without a script, over connections of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub struct Visitor {
    address: SocketAddr,
    pub jar: BTreeMap<String, String>,
}

/// As much of an answer as came.
pub struct Answer {
    pub status: Option<u16>,
    pub text: String,
}

impl Visitor {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, jar: BTreeMap::new() }
    }

    pub async fn open(&mut self, path: &str) -> Answer {
        let stream = self.send(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head())).await;
        self.receive(stream).await
    }

    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let stream = self.begin(path, fields).await;
        self.receive(stream).await
    }

    /// Writes a post and does not wait for the answer.
    pub async fn begin(&self, path: &str, fields: &[(&str, &str)]) -> TcpStream {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let head = format!(
            "POST {path} HTTP/1.1\r\n{}content-type: application/x-www-form-urlencoded\r\n\
             sec-fetch-site: same-origin\r\ncontent-length: {}\r\n\r\n{body}",
            self.head(),
            body.len()
        );
        self.send(&head).await
    }

    /// Reads until the other side ends, however it does.
    pub async fn receive(&mut self, mut stream: TcpStream) -> Answer {
        let mut bytes = Vec::new();
        // A server that is killed resets the connection: what came before counts.
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.contains("\r\n\r\n");
        let status = whole.then(|| text.split(' ').nth(1).unwrap().parse().unwrap());
        for line in text.lines().take_while(|line| !line.is_empty()) {
            let Some(cookie) = line.strip_prefix("set-cookie: ") else { continue };
            let (name, rest) = cookie.split_once('=').unwrap();
            match rest.split(';').next().unwrap() {
                "" => self.jar.remove(name),
                value => self.jar.insert(name.to_owned(), value.to_owned()),
            };
        }
        Answer { status, text }
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    fn head(&self) -> String {
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {}\r\n", cookies.join("; ")) };
        format!("host: {}\r\naccept: text/html\r\nconnection: close\r\n{cookies}", self.address)
    }
}
