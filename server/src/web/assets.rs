//! The files of the browser's share, embedded in the program under names that hold their hash, so that
//! browsers may keep them for good.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use app::shell::Files;
use app::site::Assets as SiteAssets;
use axum::response::{IntoResponse, Response};
use backboard::agency::Agency;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest as _, Sha256};

use super::{encodings, installed};

#[derive(Embed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Built;

/// One file in the forms it can be sent in.
struct Asset {
    kind: HeaderValue,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    immutable: bool,
}

/// Every file by the path it is served at.
pub struct Assets {
    by_path: HashMap<String, Asset>,
    /// Plain name → path with the hash in it.
    paths: HashMap<String, String>,
}

impl Assets {
    /// The embedded files, and `more` that are made at start: name, content type, content.
    #[must_use]
    pub fn load(more: Vec<(String, Vec<u8>)>) -> Self {
        let mut assets = Self { by_path: HashMap::new(), paths: HashMap::new() };
        let names: Vec<String> =
            Built::iter().map(|name| name.into_owned()).filter(|name| !is_compressed(name)).collect();
        for name in names {
            if let Some(EmbeddedFile { data, metadata }) = Built::get(&name) {
                let brotli = Built::get(&format!("{name}.br")).map(|file| shared(file.data));
                let gzip = Built::get(&format!("{name}.gz")).map(|file| shared(file.data));
                // Known since the program was built: what nobody asks for is not even read.
                assets.add(&name, metadata.sha256_hash(), shared(data), brotli, gzip);
            }
        }
        let worker = include_bytes!("../../../solver/worker.js");
        assets.add("pkg/solver-worker.js", digest(worker), Bytes::from_static(worker), None, None);
        let stay = include_bytes!("../../../app/stay.js");
        assets.add("pkg/stay.js", digest(stay), Bytes::from_static(stay), None, None);
        for (name, data) in more {
            assets.add(&name, digest(&data), data.into(), None, None);
        }
        assets
    }

    fn add(&mut self, name: &str, digest: [u8; 32], plain: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>) {
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        let text = kind.type_() == "text" || kind.subtype() == "javascript" || kind.subtype() == "json";
        let kind = if text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
        let Ok(kind) = HeaderValue::from_str(&kind) else { return };
        // Files under pkg/ are named by their hash; a robots.txt must keep its name.
        let immutable = name.starts_with("pkg/");
        let path = if immutable { hashed(name, &digest) } else { format!("/{name}") };
        self.paths.insert(name.to_owned(), path.clone());
        self.by_path.insert(path, Asset { kind, plain, brotli, gzip, immutable });
    }

    /// Where a file is served.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        self.paths.get(name).cloned().unwrap_or_else(|| format!("/{name}"))
    }

    /// Whether a file is served at this path.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// What the document names.
    #[must_use]
    pub fn files(&self, agency: &Agency, language: &str) -> Files {
        Files {
            style: self.path("pkg/backboard.css"),
            script: self.path("pkg/backboard.js"),
            wasm: self.path("pkg/backboard.wasm"),
            site: self.path(&site_name(language)),
            icon: self.path("icon.svg"),
            touch_icon: self.path("apple-touch-icon.png"),
            manifest: self.path(&installed::name(language)),
            theme: installed::theme(agency).to_string(),
            stay: self.path("pkg/stay.js"),
            look: self.paths.get("pkg/look.css").cloned(),
        }
    }

    /// What the browser loads later.
    #[must_use]
    pub fn later(&self) -> SiteAssets {
        SiteAssets {
            solver_script: self.path("pkg/solver.js"),
            solver_wasm: self.path("pkg/solver_bg.wasm"),
            solver_worker: self.path("pkg/solver-worker.js"),
        }
    }

    /// The file at a path, in the smallest form the browser takes.
    #[must_use]
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let asset = self.by_path.get(path)?;
        let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let takes = |form: &str| accepted.split(',').any(|one| is_taken(one, form));
        let (bytes, encoding) = match (&asset.brotli, &asset.gzip) {
            (Some(brotli), _) if takes("br") => (brotli, Some("br")),
            (_, Some(gzip)) if takes("gzip") => (gzip, Some("gzip")),
            _ => (&asset.plain, None),
        };
        let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        let mut response = (StatusCode::OK, bytes.clone()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, asset.kind.clone());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Some(response)
    }
}

/// The name of the words and the agency in a language.
pub fn site_name(language: &str) -> String {
    format!("pkg/site-{language}.json")
}

/// What stands in the program is sent from there: no copy of it is kept, and none is made for an answer.
fn shared(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    }
}

/// Whether one part of `Accept-Encoding` takes this form. Weights above zero do not count, because the smallest form
/// serves both sides.
fn is_taken(part: &str, form: &str) -> bool {
    let (name, refused) = encodings::named(part);
    name.eq_ignore_ascii_case(form) && !refused
}

fn is_compressed(name: &str) -> bool {
    [".br", ".gz"].iter().any(|ending| name.ends_with(ending))
}

fn digest(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

/// `pkg/backboard.wasm` → `/pkg/backboard.0123456789ab.wasm`.
fn hashed(name: &str, digest: &[u8; 32]) -> String {
    let hash = digest.iter().take(6).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("/{stem}.{hash}.{ending}"),
        None => format!("/{name}.{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_in_the_smallest_form_that_the_browser_takes() {
        let mut assets = Assets { by_path: HashMap::new(), paths: HashMap::new() };
        let [plain, brotli, gzip] = ["plain", "brotli", "gzip"].map(|form| Bytes::from_static(form.as_bytes()));
        assets.add("pkg/a.js", digest(b"plain"), plain, Some(brotli), Some(gzip));
        let path = assets.path("pkg/a.js");
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0, br;q=0.1", Some("br")),
            ("gzip", Some("gzip")),
            ("gzip, br;q=0", Some("gzip")),
            ("br;q=0.000, gzip; q=0", None),
            ("GZIP;Q=1, BR;Q=0", Some("gzip")),
            ("brotli, x-gzip", None),
            ("identity", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            let answer = assets.answer(&path, &headers).unwrap();
            let encoding = answer.headers().get(CONTENT_ENCODING).map(|encoding| encoding.to_str().unwrap());
            assert_eq!(encoding, expected, "{accepted}");
            assert_eq!(answer.headers().get(VARY).unwrap(), "accept-encoding");
        }
    }
}
