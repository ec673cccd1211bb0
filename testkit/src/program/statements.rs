//! The SQL statements of each request, from what the driver logs: each in the request that it is for.

use std::collections::HashMap;

use serde_json::Value;

/// Where a transaction, or the share of one unit in it, begins and ends: no statement of ours.
const ENDS: [&str; 5] = ["BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"];

/// What a log with these filters tells.
#[derive(Debug, Default)]
pub struct Statements {
    /// Each request that was answered: its route, and its statements.
    pub requests: Vec<(String, Vec<String>)>,
    /// How many no request waited for.
    pub worker: u32,
}

impl Statements {
    /// The log that this reads.
    pub const LOG: &str = "info,sqlx::query=debug";

    /// Reads a log in JSON.
    #[must_use]
    pub fn read(log: &str) -> Self {
        let mut open: HashMap<String, Vec<String>> = HashMap::new();
        let mut read = Self::default();
        for line in log.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let text = |path: &str| line.pointer(path).and_then(Value::as_str);
            match (text("/target"), text("/span/id").map(str::to_owned)) {
                (Some("sqlx::query"), Some(id)) => open.entry(id).or_default().extend(texts(&line)),
                (Some("sqlx::query"), None) => read.worker += texts(&line).map(|_| 1).sum::<u32>(),
                (Some("access"), Some(id)) => {
                    let route = text("/fields/route").unwrap_or_default().to_owned();
                    read.requests.push((route, open.remove(&id).unwrap_or_default()));
                }
                _ => {}
            }
        }
        read
    }

    /// Statements of a request to this route, on average.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a handful of statements")]
    pub fn of(&self, route: &str) -> f64 {
        let counts: Vec<f64> =
            self.requests.iter().filter(|(of, _)| of == route).map(|(_, texts)| texts.len() as f64).collect();
        counts.iter().sum::<f64>() / counts.len().max(1) as f64
    }
}

/// The statements of one call: SQLite takes several in one.
fn texts(line: &Value) -> impl Iterator<Item = String> {
    let field = |path: &str| line.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    // What is long stands in a field of its own, and its beginning in the summary.
    let text = field("/fields/db.statement").or(field("/fields/summary")).unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let texts: Vec<String> = text.split("; ").filter(|text| !text.is_empty()).map(str::to_owned).collect();
    texts.into_iter().filter(|text| !ENDS.iter().any(|end| text.starts_with(end)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_counts_for_the_request_it_was_logged_in() {
        let statement = |id: &str, summary: &str, whole: &str| {
            let fields = json!({ "summary": summary, "db.statement": whole });
            json!({ "target": "sqlx::query", "fields": fields, "span": { "id": id, "name": "request" } }).to_string()
        };
        let answered =
            |id: &str| json!({ "target": "access", "fields": { "route": "/a" }, "span": { "id": id } }).to_string();
        let lines = [
            "no JSON".to_owned(),
            statement("1", "BEGIN IMMEDIATE", ""),
            statement("1", "SELECT 1", ""),
            statement("2", "SELECT 2", ""),
            statement("1", "INSERT INTO …", "\n INSERT INTO one\n  VALUES (1);\n INSERT INTO two VALUES (2)\n"),
            statement("1", "RELEASE unit; SAVEPOINT unit", ""),
            answered("2"),
            statement("1", "SELECT 3", ""),
            answered("1"),
            json!({ "target": "sqlx::query", "fields": { "summary": "SELECT 4" } }).to_string(),
        ];
        let read = Statements::read(&lines.join("\n"));
        let of_one = ["SELECT 1", "INSERT INTO one VALUES (1)", "INSERT INTO two VALUES (2)", "SELECT 3"];
        assert_eq!(read.requests[0].1, ["SELECT 2"]);
        assert_eq!(read.requests[1].1, of_one);
        assert_eq!((read.of("/a"), read.of("/b"), read.worker), (2.5, 0.0, 1));
    }
}
