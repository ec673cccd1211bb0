//! Reports of mails that came back: anybody may write to the mailbox that they are read from.

use backboard::service::bounce::Status;
use server::mail::report;

pub fn check(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(status) = Status::parse(text)
    {
        let plain = status.to_string();
        assert!((5..=9).contains(&plain.len()) && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        assert_eq!(Status::parse(&plain), Some(status));
    }
    let Some(read) = report::read(data) else { return };
    assert!(data.len() <= report::LONGEST);
    assert!((1..=32).contains(&read.outcomes.len()) && read.mails.len() <= 8);
    for id in &read.mails {
        let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        assert!(plain && (1..=64).contains(&id.len()), "{id:?}");
    }
    for outcome in &read.outcomes {
        assert!((1..=2).contains(&outcome.recipients.len()));
        assert!(!format!("{outcome:?}").contains('@'));
    }
}
