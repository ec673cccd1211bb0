//! The configuration as it is written: the file, with the environment over it. Nothing is judged here.
//! It may hold secrets, so none of these types has a `Debug`.
//!
//! Every key may also stand in the environment, as `BACKBOARD__SECTION__KEY` (`BACKBOARD__MAIL__PORT`,
//! `BACKBOARD__PUBLIC_URL`). A list is written with commas there.

use serde::Deserialize;
use toml::{Table, Value};

use super::{ConfigError, place};

const PREFIX: &str = "BACKBOARD__";

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigText {
    pub public_url: Option<String>,
    pub listen: Option<String>,
    pub node: Option<String>,
    pub agency: Option<String>,
    pub database: DatabaseText,
    pub keys: KeysText,
    pub mail: MailText,
    pub proxy: ProxyText,
    pub admin: AdminText,
    pub limits: LimitsText,
    pub keep: KeepText,
    pub import: ImportText,
    pub captcha: CaptchaText,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseText {
    pub url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeysText {
    pub file: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailText {
    pub transport: Option<TransportText>,
    pub folder: Option<String>,
    pub bounces: Option<String>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub tls: Option<super::Tls>,
    pub username: Option<String>,
    pub password_file: Option<String>,
    pub ca_file: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransportText {
    Smtp,
    Folder,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyText {
    pub trusted: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminText {
    pub listen: Option<String>,
    pub drain_seconds: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsText {
    pub multiply: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeepText {
    pub people_days: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportText {
    pub most_bytes: Option<u64>,
    pub folder: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaptchaText {
    pub provider: Option<super::Provider>,
    pub site_key: Option<String>,
    pub secret: Option<String>,
    pub secret_file: Option<String>,
    pub verify_url: Option<String>,
}

impl ConfigText {
    /// The file's text, if there is a file, with the environment over it; and the settings whose secrets the file
    /// itself holds.
    pub fn read(
        file: Option<(&str, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<&'static str>), ConfigError> {
        let mut written = Vec::new();
        let mut table = match file {
            Some((name, text)) => {
                let wrong = |error| ConfigError(format!("{name}, {}.", place::sentence(text, &error)));
                // Read as what it must be first: only this error knows the line.
                written = toml::from_str::<Self>(text).map_err(wrong)?.secrets();
                toml::from_str::<Table>(text).map_err(wrong)?
            }
            None => Table::new(),
        };
        for (name, value) in environment {
            if let Some(path) = name.strip_prefix(PREFIX) {
                merge(&mut table, variable(&name, path, &value)?);
            }
        }
        let text = Self::deserialize(table).map_err(|error| ConfigError(format!("{}.", error.message())))?;
        Ok((text, written))
    }

    fn secrets(&self) -> Vec<&'static str> {
        let has_password = |url: &String| {
            let rest = url.split_once("://").map_or("", |(_, rest)| rest);
            rest.contains("password=") || rest.split_once('@').is_some_and(|(user, _)| user.contains(':'))
        };
        let database = self.database.url.as_ref().is_some_and(has_password).then_some("database.url");
        let captcha = self.captcha.secret.is_some().then_some("captcha.secret");
        database.into_iter().chain(captcha).collect()
    }
}

/// The table that one variable stands for. Its text is taken as a string, else as a number, else as a list,
/// whichever the key takes.
fn variable(name: &str, path: &str, value: &str) -> Result<Table, ConfigError> {
    let path: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
    let list = value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| Value::from(part.to_owned()));
    let readings = [
        Some(Value::from(value.to_owned())),
        value.parse::<i64>().ok().map(Value::from),
        Some(Value::Array(list.collect())),
    ];
    let mut refused = None;
    for reading in readings.into_iter().flatten() {
        let mut inner = reading;
        for key in path.iter().rev() {
            inner = Value::Table(Table::from_iter([(key.clone(), inner)]));
        }
        let Value::Table(table) = inner else { continue };
        match ConfigText::deserialize(table.clone()) {
            Ok(_) => return Ok(table),
            Err(error) => {
                let unknown = error.message().lines().next().filter(|message| message.starts_with("unknown"));
                let expected = unknown.map(|message| format!(": {message}")).unwrap_or_default();
                refused.get_or_insert_with(|| {
                    ConfigError(format!(
                        "the environment's {name} does not fit any key of the configuration{expected}."
                    ))
                });
            }
        }
    }
    Err(refused.unwrap_or_else(|| ConfigError(format!("the environment's {name} names no key."))))
}

fn merge(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => merge(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}
