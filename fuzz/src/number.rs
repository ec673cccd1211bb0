//! Numbers and usernames as typed: SSN, certificate number, code, username.

use backboard::account::Username;
use backboard::identity::{CertificateNumber, Ssn};
use backboard::link::Code;
use backboard::roster::{PersonId, may_hold_ssn};

use crate::is_readable;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(ssn) = Ssn::parse(text) {
        assert!(is_readable(text), "unreadable text passed: {text:?}");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(ssn.digits().as_slice(), digits.as_bytes(), "{text:?}");
        let (area, rest) = digits.split_at(3);
        let (group, serial) = rest.split_at(2);
        assert!(!["000", "666"].contains(&area) && group != "00" && serial != "0000", "never issued: {digits}");
        assert!(Ssn::parse(&format!("{area}-{group}-{serial}")) == Ok(ssn.clone()));
        assert!(may_hold_ssn(text), "the rejects file would repeat {text:?}");
        assert!(!format!("{ssn:?}").contains(|c: char| c.is_ascii_digit()));
    }
    if let Ok(number) = CertificateNumber::parse(text) {
        assert!(is_readable(text), "unreadable text passed: {text:?}");
        let plain = number.as_str();
        assert!((3..=20).contains(&plain.len()));
        assert!(plain.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()), "{plain:?}");
        assert_eq!(CertificateNumber::parse(plain).as_ref(), Ok(&number));
        assert_eq!(CertificateNumber::parse(&text.to_ascii_lowercase()), Ok(number));
    }
    if let Ok(code) = Code::parse(text) {
        assert!(is_readable(text), "unreadable text passed: {text:?}");
        assert!(code.as_str().len() == 8 && code.as_str().bytes().all(|byte| byte.is_ascii_digit()));
        assert!(Code::parse(&code.grouped()) == Ok(code.clone()));
        assert!(!format!("{code:?}").contains(|c: char| c.is_ascii_digit()));
    }
    if let Ok(name) = Username::parse(text) {
        let plain = name.as_str();
        assert!((3..=64).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_graphic()), "{plain:?}");
        assert_eq!(Username::parse(plain).as_ref(), Ok(&name));
        let key = name.key();
        assert_eq!(Username::parse(&plain.to_ascii_uppercase()).map(|name| name.key()), Ok(key.clone()));
        assert_eq!(Username::parse(key.as_str()).map(|name| name.key()), Ok(key));
    }
    if let Ok(id) = PersonId::parse(text) {
        assert!((1..=64).contains(&id.as_str().len()) && id.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
        assert_eq!(PersonId::parse(id.as_str()).as_ref(), Ok(&id));
    }
    let suggested = Username::suggested(text, text, 2);
    assert_eq!(Username::parse(suggested.as_str()).as_ref(), Ok(&suggested), "no username: {suggested}");
}
