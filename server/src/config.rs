//! `backboard.toml`, judged: a [`Config`] is the proof that everything in it may be used.
//!
//! - Relative paths start at the file's folder, or at the working folder where there is no file.
//! - What is unsafe is refused with one sentence that says the way out: plain http, plain SMTP and larger
//!   limits are for loopback alone; keys lie outside the database's folder and are open to nobody else.
//! - Secrets stand in files of their own and never show in `Debug`.
//! - Every section is judged by itself, so that one examination shows everything that is wrong; `load` refuses with
//!   the first of it.

mod finding;
pub mod place;
mod public_url;
mod secret;
mod sections;
mod text;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use backboard::agency::Agency;
use backboard::keep::PEOPLE_DAYS;
use ipnet::IpNet;
use reqwest::Url;
use serde::Deserialize;

use crate::imports::MOST_BYTES;
use crate::profiles;
use sections::{address, check_mode, check_multiply, check_place, network, refused, required};
use text::ConfigText;

pub use finding::{Finding, Weight};
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
    /// The folder that reports of mails that came back are put into.
    pub bounces: Option<PathBuf>,
    /// Proxies whose word about the visitor's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Where `/healthz`, `/readyz` and `/metrics` are answered; nowhere without it.
    pub admin: Option<SocketAddr>,
    /// How long visitors are still taken after the word to stop.
    pub drain: Duration,
    /// What this program is called in the log; without it, the machine's name.
    pub node: Option<String>,
    /// Times every address, subnet and global budget. Above 1 on loopback alone.
    pub multiply: u32,
    /// Days after which people who left the roster are forgotten; 0: never.
    pub people_days: u32,
    /// The most bytes of a roster that the desk imports.
    pub import_bytes: u64,
    /// Where rosters lie that the desk imports, while they wait.
    pub import_folder: PathBuf,
    pub captcha: Captcha,
    pub files: Files,
}

/// The files that the configuration stands in or names, besides the keys and the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    pub configuration: Option<PathBuf>,
    /// Settings whose secret is written into the configuration itself.
    pub written: Vec<&'static str>,
    /// A profile of the agency's own.
    pub agency: Option<PathBuf>,
    /// Setting and path of every file that holds a secret.
    pub secrets: Vec<(&'static str, PathBuf)>,
}

/// A configuration as far as it can be used: what is missing here is a danger in its findings.
#[derive(Clone, Debug)]
pub struct Draft {
    pub public_url: Option<PublicUrl>,
    pub listen: Option<SocketAddr>,
    pub agency: Option<Agency>,
    pub database: Option<Database>,
    pub keys_file: Option<PathBuf>,
    pub mail: Option<Mail>,
    pub bounces: Option<PathBuf>,
    pub trusted_proxies: Vec<IpNet>,
    pub admin: Option<SocketAddr>,
    pub drain: Duration,
    pub node: Option<String>,
    pub multiply: u32,
    pub people_days: u32,
    pub import_bytes: u64,
    pub import_folder: PathBuf,
    pub captcha: Option<Captcha>,
    pub files: Files,
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
    /// What an address of a database names; paths begin at `folder`.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub fn database(url: &str, folder: &Path) -> Result<Database, ConfigError> {
        sections::database(url, folder)
    }

    /// Reads the file, if there is one at `path`, with the environment over it.
    ///
    /// # Errors
    /// The first thing that is missing, unknown or unsafe.
    pub fn load(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let (draft, findings) = Self::examine(path, environment);
        match (findings.into_iter().find(Finding::is_danger), draft.and_then(Draft::whole)) {
            (None, Some(config)) => Ok(config),
            (Some(danger), _) => Err(ConfigError(danger.sentence)),
            (None, None) => Err(refused("the configuration is not whole".to_owned())),
        }
    }

    /// The same, but goes on where something is wrong. No draft where the file cannot even be read.
    pub fn examine(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> (Option<Draft>, Vec<Finding>) {
        match read(path, environment) {
            Ok((text, written, folder)) => {
                let (mut draft, findings) = Draft::judge(text, &folder);
                draft.files.configuration = path.map(Path::to_owned);
                draft.files.written = written;
                (Some(draft), findings)
            }
            Err(error) => (None, vec![Finding::danger("configuration", error.0)]),
        }
    }
}

