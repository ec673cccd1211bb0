//! One row of a roster, read into types whose values are proof that they are right.

use super::{Column, Columns, Reason, Rejection, Warning};
use crate::account::{AccountState, Username};
use crate::identity::{CertificateNumber, DateOfBirth, Email, LastName, Ssn, readable};
use crate::moment::Day;
use crate::refused::Refused;

/// The most characters a cell may have. Longer ones are a quotation mark that was never closed.
const CELL_LONGEST: usize = 2_000;
/// The most characters of a suffix, a certification level or a product.
const WORD_LONGEST: usize = 64;
/// The most entries of a list.
pub(super) const MOST_PARTS: usize = 20;

/// What the roster calls a person: 1 to 64 letters, digits and `. _ : / # -`, ASCII. It stands on terminals,
/// and not in the audit, which outlives the person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(String);

impl PersonId {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::TooLong`] or [`Refused::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        if text.len() > WORD_LONGEST {
            return Err(Refused::TooLong);
        }
        let letters = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/#-".contains(&byte));
        if letters { Ok(Self(text.to_owned())) } else { Err(Refused::Unreadable) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PersonId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// A person as the roster has them. `None` is what the file says nothing of.
#[derive(Clone, Debug)]
pub struct Row {
    pub person_id: PersonId,
    pub last_name: LastName,
    pub first_name: LastName,
    pub born: DateOfBirth,
    pub suffix: Option<String>,
    pub earlier_names: Option<Vec<String>>,
    pub ssn: Option<Ssn>,
    pub certificate: Option<Option<CertificateNumber>>,
    pub level: Option<String>,
    pub email: Option<Option<Email>>,
    pub username: Option<Username>,
    pub status: Option<AccountState>,
    pub products: Option<Vec<String>>,
}

impl Row {
    /// Reads the cells of a row.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(columns: &Columns, cells: &[&[u8]], today: Day) -> Result<(Self, Vec<Warning>), Rejection> {
        if cells.len() != columns.count() {
            return Err(Rejection { column: None, reason: Reason::WrongCount(cells.len(), columns.count()) });
        }
        let cells = Cells::read(columns, cells)?;
        let mut warnings = Vec::new();
        let row = Self {
            person_id: cells.required(Column::PersonId, PersonId::parse)?,
            last_name: cells.required(Column::LastName, LastName::parse)?,
            first_name: cells.required(Column::FirstName, LastName::parse)?,
            born: cells.required(Column::DateOfBirth, |text| DateOfBirth::parse_iso(text, today))?,
            suffix: cells.optional(Column::Suffix, word)?.map(Option::unwrap_or_default),
            earlier_names: cells
                .list(Column::EarlierNames, |name| LastName::parse(name).map(|name| name.as_str().to_owned()))?,
            ssn: cells.optional(Column::Ssn, Ssn::parse)?.flatten(),
            certificate: cells.optional(Column::CertificateNumber, CertificateNumber::parse)?,
            level: cells.optional(Column::CertificationLevel, word)?.map(Option::unwrap_or_default),
            email: cells.optional(Column::Email, Email::parse).unwrap_or_else(|_| {
                warnings.push(Warning::EmailUnusable);
                Some(None)
            }),
            username: cells.optional(Column::Username, Username::parse)?.flatten(),
            status: cells.status()?,
            products: cells.list(Column::Products, word)?,
        };
        if let Some(ssn) = &row.ssn {
            cells.hold_nowhere_else(ssn)?;
        }
        Ok((row, warnings))
    }

    /// Whom a row is about, also one that cannot be taken as it stands.
    #[must_use]
    pub fn person(columns: &Columns, cells: &[&[u8]]) -> Option<PersonId> {
        let place = columns.places().position(|column| column == Some(Column::PersonId))?;
        let cell = cells.get(place).filter(|_| cells.len() == columns.count())?;
        PersonId::parse(std::str::from_utf8(cell).ok()?).ok()
    }
}

/// The cells that are read, as text.
struct Cells<'a>(Vec<(Column, &'a str)>);

impl<'a> Cells<'a> {
    fn read(columns: &Columns, cells: &[&'a [u8]]) -> Result<Self, Rejection> {
        let mut read = Vec::with_capacity(Column::ALL.len());
        for (column, cell) in columns.places().zip(cells) {
            let Some(column) = column else { continue };
            let wrong = |reason| Rejection { column: Some(column), reason };
            // Counted in bytes first: a cell of a million characters is not worth decoding.
            if cell.len() > CELL_LONGEST * 4 {
                return Err(wrong(Reason::CellTooLong));
            }
            let text = std::str::from_utf8(cell).map_err(|_| wrong(Reason::NotUtf8))?;
            if text.chars().count() > CELL_LONGEST {
                return Err(wrong(Reason::CellTooLong));
            }
            let text = readable(text).map_err(|refused| wrong(Reason::Unusable(refused)))?;
            read.push((column, text.trim()));
        }
        Ok(Self(read))
    }

    fn find(&self, column: Column) -> Option<&'a str> {
        self.0.iter().find(|(found, _)| *found == column).map(|(_, text)| *text)
    }

