//! What rows hold, as the values that the rules know.

use backboard::service::ports::Fault;
use backboard::service::records::Digest;
use sqlx::{Decode, Row as _, Type};

use super::{Database, TableRow, fault};

/// A row holds what no version of this program writes.
pub(super) fn unreadable(what: &str) -> Fault {
    Fault::Other(format!("the store holds an unreadable {what}"))
}

pub(in crate::store) fn column<'r, T>(row: &'r TableRow, name: &str) -> Result<T, Fault>
where
    T: Decode<'r, Database> + Type<Database>,
{
    row.try_get(name).map_err(fault)
}

/// A whole number. Both databases keep them with a sign and eight bytes, whatever the rules make of them.
pub(super) fn whole<T: TryFrom<i64>>(row: &TableRow, name: &str) -> Result<T, Fault> {
    T::try_from(column(row, name)?).map_err(|_| unreadable(name))
}

/// A whole number, or none.
pub(super) fn whole_or_none<T: TryFrom<i64>>(row: &TableRow, name: &str) -> Result<Option<T>, Fault> {
    column::<Option<i64>>(row, name)?.map(T::try_from).transpose().map_err(|_| unreadable(name))
}

pub(super) fn digest(row: &TableRow, name: &str) -> Result<Digest, Fault> {
    column::<&[u8]>(row, name)?.try_into().map_err(|_| unreadable(name))
}

/// A count, as both databases keep it; none is so large that it mattered.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What is left of `most` after so many tries were taken; none where no more could be.
pub(super) fn left(most: u32, tries: Option<i64>) -> Option<u32> {
    tries.map(|tries| most.saturating_sub(u32::try_from(tries).unwrap_or(u32::MAX)))
}

/// What was counted: never less than nothing.
pub(super) fn unsigned(count: i64) -> u64 {
    count.unsigned_abs()
}
