//! `backboard.toml`, judged: a [`Config`] is the proof that everything in it may be used.
//!
//! - Relative paths start at the file's folder, or at the working folder where there is no file.
//! - What is unsafe is refused with one sentence that says the way out: plain http, plain SMTP and larger
//!   limits are for loopback alone; keys lie outside the database's folder and are open to nobody else.
//! - Secrets stand in files of their own and never show in `Debug`.

pub mod place;
mod public_url;
mod secret;
mod text;

use std::net::{IpAddr, SocketAddr};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use backboard::agency::Agency;
use ipnet::IpNet;
use reqwest::Url;
use serde::Deserialize;
use sqlx::sqlite::SqliteConnectOptions;

use crate::{keys, profiles};
use text::{CaptchaText, ConfigText, MailText, TransportText};

pub use public_url::{PublicUrl, is_loopback};
pub use secret::Secret;

/// Why the configuration cannot be used: one sentence with the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(crate) String);

/// Everything that is set for one portal.
#[derive(Clone, Debug)]
pub struct Config {
    pub public_url: PublicUrl,
    pub listen: SocketAddr,
    pub agency: Agency,
    pub database: Database,
    pub keys_file: PathBuf,
    pub mail: Mail,
    /// Proxies whose word about the visitor's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Where `/healthz`, `/readyz` and `/metrics` are answered; nowhere without it.
    pub admin: Option<SocketAddr>,
    /// Times every address, subnet and global budget. Above 1 on loopback alone.
    pub multiply: u32,
    pub captcha: Captcha,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    /// A whole URL; it may hold a password.
    Postgres(Secret),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mail {
    Smtp(Smtp),
    /// One `.eml` file a mail.
    Folder(PathBuf),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// Name and password, where the server asks for them.
    pub login: Option<(String, Secret)>,
    /// A certificate authority in PEM besides the known ones.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// Loopback alone.
    None,
    Starttls,
    Implicit,
}

/// Who judges *I'm not a robot*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    Altcha,
    Turnstile,
    Hcaptcha,
    Recaptcha,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captcha {
    /// A proof of work of our own; nobody else learns of the visitor.
    Altcha,
    Hosted(Hosted),
}

/// A check that another company hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosted {
    pub provider: Provider,
    pub site_key: String,
    pub secret: Secret,
    /// Where the check is asked; the provider's own place by default.
    pub verify_url: Option<Url>,
}

impl Config {
    /// Reads the file, if there is one at `path`, with the environment over it.
    ///
    /// # Errors
    /// The first thing that is missing, unknown or unsafe.
    pub fn load(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let text = path.map(|path| {
            let text = std::fs::read_to_string(path);
            text.map_err(|error| {
                refused(format!("{} cannot be read ({error}); name the file with --config", path.display()))
            })
        });
        let text = text.transpose()?;
        let name = path.map(|path| path.display().to_string());
        let text = ConfigText::read(name.as_deref().zip(text.as_deref()), environment)?;
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        Self::judge(text, &std::path::absolute(folder.join(".")).map_err(|error| refused(error.to_string()))?)
    }

    fn judge(text: ConfigText, folder: &Path) -> Result<Self, ConfigError> {
        let public_url = required(text.public_url, "public_url", "the address people reach the portal under")?;
        let public_url = PublicUrl::parse(&public_url).map_err(|wrong| refused(format!("public_url: {wrong}")))?;
        let agency = required(text.agency, "agency", "the name of a profile, or the path of your own")?;
        let agency = profiles::profile_in(&agency, folder).map_err(|wrong| refused(format!("agency: {wrong}")))?;
        let database = database(&text.database.url.unwrap_or_else(|| "sqlite:data/backboard.db".to_owned()), folder)?;
        let keys_file = required(text.keys.file, "keys.file", "where the keys lie, outside the database's folder")?;
        let keys_file = folder.join(keys_file);
        if let Database::Sqlite(file) = &database {
            keep_apart(&keys_file, file)?;
        }
        if keys_file.exists() {
            keys::closed_to_others(&keys_file).map_err(|wrong| refused(format!("keys.file: {wrong}")))?;
        }
        let multiply = text.limits.multiply.unwrap_or(1);
        if multiply == 0 || multiply > 1 && !public_url.is_loopback() {
            return Err(refused(format!(
                "limits.multiply = {multiply} is for load tests on loopback; leave it at 1 for {public_url}"
            )));
        }
        let trusted = text.proxy.trusted.iter().map(|each| network(each)).collect::<Result<_, _>>()?;
        let listen = text.listen.as_deref().unwrap_or("127.0.0.1:8080");
        Ok(Self {
            listen: address("listen", listen)?,
            admin: text.admin.listen.as_deref().map(|listen| address("admin.listen", listen)).transpose()?,
            mail: mail(text.mail, folder)?,
            captcha: captcha(text.captcha, folder)?,
            trusted_proxies: trusted,
            public_url,
            agency,
            database,
            keys_file,
            multiply,
        })
    }
}

fn refused(sentence: String) -> ConfigError {
    let sentence = place::plain(&sentence);
    ConfigError(if sentence.ends_with('.') { sentence } else { sentence + "." })
}

fn required(value: Option<String>, key: &str, what: &str) -> Result<String, ConfigError> {
    value.filter(|value| !value.trim().is_empty()).ok_or_else(|| {
        let variable = key.replace('.', "__").to_ascii_uppercase();
        refused(format!("{key} is missing: write {what} into backboard.toml, or set BACKBOARD__{variable}"))
    })
}

fn address(key: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| refused(format!("{key}: {text:?} is no address with a port, such as 127.0.0.1:8080")))
}

fn network(text: &str) -> Result<IpNet, ConfigError> {
    let single = || text.parse::<IpAddr>().map(IpNet::from);
    IpNet::from_str(text).or_else(|_| single()).map_err(|_| {
        refused(format!("proxy.trusted: {text:?} is no address or network, such as 10.0.0.0/8; write the proxy's own"))
    })
}

fn database(url: &str, folder: &Path) -> Result<Database, ConfigError> {
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

fn mail(text: MailText, folder: &Path) -> Result<Mail, ConfigError> {
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

fn captcha(text: CaptchaText, folder: &Path) -> Result<Captcha, ConfigError> {
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