    fn required<T>(&self, column: Column, parse: impl Fn(&str) -> Result<T, Refused>) -> Result<T, Rejection> {
        parse(self.find(column).unwrap_or_default())
            .map_err(|refused| Rejection { column: Some(column), reason: Reason::Unusable(refused) })
    }

    /// `None` without the column, `Some(None)` for an empty cell.
    fn optional<T>(
        &self,
        column: Column,
        parse: impl Fn(&str) -> Result<T, Refused>,
    ) -> Result<Option<Option<T>>, Rejection> {
        match self.find(column) {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(_) => self.required(column, parse).map(|value| Some(Some(value))),
        }
    }

    fn list(
        &self,
        column: Column,
        parse: impl Fn(&str) -> Result<String, Refused>,
    ) -> Result<Option<Vec<String>>, Rejection> {
        let Some(text) = self.find(column) else { return Ok(None) };
        let wrong = |reason| Rejection { column: Some(column), reason };
        let parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.len() > MOST_PARTS {
            return Err(wrong(Reason::TooManyParts));
        }
        let read: Result<Vec<String>, Refused> = parts.into_iter().map(parse).collect();
        read.map(Some).map_err(|refused| wrong(Reason::Unusable(refused)))
    }

    fn status(&self) -> Result<Option<AccountState>, Rejection> {
        match self.find(Column::Status) {
            None | Some("") => Ok(None),
            Some(text) => AccountState::from_code(&text.to_ascii_lowercase())
                .map(Some)
                .ok_or(Rejection { column: Some(Column::Status), reason: Reason::UnknownStatus }),
        }
    }

    /// Refuses a row whose SSN would be stored readable, because it stands in a second column.
    fn hold_nowhere_else(&self, ssn: &Ssn) -> Result<(), Rejection> {
        for (column, text) in &self.0 {
            let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
            if *column != Column::Ssn && digits.windows(9).any(|nine| nine == ssn.digits()) {
                return Err(Rejection { column: Some(*column), reason: Reason::HoldsSsn });
            }
        }
        Ok(())
    }
}

