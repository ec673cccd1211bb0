//! Agency profiles: those that come with the program, and files of an agency's own.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

use app::words::{Catalog, languages};
use backboard::agency::{Agency, Desk, FACTS_LEAST, Journey, Mails, Product};
use backboard::challenge::Asking;
use backboard::identity::readable;
use backboard::password::{LONGEST_TYPED, PasswordPolicy};
use backboard::refused::Refused;
use reqwest::Url;
use rust_embed::RustEmbed;

use crate::config::place;

/// How long a temporary password may work.
const HOURS: RangeInclusive<u32> = 1..=365 * 24;

/// How long a new address may wait.
const EMAIL_WAIT: RangeInclusive<u32> = 1..=30 * 24;

/// The largest file of a logo.
const LOGO_BYTES: u64 = 32 * 1024;

/// The files of `agencies/`, inside the program.
#[derive(RustEmbed)]
#[folder = "../agencies"]
struct BuiltIn;

/// A profile by its built-in name, or by the path of a file.
///
/// # Errors
/// One sentence with the line and the key, or with the names there are.
pub fn profile(name_or_path: &str) -> Result<Agency, String> {
    profile_in(name_or_path, Path::new(""))
}

/// The same, with relative paths starting at `folder`.
///
/// # Errors
/// As [`profile`].
pub fn profile_in(name_or_path: &str, folder: &Path) -> Result<Agency, String> {
    if !is_path(name_or_path) {
        let file = BuiltIn::get(&format!("{name_or_path}.toml")).ok_or_else(|| unknown(name_or_path))?;
        return parse(&format!("the built-in profile {name_or_path}"), &String::from_utf8_lossy(&file.data));
    }
    let path = folder.join(name_or_path);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("the profile {} cannot be read ({error})", path.display()))?;
    let mut agency = parse(&path.display().to_string(), &text)?;
    if let (Some(logo), Some(beside)) = (&agency.look.logo, path.parent()) {
        agency.look.logo = Some(beside.join(logo));
        logo_of(&agency).map_err(|wrong| format!("{}, {wrong}", path.display()))?;
    }
    Ok(agency)
}

/// The file of a profile's logo: its ending, and what is in it.
///
/// # Errors
/// One sentence: it cannot be read, is too large, or no picture that browsers know.
pub fn logo_of(agency: &Agency) -> Result<Option<(&'static str, Vec<u8>)>, String> {
    let Some(path) = &agency.look.logo else { return Ok(None) };
    let wrong = |why: String| format!("key look.logo: {} {why}", path.display());
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let (ending, begins): (_, &[&[u8]]) = match ending.as_str() {
        "svg" => ("svg", &[b"<svg", b"<?xml", b"<!--"]),
        "png" => ("png", &[b"\x89PNG\r\n\x1a\n"]),
        _ => return Err(wrong("is no .svg or .png file".to_owned())),
    };
    let size = std::fs::metadata(path).map_err(|error| wrong(format!("cannot be read ({error})")))?.len();
    if size > LOGO_BYTES {
        let [size, most] = [size, LOGO_BYTES].map(|bytes| bytes.div_ceil(1024));
        return Err(wrong(format!(
            "has {size} KB; {most} at the most, because every page waits for it on a weak signal"
        )));
    }
    let content = std::fs::read(path).map_err(|error| wrong(format!("cannot be read ({error})")))?;
    if !begins.iter().any(|begin| content.trim_ascii_start().starts_with(begin)) {
        return Err(wrong(format!("is not what .{ending} says it is")));
    }
    Ok(Some((ending, content)))
}

