//! Reads a roster file: streamed, so that its size never matters.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek as _};
use std::path::Path;

use backboard::account::{Username, UsernameKey};
use backboard::moment::Day;
use backboard::roster::{Column, Columns, Row};
use backboard::service::roster::Line;
use csv::{ByteRecord, Reader, ReaderBuilder};

/// Some rows with the cells they were read from.
#[derive(Debug, Default)]
pub struct Batch {
    pub lines: Vec<Line>,
    /// The cells of each line, for the rejects file alone.
    pub cells: Vec<ByteRecord>,
}

/// A roster whose first line is read.
pub struct RosterFile {
    reader: Reader<File>,
    lines: Lines,
    columns: Columns,
    header: ByteRecord,
}

impl RosterFile {
    /// Opens a roster and reads its first line.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub fn open(path: &Path) -> Result<Self, String> {
        Self::open_as(path, &path.display().to_string())
    }

    /// The same for a file that people know by another name.
    ///
    /// # Errors
    /// One sentence with the way out, in which the file has that name.
    pub fn open_as(path: &Path, name: &str) -> Result<Self, String> {
        let unreadable = |error: &dyn std::fmt::Display| format!("The roster {name} cannot be read: {error}.");
        let mut file = File::open(path).map_err(|error| unreadable(&error))?;
        // It is read twice, so a pipe will not do.
        if !file.metadata().map_err(|error| unreadable(&error))?.is_file() {
            return Err(format!("The roster {name} is not a file; save it to one first."));
        }
        let mut begins = Vec::new();
        (&mut file).take(MAGIC).read_to_end(&mut begins).map_err(|error| unreadable(&error))?;
        file.rewind().map_err(|error| unreadable(&error))?;
        if let Some(kind) = kind(&begins) {
            return Err(format!("The roster {name} is {kind}; save it as \"CSV UTF-8\"."));
        }
        let lines = Lines::of(File::open(path).map_err(|error| unreadable(&error))?);
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        let mut header = ByteRecord::new();
        if !reader.read_byte_record(&mut header).map_err(|error| unreadable(&error))? {
            return Err(format!("The roster {name} is empty."));
        }
        // UTF-16 begins with one of these; without its zeros it would look like strange columns.
        let begins = header.get(0).unwrap_or_default();
        if begins.starts_with(&[0xFF, 0xFE]) || begins.starts_with(&[0xFE, 0xFF]) {
            return Err("The roster is UTF-16 text; save the file as \"CSV UTF-8\".".to_owned());
        }
        let columns = Columns::read(header.iter()).map_err(|refused| refused.to_string())?;
        Ok(Self { reader, lines, columns, header })
    }

    /// Reads the whole file once: how many rows it has, and every username that it names.
    ///
    /// # Errors
    /// One sentence, when the file cannot be read.
    pub fn survey(path: &Path, named: impl FnMut(&UsernameKey)) -> Result<u64, String> {
        Self::survey_as(path, &path.display().to_string(), named)
    }

    /// The same for a file that people know by another name.
    ///
    /// # Errors
    /// As [`Self::open_as`].
    pub fn survey_as(path: &Path, name: &str, mut named: impl FnMut(&UsernameKey)) -> Result<u64, String> {
        let mut file = Self::open_as(path, name)?;
        let place = file.columns.place(Column::Username);
        let mut record = ByteRecord::new();
        let mut rows = 0;
        while file.read(&mut record)? {
            rows += 1;
            let text = place.and_then(|place| record.get(place)).and_then(|cell| std::str::from_utf8(cell).ok());
            if let Some(Ok(username)) = text.map(Username::parse) {
                named(&username.key());
            }
        }
        Ok(rows)
    }

    #[must_use]
    pub const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The first line as it stands.
    #[must_use]
    pub const fn header(&self) -> &ByteRecord {
        &self.header
    }

    /// The next `most` rows; fewer at the end, then none.
    ///
    /// # Errors
    /// One sentence, when the file cannot be read.
    pub fn batch(&mut self, most: usize, today: Day) -> Result<Batch, String> {
        let mut batch = Batch::default();
        let mut record = ByteRecord::new();
        while batch.lines.len() < most && self.read(&mut record)? {
            let begins = record.position().map_or(0, csv::Position::byte);
            let number = self.lines.at(begins).map_err(|error| format!("The roster cannot be read: {error}."))?;
            let cells: Vec<&[u8]> = record.iter().collect();
            let (person, read) = (Row::person(&self.columns, &cells), Row::read(&self.columns, &cells, today));
            batch.lines.push(Line { number, person, read });
            batch.cells.push(record.clone());
        }
        Ok(batch)
    }

    /// The next row that holds anything; lines of commas and spaces are as good as blank ones.
    fn read(&mut self, record: &mut ByteRecord) -> Result<bool, String> {
        loop {
            let more = self.reader.read_byte_record(record);
            if !more.map_err(|error| format!("The roster cannot be read: {error}."))? {
                return Ok(false);
            }
            if record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                return Ok(true);
            }
        }
    }
}

