//! An answer of `/metrics`, read by the rules of Prometheus' text format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>): what a scraper would stumble over panics here.

use std::collections::{BTreeMap, BTreeSet};

/// Names and values.
type Labels = BTreeMap<String, String>;

/// What was scraped.
#[derive(Clone, Debug, Default)]
pub struct Scrape {
    /// The type of each family, by its name.
    pub kinds: BTreeMap<String, String>,
    pub samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: Labels,
    pub value: f64,
}

impl Scrape {
    /// Reads a whole answer.
    ///
    /// # Panics
    /// When it is not of the format, or names something against the conventions.
    #[must_use]
    pub fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line has no end: {text}");
        let (mut scrape, mut helped) = (Self::default(), BTreeSet::new());
        let (mut family, mut series) = (String::new(), BTreeSet::new());
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').unwrap_or_else(|| panic!("no words: {line}"));
                assert!(helped.insert(name.to_owned()) && words.ends_with('.'), "{line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(["counter", "gauge", "histogram"].contains(&kind) && helped.contains(name), "{line}");
                assert!(scrape.kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "twice: {line}");
                name.clone_into(&mut family);
            } else {
                let sample = Sample::read(line);
                let kind = scrape.kinds.get(&family).unwrap_or_else(|| panic!("no type: {line}"));
                let rest = sample.name.strip_prefix(&family).unwrap_or_else(|| panic!("{line} among {family}"));
                let is_of = match kind.as_str() {
                    "histogram" => ["_bucket", "_sum", "_count"].contains(&rest),
                    "counter" => rest.is_empty() && family.ends_with("_total") && sample.value >= 0.0,
                    _ => rest.is_empty() && !family.ends_with("_total"),
                };
                assert!(is_of, "{line} is no {kind}");
                assert!(series.insert((sample.name.clone(), sample.labels.clone())), "twice: {line}");
                scrape.samples.push(sample);
            }
        }
        scrape.check_histograms();
        scrape
    }

    /// The sum of what has this name and these labels, whatever its others.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.found(name, labels).map(|sample| sample.value).sum()
    }

    /// The one of this name with these labels, if there is one.
    ///
    /// # Panics
    /// When there are several.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let found: Vec<f64> = self.found(name, labels).map(|sample| sample.value).collect();
        assert!(found.len() < 2, "{} of {name} {labels:?}", found.len());
        found.first().copied()
    }

    fn found(&self, name: &str, labels: &[(&str, &str)]) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| {
            let has = |(label, value): &(&str, &str)| sample.labels.get(*label).is_some_and(|found| found == value);
            sample.name == name && labels.iter().all(has)
        })
    }

    fn check_histograms(&self) {
        let mut buckets: BTreeMap<(String, Labels), Vec<(f64, f64)>> = BTreeMap::new();
        for sample in &self.samples {
            let Some(family) = sample.name.strip_suffix("_bucket") else { continue };
            let mut labels = sample.labels.clone();
            let end = labels.remove("le").unwrap_or_else(|| panic!("{sample:?} has no end"));
            buckets.entry((family.to_owned(), labels)).or_default().push((number(&end), sample.value));
        }
        for ((family, labels), ends) in buckets {
            assert!(ends.is_sorted_by(|one, next| one.0 < next.0 && one.1 <= next.1), "{family} {labels:?}: {ends:?}");
            let (last, all) = ends.last().copied().unwrap();
            assert!(last.is_infinite(), "{family} {labels:?} ends at {last}");
            let labels: Vec<_> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(self.value(&format!("{family}_count"), &labels), Some(all), "{family} {labels:?}");
            assert!(self.value(&format!("{family}_sum"), &labels).is_some(), "{family} {labels:?} has no sum");
        }
    }
}

impl Sample {
    fn read(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}').unwrap_or_else(|| panic!("{line}"))),
            None => (series, ""),
        };
        let is_name = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        };
        assert!(is_name(name), "{line}");
        let mut found = BTreeMap::new();
        let mut rest = labels;
        while let Some((label, after)) = rest.split_once("=\"") {
            // No value of ours needs an escape: one that does was typed by somebody.
            let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("an open value: {line}"));
            assert!(is_name(label) && !value.contains('\\'), "{line}");
            assert!(found.insert(label.to_owned(), value.to_owned()).is_none(), "{line}");
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        assert!(rest.is_empty(), "{rest} is left of {line}");
        Self { name: name.to_owned(), labels: found, value: number(value) }
    }
}

fn number(text: &str) -> f64 {
    if text == "+Inf" { f64::INFINITY } else { text.parse().unwrap_or_else(|_| panic!("{text} is no number")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# HELP a_total A.\n# TYPE a_total counter\na_total{b=\"c\",d=\"e\"} 1\na_total{b=\"f\",d=\"e\"} 2\n\
                        # HELP s S.\n# TYPE s histogram\ns_bucket{le=\"0.5\"} 1\ns_bucket{le=\"+Inf\"} 3\ns_sum 2.5\ns_count 3\n";

    #[test]
    fn what_is_well_formed_is_read() {
        let scrape = Scrape::read(GOOD);
        assert_eq!(scrape.sum("a_total", &[("d", "e")]), 3.0);
        assert_eq!(scrape.value("a_total", &[("b", "f")]), Some(2.0));
        assert_eq!(scrape.value("a_total", &[("b", "g")]), None);
    }

    #[test]
    fn what_a_scraper_would_stumble_over_is_refused() {
        for (good, bad) in [
            ("# TYPE a_total counter\n", ""),
            ("# TYPE a_total counter", "# TYPE a_total gauge"),
            ("b=\"f\"", "b=\"c\""),
            ("b=\"f\"", "b=\"\\\"f\""),
            ("le=\"+Inf\"} 3", "le=\"+Inf\"} 0"),
            ("s_count 3", "s_count 2"),
            ("s_sum 2.5\n", ""),
            (" 1\n", "\n"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let text = GOOD.replacen(good, bad, 1);
            assert!(std::panic::catch_unwind(|| Scrape::read(&text)).is_err(), "{text}");
        }
    }
}
