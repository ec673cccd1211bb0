//! The rejects file: what was not imported, or not as it stands, for the office to mend.
//!
//! It repeats the row under its own columns, so that it can be mended and imported in turn. The SSN is
//! not repeated, nor anything that may be one or has its digits in a wrong column, nor the cells of a row whose columns
//! are out of step. No cell is a formula to a spreadsheet. Only its owner may read the file.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use backboard::roster::{Column, Columns, PersonId, Reason, formula_safe, may_hold_ssn};
use backboard::service::roster::{Finding, Said};
use csv::{ByteRecord, Writer};

/// The most characters of a cell that are repeated.
const REPEATED: usize = 200;

/// Writes the file, begun with the first thing that there is to say.
pub struct Rejects {
    path: PathBuf,
    columns: Columns,
    header: Vec<String>,
    writer: Option<Writer<File>>,
    rows: u64,
}

impl Rejects {
    #[must_use]
    pub fn at(path: PathBuf, columns: Columns, header: &ByteRecord) -> Self {
        let header = header.iter().map(|cell| formula_safe(&String::from_utf8_lossy(cell))).collect();
        Self { path, columns, header, writer: None, rows: 0 }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows were written.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Begins the file, over an older one.
    ///
    /// # Errors
    /// One sentence, when it cannot be written.
    pub fn begin(&mut self) -> Result<(), String> {
        if self.writer.is_some() {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path).map_err(|error| self.unwritable(&error))?;
        let mut writer = Writer::from_writer(file);
        let own = ["line", "outcome", "reason"].into_iter();
        let header = own.chain(self.header.iter().map(String::as_str));
        writer.write_record(header).map_err(|error| self.unwritable(&error))?;
        self.writer = Some(writer);
        Ok(())
    }

    /// Writes a rejection or a warning with its row. A change is no news for the office.
    ///
    /// # Errors
    /// One sentence, when it cannot be written.
    pub fn add(&mut self, finding: &Finding, cells: &ByteRecord) -> Result<(), String> {
        let (outcome, reason) = match &finding.said {
            Said::Rejected(rejection) => ("rejected", rejection.to_string()),
            Said::Warned(warning) => ("imported", warning.to_string()),
            Said::Changed(_) => return Ok(()),
        };
        let in_step =
            !matches!(&finding.said, Said::Rejected(rejection) if matches!(rejection.reason, Reason::WrongCount(..)));
        self.begin()?;
        self.rows += 1;
        let line = finding.line.to_string();
        let ssn = self.columns.place(Column::Ssn).and_then(|place| cells.get(place)).map(digits).unwrap_or_default();
        let repeated = self.columns.places().enumerate().map(|(place, column)| {
            let cell = cells.get(place).unwrap_or_default();
            if in_step || column == Some(Column::PersonId) { repeated(column, cell, &ssn) } else { String::new() }
        });
        let row: Vec<Cow<'_, str>> = [Cow::from(line), Cow::from(outcome), Cow::from(reason)]
            .into_iter()
            .chain(repeated.map(Cow::from))
            .collect();
        let written = self.writer.as_mut().map(|writer| writer.write_record(row.iter().map(|cell| cell.as_bytes())));
        written.transpose().map(|_| ()).map_err(|error| self.unwritable(&error))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// One sentence, when the last of it cannot be written.
    pub fn finish(&mut self) -> Result<(), String> {
        let flushed = self.writer.as_mut().map(Writer::flush).transpose();
        flushed.map(|_| ()).map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &dyn std::fmt::Display) -> String {
        format!("The rejects file {} cannot be written: {error}.", self.path.display())
    }
}

fn repeated(column: Option<Column>, cell: &[u8], ssn: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    let holds_own = ssn.len() == 9 && digits(cell).windows(9).any(|nine| nine == ssn);
    let kept = match column {
        Some(Column::Ssn) => false,
        _ if holds_own => false,
        Some(Column::PersonId) => PersonId::parse(&text).is_ok() && !may_hold_ssn(&text),
        _ => !may_hold_ssn(&text),
    };
    let short: String = if kept { text.chars().take(REPEATED).collect() } else { String::new() };
    formula_safe(&short)
}

fn digits(cell: &[u8]) -> Vec<u8> {
    cell.iter().copied().filter(u8::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_the_ssn_are_not_repeated_whatever_stands_between_them() {
        let own = digits(b"900-12-3456");
        let said = |cell: &str| repeated(Some(Column::CertificateNumber), cell.as_bytes(), &own);
        assert_eq!(said("?9a0a0a1a2a3a4a5a6"), "");
        assert_eq!(said("x900 12 3456"), "");
        assert_eq!(said("?9a0a0a1a2a3a4a5a7"), "?9a0a0a1a2a3a4a5a7");
        assert_eq!(repeated(None, b"A-12", &[]), "A-12");
    }
}
