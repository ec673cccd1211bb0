//! Files that the desk takes away: CSV, and lines of JSON.
//!
//! CSV as RFC 4180 has it: commas, CRLF, quotation marks where they are needed, one line of heads. No cell is a formula
//! to a spreadsheet (OWASP, *CSV Injection*), whatever stands in it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use backboard::moment::Moment;
use backboard::roster::formula_safe;
use csv::{Terminator, WriterBuilder};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use super::super::pages::Private;

/// A file on its way to the member of staff.
pub struct File {
    name: String,
    kind: &'static str,
    body: Body,
}

impl File {
    /// A table that lies in a file already, formula-safe.
    pub fn table(name: &str, body: Body) -> Self {
        Self { name: format!("{name}.csv"), kind: "text/csv; charset=utf-8", body }
    }

    /// JSON lines, of which there may be more than there is room for at once.
    pub fn lines(name: &str, body: Body) -> Self {
        Self { name: format!("{name}.jsonl"), kind: "application/jsonl; charset=utf-8", body }
    }
}

impl IntoResponse for File {
    /// Downloaded, never shown in the portal's own origin, and kept by no cache.
    fn into_response(self) -> Response {
        let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", self.name)) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = self.body.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(CONTENT_DISPOSITION, disposition);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.extensions_mut().insert(Private);
        response
    }
}

/// A table on its way into a file.
pub struct Csv(csv::Writer<Vec<u8>>);

impl Csv {
    pub fn with(heads: &[String]) -> Self {
        let mut csv = Self(WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new()));
        csv.add(heads);
        csv
    }

    /// A line, with as many cells as there are heads.
    pub fn add(&mut self, cells: &[String]) {
        // Written into memory: what can fail is a line of another length, and that is a mistake of ours.
        if let Err(error) = self.0.write_record(cells.iter().map(|cell| formula_safe(cell))) {
            tracing::error!(%error, "a line of a file");
        }
    }

    pub fn file(self, name: &str) -> File {
        let bytes = self.0.into_inner().unwrap_or_default();
        File { name: format!("{name}.csv"), kind: "text/csv; charset=utf-8; header=present", body: Body::from(bytes) }
    }
}

/// A point in time, UTC: `2027-01-15 08:00:00`.
pub fn at(moment: Moment) -> String {
    let (hour, minute) = moment.time();
    format!("{} {hour:02}:{minute:02}:{:02}", moment.day(), moment.0.rem_euclid(60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(lines: &[Vec<String>]) -> String {
        let mut csv = Csv::with(&lines[0]);
        for line in &lines[1..] {
            csv.add(line);
        }
        String::from_utf8(csv.0.into_inner().unwrap()).unwrap()
    }

    #[test]
    fn a_file_is_as_rfc_4180_has_it() {
        let line = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let lines = [line(&["a", "b"]), line(&["1,2", "say \"no\""]), line(&["=1+1", "@x"]), line(&["", "two; parts"])];
        assert_eq!(written(&lines), "a,b\r\n\"1,2\",\"say \"\"no\"\"\"\r\n'=1+1,'@x\r\n,two; parts\r\n");
    }

    proptest! {
        #[test]
        fn every_cell_comes_back_and_none_is_a_formula(cells in prop::collection::vec("[=+@\t\r\n,\"';a-z0-9 -]{0,9}|\\PC{0,6}", 2)) {
            let text = written(&[vec!["one".to_owned(), "two".to_owned()], cells.clone()]);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(read.len(), 1);
            for (cell, read) in cells.iter().zip(read[0].iter()) {
                prop_assert_eq!(read, formula_safe(cell));
                prop_assert!(!read.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{read:?}");
            }
        }
    }
}
