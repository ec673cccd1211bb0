//! The operations, as docs/operations.toml lists them.

use std::sync::LazyLock;

use backboard::agency::{Agency, Asks, Journey};
use backboard::challenge::Asking;
use backboard::staff::Role;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub name: String,
    pub method: String,
    pub path: String,
    /// With `{token}` in it, the page of the mailed link that was posted; with `{account}` or another field of digits,
    /// that of what the field names.
    pub page: String,
    pub fields: Vec<String>,
    /// The one of the fields that is a file: the form is `multipart/form-data` then.
    #[serde(default)]
    pub file: Option<String>,
    pub sessions: Vec<String>,
    /// The lowest role that may call it; there where a session of the desk is accepted, and nowhere else.
    #[serde(default)]
    pub role: Option<Role>,
    pub limits: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    operation: Vec<Operation>,
    #[expect(dead_code, reason = "pages stand in the file for its readers; they have no guards of their own")]
    page: Vec<ListedPage>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read so that the file's keys are checked")]
struct ListedPage {
    name: String,
    method: String,
    path: String,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    // The file is compiled in and a test reads it, so this cannot fail where it matters; if it ever did,
    // no operation would exist, which is the safe side.
    toml::from_str::<Listed>(include_str!("../../../docs/operations.toml"))
        .map(|listed| listed.operation)
        .unwrap_or_default()
});

/// Every operation there is.
#[must_use]
pub fn operations() -> &'static [Operation] {
    &OPERATIONS
}

impl Operation {
    /// Whether it is the desk's: there a session of personnel is nothing, and one of the desk is nothing elsewhere.
    #[must_use]
    pub fn is_the_desks(&self) -> bool {
        self.path.starts_with("/api/desk/")
    }
}

/// Whether the agency has the journey that a page or an operation belongs to. What it has turned off does not exist.
#[must_use]
pub fn is_on(agency: &Agency, path: &str) -> bool {
    let path = path.strip_prefix("/api").unwrap_or(path);
    let is = |start: &str| path == start || path.strip_prefix(start).is_some_and(|rest| rest.starts_with('/'));
    match path {
        "/reset/request" => agency.has(Journey::Reset) && agency.recovery.asks == Asks::Login,
        "/reset/identity" => agency.has(Journey::Reset) && agency.recovery.asks == Asks::Identity,
        _ if is("/security/question") || path == "/security/confirm" => {
            agency.has(Journey::Security) && agency.policy.challenge.asking != Asking::Off
        }
        "/code" => agency.has(Journey::Claim) || agency.has(Journey::Reset),
        _ if is("/claim") => agency.has(Journey::Claim),
        _ if is("/forgot-username") || is("/username") => agency.has(Journey::Username),
        _ if is("/forgot-password") || is("/reset") => agency.has(Journey::Reset),
        _ if is("/security") => agency.has(Journey::Security),
        _ => true,
    }
}

/// The operation at exactly this path.
#[must_use]
pub fn operation_at(path: &str) -> Option<&'static Operation> {
    operations().iter().find(|operation| operation.path == path)
}
