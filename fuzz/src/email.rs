//! E-mail addresses, and logins that may be one.

use backboard::form::reset::Login;
use backboard::identity::Email;
use backboard::roster::masked;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(email) = Email::parse(text) {
        let plain = email.as_str();
        assert_eq!(plain, text.trim(), "an address is kept byte for byte");
        assert_eq!(plain.matches('@').count(), 1, "{plain}");
        assert!(plain.len() <= 254 && plain.bytes().all(|byte| byte.is_ascii_graphic()), "{plain:?}");
        assert!(!plain.contains(['(', ')', '<', '>', '[', ']', ':', ';', '\\', ',', '"']), "{plain}");
        let (local, domain) = plain.split_once('@').unwrap_or_default();
        assert!((1..=64).contains(&local.len()) && domain.contains('.'), "{plain}");
        assert!(Email::parse(plain) == Ok(email.clone()));
        let key = email.key();
        assert_eq!(Email::parse(&key).map(|email| email.key()), Ok(key.clone()));
        assert_eq!(Email::parse(&plain.to_ascii_uppercase()).map(|email| email.key()), Ok(key));
        assert!(!format!("{email:?}").contains('@'));
        let shown = masked(&email);
        assert_eq!(shown.split('@').next().map(|local| local.chars().count()), Some(2), "{shown}");
        // Otherwise the worker would hold a mail that can never leave.
        let sent = plain.parse::<lettre::Address>().map(|address| address.to_string());
        assert_eq!(sent.as_deref(), Ok(plain), "the mailer takes another address than the forms");
    }
    if let Ok(login) = Login::parse(text) {
        assert!(login.email.is_some() || login.username.is_some());
        assert!(!login.key().is_empty() && login.key().is_ascii(), "{:?}", login.key());
        assert_eq!(Login::parse(&login.key()).map(|login| login.key()), Ok(login.key()));
        assert_eq!(Login::parse(&text.to_ascii_uppercase()).map(|login| login.key()), Ok(login.key()));
    }
}
