//! What a mail says, before it is text or HTML. Both parts are made from the same blocks, so neither
//! can say what the other does not.

use app::words::{self, Catalog, Word};
use backboard::agency::Agency;
use backboard::link::LINK_SECONDS;
use backboard::service::mail::Message;

/// A mail in plain words.
pub struct Draft {
    pub subject: String,
    /// What the list of mails shows beside the subject.
    pub preview: String,
    pub blocks: Vec<Block>,
}

pub enum Block {
    Paragraph(String),
    Username {
        label: String,
        username: String,
    },
    /// The one thing to do next: a button, and the address below it for those who copy it.
    Action {
        label: String,
        url: String,
    },
    /// An address by itself.
    Address(String),
    Code {
        label: String,
        code: String,
    },
    Office {
        heading: String,
        lines: Vec<Line>,
    },
}

/// A line of the office's block, with what a tap on it does.
pub struct Line {
    pub text: String,
    pub href: Option<String>,
}

/// The words of one mail.
pub struct Writer<'a> {
    pub agency: &'a Agency,
    pub public_url: &'a str,
    pub catalog: &'a Catalog,
}

impl Writer<'_> {
    #[must_use]
    pub fn draft(&self, message: &Message) -> Draft {
        let words = Words::of(message);
        let mut blocks = vec![Block::Paragraph(self.say(words::MAIL_GREETING)), Block::Paragraph(self.say(words.why))];
        blocks.extend(message.usernames().iter().map(|username| Block::Username {
            label: self.say(words::MAIL_USERNAME_LABEL),
            username: username.as_str().to_owned(),
        }));
        match message {
            Message::ClaimLink { token, code, .. } => {
                blocks.push(self.paragraph(words::MAIL_CLAIM_LINK_USERNAME));
                blocks.push(self.paragraph(words.next));
                blocks.push(Block::Action {
                    label: self.say(words::MAIL_CLAIM_LINK_BUTTON),
                    url: format!("{}/link/{}", self.public_url, token.as_str()),
                });
                blocks.push(Block::Code { label: self.say(words::MAIL_CLAIM_LINK_CODE_LABEL), code: code.grouped() });
                blocks.push(self.paragraph(words::MAIL_CLAIM_LINK_CODE));
                blocks.push(self.paragraph(words::MAIL_CLAIM_LINK_LIFETIME));
                blocks.push(Block::Address(format!("{}/claim", self.public_url)));
            }
            Message::AlreadyClaimed { .. } => {
                blocks.push(self.paragraph(words.next));
                blocks.push(Block::Action {
                    label: self.say(words::MAIL_ALREADY_CLAIMED_BUTTON),
                    url: format!("{}/sign-in", self.public_url),
                });
                blocks.push(self.paragraph(words::MAIL_ALREADY_CLAIMED_FORGOT));
            }
            Message::Usernames { .. } => {
                blocks.push(self.paragraph(words.next));
                blocks.push(Block::Action {
                    label: self.say(words::MAIL_USERNAMES_BUTTON),
                    url: format!("{}/sign-in", self.public_url),
                });
            }
            Message::Inactive { .. }
            | Message::Suspended { .. }
            | Message::External { .. }
            | Message::PasswordSet { .. }
            | Message::EmailReplaced { .. }
            | Message::EmailNow { .. } => blocks.push(self.paragraph(words.next)),
        }
        blocks.push(self.paragraph(words.not_you));
        blocks.push(self.office());
        blocks.push(self.paragraph(words::MAIL_CONTACTS_ADVICE));
        Draft { subject: self.say(words.subject), preview: self.say(words.preview), blocks }
    }

    fn paragraph(&self, word: Word) -> Block {
        Block::Paragraph(self.say(word))
    }

    /// A sentence with everything filled in that a sentence of a mail may name. No word of a visitor is
    /// among it.
    fn say(&self, word: Word) -> String {
        let contact = &self.agency.contact;
        let minutes = (LINK_SECONDS / 60).to_string();
        let reach = match contact.phones.first() {
            Some(phone) => self.catalog.fill(words::MAIL_REACH_PHONE, &[("phone", phone)]),
            None => self.catalog.fill(words::MAIL_REACH_MAIL, &[("email", &contact.email)]),
        };
        self.catalog.fill(
            word,
            &[
                ("system", &self.agency.system),
                ("name", &self.agency.name),
                ("minutes", &minutes),
                ("address", &self.agency.sender.address),
                ("reach", &reach),
            ],
        )
    }

    fn office(&self) -> Block {
        let contact = &self.agency.contact;
        let mut lines = vec![Line { text: self.agency.name.clone(), href: None }];
        for phone in &contact.phones {
            let text = self.catalog.fill(words::MAIL_OFFICE_PHONE, &[("phone", phone)]);
            lines.push(Line { text, href: dial(phone) });
        }
        if !contact.hours.trim().is_empty() {
            let text = self.catalog.fill(words::MAIL_OFFICE_HOURS, &[("hours", &contact.hours)]);
            lines.push(Line { text, href: None });
        }
        let text = self.catalog.fill(words::MAIL_OFFICE_EMAIL, &[("email", &contact.email)]);
        lines.push(Line { text, href: Some(format!("mailto:{}", contact.email)) });
        Block::Office { heading: self.say(words::MAIL_OFFICE_HEADING), lines }
    }
}

