//! From a letter to a message.
//!
//! **From, Reply-To, Message-ID and links are constants of the profile and the configuration.** No
//! header and no address is ever taken from a request. The same mail rendered twice has the same bytes.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use app::words::Catalog;
use backboard::agency::Agency;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::mail::Letter;
use backboard::service::records::Mail;
use lettre::address::{Address, Envelope};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use super::draft::Writer;
use super::{Unusable, html, one_line, text};

/// The last second that a `Date` header can name: the end of the year 9999.
const LAST_DATE: u64 = 253_402_300_799;
/// Everything that is the same on every mail of one agency.
pub struct Stationery {
    /// The language of a letter whose own is not there.
    fallback: String,
    public_url: String,
    /// The host of `public_url`, for the `Message-ID`.
    host: String,
    languages: BTreeMap<String, (Agency, Catalog)>,
    sender: Mailbox,
    office: Mailbox,
}

impl Stationery {
    /// # Errors
    /// An address of the profile, a sentence of the profile or the public address cannot be used.
    pub fn new(agency: &Agency, public_url: &str) -> Result<Self, Unusable> {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let host = host(&public_url)?;
        let mut languages = BTreeMap::new();
        for language in &agency.languages {
            let catalog = Catalog::of(agency, language).map_err(Unusable::because)?;
            languages.insert(language.clone(), (agency.said_in(language), catalog));
        }
        let sender = address("sender.address", &agency.sender.address)?;
        let office = address("contact.email", &agency.contact.email)?;
        if agency.external.as_ref().is_some_and(|service| !is_page(&service.url)) {
            return Err(Unusable::because("external.url: an address that begins with https:// is wanted"));
        }
        Ok(Self {
            sender: Mailbox::new(Some(one_line(&agency.sender.name)).filter(|name| !name.is_empty()), sender),
            office: Mailbox::new(None, office),
            fallback: agency.language().to_owned(),
            public_url,
            host,
            languages,
        })
    }

    /// The message of a mail that was taken from the outbox and unsealed. `not_me` is the token of its link
    /// *This wasn't me*, which stands in the kinds that a freeze can help.
    ///
    /// # Errors
    /// The stored address is none that a message can be sent to.
    pub fn render(&self, mail: &Mail, letter: &Letter, not_me: &str) -> Result<Message, Unusable> {
        let language = Some(&letter.language).filter(|language| self.languages.contains_key(*language));
        let language = language.unwrap_or(&self.fallback);
        let (agency, catalog) = self
            .languages
            .get(language)
            .ok_or_else(|| Unusable::because(format!("there is no language {language}")))?;
        let writer = Writer { agency, public_url: &self.public_url, catalog, not_me };
        let draft = writer.draft(&letter.message);

        let recipient = address("recipient", mail.recipient.as_str())?;
        let envelope = Envelope::new(Some(self.sender.email.clone()), vec![recipient.clone()]);
        let parts = MultiPart::alternative()
            .boundary(format!("part-{}", mail.id))
            .singlepart(SinglePart::plain(text::text(&draft)))
            .singlepart(SinglePart::html(html::html(&draft, language)));
        Message::builder()
            .from(self.sender.clone())
            .reply_to(self.office.clone())
            .to(Mailbox::new(None, recipient))
            .subject(one_line(&draft.subject))
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .date(time(mail.queued))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("Content-Language", language))
            .envelope(envelope.map_err(Unusable::because)?)
            .multipart(parts)
            .map_err(Unusable::because)
    }
}

/// An address that both our own rules and those of the mail library accept.
fn address(place: &str, text: &str) -> Result<Address, Unusable> {
    let usable = Email::parse(text).is_ok_and(|email| email.as_str() == text);
    let parsed = usable.then(|| text.parse::<Address>().ok()).flatten();
    parsed.ok_or_else(|| Unusable::because(format!("{place}: this is no mail address that can be used")))
}

fn host(public_url: &str) -> Result<String, Unusable> {
    let refuse = || Unusable::because("public_url: an address such as https://accounts.example.gov is wanted");
    let uri: http::Uri = public_url.parse().map_err(|_| refuse())?;
    let scheme = uri.scheme_str().is_some_and(|scheme| scheme == "https" || scheme == "http");
    let bare = uri.query().is_none() && !public_url.contains(['@', '#', '"', '<', '>']);
    match uri.host() {
        Some(host) if scheme && bare && !host.is_empty() => Ok(host.to_owned()),
        _ => Err(refuse()),
    }
}

/// Whether this is a page that a mail may send people to.
fn is_page(url: &str) -> bool {
    let uri: Option<http::Uri> = url.parse().ok();
    let plain = !url.contains(['@', '"', '<', '>']);
    uri.is_some_and(|uri| uri.scheme_str() == Some("https") && uri.host().is_some_and(|host| !host.is_empty())) && plain
}

fn time(moment: Moment) -> SystemTime {
    let seconds = u64::try_from(moment.0).unwrap_or_default().min(LAST_DATE);
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
