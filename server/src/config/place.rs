//! Where in a TOML text something is wrong, in words: the line and the key.

use std::ops::Range;

/// The longest key that is named. A whole key of `keys.toml` that stands in place of a name is longer.
const KEY_LONGEST: usize = 40;

/// One sentence about what the parser refused, without quoting the line, which may hold a secret.
#[must_use]
pub fn sentence(text: &str, error: &toml::de::Error) -> String {
    plain(&format!("{}: {}", of(text, error.span()), error.message().trim_end().replace('\n', "; ")))
}

/// A sentence that a terminal shows as it is: control characters of a file are written out.
#[must_use]
pub fn plain(sentence: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    sentence.chars().map(shown).collect()
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
    // What cannot be a key is not repeated: it may be a secret that lost its place.
    let is_name = |name: &str| name.len() <= KEY_LONGEST && name.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let (table, key) = (if is_name(table) { table } else { "" }, if is_name(key) { key } else { "" });
    match (table, key) {
        ("", "") => format!("line {number}"),
        ("", key) => format!("line {number}, key {key}"),
        (table, "") => format!("line {number}, table {table}"),
        (table, key) => format!("line {number}, key {table}.{key}"),
    }
}
