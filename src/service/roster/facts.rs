//! What the roster says of one person, as it is stored.

use crate::account::{AccountState, UsernameKey};
use crate::identity::{CertificateNumber, DateOfBirth, Email};
use crate::roster::{Column, PersonId, Row};
use crate::service::records::Digest;

/// Everything of a row that is kept. The SSN only as its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub person_id: PersonId,
    pub last_name: String,
    pub first_name: String,
    pub suffix: String,
    pub earlier_names: Vec<String>,
    pub born: DateOfBirth,
    pub ssn: Option<Digest>,
    /// The number of the key that digested it.
    pub ssn_key: Option<u8>,
    pub certificate: Option<CertificateNumber>,
    pub level: String,
    pub email: Option<Email>,
    /// As the roster has it; none when it was made here.
    pub username: Option<UsernameKey>,
    /// The last one the roster told.
    pub status: Option<AccountState>,
    pub products: Vec<String>,
}

impl Facts {
    /// What is known once the row is taken over: what it says nothing of stays.
    #[must_use]
    pub fn after(row: &Row, ssn: Option<(u8, Digest)>, known: Option<&Self>) -> Self {
        let kept = |field: fn(&Self) -> &String| known.map(field).cloned().unwrap_or_default();
        let kept_list = |field: fn(&Self) -> &Vec<String>| known.map(field).cloned().unwrap_or_default();
        Self {
            person_id: row.person_id.clone(),
            last_name: row.last_name.as_str().to_owned(),
            first_name: row.first_name.as_str().to_owned(),
            suffix: row.suffix.clone().unwrap_or_else(|| kept(|known| &known.suffix)),
            earlier_names: row.earlier_names.clone().unwrap_or_else(|| kept_list(|known| &known.earlier_names)),
            born: row.born,
            ssn: ssn.map_or_else(|| known.and_then(|known| known.ssn), |(_, digest)| Some(digest)),
            ssn_key: ssn.map_or_else(|| known.and_then(|known| known.ssn_key), |(key, _)| Some(key)),
            certificate: row.certificate.clone().unwrap_or_else(|| known.and_then(|known| known.certificate.clone())),
            level: row.level.clone().unwrap_or_else(|| kept(|known| &known.level)),
            email: row.email.clone().unwrap_or_else(|| known.and_then(|known| known.email.clone())),
            username: match &row.username {
                Some(username) => Some(username.key()),
                None => known.and_then(|known| known.username.clone()),
            },
            status: row.status.or_else(|| known.and_then(|known| known.status)),
            products: row.products.clone().unwrap_or_else(|| kept_list(|known| &known.products)),
        }
    }

    /// The same facts with the SSN under the key that digests today, if it is one of these digests of one SSN: a new
    /// key is no news of a person.
    #[must_use]
    pub fn with_ssn_of(&self, ssns: &[(u8, Digest)]) -> Self {
        let same = ssns.iter().any(|(_, digest)| self.ssn == Some(*digest));
        let Some((key, digest)) = ssns.first().filter(|_| same) else { return self.clone() };
        Self { ssn: Some(*digest), ssn_key: Some(*key), ..self.clone() }
    }

    /// The columns in which `new` differs. Username and status are judged by what they do to the account.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<Column> {
        let differs = [
            (Column::LastName, self.last_name != new.last_name),
            (Column::FirstName, self.first_name != new.first_name),
            (Column::Suffix, self.suffix != new.suffix),
            (Column::EarlierNames, self.earlier_names != new.earlier_names),
            (Column::DateOfBirth, self.born != new.born),
            (Column::Ssn, self.ssn != new.ssn),
            (Column::CertificateNumber, self.certificate != new.certificate),
            (Column::CertificationLevel, self.level != new.level),
            (Column::Email, self.email != new.email),
            (Column::Products, self.products != new.products),
        ];
        differs.into_iter().filter_map(|(column, differs)| differs.then_some(column)).collect()
    }
}

/// A row as its fingerprint is made of it: every column with its length, so that no two rows are
/// written alike, and whether the file has it.
pub fn written(row: &Row, ssn: Option<&Digest>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    let mut put = |cell: Option<&[u8]>| match cell {
        None => bytes.push(0),
        Some(cell) => {
            bytes.push(1);
            bytes.extend((cell.len() as u64).to_le_bytes());
            bytes.extend(cell);
        }
    };
    let list = |list: &Option<Vec<String>>| list.as_ref().map(|list| list.join(";"));
    put(Some(row.person_id.as_str().as_bytes()));
    put(Some(row.last_name.as_str().as_bytes()));
    put(Some(row.first_name.as_str().as_bytes()));
    put(row.suffix.as_deref().map(str::as_bytes));
    put(list(&row.earlier_names).as_deref().map(str::as_bytes));
    put(Some(row.born.to_string().as_bytes()));
    put(ssn.map(<[u8; 32]>::as_slice));
    let certificate = row.certificate.as_ref().map(|number| number.as_ref().map_or("", CertificateNumber::as_str));
    put(certificate.map(str::as_bytes));
    put(row.level.as_deref().map(str::as_bytes));
    put(row.email.as_ref().map(|email| email.as_ref().map_or("", Email::as_str)).map(str::as_bytes));
    put(row.username.as_ref().map(|username| username.as_str().as_bytes()));
    put(row.status.map(|status| status.code().as_bytes()));
    put(list(&row.products).as_deref().map(str::as_bytes));
    bytes
}
