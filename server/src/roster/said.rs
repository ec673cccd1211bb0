//! What an import changes, in words.

use backboard::roster::Column;
use backboard::service::roster::Change;

/// The column that a change is about, in words.
#[must_use]
pub const fn column(change: &Change) -> &'static str {
    match change {
        Change::Of(column) => column.words(),
        Change::Email { .. } => Column::Email.words(),
        Change::State { .. } => Column::Status.words(),
    }
}

/// What changes; an address stands there only masked, as the change brings it.
#[must_use]
pub fn sentence(change: &Change) -> String {
    let name = column(change);
    match change {
        Change::Of(_) => format!("{name} changes"),
        Change::Email { from, to } => {
            let shown = |email: &Option<String>| email.clone().unwrap_or_else(|| "none".to_owned());
            format!("{name} changes ({} → {})", shown(from), shown(to))
        }
        Change::State { from, to } => format!("{name} changes ({} → {})", from.code(), to.code()),
    }
}
