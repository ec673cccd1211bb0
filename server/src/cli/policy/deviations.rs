//! `backboard policy deviations`: docs/DEVIATIONS.md, from the presets and the profiles themselves, so that no table
//! of it can say what the program does not do.

use std::fmt::Write as _;

use backboard::agency::Policy;
use backboard::password::Preset;
use backboard::policy::standard::{Answer, Item, SECTIONS, Section, Standing, standing};
use backboard::policy::{Explained, Source, explain, explain_fixed};

use super::{hashing, name_of};
use crate::profiles;

/// As the tables have them: from the oldest rules to the newest.
const PRESETS: [Preset; 3] = [Preset::LegacyState, Preset::Bridge, Preset::Modern];

const HEAD: &str = "\
# Deviations

For who has to answer for the policy: every requirement of NIST SP 800-63B-4 (final, August 2025; sections 2.1.3, \
3.1.1, 3.2, 4 and 5, at authenticator assurance level 1) and of OWASP ASVS 5.0.0 (chapters V3, V6, V7, V11, V14 and \
V16, all levels), how each preset stands to it, the value that decides it, and what makes up for a departure. The \
requirements are said in our own short words; their numbers were compared with the documents themselves, and the \
documents count.

`backboard policy deviations` prints this file from the presets, and a test holds it to that: it is not written by \
hand. `backboard policy explain` says the same of one configuration, with the profile's own values.

- **meets**: it does what is asked. **departs**: it does not, and *C* with a number names the compensating control at \
the end of this file.
- **does not apply**: there is nothing here that it could speak of.
- **the host's**: the program cannot decide it.
";

/// What is written so far, and the controls that it has named.
struct Document {
    text: String,
    controls: Vec<(&'static str, Vec<String>)>,
}

/// One requirement under all presets.
struct Row {
    item: &'static Item,
    /// Of [`PRESETS`], where values answer it.
    standings: Option<[Standing; 3]>,
    /// A profile can set one of those values.
    set: bool,
}

/// The whole file.
///
/// # Errors
/// One sentence: a built-in profile cannot be read.
pub fn text() -> Result<String, String> {
    let fixed = explain_fixed(hashing());
    let set = PRESETS.map(|preset| explain(&Policy::of(preset, preset.password(), Vec::new())));
    let mut document = Document { text: HEAD.to_owned(), controls: Vec::new() };
    let sections: Vec<(&Section, Vec<Row>)> = SECTIONS
        .into_iter()
        .flatten()
        .map(|section| (section, section.items.iter().map(|item| row(item, &set, &fixed)).collect()))
        .collect();
    document.write_sum(sections.iter().flat_map(|(_, rows)| rows));
    document.write_values(&set, &fixed);
    document.write_profiles()?;
    let mut source = None;
    for (section, rows) in &sections {
        if source.replace(section.source) != Some(section.source) {
            document.line(&format!("\n## {}", section.source.title()));
        }
        document.write_section(section, rows);
    }
    document.write_controls();
    Ok(document.text)
}

fn row(item: &'static Item, set: &[Vec<Explained>; 3], fixed: &[Explained]) -> Row {
    let of = |values: &Vec<Explained>| {
        let all: Vec<Explained> = values.iter().chain(fixed).cloned().collect();
        standing(&item.rule, &all)
    };
    let standings = match set.each_ref().map(of) {
        [Some(one), Some(two), Some(three)] if item.answer == Answer::Values => Some([one, two, three]),
        _ => None,
    };
    Row { item, standings, set: set.iter().any(|values| standing(&item.rule, values).is_some()) }
}

impl Row {
    /// How a preset stands, in a word.
    fn word(&self, place: usize) -> &'static str {
        match (&self.item.answer, &self.standings) {
            (_, Some(standings)) => match standings.get(place) {
                Some(standing) if standing.instead.is_empty() => "meets",
                _ => "departs",
            },
            (Answer::Meets(_), _) => "meets",
            (Answer::Nothing(_), _) => "does not apply",
            (Answer::Host(_), _) => "the host's",
            // A test holds every item that says so to the values.
            (Answer::Departs { .. } | Answer::Values, None) => "departs",
        }
    }
}

impl Document {
    fn line(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    fn write_sum<'a>(&mut self, rows: impl Iterator<Item = &'a Row>) {
        let rows: Vec<&Row> = rows.collect();
        self.line("\n## In all\n");
        self.line("| | preset | items | meets | departs | does not apply | the host's |");
        self.line("|---|---|---|---|---|---|---|");
        for source in [Source::Nist, Source::Asvs] {
            let rows: Vec<&&Row> = rows.iter().filter(|row| row.item.rule.source == source).collect();
            for (place, preset) in PRESETS.into_iter().enumerate() {
                let count = |word: &str| rows.iter().filter(|row| row.word(place) == word).count();
                let counts = ["meets", "departs", "does not apply", "the host's"].map(count).map(|n| n.to_string());
                let (title, name, all) = (source.title(), name_of(preset), rows.len());
                self.line(&format!("| {title} | `{name}` | {all} | {} |", counts.join(" | ")));
            }
        }
    }

