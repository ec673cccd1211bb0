//! The sections, one by one: text into what may be used.

use std::net::{IpAddr, SocketAddr};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use backboard::agency::Agency;
use ipnet::IpNet;
use reqwest::Url;
use sqlx::sqlite::SqliteConnectOptions;

use super::text::{CaptchaText, MailText, TransportText};
use super::{Captcha, ConfigError, Database, Hosted, Mail, Provider, PublicUrl, Secret, Smtp, Tls, is_loopback, place};
use crate::imports::MOST_BYTES;
use crate::{keys, profiles};

pub(super) fn public_url(text: Option<String>) -> Result<PublicUrl, ConfigError> {
    let text = required(text, "public_url", "the address people reach the portal under")?;
    PublicUrl::parse(&text).map_err(|wrong| refused(format!("public_url: {wrong}")))
}

pub(super) fn agency(text: Option<String>, folder: &Path) -> Result<Agency, ConfigError> {
    let name = required(text, "agency", "the name of a profile, or the path of your own")?;
    profiles::profile_in(&name, folder).map_err(|wrong| refused(format!("agency: {wrong}")))
}

pub(super) fn check_place(keys_file: &Path, database: Option<&Database>) -> Result<(), ConfigError> {
    if let Some(Database::Sqlite(file)) = database {
        keep_apart(keys_file, file)?;
    }
    Ok(())
}

pub(super) fn check_mode(keys_file: &Path) -> Result<(), ConfigError> {
    if keys_file.exists() {
        keys::closed_to_others(keys_file).map_err(|wrong| refused(format!("keys.file: {wrong}")))?;
    }
    Ok(())
}

pub(super) fn check_multiply(multiply: u32, public_url: Option<&PublicUrl>) -> Result<(), ConfigError> {
    match public_url {
        Some(public_url) if multiply == 0 || multiply > 1 && !public_url.is_loopback() => Err(refused(format!(
            "limits.multiply = {multiply} is for load tests on loopback; leave it at 1 for {public_url}"
        ))),
        _ => Ok(()),
    }
}

pub(super) fn most_bytes(text: Option<u64>) -> Result<u64, ConfigError> {
    match text {
        Some(0) => {
            Err(refused("import.most_bytes = 0 takes no roster; write a number of bytes, such as 67108864".to_owned()))
        }
        Some(bytes) => Ok(bytes),
        None => Ok(MOST_BYTES),
    }
}

/// Beside the database, where that is a file; otherwise beside the configuration.
pub(super) fn import_folder(text: Option<&str>, database: Option<&Database>, folder: &Path) -> PathBuf {
    match (text, database) {
        (Some(text), _) => folder.join(text),
        (None, Some(Database::Sqlite(file))) => file.with_file_name("imports"),
        (None, _) => folder.join("imports"),
    }
}

/// The longest drain, in seconds: no load balancer takes longer to notice.
const LONGEST_DRAIN: u64 = 300;

pub(super) fn drain(seconds: Option<u64>) -> Result<Duration, ConfigError> {
    match seconds.unwrap_or(0) {
        seconds @ 0..=LONGEST_DRAIN => Ok(Duration::from_secs(seconds)),
        seconds => Err(refused(format!(
            "admin.drain_seconds = {seconds} would hold every restart up; write at most {LONGEST_DRAIN}, such as 15"
        ))),
    }
}

/// It stands in every line of the log, and a log is cut up by programs.
pub(super) fn node(name: String) -> Result<String, ConfigError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&name.len()) && name.chars().all(is_plain) {
        return Ok(name);
    }
    Err(refused(format!(
        "node: {name:?} is no name for the log; write 1 to 64 letters, digits, dots and dashes, such as \"a1\""
    )))
}

pub(super) fn refused(sentence: String) -> ConfigError {
    let sentence = place::plain(&sentence);
    ConfigError(if sentence.ends_with('.') { sentence } else { sentence + "." })
}

pub(super) fn required(value: Option<String>, key: &str, what: &str) -> Result<String, ConfigError> {
    value.filter(|value| !value.trim().is_empty()).ok_or_else(|| {
        let variable = key.replace('.', "__").to_ascii_uppercase();
        refused(format!("{key} is missing: write {what} into backboard.toml, or set BACKBOARD__{variable}"))
    })
}

pub(super) fn address(key: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| refused(format!("{key}: {text:?} is no address with a port, such as 127.0.0.1:8080")))
}

pub(super) fn network(text: &str) -> Result<IpNet, ConfigError> {
    let single = || text.parse::<IpAddr>().map(IpNet::from);
    IpNet::from_str(text).or_else(|_| single()).map_err(|_| {
        refused(format!("proxy.trusted: {text:?} is no address or network, such as 10.0.0.0/8; write the proxy's own"))
    })
}

