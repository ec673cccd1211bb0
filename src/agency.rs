//! The agency profile: contacts, journeys, policy and words of one office.
//!
//! Everything in a profile is public: pages show it and the browser gets it whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::challenge::Asking;
use crate::identity::DateOrder;
use crate::look::Look;
use crate::password::{PasswordPolicy, Preset, Requirement};
use crate::refused::codes;

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
    /// Of pages and mails. The first is that of whoever asks for none of them. What the browser needs stands in `Site`.
    #[serde(default = "english_and_spanish", skip_serializing)]
    pub languages: Vec<String>,
    #[serde(default)]
    pub policy: Policy,
    #[serde(default)]
    pub recovery: Recovery,
    /// Where passwords of `external` accounts live.
    #[serde(default)]
    pub external: Option<External>,
    #[serde(default)]
    pub date_order: DateOrder,
    #[serde(default)]
    pub home: Vec<HomeOption>,
    /// Pages wear it by a style sheet of its own.
    #[serde(default, skip_serializing)]
    pub look: Look,
    /// No page of the personnel needs it, and what a caller is asked is nobody's business: the browser is not sent it.
    #[serde(default, skip_serializing)]
    pub desk: Desk,
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
    /// The same in other languages. The browser gets its own alone, see [`Agency::said_in`].
    #[serde(default, rename = "in", skip_serializing)]
    pub also: BTreeMap<String, Hours>,
}

/// What of [`Contact`] is words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
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
    /// *forgot password?*
    Reset,
    SignIn,
    /// The account's own page: password, challenge question, history.
    Security,
}

/// How a forgotten password is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recovery {
    pub asks: Asks,
    pub mails: Mails,
}

/// What *forgot password?* asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// *Email or Username*.
    #[default]
    Login,
    /// Date of birth, last name and number, as *Find Username* does.
    Identity,
}

/// What is mailed to who forgot a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mails {
    /// A link to *Set Up Password*.
    #[default]
    Link,
    /// A temporary password, which leads to *Change Password*.
    TemporaryPassword,
}

/// Another login service that keeps passwords.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct External {
    pub name: String,
    /// Its page, a whole https URL.
    pub url: String,
}

/// How the office's desk works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// What a caller may be asked in place of a mailed code: none, or two at the least.
    pub facts: Vec<Fact>,
    /// Hours for which a new address waits before mail goes there, unless the old one agrees.
    pub email_wait_hours: u32,
    /// Whether a second member of staff has to approve a new address.
    pub email_second: bool,
}

impl Default for Desk {
    fn default() -> Self {
        Self { facts: vec![Fact::DateOfBirth, Fact::CertificateNumber], email_wait_hours: 72, email_second: false }
    }
}

codes! {
    /// What the roster knows of a person and the person knows too. Never the SSN: nobody is asked for it by telephone.
    Fact {
        DateOfBirth = "date-of-birth",
        CertificateNumber = "certificate-number",
        CertificationLevel = "certification-level",
    }
}

/// How many facts a caller has to know.
pub const FACTS_LEAST: usize = 2;

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
    /// The same in other languages.
    #[serde(default, rename = "in", skip_serializing)]
    pub also: BTreeMap<String, HomeWords>,
}

/// What of [`HomeOption`] is words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeWords {
    pub label: String,
    #[serde(default)]
    pub note: String,
}

/// A preset with single values over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PolicyText", into = "PolicyText")]
pub struct Policy {
    pub preset: Preset,
    /// What is asked whatever the products.
    pub base: PasswordPolicy,
    /// With products, the strictest of all: what counts.
    pub password: PasswordPolicy,
    pub challenge: ChallengePolicy,
    pub temporary: TemporaryPolicy,
    /// What the password is for.
    pub products: Vec<Product>,
}

/// When the challenge question is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChallengePolicy {
    pub asking: Asking,
    /// Days after which the answer is to be given again at sign-in; 0: never.
    pub confirm_days: u32,
}

