//! Every sentence that people read stands in `locales/`, in every language; none is written in code.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what cannot be read has failed")]

use std::path::{Path, PathBuf};

use app::words::{Word, keys_under, languages};
use backboard::link::Purpose;
use backboard::service::mail::Message;

fn tree() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The Rust files under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect()
}

/// Whether a text in quotes reads like a sentence: three words in a row, the first of them capitalised.
fn is_sentence(quoted: &str) -> bool {
    let words: Vec<&str> = quoted.split(' ').collect();
    words.windows(3).any(|three| {
        let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
        let first = three[0].chars().next().is_some_and(|c| c.is_ascii_uppercase());
        first && three[0].chars().skip(1).all(|c| c.is_ascii_lowercase()) && three[1..].iter().all(is_word)
    })
}

#[test]
fn no_page_and_no_form_has_a_sentence_in_its_code() {
    // For whoever reads the program, not its pages.
    let inside = ["//", "reason =", "expect(", "panic!", "unreachable!", "tracing::"];
    let mut looked_at = 0;
    for folder in ["app/src", "src/form", "src/service", "server/src/mail", "server/src/web"] {
        for file in sources(&tree().join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for line in code.lines().filter(|line| !inside.iter().any(|mark| line.contains(mark))) {
                looked_at += 1;
                let quoted = line.split('"').skip(1).step_by(2).find(|quoted| is_sentence(quoted));
                // Said where no page could be made.
                let plain = line.contains("Something went wrong here. Please try again in a minute.");
                assert!(quoted.is_none() || plain, "{}: {quoted:?} belongs into locales/", file.display());
            }
        }
    }
    assert!(looked_at > 8_000, "{looked_at} lines: the reading of them is wrong");
    assert!(is_sentence("Please check this") && !is_sentence("usa-alert usa-alert--info usa-alert--slim"));
}

#[test]
fn every_kind_of_mail_and_of_link_has_a_name_at_the_desk() {
    let kinds = Message::VOIDED_KINDS.iter().copied().chain(keys_of_mails());
    for kind in kinds {
        assert!(Word::of_key(&format!("desk.mail-kind.{kind}")).is_some(), "desk.mail-kind.{kind}");
    }
    for purpose in Purpose::ALL {
        assert!(Word::of_key(&format!("desk.purpose.{}", purpose.code())).is_some(), "{}", purpose.code());
    }
}

/// The kinds of mail, as the sections of `mail.toml` that have a subject; one kind may have several sections.
fn keys_of_mails() -> impl Iterator<Item = &'static str> {
    let sections = keys_under("mail").filter_map(|key| key.strip_suffix(".subject"));
    sections.map(|section| match section.split('.').next().unwrap_or_default() {
        notice if notice.starts_with("staff-notice-") => "staff-notice",
        kind => kind,
    })
}

#[test]
fn there_is_english_and_spanish() {
    assert_eq!(languages().collect::<Vec<_>>(), ["en", "es"]);
}