/// What is written, the settings whose secrets are written into the file itself, and the folder that paths begin at.
fn read(
    path: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<(ConfigText, Vec<&'static str>, PathBuf), ConfigError> {
    let text = path.map(|path| {
        let text = std::fs::read_to_string(path);
        text.map_err(|error| {
            refused(format!("{} cannot be read ({error}); name the file with --config", path.display()))
        })
    });
    let text = text.transpose()?;
    let name = path.map(|path| path.display().to_string());
    let (text, written) = ConfigText::read(name.as_deref().zip(text.as_deref()), environment)?;
    let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
    let folder = std::path::absolute(folder.join(".")).map_err(|error| refused(error.to_string()))?;
    Ok((text, written, folder))
}

/// Notes what a section is refused for, and goes on.
fn note<T>(findings: &mut Vec<Finding>, setting: &'static str, judged: Result<T, ConfigError>) -> Option<T> {
    judged.map_err(|error| findings.push(Finding::danger(setting, error.0))).ok()
}

impl Draft {
    fn judge(text: ConfigText, folder: &Path) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let found = &mut findings;
        let public_url = note(found, "public_url", sections::public_url(text.public_url));
        let own = text.agency.as_deref().filter(|name| profiles::is_path(name)).map(|path| folder.join(path));
        let agency = note(found, "agency", sections::agency(text.agency, folder));
        let database = text.database.url.unwrap_or_else(|| "sqlite:data/backboard.db".to_owned());
        let database = note(found, "database.url", sections::database(&database, folder));
        let keys_file = required(text.keys.file, "keys.file", "where the keys lie, outside the database's folder");
        let keys_file = note(found, "keys.file", keys_file).map(|file| folder.join(file));
        if let Some(keys_file) = &keys_file {
            note(found, "keys.file", check_place(keys_file, database.as_ref()));
            note(found, "keys.file", check_mode(keys_file));
        }
        let multiply = text.limits.multiply.unwrap_or(1);
        note(found, "limits.multiply", check_multiply(multiply, public_url.as_ref()));
        let trusted = text.proxy.trusted.iter().filter_map(|each| note(found, "proxy.trusted", network(each)));
        let trusted_proxies = trusted.collect();
        let import_bytes = note(found, "import.most_bytes", sections::most_bytes(text.import.most_bytes));
        let import_bytes = import_bytes.unwrap_or(MOST_BYTES);
        let import_folder = sections::import_folder(text.import.folder.as_deref(), database.as_ref(), folder);
        let listen = text.listen.as_deref().unwrap_or("127.0.0.1:8080");
        let listen = note(found, "listen", address("listen", listen));
        let admin = text.admin.listen.as_deref();
        let admin = admin.and_then(|listen| note(found, "admin.listen", address("admin.listen", listen)));
        let drain = note(found, "admin.drain_seconds", sections::drain(text.admin.drain_seconds)).unwrap_or_default();
        let node = text.node.and_then(|node| note(found, "node", sections::node(node)));
        let secrets = [
            ("mail.password_file", text.mail.password_file.as_deref()),
            ("captcha.secret_file", text.captcha.secret_file.as_deref()),
        ];
        let secrets = secrets.into_iter().filter_map(|(key, file)| Some((key, folder.join(file?)))).collect();
        let bounces = text.mail.bounces.as_deref().map(|bounces| folder.join(bounces));
        let mail = note(found, "mail", sections::mail(text.mail, folder));
        let captcha = note(found, "captcha", sections::captcha(text.captcha, folder));
        let files = Files { agency: own, secrets, ..Files::default() };
        let draft = Self {
            public_url,
            listen,
            agency,
            database,
            keys_file,
            mail,
            bounces,
            trusted_proxies,
            admin,
            drain,
            node,
            multiply,
            people_days: text.keep.people_days.unwrap_or(PEOPLE_DAYS),
            import_bytes,
            import_folder,
            captcha,
            files,
        };
        (draft, findings)
    }

    /// The configuration, where nothing is missing.
    fn whole(self) -> Option<Config> {
        Some(Config {
            public_url: self.public_url?,
            listen: self.listen?,
            agency: self.agency?,
            database: self.database?,
            keys_file: self.keys_file?,
            mail: self.mail?,
            bounces: self.bounces,
            trusted_proxies: self.trusted_proxies,
            admin: self.admin,
            drain: self.drain,
            node: self.node,
            multiply: self.multiply,
            people_days: self.people_days,
            import_bytes: self.import_bytes,
            import_folder: self.import_folder,
            captcha: self.captcha?,
            files: self.files,
        })
    }

    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.public_url.as_ref().is_some_and(PublicUrl::is_loopback)
    }
}

impl From<&Config> for Draft {
    fn from(config: &Config) -> Self {
        let config = config.clone();
        Self {
            public_url: Some(config.public_url),
            listen: Some(config.listen),
            agency: Some(config.agency),
            database: Some(config.database),
            keys_file: Some(config.keys_file),
            mail: Some(config.mail),
            bounces: config.bounces,
            trusted_proxies: config.trusted_proxies,
            admin: config.admin,
            drain: config.drain,
            node: config.node,
            multiply: config.multiply,
            people_days: config.people_days,
            import_bytes: config.import_bytes,
            import_folder: config.import_folder,
            captcha: Some(config.captcha),
            files: config.files,
        }
    }
}
