//! Turns `locales/` into constants: a sentence that does not exist, or exists in one language only,
//! does not compile. The browser gets numbers in its wasm and the sentences of one language beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

type Sentences = BTreeMap<String, String>;

/// Files whose sentences the server alone writes: the browser never gets them.
const SERVER_ONLY: &[&str] = &["act", "audit", "desk", "history", "import", "mail", "queue", "reports", "staff"];

fn main() {
    let locales = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../locales");
    println!("cargo:rerun-if-changed={}", locales.display());

    let mut languages: Vec<PathBuf> = entries(&locales).into_iter().filter(|path| path.is_dir()).collect();
    languages.sort();
    let read: Vec<(String, Sentences, Sentences)> = languages.iter().map(|path| language(path)).collect();
    let Some((_, pages, mails)) = read.iter().find(|(name, ..)| name == "en") else { panic!("locales/en is missing") };
    for (name, other_pages, other_mails) in &read {
        assert!(
            pages.keys().eq(other_pages.keys()),
            "locales/{name}: not the keys of locales/en: {:?}",
            difference(pages, other_pages)
        );
        assert!(
            mails.keys().eq(other_mails.keys()),
            "locales/{name}, what the server alone writes: not the keys of en: {:?}",
            difference(mails, other_mails)
        );
        for (key, sentence) in pages.iter().chain(mails) {
            let other = other_pages.get(key).or_else(|| other_mails.get(key)).map_or("", String::as_str);
            assert!(blanks(sentence) == blanks(other), "locales/{name}, {key}: not the blanks of locales/en: {other}");
        }
    }

    let keys: Vec<&String> = pages.keys().chain(mails.keys()).collect();
    let mut code = String::new();
    for (number, key) in keys.iter().enumerate() {
        let constant = key.replace(['.', '-'], "_").to_uppercase();
        let _ = writeln!(
            code,
            "/// {}\npub const {constant}: Word = Word({number});",
            pages.get(*key).or_else(|| mails.get(*key)).map_or("", |s| s.lines().next().unwrap_or_default())
        );
    }
    let _ = writeln!(code, "#[cfg(feature = \"ssr\")]\npub(crate) const PAGE_WORDS: usize = {};", pages.len());
    let _ = writeln!(code, "#[cfg(feature = \"ssr\")]\npub(crate) static KEYS: [&str; {}] = {keys:?};", keys.len());
    let tables: Vec<String> = read
        .iter()
        .map(|(name, pages, mails)| {
            format!("({name:?}, &{:?})", pages.values().chain(mails.values()).collect::<Vec<_>>())
        })
        .collect();
    let _ = writeln!(
        code,
        "#[cfg(feature = \"ssr\")]\npub(crate) const LANGUAGES: [(&str, &[&str]); {}] = [{}];",
        tables.len(),
        tables.join(", ")
    );

    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default()).join("words.rs");
    if let Err(error) = fs::write(&out, code) {
        panic!("{}: {error}", out.display());
    }
}

/// The sentences of one language: those of pages, and those that the browser never gets.
fn language(path: &Path) -> (String, Sentences, Sentences) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (mut pages, mut mails) = (Sentences::new(), Sentences::new());
    for file in entries(path) {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let table: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let into = if SERVER_ONLY.contains(&stem.as_str()) { &mut mails } else { &mut pages };
        flatten(&stem, &table, into);
    }
    (name, pages, mails)
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut Sentences) {
    for (key, value) in table {
        let key = format!("{prefix}.{key}");
        match value {
            toml::Value::String(sentence) => {
                into.insert(key, sentence.trim_end().to_owned());
            }
            toml::Value::Table(inner) => flatten(&key, inner, into),
            other => panic!("{key}: a sentence is wanted, not {other}"),
        }
    }
}

/// What code fills in: the names in braces.
fn blanks(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn difference(one: &Sentences, other: &Sentences) -> Vec<String> {
    let missing =
        |a: &Sentences, b: &Sentences| a.keys().filter(|key| !b.contains_key(*key)).cloned().collect::<Vec<_>>();
    [missing(one, other), missing(other, one)].concat()
}

fn entries(path: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut paths: Vec<PathBuf> = listing.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
