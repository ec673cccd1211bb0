//! What one request brings to its page: whether somebody is signed in, what the last form was refused
//! for, and the page's own data. Written into the HTML as JSON, read back when the browser hydrates.

use std::sync::{Arc, Mutex, PoisonError};

use backboard::refused::{Field, Problems, Refused};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The path that this visit is of: after a navigation in the browser it no longer speaks.
    pub path: String,
    pub signed_in: Option<SignedIn>,
    pub refused: Option<RefusedForm>,
    pub page: Page,
}

/// The session as pages may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub username: String,
    /// Every form of a session carries this against posts from other sites.
    pub csrf: String,
}

/// A form that was posted without a script and refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedForm {
    /// The operation's path, which is the form's `action`.
    pub action: String,
    pub problems: Problems,
    /// What was typed, but for secrets.
    pub kept: Vec<(Field, String)>,
}

/// The refused form of a visit, until its page has shown it: coming back to the page later, in the browser,
/// finds an empty form.
#[derive(Clone, Debug, Default)]
pub struct Unshown(Arc<Mutex<Option<RefusedForm>>>);

impl Unshown {
    #[must_use]
    pub fn of(visit: &Visit) -> Self {
        Self(Arc::new(Mutex::new(visit.refused.clone())))
    }

    /// Takes the refusal if it is of this form.
    #[must_use]
    pub fn take(&self, action: &str) -> Option<RefusedForm> {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.take_if(|refused| refused.action == action)
    }
}

/// Data of single pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    #[default]
    Plain,
    /// A link that works.
    Link {
        token: String,
    },
    /// A link, flow or session that does not, and why.
    Dead {
        refused: Refused,
    },
    /// *Create a password*.
    Choosing {
        username: String,
        shared: bool,
    },
    Missing,
    /// Something broke; the office can be phoned.
    Broken,
}

/// The visit, if it is of the page that asks.
#[must_use]
pub fn visit() -> Visit {
    use_context().unwrap_or_default()
}

/// Paths whose data comes with the document: the browser loads them, it does not navigate to them.
#[must_use]
pub fn comes_with_document(path: &str) -> bool {
    path.starts_with("/link/") || matches!(path, "/" | "/home" | "/claim/password")
}
