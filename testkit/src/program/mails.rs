//! The mails in a program's folder.

use std::path::Path;

use mail_parser::MessageParser;

#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub id: String,
    pub text: String,
}

/// Every mail that was delivered.
#[must_use]
pub fn mails(folder: &Path) -> Vec<Mail> {
    let mut mails = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // A hidden name is a mail that is still being written.
        if path.file_name().unwrap().to_str().unwrap().starts_with('.') {
            continue;
        }
        mails.push(Mail::read(&std::fs::read(&path).unwrap()));
    }
    mails
}

impl Mail {
    /// A mail as it lies in a file.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let message = MessageParser::default().parse(bytes).unwrap();
        Self {
            to: message.to().unwrap().first().unwrap().address().unwrap().to_owned(),
            id: message.message_id().unwrap().to_owned(),
            text: message.body_text(0).unwrap().replace("\r\n", "\n"),
        }
    }

    /// The token of *This wasn't me*, if it has one.
    #[must_use]
    pub fn not_me(&self) -> Option<String> {
        let (_, after) = self.text.split_once("/not-me/")?;
        Some(after.lines().next()?.trim().to_owned())
    }

    /// The temporary password that it brings.
    #[must_use]
    pub fn temporary(&self) -> Option<String> {
        let (_, after) = self.text.split_once("Your temporary password:\n")?;
        Some(after.lines().next()?.to_owned())
    }

    /// The token of its link, if it has one.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        let (_, after) = self.text.split_once("/link/")?;
        Some(after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
    }

    /// Its code: two groups of four digits.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let is_group = |word: &&&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        words.windows(2).find(|pair| pair.iter().filter(is_group).count() == 2).map(|pair| pair.concat())
    }
}
