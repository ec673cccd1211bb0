//! One mail of every kind, under profiles that turn things on and off.

use std::collections::BTreeSet;

use backboard::agency::Agency;
use backboard::identity::Email;
use backboard::link::Code;
use backboard::moment::Moment;
use backboard::password::Password;
use backboard::service::Token;
use backboard::service::mail::{Letter, MailedSecret, MailedToken, Message};
use backboard::service::records::Mail;
use backboard::staff::{AccountNews, StaffNews, StaffPurpose};
use mail_parser::MessageParser;
use server::mail::Stationery;

pub const URL: &str = "https://accounts.example.gov";
pub const ID: &str = "k3J_x-9aBcDeFgHiJkLmNo";
/// As the worker makes it: the mail's id and a digest.
pub const NOT_ME: &str = "k3J_x-9aBcDeFgHiJkLmNo.q0-_4wK7Zb8mYtRxVn2LdPs6HjCfUgEaIoMvXyQrT3k";
pub const SERVICE_URL: &str = "https://login.example.com/reset?from=portal&to=password";
pub const SECRET: &str = "KdmW7tqHr&xnBp";

/// Claim only, a phone that cannot be dialled beside one that can.
pub fn agency() -> Agency {
    Agency::from_toml(
        r#"
id = "example"
name = "Example Bureau of EMS"
system = "Example Portal"
journeys = ["claim"]
contact = { phones = ["517-555-0123", "1-800-EMS-HELP"], email = "help@example.gov", hours = "Monday to Friday, 8 to 4" }
sender = { name = "Example Bureau of EMS", address = "noreply@example.gov" }
"#,
    )
    .unwrap()
}

/// Everything turned on.
pub fn full_agency() -> Agency {
    let toml = format!(
        r#"
id = "example"
name = "Example Bureau of EMS"
system = "Example Portal"
journeys = ["claim", "username", "reset", "sign-in", "security"]
contact = {{ phones = ["517-555-0123", "1-800-EMS-HELP"], email = "help@example.gov", hours = "Monday to Friday, 8 to 4", in.es.hours = "de lunes a viernes, de 8 a 4" }}
sender = {{ name = "Example Bureau of EMS", address = "noreply@example.gov" }}
external = {{ name = "Example Login Services", url = "{SERVICE_URL}" }}
policy = {{ preset = "legacy-state", challenge = {{ asking = "required" }} }}
"#
    );
    Agency::from_toml(&toml).unwrap()
}

pub fn agencies() -> [Agency; 2] {
    [agency(), full_agency()]
}

pub fn token() -> Token {
    Token::from_bytes(&[7; 32])
}

/// One message of each kind at the least; those whose words depend on what is in them more than once.
pub fn every_kind() -> Vec<Message> {
    let username = || serde_json::from_str("\"ada.black\"").unwrap();
    let mut messages = vec![
        claim_link("ada.black"),
        Message::AlreadyClaimed { username: username() },
        Message::Inactive { username: username() },
        Message::Suspended { username: username() },
        Message::External { username: username() },
        Message::Unclaimed { username: username() },
        Message::NoQuestion { username: username() },
        Message::Frozen { username: username() },
        Message::QuestionSet { username: username() },
        Message::Usernames { usernames: vec![username(), username()] },
        Message::WhichUsername { usernames: vec![username(), username()] },
        Message::PasswordSet { username: username() },
        Message::EmailReplaced { username: username() },
        Message::EmailNow { username: username() },
    ];
    messages.push(Message::CallerCode {
        username: username(),
        code: Code::parse("12345678").unwrap(),
        expires: Moment(1_800_000_600),
    });
    messages.extend([(false, vec![]), (true, vec!["eICS".to_owned()])].map(|(shared, products)| Message::OfficeLink {
        username: username(),
        token: MailedToken::of(&token()),
        shared,
        products,
    }));
    let at = Moment(1_800_000_000);
    messages.extend([Message::EmailAsked { username: username(), due: at }, Message::EmailWaits { due: at }]);
    messages.extend(AccountNews::ALL.iter().map(|news| Message::OfficeNotice {
        username: username(),
        news: *news,
        at,
    }));
    messages.extend([false, true].map(|shared| reset_link(shared, &[])));
    messages.push(reset_link(true, &["eICS", "EMResource", "EMTrack"]));
    messages.extend([1, 24, 168].map(|hours| temporary(SECRET, hours)));
    messages.extend([0, 1, 14].map(expires));
    let link = |purpose| Message::StaffLink { purpose, token: MailedToken::of(&token()) };
    messages.extend(StaffPurpose::ALL.iter().copied().map(link));
    messages.extend(StaffNews::ALL.iter().map(|news| Message::StaffNotice { news: *news }));
    let numbers: BTreeSet<usize> = messages.iter().map(number).collect();
    assert!(numbers.into_iter().eq(1..=KINDS), "a kind of mail is tested by nothing");
    messages
}

const KINDS: usize = 24;