pub(super) fn database(url: &str, folder: &Path) -> Result<Database, ConfigError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Database::Postgres(Secret::new(url.to_owned())));
    }
    let way_out = "write sqlite:PATH or postgres://USER@HOST/NAME";
    if !url.starts_with("sqlite:") {
        return Err(refused(format!("database.url names no database we know; {way_out}")));
    }
    let (path, parameters) = url.split_once('?').unwrap_or((url, "mode=rwc"));
    if parameters != "mode=rwc" {
        return Err(refused(format!("database.url: {parameters:?} is not used here; write the path alone")));
    }
    let options =
        SqliteConnectOptions::from_str(path).map_err(|error| refused(format!("database.url: {error}; {way_out}")))?;
    if path.ends_with(":memory:") || options.get_filename().as_os_str().is_empty() {
        return Err(refused(format!("database.url: a database in memory forgets every account; {way_out}")));
    }
    Ok(Database::Sqlite(folder.join(options.get_filename())))
}

/// A copy of the database's folder must not carry the keys along.
fn keep_apart(keys: &Path, database: &Path) -> Result<(), ConfigError> {
    let (Some(keys_folder), Some(database_folder)) = (keys.parent(), database.parent()) else { return Ok(()) };
    if !real(keys_folder).starts_with(real(database_folder)) {
        return Ok(());
    }
    Err(refused(format!(
        "keys.file {} lies in the database's folder {}, so one copy would carry both; move one of them to another folder",
        keys.display(),
        database_folder.display()
    )))
}

/// The path without links and dots, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
        plain = plain.canonicalize().unwrap_or(plain);
    }
    plain
}

pub(super) fn mail(text: MailText, folder: &Path) -> Result<Mail, ConfigError> {
    let transport =
        text.transport.ok_or_else(|| refused("mail.transport is missing: write \"smtp\" or \"folder\"".to_owned()))?;
    if matches!(transport, TransportText::Folder) {
        let mails = required(text.folder, "mail.folder", "the folder that mails are written to")?;
        return Ok(Mail::Folder(folder.join(mails)));
    }
    let host = required(text.host, "mail.host", "the SMTP server's name")?;
    let tls = text.tls.unwrap_or(Tls::Starttls);
    if tls == Tls::None && !is_loopback(&host) {
        return Err(refused(format!(
            "mail.tls = \"none\" would send links readable to {host}; write \"starttls\" or \"implicit\""
        )));
    }
    let port = text.port.unwrap_or(match tls {
        Tls::None => 25,
        Tls::Starttls => 587,
        Tls::Implicit => 465,
    });
    let password = secret_file("mail.password_file", text.password_file, folder)?;
    let login = match (text.username, password) {
        (Some(name), Some(password)) => Some((name, password)),
        (None, None) => None,
        (Some(_), None) => return Err(refused("mail.username needs mail.password_file beside it".to_owned())),
        (None, Some(_)) => return Err(refused("mail.password_file needs mail.username beside it".to_owned())),
    };
    Ok(Mail::Smtp(Smtp { host, port, tls, login, ca_file: text.ca_file.map(|file| folder.join(file)) }))
}

pub(super) fn captcha(text: CaptchaText, folder: &Path) -> Result<Captcha, ConfigError> {
    let provider = match text.provider {
        None | Some(Provider::Altcha) => {
            let more = text.site_key.is_some() || text.secret.is_some() || text.secret_file.is_some();
            if more || text.verify_url.is_some() {
                let which = "\"turnstile\", \"hcaptcha\" or \"recaptcha\"";
                return Err(refused(format!(
                    "captcha: its other keys are for captcha.provider = {which}; remove them"
                )));
            }
            return Ok(Captcha::Altcha);
        }
        Some(provider) => provider,
    };
    let file = secret_file("captcha.secret_file", text.secret_file, folder)?;
    let secret = match (file, text.secret) {
        (Some(file), None) => file,
        (None, Some(secret)) if !secret.trim().is_empty() => Secret::new(secret.trim().to_owned()),
        (Some(_), Some(_)) => {
            return Err(refused("captcha.secret and captcha.secret_file are both set; keep one".to_owned()));
        }
        _ => {
            return Err(refused("captcha.secret_file is missing: name the file with the provider's secret".to_owned()));
        }
    };
    let verify_url = text.verify_url.map(|url| verify_url(&url)).transpose()?;
    let site_key = required(text.site_key, "captcha.site_key", "the key that the provider gave for pages")?;
    Ok(Captcha::Hosted(Hosted { provider, site_key, secret, verify_url }))
}

fn verify_url(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).ok().filter(|url| {
        let loopback = url.host_str().is_some_and(is_loopback);
        url.scheme() == "https" || url.scheme() == "http" && loopback
    });
    url.ok_or_else(|| {
        refused(format!("captcha.verify_url: {text:?} is no https:// address (http:// on loopback alone)"))
    })
}

fn secret_file(key: &str, path: Option<String>, folder: &Path) -> Result<Option<Secret>, ConfigError> {
    let Some(path) = path else { return Ok(None) };
    let path = folder.join(path);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| refused(format!("{key}: {} cannot be read ({error})", path.display())))?;
    match text.trim() {
        "" => Err(refused(format!("{key}: {} is empty; write the secret into it", path.display()))),
        secret => Ok(Some(Secret::new(secret.to_owned()))),
    }
}
