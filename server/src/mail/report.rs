//! Delivery status notifications (RFC 3464), as the mail servers of the world write them.
//!
//! Which mail it is about is told by the Message-ID in what the report returns; where that was cut away, by the report's
//! own `In-Reply-To` or `References`. What was done with it stands in the part `message/delivery-status`. Nothing of what
//! is written for people is read.

use backboard::identity::Email;
use backboard::service::bounce::{Action, Outcome, Report, Status};
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders as _, PartType};

/// Longer reports are not read: 256 KiB. Ours return a mail of a few KiB.
pub const LONGEST: usize = 256 * 1024;
/// Recipients of one report that are looked at. Our mails have one.
const MOST_RECIPIENTS: usize = 32;
/// Mails that one report may be about.
const MOST_MAILS: usize = 8;
/// The longest local part (RFC 5321 section 4.5.3.1.1).
const LOCAL_LONGEST: usize = 64;

/// Reads a report; none where it is something else, or longer than [`LONGEST`].
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Report> {
    let message = MessageParser::default().parse(bytes.get(..).filter(|bytes| bytes.len() <= LONGEST)?)?;
    let said = message.parts.iter().find(|part| {
        part.is_content_type("message", "delivery-status") || part.is_content_type("message", "global-delivery-status")
    })?;
    let outcomes: Vec<Outcome> =
        groups(said.contents()).into_iter().take(MOST_RECIPIENTS).filter_map(|group| outcome(&group)).collect();
    let mut mails: Vec<String> = Vec::new();
    for id in returned(&message).into_iter().chain(answered(&message)) {
        if let Some(local) = local_part(&id).filter(|local| !mails.contains(local)) {
            mails.push(local);
        }
    }
    mails.truncate(MOST_MAILS);
    (!outcomes.is_empty()).then_some(Report { mails, outcomes })
}

/// The Message-IDs of what is returned: the mail, or its headers alone.
fn returned(message: &Message<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for part in &message.parts {
        let id = match &part.body {
            PartType::Message(returned) => returned.message_id().map(str::to_owned),
            _ if part.is_content_type("text", "rfc822-headers")
                || part.is_content_type("message", "rfc822-headers")
                || part.is_content_type("message", "global-headers") =>
            {
                headers(part.contents(), |headers| headers.message_id().map(str::to_owned))
            }
            _ => None,
        };
        ids.extend(id);
    }
    ids
}

/// The Message-IDs that the report itself answers.
fn answered(message: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    [ids(message.in_reply_to()), ids(message.references())].concat()
}

/// As our own ids are made of; the ledger knows which are.
fn local_part(id: &str) -> Option<String> {
    let local = id.split_once('@')?.0.trim_start_matches('<');
    let plain = local.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    (plain && (1..=LOCAL_LONGEST).contains(&local.len())).then(|| local.to_owned())
}

/// The groups of fields: of the report first, then of each recipient.
fn groups(said: &[u8]) -> Vec<Vec<u8>> {
    let mut groups: Vec<Vec<u8>> = vec![Vec::new()];
    for line in said.split(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            groups.push(Vec::new());
        } else if let Some(group) = groups.last_mut() {
            group.extend_from_slice(line);
            group.push(b'\n');
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// What a group says of its recipient; none of the report's own group.
fn outcome(group: &[u8]) -> Option<Outcome> {
    headers(group, |fields| {
        let field = |name: &'static str| fields.header_raw(name).map(str::trim);
        let action = field("Action")?.split_whitespace().next()?.to_ascii_lowercase();
        let recipients: Vec<Email> =
            ["Original-Recipient", "Final-Recipient"].into_iter().filter_map(|name| recipient(field(name)?)).collect();
        let action = Action::from_code(&action)?;
        // A field that has to be there, and is not everywhere: another, undefined status then (RFC 3463 section 3.1).
        let status = field("Status").and_then(Status::parse).or_else(|| Status::parse("5.0.0"))?;
        (!recipients.is_empty()).then_some(Outcome { recipients, action, status })
    })
}

/// `rfc822; ada@example.org`
fn recipient(field: &str) -> Option<Email> {
    let (kind, address) = field.split_once(';')?;
    let known = ["rfc822", "utf-8"].iter().any(|known| kind.trim().eq_ignore_ascii_case(known));
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    known.then(|| Email::parse(address).ok()).flatten()
}

/// Reads a block of header fields, which need not end with a blank line.
fn headers<T>(block: &[u8], read: impl FnOnce(&Message<'_>) -> Option<T>) -> Option<T> {
    let whole = [block, b"\n\n"].concat();
    read(&MessageParser::default().parse_headers(&whole)?)
}