/// A new kind does not compile until it has a number, and then needs a message above.
const fn number(message: &Message) -> usize {
    match message {
        Message::ClaimLink { .. } => 1,
        Message::AlreadyClaimed { .. } => 2,
        Message::Inactive { .. } => 3,
        Message::Suspended { .. } => 4,
        Message::External { .. } => 5,
        Message::ResetLink { .. } => 6,
        Message::TemporaryPassword { .. } => 7,
        Message::Unclaimed { .. } => 8,
        Message::NoQuestion { .. } => 9,
        Message::Frozen { .. } => 10,
        Message::PasswordExpires { .. } => 11,
        Message::QuestionSet { .. } => 12,
        Message::Usernames { .. } => 13,
        Message::PasswordSet { .. } => 14,
        Message::EmailReplaced { .. } => 15,
        Message::EmailNow { .. } => 16,
        Message::WhichUsername { .. } => 17,
        Message::CallerCode { .. } => 18,
        Message::OfficeLink { .. } => 19,
        Message::OfficeNotice { .. } => 20,
        Message::EmailAsked { .. } => 21,
        Message::EmailWaits { .. } => 22,
        Message::StaffLink { .. } => 23,
        Message::StaffNotice { .. } => KINDS,
    }
}

/// Every kind under every profile.
pub fn every_mail() -> Vec<(&'static str, Vec<u8>)> {
    let mut mails = Vec::new();
    for agency in agencies() {
        mails.extend(every_kind().into_iter().map(|message| (message.kind(), render(&agency, message))));
    }
    mails
}

/// Read as the outbox reads it, so without the checks of a form.
pub fn claim_link(username: &str) -> Message {
    let json = serde_json::json!({
        "claim-link": { "username": username, "token": MailedToken::of(&token()), "code": "12345678" }
    });
    serde_json::from_value(json).unwrap()
}

pub fn reset_link(shared: bool, products: &[&str]) -> Message {
    let json = serde_json::json!({
        "reset-link": {
            "username": "ada.black", "token": MailedToken::of(&token()), "code": "12345678",
            "shared": shared, "products": products
        }
    });
    serde_json::from_value(json).unwrap()
}

pub fn temporary(secret: &str, hours: u32) -> Message {
    Message::TemporaryPassword {
        username: serde_json::from_str("\"ada.black\"").unwrap(),
        password: MailedSecret::of(&Password::parse(secret).unwrap()),
        expires: Moment(1_800_000_000 + i64::from(hours) * 60 * 60),
        hours,
        shared: false,
        products: Vec::new(),
    }
}

pub fn expires(days: u32) -> Message {
    Message::PasswordExpires { username: serde_json::from_str("\"ada.black\"").unwrap(), expires: Moment(0), days }
}

pub fn mail(to: &str) -> Mail {
    Mail {
        id: ID.to_owned(),
        recipient: Email::parse(to).unwrap(),
        kind: String::new(),
        sealed: Vec::new(),
        queued: Moment(1_800_000_000),
        tries: 1,
    }
}

pub fn letter(message: Message) -> Letter {
    Letter { language: "en".to_owned(), message }
}

pub fn render(agency: &Agency, message: Message) -> Vec<u8> {
    render_in("en", agency, message)
}

pub fn render_in(language: &str, agency: &Agency, message: Message) -> Vec<u8> {
    let stationery = Stationery::new(agency, URL).unwrap();
    let letter = Letter { language: language.to_owned(), ..letter(message) };
    stationery.render(&mail("ada@example.org"), &letter, NOT_ME).unwrap().formatted()
}

pub fn text(bytes: &[u8]) -> String {
    MessageParser::default().parse(bytes).unwrap().body_text(0).unwrap().replace("\r\n", "\n")
}

pub fn html(bytes: &[u8]) -> String {
    MessageParser::default().parse(bytes).unwrap().body_html(0).unwrap().into_owned()
}

pub fn head(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap().split("\r\n\r\n").next().unwrap().to_owned()
}

pub fn header_names(bytes: &[u8]) -> BTreeSet<String> {
    let head = head(bytes);
    let fields = head.lines().filter(|line| !line.starts_with([' ', '\t']));
    fields.map(|line| line.split_once(':').unwrap().0.to_owned()).collect()
}

/// What the list of mails shows beside the subject.
pub fn preview(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let hidden = body.split_once("<div").unwrap().1.split_once('>').unwrap().1.split_once("</div>").unwrap().0;
    html_escape::decode_html_entities(hidden).into_owned()
}

/// The words a reader sees in the HTML part.
pub fn visible(html: &str) -> Vec<String> {
    let body = html.split_once("<body").unwrap().1.split_once('>').unwrap().1;
    // The preview is for the list of mails.
    let body = body.split_once("</div>").unwrap().1;
    let body = body.replace("<span>", "").replace("</span>", "");
    let mut shown = String::new();
    let mut in_tag = false;
    for letter in body.chars() {
        match letter {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                shown.push(' ');
            }
            letter if !in_tag => shown.push(letter),
            _ => {}
        }
    }
    html_escape::decode_html_entities(&shown).split_whitespace().map(str::to_owned).collect()
}

/// Where the links of the HTML part lead.
pub fn links(html: &str) -> Vec<String> {
    let pieces = html.split("href=\"").skip(1).map(|piece| piece.split('"').next().unwrap());
    pieces.map(|href| html_escape::decode_html_entities(href).into_owned()).collect()
}
