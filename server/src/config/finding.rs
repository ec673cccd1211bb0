//! What an examination has found about one setting.

use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Ok,
    /// Works, and should not stay as it is.
    Warning,
    /// The portal does not start with it.
    Danger,
}

/// One sentence about one setting, with the mend where one is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub weight: Weight,
    /// As it stands in the configuration, `keys.file`; or a word for what is around it, `clock`.
    pub setting: &'static str,
    pub sentence: String,
}

impl Finding {
    pub fn ok(setting: &'static str, sentence: impl Into<String>) -> Self {
        Self { weight: Weight::Ok, setting, sentence: sentence.into() }
    }

    pub fn warning(setting: &'static str, sentence: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, setting, sentence: sentence.into() }
    }

    pub fn danger(setting: &'static str, sentence: impl Into<String>) -> Self {
        Self { weight: Weight::Danger, setting, sentence: sentence.into() }
    }

    #[must_use]
    pub fn is_danger(&self) -> bool {
        self.weight == Weight::Danger
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Danger => "danger",
        })
    }
}
