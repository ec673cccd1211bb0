//! The portal on a phone's home screen: its manifest (W3C Web Application Manifest).
//!
//! It opens in the browser with little around it (`minimal-ui`): links in mails open there too and find the same cookies,
//! and people see the address of the page that asks for their password. There is no service worker: without a signal
//! nobody gets into an account, and nothing of anybody's may lie in a cache.

use backboard::agency::Agency;
use backboard::look::Colour;
use serde_json::json;

use super::assets::Assets;
use super::look::File;

/// The header's and the page's own colours: `style/_palette.scss`.
const HEADER: Colour = Colour([0x16, 0x2e, 0x51]);
const PAGE: Colour = Colour([0xf1, 0xf3, 0xf6]);

/// The name of the manifest in a language.
#[must_use]
pub fn name(language: &str) -> String {
    format!("pkg/{language}.webmanifest")
}

/// The colour that a browser may give to what is around the page.
#[must_use]
pub fn theme(agency: &Agency) -> Colour {
    agency.look.palette().header.map_or(HEADER, |header| header.back)
}

/// The manifest in a language. `assets` know where the pictures are.
#[must_use]
pub fn manifest(agency: &Agency, language: &str, assets: &Assets) -> File {
    let icon = |file: &str, sizes: &str, purpose: &str| {
        let kind = if file.ends_with(".svg") { "image/svg+xml" } else { "image/png" };
        json!({ "src": assets.path(file), "sizes": sizes, "type": kind, "purpose": purpose })
    };
    let manifest = json!({
        "id": "/",
        "name": format!("{} – {}", agency.system, agency.name),
        "short_name": agency.system,
        "lang": language,
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "theme_color": theme(agency).to_string(),
        "background_color": PAGE.to_string(),
        "icons": [
            icon("icon.svg", "any", "any"),
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable.png", "512x512", "maskable"),
        ],
    });
    (name(language), manifest.to_string().into_bytes())
}
