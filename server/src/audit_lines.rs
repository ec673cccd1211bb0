//! Rows of the audit as lines of JSON: for `backboard audit export`, and for the desk.

use backboard::audit::Row;
use backboard::moment::Moment;
use backboard::service::desk::reason::Why;
use serde::Serialize;

/// A row as it is written out.
#[derive(Serialize)]
struct Line<'a> {
    id: i64,
    /// RFC 3339, UTC.
    at: String,
    actor: &'a str,
    action: &'a str,
    account: Option<i64>,
    detail: &'a str,
    /// Why the office did it, in its own words; null where there is no reason, or it is gone or was changed.
    reason: Option<&'a str>,
    /// `kept`, `gone` or `changed`; null where the row names no reason.
    reason_state: Option<&'static str>,
    /// The number of the key that ties it; null in rows from before there was a chain.
    key: Option<u8>,
    /// What ties it, in hexadecimal digits.
    digest: Option<String>,
}

/// A row and its end of line.
///
/// # Errors
/// None that a row could cause.
pub fn line(row: &Row, why: Option<&Why>) -> Result<Vec<u8>, serde_json::Error> {
    let line = Line {
        id: row.id,
        at: at(row.at),
        actor: &row.actor,
        action: &row.action,
        account: row.account,
        detail: &row.detail,
        reason: why.and_then(|why| match why {
            Why::Words(words) => Some(words.as_str()),
            Why::Gone | Why::Changed => None,
        }),
        reason_state: why.map(|why| match why {
            Why::Words(_) => "kept",
            Why::Gone => "gone",
            Why::Changed => "changed",
        }),
        key: row.tie.map(|tie| tie.key),
        digest: row.tie.map(|tie| tie.digest.iter().map(|byte| format!("{byte:02x}")).collect()),
    };
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    Ok(text)
}

/// RFC 3339, in UTC.
#[must_use]
pub fn at(moment: Moment) -> String {
    let (hour, minute) = moment.time();
    format!("{}T{hour:02}:{minute:02}:{:02}Z", moment.day(), moment.0.rem_euclid(60))
}
