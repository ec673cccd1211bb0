//! The portal on a phone's home screen: a manifest in each language, pictures that are what it says, and none at the desk.

use http::StatusCode;
use serde_json::Value;

use crate::app::App;
use crate::browser::Browser;

async fn manifest(browser: &mut Browser<'_>, language: &str) -> Value {
    browser.set("accept-language", language);
    let page = browser.open("/sign-in").await;
    let path = page.attribute("<link rel=\"manifest\" href=\"").unwrap();
    let manifest = browser.open(&path).await;
    assert_eq!(manifest.header("content-type"), Some("application/manifest+json"));
    assert_eq!(manifest.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let manifest = manifest.json();
    assert_eq!(page.attribute("<meta name=\"theme-color\" content=\"").as_deref(), manifest["theme_color"].as_str());
    manifest
}

/// Width and height of a PNG: the first numbers in it.
fn size(png: &[u8]) -> String {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    format!("{}x{}", number(16), number(20))
}

#[tokio::test]
async fn the_manifest_opens_the_portal_and_names_pictures_that_are_there() {
    let app = App::start().await;
    let mut browser = app.browser();
    for language in ["en", "es"] {
        let manifest = manifest(&mut browser, language).await;
        assert_eq!((manifest["lang"].as_str(), manifest["start_url"].as_str()), (Some(language), Some("/")));
        assert_eq!(manifest["name"], "EMS Accounts \u{2013} Demo EMS Office");
        let icons = manifest["icons"].as_array().unwrap();
        assert_eq!(icons.len(), 4);
        for icon in icons {
            let picture = browser.open(icon["src"].as_str().unwrap()).await;
            assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, icon["type"].as_str()));
            if icon["type"] == "image/png" {
                assert_eq!(size(&picture.body), icon["sizes"]);
            }
        }
    }
    let page = browser.open("/sign-in").await;
    let touch = browser.open(&page.attribute("<link rel=\"apple-touch-icon\" href=\"").unwrap()).await;
    assert_eq!((touch.status, size(&touch.body).as_str()), (StatusCode::OK, "180x180"));
}

#[tokio::test]
async fn the_desk_is_not_put_on_a_home_screen_and_nothing_works_behind_a_page() {
    let app = App::start().await;
    let desk = app.browser().open("/desk/sign-in").await;
    assert!(!desk.holds("manifest") && !desk.holds("apple-touch-icon"), "{}", desk.text());
    let page = app.browser().open("/sign-in").await;
    assert!(!page.holds("serviceWorker"));
}