/// How long a temporary password works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TemporaryPolicy {
    pub hours: u32,
}

impl Default for TemporaryPolicy {
    fn default() -> Self {
        Self { hours: 24 }
    }
}

/// A product that shares the password, with the rules of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub name: String,
    #[serde(default)]
    pub password: PasswordText,
}

/// What a profile writes: only the values that differ from the preset. The browser gets the base with every value in
/// it, and puts the strictest together again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyText {
    #[serde(default)]
    preset: Preset,
    #[serde(default)]
    password: PasswordText,
    #[serde(default)]
    challenge: ChallengePolicy,
    #[serde(default)]
    temporary: Option<TemporaryPolicy>,
    #[serde(default)]
    products: Vec<Product>,
}

/// Single values of a password policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordText {
    pub shortest: Option<u32>,
    pub longest: Option<u32>,
    pub uppercase: Option<bool>,
    pub lowercase: Option<bool>,
    pub digit: Option<bool>,
    pub special: Option<String>,
    pub blocklist: Option<bool>,
    pub expires_days: Option<u32>,
}

impl From<PolicyText> for Policy {
    fn from(text: PolicyText) -> Self {
        let preset = text.preset.password();
        let over = text.password;
        let base = PasswordPolicy {
            shortest: over.shortest.unwrap_or(preset.shortest),
            longest: over.longest.unwrap_or(preset.longest),
            uppercase: over.uppercase.unwrap_or(preset.uppercase),
            lowercase: over.lowercase.unwrap_or(preset.lowercase),
            digit: over.digit.unwrap_or(preset.digit),
            special: over.special.unwrap_or(preset.special),
            blocklist: over.blocklist.unwrap_or(preset.blocklist),
            expires_days: over.expires_days.unwrap_or(preset.expires_days),
        };
        let temporary = text.temporary.unwrap_or_else(|| text.preset.temporary());
        Self { challenge: text.challenge, temporary, ..Self::of(text.preset, base, text.products) }
    }
}

impl From<Policy> for PolicyText {
    fn from(policy: Policy) -> Self {
        let base = policy.base;
        Self {
            preset: policy.preset,
            password: PasswordText {
                shortest: Some(base.shortest),
                longest: Some(base.longest),
                uppercase: Some(base.uppercase),
                lowercase: Some(base.lowercase),
                digit: Some(base.digit),
                special: Some(base.special),
                blocklist: Some(base.blocklist),
                expires_days: Some(base.expires_days),
            },
            challenge: policy.challenge,
            temporary: Some(policy.temporary),
            products: policy.products,
        }
    }
}

impl Policy {
    /// The strictest of `base` and of every product's own rules, with no challenge question.
    #[must_use]
    pub fn of(preset: Preset, base: PasswordPolicy, products: Vec<Product>) -> Self {
        let password = products.iter().fold(base.clone(), |password, product| product.strictest(password));
        Self { preset, base, password, challenge: ChallengePolicy::default(), temporary: preset.temporary(), products }
    }

    /// The products whose own value makes a requirement as strict as it is. None where the base asks it too, and
    /// none where every product does: then there is nothing to tell apart.
    #[must_use]
    pub fn asked_by(&self, requirement: Requirement) -> Vec<&str> {
        let rules: &[Rule] = match requirement {
            Requirement::Length => &[Rule::Shortest, Rule::Longest],
            Requirement::Uppercase => &[Rule::Uppercase],
            Requirement::Lowercase => &[Rule::Lowercase],
            Requirement::Digit => &[Rule::Digit],
            Requirement::Special => &[Rule::Special],
            Requirement::NotUsername | Requirement::NotCommon => &[Rule::Blocklist],
        };
        let some = |rule: &Rule, product: &Product| {
            self.asks(*rule, product) && !self.products.iter().all(|each| self.asks(*rule, each))
        };
        let asking = self.products.iter().filter(|product| rules.iter().any(|rule| some(rule, product)));
        asking.map(|product| product.name.as_str()).collect()
    }

