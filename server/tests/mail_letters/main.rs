//! What mails say, and what nobody can make them say.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod bench;
mod recovery;
mod stop;

use app::words;
use backboard::service::mail::{Letter, Message};
use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use server::mail::Stationery;

use bench::*;

#[test]
fn every_kind_names_the_username_and_how_to_reach_the_office() {
    for (kind, bytes) in every_mail() {
        let text = text(&bytes);
        // An address that nobody has proved learns of no account, and staff have none.
        let is_named = kind != "email-waits" && !kind.starts_with("staff-");
        assert_eq!(text.contains("ada.black"), is_named, "{kind}: {text}");
        for needed in [
            "hone the office",
            ": 517-555-0123.",
            "Phone: 1-800-EMS-HELP",
            "Hours: Monday to Friday, 8 to 4",
            "Mail: help@example.gov",
            "add noreply@example.gov to your contacts",
            "Example Bureau of EMS",
        ] {
            // Staff ask their own admins before they ask the office.
            let personnel = ["hone the office", ": 517-555-0123."].contains(&needed);
            let is_said = text.contains(needed) || personnel && kind.starts_with("staff-");
            assert!(is_said, "{kind} does not say {needed:?}:\n{text}");
        }
        assert!(!text.contains(['{', '}']), "{kind}: {text}");
    }
}

/// What people read, kept as it is to be read by people: `snapshots/`. Whoever changes a sentence on purpose writes them anew
/// with INSTA_UPDATE=always, and reads the difference.
#[test]
fn every_kind_reads_as_it_did_in_both_languages() {
    for language in ["en", "es"] {
        let read = |message: Message| {
            let kind = message.kind();
            let bytes = render_in(language, &full_agency(), message);
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            assert!(head(&bytes).contains(&format!("Content-Language: {language}\r\n")));
            let (subject, preview) = (parsed.subject().unwrap(), preview(&html(&bytes)));
            format!("## {kind}\n\nSubject: {subject}\nPreview: {preview}\n\n{}\n", text(&bytes).trim_end())
        };
        let all: Vec<String> = every_kind().into_iter().map(read).collect();
        insta::assert_snapshot!(language, all.join("\n"));
    }
    // Of HTML one, because all are made by the same few lines.
    insta::assert_snapshot!("html", html(&render(&full_agency(), claim_link("ada.black"))));
}

#[test]
fn every_kind_is_text_first_and_the_same_in_html() {
    for (kind, bytes) in every_mail() {
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        assert!(parsed.parts[0].is_content_type("multipart", "alternative"));
        assert!(matches!(parsed.parts[1].body, PartType::Text(_)), "{kind}");
        assert!(matches!(parsed.parts[2].body, PartType::Html(_)), "{kind}");
        assert_eq!(parsed.parts.len(), 3);
        let text = text(&bytes);
        // In HTML a quiet link is its words alone.
        let words: Vec<&str> = text.split_whitespace().filter(|word| !word.contains("/not-me/")).collect();
        assert_eq!(words, visible(&html(&bytes)), "{kind}");
    }
}

#[test]
fn every_kind_fetches_nothing_and_links_only_to_the_portal_the_office_and_the_named_service() {
    for (kind, bytes) in every_mail() {
        let html = html(&bytes);
        assert!(!html.contains("<img") && !html.contains("url(") && !html.contains("<link"), "{html}");
        assert!(html.contains("name=\"color-scheme\" content=\"light dark\""));
        for href in links(&html) {
            let ours = href.starts_with(&format!("{URL}/"))
                || ["tel:5175550123", "mailto:help@example.gov"].contains(&href.as_str())
                || (kind == "external" && href == SERVICE_URL);
            assert!(ours, "{kind}: {href}");
        }
    }
}

#[test]
fn every_kind_can_go_through_any_server() {
    for (_, bytes) in every_mail() {
        assert!(bytes.is_ascii());
        assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
    }
}

#[test]
fn no_subject_and_no_preview_holds_a_secret_or_a_gap() {
    for (kind, bytes) in every_mail() {
        let subject = MessageParser::default().parse(&bytes).unwrap().subject().unwrap().to_owned();
        let preview = preview(&html(&bytes));
        assert!(subject.starts_with("Example Portal: ") && preview.ends_with('.'), "{kind}: {subject} / {preview}");
        let token = token();
        for hidden in [SECRET, token.as_str(), "12345678", "1234 5678", NOT_ME, "ada.black", "  ", " .", "{"] {
            assert!(!subject.contains(hidden) && !preview.contains(hidden), "{kind}: {subject} / {preview}");
        }
        assert!(!head(&bytes).contains(token.as_str()) && !head(&bytes).contains(SECRET), "{kind}");
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
fn only_mails_with_a_link_hold_one_that_opens_something() {
    for (kind, bytes) in every_mail() {
        let opens = ["claim-link", "reset-link", "office-link", "staff-invitation", "staff-password", "staff-second"];
        let opens = opens.contains(&kind);
        assert_eq!(text(&bytes).contains("/link/"), opens, "{kind}");
    }
}

#[test]
fn the_head_is_made_of_constants_and_the_stored_address() {
    let stationery = Stationery::new(&agency(), "https://accounts.example.gov:8443/").unwrap();
    let mail = mail("Ada.O'Brien+ems@EXAMPLE.gov");
    let message = stationery.render(&mail, &letter(claim_link("ada.black")), NOT_ME).unwrap();
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
        let mut agency = full_agency();
        agency.name = attack.to_owned();
        agency.system = attack.to_owned();
        agency.sender.name = attack.to_owned();
        agency.contact.hours = attack.to_owned();
        agency.contact.phones = vec![attack.to_owned()];
        agency.external.as_mut().unwrap().name = attack.to_owned();
        let stationery = Stationery::new(&agency, URL).unwrap();
        let products = reset_link(true, &[attack, "eICS", attack]);
        for message in every_kind().into_iter().chain([claim_link(attack), products]) {
            let message = stationery.render(&mail("ada@example.org"), &letter(message), NOT_ME).unwrap();
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
    assert!(text.contains("Or write to the office: help@example.gov."), "{text}");
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
    let bytes = stationery.render(&mail("ada@example.org"), &letter, NOT_ME).unwrap().formatted();
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
    for url in
        ["http://login.example.com", "javascript:alert(1)", "login.example.com", "https://", "https://a@b.example", ""]
    {
        let mut agency = full_agency();
        agency.external.as_mut().unwrap().url = url.to_owned();
        assert!(Stationery::new(&agency, URL).err().unwrap().to_string().contains("external.url"), "{url:?}");
    }
    let mut agency = agency();
    agency.words.insert("en".to_owned(), [("mail.no-such.word".to_owned(), String::new())].into());
    assert!(Stationery::new(&agency, URL).err().unwrap().to_string().contains("mail.no-such.word"));
}

#[test]
fn every_sentence_names_only_what_can_be_filled_in() {
    let known = [
        "system", "name", "minutes", "address", "reach", "ask", "instead", "service", "products", "lasts", "days",
        "period", "when", "phone", "email", "hours", "count", "others", "next",
    ];
    for language in words::languages() {
        let path = format!("{}/../locales/{language}/mail.toml", env!("CARGO_MANIFEST_DIR"));
        let sentences = std::fs::read_to_string(path).unwrap();
        let said = sentences.lines().filter(|line| !line.starts_with('#')).collect::<String>();
        for piece in said.split('{').skip(1) {
            let name = piece.split('}').next().unwrap();
            assert!(known.contains(&name), "{language}: {{{name}}}");
        }
    }
}
