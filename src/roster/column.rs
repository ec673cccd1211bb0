//! The columns of a roster file.

use serde::{Deserialize, Serialize};

use crate::refused::codes;

codes! {
    /// A column that is read.
    Column {
        PersonId = "person_id",
        LastName = "last_name",
        FirstName = "first_name",
        Suffix = "suffix",
        EarlierNames = "earlier_names",
        DateOfBirth = "date_of_birth",
        Ssn = "ssn",
        CertificateNumber = "certificate_number",
        CertificationLevel = "certification_level",
        Email = "email",
        Username = "username",
        Status = "status",
        Products = "products",
    }
}

impl Column {
    /// The columns no roster may lack.
    pub const REQUIRED: [Self; 4] = [Self::PersonId, Self::LastName, Self::FirstName, Self::DateOfBirth];

    /// The column in the words of a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PersonId => "person id",
            Self::LastName => "last name",
            Self::FirstName => "first name",
            Self::Suffix => "suffix",
            Self::EarlierNames => "earlier names",
            Self::DateOfBirth => "date of birth",
            Self::Ssn => "SSN",
            Self::CertificateNumber => "certificate number",
            Self::CertificationLevel => "certification level",
            Self::Email => "e-mail",
            Self::Username => "username",
            Self::Status => "status",
            Self::Products => "products",
        }
    }
}

/// Where each column stands in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    places: Vec<Option<Column>>,
    ignored: Vec<String>,
}

/// Why a file cannot be a roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderRefused {
    #[error("The roster lacks {}: its first line must name at least person_id, last_name, first_name and date_of_birth.", listed(.0))]
    Missing(Vec<Column>),
    #[error("The column {} stands in the roster twice; remove one of the two.", .0.code())]
    Twice(Column),
    #[error("The roster's first line is not UTF-8 text; save the file as \"CSV UTF-8\".")]
    NotText,
}

impl Columns {
    /// Reads the first line of a file.
    ///
    /// # Errors
    /// One sentence that says what to mend.
    pub fn read<'a>(header: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, HeaderRefused> {
        let mut places = Vec::new();
        let mut ignored = Vec::new();
        for cell in header {
            let text = std::str::from_utf8(cell).map_err(|_| HeaderRefused::NotText)?;
            // A NUL between the letters is what UTF-16 looks like.
            if text.contains('\0') {
                return Err(HeaderRefused::NotText);
            }
            let column = Column::from_code(&plain(text));
            if column.is_some_and(|column| places.contains(&Some(column))) {
                return Err(column.map_or(HeaderRefused::NotText, HeaderRefused::Twice));
            }
            if column.is_none() {
                ignored.push(text.trim().to_owned());
            }
            places.push(column);
        }
        let missing: Vec<Column> =
            Column::REQUIRED.into_iter().filter(|column| !places.contains(&Some(*column))).collect();
        if missing.is_empty() { Ok(Self { places, ignored }) } else { Err(HeaderRefused::Missing(missing)) }
    }

    /// How many cells a row has.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.places.len()
    }

    /// The column at each place; none where it is ignored.
    pub fn places(&self) -> impl Iterator<Item = Option<Column>> + '_ {
        self.places.iter().copied()
    }

    /// The names of the columns that are ignored.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// Where a column stands.
    #[must_use]
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.iter().position(|place| *place == Some(column))
    }
}

/// `Last  Name`, `last-name` and `LAST_NAME` are one name.
fn plain(text: &str) -> String {
    let parts: Vec<String> = text
        .trim_start_matches('\u{FEFF}')
        .split(|c: char| c.is_whitespace() || matches!(c, '_' | '-'))
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    parts.join("_")
}

fn listed(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.code()).collect();
    match names.split_last() {
        Some((only, [])) => format!("the column {only}"),
        Some((last, before)) => format!("the columns {} and {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Columns, HeaderRefused> {
        Columns::read(header.split(',').map(str::as_bytes))
    }

    #[test]
    fn header_names_do_not_mind_case_spaces_and_dashes() {
        let columns = read("\u{feff} Person ID ,LAST_NAME,First-Name,Date of  Birth,E-mail,email,Notes").unwrap();
        assert_eq!(columns.place(Column::PersonId), Some(0));
        assert_eq!(columns.place(Column::DateOfBirth), Some(3));
        assert_eq!(columns.place(Column::Email), Some(5));
        assert_eq!(columns.ignored(), ["E-mail", "Notes"]);
        assert_eq!(columns.count(), 7);
    }

    #[test]
    fn missing_columns_are_refused_in_one_sentence_that_names_them() {
        let refused = read("person_id,email,first_name").unwrap_err();
        assert_eq!(refused, HeaderRefused::Missing(vec![Column::LastName, Column::DateOfBirth]));
        let said = refused.to_string();
        assert!(said.starts_with("The roster lacks the columns last_name and date_of_birth:"), "{said}");
        assert_eq!(said.matches('.').count(), 1);
    }

    #[test]
    fn a_column_that_stands_twice_and_a_file_of_another_encoding_are_refused() {
        let twice = read("person_id,last_name,first_name,date_of_birth,Last Name").unwrap_err();
        assert_eq!(twice, HeaderRefused::Twice(Column::LastName));
        assert_eq!(Columns::read([b"pr\xe9nom".as_slice()]).unwrap_err(), HeaderRefused::NotText);
        assert_eq!(Columns::read([b"p\0e\0r\0".as_slice()]).unwrap_err(), HeaderRefused::NotText);
    }
}
