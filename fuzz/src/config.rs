//! The configuration file.

use server::config::{Config, is_loopback};

use crate::assert_one_line;

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a folder for the file");
}

pub fn check(data: &[u8]) {
    // The file names others, which are read; these would never end.
    if data.windows(4).any(|part| part == b"/dev" || part == b"/pro" || part == b"/sys") {
        return;
    }
    let secrets = secrets(data);
    FOLDER.with(|folder| {
        let path = folder.path().join("backboard.toml");
        std::fs::write(&path, data).expect("the file is written");
        match Config::load(Some(&path), []) {
            Ok(config) => {
                let url = config.public_url.origin();
                let (scheme, host) = url.split_once("://").expect("a scheme and a host");
                assert!(scheme == "https" || config.public_url.is_loopback(), "plain http beyond loopback: {url}");
                assert!(!host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '\r', '\n']), "{url}");
                assert!(config.multiply == 1 || config.multiply > 1 && config.public_url.is_loopback());
                if let server::config::Mail::Smtp(smtp) = &config.mail {
                    assert!(smtp.tls != server::config::Tls::None || is_loopback(&smtp.host), "mail in the clear");
                }
                tells_none(&secrets, &format!("{config:?}"));
            }
            Err(refused) => {
                let sentence = refused.to_string();
                assert_one_line(&sentence);
                assert!(sentence.ends_with('.'), "no sentence: {sentence:?}");
                tells_none(&secrets, &sentence);
            }
        }
    });
}

/// What the file has under `secret`, and the password of a database's URL.
fn secrets(data: &[u8]) -> Vec<String> {
    let table = std::str::from_utf8(data).ok().and_then(|text| toml::from_str::<toml::Table>(text).ok());
    let table = table.unwrap_or_default();
    let at = |section: &str, key: &str| table.get(section)?.get(key)?.as_str().map(str::to_owned);
    let url = at("database", "url").unwrap_or_default();
    let password = url.split_once("://").and_then(|(_, rest)| rest.split_once('@')).map(|(login, _)| login.to_owned());
    let password = password.and_then(|login| login.split_once(':').map(|(_, password)| password.to_owned()));
    // Shorter ones stand in the words of the sentences.
    [at("captcha", "secret"), password].into_iter().flatten().filter(|secret| secret.len() >= 12).collect()
}

fn tells_none(secrets: &[String], said: &str) {
    for secret in secrets {
        assert!(!said.contains(secret.as_str()), "a secret is told: {said}");
    }
}
