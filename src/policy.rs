//! What a policy's values are held against: each value, the requirement, and whether it meets it.
//!
//! A value that departs names the control that makes up for it. The sentences are for the operator, who has to
//! answer for the policy to an auditor; no page shows them.
//!
//! Sources: NIST SP 800-63B-4 (August 2025) and OWASP ASVS 5.0 (May 2025).

mod rules;
pub mod standard;
mod values;

use crate::agency::Policy;

/// A document, the place in it, and what it asks there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub source: Source,
    /// Section and number, as the document prints them.
    pub place: &'static str,
    pub asks: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Nist,
    Asvs,
}

impl Source {
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Nist => "NIST SP 800-63B-4",
            Self::Asvs => "OWASP ASVS 5.0",
        }
    }
}

/// How a value stands to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    Meets,
    /// It departs, and this is the compensating control.
    Departs(&'static str),
}

/// One rule and how the value stands to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub rule: &'static Rule,
    pub stands: Stands,
}

/// One value of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The key in the profile, or the plain name of a value that no profile can change.
    pub name: &'static str,
    pub value: String,
    /// It differs from the preset, whoever's products there are.
    pub own: bool,
    /// The products that make it stricter than the base.
    pub asked_by: Vec<String>,
    /// At least one.
    pub verdicts: Vec<Verdict>,
}

impl Explained {
    #[must_use]
    pub fn departs(&self) -> bool {
        self.verdicts.iter().any(|verdict| matches!(verdict.stands, Stands::Departs(_)))
    }
}

/// How passwords are hashed; the server's hasher knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashing {
    pub kibibytes: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// The values a profile sets: one for each field of [`PasswordPolicy`](crate::password::PasswordPolicy), in its
/// order, then those of the challenge question and of temporary passwords.
#[must_use]
pub fn explain(policy: &Policy) -> Vec<Explained> {
    values::of_profile(policy)
}

/// The values that are the same in every profile.
#[must_use]
pub fn explain_fixed(hashing: Hashing) -> Vec<Explained> {
    values::fixed(hashing)
}

/// A rule with the verdict that follows from a test of the value.
const fn verdict(rule: &'static Rule, met: bool, control: &'static str) -> Verdict {
    Verdict { rule, stands: if met { Stands::Meets } else { Stands::Departs(control) } }
}
