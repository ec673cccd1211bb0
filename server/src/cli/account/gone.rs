//! What `backboard account gone` prints: whom housekeeping forgets next.

use std::fmt::Write as _;

use backboard::service::records::Gone;

/// Where the number begins.
const COLUMN: usize = 66;

/// One line for each person, by their account: its name, its number and when a roster last named them.
pub fn text(gone: &[Gone], people_days: u32) -> String {
    if people_days == 0 {
        return "Nobody is forgotten: keep.people_days is 0.\n".to_owned();
    }
    let mut text = match gone.len() {
        0 => return format!("No roster has left anybody out for {people_days} days whose account is not in use.\n"),
        1 => "1 person is forgotten by the next round of backboard serve, within ten minutes:\n".to_owned(),
        count => format!("{count} people are forgotten by the next round of backboard serve, within ten minutes:\n"),
    };
    for Gone { account, named, .. } in gone {
        let username = account.username.as_str();
        // A text in memory takes every line.
        let _ = writeln!(text, "  {username:<COLUMN$} {:>8}  {}", account.id, named.day());
    }
    text.push_str("A roster that names them keeps them: backboard import ROSTER.csv\n");
    text
}
