//! Puts the guards, the pages and the files together.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::request::LANGUAGE_COOKIE;
use app::shell::Files;
use app::site::{Site, SiteText, Widget};
use app::words::Catalog;
use axum::Router;
use axum::middleware::{from_fn_with_state, map_request};
use backboard::agency::{Agency, Policy};
use backboard::service::Portal;
use backboard::staff::staff_passwords;
use http::{HeaderMap, StatusCode};
use ipnet::IpNet;
use tokio::sync::Notify;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use super::assets::{Assets, site_name};
use super::{access, cookies, encodings, guard, headers, installed, look, pages, trouble};
use crate::imports::Imports;

/// Seconds after which a request is given up.
const REQUEST_SECONDS: u64 = 30;
/// The same for one that brings a file: 64 MB over a line of one megabit a second.
const FILE_SECONDS: u64 = 10 * 60;

/// What every request needs.
pub struct Web {
    pub portal: Arc<Portal>,
    pub queued: Arc<Notify>,
    /// `https://accounts.example.gov`
    pub origin: String,
    /// The same without the scheme: what the Host header must say.
    pub host: String,
    /// Whether the public address is https.
    pub secure: bool,
    pub trusted: Vec<IpNet>,
    pub hosted: Option<crate::robots::Widget>,
    /// How long a request may take.
    pub patience: Duration,
    /// How long one may take that brings a file.
    pub file_patience: Duration,
    pub imports: Imports,
    pub(super) assets: Assets,
    sites: HashMap<String, (Site, Files)>,
    /// With the sentences that the browser does not get.
    catalogs: HashMap<String, Catalog>,
    desks: HashMap<String, Site>,
}

/// How the portal is reached.
pub struct Reach {
    pub origin: String,
    pub trusted: Vec<IpNet>,
    /// A hosted *I'm not a robot*: for pages, and for the Content-Security-Policy.
    pub widget: Option<Widget>,
    pub hosted: Option<crate::robots::Widget>,
    pub imports: Imports,
}

impl Web {
    /// Prepares pages in every language.
    ///
    /// # Errors
    /// A sentence for the operator: the profile names words that do not exist.
    pub fn new(portal: Arc<Portal>, queued: Arc<Notify>, reach: Reach) -> Result<Self, String> {
        let mut more = look::logo(&portal.agency)?;
        let first = Assets::load(more.clone());
        let later = first.later();
        more.extend(look::style(&portal.agency, &first));
        let (mut texts, mut catalogs) = (Vec::new(), HashMap::new());
        for language in &portal.agency.languages {
            catalogs.insert(language.clone(), Catalog::of(&portal.agency, language)?);
        }
        let name = |language: &String| {
            let name = catalogs.get(language).map(|catalog| catalog.say(app::words::COMMON_LANGUAGE).to_owned());
            (language.clone(), name.unwrap_or_default())
        };
        let languages: Vec<(String, String)> = portal.agency.languages.iter().map(name).collect();
        for (language, catalog) in &catalogs {
            texts.push(SiteText {
                language: language.clone(),
                languages: languages.clone(),
                sentences: catalog.for_browser(),
                agency: portal.agency.said_in(language),
                assets: later.clone(),
                widget: reach.widget.clone(),
            });
        }
        let file = |text: &SiteText| (site_name(&text.language), serde_json::to_vec(text).unwrap_or_default());
        more.extend(texts.iter().map(file));
        more.extend(texts.iter().map(|text| installed::manifest(&text.agency, &text.language, &first)));
        let assets = Assets::load(more);
        let sites: HashMap<String, (Site, Files)> = texts
            .into_iter()
            .map(|text| {
                let files = assets.files(&text.agency, &text.language);
                (text.language.clone(), (Site::from(text), files))
            })
            .collect();
        let desk = |(language, catalog): (&String, &Catalog)| {
            let (site, _) = sites.get(language)?;
            Some((language.clone(), desk_site(site, catalog.clone())))
        };
        let desks = catalogs.iter().filter_map(desk).collect();
        let (scheme, host) = reach.origin.split_once("://").unwrap_or(("https", &reach.origin));
        Ok(Self {
            secure: scheme == "https",
            host: host.to_owned(),
            origin: reach.origin.clone(),
            trusted: reach.trusted,
            hosted: reach.hosted,
            patience: Duration::from_secs(REQUEST_SECONDS),
            file_patience: Duration::from_secs(FILE_SECONDS),
            imports: reach.imports,
            portal,
            queued,
            assets,
            sites,
            catalogs,
            desks,
        })
    }

    /// The language of a visit: the one that was chosen here, the browser's first one that there is, or the profile's.
    #[must_use]
    pub fn language(&self, headers: &HeaderMap) -> &str {
        let wanted =
            headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        cookies::cookie(headers, LANGUAGE_COOKIE)
            .into_iter()
            .chain(wanted.split(',').filter_map(|one| one.split([';', '-']).next()))
            .find_map(|one| self.sites.get_key_value(&one.trim().to_ascii_lowercase()))
            .map_or_else(|| self.portal.agency.language(), |(language, _)| language.as_str())
    }

    /// Whether there are pages in this language.
    pub(super) fn speaks(&self, language: &str) -> bool {
        self.sites.contains_key(language)
    }

    /// The site of the desk in the language of a visit, and its files.
    pub(super) fn desk(&self, language: &str) -> (&Site, &Files) {
        let (site, files) = self.site(language);
        (self.desks.get(site.language()).unwrap_or(site), files)
    }

    /// A sentence that only the server says, in the language of a visit.
    #[must_use]
    pub(super) fn say(&self, headers: &HeaderMap, word: app::words::Word, values: &[(&str, &str)]) -> String {
        let language = self.language(headers);
        self.catalogs.get(language).map(|catalog| catalog.fill(word, values)).unwrap_or_default()
    }

    /// What somebody reads who came by another name.
    #[must_use]
    pub(super) fn wrong_host(&self) -> String {
        let (site, _) = self.site(self.portal.agency.language());
        site.fill(app::words::COMMON_WRONG_HOST, &[("origin", &self.origin)])
    }

    pub(super) fn site(&self, language: &str) -> (&Site, &Files) {
        match self.sites.get(language).or_else(|| self.sites.get(self.portal.agency.language())) {
            Some((site, files)) => (site, files),
            None => unreachable!("a profile without a language is refused"),
        }
    }
}

/// The site as the desk has it: every sentence, and the password policy of staff in place of that of personnel.
fn desk_site(site: &Site, catalog: Catalog) -> Site {
    let policy = Policy { password: staff_passwords(), ..Policy::default() };
    site.whole(catalog, Agency { policy, ..site.agency().clone() })
}

/// The portal's HTTP service.
pub fn router(web: Arc<Web>) -> Router {
    let predicate =
        DefaultPredicate::new().and(|_: StatusCode, _: http::Version, _: &HeaderMap, extensions: &http::Extensions| {
            extensions.get::<pages::Private>().is_none()
        });
    Router::new()
        .route("/api/{*operation}", axum::routing::any(guard::operate))
        .fallback(pages::show)
        .layer(CompressionLayer::new().br(true).gzip(true).compress_when(predicate))
        .layer(map_request(encodings::allow_plain))
        .layer(CatchPanicLayer::custom(|_| trouble::panicked()))
        .layer(from_fn_with_state(Arc::clone(&web), trouble::explain))
        .layer(from_fn_with_state(Arc::clone(&web), headers::protect))
        .layer(from_fn_with_state(Arc::clone(&web), access::note))
        .layer(CatchPanicLayer::custom(|_| trouble::panicked_outside()))
        .with_state(web)
}