fn word(text: &str) -> Result<String, Refused> {
    if text.chars().count() > WORD_LONGEST { Err(Refused::TooLong) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = "person_id,last_name,first_name,suffix,earlier_names,date_of_birth,ssn,certificate_number,\
                          certification_level,email,username,status,products";
    const GOOD: [&str; 13] = [
        "P-1",
        "O’Brien",
        "Ana",
        "Jr.",
        "Muñoz; Díaz ;",
        "1984-02-29",
        "900-12-3456",
        "p 123",
        "AEMT",
        "a@example.org",
        "ana",
        "Active",
        "eICS;EMTrack",
    ];

    fn today() -> Day {
        Day::new(2026, 11, 21).unwrap()
    }

    fn columns() -> Columns {
        Columns::read(HEADER.split(',').map(str::as_bytes)).unwrap()
    }

    fn read(cells: &[&[u8]]) -> Result<(Row, Vec<Warning>), Rejection> {
        Row::read(&columns(), cells, today())
    }

    fn with(column: Column, cell: &[u8]) -> Result<(Row, Vec<Warning>), Rejection> {
        let place = columns().place(column).unwrap();
        let mut cells: Vec<&[u8]> = GOOD.iter().map(|cell| cell.as_bytes()).collect();
        cells[place] = cell;
        read(&cells)
    }

    fn refused(column: Column, cell: &[u8]) -> Reason {
        let rejection = with(column, cell).unwrap_err();
        assert_eq!(rejection.column, Some(column));
        rejection.reason
    }

    #[test]
    fn a_whole_row_is_read() {
        let (row, warnings) = read(&GOOD.map(str::as_bytes)).unwrap();
        assert!(warnings.is_empty());
        assert_eq!(row.person_id.as_str(), "P-1");
        assert_eq!(row.earlier_names.as_deref(), Some(["Muñoz".to_owned(), "Díaz".to_owned()].as_slice()));
        assert_eq!(row.born.to_string(), "1984-02-29");
        assert_eq!(row.certificate.flatten().unwrap().as_str(), "P123");
        assert_eq!(row.status, Some(AccountState::Active));
        assert_eq!(row.products.unwrap(), ["eICS", "EMTrack"]);
    }

    #[test]
    fn absent_columns_say_nothing_and_empty_cells_clear() {
        let columns = Columns::read([&b"person_id"[..], b"last_name", b"first_name", b"date_of_birth"]).unwrap();
        let cells: [&[u8]; 4] = [b"P-1", b"Null", b"X", b"1990-01-01"];
        let (row, _) = Row::read(&columns, &cells, today()).unwrap();
        assert!(row.email.is_none() && row.certificate.is_none() && row.suffix.is_none() && row.products.is_none());
        assert!(matches!(with(Column::Email, b"").unwrap().0.email, Some(None)));
        assert_eq!(with(Column::Suffix, b" ").unwrap().0.suffix, Some(String::new()));
        assert!(with(Column::Ssn, b"").unwrap().0.ssn.is_none());
    }

    #[test]
    fn every_column_refuses_what_it_cannot_take_and_says_which_it_is() {
        assert_eq!(refused(Column::PersonId, b""), Reason::Unusable(Refused::Missing));
        assert_eq!(refused(Column::PersonId, b"\x1b[31m"), Reason::Unusable(Refused::Unreadable));
        assert_eq!(refused(Column::LastName, b"Mu\xf1oz"), Reason::NotUtf8);
        assert_eq!(refused(Column::LastName, b"A\0B"), Reason::Unusable(Refused::Unreadable));
        assert_eq!(refused(Column::LastName, "Mu\u{FFFD}oz".as_bytes()), Reason::Unusable(Refused::Unreadable));
        assert_eq!(refused(Column::FirstName, b"-"), Reason::Unusable(Refused::NameUnusable));
        assert_eq!(refused(Column::DateOfBirth, b"02/29/1984"), Reason::Unusable(Refused::DateNotNumbers));
        assert_eq!(refused(Column::DateOfBirth, b"1983-02-29"), Reason::Unusable(Refused::DateImpossible));
        assert_eq!(refused(Column::Ssn, b"000-12-3456"), Reason::Unusable(Refused::SsnNeverIssued));
        assert_eq!(refused(Column::Ssn, b"12-34"), Reason::Unusable(Refused::SsnNineDigits));
        assert_eq!(refused(Column::CertificateNumber, b"?"), Reason::Unusable(Refused::CertificateUnusable));
        assert_eq!(refused(Column::Username, "аdmin".as_bytes()), Reason::Unusable(Refused::UsernameUnusable));
        assert_eq!(refused(Column::Status, b"retired"), Reason::UnknownStatus);
        assert_eq!(refused(Column::Products, "a;".repeat(21).as_bytes()), Reason::TooManyParts);
        assert_eq!(refused(Column::Suffix, "x".repeat(10_000).as_bytes()), Reason::CellTooLong);
        assert_eq!(refused(Column::Suffix, "x".repeat(65).as_bytes()), Reason::Unusable(Refused::TooLong));
    }

    #[test]
    fn an_unusable_address_is_left_out_and_said() {
        let (row, warnings) = with(Column::Email, b"a@example.org,b@example.org").unwrap();
        assert!(matches!(row.email, Some(None)));
        assert_eq!(warnings, [Warning::EmailUnusable]);
    }

    #[test]
    fn an_ssn_in_a_second_column_is_refused() {
        for (column, cell) in [
            (Column::PersonId, &b"900123456"[..]),
            (Column::Username, b"ana900.12.3456"),
            (Column::CertificateNumber, b"900-123-456"),
        ] {
            assert_eq!(refused(column, cell), Reason::HoldsSsn);
        }
    }

    #[test]
    fn a_row_of_the_wrong_length_is_refused_with_both_numbers() {
        let rejection = read(&[b"P-1", b"X"]).unwrap_err();
        assert_eq!(rejection.reason, Reason::WrongCount(2, 13));
        assert!(rejection.to_string().contains("2 cells instead of 13"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic_and_no_reason_repeats_them(
            cells in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 13..=13)
        ) {
            let cells: Vec<&[u8]> = cells.iter().map(Vec::as_slice).collect();
            let rejection = read(&cells).err();
            prop_assert!(rejection.is_none_or(|rejection| rejection.to_string().is_ascii()));
        }

        #[test]
        fn a_reason_never_holds_the_digits_of_the_ssn(
            area in 1_u32..1000, group in 1_u32..100, serial in 1_u32..10_000, spoiled in 0_usize..13
        ) {
            prop_assume!(area != 666);
            let ssn = format!("{area:03}-{group:02}-{serial:04}");
            let mut cells: Vec<&[u8]> = GOOD.iter().map(|cell| cell.as_bytes()).collect();
            cells[6] = ssn.as_bytes();
            if spoiled != 6 {
                cells[spoiled] = ssn.as_bytes();
            }
            let said = match read(&cells) {
                Ok((row, warnings)) => format!("{row:?} {warnings:?}"),
                Err(rejection) => format!("{rejection} {rejection:?}"),
            };
            let digits: String = said.chars().filter(char::is_ascii_digit).collect();
            let plain = ssn.replace('-', "");
            prop_assert!(!said.contains(&ssn) && !said.contains(&plain), "{}", said);
            prop_assert!(spoiled == 6 || !digits.contains(&plain));
        }
    }
}
