//! What a run found out, and the table of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::Case;

/// What became of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    /// Everything that checks it belongs to a long run.
    NotRun,
    NotApplicable,
}

/// The outcomes of tests, specs and commands by their names, and the figures by their cases.
#[derive(Debug, Default)]
pub struct Report {
    pub outcomes: BTreeMap<String, bool>,
    pub figures: BTreeMap<String, String>,
}

impl Report {
    /// Takes in nextest's JUnit file.
    pub fn read_junit(&mut self, xml: &str) {
        for part in xml.split("<testcase ").skip(1) {
            let Some((head, rest)) = part.split_once('>') else { continue };
            let body = rest.split("</testcase>").next().filter(|_| !head.ends_with('/')).unwrap_or_default();
            let attribute = |name: &str| {
                let (_, after) = head.split_once(&format!("{name}=\""))?;
                after.split('"').next().map(|text| text.replace("&gt;", ">").replace("&amp;", "&"))
            };
            if let (Some(binary), Some(name)) =
                (attribute("classname"), attribute(" name").or_else(|| attribute("name")))
            {
                self.add(format!("{binary} {name}"), !body.contains("<failure") && !body.contains("<error"));
            }
        }
    }

    /// Takes in Playwright's JSON report.
    ///
    /// # Errors
    /// It is none.
    pub fn read_playwright(&mut self, json: &str) -> Result<(), serde_json::Error> {
        fn walk(report: &mut Report, suite: &Value, file: &str) {
            let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            let file = suite.get("file").and_then(Value::as_str).unwrap_or(file).to_owned();
            for spec in list(suite, "specs") {
                let title = spec.get("title").and_then(Value::as_str).unwrap_or_default();
                let is_good = spec.get("ok").and_then(Value::as_bool).unwrap_or_default();
                let is_skipped = list(&spec, "tests")
                    .iter()
                    .all(|test| test.get("status").and_then(Value::as_str) == Some("skipped"));
                if !is_skipped {
                    report.add(format!("{file}: {title}"), is_good);
                }
            }
            for inner in list(suite, "suites") {
                walk(report, &inner, &file);
            }
        }
        let report: Value = serde_json::from_str(json)?;
        walk(self, &report, "");
        Ok(())
    }

    /// Takes in lines of a command, a tab, and its status.
    pub fn read_commands(&mut self, lines: &str) {
        for (command, status) in lines.lines().filter_map(|line| line.rsplit_once('\t')) {
            self.add(command.to_owned(), status == "0");
        }
    }

    /// Whoever ran twice passes when both did.
    pub fn add(&mut self, name: String, good: bool) {
        *self.outcomes.entry(name).or_insert(true) &= good;
    }

    /// What became of a case, and what of it did not pass.
    #[must_use]
    pub fn judge(&self, case: &Case, long: bool) -> (Verdict, Vec<String>) {
        if case.not_applicable.is_some() {
            return (Verdict::NotApplicable, Vec::new());
        }
        let specs = case.specs.iter().map(String::as_str);
        let checks: Vec<&str> = case.asked(long).chain(specs).chain(case.commanded(long)).collect();
        if checks.is_empty() {
            return (Verdict::NotRun, Vec::new());
        }
        let bad: Vec<String> = checks
            .iter()
            .filter_map(|check| match self.outcome(check) {
                Some(true) => None,
                Some(false) => Some(format!("failed: {check}")),
                None => Some(format!("did not run: {check}")),
            })
            .collect();
        (if bad.is_empty() { Verdict::Pass } else { Verdict::Fail }, bad)
    }

    /// A spec is named by the beginning of its title: some have a suffix for each way they run.
    fn outcome(&self, check: &str) -> Option<bool> {
        if let Some(good) = self.outcomes.get(check) {
            return Some(*good);
        }
        let mut found =
            self.outcomes.iter().filter(|(name, _)| name.starts_with(check) && check.contains(".spec.ts: "));
        let first = *found.next()?.1;
        Some(found.fold(first, |all, (_, good)| all && *good))
    }

