//! The operations, as docs/operations.toml lists them.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub name: String,
    pub method: String,
    pub path: String,
    pub page: String,
    /// The operation whose form on that page shows the refusal, where this one's own form stands elsewhere.
    #[serde(default)]
    pub shown_by: Option<String>,
    pub fields: Vec<String>,
    pub sessions: Vec<String>,
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

/// The operation at exactly this path.
#[must_use]
pub fn operation_at(path: &str) -> Option<&'static Operation> {
    operations().iter().find(|operation| operation.path == path)
}
