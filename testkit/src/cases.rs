//! The cases of a suite as its list has them (`server/tests/abuse/cases.toml`, `server/tests/chaos/cases.toml`): how each is
//! checked, and what became of it in a run.

mod report;

use std::path::Path;

use serde::Deserialize;

pub use report::{Report, Verdict};

/// The whole list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    #[serde(rename = "case")]
    pub cases: Vec<Case>,
}

/// One case. What the keys mean stands at the head of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    #[serde(default)]
    pub must: bool,
    pub title: String,
    #[serde(default)]
    pub tests: Vec<String>,
    #[serde(default)]
    pub long: Vec<String>,
    #[serde(default)]
    pub specs: Vec<String>,
    #[serde(default)]
    pub commands: Vec<String>,
    #[serde(default)]
    pub long_commands: Vec<String>,
    pub not_applicable: Option<String>,
    pub note: Option<String>,
}

impl Cases {
    /// # Errors
    /// The text is no list of cases.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The cases that these groups (`A`) and ids (`A01`) name, in either case; all for none.
    ///
    /// # Errors
    /// The first name that no case has.
    pub fn chosen(&self, names: &[String]) -> Result<Vec<&Case>, String> {
        let is_meant =
            |case: &Case, name: &str| [case.id.as_str(), case.group()].iter().any(|it| it.eq_ignore_ascii_case(name));
        if let Some(unknown) = names.iter().find(|name| !self.cases.iter().any(|case| is_meant(case, name))) {
            let ids: Vec<&str> = self.cases.iter().map(|case| case.id.as_str()).collect();
            return Err(format!("There is no group or case {unknown}; there are {}.", ids.join(", ")));
        }
        let chosen = |case: &&Case| names.is_empty() || names.iter().any(|name| is_meant(case, name));
        Ok(self.cases.iter().filter(chosen).collect())
    }
}

impl Case {
    /// Its letter, in a suite whose ids are a letter and a number; else the id itself.
    #[must_use]
    pub fn group(&self) -> &str {
        let letter = self.id.get(..1).unwrap_or_default();
        if self.id.ends_with(|last: char| last.is_ascii_digit()) { letter } else { &self.id }
    }

    /// The tests that a run asks for.
    pub fn asked(&self, long: bool) -> impl Iterator<Item = &str> {
        self.tests.iter().chain(self.long.iter().filter(move |_| long)).map(String::as_str)
    }

    /// The commands that a run asks for.
    pub fn commanded(&self, long: bool) -> impl Iterator<Item = &str> {
        self.commands.iter().chain(self.long_commands.iter().filter(move |_| long)).map(String::as_str)
    }
}

/// nextest's filter for exactly these tests.
#[must_use]
pub fn filter<'a>(tests: impl Iterator<Item = &'a str>) -> String {
    let mut terms: Vec<String> = tests
        .filter_map(|test| test.split_once(' '))
        .map(|(binary, name)| format!("(binary_id(={binary}) & test(={name}))"))
        .collect();
    terms.sort_unstable();
    terms.dedup();
    if terms.is_empty() { "none()".to_owned() } else { terms.join(" | ") }
}

/// cargo's arguments that build these tests and as little else as can be.
#[must_use]
pub fn targets<'a>(tests: impl Iterator<Item = &'a str>) -> String {
    let mut arguments = std::collections::BTreeSet::new();
    for (binary, _) in tests.filter_map(|test| test.split_once(' ')) {
        let (package, target) = binary.split_once("::").unwrap_or((binary, ""));
        arguments.insert(format!("--package {package}"));
        arguments.insert(if target.is_empty() { "--lib".to_owned() } else { format!("--test {target}") });
    }
    arguments.into_iter().collect::<Vec<_>>().join(" ")
}

/// What a case counted, in one line: printed, and kept in the folder that this variable names.
///
/// # Panics
/// When it cannot be written there.
#[expect(clippy::print_stdout, clippy::expect_used, reason = "a test that says what it counted")]
pub fn keep_figure(variable: &str, case: &str, text: &str) {
    println!("{case}: {text}");
    let Some(folder) = std::env::var_os(variable) else { return };
    let path = Path::new(&folder).join(format!("{case}.txt"));
    // A case of several tests has several figures.
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(path, format!("{before}{text}\n")).expect("the folder of figures can be written");
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[[case]]\nid = \"A01\"\nmust = true\ntitle = \"t\"\ntests = [\"server::http a::b\"]\n\
                        long = [\"server::abuse c\"]\n[[case]]\nid = \"B02\"\ntitle = \"t\"\n";

    #[test]
    fn a_group_and_an_id_choose_their_cases_and_a_misspelt_one_is_said() {
        let cases = Cases::parse(LIST).unwrap();
        let ids = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            cases.chosen(&names).map(|chosen| chosen.iter().map(|case| case.id.clone()).collect::<Vec<_>>())
        };
        assert_eq!(ids(&[]).unwrap(), ["A01", "B02"]);
        assert_eq!(ids(&["b"]).unwrap(), ["B02"]);
        assert_eq!(ids(&["A01"]).unwrap(), ["A01"]);
        assert!(ids(&["A01", "Q"]).unwrap_err().contains('Q'));
    }

    #[test]
    fn the_filter_names_each_test_once_and_long_ones_only_when_they_are_asked_for() {
        let cases = Cases::parse(LIST).unwrap();
        let filter_of = |long| filter(cases.cases.iter().flat_map(|case| case.asked(long)));
        assert_eq!(filter_of(false), "(binary_id(=server::http) & test(=a::b))");
        assert!(filter_of(true).contains("test(=c)"));
        assert_eq!(filter(std::iter::empty()), "none()");
        let targets = targets(["server::http a::b", "server web::x", "server::http c"].into_iter());
        assert_eq!(targets, "--lib --package server --test http");
    }
}
