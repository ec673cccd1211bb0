//! The audit as a chain: each row is tied to the one before it, under a key that lies outside the database.
//!
//! Who can write to the database but has no key can change no row, take none away, put none in and change no order
//! without [`Chain::next`] naming the first row that is not as it was written. Only the newest rows could be cut off
//! without a trace; therefore the head is written into the log now and then, and every head of the log must be found
//! again ([`Chain::expecting`]).

use std::collections::BTreeMap;
use std::fmt;

use crate::moment::Moment;

/// HMAC-SHA-256 over the row and the one before it.
pub type Digest = [u8; 32];

/// What the first row is tied to.
pub const START: Digest = [0; 32];

/// What stands before a head in the log.
const SAID: &str = "audit head ";

/// One row: what happened, to which account, and who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Counts up by one.
    pub id: i64,
    pub at: Moment,
    /// `person`, `office`, `import`, `worker`, or a member of staff.
    pub actor: String,
    /// A code.
    pub action: String,
    pub account: Option<i64>,
    /// Codes and ids, never a secret, never free text of a visitor.
    pub detail: String,
    /// None in rows from before there was a chain.
    pub tie: Option<Tie>,
}

/// What ties a row to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The number of the key.
    pub key: u8,
    pub digest: Digest,
}

impl Row {
    /// What is tied: every value, each text with its length in front, so that no two rows read alike.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"row1".to_vec();
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(self.at.0.to_be_bytes());
        bytes.push(u8::from(self.account.is_some()));
        bytes.extend(self.account.unwrap_or_default().to_be_bytes());
        for text in [&self.actor, &self.action, &self.detail] {
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }
}

/// The newest row at some time, as the log keeps it: `audit head 1234 5f0c…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub id: i64,
    pub digest: Digest,
}

impl Head {
    /// The head that a line of a log names, plain or JSON.
    #[must_use]
    pub fn find(line: &str) -> Option<Self> {
        let (_, said) = line.split_once(SAID)?;
        let (id, rest) = said.split_once(' ')?;
        let (hex, after) = rest.split_at_checked(64)?;
        if after.starts_with(|c: char| c.is_ascii_hexdigit()) {
            return None;
        }
        let mut digest = Digest::default();
        for (place, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        Some(Self { id: id.parse().ok()?, digest })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{SAID}{} ", self.id)?;
        self.digest.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// Why a row does not follow from the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Rows between the one before and this one are gone.
    Gap,
    /// The row, or its place, was changed; or it was put in.
    Changed,
    /// It was tied under a key that is not in the key file.
    KeyMissing(u8),
    /// It has no tie although rows before it have.
    Untied,
    /// It follows, but the log names another row in its place: somebody with the keys wrote the chain anew.
    NotTheHead,
}

/// The rows so far, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    head: Option<Head>,
    last: i64,
    rows: u64,
    untied: u64,
    expected: BTreeMap<i64, Digest>,
}

impl Chain {
    /// A chain in which these heads of the log must be found.
    #[must_use]
    pub fn expecting(heads: impl IntoIterator<Item = Head>) -> Self {
        Self { expected: heads.into_iter().map(|head| (head.id, head.digest)).collect(), ..Self::default() }
    }

    /// A chain that goes on after this row, taken as it stands; none: from the beginning.
    #[must_use]
    pub fn after(row: Option<&Row>) -> Self {
        let head = row.and_then(|row| row.tie.map(|tie| Head { id: row.id, digest: tie.digest }));
        Self { head, last: row.map_or(0, |row| row.id), ..Self::default() }
    }

    /// The next row; `tie` is the keyed digest under the key with a number, if there is one.
    ///
    /// # Errors
    /// Why it does not follow; the chain stays as it was.
    pub fn next(&mut self, row: &Row, tie: impl FnOnce(u8, &Digest, &[u8]) -> Option<Digest>) -> Result<(), Flaw> {
        let head = match (row.tie, self.head) {
            (None, Some(_)) => return Err(Flaw::Untied),
            (None, None) => None,
            // Rows from before the chain may have gaps among them; none may lie between them and its first row.
            (Some(_), _) if row.id != self.last.saturating_add(1) => return Err(Flaw::Gap),
            (Some(found), head) => {
                let previous = head.map_or(START, |head| head.digest);
                match tie(found.key, &previous, &row.bytes()) {
                    None => return Err(Flaw::KeyMissing(found.key)),
                    Some(right) if right != found.digest => return Err(Flaw::Changed),
                    Some(digest) => Some(Head { id: row.id, digest }),
                }
            }
        };
        if self.expected.get(&row.id).is_some_and(|expected| head.is_none_or(|head| head.digest != *expected)) {
            return Err(Flaw::NotTheHead);
        }
        if head.is_none() {
            self.untied = self.untied.saturating_add(1);
        }
        self.head = head;
        self.last = row.id;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// A head of the log that lies after the newest row: what came up to it was cut off.
    #[must_use]
    pub fn cut_off(&self) -> Option<i64> {
        self.expected.range(self.last.saturating_add(1)..).next_back().map(|(id, _)| *id)
    }

    #[must_use]
    pub const fn head(&self) -> Option<Head> {
        self.head
    }

    /// The number of the last row that is as it was written; 0 before the first.
    #[must_use]
    pub const fn last(&self) -> i64 {
        self.last
    }

    /// How many rows there were, those from before the chain included.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// How many were from before there was a chain.
    #[must_use]
    pub const fn untied(&self) -> u64 {
        self.untied
    }
}
