//! What one request brings to its page: whether somebody is signed in, what the last form was refused
//! for, and the page's own data. Written into the HTML as JSON, read back when the browser hydrates.

use std::sync::{Arc, Mutex, PoisonError};

use backboard::challenge::Question;
use backboard::link::Purpose;
use backboard::refused::{Field, Problems, Refused};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The path that this visit is of: after a navigation in the browser it no longer speaks.
    pub path: String,
    pub signed_in: Option<SignedIn>,
    /// Seconds after which that is over if nothing happens. Said beside the page, in the document alone.
    #[serde(skip)]
    pub ends_in: Option<i64>,
    pub refused: Option<RefusedForm>,
    /// The mark of the flow that this browser is on, for the forms behind a mailed link.
    pub flow: Option<String>,
    /// The operation that has just done what its form asked; its page says so.
    pub saved: Option<String>,
    pub page: Page,
}

/// The session as pages may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub username: String,
    /// Every form of a session carries this against posts from other sites.
    pub csrf: String,
    /// The session may change the password and nothing else.
    pub change_only: bool,
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

    /// What no form of the page has taken: the page has changed since, and its form is not there any more.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn rest(&self) -> Option<RefusedForm> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
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
        purpose: Purpose,
    },
    /// A link, flow or session that does not, and why; and the journey it was of, where that is known.
    Dead {
        refused: Refused,
        purpose: Option<Purpose>,
    },
    /// *Create a password*, *Set Up Password*.
    Choosing {
        username: String,
        shared: bool,
        products: Vec<String>,
    },
    /// The typed code, of this journey.
    Code {
        purpose: Purpose,
    },
    /// *Password Challenge*.
    Challenge {
        question: Question,
    },
    /// *Change Password*; with the temporary password again, or the present one.
    Change {
        temporary: bool,
        shared: bool,
        products: Vec<String>,
    },
    Standing(Standing),
    /// What happened, newest first: when, and what.
    History {
        entries: Vec<(String, String)>,
    },
    /// *This wasn't me*.
    NotMe {
        token: String,
        username: String,
        /// The password is to open nothing either.
        all: bool,
        done: bool,
    },
    Missing,
    /// Something broke; the office can be phoned, and told this number.
    Broken {
        number: String,
    },
}

/// How the account stands, for *Home* and *Security*.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The day on which the password was set, in words.
    pub password_set: String,
    /// Days until the password expires; none where it does not.
    pub days_left: Option<u32>,
    pub question: Option<Question>,
    pub question_due: bool,
}

/// The visit, if it is of the page that asks.
#[must_use]
pub fn visit() -> Visit {
    use_context().unwrap_or_default()
}

/// Paths whose data comes with the document: the browser loads them, it does not navigate to them.
#[must_use]
pub fn comes_with_document(path: &str) -> bool {
    let data = ["/link/", "/not-me/", "/security"].iter().any(|start| path.starts_with(start));
    data && path != "/not-me/done"
        || matches!(
            path,
            "/" | "/home" | "/code" | "/claim/password" | "/reset/challenge" | "/reset/password" | "/change-password"
        )
}
