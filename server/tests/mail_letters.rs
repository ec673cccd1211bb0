//! What mails say, and what nobody can make them say.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::collections::BTreeSet;

use backboard::agency::Agency;
use backboard::identity::Email;
use backboard::moment::Moment;
use backboard::service::Token;
use backboard::service::mail::{Letter, MailedToken, Message};
use backboard::service::records::Mail;
use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use server::mail::Stationery;

const URL: &str = "https://accounts.example.gov";
const ID: &str = "k3J_x-9aBcDeFgHiJkLmNo";

fn agency() -> Agency {
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

fn token() -> Token {
    Token::from_bytes(&[7; 32])
}

/// One message of each kind; a kind without one does not compile in `draft.rs` and fails below.
fn every_kind() -> Vec<Message> {
    let username = || serde_json::from_str("\"ada.black\"").unwrap();
    vec![
        claim_link("ada.black"),
        Message::AlreadyClaimed { username: username() },
        Message::Inactive { username: username() },
        Message::Suspended { username: username() },
        Message::External { username: username() },
        Message::Usernames { usernames: vec![username(), username()] },
        Message::PasswordSet { username: username() },
        Message::EmailReplaced { username: username() },
        Message::EmailNow { username: username() },
    ]
}

/// Read as the outbox reads it, so without the checks of a form.
fn claim_link(username: &str) -> Message {
    let json = serde_json::json!({
        "claim-link": { "username": username, "token": MailedToken::of(&token()), "code": "12345678" }
    });
    serde_json::from_value(json).unwrap()
}

fn mail(to: &str) -> Mail {
    Mail {
        id: ID.to_owned(),
        recipient: Email::parse(to).unwrap(),
        kind: String::new(),
        sealed: Vec::new(),
        queued: Moment(1_800_000_000),
        tries: 1,
    }
}

fn letter(message: Message) -> Letter {
    Letter { language: "en".to_owned(), message }
}

fn render(agency: &Agency, message: Message) -> Vec<u8> {
    let stationery = Stationery::new(agency, URL).unwrap();
    stationery.render(&mail("ada@example.org"), &letter(message)).unwrap().formatted()
}

fn text(bytes: &[u8]) -> String {
    MessageParser::default().parse(bytes).unwrap().body_text(0).unwrap().replace("\r\n", "\n")
}

fn html(bytes: &[u8]) -> String {
    MessageParser::default().parse(bytes).unwrap().body_html(0).unwrap().into_owned()
}

fn head(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap().split("\r\n\r\n").next().unwrap().to_owned()
}

fn header_names(bytes: &[u8]) -> BTreeSet<String> {
    let head = head(bytes);
    let fields = head.lines().filter(|line| !line.starts_with([' ', '\t']));
    fields.map(|line| line.split_once(':').unwrap().0.to_owned()).collect()
}

/// The words a reader sees in the HTML part.
fn visible(html: &str) -> Vec<String> {
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

#[test]
fn every_kind_names_the_username_and_how_to_reach_the_office() {
    for message in every_kind() {
        let kind = message.kind();
        let bytes = render(&agency(), message);
        let text = text(&bytes);
        for needed in [
            "ada.black",
            "Phone the office now: 517-555-0123.",
            "Phone: 1-800-EMS-HELP",
            "Hours: Monday to Friday, 8 to 4",
            "Mail: help@example.gov",
            "add noreply@example.gov to your contacts",
            "Was this not you",
            "Example Bureau of EMS",
        ] {
            assert!(text.contains(needed), "{kind} does not say {needed:?}:\n{text}");
        }
        assert!(!text.contains(['{', '}']), "{kind}: {text}");
    }
}

#[test]
fn every_kind_is_text_first_and_the_same_in_html() {
    for message in every_kind() {
        let kind = message.kind();
        let bytes = render(&agency(), message);
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        assert!(parsed.parts[0].is_content_type("multipart", "alternative"));
        assert!(matches!(parsed.parts[1].body, PartType::Text(_)), "{kind}");
        assert!(matches!(parsed.parts[2].body, PartType::Html(_)), "{kind}");
        assert_eq!(parsed.parts.len(), 3);
        let words: Vec<String> = text(&bytes).split_whitespace().map(str::to_owned).collect();
        assert_eq!(words, visible(&html(&bytes)), "{kind}");
    }
}

#[test]
fn every_kind_fetches_nothing_and_links_only_to_the_portal_and_the_office() {
    for message in every_kind() {
        let html = html(&render(&agency(), message));
        assert!(!html.contains("<img") && !html.contains("url(") && !html.contains("<link"), "{html}");
        assert!(html.contains("name=\"color-scheme\" content=\"light dark\""));
        for piece in html.split("href=\"").skip(1) {
            let href = piece.split('"').next().unwrap();
            let ours =
                href.starts_with(&format!("{URL}/")) || ["tel:5175550123", "mailto:help@example.gov"].contains(&href);
            assert!(ours, "{href}");
        }
    }
}

#[test]
fn every_kind_can_go_through_any_server() {
    for message in every_kind() {
        let bytes = render(&agency(), message);
        assert!(bytes.is_ascii());
        assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
    }
}

#[test]
fn a_claim_mail_holds_the_link_the_code_and_their_lifetime() {
    let bytes = render(&agency(), claim_link("ada.black"));
    let link = format!("{URL}/link/{}", token().as_str());
    let text = text(&bytes);
    assert!(text.contains(&format!("\n{link}\n")), "{text}");
    assert!(text.contains("1234 5678"), "{text}");
    assert!(text.contains("60 minutes"), "{text}");
    assert!(text.contains("It cannot be changed."), "{text}");
    assert!(text.contains(&format!("{URL}/claim\n")), "{text}");
    assert!(html(&bytes).contains(&format!("<a href=\"{link}\"")));
}

#[test]
fn an_already_claimed_account_is_sent_to_sign_in() {
    let username = serde_json::from_str("\"ada.black\"").unwrap();
    let text = text(&render(&agency(), Message::AlreadyClaimed { username }));
    assert!(text.contains(&format!("\n{URL}/sign-in\n")) && text.contains("Forgot Password"), "{text}");
}

#[test]
fn only_a_claim_mail_holds_a_link_that_opens_something() {
    for message in every_kind().into_iter().skip(1) {
        assert!(!text(&render(&agency(), message)).contains("/link/"));
    }
}

#[test]
fn the_head_is_made_of_constants_and_the_stored_address() {
    let stationery = Stationery::new(&agency(), "https://accounts.example.gov:8443/").unwrap();
    let mail = mail("Ada.O'Brien+ems@EXAMPLE.gov");
    let message = stationery.render(&mail, &letter(claim_link("ada.black"))).unwrap();
    assert_eq!(message.envelope().to()[0].to_string(), "Ada.O'Brien+ems@EXAMPLE.gov");
    assert_eq!(message.envelope().from().unwrap().to_string(), "noreply@example.gov");
    let head = head(&message.formatted());
    for line in [
        "From: \"Example Bureau of EMS\" <noreply@example.gov>",
        "Reply-To: help@example.gov",
        "To: Ada.O'Brien+ems@EXAMPLE.gov",
        &format!("Message-ID: <{ID}@accounts.example.gov>"),
        "Date: Fri, 15 Jan 2027 08:00:00 +0000",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(head.lines().any(|found| found == line), "{line}\n{head}");
    }
}

#[test]
fn the_same_mail_has_the_same_bytes_every_time() {
    assert_eq!(render(&agency(), claim_link("ada.black")), render(&agency(), claim_link("ada.black")));
}

#[test]
fn hostile_values_add_no_header_no_recipient_and_no_markup() {
    let plain = header_names(&render(&agency(), claim_link("ada.black")));
    let attacks = [
        "x\r\nBcc: thief@example.net",
        "x\nX-Evil: 1\n\nbody",
        "x\r\n\r\n<script>alert(1)</script>",
        "\"><script>alert(1)</script>",
        "thief@example.net, ",
        "<thief@example.net>",
        "=?utf-8?q?=0d=0aBcc:_thief=40example.net?=",
        "\u{2028}Bcc: thief@example.net",
        "ünï\u{0}cødé \u{202e}evil",
        "a very long name that has to be folded somewhere because no line of a header may be so long \
         that a server cuts it, whatever an office chooses to call itself in its profile",
        "",
    ];
    for attack in attacks {
        let mut agency = agency();
        agency.name = attack.to_owned();
        agency.system = attack.to_owned();
        agency.sender.name = attack.to_owned();
        agency.contact.hours = attack.to_owned();
        agency.contact.phones = vec![attack.to_owned()];
        let stationery = Stationery::new(&agency, URL).unwrap();
        for message in [claim_link(attack), claim_link("ada.black")] {
            let message = stationery.render(&mail("ada@example.org"), &letter(message)).unwrap();
            let bytes = message.formatted();
            assert!(bytes.is_ascii());
            assert_eq!(header_names(&bytes), plain, "{attack:?}\n{}", head(&bytes));
            assert!(head(&bytes).split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            let to: Vec<_> = parsed.to().unwrap().iter().map(|to| to.address.clone().unwrap()).collect();
            assert_eq!(to, ["ada@example.org"], "{attack:?}");
            let from: Vec<_> = parsed.from().unwrap().iter().map(|from| from.address.clone().unwrap()).collect();
            assert_eq!(from, ["noreply@example.gov"], "{attack:?}");
            assert_eq!(message.envelope().to().len(), 1);
            assert!(!html(&bytes).contains("<script"), "{attack:?}");
            assert_eq!(parsed.parts.len(), 3, "{attack:?}");
        }
    }
}

#[test]
fn a_username_that_looks_like_a_site_is_no_link_in_html() {
    let html = html(&render(&agency(), claim_link("ada.black")));
    assert!(html.contains("ada<span>.</span>black") && !html.contains("ada.black"), "{html}");
}

#[test]
fn an_office_without_a_phone_is_written_to() {
    let mut agency = agency();
    agency.contact.phones.clear();
    let text = text(&render(&agency, claim_link("ada.black")));
    assert!(text.contains("Write to the office now: help@example.gov."), "{text}");
}

#[test]
fn an_agency_can_put_its_own_sentence_in_place() {
    let mut agency = agency();
    let own = [("mail.claim-link.button".to_owned(), "Make your password".to_owned())];
    agency.words.insert("en".to_owned(), own.into());
    assert!(text(&render(&agency, claim_link("ada.black"))).contains("Make your password\n"));
}

#[test]
fn a_letter_in_a_language_that_is_not_there_is_english() {
    let stationery = Stationery::new(&agency(), URL).unwrap();
    let letter = Letter { language: "xx\r\nBcc: thief@example.net".to_owned(), message: claim_link("ada.black") };
    let bytes = stationery.render(&mail("ada@example.org"), &letter).unwrap().formatted();
    assert!(text(&bytes).contains("Hello,"));
    assert!(head(&bytes).contains("Content-Language: en\r\n"));
}

#[test]
fn a_profile_or_address_that_cannot_work_is_refused_at_the_start() {
    for address in
        ["", "office", "a@b@c.example", "a@example.org\r\nBcc: b@example.org", " a@example.org", "a@b,c@d.example"]
    {
        let mut agency = agency();
        agency.sender.address = address.to_owned();
        let refused = Stationery::new(&agency, URL).err().unwrap().to_string();
        assert!(refused.contains("sender.address"), "{address:?}: {refused}");
    }
    for url in [
        "",
        "accounts.example.gov",
        "/x",
        "ftp://example.gov",
        "https://",
        "https://a@example.gov",
        "https://example.gov/?x",
    ] {
        assert!(Stationery::new(&agency(), url).is_err(), "{url:?}");
    }
    for url in ["https://accounts.example.gov", "http://127.0.0.1:8080/", "http://[::1]:8080"] {
        assert!(Stationery::new(&agency(), url).is_ok(), "{url:?}");
    }
    let mut agency = agency();
    agency.words.insert("en".to_owned(), [("mail.no-such.word".to_owned(), String::new())].into());
    assert!(Stationery::new(&agency, URL).err().unwrap().to_string().contains("mail.no-such.word"));
}

#[test]
fn every_sentence_names_only_what_can_be_filled_in() {
    let known = ["system", "name", "minutes", "address", "reach", "phone", "email", "hours"];
    for language in app::words::languages() {
        let path = format!("{}/../locales/{language}/mail.toml", env!("CARGO_MANIFEST_DIR"));
        let sentences = std::fs::read_to_string(path).unwrap();
        for piece in sentences.split('{').skip(1) {
            let name = piece.split('}').next().unwrap();
            assert!(known.contains(&name), "{language}: {{{name}}}");
        }
    }
}
