//! A mail as its reader sees it.

use mail_parser::MessageParser;

use crate::app::ORIGIN;

#[derive(Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub id: String,
}

impl Mail {
    pub fn read(recipient: &str, bytes: &[u8]) -> Self {
        let message = MessageParser::default().parse(bytes).unwrap();
        Self {
            to: recipient.to_owned(),
            subject: message.subject().unwrap().to_owned(),
            text: message.body_text(0).unwrap().replace("\r\n", "\n"),
            id: message.message_id().unwrap().to_owned(),
        }
    }

    /// The token of its link.
    pub fn token(&self) -> String {
        self.link().unwrap().trim_start_matches("/link/").to_owned()
    }

    /// The path of its link, if it has one.
    pub fn link(&self) -> Option<String> {
        let (_, after) = self.text.split_once(&format!("{ORIGIN}/link/"))?;
        let token: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
        Some(format!("/link/{token}"))
    }

    /// The path of *This wasn't me*, if it has one.
    pub fn not_me(&self) -> Option<String> {
        let (_, after) = self.text.split_once(&format!("{ORIGIN}/not-me/"))?;
        Some(format!("/not-me/{}", after.lines().next()?.trim()))
    }

    /// The temporary password that it brings.
    pub fn temporary(&self) -> Option<String> {
        let (_, after) = self.text.split_once("Your temporary password:\n")?;
        Some(after.lines().next()?.to_owned())
    }

    /// Its code: two groups of four digits.
    pub fn code(&self) -> Option<String> {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let is_group = |word: &&&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        words.windows(2).find(|pair| pair.iter().filter(is_group).count() == 2).map(|pair| pair.concat())
    }
}
