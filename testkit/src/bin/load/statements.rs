//! How many statements a request takes, counted from what the driver logs: each statement in the request that it is
//! for, `BEGIN` and `COMMIT` not among them. Writing transactions are counted by the program itself.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::Value;

/// The log that this reads.
pub const LOG: &str = "info,sqlx::query=debug";

/// By the path of what was asked: requests, and their statements.
#[derive(Debug, Default)]
pub struct Statements {
    routes: BTreeMap<String, (u32, u32)>,
    /// What no request waited for.
    pub worker: u32,
}

impl Statements {
    /// Reads a log from its beginning.
    pub fn read(log: &Path) -> Self {
        let text = std::fs::read_to_string(log).unwrap();
        let mut counts: HashMap<String, u32> = HashMap::new();
        let mut read = Self::default();
        for line in text.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let request = line["span"]["id"].as_str().map(str::to_owned);
            match (line["target"].as_str(), request) {
                (Some("sqlx::query"), Some(id)) => *counts.entry(id).or_default() += 1,
                (Some("sqlx::query"), None) => read.worker += 1,
                (Some("access"), Some(id)) => {
                    let route = line["fields"]["route"].as_str().unwrap_or_default().to_owned();
                    let of_route = read.routes.entry(route).or_default();
                    of_route.0 += 1;
                    of_route.1 += counts.remove(&id).unwrap_or_default();
                }
                _ => {}
            }
        }
        read
    }

    /// Statements of a request to this path, on average.
    pub fn of(&self, route: &str) -> f64 {
        let (requests, statements) = self.routes.get(route).copied().unwrap_or_default();
        f64::from(statements) / f64::from(requests.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_counts_for_the_request_it_was_logged_in() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let statement =
            |id: &str| format!("{{\"target\":\"sqlx::query\",\"span\":{{\"id\":\"{id}\",\"name\":\"request\"}}}}\n");
        let answered = |id: &str| {
            format!("{{\"target\":\"access\",\"fields\":{{\"route\":\"/a\"}},\"span\":{{\"id\":\"{id}\"}}}}\n")
        };
        let lines = [statement("1"), statement("2"), statement("1"), answered("2"), statement("1"), answered("1")];
        std::fs::write(&log, format!("no JSON\n{}{{\"target\":\"sqlx::query\"}}\n", lines.concat())).unwrap();
        let read = Statements::read(&log);
        assert_eq!((read.of("/a"), read.of("/b"), read.worker), (2.0, 0.0, 1));
    }
}
