//! What the documents, the dashboard and the alerts name is what a running program exposes, and the other way round.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::Value;
use testkit::program::{Scrape, until};

use crate::metrics::lived_in;

fn document(name: &str) -> String {
    let docs: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::read_to_string(docs.join(name)).unwrap()
}

/// Names of metrics in an expression or a text, each with the labels it is asked for.
fn named(text: &str) -> Vec<(String, Vec<String>)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = ["backboard_", "process_"].iter().filter_map(|start| rest.find(start)).min() {
        let whole = start == 0 || !rest[..start].ends_with(is_part);
        let (name, after) = rest[start..].split_at(rest[start..].find(|c| !is_part(c)).unwrap_or(rest.len() - start));
        let labels = after.strip_prefix('{').and_then(|inside| inside.split_once('}')).map_or("", |(labels, _)| labels);
        let labels = labels.split(',').filter_map(|label| label.split(['=', '!']).next());
        if whole {
            found.push((name.to_owned(), labels.filter(|label| !label.is_empty()).map(str::to_owned).collect()));
        }
        rest = after;
    }
    found
}

/// Every expression of the dashboard.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if ["expr", "query", "definition"].contains(&name.as_str()) => {
                        found.push(text.clone())
                    }
                    value => expressions(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

struct Alert {
    name: String,
    expression: String,
    text: String,
}

fn alerts() -> Vec<Alert> {
    let text = document("grafana/alerts.yml");
    let files = Yaml::load_from_str(&text).unwrap();
    let rules = files.first().unwrap()["groups"][0]["rules"].as_sequence().unwrap();
    let text = |value: &Yaml<'_>, what: &str| value.as_str().unwrap_or_else(|| panic!("no {what}")).to_owned();
    let alert = |rule: &Yaml<'_>| {
        let name = text(&rule["alert"], "name");
        assert!(["page", "ticket"].contains(&text(&rule["labels"]["severity"], "severity").as_str()), "{name}");
        Alert {
            expression: text(&rule["expr"], "expression"),
            text: text(&rule["annotations"]["summary"], "summary"),
            name,
        }
    };
    rules.iter().map(alert).collect()
}

/// The labels of each family, without those that a scraper adds.
fn families(scrape: &Scrape) -> BTreeMap<String, BTreeSet<String>> {
    let mut families: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sample in &scrape.samples {
        let plain = ["_bucket", "_sum", "_count"].iter().filter_map(|end| sample.name.strip_suffix(end));
        let family = plain.into_iter().find(|name| scrape.kinds.contains_key(*name)).unwrap_or(&sample.name);
        families.entry(family.to_owned()).or_default().extend(sample.labels.keys().cloned());
    }
    families
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_about_metrics_is_what_a_running_program_says() {
    let program = lived_in().await;
    until("every family is there", async || program.scrape().await.sum("backboard_store_up", &[]) > 0.0).await;
    let scrape = program.scrape().await;
    let families = families(&scrape);
    let operations = document("OPERATIONS.md");
    let (_, section) = operations.split_once("\n## Watching it\n").unwrap();
    let section = section.split("\n## ").next().unwrap();

    // The table has every metric, with its type and its labels, and no other.
    let mut listed = BTreeSet::new();
    for row in section.lines().filter(|line| line.starts_with("| `backboard_")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (names, about) = (named(cells[1]), cells[2]);
        for (name, _) in &names {
            let kind = scrape.kinds.get(name).unwrap_or_else(|| panic!("{name} is listed, and nobody says it"));
            assert!(about.contains(kind.as_str()), "{name} is a {kind}: {row}");
            for label in families[name].iter().filter(|label| *label != "le") {
                assert!(about.contains(&format!("`{label}`")), "{name} has {label}: {row}");
            }
            assert!(listed.insert(name.clone()), "{name} is listed twice");
        }
    }
    let said: BTreeSet<String> = scrape.kinds.keys().filter(|name| name.starts_with("backboard_")).cloned().collect();
    assert_eq!(listed, said);

    // What is asked for is there, with the labels it is asked by.
    let mut asked = Vec::new();
    expressions(&serde_json::from_str(&document("grafana/backboard.json")).unwrap(), &mut asked);
    assert!(asked.len() > 40, "{}", asked.len());
    let alerts = alerts();
    asked.extend(alerts.iter().map(|alert| alert.expression.clone()));
    let mut watched = BTreeSet::new();
    for expression in &asked {
        for (name, labels) in named(expression) {
            let plain = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
            let has = families.get(plain).unwrap_or_else(|| panic!("{name} is no metric of ours: {expression}"));
            for label in labels.iter().filter(|label| !["instance", "job"].contains(&label.as_str())) {
                assert!(has.contains(label), "{name} has no {label}: {expression}");
            }
            watched.insert(plain.to_owned());
        }
    }
    // And nothing is said that nobody looks at.
    let unwatched: Vec<_> = said.difference(&watched).collect();
    assert!(unwatched.is_empty(), "on no panel: {unwatched:?}");

    for Alert { name, text, .. } in &alerts {
        assert!(section.contains(&format!("`{name}`")), "what to do at {name} is not said");
        assert!(text.ends_with('.'), "{text}");
    }
    for name in section.split('`').filter(|name| name.starts_with("Backboard") && !name.contains(' ')) {
        assert!(alerts.iter().any(|alert| alert.name == name), "{name} is no alert");
    }
}

#[test]
fn names_are_found_with_the_labels_they_are_asked_by() {
    let found =
        named("sum(rate(backboard_a_total{instance=~\"$x\",status!=\"5xx\"}[5m])) / process_b by (not_backboard_c)");
    let labels = vec!["instance".to_owned(), "status".to_owned()];
    assert_eq!(found, [("backboard_a_total".to_owned(), labels), ("process_b".to_owned(), Vec::new())]);
}