    /// Whether it is this product that makes a rule as strict as it is.
    pub(crate) fn asks(&self, rule: Rule, product: &Product) -> bool {
        let (own, base, all) = (&product.password, &self.base, &self.password);
        match rule {
            Rule::Shortest => own.shortest == Some(all.shortest) && all.shortest != base.shortest,
            Rule::Longest => own.longest == Some(all.longest) && all.longest != base.longest,
            Rule::Uppercase => own.uppercase == Some(true) && !base.uppercase,
            Rule::Lowercase => own.lowercase == Some(true) && !base.lowercase,
            Rule::Digit => own.digit == Some(true) && !base.digit,
            Rule::Special => own.special.as_deref().is_some_and(|own| {
                // Asked by it alone, or narrowed by it: one of the base's marks will not do for this product.
                !own.is_empty() && (base.special.is_empty() || base.special.chars().any(|mark| !own.contains(mark)))
            }),
            Rule::Blocklist => own.blocklist == Some(true) && !base.blocklist,
            Rule::ExpiresDays => own.expires_days == Some(all.expires_days) && all.expires_days != base.expires_days,
        }
    }
}

/// The values of a password policy that a product can make stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Shortest,
    Longest,
    Uppercase,
    Lowercase,
    Digit,
    Special,
    Blocklist,
    #[cfg_attr(not(feature = "service"), expect(dead_code, reason = "no checklist has it"))]
    ExpiresDays,
}

impl Preset {
    /// A mailed password is a recovery code: NIST SP 800-63B-4 section 4.2.1.2 gives it 24 hours. The old way gives a
    /// week, because people find the mail late; only its first change counts.
    #[must_use]
    pub const fn temporary(self) -> TemporaryPolicy {
        TemporaryPolicy { hours: if matches!(self, Self::LegacyState) { 7 * 24 } else { 24 } }
    }
}

impl Product {
    /// The stricter value of each, of this product and of the others so far.
    fn strictest(&self, others: PasswordPolicy) -> PasswordPolicy {
        let own = &self.password;
        let days = own.expires_days.unwrap_or_default();
        PasswordPolicy {
            shortest: others.shortest.max(own.shortest.unwrap_or_default()),
            longest: others.longest.min(own.longest.unwrap_or(u32::MAX)),
            uppercase: others.uppercase || own.uppercase == Some(true),
            lowercase: others.lowercase || own.lowercase == Some(true),
            digit: others.digit || own.digit == Some(true),
            special: both(&others.special, own.special.as_deref().unwrap_or_default()),
            blocklist: others.blocklist || own.blocklist == Some(true),
            expires_days: match (days, others.expires_days) {
                (0, days) | (days, 0) => days,
                (one, other) => one.min(other),
            },
        }
    }
}

/// The marks of two rules: one mark has to do for both, and a rule without marks takes nothing from the other. Where
/// they share none no password meets both, and such a profile is refused when it is read; here the one rule stays,
/// because none at all would be the laxest.
fn both(marks: &str, others: &str) -> String {
    let shared: String = marks.chars().filter(|mark| others.contains(*mark)).collect();
    [shared.as_str(), marks, others].into_iter().find(|marks| !marks.is_empty()).unwrap_or_default().to_owned()
}

fn english_and_spanish() -> Vec<String> {
    vec!["en".to_owned(), "es".to_owned()]
}

impl Agency {
    /// The language of whoever asks for none that there is. A profile names one at the least.
    #[must_use]
    pub fn language(&self) -> &str {
        self.languages.first().map_or("en", String::as_str)
    }

    /// With its own texts in this language, as far as it has them.
    #[must_use]
    pub fn said_in(&self, language: &str) -> Self {
        let mut agency = self.clone();
        if let Some(words) = agency.contact.also.remove(language) {
            agency.contact.hours = words.hours;
        }
        for option in &mut agency.home {
            if let Some(words) = option.also.remove(language) {
                (option.label, option.note) = (words.label, words.note);
            }
        }
        agency
    }

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
