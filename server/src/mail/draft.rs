//! What a mail says, before it is text or HTML. Both parts are made from the same blocks, so neither
//! can say what the other does not.

use app::words::{self, Catalog, Word};
use backboard::agency::{Agency, Journey};
use backboard::challenge::Asking;
use backboard::link::{Code, LINK_SECONDS};
use backboard::service::mail::{MailedToken, Message};
use backboard::staff::{STAFF_LINK_SECONDS, StaffNews, StaffPurpose};

use super::sentences::{Doubt, Sentences};

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
    /// A password to be copied: alone on its line, which is never broken.
    Secret {
        label: String,
        secret: String,
    },
    /// The one thing to do next: a button, and the address below it for those who copy it.
    Action {
        label: String,
        url: String,
    },
    /// An address by itself.
    Address(String),
    /// A link that is not the thing to do next.
    Quiet {
        label: String,
        url: String,
    },
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
    /// The last part of the address of *This wasn't me*.
    pub not_me: &'a str,
}

impl Writer<'_> {
    #[must_use]
    pub fn draft(&self, message: &Message) -> Draft {
        let sentences = Sentences::of(message, self.agency);
        let say = |word| self.say(word, message);
        let mut blocks = vec![Block::Paragraph(say(words::MAIL_GREETING)), Block::Paragraph(say(sentences.why))];
        blocks.extend(message.usernames().iter().map(|username| Block::Username {
            label: say(words::MAIL_USERNAME_LABEL),
            username: username.as_str().to_owned(),
        }));
        self.body(message, sentences.next, &mut blocks);
        match sentences.doubt {
            Doubt::Said(word) => blocks.push(Block::Paragraph(say(word))),
            Doubt::Stop(word, stops) => blocks.extend([
                Block::Paragraph(say(word)),
                Block::Paragraph(say(stops)),
                Block::Quiet {
                    label: say(words::MAIL_STOP_LINK),
                    url: format!("{}/not-me/{}", self.public_url, self.not_me),
                },
            ]),
            Doubt::None => {}
        }
        blocks.push(self.office(say(words::MAIL_OFFICE_HEADING)));
        blocks.push(Block::Paragraph(say(words::MAIL_CONTACTS_ADVICE)));
        Draft { subject: say(sentences.subject), preview: say(sentences.preview), blocks }
    }

    /// What this kind has that others have not.
    fn body(&self, message: &Message, next: Word, blocks: &mut Vec<Block>) {
        let say = |word| self.say(word, message);
        let paragraph = |word| Block::Paragraph(say(word));
        match message {
            Message::ClaimLink { token, code, .. } => {
                blocks.push(paragraph(words::MAIL_CLAIM_LINK_USERNAME));
                blocks.push(paragraph(next));
                blocks.extend(self.ways_in(message, words::MAIL_CLAIM_LINK_BUTTON, token, code));
                blocks.push(self.address("/claim"));
            }
            Message::ResetLink { token, code, shared, products, .. } => {
                blocks.extend(also(*shared, products).map(paragraph));
                if self.agency.policy.challenge.asking != Asking::Off {
                    blocks.push(paragraph(words::MAIL_RESET_LINK_QUESTION));
                }
                blocks.push(paragraph(next));
                blocks.extend(self.ways_in(message, words::MAIL_RESET_LINK_BUTTON, token, code));
                blocks.push(self.address("/forgot-password"));
            }
            Message::TemporaryPassword { password, shared, products, .. } => {
                let label = say(words::MAIL_TEMPORARY_PASSWORD_LABEL);
                blocks.push(Block::Secret { label, secret: password.as_str().to_owned() });
                blocks.push(paragraph(words::MAIL_TEMPORARY_PASSWORD_ENTER));
                blocks.push(paragraph(next));
                blocks.push(self.action(say(words::MAIL_TEMPORARY_PASSWORD_BUTTON), "/sign-in"));
                blocks.push(paragraph(words::MAIL_TEMPORARY_PASSWORD_THEN));
                blocks.extend(also(*shared, products).map(paragraph));
                blocks.push(paragraph(words::MAIL_TEMPORARY_PASSWORD_LIFETIME));
                if self.agency.has(Journey::Reset) {
                    blocks.push(paragraph(words::MAIL_TEMPORARY_PASSWORD_AGAIN));
                    blocks.push(self.address("/forgot-password"));
                }
            }
            Message::AlreadyClaimed { .. } => {
                blocks.push(paragraph(next));
                blocks.push(self.action(say(words::MAIL_ALREADY_CLAIMED_BUTTON), "/sign-in"));
                let here = words::MAIL_ALREADY_CLAIMED_FORGOT;
                blocks.extend(self.forgot(message, here, words::MAIL_ALREADY_CLAIMED_FORGOT_OFFICE));
            }
            Message::Unclaimed { .. } if self.agency.has(Journey::Claim) => {
                blocks.push(paragraph(next));
                blocks.push(self.action(say(words::MAIL_UNCLAIMED_BUTTON), "/claim"));
            }
            Message::Unclaimed { .. } => blocks.push(paragraph(words::MAIL_UNCLAIMED_OFFICE)),
            Message::PasswordExpires { days, .. } => {
                if self.agency.policy.password.expires_days > 0 {
                    blocks.push(paragraph(words::MAIL_PASSWORD_EXPIRES_PERIOD));
                }
                blocks.push(paragraph(next));
                blocks.push(self.action(say(words::MAIL_PASSWORD_EXPIRES_BUTTON), "/sign-in"));
                if *days == 0 {
                    let here = words::MAIL_PASSWORD_EXPIRES_OVER_FORGOT;
                    blocks.extend(self.forgot(message, here, words::MAIL_PASSWORD_EXPIRES_OVER_FORGOT_OFFICE));
                }
            }
            Message::Usernames { .. } => {
                blocks.push(paragraph(next));
                blocks.push(self.action(say(words::MAIL_USERNAMES_BUTTON), "/sign-in"));
            }
            Message::WhichUsername { .. } => {
                blocks.push(paragraph(next));
                blocks.push(self.action(say(words::MAIL_WHICH_USERNAME_BUTTON), "/forgot-password"));
            }
            Message::External { .. } => {
                blocks.push(paragraph(next));
                blocks.extend(self.agency.external.as_ref().map(|service| Block::Action {
                    label: say(words::MAIL_EXTERNAL_NAMED_BUTTON),
                    url: service.url.clone(),
                }));
            }
            Message::StaffLink { purpose, token } => {
                blocks.push(paragraph(next));
                let button = match purpose {
                    StaffPurpose::Invitation => words::MAIL_STAFF_INVITATION_BUTTON,
                    StaffPurpose::Password => words::MAIL_STAFF_PASSWORD_BUTTON,
                    StaffPurpose::Second => words::MAIL_STAFF_SECOND_BUTTON,
                };
                blocks.push(self.action(say(button), &format!("/desk/link/{}", token.as_str())));
                blocks.push(paragraph(words::MAIL_STAFF_LIFETIME));
            }
            Message::StaffNotice { news: StaffNews::AdminAsked } => {
                blocks.push(paragraph(next));
                blocks.push(self.address("/desk/staff"));
            }
            Message::StaffNotice { .. }
            | Message::Inactive { .. }
            | Message::Suspended { .. }
            | Message::NoQuestion { .. }
            | Message::Frozen { .. }
            | Message::QuestionSet { .. }
            | Message::PasswordSet { .. }
            | Message::EmailReplaced { .. }
            | Message::EmailNow { .. } => blocks.push(paragraph(next)),
        }
    }

    /// The link's button and the code beside it; whoever comes too late is told where to ask again.
    fn ways_in(&self, message: &Message, button: Word, token: &MailedToken, code: &Code) -> [Block; 4] {
        let say = |word| self.say(word, message);
        [
            self.action(say(button), &format!("/link/{}", token.as_str())),
            Block::Code { label: say(words::MAIL_LINK_CODE_LABEL), code: code.grouped() },
            Block::Paragraph(say(words::MAIL_LINK_CODE)),
            Block::Paragraph(say(words::MAIL_LINK_LIFETIME)),
        ]
    }

    /// *Forgot Password* and its address, or the office where there is no such page.
    fn forgot(&self, message: &Message, here: Word, office: Word) -> Vec<Block> {
        if self.agency.has(Journey::Reset) {
            vec![Block::Paragraph(self.say(here, message)), self.address("/forgot-password")]
        } else {
            vec![Block::Paragraph(self.say(office, message))]
        }
    }

    fn action(&self, label: String, path: &str) -> Block {
        Block::Action { label, url: format!("{}{path}", self.public_url) }
    }

    fn address(&self, path: &str) -> Block {
        Block::Address(format!("{}{path}", self.public_url))
    }

    /// A sentence with everything filled in that a sentence of a mail may name. No word of a visitor is
    /// among it, and no secret.
    fn say(&self, word: Word, message: &Message) -> String {
        let (products, lasts, days) = match message {
            Message::ResetLink { products, .. } => (self.list(products), String::new(), String::new()),
            Message::TemporaryPassword { hours, products, .. } => {
                (self.list(products), self.lasts(*hours), String::new())
            }
            Message::PasswordExpires { days, .. } => (String::new(), String::new(), days.to_string()),
            _ => Default::default(),
        };
        self.catalog.fill(
            word,
            &[
                ("system", &self.agency.system),
                ("name", &self.agency.name),
                ("minutes", &(LINK_SECONDS / 60).to_string()),
                ("hours", &(STAFF_LINK_SECONDS / 60 / 60).to_string()),
                ("address", &self.agency.sender.address),
                ("reach", &self.by(words::MAIL_REACH_PHONE, words::MAIL_REACH_MAIL)),
                ("ask", &self.by(words::MAIL_ASK_PHONE, words::MAIL_ASK_MAIL)),
                ("instead", &self.by(words::MAIL_INSTEAD_PHONE, words::MAIL_INSTEAD_MAIL)),
                ("service", self.agency.external.as_ref().map_or("", |service| &service.name)),
                ("products", &products),
                ("lasts", &lasts),
                ("days", &days),
                ("period", &self.agency.policy.password.expires_days.to_string()),
            ],
        )
    }

    /// A sentence that names the office's first phone, or its address where it has none.
    fn by(&self, phone: Word, mail: Word) -> String {
        let contact = &self.agency.contact;
        match contact.phones.first() {
            Some(number) => self.catalog.fill(phone, &[("phone", number)]),
            None => self.catalog.fill(mail, &[("email", &contact.email)]),
        }
    }

    /// `eICS, EMResource and EMTrack`.
    fn list(&self, names: &[String]) -> String {
        let Some((first, rest)) = names.split_first() else { return String::new() };
        let last = rest.len().saturating_sub(1);
        rest.iter().enumerate().fold(first.clone(), |others, (place, next)| {
            let word = if place == last { words::MAIL_LIST_LAST } else { words::MAIL_LIST_MORE };
            self.catalog.fill(word, &[("others", &others), ("next", next)])
        })
    }

    /// Hours, in days where they are whole ones. A single day stays 24 hours: *1 day* may be read as until midnight.
    fn lasts(&self, hours: u32) -> String {
        let (word, count) = match hours {
            1 => (words::MAIL_LASTS_HOUR, 1),
            hours if hours > 24 && hours.is_multiple_of(24) => (words::MAIL_LASTS_DAYS, hours / 24),
            hours => (words::MAIL_LASTS_HOURS, hours),
        };
        self.catalog.fill(word, &[("count", &count.to_string())])
    }

    fn office(&self, heading: String) -> Block {
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
        Block::Office { heading, lines }
    }
}

/// What a phone dials for a number as the office writes it; none when letters or an extension would
/// make it dial something else.
fn dial(phone: &str) -> Option<String> {
    let plain = phone.chars().all(|c| c.is_ascii_digit() || " +-().\u{a0}".contains(c));
    let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (plain && digits.len() >= 3).then(|| format!("tel:{digits}"))
}

/// What a new password does besides: to linked products, and to those who share it.
fn also(shared: bool, products: &[String]) -> impl Iterator<Item = Word> {
    let named = (!products.is_empty()).then_some(words::MAIL_RESET_LINK_PRODUCTS);
    named.into_iter().chain(shared.then_some(words::MAIL_RESET_LINK_SHARED))
}