    /// The table, and whether no case that must pass has failed.
    #[must_use]
    pub fn table(&self, cases: &[&Case], long: bool) -> (String, bool) {
        let (mut table, mut bad, mut must_failed, mut graded_failed) = (String::new(), String::new(), 0, Vec::new());
        let mut counts = [0_usize; 4];
        let wide = cases.iter().map(|case| case.id.len() + 2).max().unwrap_or_default().max(5);
        let _ = writeln!(table, "{:<wide$}{:<2}{:<15}figure", "case", "!", "result");
        for case in cases {
            let (verdict, reasons) = self.judge(case, long);
            let figure = match (&case.not_applicable, self.figures.get(&case.id)) {
                (Some(why), _) => why.clone(),
                (None, Some(figure)) => figure.clone(),
                (None, None) if verdict == Verdict::NotRun => "with --long".to_owned(),
                (None, None) => count_of(case, long),
            };
            let (place, word) = match verdict {
                Verdict::Pass => (0, "pass"),
                Verdict::Fail => (1, "FAIL"),
                Verdict::NotRun => (2, "not run"),
                Verdict::NotApplicable => (3, "not applicable"),
            };
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
            let mark = if case.must { "!" } else { "" };
            let _ = writeln!(table, "{:<wide$}{mark:<2}{word:<15}{figure}", case.id);
            if verdict == Verdict::Fail {
                if case.must {
                    must_failed += 1;
                } else {
                    graded_failed.push(case.id.as_str());
                }
                let _ = writeln!(bad, "{}{} {}", case.id, if case.must { "!" } else { "" }, case.title);
                for reason in reasons {
                    let _ = writeln!(bad, "    {reason}");
                }
            }
        }
        let [pass, fail, not_run, not_applicable] = counts;
        let _ = writeln!(
            table,
            "\n{pass} pass, {fail} fail, {not_applicable} not applicable, {not_run} not run; {must_failed} of the failed must pass"
        );
        if !graded_failed.is_empty() {
            let _ = writeln!(table, "graded cases that failed: {}", graded_failed.join(" "));
        }
        (if bad.is_empty() { table } else { format!("{table}\n{bad}") }, must_failed == 0)
    }
}

fn count_of(case: &Case, long: bool) -> String {
    let plural = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    };
    let parts = [
        plural(case.asked(long).count(), "test"),
        plural(case.specs.len(), "browser test"),
        plural(case.commanded(long).count(), "command"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Cases;

    const LIST: &str = "[[case]]\nid = \"A01\"\nmust = true\ntitle = \"first\"\ntests = [\"server::http a::b\"]\n\
                        [[case]]\nid = \"A02\"\ntitle = \"second\"\ntests = [\"server::http a::c\"]\n\
                        [[case]]\nid = \"A03\"\nmust = true\ntitle = \"third\"\nlong = [\"server::abuse d\"]\n\
                        [[case]]\nid = \"A04\"\nmust = true\ntitle = \"fourth\"\nnot_applicable = \"why\"\n\
                        [[case]]\nid = \"A05\"\ntitle = \"fifth\"\nspecs = [\"x.spec.ts: does\"]\n";
    const JUNIT: &str = r#"<testsuites><testsuite name="server::http">
        <testcase name="a::b" classname="server::http" time="0.1"></testcase>
        <testcase name="a::c" classname="server::http" time="0.1"><failure type="x">no</failure></testcase>
        <testcase name="e" classname="server::http" time="0.1"/></testsuite></testsuites>"#;
    const PLAYWRIGHT: &str = r#"{"suites":[{"file":"x.spec.ts","specs":[],"suites":[{"file":"x.spec.ts","specs":[
        {"title":"does, light","ok":true,"tests":[{"status":"expected"}]},
        {"title":"does, dark","ok":false,"tests":[{"status":"unexpected"}]}]}]}]}"#;

    #[test]
    fn what_failed_or_did_not_run_fails_and_only_a_must_decides() {
        let cases = Cases::parse(LIST).unwrap();
        let mut report = Report::default();
        report.read_junit(JUNIT);
        report.read_playwright(PLAYWRIGHT).unwrap();
        let verdicts =
            |report: &Report, long| cases.cases.iter().map(|case| report.judge(case, long).0).collect::<Vec<_>>();
        use Verdict::{Fail, NotApplicable, NotRun, Pass};
        assert_eq!(verdicts(&report, false), [Pass, Fail, NotRun, NotApplicable, Fail]);
        assert_eq!(verdicts(&report, true), [Pass, Fail, Fail, NotApplicable, Fail], "a long one did not run");
        let chosen: Vec<&Case> = cases.cases.iter().collect();
        let (table, good) = report.table(&chosen, false);
        assert!(good && table.contains("graded cases that failed: A02 A05"), "{table}");
        let (table, good) = report.table(&chosen, true);
        assert!(!good && table.contains("did not run: server::abuse d"), "{table}");
    }

    #[test]
    fn a_figure_stands_beside_its_case() {
        let cases = Cases::parse(LIST).unwrap();
        let mut report = Report::default();
        report.add("server::http a::b".to_owned(), true);
        report.figures.insert("A01".to_owned(), "12 replies".to_owned());
        let (table, _) = report.table(&[&cases.cases[0]], false);
        assert!(table.contains("A01  ! pass           12 replies"), "{table}");
    }
}
