//! Where in a TOML text something is wrong, in words: the line and the key.

use std::ops::Range;

/// One sentence about what the parser refused, without quoting the line, which may hold a secret.
#[must_use]
pub fn sentence(text: &str, error: &toml::de::Error) -> String {
    format!("{}: {}", of(text, error.span()), error.message().trim_end().replace('\n', "; "))
}

/// `line 7, key mail.port`.
#[must_use]
pub fn of(text: &str, span: Option<Range<usize>>) -> String {
    let start = span.map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let mut table = "";
    let mut line = "";
    for each in text.lines().take(number) {
        line = each.trim();
        if line.starts_with('[') {
            table = line.split(']').next().unwrap_or_default().trim_start_matches('[').trim();
        }
    }
    let key = line.split_once('=').map_or("", |(key, _)| key.trim());
    match (table, key) {
        ("", "") => format!("line {number}"),
        ("", key) => format!("line {number}, key {key}"),
        (table, "") => format!("line {number}, table {table}"),
        (table, key) => format!("line {number}, key {table}.{key}"),
    }
}
