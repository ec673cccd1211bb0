//! *This wasn't me* in mails.

use backboard::account::Frozen;
use backboard::service::mail::Message;

use super::bench::*;

#[test]
fn the_link_stands_once_in_the_kinds_that_a_freeze_can_help_and_in_no_other() {
    let link = format!("{URL}/not-me/{NOT_ME}");
    for (kind, bytes) in every_mail() {
        let (text, html) = (text(&bytes), html(&bytes));
        let expected = usize::from(Message::freezes(kind).is_some());
        assert_eq!(text.matches("/not-me/").count(), expected, "{kind}");
        assert_eq!(text.contains(&format!("\nThis wasn't me\n{link}\n")), expected == 1, "{kind}: {text}");
        assert_eq!(links(&html).iter().filter(|href| **href == link).count(), expected, "{kind}");
        assert_eq!(html.matches("/not-me/").count(), expected, "{kind}: {html}");
    }
}

#[test]
fn the_sentence_before_the_link_says_what_it_stops() {
    for (kind, bytes) in every_mail() {
        let text = text(&bytes);
        let resets = text.contains("nobody can claim the account or reset its password until the office has looked");
        let all = text.contains("nobody can get in until the office has looked");
        let said = match Message::freezes(kind) {
            Some(Frozen::Resets) => (true, false),
            Some(Frozen::All) => (false, true),
            None => (false, false),
        };
        assert_eq!((resets, all), said, "{kind}: {text}");
    }
}

#[test]
fn the_link_is_no_second_button() {
    for (kind, bytes) in every_mail() {
        let html = html(&bytes);
        let buttons: Vec<&str> = html.split("<a href=\"").filter(|piece| piece.contains("background-color")).collect();
        assert!(buttons.len() <= 1, "{kind}");
        assert!(buttons.iter().all(|button| !button.contains("/not-me/")), "{kind}");
    }
}

#[test]
fn who_is_in_doubt_is_helped_also_where_nothing_can_be_stopped() {
    for (kind, bytes) in every_mail() {
        let text = text(&bytes);
        let needed = match kind {
            "staff-invitation" | "staff-password" | "staff-second" => "Did you not expect this?",
            "staff-notice" if text.contains("asks that somebody becomes an admin") => "Ask them why",
            "staff-notice" if text.contains("five wrong codes") => "Was it not you?",
            // The mail itself is about it.
            "frozen" => "Please phone the office: 517-555-0123.",
            "password-expires" => "Not sure that this mail is from us?",
            _ => "Was this not you",
        };
        assert!(text.contains(needed), "{kind}: {text}");
    }
}