/// The names of the profiles that come with the program.
#[must_use]
pub fn built_in() -> Vec<String> {
    BuiltIn::iter()
        .filter_map(|file| file.strip_suffix(".toml").map(str::to_owned))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// A name has letters, digits and dashes alone; whatever else is written is a path.
#[must_use]
pub fn is_path(text: &str) -> bool {
    !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn unknown(name: &str) -> String {
    format!(
        "there is no profile {name:?}; built in are {}, and a file of your own is named by its path, ./{name}.toml",
        built_in().join(", ")
    )
}

/// A profile's text; `from` is how errors name it.
///
/// # Errors
/// One sentence with the line and the key.
#[doc(hidden)]
pub fn parse(from: &str, text: &str) -> Result<Agency, String> {
    let agency: Agency = toml::from_str(text).map_err(|error| format!("{from}, {}", place::sentence(text, &error)))?;
    check(&agency).map_err(|wrong| place::plain(&format!("{from}, {wrong}")))?;
    Ok(agency)
}

/// What the types cannot say.
fn check(agency: &Agency) -> Result<(), String> {
    let said = [
        ("id", &agency.id),
        ("name", &agency.name),
        ("system", &agency.system),
        ("contact.email", &agency.contact.email),
        ("contact.hours", &agency.contact.hours),
        ("sender.name", &agency.sender.name),
        ("sender.address", &agency.sender.address),
    ];
    if let Some((key, _)) = said.iter().find(|(_, value)| value.trim().is_empty()) {
        return Err(format!("key {key}: it is empty"));
    }
    if agency.contact.phones.is_empty() {
        return Err("key contact.phones: there is none, and some people can only be helped by telephone".to_owned());
    }
    for (key, address) in [("contact.email", &agency.contact.email), ("sender.address", &agency.sender.address)] {
        if backboard::identity::Email::parse(address).is_err() {
            return Err(format!("key {key}: {address:?} is no e-mail address"));
        }
    }
    check_policy(agency)?;
    if let Some(external) = &agency.external {
        if external.name.trim().is_empty() {
            return Err("key external.name: it is empty, and people are told where else their password is".to_owned());
        }
        let url = Url::parse(&external.url).ok().filter(|url| url.scheme() == "https" && url.host_str().is_some());
        if url.is_none_or(|url| !url.username().is_empty() || url.password().is_some()) {
            return Err(format!(
                "key external.url: {:?} is no whole address that begins with https://, without a name or password in it",
                external.url
            ));
        }
    }
    check_desk(&agency.desk)?;
    check_languages(agency)
}

/// Languages that there are, and own words in no other.
fn check_languages(agency: &Agency) -> Result<(), String> {
    let distinct: BTreeSet<&String> = agency.languages.iter().collect();
    if distinct.is_empty() || distinct.len() != agency.languages.len() {
        return Err("key languages: one is wanted at the least, and each once".to_owned());
    }
    let named = agency.languages.iter().map(|language| ("languages".to_owned(), language));
    let words = agency.words.keys().map(|language| (format!("words.{language}"), language));
    let hours = agency.contact.also.keys().map(|language| (format!("contact.in.{language}"), language));
    let home = agency.home.iter().flat_map(|option| option.also.keys());
    let home = home.map(|language| (format!("home.in.{language}"), language));
    for (key, language) in named.chain(words).chain(hours).chain(home) {
        if !languages().any(|known| known == language) {
            return Err(format!(
                "key {key}: there is no language {language:?}; there is {}",
                languages().collect::<Vec<_>>().join(", ")
            ));
        }
    }
    if let Some((language, _)) = agency.contact.also.iter().find(|(_, words)| words.hours.trim().is_empty()) {
        return Err(format!("key contact.in.{language}.hours: it is empty"));
    }
    for language in agency.words.keys() {
        Catalog::of(agency, language).map_err(|wrong| format!("key {wrong}"))?;
    }
    Ok(())
}

/// A caller's check that proves something, and a wait that ends.
fn check_desk(desk: &Desk) -> Result<(), String> {
    let facts: BTreeSet<&str> = desk.facts.iter().map(|fact| fact.code()).collect();
    if !desk.facts.is_empty() && facts.len() < FACTS_LEAST {
        return Err(format!(
            "key desk.facts: a caller has to know {FACTS_LEAST} different ones at the least; leave the list empty where \
             only a mailed code will do"
        ));
    }
    if !EMAIL_WAIT.contains(&desk.email_wait_hours) {
        return Err(format!(
            "key desk.email_wait_hours: {} is not from {} to {} (30 days)",
            desk.email_wait_hours,
            EMAIL_WAIT.start(),
            EMAIL_WAIT.end()
        ));
    }
    Ok(())
}

/// A policy that somebody can meet.
fn check_policy(agency: &Agency) -> Result<(), String> {
    let policy = &agency.policy;
    check_password("policy.password", &policy.base)?;
    check_products(&policy.products)?;
    // What each asks can be right, and all of it together too much.
    let own = policy.products.iter().filter_map(|product| product.password.special.as_deref());
    let mut marks = std::iter::once(policy.base.special.as_str()).chain(own).filter(|marks| !marks.is_empty());
    if let Some(first) = marks.next() {
        let others: Vec<&str> = marks.collect();
        if !first.chars().any(|mark| others.iter().all(|marks| marks.contains(mark))) {
            return Err("key policy.products: their special characters share none that all of them take".to_owned());
        }
    }
    check_password("policy.products", &policy.password)?;
    if !HOURS.contains(&policy.temporary.hours) {
        return Err(format!(
            "key policy.temporary.hours: {} is not from {} to {} (a year)",
            policy.temporary.hours,
            HOURS.start(),
            HOURS.end()
        ));
    }
    if policy.challenge.asking != Asking::Off && agency.recovery.mails == Mails::TemporaryPassword {
        return Err("key policy.challenge.asking: the question would never be asked, because recovery.mails is \
                    \"temporary-password\""
            .to_owned());
    }
    if policy.challenge.asking != Asking::Off && !agency.has(Journey::Security) {
        return Err("key policy.challenge.asking: nobody can set up a question, because journeys has no \"security\""
            .to_owned());
    }
    Ok(())
}

fn check_password(key: &str, password: &PasswordPolicy) -> Result<(), String> {
    let PasswordPolicy { shortest, longest, uppercase, lowercase, digit, special, .. } = password;
    if *shortest == 0 || shortest > longest {
        return Err(format!("key {key}: no password has {shortest} to {longest} characters"));
    }
    if *longest as usize > LONGEST_TYPED {
        return Err(format!("key {key}.longest: {longest} is more than the {LONGEST_TYPED} characters a field takes"));
    }
    if let Err(Refused::Unreadable) = readable(special) {
        return Err(format!("key {key}.special: it has a character that nobody can type"));
    }
    let kinds = [*uppercase, *lowercase, *digit, !special.is_empty()].into_iter().filter(|asked| *asked).count();
    if kinds > *longest as usize {
        return Err(format!("key {key}: {longest} characters cannot be of {kinds} kinds"));
    }
    Ok(())
}

fn check_products(products: &[Product]) -> Result<(), String> {
    let mut known = BTreeSet::new();
    for product in products {
        let name = product.name.trim();
        if name.is_empty() {
            return Err(
                "key policy.products.name: it is empty, and each rule says which product asks for it".to_owned()
            );
        }
        if !known.insert(name.to_lowercase()) {
            return Err(format!("key policy.products.name: {name:?} is there twice"));
        }
    }
    Ok(())
}
