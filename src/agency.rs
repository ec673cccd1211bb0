//! The agency profile: contacts, journeys, policy and words of one office.
//!
//! Everything in a profile is public: pages show it and the browser gets it whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::identity::DateOrder;
use crate::password::{PasswordPolicy, Preset};

/// One office's profile, as its TOML file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// The short name that `agency = "…"` and `--agency` take.
    pub id: String,
    /// The office's name, as the header shows it.
    pub name: String,
    /// The system's name, as titles and mails show it.
    pub system: String,
    pub contact: Contact,
    pub sender: Sender,
    pub journeys: Vec<Journey>,
    #[serde(default)]
    pub policy: Policy,
    #[serde(default)]
    pub date_order: DateOrder,
    #[serde(default)]
    pub home: Vec<HomeOption>,
    /// Words of its own: language → key → sentence, over those of `locales/`.
    #[serde(default)]
    pub words: BTreeMap<String, BTreeMap<String, String>>,
}

/// How to reach the office; stands on every page that can end in a dead end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub phones: Vec<String>,
    pub email: String,
    /// Opening hours in plain words.
    pub hours: String,
}

/// From whom mails come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    pub name: String,
    pub address: String,
}

/// A journey that a profile can turn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Journey {
    Claim,
    /// *forgot username?*
    Username,
    SignIn,
}

/// An entry of the home page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeOption {
    pub label: String,
    /// Where it leads: a whole URL, or empty when the office's own system is not linked here.
    #[serde(default)]
    pub href: String,
    #[serde(default)]
    pub note: String,
}

/// A preset with single values over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PolicyText")]
pub struct Policy {
    pub preset: Preset,
    pub password: PasswordPolicy,
}

/// What a profile writes: only the values that differ from the preset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyText {
    #[serde(default)]
    preset: Preset,
    #[serde(default)]
    password: PasswordText,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PasswordText {
    shortest: Option<u32>,
    longest: Option<u32>,
    uppercase: Option<bool>,
    lowercase: Option<bool>,
    digit: Option<bool>,
    special: Option<String>,
    blocklist: Option<bool>,
    expires_days: Option<u32>,
}

impl From<PolicyText> for Policy {
    fn from(text: PolicyText) -> Self {
        let preset = text.preset.password();
        let over = text.password;
        let password = PasswordPolicy {
            shortest: over.shortest.unwrap_or(preset.shortest),
            longest: over.longest.unwrap_or(preset.longest),
            uppercase: over.uppercase.unwrap_or(preset.uppercase),
            lowercase: over.lowercase.unwrap_or(preset.lowercase),
            digit: over.digit.unwrap_or(preset.digit),
            special: over.special.unwrap_or(preset.special),
            blocklist: over.blocklist.unwrap_or(preset.blocklist),
            expires_days: over.expires_days.unwrap_or(preset.expires_days),
        };
        Self { preset: text.preset, password }
    }
}

impl Agency {
    #[must_use]
    pub fn has(&self, journey: Journey) -> bool {
        self.journeys.contains(&journey)
    }

    /// Its own names, which nobody may build a password of.
    #[must_use]
    pub const fn names(&self) -> [&str; 3] {
        [self.id.as_str(), self.name.as_str(), self.system.as_str()]
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// A sentence with line and key, for the operator.
    #[cfg(feature = "service")]
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }
}
