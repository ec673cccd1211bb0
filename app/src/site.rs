//! What is the same for every visit: the agency, the words, the assets. The browser gets it as one
//! cacheable file.

use std::sync::Arc;

use backboard::agency::Agency;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::words::{Catalog, Word};

/// Addresses of the files that the browser loads later.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Assets {
    pub solver_script: String,
    pub solver_wasm: String,
    pub solver_worker: String,
}

/// A hosted *I'm not a robot* in place of our own proof of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Widget {
    /// The class that the provider's script looks for: `cf-turnstile`, `h-captcha`, `g-recaptcha`.
    pub class: String,
    pub site_key: String,
    pub script: String,
}

/// The wire form of a [`Site`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SiteText {
    pub language: String,
    /// All there are, by their code and by their own name.
    pub languages: Vec<(String, String)>,
    /// As [`Catalog::for_browser`] writes them.
    pub sentences: String,
    pub agency: Agency,
    pub assets: Assets,
    pub widget: Option<Widget>,
}

/// The site in one language.
#[derive(Clone, Debug)]
pub struct Site(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    language: String,
    languages: Vec<(String, String)>,
    catalog: Catalog,
    agency: Agency,
    assets: Assets,
    widget: Option<Widget>,
}

impl From<SiteText> for Site {
    fn from(text: SiteText) -> Self {
        Self(Arc::new(Inner {
            language: text.language,
            languages: text.languages,
            catalog: Catalog::from_server(&text.sentences),
            agency: text.agency,
            assets: text.assets,
            widget: text.widget,
        }))
    }
}

#[cfg(feature = "ssr")]
impl Site {
    /// With every sentence, for pages that the server alone renders.
    #[must_use]
    pub fn whole(&self, catalog: Catalog, agency: Agency) -> Self {
        let (language, languages) = (self.0.language.clone(), self.0.languages.clone());
        Self(Arc::new(Inner { language, languages, catalog, agency, assets: Assets::default(), widget: None }))
    }
}

impl Site {
    #[must_use]
    pub fn language(&self) -> &str {
        &self.0.language
    }

    /// The other languages, by code and own name.
    pub fn other_languages(&self) -> impl Iterator<Item = (&str, &str)> {
        let others = self.0.languages.iter().filter(|(code, _)| *code != self.0.language);
        others.map(|(code, name)| (code.as_str(), name.as_str()))
    }

    #[must_use]
    pub fn agency(&self) -> &Agency {
        &self.0.agency
    }

    #[must_use]
    pub fn assets(&self) -> &Assets {
        &self.0.assets
    }

    #[must_use]
    pub fn widget(&self) -> Option<&Widget> {
        self.0.widget.as_ref()
    }

    #[must_use]
    pub fn say(&self, word: Word) -> String {
        self.0.catalog.say(word).to_owned()
    }

    #[must_use]
    pub fn fill(&self, word: Word, values: &[(&str, &str)]) -> String {
        self.0.catalog.fill(word, values)
    }
}

/// The site of this page. It is always there: the shell and the browser's start provide it.
#[must_use]
pub fn site() -> Site {
    expect_context()
}

/// A sentence of the site's language.
#[must_use]
pub fn say(word: Word) -> String {
    site().say(word)
}