    fn write_values(&mut self, set: &[Vec<Explained>; 3], fixed: &[Explained]) {
        self.line("\n## The values\n");
        self.line(&format!("| value | {} |", PRESETS.map(|preset| format!("`{}`", name_of(preset))).join(" | ")));
        self.line("|---|---|---|---|");
        let [first, ..] = set;
        for value in first {
            let of = |values: &Vec<Explained>| {
                values.iter().find(|one| one.name == value.name).map(|one| cell(&one.value)).unwrap_or_default()
            };
            self.line(&format!("| {} | {} |", value.name, set.each_ref().map(of).join(" | ")));
        }
        self.line("\nThe same in every preset:\n\n| value | |\n|---|---|");
        for value in fixed {
            self.line(&format!("| {} | {} |", value.name, cell(&value.value)));
        }
    }

    /// What the built-in profiles change over their presets, as far as it departs.
    fn write_profiles(&mut self) -> Result<(), String> {
        self.line("\n## The profiles that come with the program\n");
        self.line("| profile | preset | departs in | which its preset does not |\n|---|---|---|---|");
        for name in profiles::built_in() {
            let agency = profiles::profile(&name)?;
            let preset = agency.policy.preset;
            let names = |policy: &Policy| -> Vec<&'static str> {
                explain(policy).iter().filter(|value| value.departs()).map(|value| value.name).collect()
            };
            let plain = names(&Policy::of(preset, preset.password(), Vec::new()));
            let own = names(&agency.policy);
            let more: Vec<&str> = own.iter().filter(|name| !plain.contains(name)).copied().collect();
            let list = |names: &[&str]| if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
            self.line(&format!("| `{name}` | `{}` | {} | {} |", name_of(preset), list(&own), list(&more)));
        }
        self.line(
            "\nEvery profile that asks a challenge question departs from NIST SP 800-63B-4 3.1.1.2 (8) and OWASP ASVS 5.0 \
             6.4.2, whatever its preset. The control: the question only adds to the mailed link, is never shown before \
             it, and alone opens nothing; tries are counted, and answers are hashed like passwords.",
        );
        Ok(())
    }

    fn write_section(&mut self, section: &Section, rows: &[Row]) {
        self.line(&format!("\n### {}", section.title));
        let by_preset: Vec<&Row> = rows.iter().filter(|row| row.set).collect();
        if !by_preset.is_empty() {
            let names = PRESETS.map(|preset| format!("`{}`", name_of(preset))).join(" | ");
            self.line(&format!("\nDecided by the preset:\n\n| item | asks | {names} |\n|---|---|---|---|---|"));
            for row in by_preset {
                let standings = row.standings.as_ref().map_or(&[][..], <[Standing; 3]>::as_slice);
                let cells: Vec<String> =
                    standings.iter().map(|standing| self.standing(&place(row.item), standing, true)).collect();
                self.line(&format!("| {} | {} | {} |", place(row.item), cell(row.item.rule.asks), cells.join(" | ")));
            }
        }
        let same: Vec<&Row> = rows.iter().filter(|row| !row.set).collect();
        if !same.is_empty() {
            self.line("\nThe same in every preset:\n\n| item | asks | | by |\n|---|---|---|---|");
            for row in same {
                let (word, by) = self.same(row);
                self.line(&format!("| {} | {} | {word} | {} |", place(row.item), cell(row.item.rule.asks), cell(&by)));
            }
        }
    }

    /// How every preset stands, and by what.
    fn same(&mut self, row: &Row) -> (String, String) {
        let place = place(row.item);
        match (&row.item.answer, &row.standings) {
            (Answer::Values, Some([standing, ..])) => {
                let by: Vec<String> = standing.by.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                (self.standing(&place, standing, false), by.join("; "))
            }
            (Answer::Departs { how, instead }, _) => {
                let control = self.control(instead, &place);
                (format!("**departs** ({control})"), (*how).to_owned())
            }
            (Answer::Meets(by) | Answer::Nothing(by) | Answer::Host(by), _) => {
                (row.word(0).to_owned(), (*by).to_owned())
            }
            (Answer::Values, None) => ("**departs**".to_owned(), "no value says anything about it".to_owned()),
        }
    }

    /// `meets: 15 characters`, or `departs (C1): 8 characters`.
    fn standing(&mut self, place: &str, standing: &Standing, with_value: bool) -> String {
        let controls: Vec<String> = standing.instead.iter().map(|control| self.control(control, place)).collect();
        let word = match controls.as_slice() {
            [] => "meets".to_owned(),
            controls => format!("**departs** ({})", controls.join(", ")),
        };
        let mut text = word;
        if with_value {
            let by: Vec<String> = standing.by.iter().map(|(name, value)| format!("{name} {value}")).collect();
            let _ = write!(text, ": {}", cell(&by.join("; ")));
        }
        text
    }

    /// The number of a control, which is written down with what it makes up for.
    fn control(&mut self, control: &'static str, item: &str) -> String {
        let found = self.controls.iter().position(|(known, _)| *known == control);
        let place = found.unwrap_or_else(|| {
            self.controls.push((control, Vec::new()));
            self.controls.len() - 1
        });
        if let Some((_, items)) = self.controls.get_mut(place)
            && !items.iter().any(|known| known == item)
        {
            items.push(item.to_owned());
        }
        format!("C{}", place + 1)
    }

    fn write_controls(&mut self) {
        self.line("\n## Compensating controls\n\n| | for | control |\n|---|---|---|");
        for (place, (control, items)) in std::mem::take(&mut self.controls).into_iter().enumerate() {
            self.line(&format!("| C{} | {} | {} |", place + 1, items.join("; "), cell(control)));
        }
    }
}

/// `3.1.1.2 (1), SHALL`.
fn place(item: &Item) -> String {
    format!("{}, {}", cell(item.rule.place), item.weight)
}

/// Text inside a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
