//! The mails of a folder.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

use mail_parser::{Message, MessageParser};

/// How many mails the list shows.
pub const SHOWN: usize = 50;

/// The name of a mail's file: nothing that could lead out of the folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileName(String);

impl FileName {
    pub fn parse(text: &str) -> Option<Self> {
        let stem = text.strip_suffix(".eml")?;
        let plain = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (plain && !stem.is_empty() && stem.len() <= 200).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the list shows of a mail.
pub struct Listed {
    pub name: FileName,
    pub to: String,
    pub subject: String,
    pub date: String,
}

/// The newest mails first, and how many there are in all.
pub struct Newest {
    pub mails: Vec<Listed>,
    pub count: usize,
}

/// A mail for reading.
pub struct Opened {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub date: String,
    pub text: String,
    pub html: String,
}

impl Opened {
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(bytes)?;
        Some(Self {
            from: address(message.from()),
            to: address(message.to()),
            subject: subject(&message),
            date: date(&message),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
        })
    }
}

pub async fn newest(folder: &Path) -> io::Result<Newest> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || list(&folder)).await.map_err(io::Error::other)?
}

/// The bytes of a mail; none when there is no such file.
pub async fn read(folder: &Path, name: &FileName) -> io::Result<Option<Vec<u8>>> {
    found(tokio::fs::read(folder.join(name.as_str())).await)
}

fn list(folder: &Path) -> io::Result<Newest> {
    let mut names: Vec<(SystemTime, FileName)> = Vec::new();
    // Before the first mail there may be no folder.
    let Some(entries) = found(std::fs::read_dir(folder))? else { return Ok(Newest { mails: Vec::new(), count: 0 }) };
    for entry in entries {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str().and_then(FileName::parse) {
            names.push((entry.metadata()?.modified()?, name));
        }
    }
    let count = names.len();
    names.sort_by(|one, other| other.cmp(one));
    names.truncate(SHOWN);
    let mut mails = Vec::with_capacity(names.len());
    for (_, name) in names {
        let Some(bytes) = found(std::fs::read(folder.join(name.as_str())))? else { continue };
        let Some(message) = MessageParser::default().parse_headers(&bytes) else { continue };
        mails.push(Listed { to: address(message.to()), subject: subject(&message), date: date(&message), name });
    }
    Ok(Newest { mails, count })
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn address(address: Option<&mail_parser::Address<'_>>) -> String {
    let Some(first) = address.and_then(mail_parser::Address::first) else { return String::new() };
    let email = first.address.as_deref().unwrap_or_default();
    first.name.as_deref().map_or_else(|| email.to_owned(), |name| format!("{name} <{email}>"))
}

fn subject(message: &Message<'_>) -> String {
    message.subject().unwrap_or("(no subject)").to_owned()
}

fn date(message: &Message<'_>) -> String {
    message.date().map(mail_parser::DateTime::to_rfc822).unwrap_or_default()
}
