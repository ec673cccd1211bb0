//! `backboard policy explain`: every value of the policy, the requirement it meets or departs from, and what
//! makes up for it. Plain text for a person and for an auditor's file; nothing in it depends on a terminal.
//! `backboard policy deviations`: the same from the other side, item by item of the standards.

mod deviations;

use std::io::Write;
use std::path::PathBuf;

use backboard::agency::Agency;
use backboard::password::Preset;
use backboard::policy::{Explained, Hashing, Stands, explain, explain_fixed};
use clap::{Args, Subcommand};

use crate::config::Config;
use crate::hasher::{LANES, MEMORY, PASSES};
use crate::profiles::profile;

/// Lines are no longer than this, in characters.
const WIDTH: usize = 100;
/// Where values, rules and controls begin.
const COLUMN: usize = 16;

#[derive(Debug, Args)]
pub struct PolicyArguments {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// What is asked of passwords, links and sessions, and which requirement each value meets or departs from.
    Explain(ExplainArguments),
    /// Every item of NIST SP 800-63B-4 and OWASP ASVS 5.0, and how each preset stands to it, as Markdown.
    Deviations,
}

#[derive(Debug, Args)]
struct ExplainArguments {
    /// The configuration whose agency is explained.
    #[arg(long, default_value = "backboard.toml", conflicts_with = "agency")]
    config: PathBuf,
    /// Explain this profile instead: a built-in name, or the path of a file.
    #[arg(long)]
    agency: Option<String>,
}

/// # Errors
/// One sentence with the way out.
pub fn run(arguments: &PolicyArguments, out: &mut dyn Write) -> Result<(), String> {
    let text = match &arguments.command {
        PolicyCommand::Explain(arguments) => text(&explained(arguments)?),
        PolicyCommand::Deviations => deviations::text()?,
    };
    out.write_all(text.as_bytes()).map_err(|error| format!("standard output cannot be written ({error})."))
}

fn explained(arguments: &ExplainArguments) -> Result<Agency, String> {
    match &arguments.agency {
        Some(name) => profile(name),
        None => Ok(Config::load(Some(&arguments.config), std::env::vars())
            .map_err(|error| format!("{error} Or name a profile with --agency."))?
            .agency),
    }
}

const fn hashing() -> Hashing {
    Hashing { kibibytes: MEMORY, passes: PASSES, lanes: LANES }
}

fn text(agency: &Agency) -> String {
    let policy = &agency.policy;
    let set = explain(policy);
    let fixed = explain_fixed(hashing());
    let mut text = format!("{}, profile {}, preset {}\n", agency.name, agency.id, name_of(policy.preset));
    if !policy.products.is_empty() {
        let products: Vec<&str> = policy.products.iter().map(|product| product.name.as_str()).collect();
        let products = format!("One password for {}: the strictest of their policies applies.", products.join(", "));
        write_wrapped(&mut text, "", &products);
    }
    text += "\nSet by the profile\n";
    for value in &set {
        write_value(&mut text, value);
    }
    text += "\nThe same in every profile\n";
    for value in &fixed {
        write_value(&mut text, value);
    }
    text.push('\n');
    let departing: Vec<&str> = set.iter().chain(&fixed).filter(|value| value.departs()).map(|one| one.name).collect();
    let sum = match departing.as_slice() {
        [] => "no value departs from a requirement.".to_owned(),
        [one] => format!("1 value departs from a requirement: {one}."),
        many => format!("{} values depart from a requirement: {}.", many.len(), many.join(", ")),
    };
    write_wrapped(&mut text, "In all", &sum);
    text
}

fn write_value(text: &mut String, value: &Explained) {
    let own = match (value.asked_by.as_slice(), value.own) {
        ([], false) => String::new(),
        ([], true) => " (the profile's own, over its preset)".to_owned(),
        (products, _) => format!(" (asked by {})", products.join(", ")),
    };
    write_wrapped(text, value.name, &format!("{}{own}", value.value));
    for verdict in &value.verdicts {
        let rule = verdict.rule;
        let asked = format!("{} {}: {}", rule.source.title(), rule.place, rule.asks);
        match verdict.stands {
            Stands::Meets => write_wrapped(text, "  meets", &asked),
            Stands::Departs(_) => write_wrapped(text, "  departs from", &asked),
        }
    }
    // Rules that ask the same have the same control, which is said once.
    let mut said = Vec::new();
    for verdict in &value.verdicts {
        if let Stands::Departs(control) = verdict.stands
            && !said.contains(&control)
        {
            write_wrapped(text, "  instead", control);
            said.push(control);
        }
    }
}

/// A label, and a text beside it that is broken between words. Without a label the text begins at the margin.
fn write_wrapped(text: &mut String, label: &str, words: &str) {
    let mut line = if label.is_empty() { String::new() } else { format!("{label:<COLUMN$}") };
    for word in words.split_whitespace() {
        if line.chars().count() + word.chars().count() > WIDTH {
            *text += line.trim_end();
            text.push('\n');
            line = " ".repeat(COLUMN);
        }
        line += word;
        line.push(' ');
    }
    *text += line.trim_end();
    text.push('\n');
}

const fn name_of(preset: Preset) -> &'static str {
    match preset {
        Preset::LegacyState => "legacy-state",
        Preset::Modern => "modern",
        Preset::Bridge => "bridge",
    }
}
