//! The types that hold secrets say nothing of them, however they are written down: the guard behind
//! docs/LOGGING.md's list.

use std::fmt::Debug;

use backboard::challenge::Answer;
use backboard::identity::Ssn;
use backboard::link::Code;
use backboard::moment::Moment;
use backboard::password::Password;
use backboard::service::Token;
use backboard::service::mail::{Letter, MailedSecret, Message};
use server::config::Secret;
use server::keys::Keys;
use server::mail::Credentials;

const CANARY: &str = "kestrel5519canary";

#[test]
fn k03_no_secret_type_has_a_debug_that_speaks() {
    let password = || Password::parse(CANARY).unwrap();
    let code = Code::from_random(73_195_519);
    let token = Token::parse("kestrel5519canarykestrel5519canarykestrel55").unwrap();
    let letter = Letter {
        language: "en".to_owned(),
        message: Message::TemporaryPassword {
            username: backboard::account::Username::parse("ada.lovelace").unwrap(),
            password: MailedSecret::of(&password()),
            expires: Moment(0),
            hours: 1,
            shared: false,
            products: Vec::new(),
        },
    };
    let keys = Keys::random();
    let bytes = format!("{:?}", keys.seal.newest().1.bytes());
    let said = |value: &dyn Debug| format!("{value:?} {value:#?}");
    for text in [
        said(&password()),
        said(&Some(vec![password()])),
        said(&Ssn::parse("900-47-5519").unwrap()),
        said(&Answer::parse(CANARY).unwrap()),
        said(&code),
        said(&token),
        said(&letter),
        said(&Secret::new(CANARY.to_owned())),
        said(&Credentials { username: "portal".to_owned(), password: CANARY.to_owned() }),
        said(&keys),
    ] {
        for secret in [CANARY, "kestrel", "5519", code.as_str(), &bytes[1..20]] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

/// A span that records what a function was called with would write passwords down whatever their types say: strings of
/// forms have no guard. So there is no `#[instrument]` at all, and the only span is that of a request.
#[test]
fn k03_no_span_records_arguments() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<_> = ["server/src", "app/src", "src"].iter().map(|folder| root.join(folder)).collect();
    let (mut files, mut spans) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            files += 1;
            assert!(!text.contains("#[instrument") && !text.contains("tracing::instrument"), "{}", path.display());
            assert!(!text.contains("println!(") && !text.contains("dbg!("), "{}", path.display());
            spans.extend(text.lines().filter(|line| line.contains("_span!(")).map(|line| line.trim().to_owned()));
        }
    }
    assert!(files > 100, "{files} files");
    assert_eq!(spans, ["let span = tracing::error_span!(\"request\", id = id.0);"]);
}