/// The sentences that every kind of mail has.
struct Words {
    subject: Word,
    preview: Word,
    why: Word,
    next: Word,
    not_you: Word,
}

impl Words {
    const fn of(message: &Message) -> Self {
        match message {
            Message::ClaimLink { .. } => Self {
                subject: words::MAIL_CLAIM_LINK_SUBJECT,
                preview: words::MAIL_CLAIM_LINK_PREVIEW,
                why: words::MAIL_CLAIM_LINK_WHY,
                next: words::MAIL_CLAIM_LINK_NEXT,
                not_you: words::MAIL_NOT_YOU_ASKED,
            },
            Message::AlreadyClaimed { .. } => Self {
                subject: words::MAIL_ALREADY_CLAIMED_SUBJECT,
                preview: words::MAIL_ALREADY_CLAIMED_PREVIEW,
                why: words::MAIL_ALREADY_CLAIMED_WHY,
                next: words::MAIL_ALREADY_CLAIMED_NEXT,
                not_you: words::MAIL_NOT_YOU_ASKED,
            },
            Message::Inactive { .. } => Self {
                subject: words::MAIL_INACTIVE_SUBJECT,
                preview: words::MAIL_INACTIVE_PREVIEW,
                why: words::MAIL_INACTIVE_WHY,
                next: words::MAIL_INACTIVE_NEXT,
                not_you: words::MAIL_NOT_YOU_ASKED,
            },
            Message::Suspended { .. } => Self {
                subject: words::MAIL_SUSPENDED_SUBJECT,
                preview: words::MAIL_SUSPENDED_PREVIEW,
                why: words::MAIL_SUSPENDED_WHY,
                next: words::MAIL_SUSPENDED_NEXT,
                not_you: words::MAIL_NOT_YOU_ASKED,
            },
            Message::External { .. } => Self {
                subject: words::MAIL_EXTERNAL_SUBJECT,
                preview: words::MAIL_EXTERNAL_PREVIEW,
                why: words::MAIL_EXTERNAL_WHY,
                next: words::MAIL_EXTERNAL_NEXT,
                not_you: words::MAIL_NOT_YOU_ASKED,
            },
            Message::Usernames { .. } => Self {
                subject: words::MAIL_USERNAMES_SUBJECT,
                preview: words::MAIL_USERNAMES_PREVIEW,
                why: words::MAIL_USERNAMES_WHY,
                next: words::MAIL_USERNAMES_NEXT,
                not_you: words::MAIL_NOT_YOU_ASKED,
            },
            Message::PasswordSet { .. } => Self {
                subject: words::MAIL_PASSWORD_SET_SUBJECT,
                preview: words::MAIL_PASSWORD_SET_PREVIEW,
                why: words::MAIL_PASSWORD_SET_WHY,
                next: words::MAIL_PASSWORD_SET_NEXT,
                not_you: words::MAIL_NOT_YOU_SET,
            },
            Message::EmailReplaced { .. } => Self {
                subject: words::MAIL_EMAIL_REPLACED_SUBJECT,
                preview: words::MAIL_EMAIL_REPLACED_PREVIEW,
                why: words::MAIL_EMAIL_REPLACED_WHY,
                next: words::MAIL_EMAIL_REPLACED_NEXT,
                not_you: words::MAIL_NOT_YOU_MOVED,
            },
            Message::EmailNow { .. } => Self {
                subject: words::MAIL_EMAIL_NOW_SUBJECT,
                preview: words::MAIL_EMAIL_NOW_PREVIEW,
                why: words::MAIL_EMAIL_NOW_WHY,
                next: words::MAIL_EMAIL_NOW_NEXT,
                not_you: words::MAIL_NOT_YOU_MOVED,
            },
        }
    }
}

/// What a phone dials for a number as the office writes it; none when letters or an extension would
/// make it dial something else.
fn dial(phone: &str) -> Option<String> {
    let plain = phone.chars().all(|c| c.is_ascii_digit() || " +-().\u{a0}".contains(c));
    let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (plain && digits.len() >= 3).then(|| format!("tel:{digits}"))
}
