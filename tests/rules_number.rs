//! SSNs, certificate numbers and e-mail addresses.

use backboard::identity::{CertificateNumber, Email, Ssn};
use backboard::refused::Refused;
use proptest::prelude::*;

fn digits() -> impl Strategy<Value = (u32, u32, u32)> {
    (0_u32..1000, 0_u32..100, 0_u32..10_000)
}

proptest! {
    #[test]
    fn any_punctuation_between_the_nine_digits_will_do(
        (area, group, serial) in digits(), marks in prop::collection::vec(prop::sample::select(vec!["", " ", "-", ".", "–", "\u{a0}", "--"]), 8)
    ) {
        let plain = format!("{area:03}{group:02}{serial:04}");
        let mut typed = String::new();
        for (place, digit) in plain.chars().enumerate() {
            typed.push(digit);
            typed.push_str(marks.get(place).copied().unwrap_or(" "));
        }
        let never = area == 0 || area == 666 || group == 0 || serial == 0;
        match Ssn::parse(&typed) {
            Ok(ssn) => prop_assert!(!never && ssn.digits() == plain.as_bytes()),
            Err(refused) => prop_assert!(never && refused == Refused::SsnNeverIssued),
        }
    }

    #[test]
    fn an_ssn_never_shows_its_digits((area, group, serial) in digits()) {
        if let Ok(ssn) = Ssn::parse(&format!("{area:03}{group:02}{serial:04}")) {
            let shown = format!("{ssn:?} {ssn:#?}");
            prop_assert!(!shown.contains(|c: char| c.is_ascii_digit()));
        }
    }

    #[test]
    fn more_or_fewer_than_nine_digits_are_refused(typed in "[0-9]{1,8}|[0-9]{10,14}") {
        prop_assert_eq!(Ssn::parse(&typed), Err(Refused::SsnNineDigits));
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        if let Ok(ssn) = Ssn::parse(&text) {
            prop_assert!(ssn.digits().iter().all(u8::is_ascii_digit));
        }
        if let Ok(number) = CertificateNumber::parse(&text) {
            prop_assert!(number.as_str().bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        }
        let _ = Email::parse(&text);
    }

    #[test]
    fn certificate_numbers_compare_without_case_spaces_and_dashes(number in "[A-Z0-9]{3,20}", every in 1_usize..6, mark in "[-. /#]") {
        let typed: String = number.to_lowercase().chars().enumerate()
            .flat_map(|(place, c)| [c.to_string(), if place % every == 0 { mark.clone() } else { String::new() }])
            .collect();
        let read = CertificateNumber::parse(&typed).unwrap();
        prop_assert_eq!(read.as_str(), number.as_str());
    }

    #[test]
    fn an_accepted_address_has_one_recipient_and_no_header(text in "[ -~\r\n\t@.é]{0,40}|[a-z.]{0,70}@[a-z.-]{0,40}(,|;| )?[a-z]{0,5}@?[a-z.]{0,9}") {
        if let Ok(email) = Email::parse(&text) {
            let kept = email.as_str();
            prop_assert_eq!(kept.matches('@').count(), 1);
            prop_assert!(kept.len() <= 254 && kept.is_ascii());
            prop_assert!(!kept.contains(|c: char| c.is_control() || c.is_whitespace() || "()<>[]:;\\,\"".contains(c)));
            prop_assert_eq!(kept, text.trim());
        }
    }

    #[test]
    fn ordinary_addresses_are_accepted_byte_for_byte(local in "[A-Za-z0-9][A-Za-z0-9+_-]{0,30}", domain in "[a-z][a-z0-9]{0,20}(\\.[a-z]{2,6}){1,3}") {
        let address = format!("{local}@{domain}");
        let email = Email::parse(&format!(" {address}\n")).unwrap();
        prop_assert_eq!(email.as_str(), address.as_str());
    }

    #[test]
    fn an_address_is_never_shown_by_debug(local in "[a-z]{6,12}") {
        let email = Email::parse(&format!("{local}@example.org")).unwrap();
        let shown = format!("{email:?}");
        prop_assert!(!shown.contains(&local));
    }
}

#[test]
fn addresses_that_could_carry_more_than_one_recipient_are_refused() {
    for text in [
        "a@example.org,b@example.org",
        "a@example.org;b@example.org",
        "a@b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "\"a b\"@example.org",
        "a@[127.0.0.1]",
        "Ada <a@example.org>",
        "a@localhost",
        "a..b@example.org",
        ".a@example.org",
        "a@-example.org",
        "a@exämple.org",
        "а@example.org",
        "a b@example.org",
        "@example.org",
        "a@",
        "a@example..org",
    ] {
        assert_eq!(Email::parse(text), Err(Refused::EmailUnusable), "{text}");
    }
    let long = |length: usize| format!("{}@{}.org", "a".repeat(60), "b.".repeat((length - 66) / 2) + "cc");
    assert!(Email::parse(&long(250)).is_ok());
    assert_eq!(Email::parse(&long(260)), Err(Refused::TooLong));
    assert_eq!(Email::parse(&format!("{}@example.org", "a".repeat(65))), Err(Refused::EmailUnusable));
}

#[test]
fn control_characters_part_no_ssn() {
    assert!(Ssn::parse("900\t12\u{a0}3456").is_ok());
    assert_eq!(Ssn::parse("900\u{b}12\u{b}3456"), Err(Refused::SsnNineDigits));
}
