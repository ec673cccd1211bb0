//! Social Security and certificate numbers.

use super::{is_gap, readable};
use crate::refused::Refused;

/// Nine digits. Exists in memory only: the database holds a keyed hash of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Ssn([u8; 9]);

impl Ssn {
    /// Reads nine digits with any spaces and dashes between them.
    ///
    /// Numbers that cannot exist are refused: area 000 or 666, group 00, serial 0000 (SSA, since the
    /// randomization of 2011). Areas 900 to 999 are taken, because taxpayer numbers (ITIN) lie there
    /// and stand in some rosters.
    ///
    /// # Errors
    /// [`Refused::Missing`], [`Refused::SsnNineDigits`] or [`Refused::SsnNeverIssued`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let mut digits = [0_u8; 9];
        let mut count = 0;
        for c in text.chars() {
            if is_gap(c) || matches!(c, '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}') {
                continue;
            }
            let (true, Some(place)) = (c.is_ascii_digit(), digits.get_mut(count)) else {
                return Err(Refused::SsnNineDigits);
            };
            *place = c as u8;
            count += 1;
        }
        match count {
            0 => return Err(Refused::Missing),
            9 => {}
            _ => return Err(Refused::SsnNineDigits),
        }
        let [a, b, c, d, e, f, g, h, i] = digits;
        let never = matches!([a, b, c], [b'0', b'0', b'0'] | [b'6', b'6', b'6'])
            || [d, e] == [b'0', b'0']
            || [f, g, h, i] == [b'0'; 4];
        if never { Err(Refused::SsnNeverIssued) } else { Ok(Self(digits)) }
    }

    /// The nine digits, for hashing alone.
    #[must_use]
    pub const fn digits(&self) -> &[u8; 9] {
        &self.0
    }
}

impl Drop for Ssn {
    fn drop(&mut self) {
        self.0 = [0; 9];
    }
}

impl std::fmt::Debug for Ssn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Ssn(…)")
    }
}

/// A certificate or license number: 3 to 20 letters and digits, compared without case, spaces or dashes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateNumber(String);

impl CertificateNumber {
    /// # Errors
    /// [`Refused::Missing`], [`Refused::Unreadable`] or [`Refused::CertificateUnusable`].
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let kept = compared(readable(text)?);
        if kept.is_empty() {
            return Err(Refused::Missing);
        }
        if !(3..=20).contains(&kept.len()) || !kept.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Refused::CertificateUnusable);
        }
        Ok(Self(kept))
    }

    /// The beginning of a number as it is compared, for a search: two to twenty letters and digits.
    #[must_use]
    pub fn beginning(text: &str) -> Option<String> {
        let kept = compared(text);
        let usable = (2..=20).contains(&kept.len()) && kept.bytes().all(|byte| byte.is_ascii_alphanumeric());
        usable.then_some(kept)
    }

    /// The number as it is compared: capital letters and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn compared(number: &str) -> String {
    let marks = |c: &char| matches!(c, '-' | '.' | '/' | '#' | '\u{2010}'..='\u{2015}');
    number.chars().filter(|c| !c.is_whitespace() && !marks(c)).map(|c| c.to_ascii_uppercase()).collect()
}
