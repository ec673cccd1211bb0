//! Agency profiles: those that come with the program, and files of an agency's own.

use std::collections::BTreeSet;
use std::path::Path;

use app::words::{Catalog, languages};
use backboard::agency::Agency;
use rust_embed::RustEmbed;

use crate::config::place;

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
    parse(&path.display().to_string(), &text)
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
fn is_path(text: &str) -> bool {
    !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn unknown(name: &str) -> String {
    format!(
        "there is no profile {name:?}; built in are {}, and a file of your own is named by its path, ./{name}.toml",
        built_in().join(", ")
    )
}

fn parse(from: &str, text: &str) -> Result<Agency, String> {
    let agency: Agency = toml::from_str(text).map_err(|error| format!("{from}, {}", place::sentence(text, &error)))?;
    check(&agency).map_err(|wrong| format!("{from}, {wrong}"))?;
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
    let password = &agency.policy.password;
    if password.shortest == 0 || password.shortest > password.longest {
        return Err(format!(
            "key policy.password: no password has {} to {} characters",
            password.shortest, password.longest
        ));
    }
    for language in agency.words.keys() {
        if !languages().any(|known| known == language) {
            return Err(format!(
                "key words.{language}: there is no such language; there is {}",
                languages().collect::<Vec<_>>().join(", ")
            ));
        }
        Catalog::of(agency, language).map_err(|wrong| format!("key {wrong}"))?;
    }
    Ok(())
}
