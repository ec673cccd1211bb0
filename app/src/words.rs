//! The sentences people read.
//!
//! Code names a sentence by its constant; the text stands in `locales/<language>/*.toml` under the key
//! `file.section.key`, and an agency's profile may put its own in its place. A [`Catalog`] is one
//! language with one agency's words in it; the browser gets it as one cacheable file.

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A sentence, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(pub(crate) u16);

/// Stands between two sentences on their way to the browser, and in none of them.
const BETWEEN: char = '\u{1f}';

/// The sentences of one language, an agency's own words included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    sentences: Vec<String>,
}

impl Catalog {
    /// The catalog as the browser gets it.
    #[must_use]
    pub fn from_server(text: &str) -> Self {
        Self { sentences: text.split(BETWEEN).map(str::to_owned).collect() }
    }

    #[must_use]
    pub fn say(&self, word: Word) -> &str {
        self.sentences.get(usize::from(word.0)).map_or("", String::as_str)
    }

    /// The sentence with `{name}` and the like filled in.
    #[must_use]
    pub fn fill(&self, word: Word, values: &[(&str, &str)]) -> String {
        let mut rest = self.say(word);
        let mut filled = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                filled.push('{');
                rest = after;
                continue;
            };
            let value = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
            filled.push_str(value);
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(feature = "ssr")]
impl Catalog {
    /// The catalog of a language with an agency's own words over it; English where the language is unknown.
    ///
    /// # Errors
    /// The first key of the profile that no sentence has.
    pub fn of(agency: &backboard::agency::Agency, language: &str) -> Result<Self, String> {
        let (language, table) = known(language);
        let mut sentences: Vec<String> = table.iter().map(|sentence| (*sentence).to_owned()).collect();
        for (key, sentence) in agency.words.get(language).into_iter().flatten() {
            let number = KEYS.iter().position(|known| known == key);
            match number.and_then(|number| sentences.get_mut(number)) {
                Some(place) => sentence.clone_into(place),
                None => return Err(format!("words.{language}: there is no sentence {key:?}")),
            }
        }
        Ok(Self { sentences })
    }

    /// What pages need, in one text: a browser hands one long text to the wasm much sooner than hundreds of short ones.
    #[must_use]
    pub fn for_browser(&self) -> String {
        let sentences: Vec<String> =
            self.page_sentences().iter().map(|sentence| sentence.replace(BETWEEN, " ")).collect();
        sentences.join(BETWEEN.encode_utf8(&mut [0; 4]))
    }

    /// The part that pages need: mails stay on the server.
    #[must_use]
    pub fn page_sentences(&self) -> &[String] {
        self.sentences.get(..PAGE_WORDS).unwrap_or_default()
    }
}

#[cfg(feature = "ssr")]
impl Word {
    /// The sentence with this key, for keys that are put together.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        KEYS.iter().position(|known| *known == key).and_then(|number| u16::try_from(number).ok()).map(Self)
    }
}

/// What follows after a section's name in the keys of its sentences, in alphabetical order: `did.` of `audit.did.merge`.
#[cfg(feature = "ssr")]
pub fn keys_under(section: &'static str) -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter_map(move |key| key.strip_prefix(section)?.strip_prefix('.'))
}

/// The languages there are.
#[cfg(feature = "ssr")]
pub fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(name, _)| *name)
}

#[cfg(feature = "ssr")]
fn known(language: &str) -> (&'static str, &'static [&'static str]) {
    let [first, ..] = LANGUAGES;
    LANGUAGES.into_iter().find(|(name, _)| *name == language).unwrap_or(first)
}