/// Bytes at a file's beginning that tell what it is.
const MAGIC: u64 = 4;

/// What a file is that is no text, by its first bytes: what people choose in place of the CSV file they mean.
fn kind(begins: &[u8]) -> Option<&'static str> {
    match begins {
        [b'P', b'K', 3, 4] => Some("an Excel workbook or another packed file"),
        [0xD0, 0xCF, 0x11, 0xE0] => Some("an old Excel workbook"),
        [0x89, b'P', b'N', b'G'] | [0xFF, 0xD8, 0xFF, _] | [b'G', b'I', b'F', b'8'] => Some("a picture"),
        b"%PDF" => Some("a PDF document"),
        [0x1F, 0x8B, ..] => Some("a packed file"),
        _ => None,
    }
}

/// Which line a byte stands on. The reader's own count is off after blank lines and `\r\n`.
struct Lines {
    bytes: BufReader<File>,
    byte: u64,
    line: u64,
    before: u8,
}

impl Lines {
    fn of(file: File) -> Self {
        Self { bytes: BufReader::with_capacity(64 * 1024, file), byte: 0, line: 1, before: 0 }
    }

    /// The line on which the row begins that the reader found from this byte on. Asked in the order of
    /// the file.
    fn at(&mut self, byte: u64) -> std::io::Result<u64> {
        loop {
            let buffer = self.bytes.fill_buf()?;
            let mut used = 0;
            let mut found = buffer.is_empty();
            for &next in buffer {
                if self.byte >= byte && !matches!(next, b'\r' | b'\n') {
                    found = true;
                    break;
                }
                if next == b'\r' || (next == b'\n' && self.before != b'\r') {
                    self.line += 1;
                }
                self.before = next;
                self.byte += 1;
                used += 1;
            }
            self.bytes.consume(used);
            if found {
                return Ok(self.line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_of_a_file_panic_and_every_row_is_met_once(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b",\"\r\n;-90aP".to_vec())], 0..400),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("roster.csv");
            std::fs::write(&path, [b"person_id,last_name,first_name,date_of_birth\n", bytes.as_slice()].concat()).unwrap();
            let rows = RosterFile::survey(&path, |_| {}).unwrap();
            let mut file = RosterFile::open(&path).unwrap();
            let batch = file.batch(1_000, Day::new(2026, 1, 1).unwrap()).unwrap();
            prop_assert_eq!(batch.lines.len() as u64, rows);
            prop_assert!(batch.lines.is_sorted_by(|one, next| one.number <= next.number));
            prop_assert!(batch.lines.iter().all(|line| line.number >= 2));
        }
    }

    fn lines_of(text: &[u8]) -> Vec<u64> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.csv");
        std::fs::write(&path, text).unwrap();
        let mut file = RosterFile::open(&path).unwrap();
        let mut numbers = Vec::new();
        loop {
            let batch = file.batch(2, Day::new(2026, 1, 1).unwrap()).unwrap();
            if batch.lines.is_empty() {
                return numbers;
            }
            numbers.extend(batch.lines.iter().map(|line| line.number));
        }
    }

    #[test]
    fn what_is_no_text_is_named_and_so_is_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (bytes, said) in [
            (&b"PK\x03\x04rest"[..], "The roster June.xlsx is an Excel workbook or another packed file; save it as"),
            (b"\x89PNG\r\n", "The roster June.xlsx is a picture; save it as"),
            (b"%PDF-1.7", "The roster June.xlsx is a PDF document; save it as"),
            (b"", "The roster June.xlsx is empty."),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let refused = RosterFile::open_as(&path, "June.xlsx").err().unwrap();
            assert!(refused.starts_with(said), "{refused}");
        }
    }

    #[test]
    fn every_row_has_the_line_number_that_an_editor_shows() {
        let plain = "\u{feff}person_id,last_name,first_name,date_of_birth\n1,A,B,1990-01-01\n\n,,,\n \n2,\"A\nC\",B,1990-01-01\n\
                     3,A,B,1990-01-01";
        assert_eq!(lines_of(plain.as_bytes()), [2, 6, 8]);
        assert_eq!(lines_of(plain.replace('\n', "\r\n").as_bytes()), [2, 6, 8]);
        assert_eq!(lines_of(plain.replace('\n', "\r").as_bytes()), [2, 6, 8]);
        let long = plain.replacen("1,A", &format!("1,{}", "\n".repeat(200_000)), 1).replacen("1,\n", "1,\"\n", 1);
        assert_eq!(lines_of(long.replacen("\n,B", "\n\",B", 1).as_bytes()), [2, 200_006, 200_008]);
    }
}
