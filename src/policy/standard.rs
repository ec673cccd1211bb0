//! Every requirement of two standards that a portal like this one is asked about, item by item, and what answers it:
//! values of the policy, or what the program does whatever the policy.
//!
//! Held are NIST SP 800-63B-4 (final, August 2025), sections 2.1.3, 3.1.1, 3.2, 4 and 5, at authenticator assurance
//! level 1 (of level 2 what the staff's way to the desk is held against), and of OWASP ASVS 5.0.0 the chapters V3, V6, V7, V11, V14 and V16, with the items of every level. What
//! they ask is said in our own short words; the document itself counts.

mod authentication;
mod browser;
mod cryptography;
mod data;
mod desk;
mod logging;
mod nist;
mod sessions;

use super::{Explained, Rule, Source, Stands};

/// One requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub rule: Rule,
    /// How much the document insists: `SHALL`, `SHOULD`, or the level `L1` to `L3` from which it is asked.
    pub weight: &'static str,
    pub answer: Answer,
}

/// What answers a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The values that have a verdict on it.
    Values,
    /// Met, whatever the policy: by what, and the file or test that shows it.
    Meets(&'static str),
    Departs {
        how: &'static str,
        /// The compensating control.
        instead: &'static str,
    },
    /// There is nothing here that it could speak of.
    Nothing(&'static str),
    /// The program cannot decide it: what the host has to do.
    Host(&'static str),
}

/// A part of a document.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    pub source: Source,
    pub title: &'static str,
    pub items: &'static [Item],
}

/// All parts, in the order of their documents.
pub const SECTIONS: [&[Section]; 8] = [
    nist::SECTIONS,
    desk::SECTIONS,
    browser::SECTIONS,
    authentication::SECTIONS,
    sessions::SECTIONS,
    cryptography::SECTIONS,
    data::SECTIONS,
    logging::SECTIONS,
];

/// How some values stand to one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The controls of those that depart; none: it is met.
    pub instead: Vec<&'static str>,
    /// Name and value of those that depart, or of all when it is met.
    pub by: Vec<(&'static str, String)>,
}

/// How values stand to a rule together: it is met where each of them meets it. None, when no value touches it.
#[must_use]
pub fn standing(rule: &Rule, values: &[Explained]) -> Option<Standing> {
    let mut departing = Standing { instead: Vec::new(), by: Vec::new() };
    let mut meeting = Standing { instead: Vec::new(), by: Vec::new() };
    for value in values {
        for verdict in value.verdicts.iter().filter(|verdict| verdict.rule == rule) {
            let by = (value.name, value.value.clone());
            match verdict.stands {
                Stands::Meets => meeting.by.push(by),
                Stands::Departs(control) => {
                    departing.by.push(by);
                    if !departing.instead.contains(&control) {
                        departing.instead.push(control);
                    }
                }
            }
        }
    }
    [departing, meeting].into_iter().find(|standing| !standing.by.is_empty())
}

// The lists below are long; these keep each item at one call.

const fn values(rule: Rule, weight: &'static str) -> Item {
    Item { rule, weight, answer: Answer::Values }
}

const fn meets(rule: Rule, weight: &'static str, by: &'static str) -> Item {
    Item { rule, weight, answer: Answer::Meets(by) }
}

const fn departs(rule: Rule, weight: &'static str, how: &'static str, instead: &'static str) -> Item {
    Item { rule, weight, answer: Answer::Departs { how, instead } }
}

const fn nothing(rule: Rule, weight: &'static str, why: &'static str) -> Item {
    Item { rule, weight, answer: Answer::Nothing(why) }
}

const fn host(rule: Rule, weight: &'static str, what: &'static str) -> Item {
    Item { rule, weight, answer: Answer::Host(what) }
}
